use crate::answer::Answer;
use crate::call::Call;
use crate::error::Error;
use crate::scalar;

pub struct Client<S = scope::Partner>(std::marker::PhantomData<S>);

pub mod scope {
    pub trait Scope {}
    pub enum Partner {}
    impl Scope for Partner {}
}

impl<S: scope::Scope> Client<S> {
    pub async fn send<R: serde::de::DeserializeOwned + scalar::Answer>(&self, _call: Call<R>) -> Result<Answer<R>, Error> {
        Err(Error)
    }
}
