//! The facade of billwire: typed clients, webhook verification and cryptography for bill-pay APIs.
