//! What is done without the feature: nothing.

use crate::api::Api;
use crate::api_error::ApiError;
use crate::webhook_sender::DeliveryJob;

pub(crate) struct Contract(());

impl Contract {
    pub(crate) fn switched(_on: bool) -> Self {
        Self(())
    }

    #[expect(clippy::unused_self, reason = "as with the feature")]
    pub(crate) fn answer(
        &self,
        _api: &Api,
        _operation: Option<&'static str>,
        answer: Result<(u16, Vec<u8>), ApiError>,
        _error_body: impl Fn(&ApiError) -> Vec<u8>,
    ) -> Result<(u16, Vec<u8>), ApiError> {
        answer
    }

    #[expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "as with the feature")]
    pub(crate) fn event(&self, _job: &DeliveryJob) -> Result<(), String> {
        Ok(())
    }
}
