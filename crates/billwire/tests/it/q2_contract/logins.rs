//! What becomes of a login: the outcome tables row by row, and the life of an auth.
//!
//! Source: Q2 Biller Direct description, sections 4.1, 11.2, 11.3 and 12.1.

use billwire::q2::AuthItem::{self, Bill, Payment, Swap};
use billwire::q2::{AuthId, AuthMeta, BillStatusType, ClientId, CompanyId, CreateAuth, HoldCode, StepAuth};
use serde_json::json;

use super::{AC, ASKED, BC, BILLS, BU, MFA_1, MFA_2, REGULAR_1, REGULAR_2, S1, SWAPS, USERS, VISA};
use crate::stage::{Judged, Q2, answers, same, user};

pub(super) async fn a_bill_is_what_was_typed_into_the_login_form(q2: Q2) {
    q2.each(BILLS, async |(status, balance, due, challenges, auth, bill, webhooks)| {
        if !challenges.is_empty() && !q2.hears() {
            return;
        }
        let ann = q2.customer().await;
        ann.logs_in(&ann.login(REGULAR_1, Bill, ann.form(balance, *due, status)).await).await;
        ann.passes(challenges).await;
        let reason = ann.auth_becomes(auth).await.reason;
        same(
            "why",
            reason.map(|reason| reason.code),
            (*auth == "hold").then_some(Some(HoldCode::AccountIssueAcceptToc)),
        );
        ann.heard(webhooks).await;
        if bill.is_empty() {
            assert!(ann.bills().await.is_empty(), "{status}: no bill");
            return;
        }
        let look = async || ann.bills().await.pop().filter(|found| found.status.kind.as_str() == *bill);
        let found = q2.until(&format!("{status:?} gives a bill that is {bill}"), look).await;
        if *status == "paid" {
            same(
                "what was paid",
                found.last_paid_amount.as_ref().map(ToString::to_string),
                Some((*balance).to_owned()),
            );
            same("nothing is left", (&found.balance, &found.due_date), (&None, &None));
        }
    })
    .await;
}

pub(super) async fn a_swap_is_what_was_typed_into_the_login_form(q2: Q2) {
    q2.each(SWAPS, async |(status, auth, swap, webhooks)| {
        let ann = q2.customer().await;
        let card = ann.adds(ann.card(VISA)).await;
        ann.logs_in(&ann.swap_login(REGULAR_2, &card, ann.form("", 0, status)).await).await;
        ann.auth_becomes(auth).await;
        if !swap.is_empty() {
            let found = ann.swap_becomes(swap).await;
            same("the card", found.payment_method.map(|method| method.id), Some(card));
        }
        ann.heard(webhooks).await;
        assert!(ann.bills().await.is_empty(), "a swap finds no bill");
    })
    .await;
}

pub(super) async fn documented_user_names_work_at_any_company(q2: Q2) {
    q2.each(USERS, async |(name, challenges, auth, webhooks)| {
        if (!challenges.is_empty() || auth.is_empty()) && !q2.hears() {
            return;
        }
        let ann = q2.customer().await;
        ann.logs_in(&ann.login(REGULAR_2, Bill, user(name)).await).await;
        ann.passes(challenges).await;
        ann.heard(webhooks).await;
        if auth.is_empty() {
            assert!(ann.auths().await.is_empty(), "{name}: nothing is stored");
            return;
        }
        ann.auth_becomes(auth).await;
        if *auth == "verified" {
            let arrived = async || ann.bills().await.pop().filter(|bill| bill.balance.is_some());
            let bill = q2.until("the bill of a documented user", arrived).await;
            let due = bill.due_date.and_then(|due| q2.days_until(due.instant_assuming_utc()?));
            same(
                name,
                (bill.balance.map(|owed| owed.to_string()), due),
                (Some("100.00".to_owned()), Some(10)),
            );
        }
    })
    .await;
}

pub(super) async fn an_mfa_company_asks_first_and_then_the_table_applies(q2: Q2) {
    for (company, first) in [(MFA_1, &["code", "questions"][..]), (MFA_2, &["prompt"])] {
        let (ann, bob) = (q2.customer().await, q2.customer().await);
        ann.logs_in(&ann.login(company, Bill, ann.form("25.21", -18, "overdue")).await).await;
        ann.passes(first).await;
        ann.auth_becomes("verified").await;
        q2.until("the bill", async || {
            ann.bills().await.pop().filter(|bill| bill.status.kind == BillStatusType::Overdue)
        })
        .await;
        bob.logs_in(&bob.login(company, Bill, bob.form("", 0, "hold")).await).await;
        bob.passes(first).await;
        bob.auth_becomes("hold").await;
    }
}

