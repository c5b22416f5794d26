//! Methods of the Q2 models that a description cannot express.
