//! The table of error statuses, for every operation of the description.
//!
//! Source: Q2 Biller Direct description, sections 2.1 "Bearer credentials" and 2.3 "Errors".

use std::collections::BTreeSet;

use billwire_models::q2::operations;
use serde_json::{Value, json};

use crate::http::{Api, REGULAR_1, REGULAR_2, text};

/// A request of an operation about the things of one client: valid in its form, with every documented member.
struct Sample {
    operation: &'static str,
    method: &'static str,
    path: String,
    body: Option<Value>,
    /// The members without which it is refused.
    required: &'static [&'static str],
}

/// One client's things.
struct Things {
    client: String,
    identifier: &'static str,
    auth: String,
    bill: String,
    card: String,
    partner: String,
    key: String,
}

async fn things(api: &Api, identifier: &'static str) -> Things {
    let client = api.client(identifier).await;
    let card = api.card(&client, "4111111111111111").await;
    let bill = api.bill(&client, REGULAR_1, ["25.21", "04/15/2026", ""]).await;
    let auth = text(&api.auths(&client).await[0]["_id"]);
    let info = api.sandbox.info();
    let key = text(&api.get("/partner/public-keys/latest").await.ok()["kid"]);
    Things { client, identifier, auth, bill, card, partner: info.credentials.q2_partner_id, key }
}

fn meta() -> Value {
    json!({
        "firstName": "Demo", "lastName": "User", "email": "demo@demo.com", "phone": "123-123-1234",
        "address1": "123 Api St.", "address2": "P.O. Box 283", "city": "Demo", "state": "Q2", "zipcode": "12345",
    })
}

fn card() -> Value {
    json!({
        "identifier": "fi-1", "cardNumber": "4111111111111111", "cardCode": "123", "cardType": "credit",
        "cardBrand": "visa", "expMonth": "02", "expYear": "2040", "zipcode": "12345", "name": "Demo User",
        "setAsDefault": true, "customLabel": "Rewards",
    })
}

