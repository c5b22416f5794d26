use crate::answer::Answer;
use crate::call::Call;
use crate::error::Error;
use crate::paging::Pages;
use crate::scalar;

pub struct Client<S = scope::Partner>(std::marker::PhantomData<S>);

pub mod scope {
    pub trait Scope {}
    pub enum Partner {}
    pub enum OneClient {}
    pub enum ClientWide {}
    pub enum OneAccount {}
    pub enum Portal {}
    impl Scope for Partner {}
    impl Scope for OneClient {}
    impl Scope for ClientWide {}
    impl Scope for OneAccount {}
    impl Scope for Portal {}
}

impl<S: scope::Scope> Client<S> {
    pub async fn send<R: serde::de::DeserializeOwned + scalar::Answer>(&self, _call: Call<R>) -> Result<Answer<R>, Error> {
        Err(Error)
    }

    pub fn pages<P>(&self, paging: P) -> Pages<P> {
        Pages(paging)
    }
}
