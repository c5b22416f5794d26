//! Keys that can be replaced while deliveries are being checked.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

/// A value that one side reads and another replaces; a reader keeps what it took.
pub(crate) struct Replaceable<T>(RwLock<Arc<T>>);

impl<T> Replaceable<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(RwLock::new(Arc::new(value)))
    }

    pub(crate) fn current(&self) -> Arc<T> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn replace(&self, value: T) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(value);
    }
}

impl<T: fmt::Debug> fmt::Debug for Replaceable<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.current().fmt(formatter)
    }
}