fn samples(of: &Things) -> Vec<Sample> {
    let Things { client, identifier, auth, bill, card: method, partner, key } = of;
    let read = |operation, path: String| Sample { operation, method: "GET", path, body: None, required: &[] };
    let write = |operation, path: &str, body: Value, required| Sample {
        operation,
        method: "POST",
        path: path.to_owned(),
        body: Some(body),
        required,
    };
    let plain = |operation, method, path| Sample { operation, method, path, body: None, required: &[] };
    let mut new_card = card();
    new_card["clientId"] = json!(client);
    new_card["paymentType"] = json!("card");
    let answer = json!({ "identifier": "x", "answer": "y" });
    vec![
        write(
            "createAuth",
            "/auth",
            json!({
                "clientId": client, "companyId": REGULAR_2, "items": ["bill"], "paymentIdentifier": "p",
                "meta": { "paymentMethodId": method },
                "form": { "balance": "1", "dueDate": "", "status": "" },
            }),
            &["clientId", "companyId", "items", "form"],
        ),
        write(
            "stepAuth",
            "/auth/step",
            json!({ "token": "t", "method": "questions", "security": [answer], "didNotReceiveCode": false }),
            &["token", "method"],
        ),
        read("listAuths", format!("/auth/list/{client}")),
        plain("fixHold", "POST", format!("/auth/{auth}/fix-hold")),
        write(
            "answerQuestions",
            &format!("/auth/{auth}/answer-questions"),
            json!({ "answers": [answer] }),
            &["answers"],
        ),
        plain("deleteAuth", "DELETE", format!("/auth/{auth}")),
        read("getBill", format!("/bill/{bill}")),
        read("listBills", format!("/bill/list/{client}")),
        read("listBillsByPartner", format!("/bill/listByPartner/{partner}")),
        write(
            "createClient",
            "/client",
            json!({ "identifier": identifier, "meta": meta() }),
            &["identifier"],
        ),
        write(
            "createToken",
            "/client/create-token",
            json!({
                "identifier": identifier, "nonce": false, "expiration": "2027-01-01T00:00:00.000Z",
                "accessTokenExpiresIn": 3600,
            }),
            &["identifier"],
        ),
        write("revokeTokens", "/client/revoke-tokens", json!({ "identifier": "x", "clientToken": "y" }), &[]),
        write(
            "syncClient",
            "/client/sync",
            json!({
                "client": { "identifier": identifier, "meta": meta() },
                "token": { "nonce": false, "expiration": "2027-01-01T00:00:00.000Z", "accessTokenExpiresIn": 60 },
                "cards": [card()],
            }),
            &["client"],
        ),
        read("listCategories", "/company/categories".to_owned()),
        write(
            "searchCompanies",
            "/company/search",
            json!({
                "query": "Regular", "category": "gas", "geo": { "lat": 40.2, "lng": -111.6 },
                "paginateResults": true, "pageSize": 25, "pageNumber": 1, "products": ["cardswap"],
            }),
            &[],
        ),
        read("getCompany", format!("/company/{REGULAR_1}")),
        write(
            "addPaymentMethod",
            "/payment",
            new_card,
            &["clientId", "paymentType", "cardNumber", "expMonth", "expYear", "zipcode", "name"],
        ),
        read("listPaymentMethods", format!("/payment/list/{client}")),
        write(
            "updatePaymentSettings",
            "/payment/settings",
            json!({ "billId": bill, "recurring": "enabled", "schedule": "day-before" }),
            &["billId"],
        ),
        write(
            "schedulePayment",
            "/payment/schedule",
            json!({
                "billId": bill, "payDate": "2026-04-01T00:00:00.000Z", "date": "2026-04-01T00:00:00.000Z",
            }),
            &["billId"],
        ),
        write("cancelPayment", "/payment/cancel", json!({ "billId": bill }), &["billId"]),
        write(
            "assignPaymentMethod",
            &format!("/payment/{method}/assign"),
            json!({ "billId": bill }),
            &["billId"],
        ),
        plain("retryPaymentMethod", "POST", format!("/payment/{method}/retry")),
        plain("deletePaymentMethod", "DELETE", format!("/payment/{method}")),
        write(
            "createSwap",
            "/swap/create",
            json!({ "authId": auth, "paymentMethodId": method }),
            &["authId", "paymentMethodId"],
        ),
        read("listSwapCompanies", "/swap/companies".to_owned()),
        read("listSwaps", format!("/swap/list/{client}")),
        read("listPublicKeys", "/partner/public-keys".to_owned()),
        read("getLatestPublicKey", "/partner/public-keys/latest".to_owned()),
        read("getPublicKey", format!("/partner/public-keys/{key}")),
    ]
}

async fn send(api: &Api, sample: &Sample, body: Option<String>) -> crate::http::Answer {
    api.request(sample.method, &sample.path, body).await
}

async fn set_up() -> (Api, Vec<Sample>) {
    let api = Api::start().await;
    let samples = samples(&things(&api, "owner").await);
    (api, samples)
}

fn text_of(sample: &Sample) -> Option<String> {
    sample.body.as_ref().map(Value::to_string)
}

#[tokio::test]
async fn every_operation_of_the_description_has_a_sample_here() {
    let (_, samples) = set_up().await;
    let known: BTreeSet<&str> = operations::ALL.iter().map(|operation| operation.id).collect();
    let here: BTreeSet<&str> = samples.iter().map(|sample| sample.operation).collect();
    assert_eq!((here, samples.len()), (known, 30));
}

#[tokio::test]
async fn a_request_in_the_right_form_is_200_or_says_which_rule_forbids_it() {
    let forbidden = ["stepAuth", "fixHold", "answerQuestions", "retryPaymentMethod"];
    let (api, samples) = set_up().await;
    // What deletes comes last.
    let (last, first): (Vec<_>, Vec<_>) = samples.into_iter().partition(|sample| sample.method == "DELETE");
    for sample in first.iter().chain(last.iter().rev()) {
        let answer = send(&api, sample, text_of(sample)).await;
        let expected = if forbidden.contains(&sample.operation) { 400 } else { 200 };
        assert_eq!(answer.status, expected, "{}: {}", sample.operation, answer.body);
    }
}

