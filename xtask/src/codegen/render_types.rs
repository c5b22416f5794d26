//! Types of the model as Rust: what a field is, how it is decoded, what `Debug` may show.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::quote;

use super::model::{Description, Property, SchemaKind, Type};
use super::render::ident;

/// Names that a rendered type needs in scope.
#[derive(Debug, Default)]
pub struct Imports {
    scalars: BTreeSet<&'static str>,
    schemas: BTreeSet<String>,
    map: bool,
}

impl Imports {
    /// Notes what `ty` names.
    pub fn add(&mut self, ty: &Type) {
        match ty {
            Type::Text | Type::Boolean { .. } | Type::Integer { .. } | Type::Float | Type::Any => {}
            Type::Number => self.scalar("Number"),
            Type::Money => self.scalar("Money"),
            Type::Timestamp => self.scalar("Timestamp"),
            Type::Date => self.scalar("Date"),
            Type::ProviderTime => self.scalar("ProviderTime"),
            Type::Secret => self.scalar("Secret"),
            Type::CardData => self.scalar("CardData"),
            Type::Named(name) => {
                self.schemas.insert(name.clone());
            }
            Type::List(items) => {
                self.scalar("List");
                self.add(items);
            }
            Type::Array { items, .. } => self.add(items),
            Type::Map(values) => {
                self.map = true;
                self.add(values);
            }
        }
    }

    /// Notes a name of `crate::scalar`.
    pub fn scalar(&mut self, name: &'static str) {
        self.scalars.insert(name);
    }

    /// Notes that maps are used.
    pub fn map(&mut self) {
        self.map = true;
    }

    /// The import of maps, if they are used; standard library imports come first in a file.
    pub fn standard(&self) -> Option<TokenStream> {
        self.map.then(|| {
            quote!(
                use std::collections::BTreeMap;
            )
        })
    }

