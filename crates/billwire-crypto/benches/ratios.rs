//! How far the two providers are from the bare primitives of `aws-lc-rs`.
//!
//! Run with `cargo bench -p billwire-crypto`. Every round runs every contender once, so that a busy machine slows all
//! of them alike; printed are the ratios of the medians to the bare primitive. Absolute times say more about the
//! machine than about the code.

use std::io::Write as _;
use std::time::{Duration, Instant};

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, OAEP_SHA1_MGF1SHA1, OaepPrivateDecryptingKey, PrivateDecryptingKey};
use aws_lc_rs::signature::{
    ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaPublicKeyComponents,
};
use base64ct::Encoding as _;
use billwire_crypto::jwt::{self, HeaderOptions, Policy};
use billwire_crypto::request::{self, RequestParts};
use billwire_crypto::testing::keys;
use billwire_crypto::{AwsLcProvider, KeyRing, OsRandom, PortableProvider, PrivateKey, Provider, jwe};

type Outcome = Result<(), Box<dyn std::error::Error>>;
type Contender<'a> = (&'static str, Box<dyn Fn() -> Outcome + 'a>);

const PARTS: RequestParts<'_> = RequestParts {
    method: "POST",
    path_and_query: "/v1/client/create-token",
    api_key: "dc220490-e6ee-11e5-8a94-e7385a8d929e",
    date: "2019-09-17T14:14:24.874Z",
};

fn main() -> Outcome {
    // `cargo test --all-targets` runs this too, without `--bench`: one round shows that it works.
    let rounds = if std::env::args().any(|argument| argument == "--bench") { 60 } else { 1 };
    let mut out = std::io::stdout();
    writeln!(
        out,
        "ratio to the bare primitive of aws-lc-rs, medians of {rounds} interleaved rounds, RSA-2048"
    )?;
    sign(rounds, &mut out)?;
    verify(rounds, &mut out)?;
    verify_token(rounds, &mut out)?;
    open(rounds, &mut out)
}

fn sign(rounds: usize, out: &mut impl std::io::Write) -> Outcome {
    let bare = KeyPair::from_pkcs8(&der(keys::REQUEST_SIGNING)?)?;
    let text = request::canonical_string(&PARTS)?;
    let (fast, portable) = both(keys::REQUEST_SIGNING)?;
    let contenders: [Contender<'_>; 3] = [
        (
            "bare",
            Box::new(|| {
                let mut signature = [0; 256];
                Ok(bare.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature)?)
            }),
        ),
        ("aws-lc", Box::new(|| done(request::sign(&fast, &PARTS)))),
        ("portable", Box::new(|| done(request::sign(&portable, &PARTS)))),
    ];
    report(out, "sign a request", rounds, 4, &contenders)
}

fn verify(rounds: usize, out: &mut impl std::io::Write) -> Outcome {
    let (fast, portable) = both(keys::REQUEST_SIGNING)?;
    let bare = bare_verifying(&fast)?;
    let text = request::canonical_string(&PARTS)?;
    let signature = request::sign(&fast, &PARTS)?;
    let raw = base64ct::Base64::decode_vec(&signature)?;
    let (fast, portable) = ([fast.public_key()], [portable.public_key()]);
    let contenders: [Contender<'_>; 3] = [
        ("bare", Box::new(|| Ok(bare.verify_sig(text.as_bytes(), &raw)?))),
        ("aws-lc", Box::new(|| done(request::verify(&fast, &PARTS, &signature)))),
        ("portable", Box::new(|| done(request::verify(&portable, &PARTS, &signature)))),
    ];
    report(out, "verify a request", rounds, 20, &contenders)
}

fn verify_token(rounds: usize, out: &mut impl std::io::Write) -> Outcome {
    let (fast, portable) = both(keys::Q2_WEBHOOK_SIGNING_OLD)?;
    let bare = bare_verifying(&fast)?;
    let claims =
        serde_json::json!({"aud": "audience.example.com", "iss": "example issuer", "exp": 1_579_754_951});
    let token = jwt::sign(&fast, &claims, &HeaderOptions::default())?;
    let (input, signature) = token.rsplit_once('.').ok_or("a token has dots")?;
    let raw = base64ct::Base64UrlUnpadded::decode_vec(signature)?;
    let policy = Policy::default().with_issuer("example issuer").with_audience("audience.example.com");
    let (fast, portable) =
        (KeyRing::from_keys([fast.public_key()])?, KeyRing::from_keys([portable.public_key()])?);
    let contenders: [Contender<'_>; 3] = [
        ("bare", Box::new(|| Ok(bare.verify_sig(input.as_bytes(), &raw)?))),
        ("aws-lc", Box::new(|| done(jwt::verify(&fast, &token, &policy, 1_579_754_900)))),
        ("portable", Box::new(|| done(jwt::verify(&portable, &token, &policy, 1_579_754_900)))),
    ];
    report(out, "verify a token, claims included", rounds, 20, &contenders)
}

