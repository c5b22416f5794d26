//! The client: every operation as a pure call, and as a method that sends it.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::TokenStream;
use quote::quote;

use super::model::{Auth, Description, Operation, Property, Safety, SchemaKind, Type};
use super::names;
use super::render::{self, docs, header, ident, paragraphs, sentence, source_line};
use super::render_operations::known_values;
use super::render_types as types;

/// `calls.rs`: functions that build a call and do nothing else.
pub fn render_calls(description: &Description) -> String {
    let api = ident(&description.api);
    let operations = description.sorted_operations();
    let mut names: BTreeSet<String> = model_names(&operations);
    names.extend(operations.iter().map(|operation| operation.response.clone()));
    let names: Vec<_> = names.iter().map(|name| ident(name)).collect();
    let has_body = operations.iter().any(|operation| operation.request.is_some());
    let call_items = if has_body { quote!(Call, body, path) } else { quote!(Call, path) };
    let mut items = vec![
        quote!(use billwire_models::#api::{#(#names,)* operations};),
        quote!(use crate::call::{#call_items};),
    ];
    items.extend(has_body.then(|| {
        quote!(
            use crate::error::Error;
        )
    }));
    let is_limited = operations.iter().any(|operation| has_limit(description, operation));
    items.extend(is_limited.then(|| {
        quote!(
            use crate::paging;
        )
    }));
    items.extend(operations.iter().map(|operation| call(description, operation)));
    let remedy = "change the description.";
    let module = "//! The operations as plain calls: build one, turn it into a request, send that with any HTTP client, and give the\n\
                  //! response back to it. Nothing here does I/O.\n\n";
    render::file(&(header(description, "paths", &description.paths_digest, remedy) + module), items)
}

/// `client.rs`: the methods of the client.
pub fn render_client(description: &Description) -> String {
    let api = ident(&description.api);
    let operations = description.sorted_operations();
    let mut names: BTreeSet<String> = model_names(&operations);
    names.extend(operations.iter().map(|operation| operation.response.clone()));
    let names: Vec<_> = names.iter().map(|name| ident(name)).collect();
    let impls = impls(description, &operations);
    let items = vec![
        quote!(use billwire_models::#api::{#(#names),*};),
        quote!(
            use crate::answer::Answer;
        ),
        quote!(
            use crate::error::Error;
        ),
        quote!(
            use super::calls;
        ),
        quote!(use crate::#api::Client;),
    ];
    let scoped = credentials(&operations).len() > 1;
    let scope = scoped.then(|| quote!(use crate::#api::scope;));
    let items = items.into_iter().chain(scope).chain(impls).collect();
    render::file(&header(description, "paths", &description.paths_digest, "change the description."), items)
}

/// The methods, apart by the credentials that their operations take: a client has those that its own credential may call.
///
/// With one credential there is one `Client`; with several each has a scope. What every scope may call, or what takes no
/// credential, is for all of them; what one may call, for that one; and for a set in between a trait is made.
fn impls(description: &Description, operations: &[&Operation]) -> Vec<TokenStream> {
    let everyone = credentials(operations);
    let methods = |operations: &[&Operation]| -> Vec<TokenStream> {
        operations.iter().map(|operation| method(description, operation)).collect()
    };
    if everyone.len() <= 1 {
        let methods = methods(operations);
        return vec![quote! {
            /// One method per operation.
            impl Client { #(#methods)* }
        }];
    }
    let mut items = Vec::new();
    for (set, operations) in by_credentials(operations, &everyone) {
        let methods = methods(&operations);
        let documentation = docs(&format!("One method per operation that takes {}.", one_of(&set)));
        let scopes: Vec<_> = set.iter().filter_map(|auth| auth.scope()).map(ident).collect();
        items.push(if set == everyone {
            quote! {
                /// One method per operation that every credential may call, or that takes none.
                impl<S: scope::Scope> Client<S> { #(#methods)* }
            }
        } else if let [scope] = scopes.as_slice() {
            quote! {
                #documentation
                impl Client<scope::#scope> { #(#methods)* }
            }
        } else {
            let name = ident(&set_name(&set));
            let about = docs(&format!("A scope that reaches as far as {}.", one_of(&set)));
            quote! {
                #about
                pub trait #name: scope::Scope {}
                #(impl #name for scope::#scopes {})*
                #documentation
                impl<S: #name> Client<S> { #(#methods)* }
            }
        });
    }
    items
}

/// The credentials that an API knows.
fn credentials(operations: &[&Operation]) -> BTreeSet<Auth> {
    let all = operations.iter().flat_map(|operation| operation.auth.iter().copied());
    all.filter(|auth| *auth != Auth::Nothing).collect()
}

/// The operations by the credentials that may call them; the largest set first. Where none is needed, all may.
fn by_credentials<'a>(
    operations: &[&'a Operation],
    everyone: &BTreeSet<Auth>,
) -> Vec<(BTreeSet<Auth>, Vec<&'a Operation>)> {
    let mut groups: BTreeMap<BTreeSet<Auth>, Vec<&Operation>> = BTreeMap::new();
    for operation in operations {
        let taken: BTreeSet<Auth> = operation.auth.iter().copied().collect();
        let set = if taken.contains(&Auth::Nothing) { everyone.clone() } else { taken };
        groups.entry(set).or_default().push(operation);
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_by_key(|(set, _)| std::cmp::Reverse(set.len()));
    groups
}

/// The name of a set of credentials: `ClientCredentialsOrAccessToken`.
fn set_name(set: &BTreeSet<Auth>) -> String {
    let words: Vec<String> = set.iter().map(|auth| names::variant(auth.word())).collect();
    words.join("Or")
}

/// The names of the traits that [`impls`] makes.
fn set_names(operations: &[&Operation]) -> Vec<String> {
    let everyone = credentials(operations);
    if everyone.len() <= 1 {
        return Vec::new();
    }
    let sets = by_credentials(operations, &everyone).into_iter().map(|(set, _)| set);
    sets.filter(|set| *set != everyone && set.len() > 1).map(|set| set_name(&set)).collect()
}

/// A set of credentials for people.
fn one_of(set: &BTreeSet<Auth>) -> String {
    let words: Vec<&str> = set.iter().map(|auth| auth.words()).collect();
    words.join(" or ")
}

/// `mod.rs` of the generated client.
pub fn render_module(description: &Description) -> String {
    let sets = set_names(&description.sorted_operations());
    let sets = if sets.is_empty() {
        String::new()
    } else {
        format!("\npub use self::client::{{{}}};\n", sets.join(", "))
    };
    format!(
        "// @generated by `cargo xtask codegen` from {}. Do not edit: change the description.\n\n\
         #![allow(clippy::doc_markdown, reason = \"the text comes from the service's documents\")]\n\n\
         pub mod calls;\nmod client;\n{sets}",
        description.path
    )
}

/// The names of ids, queries and requests that arguments have.
fn model_names(operations: &[&Operation]) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for operation in operations {
        names.extend(operation.path_parameters.iter().filter_map(|property| match &property.ty {
            Type::Named(name) => Some(name.clone()),
            _ => None,
        }));
        names.extend(operation.query.clone());
        names.extend(operation.request.clone());
    }
    names
}

/// Whether a page of the operation has a size that the caller may choose.
fn has_limit(description: &Description, operation: &Operation) -> bool {
    let query = description.schemas.iter().find(|schema| Some(&schema.name) == operation.query.as_ref());
    operation.paging.is_some()
        && query.is_some_and(|query| match &query.kind {
            SchemaKind::Object(object) => object.properties.iter().any(|property| property.wire == LIMIT),
            _ => false,
        })
}

/// The query parameter for the size of a page.
const LIMIT: &str = "limit";

fn call(description: &Description, operation: &Operation) -> TokenStream {
    let name = ident(&operation.rust_method());
    let constant = ident(&names::constant(&operation.id));
    let answer = ident(&operation.response);
    let arguments = arguments(operation);
    let pairs = operation.path_parameters.iter().map(|property| {
        let wire = &property.wire;
        let text = text_of(property);
        quote!((#wire, #text))
    });
    let parameters = match &operation.query {
        None => quote!(&[#(#pairs),*]),
        Some(_) => quote!(&parameters),
    };
    let prepare = operation.query.as_ref().map(|_| {
        let pairs = operation.path_parameters.iter().map(|property| {
            let wire = &property.wire;
            let text = text_of(property);
            quote!((#wire, #text))
        });
        let all = if has_limit(description, operation) {
            quote!(paging::with_limit(query.pairs()))
        } else {
            quote!(query.pairs())
        };
        quote! {
            let query = #all;
            let mut parameters: Vec<(&str, &str)> = vec![#(#pairs),*];
            parameters.extend(query.iter().map(|(name, value)| (*name, value.as_str())));
        }
    });
    let path = quote!(path(&operations::#constant, #parameters));
    let line = format!(
        "{} A call of `{} {}`.",
        sentence(&operation.summary),
        operation.method.to_uppercase(),
        operation.path
    );
    let source = source_line(&operation.source);
    if operation.request.is_some() {
        let documentation = docs(&paragraphs([
            line.as_str(),
            "# Errors\n\nAn error if the request does not serialise.",
            &source,
        ]));
        quote! {
            #documentation
            pub fn #name(#arguments) -> Result<Call<#answer>, Error> {
                #prepare
                Ok(Call::new(&operations::#constant, #path, Some(body(request)?)))
            }
        }
    } else {
        let documentation = docs(&paragraphs([line.as_str(), &source]));
        quote! {
            #documentation
            pub fn #name(#arguments) -> Call<#answer> {
                #prepare
                Call::new(&operations::#constant, #path, None)
            }
        }
    }
}

fn method(description: &Description, operation: &Operation) -> TokenStream {
    let name = ident(&operation.rust_method());
    let answer = ident(&operation.response);
    let parameters = arguments(operation);
    let arguments = argument_names(operation);
    let documentation = docs(&method_docs(description, operation));
    let built = if operation.request.is_some() {
        quote!(calls::#name(#(#arguments),*)?)
    } else {
        quote!(calls::#name(#(#arguments),*))
    };
    quote! {
        #documentation
        pub async fn #name(&self, #parameters) -> Result<Answer<#answer>, Error> {
            self.send(#built).await
        }
    }
}

fn method_docs(description: &Description, operation: &Operation) -> String {
    let credentials: Vec<&str> = operation.auth.iter().map(|auth| auth.words()).collect();
    let mut sends = format!(
        "Sends `{} {}` with {}. {}",
        operation.method.to_uppercase(),
        operation.path,
        credentials.join(" or "),
        operation.repeat_sentence()
    );
    if has_limit(description, operation) {
        sends.push_str(" A query without `limit` asks for a page of 100.");
    }
    if operation.sandbox_only {
        sends.push_str(" Refused unsent by a client for production.");
    }
    if let Some(key) = operation.idempotency_key {
        sends.push(' ');
        sends.push_str(key.sentence());
    }
    if operation.card_data {
        sends.push_str(" The request carries card or bank account data: never over plain `http`, and encrypted where the \
             service offers that.");
    }
    let errors = match operation.safety {
        Safety::Read | Safety::Idempotent | Safety::Harmless => {
            "[`Error`]: [`Error::kind`] says what went wrong, [`Error::advice`] what to do about it."
        }
        Safety::Reconcilable | Safety::Never => {
            "[`Error`]: [`Error::kind`] says what went wrong. Ask [`Error::may_have_taken_effect`] before asking for the \
             same thing again."
        }
    };
    let errors = format!("# Errors\n\n{errors}");
    paragraphs([
        sentence(&operation.summary).as_str(),
        &operation.description,
        &known_values(description, operation),
        &sends,
        if operation.deprecated { "Deprecated by the service." } else { "" },
        &errors,
        &source_line(&operation.source),
    ])
}

/// The parameters of a call: path parameters, query, request.
fn arguments(operation: &Operation) -> TokenStream {
    let in_path = operation.path_parameters.iter().map(|property| {
        let name = ident(&property.rust);
        match &property.ty {
            Type::Text => quote!(#name: &str),
            ty => {
                let ty = types::rust(ty);
                quote!(#name: &#ty)
            }
        }
    });
    let query = operation.query.as_ref().map(|query| {
        let query = ident(query);
        quote!(query: &#query,)
    });
    let request = operation.request.as_ref().map(|request| {
        let request = ident(request);
        quote!(request: &#request,)
    });
    quote!(#(#in_path,)* #query #request)
}

fn argument_names(operation: &Operation) -> Vec<syn::Ident> {
    let mut names: Vec<_> = operation.path_parameters.iter().map(|property| ident(&property.rust)).collect();
    names.extend(operation.query.as_ref().map(|_| ident("query")));
    names.extend(operation.request.as_ref().map(|_| ident("request")));
    names
}

/// The text of a path parameter: ids and enums have `as_str`.
fn text_of(property: &Property) -> TokenStream {
    let name = ident(&property.rust);
    match property.ty {
        Type::Text => quote!(#name),
        _ => quote!(#name.as_str()),
    }
}
