//! Making one thing wrong with a delivery.

use std::time::Duration;

use billwire_crypto::Error;
use billwire_crypto::testing::keys::Q2_WEBHOOK_SIGNING_OLD;
use bytes::Bytes;
use hmac::{Hmac, Mac as _};
use http::HeaderValue;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use serde_json::{Value, json};
use sha2::Sha256;

use super::delivery::{DeliveryBuilder, bearer, value};
use super::forge;
use super::invalid::{Concern, InvalidKind};
use super::service::{self, BEARER_TOKEN};
use crate::q2::policy::DEFAULT_MAX_BODY_BYTES;
use crate::testing::Delivery;

const HOUR: Duration = Duration::from_hours(1);

pub(super) fn build(builder: &DeliveryBuilder<'_>, kind: InvalidKind) -> Result<Delivery, Error> {
    let mut builder = builder.clone();
    match kind.concern() {
        Concern::Bearer => {
            builder.bearer = true;
            bearer_token(&builder, kind)
        }
        Concern::Signature => {
            builder.signed = true;
            signature(&builder, kind)
        }
        Concern::Encryption => {
            builder.encrypted = true;
            encryption(&builder, kind)
        }
        Concern::Content => content(builder, kind),
    }
}

fn bearer_token(builder: &DeliveryBuilder<'_>, kind: InvalidKind) -> Result<Delivery, Error> {
    let mut delivery = builder.build()?;
    let headers = &mut delivery.headers;
    match kind {
        InvalidKind::RepeatedBearer => {
            headers.append(AUTHORIZATION, bearer(BEARER_TOKEN)?);
        }
        InvalidKind::WrongBearer => {
            headers.insert(AUTHORIZATION, bearer("test-access-token-of-nobody")?);
        }
        _ => {
            headers.remove(AUTHORIZATION);
        }
    }
    Ok(delivery)
}

fn signature(builder: &DeliveryBuilder<'_>, kind: InvalidKind) -> Result<Delivery, Error> {
    let mut delivery = builder.build()?;
    let name = builder.signature_header.clone();
    match kind {
        InvalidKind::MissingSignature => {
            delivery.headers.remove(name);
        }
        InvalidKind::RepeatedSignature => {
            let token = token(builder, kind)?;
            delivery.headers.append(name, value(&token)?);
        }
        _ => {
            let token = token(builder, kind)?;
            delivery.headers.insert(name, value(&token)?);
        }
    }
    Ok(delivery)
}

fn token(builder: &DeliveryBuilder<'_>, kind: InvalidKind) -> Result<String, Error> {
    let service = builder.service;
    let by_service = |header: &Value, claims: &Value| {
        forge::token(header, claims, |input| service.signing.sign_pkcs1_sha256(input))
    };
    let by_stranger = |header: &Value, claims: &Value| {
        forge::token(header, claims, |input| service.stranger.sign_pkcs1_sha256(input))
    };
    let (mut header, claims) = (service.token_header(), builder.claims());
    match kind {
        InvalidKind::NotAToken => Ok("not-a-token".to_owned()),
        InvalidKind::TwoPartToken => Ok(forge::signing_input(&header, &claims)),
        InvalidKind::WrongSigningKey => by_stranger(&header, &claims),
        InvalidKind::StrangerWithoutKeyId => by_stranger(&without(header, "kid"), &claims),
        InvalidKind::UnknownSigningKeyId => by_service(&with(header, "kid", json!("key_id_3")), &claims),
        InvalidKind::ChangedClaims => {
            let token = by_service(&header, &without(claims.clone(), "aud"))?;
            let signature = token.rsplit('.').next().unwrap_or_default();
            Ok(format!("{}.{signature}", forge::signing_input(&header, &claims)))
        }
        InvalidKind::AlgorithmNone => {
            header = with(header, "alg", json!("none"));
            forge::token(&header, &claims, |_| Ok(Vec::new()))
        }
        InvalidKind::HmacWithPublicKey => {
            header = with(header, "alg", json!("HS256"));
            forge::token(&header, &claims, |input| Ok(hmac(Q2_WEBHOOK_SIGNING_OLD.public_pem, input)))
        }
        InvalidKind::OtherSignatureAlgorithm => by_service(&with(header, "alg", json!("RS512")), &claims),
        InvalidKind::EmbeddedKey => by_stranger(&with(header, "jwk", service.stranger_jwk()), &claims),
        _ => by_service(&header, &wrong_claims(builder, claims, kind)),
    }
}

fn wrong_claims(builder: &DeliveryBuilder<'_>, claims: Value, kind: InvalidKind) -> Value {
    let now = builder.now.as_second();
    let hour = i64::try_from(HOUR.as_secs()).unwrap_or(i64::MAX);
    match kind {
        InvalidKind::ExpiredToken => with(claims, "exp", json!(now.saturating_sub(hour))),
        InvalidKind::TokenNotYetValid => with(claims, "nbf", json!(now.saturating_add(hour))),
        InvalidKind::ExpiryTooFarAhead => with(claims, "exp", json!(now.saturating_add(30 * 24 * hour))),
        InvalidKind::MissingExpiry => without(claims, "exp"),
        InvalidKind::WrongIssuer => with(claims, "iss", json!("another issuer")),
        InvalidKind::MissingIssuer => without(claims, "iss"),
        InvalidKind::WrongAudience => with(claims, "aud", json!("other.example.com")),
        InvalidKind::MissingAudience => without(claims, "aud"),
        _ => claims,
    }
}

