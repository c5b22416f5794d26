//! Alternatives of a `oneOf` as a Rust enum, told apart by their JSON type, or objects by the members they require.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::model::{Branch, Description, JsonKind, Schema};
use super::render::{docs, ident, paragraphs, sentence};
use super::render_models::schema_docs;
use super::render_types::{self as types, Imports};

/// The items of the file of a `oneOf` schema.
pub fn render_one_of(description: &Description, schema: &Schema, branches: &[Branch]) -> Vec<TokenStream> {
    let name = ident(&schema.name);
    let holds_list = branches.iter().any(|branch| description.holds_list(&branch.ty));
    let mut imports = Imports::default();
    for branch in branches {
        imports.add(&branch.ty);
    }
    imports.scalar("Answer");
    if holds_list {
        imports.scalar("Path");
        imports.scalar("RejectedElement");
    }
    if branches.iter().any(|branch| !types::shown(&branch.ty)) {
        imports.scalar("Hidden");
    }
    let mut items: Vec<TokenStream> = imports.standard().into_iter().collect();
    items.push(quote!(
        use std::fmt;
    ));
    items.extend(serde_imports(branches));
    items.extend(imports.ours(&schema.name));
    items.push(definition(schema, branches));
    items.extend(branches.iter().map(|branch| from_impl(&name, branch)));
    items.push(debug_impl(&name, branches));
    items.extend(decoding(&schema.name, branches));
    items.push(answer_impl(description, &name, branches, holds_list));
    items
}

