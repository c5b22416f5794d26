//! The names of what can be wrong with a delivery.

use std::fmt;

use crate::rejection::{CheckedHeader, DecryptionProblem, RejectionReason, SignatureProblem};

/// Which check notices an invalid delivery. A handler whose policy lacks the check lets the kinds of that check through.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Concern {
    /// The bearer check.
    Bearer,
    /// The signature check.
    Signature,
    /// The encryption check.
    Encryption,
    /// What every policy looks at: size, content type, JSON, form of the event.
    Content,
}

macro_rules! invalid_kinds {
    ($( $(#[$attribute:meta])* $variant:ident = $name:literal, $concern:ident, $reason:expr; )+) => {
        /// What is wrong with a delivery; apart from that it is valid.
        #[non_exhaustive]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum InvalidKind { $( $(#[$attribute])* $variant, )+ }

        impl InvalidKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[ $( Self::$variant, )+ ];

            /// A short name that stays the same between versions, for test reports.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $( Self::$variant => $name, )+ }
            }

            /// Which check notices it.
            #[must_use]
            pub fn concern(self) -> Concern {
                match self { $( Self::$variant => Concern::$concern, )+ }
            }

            /// The reason with which a verifier that makes every check refuses it.
            #[must_use]
            pub fn reason(self) -> RejectionReason {
                match self { $( Self::$variant => $reason, )+ }
            }
        }
    };
}