pub(super) async fn a_login_that_cannot_be_checked_is_refused_at_once(q2: Q2) {
    let (ann, bob) = (q2.customer().await, q2.customer().await);
    let bobs_card = bob.adds(bob.card(VISA)).await;
    let good = ann.login(REGULAR_1, Bill, ann.form("25.21", 18, "")).await;
    let but = |change: &dyn Fn(&mut CreateAuth)| {
        let mut request = good.clone();
        change(&mut request);
        request
    };
    let meta = |meta: AuthMeta| but(&|request| request.meta = Some(meta.clone()));
    for wrong in [
        but(&|request| request.client_id = ClientId::from("nobody")),
        but(&|request| request.company_id = CompanyId::from("nothing")),
        but(&|request| request.items = vec![]),
        but(&|request| request.items = vec![Bill, Swap]),
        but(&|request| request.items = vec![Payment]),
        but(&|request| request.items = vec![AuthItem::from("coffee")]),
        but(&|request| drop(request.form.remove("balance"))),
        but(&|request| request.form = ann.form("a lot", 18, "")),
        meta(AuthMeta::new().with_bill_id("b".into()).with_swap_id("s".into())),
        meta(AuthMeta::new().with_payment_method_id(bobs_card.clone())),
        meta(AuthMeta::new().with_bill_id("nothing".into())),
    ] {
        q2.client.create_auth(&wrong).await.refused();
    }
    assert!(ann.auths().await.is_empty());
}

pub(super) async fn the_same_client_and_company_are_the_same_login(q2: Q2) {
    let ann = q2.customer().await;
    let first = ann.logs_in(&ann.login(REGULAR_1, Bill, ann.form("", 0, "authenticate")).await).await;
    ann.auth_becomes("authenticate").await;
    let again = ann.logs_in(&ann.login(REGULAR_1, Bill, ann.form("25.21", 18, "")).await).await;
    same("it is checked again", &again, &first);
    ann.auth_becomes("verified").await;
    let other = ann.logs_in(&ann.login(REGULAR_2, Bill, ann.form("25.21", 18, "")).await).await;
    assert!(other != first, "another company is another login");
}

pub(super) async fn a_fixed_hold_is_verified_and_its_bill_is_found(q2: Q2) {
    let ann = q2.customer().await;
    let auth = ann.logs_in(&ann.login(REGULAR_1, Bill, ann.form("25.21", 18, "hold")).await).await;
    ann.auth_becomes("hold").await;
    q2.client.fix_hold(&auth).await.granted();
    ann.auth_becomes("verified").await;
    ann.heard(&["auth.hold", AC, S1, BC, BU]).await;
    let typed_at_first =
        |bill: &billwire::q2::Bill| bill.balance.as_ref().is_some_and(|owed| owed.to_string() == "25.21");
    let arrived = async || ann.bills().await.pop().filter(typed_at_first);
    q2.until("the bill that was typed at first", arrived).await;
    q2.client.fix_hold(&auth).await.refused();
    q2.client.fix_hold(&AuthId::from("nobody")).await.unknown();
}

pub(super) async fn a_hold_that_is_not_fixed_comes_back(q2: Q2) {
    let ann = q2.customer().await;
    let auth =
        ann.logs_in(&ann.login(REGULAR_1, Bill, ann.form("25.21", 18, "mfa-required-questions")).await).await;
    let asked = ann.challenge().await;
    ann.steps(&StepAuth::answering(&asked, answers(&asked, "wrong")).expect("it fits")).await;
    ann.auth_becomes("hold").await;
    q2.client.fix_hold(&auth).await.granted();
    ann.heard(&[ASKED, "auth.hold", "auth.hold"]).await;
    ann.auth_becomes("hold").await;
}

pub(super) async fn a_login_that_stops_working_pays_nothing_until_it_works_again(q2: Q2) {
    let ann = q2.customer().await;
    ann.adds(ann.card(VISA)).await;
    let bill = ann.links(REGULAR_1, "25.21", 18).await;
    q2.lapses(&ann.auth().await.id, "needs-resync").await;
    ann.auth_becomes("authenticate").await;
    same("it is told", ann.told("auth.needs-resync").await["company"]["name"].clone(), json!(REGULAR_1));
    q2.client.pay_now(&bill).await.refused();
    q2.advance("P30D").await;
    same("nothing was paid", q2.ledger(), vec![]);
    ann.logs_in(&ann.login(REGULAR_1, Bill, ann.form("25.21", 60, "")).await).await;
    ann.auth_becomes("verified").await;
    ann.bill_becomes(&bill, "upcoming").await;
    q2.advance("P60D").await;
    same("it is paid again", q2.ledger(), vec![format!("{bill} 25.21")]);
}

pub(super) async fn a_deleted_login_takes_its_bills_and_payments_with_it(q2: Q2) {
    let ann = q2.customer().await;
    ann.adds(ann.card(VISA)).await;
    let bill = ann.links(REGULAR_1, "25.21", 18).await;
    let auth = ann.auth().await.id;
    ann.pays_now(&bill).await;
    q2.client.delete_auth(&auth).await.refused(); // a payment on its way cannot be taken back
    ann.bill_becomes(&bill, "paid").await;
    let bill = ann.links(REGULAR_1, "52.11", 40).await;
    ann.schedules(&bill, 30).await;
    q2.client.delete_auth(&auth).await.granted();
    ann.heard(&[
        AC,
        S1,
        BC,
        BU,
        "bill.payment.scheduled",
        "bill.payment.sent",
        S1,
        BU,
        "bill.payment.scheduled",
        "bill.payment.cancelled",
        "auth.deleted",
    ])
    .await;
    assert!(ann.auths().await.is_empty() && ann.bills().await.is_empty());
    q2.client.bill(&bill).await.unknown();
    q2.client.delete_auth(&auth).await.unknown();
}
