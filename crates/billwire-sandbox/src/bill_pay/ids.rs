//! The ids of the world's things: opaque text, told apart by type.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::id_text::IdText;

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub(crate) struct $name(IdText);

        impl $name {
            pub(crate) fn new(text: impl AsRef<str>) -> Self {
                Self(IdText::new(text.as_ref()))
            }

            pub(crate) fn as_str(&self) -> &str {
                self.0.as_str()
            }

            /// Without its type.
            #[allow(dead_code, reason = "not every id is kept without its type")]
            pub(crate) fn as_text(&self) -> &IdText {
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
                fmt::Debug::fmt(&self.0, formatter)
            }
        }
    )+};
}

id! {
    /// An end user of the partner.
    ClientId,
    /// A biller.
    CompanyId,
    /// A login of a client at a company.
    AuthId,
    BillId,
    PaymentMethodId,
    /// A replacement of the card on file at a company.
    SwapId,
}
