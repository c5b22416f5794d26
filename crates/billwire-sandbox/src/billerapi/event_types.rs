//! The nine documented types of events.
//!
//! Source: BillerAPI description, section 6.7 "Event types".

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum EventType {
    BillCreated,
    BillUpdated,
    LinkCreated,
    LinkUpdated,
    LinkCompleted,
    AccountLinkCreated,
    AccountLinkUpdated,
    RequestToLinkCreated,
    RequestToLinkUpdated,
}

impl EventType {
    pub(crate) const ALL: [Self; 9] = [
        Self::BillCreated,
        Self::BillUpdated,
        Self::LinkCreated,
        Self::LinkUpdated,
        Self::LinkCompleted,
        Self::AccountLinkCreated,
        Self::AccountLinkUpdated,
        Self::RequestToLinkCreated,
        Self::RequestToLinkUpdated,
    ];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::BillCreated => "bill.created",
            Self::BillUpdated => "bill.updated",
            Self::LinkCreated => "link.created",
            Self::LinkUpdated => "link.updated",
            Self::LinkCompleted => "link.completed",
            Self::AccountLinkCreated => "account-link.created",
            Self::AccountLinkUpdated => "account-link.updated",
            Self::RequestToLinkCreated => "request-to-link.created",
            Self::RequestToLinkUpdated => "request-to-link.updated",
        }
    }

    /// The schema of its data in the description.
    pub(crate) fn data_schema(self) -> &'static str {
        match self {
            Self::BillCreated | Self::BillUpdated => "BillEventData",
            Self::LinkCreated | Self::LinkUpdated | Self::LinkCompleted => "LinkEventData",
            Self::AccountLinkCreated | Self::AccountLinkUpdated => "AccountLinkEventData",
            Self::RequestToLinkCreated | Self::RequestToLinkUpdated => "RequestToLinkEventData",
        }
    }

    pub(crate) fn of_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}
