//! The reqwest transport of billwire.
