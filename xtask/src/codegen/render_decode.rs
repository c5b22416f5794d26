//! The decoder of an object, written out as code: duplicate members, aliases and unknown members behave as documented,
//! which a derived decoder would not.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::model::{Object, Property};
use super::names;
use super::render::ident;
use super::render_types as types;

/// `enum Member`, the visitor and `Deserialize`. `result` builds the value out of variables named like the fields.
pub fn decoding(name: &str, object: &Object, result: &TokenStream) -> Vec<TokenStream> {
    let visitor = format_ident!("{}Visitor", name);
    let visit_map = visit_map(name, object, result);
    let ty = ident(name);
    let expecting = format!("an object ({name})");
    vec![
        quote! {
            impl<'de> Deserialize<'de> for #ty {
                fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    deserializer.deserialize_map(#visitor)
                }
            }
        },
        members(object),
        quote!(struct #visitor;),
        quote! {
            impl<'de> Visitor<'de> for #visitor {
                type Value = #ty;

                fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                    formatter.write_str(#expecting)
                }

                #visit_map
            }
        },
    ]
}

/// The names that are read: one variant per property, one more for its other spellings.
fn members(object: &Object) -> TokenStream {
    let variants = object.properties.iter().map(|property| {
        let variant = member(property);
        let wire = &property.wire;
        let own = quote!(#[serde(rename = #wire)] #variant,);
        let other = property.aliases.split_first().map(|(first, rest)| {
            let variant = alias_member(property);
            quote!(#[serde(rename = #first #(, alias = #rest)*)] #variant,)
        });
        quote!(#own #other)
    });
    let unknown = if object.extra {
        quote!(Unknown(String))
    } else {
        quote!(
            #[serde(other)]
            Unknown
        )
    };
    quote! {
        #[derive(Deserialize)]
        #[serde(field_identifier)]
        enum Member {
            #(#variants)*
            #unknown,
        }
    }
}

fn visit_map(name: &str, object: &Object, result: &TokenStream) -> TokenStream {
    let ty = ident(name);
    let variables = object.properties.iter().map(|property| {
        let own = ident(&property.rust);
        let alias = (!property.aliases.is_empty()).then(|| {
            let alias = alias_variable(property);
            quote!(let mut #alias = None;)
        });
        quote!(let mut #own = None; #alias)
    });
    let arms = object.properties.iter().map(|property| {
        let arm = |member: &_, variable: &_| arm(property, object.forgiving, member, variable);
        let own = arm(&member(property), &ident(&property.rust));
        let alias =
            (!property.aliases.is_empty()).then(|| arm(&alias_member(property), &alias_variable(property)));
        quote!(#own #alias)
    });
    let extra = object.extra.then(|| quote!(let mut extra = BTreeMap::new();));
    let unknown = if object.extra {
        quote!(Member::Unknown(name) => { extra.insert(name, members.next_value()?); })
    } else {
        quote!(Member::Unknown => { members.next_value::<IgnoredAny>()?; })
    };
    quote! {
        fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<#ty, A::Error> {
            #(#variables)*
            #extra
            while let Some(member) = members.next_key()? {
                match member {
                    #(#arms)*
                    #unknown
                }
            }
            #result
        }
    }
}

/// Reads one member into its variable.
fn arm(property: &Property, forgiving: bool, member: &syn::Ident, variable: &syn::Ident) -> TokenStream {
    let value = match (types::lenient(&property.ty), property.optional()) {
        (None, true) if forgiving => quote!(members.next_value::<IfReadable<_>>()?.0),
        (Some(lenient), true) if forgiving => {
            quote!(members.next_value::<IfReadable<#lenient>>()?.0.map(|lenient| lenient.0))
        }
        (None, true) => quote!(members.next_value()?),
        (None, false) => quote!(Some(members.next_value()?)),
        (Some(lenient), true) => quote!(members.next_value::<Option<#lenient>>()?.map(|lenient| lenient.0)),
        (Some(lenient), false) => quote!(Some(members.next_value::<#lenient>()?.0)),
    };
    quote!(Member::#member => #variable = #value,)
}

/// The value of a field from the variables that its members were read into.
pub fn decoded(property: &Property) -> TokenStream {
    let own = ident(&property.rust);
    let value = if property.aliases.is_empty() {
        quote!(#own)
    } else {
        let alias = alias_variable(property);
        quote!(#own.or(#alias))
    };
    if property.optional() {
        value
    } else {
        let wire = &property.wire;
        quote!(#value.ok_or_else(|| de::Error::missing_field(#wire))?)
    }
}

/// Notes that a member came under another name than its own.
pub fn other_spelling(property: &Property) -> Option<TokenStream> {
    let (own, alias) = (ident(&property.rust), alias_variable(property));
    let wire = &property.wire;
    (!property.aliases.is_empty())
        .then(|| quote!(if #own.is_none() && #alias.is_some() { other_spellings.push(#wire); }))
}

fn member(property: &Property) -> syn::Ident {
    ident(&names::variant(&property.rust))
}

fn alias_member(property: &Property) -> syn::Ident {
    format_ident!("{}Alias", names::variant(&property.rust))
}

fn alias_variable(property: &Property) -> syn::Ident {
    format_ident!("{}_alias", property.rust)
}
