//! The end users of the partner.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::World;
use super::ids::{AuthId, BillId, ClientId, PaymentMethodId};
use crate::api_error::ApiError;
use crate::table::Row;

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Client {
    pub(crate) id: ClientId,
    /// The partner's own id of the user.
    pub(crate) identifier: String,
    pub(crate) meta: Map<String, Value>,
    pub(crate) auths: Vec<AuthId>,
    pub(crate) bills: Vec<BillId>,
    pub(crate) payment_methods: Vec<PaymentMethodId>,
}

impl Row for Client {
    type Id = ClientId;

    fn id(&self) -> &ClientId {
        &self.id
    }

    fn name(&self) -> Option<&str> {
        Some(&self.identifier)
    }
}

impl World {
    /// The client with this identifier, made if there is none. An existing one keeps its facts.
    ///
    /// Source: Q2 Biller Direct description, section 12.6 "Clients and tokens".
    pub(crate) fn create_client(
        &mut self,
        identifier: &str,
        meta: Map<String, Value>,
    ) -> Result<ClientId, ApiError> {
        if identifier.is_empty() {
            return Err(ApiError::bad_request("Please provide an identifier."));
        }
        if let Some(client) = self.clients.find_named(identifier) {
            return Ok(client.id.clone());
        }
        let id = ClientId::new(self.seed.id("client"));
        self.clients.insert(Client {
            id: id.clone(),
            identifier: identifier.to_owned(),
            meta,
            auths: Vec::new(),
            bills: Vec::new(),
            payment_methods: Vec::new(),
        });
        Ok(id)
    }
}
