//! The event of an API: its envelope, its types, and the data of each.

use proc_macro2::TokenStream;
use quote::quote;

use super::model::{Description, EnumValue, Events, Object, Property, Schema, SchemaKind, Type};
use super::render::{docs, file, header, ident, paragraphs, property_docs, sentence, source_line};
use super::render_decode::{decoded, decoding};
use super::render_models::{debug_impl, enum_call, lenient_imports, schema_docs, serde_imports};
use super::render_types::{self as types, Imports};

/// The schemas that `event.rs` defines itself.
pub fn own_schemas(events: &Events) -> [&str; 3] {
    [&events.envelope, &events.payload, "EventType"]
}

/// `event.rs`: `Event`, `EventType` and `EventData`.
pub fn render(description: &Description, events: &Events) -> String {
    let api = &description.api;
    let remedy = format!("change the description, or add a method in src/{api}/behaviour/event.rs.");
    let header = header(description, "webhooks and schema Event", &events.digest, &remedy);
    let envelope = envelope_properties(description, events);
    let payload = payload_properties(description, events);
    let mut imports = Imports::default();
    for property in envelope.iter().filter(|property| property.wire != events.container) {
        if property.wire != "type" {
            imports.add(&property.ty);
        }
    }
    lifted(events, &payload).for_each(|property| imports.add(&property.ty));
    events.events.iter().for_each(|event| imports.add(&Type::Named(event.data.clone())));
    for name in ["Answer", "Hidden", "Path", "RejectedElement"] {
        imports.scalar(name);
    }
    let mut items: Vec<TokenStream> = imports.standard().into_iter().collect();
    items.push(quote!(
        use std::fmt;
    ));
    items.push(quote!(
        use serde::de::DeserializeOwned;
    ));
    items.extend(serde_imports(&envelope, false, false));
    items.push(quote!(
        use serde::ser::SerializeMap;
    ));
    items.push(quote!(
        use serde_json::Value;
    ));
    items.extend(imports.ours("Event"));
    items.extend(lenient_imports(&envelope));
    items.push(quote!(
        use crate::scalar::generated_support::{DebugObject, decode_value, open_enum};
    ));
    items.extend(event_items(description, events, &envelope, &payload));
    items.extend(data_items(description, events));
    let event_type =
        enum_call("open_enum", "EventType", &type_docs(description, events), &type_values(events));
    format!("{}\n{event_type}", file(&header, items))
}

fn envelope_properties(description: &Description, events: &Events) -> Vec<Property> {
    let mut properties = description.properties(&events.envelope).to_vec();
    for property in &mut properties {
        match property.wire.as_str() {
            "type" => property.ty = Type::Named("EventType".to_owned()),
            wire if wire == events.container => property.ty = Type::Named("Payload".to_owned()),
            _ => {}
        }
    }
    properties
}

fn payload_properties(description: &Description, events: &Events) -> Vec<Property> {
    let mut properties = description.properties(&events.payload).to_vec();
    for property in properties.iter_mut().filter(|property| property.wire == events.data) {
        property.ty = Type::Any;
        property.required = false;
        "data".clone_into(&mut property.rust);
    }
    properties
}

/// What stands beside the data and becomes a field of the event.
fn lifted<'a>(events: &'a Events, payload: &'a [Property]) -> impl Iterator<Item = &'a Property> {
    payload.iter().filter(|property| property.wire != events.data)
}

fn type_docs(description: &Description, events: &Events) -> String {
    let listed = description.schema("EventType").map(schema_docs);
    let envelope = description.schema(&events.envelope);
    listed.unwrap_or_else(|| {
        let source = envelope.map(|schema| source_line(&schema.source)).unwrap_or_default();
        paragraphs(["Kind of an event.", &source])
    })
}

fn type_values(events: &Events) -> Vec<EnumValue> {
    let values = events.events.iter().map(|event| EnumValue {
        wire: event.kind.clone(),
        aliases: event.aliases.clone(),
        variant: event.variant.clone(),
        description: Some(format!("`{}`: {}", event.kind, event.summary)),
    });
    values.collect()
}