    /// The imports of our own names, without `own`, the type of the file itself.
    pub fn ours(&self, own: &str) -> Vec<TokenStream> {
        let mut items = Vec::new();
        let schemas: Vec<_> =
            self.schemas.iter().filter(|name| *name != own).map(|name| ident(name)).collect();
        match schemas.as_slice() {
            [] => {}
            [one] => items.push(quote!(use super::#one;)),
            many => items.push(quote!(use super::{#(#many),*};)),
        }
        let scalars: Vec<_> = self.scalars.iter().map(|name| ident(name)).collect();
        match scalars.as_slice() {
            [] => {}
            [one] => items.push(quote!(use crate::scalar::#one;)),
            many => items.push(quote!(use crate::scalar::{#(#many),*};)),
        }
        items
    }
}

/// The Rust type.
pub fn rust(ty: &Type) -> TokenStream {
    match ty {
        Type::Text => quote!(String),
        Type::Boolean { .. } => quote!(bool),
        Type::Integer { rust, .. } => {
            let rust = ident(rust);
            quote!(#rust)
        }
        Type::Float => quote!(f64),
        Type::Number => quote!(Number),
        Type::Money => quote!(Money),
        Type::Timestamp => quote!(Timestamp),
        Type::Date => quote!(Date),
        Type::ProviderTime => quote!(ProviderTime),
        Type::Secret => quote!(Secret),
        Type::CardData => quote!(CardData),
        Type::Named(name) => {
            let name = ident(name);
            quote!(#name)
        }
        Type::List(items) => {
            let items = rust(items);
            quote!(List<#items>)
        }
        Type::Array { items, .. } => {
            let items = rust(items);
            quote!(Vec<#items>)
        }
        Type::Map(values) => {
            let values = rust(values);
            quote!(BTreeMap<String, #values>)
        }
        Type::Any => quote!(serde_json::Value),
    }
}

/// The Rust type of a field.
pub fn field(property: &Property) -> TokenStream {
    let ty = rust(&property.ty);
    if property.optional() { quote!(Option<#ty>) } else { ty }
}

/// The type that decodes a lenient member, to be unwrapped with `.0`.
pub fn lenient(ty: &Type) -> Option<TokenStream> {
    match ty {
        Type::Boolean { lenient: true } => Some(quote!(LenientBool)),
        Type::Integer { rust, lenient: true } => {
            let rust = ident(rust);
            Some(quote!(LenientInteger<#rust>))
        }
        Type::Array { items, lenient: true } => {
            let items = rust(items);
            Some(quote!(LenientArray<#items>))
        }
        _ => None,
    }
}

/// The name to import for [`lenient`].
pub fn lenient_name(ty: &Type) -> Option<&'static str> {
    match ty {
        Type::Boolean { lenient: true } => Some("LenientBool"),
        Type::Integer { lenient: true, .. } => Some("LenientInteger"),
        Type::Array { lenient: true, .. } => Some("LenientArray"),
        _ => None,
    }
}

/// Whether `Debug` may print the value: ids, enums, switches, counts, times and objects that decide for themselves. Money
/// and secrets hide themselves.
pub fn shown(ty: &Type) -> bool {
    match ty {
        Type::Text | Type::Float | Type::Number | Type::Map(_) | Type::Any => false,
        Type::List(items) | Type::Array { items, .. } => shown(items),
        _ => true,
    }
}

impl Description {
    /// Whether a value of this type can hold a list that reports rejected elements.
    pub fn holds_list(&self, ty: &Type) -> bool {
        match ty {
            Type::List(_) => true,
            Type::Array { items, .. } => self.holds_list(items),
            Type::Named(name) => match self.schema(name).map(|schema| &schema.kind) {
                Some(SchemaKind::Object(object)) => object
                    .properties
                    .iter()
                    .any(|property| !endless(name, &property.ty) && self.holds_list(&property.ty)),
                Some(SchemaKind::OneOf(branches)) => {
                    branches.iter().any(|branch| self.holds_list(&branch.ty))
                }
                _ => false,
            },
            _ => false,
        }
    }

    /// Whether a value of this type can hold a secret or card data.
    pub fn holds_secret(&self, ty: &Type) -> bool {
        match ty {
            Type::Secret | Type::CardData => true,
            Type::List(items) | Type::Array { items, .. } | Type::Map(items) => self.holds_secret(items),
            Type::Named(name) => match self.schema(name).map(|schema| &schema.kind) {
                Some(SchemaKind::Object(object)) => object
                    .properties
                    .iter()
                    .any(|property| !endless(name, &property.ty) && self.holds_secret(&property.ty)),
                Some(SchemaKind::OneOf(branches)) => {
                    branches.iter().any(|branch| self.holds_secret(&branch.ty))
                }
                _ => false,
            },
            _ => false,
        }
    }
}

impl Description {
    /// The names of the members that hold a secret or card data themselves, at any depth of `ty`.
    pub fn secret_members(&self, ty: &Type) -> BTreeSet<&str> {
        match ty {
            Type::List(items) | Type::Array { items, .. } | Type::Map(items) => self.secret_members(items),
            Type::Named(name) => match self.schema(name).map(|schema| &schema.kind) {
                Some(SchemaKind::Object(object)) => object
                    .properties
                    .iter()
                    .filter(|property| !endless(name, &property.ty))
                    .flat_map(|property| self.secrets_of(&property.wire, &property.ty))
                    .collect(),
                Some(SchemaKind::OneOf(branches)) => {
                    branches.iter().flat_map(|branch| self.secret_members(&branch.ty)).collect()
                }
                _ => BTreeSet::new(),
            },
            _ => BTreeSet::new(),
        }
    }

    /// The member `name` if it is a secret itself, otherwise the secrets in it.
    fn secrets_of<'a>(&'a self, name: &'a str, ty: &Type) -> BTreeSet<&'a str> {
        if is_secret(ty) { BTreeSet::from([name]) } else { self.secret_members(ty) }
    }
}

/// Whether `ty` is a secret or card data, or many of them.
fn is_secret(ty: &Type) -> bool {
    match ty {
        Type::Secret | Type::CardData => true,
        Type::List(items) | Type::Array { items, .. } | Type::Map(items) => is_secret(items),
        _ => false,
    }
}

/// Whether `ty` is the schema `name` again, through an array or a map.
fn endless(name: &str, ty: &Type) -> bool {
    match ty {
        Type::Named(inner) => inner == name,
        Type::List(items) | Type::Array { items, .. } | Type::Map(items) => endless(name, items),
        _ => false,
    }
}