fn encryption(builder: &DeliveryBuilder<'_>, kind: InvalidKind) -> Result<Delivery, Error> {
    let played = builder.service;
    let mut delivery = builder.build()?;
    let header = service::encryption_header();
    let seal = |header: &Value, key| {
        forge::encrypted(header, key, played.ciphers.as_ref(), &builder.random(), &builder.body)
    };
    let ours = played.encryption.as_ref();
    let valid = || seal(&header, ours);
    let labelled = |name: &str, label: Value| seal(&with(header.clone(), name, label), ours);
    let body = match kind {
        InvalidKind::PlainInsteadOfEncrypted => {
            delivery.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            return Ok(delivery.with_body(builder.body.clone()));
        }
        InvalidKind::PlainLabelledEncrypted => return Ok(delivery.with_body(builder.body.clone())),
        InvalidKind::WrongEncryptionKey => seal(&header, played.other_encryption.as_ref())?,
        InvalidKind::UnknownEncryptionKeyId => labelled("kid", json!("nobody"))?,
        InvalidKind::RsaOaep256 => labelled("alg", json!("RSA-OAEP-256"))?,
        InvalidKind::RsaPkcs1 => labelled("alg", json!("RSA1_5"))?,
        InvalidKind::OtherContentEncryption => labelled("enc", json!("A128GCM"))?,
        InvalidKind::Compressed => labelled("zip", json!("DEF"))?,
        InvalidKind::CriticalExtension => {
            let extended = with(header.clone(), "urn:example:extension", json!(true));
            seal(&with(extended, "crit", json!(["urn:example:extension"])), ours)?
        }
        InvalidKind::TamperedContentKey => forge::tampered(&valid()?, 1),
        InvalidKind::TamperedCiphertext => forge::tampered(&valid()?, 3),
        InvalidKind::TamperedTag => forge::tampered(&valid()?, 4),
        _ => {
            let whole = valid()?;
            whole.rsplit_once('.').map_or_else(String::new, |(four_parts, _)| four_parts.to_owned())
        }
    };
    Ok(delivery.with_body(body))
}

fn content(mut builder: DeliveryBuilder<'_>, kind: InvalidKind) -> Result<Delivery, Error> {
    let body: Option<Vec<u8>> = match kind {
        InvalidKind::NotJson => Some(b"event=bill.update".to_vec()),
        InvalidKind::NotUtf8 => Some(b"{\"event\": \"\xff\"}".to_vec()),
        InvalidKind::NestedTooDeeply => Some(["[".repeat(10_000), "]".repeat(10_000)].concat().into_bytes()),
        InvalidKind::UnknownForm => Some(br#"{"events": []}"#.to_vec()),
        InvalidKind::MissingEventId => Some(
            br#"{"event": {"type": "bill.created", "created": "2016-04-20T16:51:12Z",
                "payload": {"resource": {"type": "bill", "id": "1"}, "data": {}}}}"#
                .to_vec(),
        ),
        InvalidKind::EmptyEventId => Some(
            br#"{"event": {"_id": "", "type": "bill.created", "created": "2016-04-20T16:51:12Z",
                "payload": {"resource": {"type": "bill", "id": "1"}, "data": {}}}}"#
                .to_vec(),
        ),
        InvalidKind::BarePayload => {
            Some(br#"{"resource": {"type": "bill", "id": "1"}, "data": {}}"#.to_vec())
        }
        _ => None,
    };
    if let Some(body) = body {
        builder.body = body;
    }
    let mut delivery = builder.build()?;
    match kind {
        InvalidKind::Oversized => delivery.body = Bytes::from(vec![b' '; DEFAULT_MAX_BODY_BYTES + 1]),
        InvalidKind::UnsupportedContentType => {
            delivery.headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain"));
        }
        InvalidKind::RepeatedContentType => {
            if let Some(again) = delivery.headers.get(CONTENT_TYPE).cloned() {
                delivery.headers.append(CONTENT_TYPE, again);
            }
        }
        _ => {}
    }
    Ok(delivery)
}

fn with(mut object: Value, name: &str, value: Value) -> Value {
    if let Some(members) = object.as_object_mut() {
        members.insert(name.to_owned(), value);
    }
    object
}

fn without(mut object: Value, name: &str) -> Value {
    if let Some(members) = object.as_object_mut() {
        members.remove(name);
    }
    object
}

fn hmac(secret: &str, input: &[u8]) -> Vec<u8> {
    // HMAC takes keys of every length; an error cannot occur.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
        return Vec::new();
    };
    mac.update(input);
    mac.finalize().into_bytes().to_vec()
}
