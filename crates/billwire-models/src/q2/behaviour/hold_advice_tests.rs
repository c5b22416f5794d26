//! Tests of the catalogue of holds, and of the page that repeats it.

use std::fmt::Write as _;

use super::*;

fn advice(reason: &str) -> HoldAdvice {
    serde_json::from_str::<HoldReason>(reason).unwrap().advice()
}

/// Trap T20: an auth and an event name the parts of a hold differently, any of them may be missing, and the legacy
/// version has a text for developers only.
#[test]
fn both_places_of_a_hold_give_the_same_advice_with_any_part_missing() {
    for code in HoldCode::ALL {
        let reason = HoldReason::new().with_code(code.clone()).with_user_message("Please log in.");
        let event = AuthHoldData::new()
            .with_hold(EventHold::new().with_code(code.clone()).with_text("Please log in."));
        assert_eq!(reason.as_hold(), event.as_hold());
        assert_eq!(reason.advice(), event.advice());
        assert_eq!(reason.advice(), code.advice());
    }
    let legacy: HoldReason = serde_json::from_str(r#"{"debugMessage": "selector #pay not found"}"#).unwrap();
    assert_eq!(legacy.as_hold(), Hold::default(), "a text for developers is not shown to users");
    assert_eq!(legacy.advice(), GENERIC);
    assert_eq!(AuthHoldData::new().advice(), GENERIC);
    assert_eq!(AuthHoldData::new().as_hold(), Hold::default());
}

#[test]
fn an_auth_has_a_hold_only_while_it_is_on_hold() {
    let auth = |status: &str, reason: &str| {
        let json = format!(r#"{{"_id": "a", "status": {{"type": "{status}"}}{reason}}}"#);
        serde_json::from_str::<Auth>(&json).unwrap()
    };
    let reason = r#", "reason": {"code": "account_paid_in_full"}"#;
    assert_eq!(auth("hold", reason).as_hold().unwrap().code, Some(&HoldCode::AccountPaidInFull));
    assert_eq!(auth("hold", "").as_hold(), Some(Hold::default()));
    assert_eq!(auth("verified", reason).as_hold(), None, "a reason left over from an old hold");
}

/// C21: codes are the contract, texts are not.
#[test]
fn the_text_never_changes_the_advice() {
    for text in ["", "account_paid_in_full", "Technical problem, try again", "\u{0}"] {
        let reason = HoldReason::new().with_code(HoldCode::AccountIssueAcceptToc).with_user_message(text);
        assert_eq!(reason.advice(), HoldCode::AccountIssueAcceptToc.advice(), "{text:?}");
    }
    assert_eq!(HoldReason::new().with_user_message(" \n").as_hold().text_for_user, None, "nothing to show");
}

/// Five codes are documented without their names, so they arrive as unknown ones.
#[test]
fn an_unknown_code_gets_the_general_advice() {
    assert_eq!(advice(r#"{"code": "account_issue_of_next_year"}"#), GENERIC);
    assert_eq!(advice(r#"{"code": "account_issue_of_next_year", "subcategory": "also-new"}"#), GENERIC);
    assert_eq!((GENERIC.actor, GENERIC.next), (HoldActor::UserAtCompany, HoldStep::FixHold));
}

#[test]
fn a_subcategory_refines_its_own_codes_and_holds_without_a_known_code() {
    let timeout = r#""subcategory": "job-timeout""#;
    let quarter = HoldRetry::AfterWaiting(Duration::from_mins(15));
    for code in ["system_issue_with_swap", "system_issue_with_bill", "system_issue_with_bill_payment", "new"]
    {
        assert_eq!(advice(&format!(r#"{{"code": "{code}", {timeout}}}"#)).retry, quarter, "{code}");
    }
    assert_eq!(advice(&format!("{{{timeout}}}")).retry, quarter);
    assert_eq!(advice(&format!(r#"{{"code": "system_issue_with_swap", {timeout}}}"#)).products, SWAPS);
    let contradiction = advice(&format!(r#"{{"code": "account_issue_accept_toc", {timeout}}}"#));
    assert_eq!(contradiction, HoldCode::AccountIssueAcceptToc.advice(), "the code decides");
    let new = advice(r#"{"code": "authentication_not_completed", "subcategory": "moon-phase"}"#);
    assert_eq!(new, HoldCode::AuthenticationNotCompleted.advice());
}

#[test]
fn every_subcategory_has_advice_and_belongs_to_documented_codes() {
    let codes_of = |subcategory: &HoldSubcategory| {
        HoldCode::ALL.iter().filter(|code| subcategory.belongs_to(code)).count()
    };
    for (position, subcategory) in HoldSubcategory::ALL.iter().enumerate() {
        assert!(by_subcategory(subcategory).is_some(), "{subcategory}");
        assert_eq!(codes_of(subcategory), if position < 4 { 1 } else { 3 }, "{subcategory}");
    }
    assert_eq!(codes_of(&HoldSubcategory::from("moon-phase")), 0);
    assert_eq!((HoldCode::ALL.len(), HoldSubcategory::ALL.len()), (24, 11), "the documented numbers");
}

#[test]
fn the_catalogue_agrees_with_itself() {
    let finer = HoldSubcategory::ALL.iter().filter_map(by_subcategory);
    for advice in HoldCode::ALL.iter().map(HoldCode::advice).chain(finer) {
        assert_eq!(advice.is_terminal, advice.retry == HoldRetry::Never, "{advice:?}");
        assert_ne!(Some(advice.next), advice.otherwise, "{advice:?}");
        let waits = matches!(advice.retry, HoldRetry::AfterWaiting(_));
        let acts =
            matches!(advice.actor, HoldActor::UserAtCompany | HoldActor::UserInProduct | HoldActor::Partner);
        assert!(!(waits && acts), "who waits does not act: {advice:?}");
        assert!(advice.retry != HoldRetry::AfterAction || acts, "{advice:?}");
        assert!(advice.next != HoldStep::FixHold || !advice.is_terminal, "{advice:?}");
        if let HoldRetry::AfterWaiting(wait) = advice.retry {
            assert!(wait >= MINUTE && wait <= DAY, "{advice:?}");
        }
    }
}

/// The page for users shows the catalogue as it is.
#[test]
fn the_page_repeats_the_catalogue() {
    let page = include_str!("../../../../../docs/book/holds-and-challenges.md");
    let (codes, subcategories) = tables();
    assert!(page.contains(&codes), "the page lacks the table of codes; it is\n\n{codes}");
    assert!(
        page.contains(&subcategories),
        "the page lacks the table of subcategories; it is\n\n{subcategories}"
    );
}

fn tables() -> (String, String) {
    let mut codes = "| code | product | who acts | try again | then | otherwise |\n| --- | --- | --- | --- | --- | --- |\n".to_owned();
    for code in HoldCode::ALL {
        let advice = code.advice();
        let products: Vec<&str> = advice.products.iter().map(|product| product.as_str()).collect();
        let _ = writeln!(codes, "| `{code}` | {} | {} |", or_dash(&products.join(", ")), cells(&advice));
    }
    let mut subcategories =
        "| subcategory | who acts | try again | then | otherwise |\n| --- | --- | --- | --- | --- |\n"
            .to_owned();
    for subcategory in HoldSubcategory::ALL {
        let advice = by_subcategory(subcategory).unwrap();
        let _ = writeln!(subcategories, "| `{subcategory}` | {} |", cells(&advice));
    }
    (codes, subcategories)
}

fn or_dash(text: &str) -> &str {
    if text.is_empty() { "not said" } else { text }
}

fn cells(advice: &HoldAdvice) -> String {
    let actor = match advice.actor {
        HoldActor::UserAtCompany => "user, at the company",
        HoldActor::UserInProduct => "user, in your product",
        HoldActor::Partner => "you",
        HoldActor::Nobody => "nobody",
        HoldActor::VendorSupport => "the service",
    };
    let retry = match advice.retry {
        HoldRetry::Never => "never".to_owned(),
        HoldRetry::AfterAction => "when done".to_owned(),
        HoldRetry::AfterWaiting(wait) if wait < HOUR => format!("after {} minutes", wait.as_secs() / 60),
        HoldRetry::AfterWaiting(wait) if wait == HOUR => "after 1 hour".to_owned(),
        HoldRetry::AfterWaiting(wait) => format!("after {} hours", wait.as_secs() / 3600),
    };
    let otherwise = advice.otherwise.map_or("", step);
    format!("{actor} | {retry} | {} | {otherwise}", step(advice.next))
}

fn step(step: HoldStep) -> &'static str {
    match step {
        HoldStep::FixHold => "`fixHold`",
        HoldStep::AuthenticateAgain => "`createAuth` again",
        HoldStep::AnswerQuestions => "`answerQuestions`",
        HoldStep::ChangePaymentMethod => "`createAuth` with another card",
        HoldStep::StartNewSwap => "`createAuth` for a new swap",
        HoldStep::UseOtherCompany => "the other company",
        HoldStep::OpenConnect => "Connect",
        HoldStep::ContactSupport => "support",
        HoldStep::DeleteAuth => "`deleteAuth`",
    }
}
