use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::answer::Answer;
use crate::call::Call;
use crate::error::Error;
use crate::operation::Operation;
use crate::operation_args::Arguments;

pub struct Outcome;

pub fn of<R>(result: Result<Answer<R>, Error>) -> Result<Outcome, Error> {
    result.map(|_| Outcome)
}

pub fn call<R>(call: Result<Call<R>, Error>) -> Result<Call<R>, Error> {
    call
}

pub fn body<T: DeserializeOwned>(_operation: &'static Operation, body: Option<Value>) -> Result<T, Error> {
    serde_json::from_value(body.unwrap_or_default()).map_err(|_| Error)
}

pub fn query<T: DeserializeOwned>(_operation: &'static Operation, _arguments: &Arguments) -> Result<T, Error> {
    Err(Error)
}

pub fn not_compiled_in(_operation: &'static Operation) -> Error {
    Error
}
