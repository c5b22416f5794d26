//! The operation table: what every endpoint is called, where it is, and what may be done with it.
//!
//! Clients, the sandbox, the command and the reference pages all read this table, which is generated from the API
//! descriptions (`apis/*/openapi.yaml`).

/// One of the APIs that billwire speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Api {
    /// Q2 Biller Direct and CardSwap.
    Q2,
    /// The legacy version of Q2 Biller Direct.
    Unbill,
    /// BillerAPI.
    BillerApi,
}

impl Api {
    /// The short name, as used in features, folders and commands.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Q2 => "q2",
            Self::Unbill => "unbill",
            Self::BillerApi => "billerapi",
        }
    }
}

/// An HTTP method that an operation uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Method {
    /// `GET`
    Get,
    /// `POST`
    Post,
    /// `PUT`
    Put,
    /// `PATCH`
    Patch,
    /// `DELETE`
    Delete,
}

impl Method {
    /// The method as it stands in the request line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// Whether a call may be repeated when nobody knows if it arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Safety {
    /// Changes nothing: repeat freely.
    Read,
    /// Twice has the effect of once: may be repeated.
    Idempotent,
    /// Is not repeated by itself, because twice is not promised to be once; but a second effect does no harm.
    Harmless,
    /// Must not be repeated blindly, but its effect can be read back, and then decided.
    Reconcilable,
    /// Must not be repeated, and its effect cannot be read back reliably.
    Never,
}

impl Safety {
    /// The word in the description's `x-safety`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Idempotent => "idempotent",
            Self::Harmless => "harmless",
            Self::Reconcilable => "reconcilable",
            Self::Never => "never",
        }
    }
}

/// A kind of credential that an operation accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Credential {
    /// The partner's secret API key.
    ApiKey,
    /// A token limited to one client.
    ClientToken,
    /// A client id and its secret, each in a header of its own.
    ClientCredentials,
    /// A token limited to one linked account.
    AccessToken,
    /// A token of the provider's portal.
    PortalToken,
    /// None: the operation takes no credential.
    Nothing,
}

/// A documented limit: at most so many requests of a group of operations in a window of time.
///
/// Every API that documents limits has a table of them; [`Operation::rate_group`] names the row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// The group, as in [`Operation::rate_group`].
    pub group: &'static str,
    /// How many requests.
    pub requests: u32,
    /// In how many seconds.
    pub per_seconds: u32,
    /// By what the provider counts them, in its own words.
    pub counted_per: &'static str,
    /// Where the limit is documented.
    pub source: &'static str,
}

/// What comes of an idempotency key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum IdempotencyKey {
    /// A repeat with the same key is documented to give the original answer.
    Honoured,
    /// It is sent because the documents ask for it; nothing is promised for this operation.
    Sent,
}

/// How a long list is cut into pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PagingStyle {
    /// By an opaque cursor that each page gives for the next one.
    Cursor,
    /// By number.
    PageNumber,
}

/// Where a parameter travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Place {
    /// In the path, as one percent-encoded segment.
    Path,
    /// In the query string.
    Query,
}

/// A path or query parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Parameter {
    /// The name in the path template or the query string.
    pub name: &'static str,
    /// Where it travels.
    pub place: Place,
    /// Whether the call is refused without it.
    pub required: bool,
    /// One line for people.
    pub description: &'static str,
}

/// What kind of value a body member holds, as far as a caller without types needs to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MemberKind {
    /// Text, an id, a time or an amount.
    Text,
    /// A value of an enumeration; the known ones are listed.
    Choice(&'static [&'static str]),
    /// `true` or `false`.
    Boolean,
    /// A whole number.
    Integer,
    /// A decimal number.
    Number,
    /// An array of texts or choices.
    TextList,
    /// An object, or an array of objects: given as JSON.
    Json,
}

/// A top-level member of a request body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BodyMember {
    /// The name on the wire.
    pub name: &'static str,
    /// What it holds.
    pub kind: MemberKind,
    /// Whether the call is refused without it.
    pub required: bool,
    /// Whether it holds a secret or card data, which must not come from a command line.
    pub secret: bool,
    /// One line for people.
    pub description: &'static str,
}

