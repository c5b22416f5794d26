//! Methods that a description cannot express.