/// `Event` and what it needs.
fn event_items(
    description: &Description,
    events: &Events,
    envelope: &[Property],
    payload: &[Property],
) -> Vec<TokenStream> {
    let plain: Vec<&Property> =
        envelope.iter().filter(|property| property.wire != events.container).collect();
    let lifted: Vec<&Property> = lifted(events, payload).collect();
    let documentation = docs(&paragraphs([description
        .schema(&events.envelope)
        .map(schema_docs)
        .unwrap_or_default()
        .as_str()]));
    let fields = plain.iter().chain(&lifted).map(|property| {
        let documentation = docs(&property_docs(property));
        let name = ident(&property.rust);
        let ty = types::field(property);
        quote!(#documentation pub #name: #ty)
    });
    let name = ident("Event");
    let mut shown: Vec<Property> = plain.iter().map(|property| (*property).clone()).collect();
    shown.extend(lifted.iter().map(|property| (*property).clone()));
    shown.extend(payload.iter().filter(|property| property.wire == events.data).map(|property| Property {
        ty: Type::Named("EventData".to_owned()),
        required: true,
        nullable: false,
        ..property.clone()
    }));
    let object = |properties: Vec<Property>| Object {
        properties,
        extra: false,
        private_constructor: false,
        forgiving: false,
        after_decoding: false,
        opaque: false,
        query: false,
    };
    let mut items = vec![
        quote! {
            #documentation
            #[derive(Clone, PartialEq)]
            #[non_exhaustive]
            pub struct Event {
                #(#fields,)*
                /// What happened, decoded by `kind`.
                pub data: EventData,
            }
        },
        constructors(&plain, &lifted),
        debug_impl(&name, &shown, false),
        serialize(events, &plain, &lifted),
        payload_out(events, &lifted),
    ];
    items.extend(decoding(
        "Event",
        &object(envelope.to_vec()),
        &event_result(events, &plain, &lifted, envelope),
    ));
    items.push(payload_module(&lifted, payload, &object));
    let (container, data) = (&events.container, &events.data);
    items.push(quote! {
        impl Answer for Event {
            fn visit_rejected(&self, path: &Path<'_>, report: &mut dyn FnMut(&Path<'_>, &RejectedElement)) {
                self.data.visit_rejected(&path.field(#container).field(#data), report);
            }

            fn unreported_count(&self) -> usize {
                self.data.unreported_count()
            }
        }
    });
    items
}

fn constructors(plain: &[&Property], lifted: &[&Property]) -> TokenStream {
    let all: Vec<&Property> = plain.iter().chain(lifted).copied().collect();
    let arguments = all.iter().filter(|property| !property.optional()).map(|property| {
        let name = ident(&property.rust);
        let ty = types::rust(&property.ty);
        quote!(#name: #ty)
    });
    let fields = all.iter().map(|property| {
        let name = ident(&property.rust);
        if property.optional() { quote!(#name: None) } else { quote!(#name) }
    });
    let setters = all
        .iter()
        .filter(|property| property.optional())
        .map(|property| super::render_models::setter(property, &quote!(pub)));
    quote! {
        impl Event {
            /// Makes one from its required members. `kind` and `data` must belong together.
            pub fn new(#(#arguments,)* data: EventData) -> Self {
                Self { #(#fields,)* data }
            }

            #(#setters)*
        }
    }
}

fn serialize(events: &Events, plain: &[&Property], lifted: &[&Property]) -> TokenStream {
    let entries = plain.iter().map(|property| {
        let wire = &property.wire;
        let name = ident(&property.rust);
        if property.optional() {
            quote!(if let Some(#name) = &self.#name { members.serialize_entry(#wire, #name)?; })
        } else {
            quote!(members.serialize_entry(#wire, &self.#name)?;)
        }
    });
    let container = &events.container;
    let inner = lifted.iter().map(|property| {
        let name = ident(&property.rust);
        quote!(#name: &self.#name)
    });
    quote! {
        /// Writes the event object, without a wrapper.
        impl Serialize for Event {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut members = serializer.serialize_map(None)?;
                #(#entries)*
                members.serialize_entry(#container, &PayloadOut { #(#inner,)* data: &self.data })?;
                members.end()
            }
        }
    }
}

/// What is written around the data.
fn payload_out(events: &Events, lifted: &[&Property]) -> TokenStream {
    let members = lifted.iter().map(|property| {
        let name = ident(&property.rust);
        let ty = types::field(property);
        let rename = (property.wire != property.rust).then(|| {
            let wire = &property.wire;
            quote!(#[serde(rename = #wire)])
        });
        let skip = property.optional().then(|| quote!(#[serde(skip_serializing_if = "Option::is_none")]));
        quote!(#rename #skip #name: &'a #ty)
    });
    let data = &events.data;
    let rename = (data != "data").then(|| quote!(#[serde(rename = #data)]));
    quote! {
        #[derive(Serialize)]
        struct PayloadOut<'a> {
            #(#members,)*
            #rename
            #[serde(skip_serializing_if = "EventData::is_absent")]
            data: &'a EventData,
        }
    }
}

/// Builds the event out of the decoded members: the data is decoded last, because the type may come after it.
fn event_result(
    events: &Events,
    plain: &[&Property],
    lifted: &[&Property],
    envelope: &[Property],
) -> TokenStream {
    let kind = plain.iter().find(|property| property.wire == "type").map(|property| decoded(property));
    let payload = envelope.iter().find(|property| property.wire == events.container).map(decoded);
    let fields = plain.iter().map(|property| {
        let name = ident(&property.rust);
        match decoded(property) {
            _ if property.wire == "type" => quote!(kind),
            value if value.to_string() == property.rust => value,
            value => quote!(#name: #value),
        }
    });
    let inner = lifted.iter().map(|property| {
        let name = ident(&property.rust);
        quote!(#name: payload.#name)
    });
    quote! {
        let kind = #kind;
        let payload: payload::Payload = #payload;
        let data = EventData::decode(&kind, payload.data.unwrap_or_default());
        Ok(Event { #(#fields,)* #(#inner,)* data })
    }
}

/// The payload has members of its own, so it gets a module of its own for their names.
fn payload_module(
    lifted: &[&Property],
    payload: &[Property],
    object: &dyn Fn(Vec<Property>) -> Object,
) -> TokenStream {
    let mut names: Vec<String> =
        lifted.iter().map(|property| types::rust(&property.ty).to_string()).collect();
    names.sort();
    names.dedup();
    let names = names.iter().map(|name| ident(name));
    let members = lifted.iter().map(|property| {
        let name = ident(&property.rust);
        let ty = types::field(property);
        quote!(pub(super) #name: #ty)
    });
    let values = lifted.iter().map(|property| {
        let name = ident(&property.rust);
        let value = decoded(property);
        quote!(#name: #value)
    });
    let decoding = decoding("Payload", &object(payload.to_vec()), &quote!(Ok(Payload { #(#values,)* data })));
    // Only a member that must be there makes an error of its own.
    let needs_errors = decoding.iter().any(|tokens| tokens.to_string().contains("de :: Error"));
    let errors = needs_errors.then(|| quote!(self,));
    quote! {
        mod payload {
            use std::fmt;
            use serde::de::{#errors IgnoredAny, MapAccess, Visitor};
            use serde::{Deserialize, Deserializer};
            #(use super::#names;)*

            pub(super) struct Payload {
                #(#members,)*
                pub(super) data: Option<serde_json::Value>,
            }

            #(#decoding)*
        }
    }
}

/// `EventData` and what it does.
fn data_items(description: &Description, events: &Events) -> Vec<TokenStream> {
    let variants: Vec<_> =
        events.events.iter().map(|event| (ident(&event.variant), ident(&event.data), event)).collect();
    let definitions = variants.iter().map(|(variant, data, event)| {
        let documentation =
            docs(&paragraphs([sentence(&event.summary).as_str(), &source_line(&event.source)]));
        quote!(#documentation #variant(#data))
    });
    let names: Vec<_> = variants.iter().map(|(variant, ..)| variant).collect();
    let labels = variants.iter().map(|(_, _, event)| &event.variant);
    let visits = variants.iter().map(|(variant, _, event)| {
        if description.holds_list(&Type::Named(event.data.clone())) {
            quote!(Self::#variant(data) => data.visit_rejected(path, report),)
        } else {
            quote!(Self::#variant(_) => {})
        }
    });
    let holds_list =
        events.events.iter().any(|event| description.holds_list(&Type::Named(event.data.clone())));
    let counts =
        variants.iter().filter(|(_, _, event)| description.holds_list(&Type::Named(event.data.clone())));
    let counts: Vec<_> =
        counts.map(|(variant, ..)| quote!(Self::#variant(data) => data.unreported_count(),)).collect();
    let visit_body = if holds_list {
        quote!(match self { #(#visits)* Self::Unrecognized(_) | Self::Undecodable { .. } => {} })
    } else {
        quote!(let _ = (path, report);)
    };
    let count = holds_list.then(|| {
        quote! {
            fn unreported_count(&self) -> usize {
                match self { #(#counts)* _ => 0 }
            }
        }
    });
    let froms = variants
        .iter()
        .filter(|(_, data, _)| variants.iter().filter(|(_, other, _)| other == data).count() == 1);
    let froms = froms.map(|(variant, data, _)| {
        quote! {
            impl From<#data> for EventData {
                fn from(data: #data) -> Self {
                    Self::#variant(data)
                }
            }
        }
    });
    let mut items = vec![
        quote! {
            /// What happened, by the type of the event. An event is never lost: what does not decode is kept whole.
            #[derive(Clone, PartialEq)]
            #[non_exhaustive]
            pub enum EventData {
                #(#definitions,)*
                /// The data of an event type that this version does not know, as it came. Acknowledge the event.
                Unrecognized(Value),
                /// The data of a known type in a form that this version cannot read, as it came. Acknowledge the event
                /// and report the problem to the maintainers of these models.
                Undecodable {
                    /// The data as it came. It may hold personal data: do not log it.
                    data: Value,
                    /// Where and why it did not decode, without what was received.
                    problem: String,
                },
            }
        },
        quote! {
            impl EventData {
                /// Decodes the data of an event of type `kind`. Never fails: see the last two variants.
                pub fn decode(kind: &EventType, data: Value) -> Self {
                    match kind {
                        #(EventType::#names => Self::decode_as(data, Self::#names),)*
                        EventType::Unrecognized(_) => Self::Unrecognized(data),
                    }
                }

                /// The type of event that this is the data of, if it was decoded.
                pub fn kind(&self) -> Option<EventType> {
                    match self {
                        #(Self::#names(_) => Some(EventType::#names),)*
                        Self::Unrecognized(_) | Self::Undecodable { .. } => None,
                    }
                }

                fn decode_as<T: DeserializeOwned>(data: Value, wrap: fn(T) -> Self) -> Self {
                    match decode_value(&data) {
                        Ok(decoded) => wrap(decoded),
                        Err(problem) => Self::Undecodable { data, problem },
                    }
                }

                fn is_absent(&self) -> bool {
                    matches!(self, Self::Unrecognized(Value::Null) | Self::Undecodable { data: Value::Null, .. })
                }
            }
        },
    ];
    items.extend(froms);
    items.push(quote! {
        impl fmt::Debug for EventData {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    #(Self::#names(data) => formatter.debug_tuple(#labels).field(data).finish(),)*
                    Self::Unrecognized(_) => formatter.debug_tuple("Unrecognized").field(&Hidden).finish(),
                    Self::Undecodable { .. } => formatter.debug_struct("Undecodable").finish_non_exhaustive(),
                }
            }
        }
    });
    items.push(quote! {
        impl Serialize for EventData {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                #[allow(clippy::match_same_arms, reason = "an arm for each type of event")]
                match self {
                    #(Self::#names(data) => data.serialize(serializer),)*
                    Self::Unrecognized(data) | Self::Undecodable { data, .. } => data.serialize(serializer),
                }
            }
        }
    });
    items.push(quote! {
        impl Answer for EventData {
            fn visit_rejected(&self, path: &Path<'_>, report: &mut dyn FnMut(&Path<'_>, &RejectedElement)) {
                #visit_body
            }

            #count
        }
    });
    items
}

/// Whether `schema` is rendered into a file of its own.
pub fn has_own_file(description: &Description, schema: &Schema) -> bool {
    let in_event =
        description.events.as_ref().is_some_and(|events| own_schemas(events).contains(&schema.name.as_str()));
    !in_event || matches!(schema.kind, SchemaKind::Id)
}
