//! Verification of one webhook delivery: bytes and headers in, a verified event and what was proved out.