#[tokio::test]
async fn without_a_good_credential_it_is_401() {
    let (api, samples) = set_up().await;
    let spent = api.token(json!({ "identifier": "owner", "nonce": true })).await;
    api.request_as(&spent, "GET", "/company/categories", None).await.ok();
    let expired = api.token(json!({ "identifier": "owner", "expiration": "2026-03-02T12:01:00Z" })).await;
    let revoked = api.token(json!({ "identifier": "owner" })).await;
    api.post("/client/revoke-tokens", json!({ "clientToken": revoked })).await.ok();
    api.advance("PT1M").await;
    for sample in &samples {
        for credential in ["", "nonsense", &spent, &expired, &revoked] {
            let answer = api.request_as(credential, sample.method, &sample.path, text_of(sample)).await;
            assert_eq!(answer.status, 401, "{} with \"{credential}\": {}", sample.operation, answer.body);
            answer.refused(401, "");
        }
    }
}

#[tokio::test]
async fn a_known_path_with_another_method_is_405() {
    let (api, samples) = set_up().await;
    for sample in &samples {
        let answer = api.request("PATCH", &sample.path, None).await;
        let allowed = answer.headers.get("allow").and_then(|value| value.to_str().ok()).unwrap_or_default();
        assert!(allowed.split(", ").any(|method| method == sample.method), "{}: {allowed}", sample.operation);
        answer.refused(405, "not PATCH");
    }
}

#[tokio::test]
async fn an_unknown_id_in_the_path_is_404() {
    let (api, samples) = set_up().await;
    let mut seen = 0;
    for sample in
        samples.iter().filter(|sample| sample.path.chars().any(|character| character.is_ascii_digit()))
    {
        let is_id = |segment: &&str| segment.chars().any(|character| character.is_ascii_digit());
        let id = sample.path.split('/').find(is_id).expect("an id");
        let path = sample.path.replace(id, "0123456789abcdef01234567");
        let answer = api.request(sample.method, &path, text_of(sample)).await;
        assert_eq!(answer.status, 404, "{}: {}", sample.operation, answer.body);
        answer.refused(404, "There is no");
        seen += 1;
    }
    assert_eq!(seen, 14);
}

/// The same ids in a body are 400 (contradiction C19).
#[tokio::test]
async fn an_unknown_id_in_the_body_is_400() {
    let (api, samples) = set_up().await;
    let mut seen = 0;
    for sample in &samples {
        let Some(body) = &sample.body else { continue };
        for place in places(body).iter().filter(|place| place.ends_with("Id")) {
            let mut changed = body.clone();
            *changed.pointer_mut(place).expect("there") = json!("0123456789abcdef01234567");
            let answer = send(&api, sample, Some(changed.to_string())).await;
            assert_eq!(answer.status, 400, "{} {place}: {}", sample.operation, answer.body);
            answer.refused(400, "0123456789abcdef01234567");
            seen += 1;
        }
    }
    assert_eq!(seen, 10);
}

/// Trap T16: a trailing comma is no JSON.
#[tokio::test]
async fn what_is_not_json_is_400() {
    let (api, samples) = set_up().await;
    for sample in samples.iter().filter(|sample| sample.body.is_some()) {
        let good = text_of(sample).unwrap_or_default();
        let comma = format!("{},}}", &good[..good.len() - 1]);
        for bad in [comma.as_str(), &good[..good.len() - 1], "{", "\u{feff}nonsense", "7", "[]", "null", ""] {
            let answer = send(&api, sample, Some(bad.to_owned())).await;
            assert_eq!(answer.status, 400, "{} {bad}: {}", sample.operation, answer.body);
        }
        send(&api, sample, Some(comma)).await.refused(400, "not valid JSON");
    }
}

