//! The command's dispatch: from an operation of the table to the client's method.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::quote;

use super::model::{Auth, Description, PagingStyle, Type};
use super::render::{self, header, ident};
use super::render_types as types;

/// `dispatch.rs`.
pub fn render_dispatch(description: &Description) -> String {
    let api = ident(&description.api);
    let operations = description.sorted_operations();
    let mut names: BTreeSet<&str> = BTreeSet::new();
    let mut arms = Vec::new();
    for operation in &operations {
        let id = &operation.id;
        let method = ident(&operation.rust_method());
        let mut arguments = Vec::new();
        for property in &operation.path_parameters {
            let wire = &property.wire;
            match &property.ty {
                Type::Named(name) => {
                    names.insert(name);
                    let ty = types::rust(&property.ty);
                    arguments.push(quote!(&#ty::from(arguments.parameter(#wire)?)));
                }
                _ => arguments.push(quote!(arguments.parameter(#wire)?)),
            }
        }
        let query = operation.query.as_ref().map(|query| {
            names.insert(query);
            let ty = ident(query);
            arguments.push(quote!(&query));
            quote!(let query: #ty = outcome::query(operation, arguments)?;)
        });
        let request = operation.request.as_ref().map(|request| {
            names.insert(request);
            let ty = ident(request);
            arguments.push(quote!(&request));
            quote!(let request: #ty = outcome::body(operation, body)?;)
        });
        // A call is sent whatever the credential is: what it reaches was compared with the table before.
        let call = if request.is_some() {
            quote!(outcome::call(calls::#method(#(#arguments),*))?)
        } else {
            quote!(calls::#method(#(#arguments),*))
        };
        arms.push(quote! {
            #id => {
                #query
                #request
                outcome::of(client.send(#call).await)
            }
        });
    }
    let names = names.into_iter().map(ident);
    let taken = operations.iter().flat_map(|operation| operation.auth.iter());
    let credentials: BTreeSet<&str> =
        taken.filter(|auth| **auth != Auth::Nothing).map(|auth| auth.word()).collect();
    let (scope, generics, client) = if credentials.len() > 1 {
        let scope = quote!(use billwire::core::#api::scope::Scope;);
        (Some(scope), Some(quote!(<S: Scope>)), quote!(Client<S>))
    } else {
        (None, None, quote!(Client))
    };
    let lists = render_lists(description, generics.as_ref(), &client);
    let items = [quote!(use billwire::core::#api::{Client, calls};)].into_iter().chain(scope);
    let items = items.chain(lists.iter().map(|lists| lists.core_import.clone()));
    let items = items.chain([
        quote!(
            use billwire::models::operation::Operation;
        ),
        quote!(use billwire::models::#api::{#(#names),*};),
        quote!(
            use serde_json::Value;
        ),
        quote!(
            use crate::error::Error;
        ),
        quote!(
            use crate::operation_args::Arguments;
        ),
        quote!(
            use crate::outcome::{self, Outcome};
        ),
    ]);
    let items = items.chain(lists.iter().map(|_| {
        quote!(
            use crate::pages;
        )
    }));
    let items = items.chain([quote! {
            /// Calls `operation` with what was given on the command line.
            ///
            /// # Errors
            ///
            /// The call's own error, or a wrong argument.
            pub(crate) async fn run #generics(
                client: &#client,
                operation: &'static Operation,
                arguments: &Arguments,
                body: Option<Value>,
            ) -> Result<Outcome, Error> {
                match operation.id {
                    #(#arms)*
                    _ => Err(outcome::not_compiled_in(operation)),
                }
            }
    }]);
    let items = items.chain(lists.iter().map(|lists| lists.function.clone()));
    render::file(
        &header(description, "paths", &description.paths_digest, "change the description."),
        items.collect(),
    )
}

/// What an API has besides whose lists come in pages.
struct Lists {
    core_import: TokenStream,
    function: TokenStream,
}

/// The same for whole lists, of the operations that have pages; how those follow each other is the core's to know.
fn render_lists(
    description: &Description,
    generics: Option<&TokenStream>,
    client: &TokenStream,
) -> Option<Lists> {
    let mut styles = BTreeSet::new();
    let mut arms = Vec::new();
    for operation in description.sorted_operations() {
        let (Some(paging), Some(query)) = (operation.paging, &operation.query) else { continue };
        let style = match paging {
            PagingStyle::Cursor => "ByCursor",
            PagingStyle::PageNumber => "ByNumber",
        };
        styles.insert(style);
        let (id, query, style) = (&operation.id, ident(query), ident(style));
        arms.push(quote! {
            #id => {
                let query: #query = outcome::query(operation, arguments)?;
                pages::whole(client.pages(#style::new(query))).await
            }
        });
    }
    let styles = styles.into_iter().map(ident);
    (!arms.is_empty()).then(|| Lists {
        core_import: quote!(use billwire::core::paging::{#(#styles),*};),
        function: quote! {
            /// Every page of the list of `operation`, from the one on that the arguments name.
            ///
            /// # Errors
            ///
            /// That of a page, or a wrong argument.
            pub(crate) async fn all_pages #generics(
                client: &#client,
                operation: &'static Operation,
                arguments: &Arguments,
            ) -> Result<Outcome, Error> {
                match operation.id {
                    #(#arms)*
                    _ => Err(outcome::not_compiled_in(operation)),
                }
            }
        },
    })
}

/// `mod.rs` of the generated commands.
pub fn render_module(description: &Description) -> String {
    format!(
        "// @generated by `cargo xtask codegen` from {}. Do not edit: change the description.\n\npub(crate) mod dispatch;\n",
        description.path
    )
}
