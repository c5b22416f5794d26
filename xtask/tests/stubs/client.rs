use crate::answer::Answer;
use crate::call::Call;
use crate::error::Error;
use crate::scalar;

pub struct Client;

impl Client {
    pub async fn send<R: serde::de::DeserializeOwned + scalar::Answer>(&self, _call: Call<R>) -> Result<Answer<R>, Error> {
        Err(Error)
    }
}