#[tokio::test]
async fn a_missing_or_null_member_that_is_required_is_400_and_named() {
    let (api, samples) = set_up().await;
    for sample in &samples {
        for member in sample.required {
            let mut body = sample.body.clone().expect("a body");
            body[member] = Value::Null;
            for body in [body.to_string(), {
                body.as_object_mut().expect("an object").remove(*member);
                body.to_string()
            }] {
                let answer = send(&api, sample, Some(body)).await;
                assert_eq!(answer.status, 400, "{} without {member}: {}", sample.operation, answer.body);
                answer.refused(400, member);
            }
        }
    }
}

#[tokio::test]
async fn a_member_of_the_wrong_type_is_400_and_named() {
    let (api, samples) = set_up().await;
    let mut seen = 0;
    for sample in &samples {
        let Some(body) = &sample.body else { continue };
        for place in places(body) {
            let mut changed = body.clone();
            let value = changed.pointer_mut(&place).expect("there");
            *value = if value.is_object() || value.is_array() { json!(7) } else { json!({ "a": [1] }) };
            let member =
                place.split('/').rfind(|segment| segment.parse::<u32>().is_err()).unwrap_or_default();
            let answer = send(&api, sample, Some(changed.to_string())).await;
            assert_eq!(answer.status, 400, "{} {place}: {}", sample.operation, answer.body);
            answer.refused(400, member);
            seen += 1;
        }
    }
    assert!(seen > 90, "{seen} members");
}

#[tokio::test]
async fn a_body_over_the_limit_is_413() {
    let api = Api::start_with(billwire_sandbox::Sandbox::builder().body_limit(4096)).await;
    let samples = samples(&things(&api, "owner").await);
    for sample in samples.iter().filter(|sample| sample.body.is_some()) {
        let mut body = sample.body.clone().expect("a body");
        body["padding"] = json!("x".repeat(5000));
        send(&api, sample, Some(body.to_string())).await.refused(413, "4096 bytes");
    }
}

#[tokio::test]
async fn a_client_token_opens_its_client_s_things_and_nothing_else() {
    const PARTNER_WIDE: &[&str] = &[
        "listBillsByPartner",
        "createClient",
        "createToken",
        "revokeTokens",
        "syncClient",
        "listPublicKeys",
        "getLatestPublicKey",
        "getPublicKey",
    ];
    /// Not about a client: open to every token.
    const PUBLIC: &[&str] = &["listCategories", "searchCompanies", "getCompany", "listSwapCompanies"];
    let (api, own) = set_up().await;
    let others = samples(&things(&api, "other").await);
    let token = api.token(json!({ "identifier": "owner" })).await;
    for (own, other) in own.iter().zip(&others) {
        let operation = own.operation;
        let partner_wide = PARTNER_WIDE.contains(&operation);
        let as_token = async |sample: &Sample| {
            api.request_as(&token, sample.method, &sample.path, text_of(sample)).await
        };
        // Another client's first: a deletion must not have happened yet.
        let answer = as_token(other).await;
        let foreign = if PUBLIC.contains(&operation) {
            200
        } else if operation == "stepAuth" {
            // Nobody knows whose an unknown token is.
            400
        } else {
            403
        };
        assert_eq!(answer.status, foreign, "{operation} of another client: {}", answer.body);
        if operation.starts_with("delete") {
            continue;
        }
        let answer = as_token(own).await;
        assert_eq!(answer.status == 403, partner_wide, "{operation} of its own: {}", answer.body);
        assert!(partner_wide || answer.status == 200 || answer.status == 400, "{operation}: {}", answer.body);
    }
    assert!(api.sandbox.requests().iter().any(|record| record.status == Some(403)));
}

/// The places of all members of a body, deepest last.
fn places(body: &Value) -> Vec<String> {
    fn add(value: &Value, place: &str, all: &mut Vec<String>) {
        let members: Vec<(String, &Value)> = match value {
            Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), value)).collect(),
            Value::Array(values) => {
                values.iter().enumerate().map(|(at, value)| (at.to_string(), value)).collect()
            }
            _ => Vec::new(),
        };
        for (name, value) in members {
            let place = format!("{place}/{name}");
            all.push(place.clone());
            add(value, &place, all);
        }
    }
    let mut all = Vec::new();
    add(body, "", &mut all);
    all
}
