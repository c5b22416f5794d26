//! The checked model of a description: what the renderers read. Nothing in it can be wrong any more.

/// One API description.
#[derive(Debug)]
pub struct Description {
    /// Short name: `q2`.
    pub api: String,
    /// Path of the description inside the repository, with forward slashes.
    pub path: String,
    pub title: String,
    pub version: String,
    pub summary: String,
    /// By name.
    pub schemas: Vec<Schema>,
    /// In the order of the description.
    pub operations: Vec<Operation>,
    /// In the order of the description.
    pub tags: Vec<Tag>,
    pub events: Option<Events>,
    /// First digits of the SHA-256 of `paths`.
    pub paths_digest: String,
}

impl Description {
    /// The schema with this name. Every reference was checked, so a missing one is a mistake of the generator.
    pub fn schema(&self, name: &str) -> Option<&Schema> {
        self.schemas.iter().find(|schema| schema.name == name)
    }

    /// The operations by operation id, as generated code lists them.
    pub fn sorted_operations(&self) -> Vec<&Operation> {
        let mut operations: Vec<_> = self.operations.iter().collect();
        operations.sort_by(|a, b| a.id.cmp(&b.id));
        operations
    }

    /// The operations of one tag, in the order of the description.
    pub fn operations_of<'a>(&'a self, tag: &'a str) -> impl Iterator<Item = &'a Operation> {
        self.operations.iter().filter(move |operation| operation.tag == tag)
    }
}

/// A group of operations: a page of the reference, a noun of the command line.
#[derive(Debug)]
pub struct Tag {
    pub name: String,
    pub description: String,
}

/// A named schema with a Rust type of its own.
#[derive(Debug)]
pub struct Schema {
    pub name: String,
    pub description: String,
    pub source: String,
    /// First digits of the SHA-256 of the schema's part of the description.
    pub digest: String,
    pub kind: SchemaKind,
}

/// What a [`Schema`] is.
#[derive(Debug)]
pub enum SchemaKind {
    Object(Object),
    OpenEnum(Vec<EnumValue>),
    ClosedEnum(Vec<EnumValue>),
    Id,
    OneOf(Vec<Branch>),
}

/// A JSON object with named members.
#[derive(Debug)]
pub struct Object {
    pub properties: Vec<Property>,
    /// Members without a name in the description are kept.
    pub extra: bool,
    /// No public `new`: hand-written code offers better ones.
    pub private_constructor: bool,
    /// An optional member that cannot be read counts as absent.
    pub forgiving: bool,
    /// Whether hand-written code looks at the object once it was decoded.
    pub after_decoding: bool,
    /// No public field either: the fields in another combination would mean something else.
    pub opaque: bool,
    /// Made by this generator from the query parameters of an operation: every value arrives as text.
    pub query: bool,
}

/// A member of an object.
#[derive(Clone, Debug)]
pub struct Property {
    pub wire: String,
    pub rust: String,
    pub ty: Type,
    pub required: bool,
    pub nullable: bool,
    /// Other spellings accepted when decoding.
    pub aliases: Vec<String>,
    pub description: String,
    pub source: Option<String>,
    pub deprecated: bool,
    pub limits: Limits,
    /// What its absence means, for an optional boolean that is sent in any case.
    pub explicit_default: Option<bool>,
}

impl Property {
    /// Whether the Rust field is an `Option`.
    pub fn optional(&self) -> bool {
        !self.required || self.nullable
    }
}

/// Bounds that the description states; they go into the documentation and are checked in its examples.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Limits {
    pub minimum: Option<i64>,
    pub maximum: Option<i64>,
    pub min_length: Option<u64>,
    pub max_length: Option<u64>,
    pub min_items: Option<u64>,
    pub max_items: Option<u64>,
}

/// The type of a value.
#[derive(Clone, Debug, PartialEq)]
pub enum Type {
    Text,
    Boolean {
        lenient: bool,
    },
    Integer {
        rust: &'static str,
        lenient: bool,
    },
    /// A binary floating-point number.
    Float,
    /// An exact decimal number.
    Number,
    Money,
    Timestamp,
    /// A day of the calendar.
    Date,
    ProviderTime,
    Secret,
    CardData,
    /// A [`Schema`] by name.
    Named(String),
    /// An array whose bad elements are reported instead of failing the whole.
    List(Box<Type>),
    Array {
        items: Box<Type>,
        lenient: bool,
    },
    Map(Box<Type>),
    /// Any JSON value.
    Any,
}

