//! Keys, JWK sets, request signing, payload encryption, JWE and JWT for bill-pay APIs: bytes in, bytes out.