fn serde_imports(branches: &[Branch]) -> Vec<TokenStream> {
    let has = |kind| branches.iter().any(|branch| branch.kind == kind);
    let mut value = Vec::new();
    let mut access = Vec::new();
    if has(JsonKind::Object) {
        value.push(quote!(MapAccessDeserializer));
        access.push(quote!(MapAccess));
    }
    if has(JsonKind::Array) {
        value.push(quote!(SeqAccessDeserializer));
        access.push(quote!(SeqAccess));
    }
    let plain = [JsonKind::Text, JsonKind::Number, JsonKind::Boolean].into_iter().any(has);
    let by_members = branches.iter().any(|branch| !branch.members.is_empty());
    let mut items = Vec::new();
    if !value.is_empty() {
        items.push(quote!(use serde::de::value::{#(#value),*};));
    }
    let own = match (plain, by_members) {
        (true, _) => quote!(self, IntoDeserializer,),
        (false, true) => quote!(self,),
        (false, false) => TokenStream::new(),
    };
    items.push(quote!(use serde::de::{#own #(#access,)* Visitor};));
    items.push(quote!(
        use serde::{Deserialize, Deserializer, Serialize};
    ));
    if by_members {
        items.push(quote!(
            use serde_json::{Map, Value};
        ));
        items.push(quote!(
            use crate::scalar::generated_support::decode_members;
        ));
    }
    items
}

fn definition(schema: &Schema, branches: &[Branch]) -> TokenStream {
    let name = ident(&schema.name);
    let documentation = docs(&schema_docs(schema));
    let variants = branches.iter().map(|branch| {
        let text = match branch.description.as_str() {
            "" => format!("The form that is {}.", kind_words(branch.kind)),
            text => sentence(text),
        };
        let documentation = docs(&paragraphs([text.as_str()]));
        let variant = ident(&branch.variant);
        let ty = types::rust(&branch.ty);
        quote!(#documentation #variant(#ty))
    });
    quote! {
        #documentation
        #[derive(Clone, PartialEq, Serialize)]
        #[serde(untagged)]
        pub enum #name { #(#variants,)* }
    }
}

fn from_impl(name: &syn::Ident, branch: &Branch) -> TokenStream {
    let variant = ident(&branch.variant);
    let ty = types::rust(&branch.ty);
    quote! {
        impl From<#ty> for #name {
            fn from(value: #ty) -> Self {
                Self::#variant(value)
            }
        }
    }
}

fn debug_impl(name: &syn::Ident, branches: &[Branch]) -> TokenStream {
    let arms = branches.iter().map(|branch| {
        let variant = ident(&branch.variant);
        let label = &branch.variant;
        if types::shown(&branch.ty) {
            quote!(Self::#variant(value) => formatter.debug_tuple(#label).field(value).finish(),)
        } else {
            quote!(Self::#variant(_) => formatter.debug_tuple(#label).field(&Hidden).finish(),)
        }
    });
    quote! {
        impl fmt::Debug for #name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self { #(#arms)* }
            }
        }
    }
}

fn decoding(name: &str, branches: &[Branch]) -> Vec<TokenStream> {
    let ty = ident(name);
    let visitor = format_ident!("{}Visitor", name);
    let mut kinds: Vec<&str> = branches.iter().map(|branch| kind_words(branch.kind)).collect();
    kinds.dedup();
    let expecting = format!("{} ({name})", kinds.join(" or "));
    let by_members: Vec<&Branch> = branches.iter().filter(|branch| !branch.members.is_empty()).collect();
    let mut visits: Vec<TokenStream> = branches
        .iter()
        .filter(|branch| branch.members.is_empty())
        .map(|branch| visits(&ty, branch))
        .collect();
    if !by_members.is_empty() {
        visits.push(visit_by_members(&ty, &by_members));
    }
    vec![
        quote! {
            impl<'de> Deserialize<'de> for #ty {
                fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    deserializer.deserialize_any(#visitor)
                }
            }
        },
        quote!(struct #visitor;),
        quote! {
            impl<'de> Visitor<'de> for #visitor {
                type Value = #ty;

                fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                    formatter.write_str(#expecting)
                }

                #(#visits)*
            }
        },
    ]
}

/// The members decide, so they are all read before one alternative is chosen. A repeated member counts as it came last.
fn visit_by_members(ty: &syn::Ident, branches: &[&Branch]) -> TokenStream {
    let choices = branches.iter().map(|branch| {
        let variant = ident(&branch.variant);
        let members = &branch.members;
        quote! {
            if #(members.contains_key(#members))&&* {
                return decode_members(members).map(#ty::#variant);
            }
        }
    });
    let wanted: Vec<String> = branches
        .iter()
        .map(|branch| {
            branch.members.iter().map(|member| format!("`{member}`")).collect::<Vec<_>>().join(" and ")
        })
        .collect();
    let message = format!("missing members: expected {}", wanted.join(", or "));
    quote! {
        fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<#ty, A::Error> {
            let members: Map<String, Value> = Deserialize::deserialize(MapAccessDeserializer::new(members))?;
            #(#choices)*
            Err(de::Error::custom(#message))
        }
    }
}

/// The visitor's functions for one alternative: the value is handed on to the type of the alternative.
fn visits(ty: &syn::Ident, branch: &Branch) -> TokenStream {
    let variant = ident(&branch.variant);
    let plain = |function: &str, argument: TokenStream| {
        let function = ident(function);
        quote! {
            fn #function<E: de::Error>(self, value: #argument) -> Result<#ty, E> {
                Deserialize::deserialize(value.into_deserializer()).map(#ty::#variant)
            }
        }
    };
    match branch.kind {
        JsonKind::Text => plain("visit_str", quote!(&str)),
        JsonKind::Boolean => plain("visit_bool", quote!(bool)),
        JsonKind::Number => {
            let signed = plain("visit_i64", quote!(i64));
            let unsigned = plain("visit_u64", quote!(u64));
            let float = plain("visit_f64", quote!(f64));
            quote!(#signed #unsigned #float)
        }
        JsonKind::Array => quote! {
            fn visit_seq<A: SeqAccess<'de>>(self, elements: A) -> Result<#ty, A::Error> {
                Deserialize::deserialize(SeqAccessDeserializer::new(elements)).map(#ty::#variant)
            }
        },
        JsonKind::Object | JsonKind::Any => quote! {
            fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<#ty, A::Error> {
                Deserialize::deserialize(MapAccessDeserializer::new(members)).map(#ty::#variant)
            }
        },
    }
}

fn answer_impl(
    description: &Description,
    name: &syn::Ident,
    branches: &[Branch],
    holds_list: bool,
) -> TokenStream {
    if !holds_list {
        return quote!(impl Answer for #name {});
    }
    let arms = branches.iter().map(|branch| {
        let variant = ident(&branch.variant);
        if description.holds_list(&branch.ty) {
            quote!(Self::#variant(value) => value.visit_rejected(path, report),)
        } else {
            quote!(Self::#variant(_) => {})
        }
    });
    let counts = branches.iter().map(|branch| {
        let variant = ident(&branch.variant);
        if description.holds_list(&branch.ty) {
            quote!(Self::#variant(value) => value.unreported_count(),)
        } else {
            quote!(Self::#variant(_) => 0,)
        }
    });
    quote! {
        impl Answer for #name {
            fn visit_rejected(&self, path: &Path<'_>, report: &mut dyn FnMut(&Path<'_>, &RejectedElement)) {
                match self { #(#arms)* }
            }

            fn unreported_count(&self) -> usize {
                match self { #(#counts)* }
            }
        }
    }
}

/// The JSON type in words.
fn kind_words(kind: JsonKind) -> &'static str {
    match kind {
        JsonKind::Text => "a string",
        JsonKind::Number => "a number",
        JsonKind::Boolean => "a boolean",
        JsonKind::Array => "an array",
        JsonKind::Object | JsonKind::Any => "an object",
    }
}