/// The body of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Body {
    /// The name of the schema, which is also the name of its type.
    pub schema: &'static str,
    /// The top-level members, in the order of the description.
    pub members: &'static [BodyMember],
    /// Optional members that are sent in any case, because versions differ in what their absence means; each with what it
    /// means here.
    pub explicit_defaults: &'static [(&'static str, bool)],
}

/// One endpoint of one API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Operation {
    /// The API it belongs to.
    pub api: Api,
    /// The `operationId` of the description, such as `schedulePayment`.
    pub id: &'static str,
    /// The resource it acts on, which is the noun of its command: `payment`.
    pub resource: &'static str,
    /// The verb of its command: `schedule`.
    pub command: &'static str,
    /// The HTTP method.
    pub method: Method,
    /// The path template below the base URL, such as `/bill/{billId}`.
    pub path: &'static str,
    /// Path and query parameters, in the order of the description.
    pub parameters: &'static [Parameter],
    /// The request body, if there is one.
    pub body: Option<Body>,
    /// The name of the answer's schema, which is also the name of its type.
    pub answer: &'static str,
    /// The names of the answer's members that hold secrets or card data, at any depth.
    pub answer_secrets: &'static [&'static str],
    /// The documented statuses of success, in the order of the description.
    pub successes: &'static [u16],
    /// Whether the call may be repeated.
    pub safety: Safety,
    /// The credentials that are accepted, the usual one first.
    pub credentials: &'static [Credential],
    /// Whether the request carries card or bank account data in clear.
    pub card_data: bool,
    /// Whether an idempotency key is sent with it, the same over all retries, and what is known to come of it.
    pub idempotency_key: Option<IdempotencyKey>,
    /// How its list is cut into pages, if it is.
    pub paging: Option<PagingStyle>,
    /// The names under which the list of its answer may stand, its own first; empty if the answer has not exactly one list.
    pub list: &'static [&'static str],
    /// Members inside which the answer is documented to stand as well.
    pub wrappers: &'static [&'static str],
    /// Whether only the provider's sandbox serves it.
    pub sandbox_only: bool,
    /// The group whose documented rate limit it counts against.
    pub rate_group: Option<&'static str>,
    /// One line for people.
    pub summary: &'static str,
    /// Where the operation is documented.
    pub source: &'static str,
}

impl Operation {
    /// An operation of your own, for an endpoint that the table lacks: no parameters, no body, the API key as credential,
    /// and [`Safety::Never`] until you say otherwise.
    ///
    /// ```
    /// use billwire_models::operation::{Api, Method, Operation, Safety};
    ///
    /// static GET_STATUS: Operation =
    ///     Operation::new(Api::Q2, "getStatus", Method::Get, "/status").with_safety(Safety::Read);
    /// assert_eq!(GET_STATUS.name(), "q2.getStatus");
    /// ```
    pub const fn new(api: Api, id: &'static str, method: Method, path: &'static str) -> Self {
        Self {
            api,
            id,
            resource: "",
            command: "",
            method,
            path,
            parameters: &[],
            body: None,
            answer: "",
            answer_secrets: &[],
            successes: &[200],
            safety: Safety::Never,
            credentials: &[Credential::ApiKey],
            card_data: false,
            idempotency_key: None,
            paging: None,
            list: &[],
            wrappers: &[],
            sandbox_only: false,
            rate_group: None,
            summary: "",
            source: "",
        }
    }

    /// The same operation with another answer to "may it be repeated?".
    #[must_use]
    pub const fn with_safety(mut self, safety: Safety) -> Self {
        self.safety = safety;
        self
    }

    /// The same operation, accepting `credentials`.
    #[must_use]
    pub const fn with_credentials(mut self, credentials: &'static [Credential]) -> Self {
        self.credentials = credentials;
        self
    }

    /// The same operation, marked as carrying card or bank account data in clear.
    #[must_use]
    pub const fn with_card_data(mut self) -> Self {
        self.card_data = true;
        self
    }

    /// The same operation, counting against the rate limit of `group`.
    #[must_use]
    pub const fn with_rate_group(mut self, group: &'static str) -> Self {
        self.rate_group = Some(group);
        self
    }

    /// The name for people, traces and errors: `q2.schedulePayment`.
    pub fn name(&self) -> String {
        format!("{}.{}", self.api.as_str(), self.id)
    }
}
