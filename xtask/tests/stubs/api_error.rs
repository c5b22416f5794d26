pub struct ApiError(pub String);

impl ApiError {
    pub fn bad_request(message: impl Into<String>) -> Self {
        Self(message.into())
    }

    pub fn not_written(what: &str) -> Self {
        Self(what.to_owned())
    }
}
