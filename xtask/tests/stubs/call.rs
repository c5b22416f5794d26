use std::marker::PhantomData;

use crate::error::Error;
use crate::operation::Operation;

pub struct Call<R>(PhantomData<R>);

impl<R> Call<R> {
    pub fn new(_operation: &'static Operation, _path_and_query: String, _body: Option<Vec<u8>>) -> Self {
        Self(PhantomData)
    }
}

pub fn path(operation: &'static Operation, _parameters: &[(&str, &str)]) -> String {
    operation.path.to_owned()
}

pub fn body(value: &impl serde::Serialize) -> Result<Vec<u8>, Error> {
    serde_json::to_vec(value).map_err(|_| Error)
}