/// One value of an enumeration.
#[derive(Debug)]
pub struct EnumValue {
    pub wire: String,
    /// Other spellings, accepted when decoding and never sent.
    pub aliases: Vec<String>,
    pub variant: String,
    pub description: Option<String>,
}

/// One alternative of a `oneOf`.
#[derive(Debug)]
pub struct Branch {
    pub variant: String,
    pub ty: Type,
    pub kind: JsonKind,
    /// Members that show an object to be this alternative; empty if the JSON type alone shows it.
    pub members: Vec<String>,
    pub description: String,
}

/// The kinds of JSON values that a decoder can tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum JsonKind {
    Text,
    Number,
    Boolean,
    Array,
    Object,
    Any,
}

/// One endpoint and method.
#[derive(Debug)]
pub struct Operation {
    pub id: String,
    pub method: &'static str,
    pub path: String,
    pub tag: String,
    pub summary: String,
    pub description: String,
    pub source: String,
    pub path_parameters: Vec<Property>,
    /// The object made of the query parameters, if there are any.
    pub query: Option<String>,
    /// The schema of the body, if one is sent.
    pub request: Option<String>,
    /// The schema of the answer: of the one success, or of the choice between several.
    pub response: String,
    /// The documented successes, in the order of the description.
    pub successes: Vec<Success>,
    /// Other paths under which the same operation is served; the client never uses them.
    pub path_aliases: Vec<String>,
    pub safety: Safety,
    /// Why it is no safer.
    pub safety_reason: Option<String>,
    /// Credentials that may be used, best first.
    pub auth: Vec<Auth>,
    /// The verb on the command line.
    pub command: String,
    pub rate_group: Option<String>,
    pub card_data: bool,
    /// Whether an idempotency key is sent, and what is known to come of it.
    pub idempotency_key: Option<IdempotencyKey>,
    /// How a long list is cut into pages.
    pub paging: Option<PagingStyle>,
    /// Members inside which the answer is documented to stand as well.
    pub unwrap: Vec<String>,
    /// Only the sandbox serves it.
    pub sandbox_only: bool,
    pub deprecated: bool,
    pub request_examples: Vec<Example>,
    pub response_examples: Vec<Example>,
}

/// One documented success of an operation.
#[derive(Debug)]
pub struct Success {
    pub status: u16,
    /// The alternative of the answer that comes with this status, if there are several successes.
    pub variant: Option<String>,
}

impl Operation {
    /// The method of the Rust client.
    pub fn rust_method(&self) -> String {
        super::names::method(&self.id)
    }

    /// Whether twice has the effect of once only if both carry the same idempotency key.
    pub fn needs_its_key(&self) -> bool {
        self.safety == Safety::Idempotent && self.idempotency_key == Some(IdempotencyKey::Honoured)
    }

    /// What becomes of a repetition, as a user is told.
    pub fn repeat_sentence(&self) -> &'static str {
        if self.needs_its_key() {
            "Repeating it with the same idempotency key changes nothing more: so it is repeated automatically when an \
             answer is lost. Calling it anew is a second call; to go on with one that failed, call with \
             `Error::retry_options`."
        } else {
            self.safety.sentence()
        }
    }
}

/// What may happen when an operation is sent twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Safety {
    Read,
    Idempotent,
    Harmless,
    Reconcilable,
    Never,
}

impl Safety {
    pub const ALL: [Self; 5] =
        [Self::Read, Self::Idempotent, Self::Harmless, Self::Reconcilable, Self::Never];

    /// The word in the description.
    pub fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Idempotent => "idempotent",
            Self::Harmless => "harmless",
            Self::Reconcilable => "reconcilable",
            Self::Never => "never",
        }
    }

    /// What it means to a user, as one sentence.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Read => "Changes nothing: it is repeated automatically when an answer is lost.",
            Self::Idempotent => {
                "Repeating it changes nothing more: it is repeated automatically when an answer is lost."
            }
            Self::Harmless => {
                "Never repeated automatically once it may have arrived, but after a lost answer asking again does no harm."
            }
            Self::Reconcilable => {
                "Never repeated once it may have arrived: after a lost answer, read the state back to learn whether it \
                 took effect."
            }
            Self::Never => {
                "Never repeated once it may have arrived, and no call reads back whether it took effect: after a lost \
                 answer, let a person decide."
            }
        }
    }
}

