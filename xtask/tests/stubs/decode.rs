use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::api_error::ApiError;
use crate::context::PathParameters;

pub fn segment(raw: &str) -> Option<String> {
    Some(raw.to_owned())
}

pub fn body<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    serde_json::from_slice(body).map_err(|error| ApiError(error.to_string()))
}

pub fn query<T: DeserializeOwned>(_parameters: &PathParameters) -> Result<T, ApiError> {
    serde_json::from_str("{}").map_err(|error| ApiError(error.to_string()))
}

pub fn encode<T: Serialize>(answer: &T) -> Result<Vec<u8>, ApiError> {
    serde_json::to_vec(answer).map_err(|error| ApiError(error.to_string()))
}
