//! The ids of the world's things: opaque text, told apart by type.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub(crate) struct $name(Box<str>);

        impl $name {
            pub(crate) fn new(text: impl AsRef<str>) -> Self {
                Self(text.as_ref().into())
            }

            pub(crate) fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(self.as_str())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(self.as_str(), formatter)
            }
        }
    )+};
}

id! {
    /// A company that uses the API.
    ClientId,
    /// That company's own id of a person.
    UserId,
    /// A link token, by the id in paths.
    LinkId,
    /// A linked account: the `link_id` of the exchange, the `account_link_id` of everything after.
    AccountId,
    BillId,
    SyncId,
    /// A request to link.
    RequestId,
    /// A receiver of webhooks.
    SubscriptionId,
    MessageId,
}