fn open(rounds: usize, out: &mut impl std::io::Write) -> Outcome {
    let pair = keys::PARTNER_WEBHOOK_ENCRYPTION;
    let (fast, portable) = both(pair)?;
    let compact = jwe::encrypt(&fast.public_key(), &OsRandom, &[b'x'; 1024], None)?;
    let bare = OaepPrivateDecryptingKey::new(PrivateDecryptingKey::from_pkcs8(&der(pair)?)?)?;
    let parts =
        compact.split('.').map(base64ct::Base64UrlUnpadded::decode_vec).collect::<Result<Vec<_>, _>>()?;
    let [_, encrypted_key, nonce, ciphertext, tag] = parts.as_slice() else {
        return Err("a compact JWE has five parts".into());
    };
    let header = compact.split('.').next().unwrap_or_default();
    let (fast, portable) = (KeyRing::from_keys([fast])?, KeyRing::from_keys([portable])?);
    let contenders: [Contender<'_>; 3] = [
        (
            "bare",
            Box::new(|| {
                let mut content_key = [0; 256];
                let content_key = bare.decrypt(&OAEP_SHA1_MGF1SHA1, encrypted_key, &mut content_key, None)?;
                let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, content_key)?);
                let mut buffer = [ciphertext.as_slice(), tag].concat();
                let nonce = Nonce::try_assume_unique_for_key(nonce)?;
                key.open_in_place(nonce, Aad::from(header.as_bytes()), &mut buffer)?;
                Ok(())
            }),
        ),
        ("aws-lc", Box::new(|| done(jwe::decrypt(&fast, &compact)))),
        ("portable", Box::new(|| done(jwe::decrypt(&portable, &compact)))),
    ];
    report(out, "open a JWE of 1 KiB", rounds, 4, &contenders)
}

fn report(
    out: &mut impl std::io::Write,
    what: &str,
    rounds: usize,
    repetitions: usize,
    contenders: &[Contender<'_>],
) -> Outcome {
    let mut times = vec![Vec::with_capacity(rounds); contenders.len()];
    for _ in 0..rounds {
        for ((_, run), times) in contenders.iter().zip(&mut times) {
            times.push(measure(repetitions, run)?);
        }
    }
    let medians: Vec<f64> = times.iter_mut().map(|times| median(times)).collect();
    let reference = medians.first().copied().unwrap_or(f64::NAN);
    write!(out, "{what:<34}")?;
    for ((name, _), median) in contenders.iter().zip(&medians) {
        write!(out, "{name} {:.2}   ", median / reference)?;
    }
    Ok(writeln!(out)?)
}

/// Keeps the optimiser from leaving out work whose result nobody looks at.
fn done<T>(result: Result<T, billwire_crypto::Error>) -> Outcome {
    std::hint::black_box(result?);
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "measuring is what a benchmark does")]
fn measure(repetitions: usize, run: &dyn Fn() -> Outcome) -> Result<Duration, Box<dyn std::error::Error>> {
    let start = Instant::now();
    for _ in 0..repetitions {
        run()?;
    }
    Ok(start.elapsed())
}

fn median(times: &mut [Duration]) -> f64 {
    times.sort_unstable();
    times.get(times.len() / 2).map_or(f64::NAN, Duration::as_secs_f64)
}

fn both(pair: keys::TestKey) -> Result<(PrivateKey, PrivateKey), billwire_crypto::Error> {
    let key = |provider: &dyn Provider| {
        PrivateKey::from_pem(provider, pair.private_pem).map(|key| key.with_key_id(pair.key_id.into()))
    };
    Ok((key(&AwsLcProvider)?, key(&PortableProvider)?))
}

fn bare_verifying(key: &PrivateKey) -> Result<ParsedPublicKey, aws_lc_rs::error::KeyRejected> {
    let public = key.public_key();
    RsaPublicKeyComponents { n: public.modulus(), e: public.exponent() }
        .to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256)
}

fn der(pair: keys::TestKey) -> Result<Vec<u8>, base64ct::Error> {
    let lines = pair.private_pem.lines().skip_while(|line| !line.starts_with("-----BEGIN")).skip(1);
    let body: String = lines.take_while(|line| !line.starts_with("-----END")).collect();
    base64ct::Base64::decode_vec(&body)
}