invalid_kinds! {
    /// No `authorization` header.
    MissingBearer = "missing-bearer", Bearer, RejectionReason::MissingBearer;
    /// A bearer token that nobody issued.
    WrongBearer = "wrong-bearer", Bearer, RejectionReason::BearerRefused;
    /// The right bearer token, twice.
    RepeatedBearer = "repeated-bearer", Bearer, RejectionReason::RepeatedHeader(CheckedHeader::Authorization);

    /// No signature header.
    MissingSignature = "missing-signature", Signature, RejectionReason::MissingSignature;
    /// The right signature header, twice.
    RepeatedSignature = "repeated-signature", Signature,
        RejectionReason::RepeatedHeader(CheckedHeader::Signature);
    /// A signature header that is no token.
    NotAToken = "not-a-token", Signature, RejectionReason::SignatureInvalid(SignatureProblem::Malformed);
    /// A token without its signature part.
    TwoPartToken = "two-part-token", Signature, RejectionReason::SignatureInvalid(SignatureProblem::Malformed);
    /// A token that expired an hour ago.
    ExpiredToken = "expired-token", Signature, RejectionReason::Expired;
    /// A token whose `nbf` lies an hour ahead.
    TokenNotYetValid = "token-not-yet-valid", Signature, RejectionReason::NotYetValid;
    /// A token that is good for thirty days.
    ExpiryTooFarAhead = "expiry-too-far-ahead", Signature, RejectionReason::ClaimMismatch;
    /// A token without `exp`.
    MissingExpiry = "missing-expiry", Signature, RejectionReason::ClaimMismatch;
    /// A token of another issuer.
    WrongIssuer = "wrong-issuer", Signature, RejectionReason::ClaimMismatch;
    /// A token without `iss`.
    MissingIssuer = "missing-issuer", Signature, RejectionReason::ClaimMismatch;
    /// A token for another audience.
    WrongAudience = "wrong-audience", Signature, RejectionReason::ClaimMismatch;
    /// A token without `aud`.
    MissingAudience = "missing-audience", Signature, RejectionReason::ClaimMismatch;
    /// A token that names the service's key, signed by a stranger.
    WrongSigningKey = "wrong-signing-key", Signature,
        RejectionReason::SignatureInvalid(SignatureProblem::DoesNotVerify);
    /// A token that names no key, signed by a stranger.
    StrangerWithoutKeyId = "stranger-without-key-id", Signature,
        RejectionReason::SignatureInvalid(SignatureProblem::DoesNotVerify);
    /// A token that names a key which is not registered.
    UnknownSigningKeyId = "unknown-signing-key-id", Signature,
        RejectionReason::SignatureInvalid(SignatureProblem::UnknownKey);
    /// A valid signature under claims that were changed after signing.
    ChangedClaims = "changed-claims", Signature,
        RejectionReason::SignatureInvalid(SignatureProblem::DoesNotVerify);
    /// An unsigned token (`alg` = `none`).
    AlgorithmNone = "algorithm-none", Signature,
        RejectionReason::SignatureInvalid(SignatureProblem::AlgorithmNotAllowed);
    /// A token with `alg` = `HS256`, made with the public key as its secret.
    HmacWithPublicKey = "hmac-with-public-key", Signature,
        RejectionReason::SignatureInvalid(SignatureProblem::AlgorithmNotAllowed);
    /// A token that says `RS512`.
    OtherSignatureAlgorithm = "other-signature-algorithm", Signature,
        RejectionReason::SignatureInvalid(SignatureProblem::AlgorithmNotAllowed);
    /// A token that brings the key to verify it with (`jwk`), a stranger's.
    EmbeddedKey = "embedded-key", Signature,
        RejectionReason::SignatureInvalid(SignatureProblem::DoesNotVerify);

    /// The plain event with the content type of JSON.
    PlainInsteadOfEncrypted = "plain-instead-of-encrypted", Encryption, RejectionReason::PlainBodyRefused;
    /// The plain event with the content type of an encrypted one.
    PlainLabelledEncrypted = "plain-labelled-encrypted", Encryption, RejectionReason::PlainBodyRefused;
    /// Encrypted to somebody else's key under the id of ours.
    WrongEncryptionKey = "wrong-encryption-key", Encryption,
        RejectionReason::NotDecryptable(DecryptionProblem::DoesNotOpen);
    /// Encrypted to a key with an unknown id.
    UnknownEncryptionKeyId = "unknown-encryption-key-id", Encryption,
        RejectionReason::NotDecryptable(DecryptionProblem::UnknownKey);
    /// The header says `alg` = `RSA-OAEP-256`.
    RsaOaep256 = "rsa-oaep-256", Encryption,
        RejectionReason::NotDecryptable(DecryptionProblem::AlgorithmNotAllowed);
    /// The header says `alg` = `RSA1_5`.
    RsaPkcs1 = "rsa-pkcs1", Encryption,
        RejectionReason::NotDecryptable(DecryptionProblem::AlgorithmNotAllowed);
    /// The header says `enc` = `A128GCM`.
    OtherContentEncryption = "other-content-encryption", Encryption,
        RejectionReason::NotDecryptable(DecryptionProblem::AlgorithmNotAllowed);
    /// The header says `zip` = `DEF`.
    Compressed = "compressed", Encryption,
        RejectionReason::NotDecryptable(DecryptionProblem::AlgorithmNotAllowed);
    /// The header has a critical extension that nobody knows.
    CriticalExtension = "critical-extension", Encryption,
        RejectionReason::NotDecryptable(DecryptionProblem::AlgorithmNotAllowed);
    /// One bit of the ciphertext flipped.
    TamperedCiphertext = "tampered-ciphertext", Encryption,
        RejectionReason::NotDecryptable(DecryptionProblem::DoesNotOpen);
    /// One bit of the authentication tag flipped.
    TamperedTag = "tampered-tag", Encryption,
        RejectionReason::NotDecryptable(DecryptionProblem::DoesNotOpen);
    /// One bit of the encrypted content key flipped.
    TamperedContentKey = "tampered-content-key", Encryption,
        RejectionReason::NotDecryptable(DecryptionProblem::DoesNotOpen);
    /// The authentication tag left out.
    FourPartBody = "four-part-body", Encryption,
        RejectionReason::NotDecryptable(DecryptionProblem::Malformed);

    /// A body of more than [`DEFAULT_MAX_BODY_BYTES`](crate::q2::DEFAULT_MAX_BODY_BYTES) bytes.
    Oversized = "oversized", Content, RejectionReason::BodyTooLarge;
    /// The content type `text/plain`.
    UnsupportedContentType = "unsupported-content-type", Content, RejectionReason::UnsupportedContentType;
    /// The right content type, twice.
    RepeatedContentType = "repeated-content-type", Content,
        RejectionReason::RepeatedHeader(CheckedHeader::ContentType);
    /// A text that is not JSON.
    NotJson = "not-json", Content, RejectionReason::NotJson;
    /// An event with a byte that is not UTF-8.
    NotUtf8 = "not-utf8", Content, RejectionReason::NotJson;
    /// JSON that is nested ten thousand times.
    NestedTooDeeply = "nested-too-deeply", Content, RejectionReason::NotJson;
    /// JSON in none of the documented forms.
    UnknownForm = "unknown-form", Content, RejectionReason::NotAnEvent;
    /// An event without its id.
    MissingEventId = "missing-event-id", Content, RejectionReason::NotAnEvent;
    /// An event whose id is empty.
    EmptyEventId = "empty-event-id", Content, RejectionReason::NotAnEvent;
    /// A payload without an event around it.
    BarePayload = "bare-payload", Content, RejectionReason::NotAnEvent;
}

impl fmt::Display for InvalidKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}
