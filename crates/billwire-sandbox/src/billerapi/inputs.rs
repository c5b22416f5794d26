//! What steering the emulated BillerAPI takes and gives.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::world::Biller;

/// Where webhooks go, as the portal configures it: what `PUT /control/billerapi/webhooks` takes. It stands beside the
/// receivers that are registered through the API.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[non_exhaustive]
pub struct BillerApiWebhooks {
    /// The receiver, on this machine; none to send nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The types that are sent; all of them if none is named.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub event_types: Vec<String>,
    /// Every one of them signs each delivery; nothing is signed without one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<String>,
    /// The client whose events they are; the first one if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
}

impl BillerApiWebhooks {
    /// All events to this receiver, unsigned.
    pub fn to(url: impl Into<String>) -> Self {
        Self { url: Some(url.into()), ..Self::default() }
    }

    /// Signed with this secret too, of at least 16 bytes.
    #[must_use]
    pub fn with_secret(mut self, secret: impl Into<String>) -> Self {
        self.secrets.push(secret.into());
        self
    }

    /// Only these types.
    #[must_use]
    pub fn with_event_types<T: Into<String>>(mut self, types: impl IntoIterator<Item = T>) -> Self {
        self.event_types = types.into_iter().map(Into::into).collect();
        self
    }

    /// The events of this client.
    #[must_use]
    pub fn of_client(mut self, client_id: impl Into<String>) -> Self {
        self.client_id = Some(client_id.into());
        self
    }
}

impl fmt::Debug for BillerApiWebhooks {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("BillerApiWebhooks")
            .field("url", &self.url)
            .field("event_types", &self.event_types)
            .field("secrets", &self.secrets.len())
            .field("client_id", &self.client_id)
            .finish()
    }
}

/// What a user does in the link flow: what `POST /control/billerapi/links/{linkTokenId}/visit` takes. By default the
/// login of the scenario `success`, and the first account.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[non_exhaustive]
pub struct LinkVisit {
    /// The account number that is given at the biller.
    pub account_number: String,
    /// The biller that is chosen; needed if the link token names none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub biller_id: Option<String>,
    /// The code that is given if one is asked for.
    pub mfa_code: String,
    /// The account that is chosen, by its id in the flow or its name.
    pub account: String,
}

impl Default for LinkVisit {
    fn default() -> Self {
        Self {
            account_number: "4242424242".to_owned(),
            biller_id: None,
            mfa_code: "123456".to_owned(),
            account: "da_1".to_owned(),
        }
    }
}

impl LinkVisit {
    /// With this account number, such as one of the magic ones.
    pub fn with_account_number(account_number: impl Into<String>) -> Self {
        Self { account_number: account_number.into(), ..Self::default() }
    }

    /// At this biller.
    #[must_use]
    pub fn at_biller(mut self, biller_id: impl Into<String>) -> Self {
        self.biller_id = Some(biller_id.into());
        self
    }

    /// Giving this code if one is asked for.
    #[must_use]
    pub fn with_code(mut self, code: impl Into<String>) -> Self {
        self.mfa_code = code.into();
        self
    }

    /// Choosing this account, such as `Vacation Home`.
    #[must_use]
    pub fn choosing(mut self, account: impl Into<String>) -> Self {
        self.account = account.into();
        self
    }
}

impl fmt::Debug for LinkVisit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("LinkVisit")
            .field("biller_id", &self.biller_id)
            .field("account", &self.account)
            .finish_non_exhaustive()
    }
}

/// An account to link without a flow: what `POST /control/billerapi/accounts` takes.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[non_exhaustive]
pub struct AccountToLink {
    /// The user of the client.
    pub client_user_id: String,
    /// Any account number; a magic one has the bills of its scenario, any other has none.
    pub account_number: String,
    /// The biller.
    pub biller_id: String,
    /// The client; the first one if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
}

impl Default for AccountToLink {
    fn default() -> Self {
        Self {
            client_user_id: "user_123".to_owned(),
            account_number: "4242424242".to_owned(),
            biller_id: Biller::Electric.id().to_owned(),
            client_id: None,
        }
    }
}

impl AccountToLink {
    /// An account of this user.
    pub fn of_user(client_user_id: impl Into<String>) -> Self {
        Self { client_user_id: client_user_id.into(), ..Self::default() }
    }

    /// With this number.
    #[must_use]
    pub fn with_account_number(mut self, account_number: impl Into<String>) -> Self {
        self.account_number = account_number.into();
        self
    }

    /// At this biller.
    #[must_use]
    pub fn at_biller(mut self, biller_id: impl Into<String>) -> Self {
        self.biller_id = biller_id.into();
        self
    }

    /// Of this client.
    #[must_use]
    pub fn of_client(mut self, client_id: impl Into<String>) -> Self {
        self.client_id = Some(client_id.into());
        self
    }
}

impl fmt::Debug for AccountToLink {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("AccountToLink")
            .field("client_user_id", &self.client_user_id)
            .field("biller_id", &self.biller_id)
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

/// An account that is linked, and the token that opens it.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct LinkedAccount {
    /// The `link_id` of an exchange.
    pub account_link_id: String,
    /// Its access token.
    pub access_token: String,
}

impl fmt::Debug for LinkedAccount {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("LinkedAccount")
            .field("account_link_id", &self.account_link_id)
            .finish_non_exhaustive()
    }
}