/// What comes of an idempotency key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdempotencyKey {
    /// A repeat with the same key is documented to give the original answer.
    Honoured,
    /// It is sent because the documents ask for it; nothing is promised for this operation.
    Sent,
}

impl IdempotencyKey {
    pub const ALL: [Self; 2] = [Self::Honoured, Self::Sent];

    /// The word in the description.
    pub fn word(self) -> &'static str {
        match self {
            Self::Honoured => "honoured",
            Self::Sent => "sent",
        }
    }

    /// What it means to a user, as one sentence.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Honoured => {
                "Carries an idempotency key, the same over all retries: a repeat gives the original answer."
            }
            Self::Sent => {
                "Carries an idempotency key, but nothing is documented about what this operation does with it."
            }
        }
    }
}

/// How a long list is cut into pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PagingStyle {
    /// By an opaque cursor that each page gives for the next one.
    Cursor,
    /// By number.
    PageNumber,
}

impl PagingStyle {
    pub const ALL: [Self; 2] = [Self::Cursor, Self::PageNumber];

    /// The word in the description.
    pub fn word(self) -> &'static str {
        match self {
            Self::Cursor => "cursor",
            Self::PageNumber => "page-number",
        }
    }

    /// What it means to a user, as one sentence.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Cursor => "Each page names the cursor of the next one.",
            Self::PageNumber => "Pages have numbers, from 1.",
        }
    }
}

/// A credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Auth {
    ApiKey,
    ClientToken,
    ClientCredentials,
    AccessToken,
    PortalToken,
    /// None is needed.
    Nothing,
}

impl Auth {
    pub const ALL: [Self; 6] = [
        Self::ApiKey,
        Self::ClientToken,
        Self::ClientCredentials,
        Self::AccessToken,
        Self::PortalToken,
        Self::Nothing,
    ];

    /// The word in the description.
    pub fn word(self) -> &'static str {
        match self {
            Self::ApiKey => "api-key",
            Self::ClientToken => "client-token",
            Self::ClientCredentials => "client-credentials",
            Self::AccessToken => "access-token",
            Self::PortalToken => "portal-token",
            Self::Nothing => "none",
        }
    }

    /// The name of the type that says how far it reaches: an API with several credentials has it in its `scope`.
    pub fn scope(self) -> Option<&'static str> {
        match self {
            Self::ApiKey => Some("Partner"),
            Self::ClientToken => Some("OneClient"),
            Self::ClientCredentials => Some("ClientWide"),
            Self::AccessToken => Some("OneAccount"),
            Self::PortalToken => Some("Portal"),
            Self::Nothing => None,
        }
    }

    /// What it is, for people.
    pub fn words(self) -> &'static str {
        match self {
            Self::ApiKey => "the API key",
            Self::ClientToken => "a client token",
            Self::ClientCredentials => "the client credentials",
            Self::AccessToken => "an access token",
            Self::PortalToken => "a portal token",
            Self::Nothing => "no credential",
        }
    }
}

/// A documented body.
#[derive(Debug)]
pub struct Example {
    pub name: String,
    pub summary: String,
    /// The body as JSON, members in the order of the description.
    pub json: String,
    /// An untidy form that the documents print: decoded, never sent.
    pub quirk: bool,
}

/// The events of an API and the envelope they share.
#[derive(Debug)]
pub struct Events {
    /// The schema of the event object.
    pub envelope: String,
    /// Whether an event is sent as `{"event": {…}}`.
    pub wrapped: bool,
    /// The member of the envelope that says what happened: `payload`.
    pub container: String,
    /// The schema of that member.
    pub payload: String,
    /// The member of that one whose form depends on the type of the event: `data`.
    pub data: String,
    pub digest: String,
    /// By event type.
    pub events: Vec<Event>,
}

impl Events {
    /// Where the data stands: `payload.data` between marks of code.
    pub fn place(&self) -> String {
        format!("`{}.{}`", self.container, self.data)
    }
}

/// One event type.
#[derive(Debug)]
pub struct Event {
    /// `bill.update`.
    pub kind: String,
    /// Other spellings of the type, accepted when decoding and never sent.
    pub aliases: Vec<String>,
    pub variant: String,
    pub operation_id: String,
    pub summary: String,
    pub description: String,
    pub source: String,
    /// The schema of its data.
    pub data: String,
    pub examples: Vec<Example>,
}
