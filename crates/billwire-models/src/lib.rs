//! Typed wire models of bill-pay and card-swap APIs: no I/O, no clock, no cryptography.
