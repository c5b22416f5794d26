//! Lists in pages, whole: `--all-pages` gives every element once, however the service cuts its lists.

use billwire::models::billerapi::operations;
use billwire_sandbox::{AccountToLink, BillToCome, BillerApiSettings, MailToCome, MailboxConsent, PageForm};
use serde_json::{Value, json};

use crate::answers::error;
use crate::run::{Ended, Service, billwire, run};
use crate::scripted::{Scripted, Step};

const FORMS: [PageForm; 6] = [
    PageForm::Documented,
    PageForm::Data,
    PageForm::Items,
    PageForm::Resource,
    PageForm::WithoutHasMore,
    PageForm::BareArray,
];
const USERS: [&str; 3] = ["ann", "bob", "eve"];

/// A service with three of everything that comes in pages; gives the account.
fn with_three_of_everything(service: &Service) -> String {
    let play = service.sandbox.billerapi();
    let account = AccountToLink::of_user("ann").with_account_number("99");
    let account = service.wait(play.link_account(&account)).expect("an account").account_link_id;
    play.set_mailbox_consent("ann", MailboxConsent::Given).expect("given");
    call(service, &["email", "connect-gmail", "--user-id", "ann", "--client-id", "client_sandbox"]);
    for number in 1..=3 {
        play.issue_bill(&account, BillToCome::of(number)).expect("issued");
        play.deliver_mail("ann", MailToCome::from_biller("test_gas_company", number)).expect("delivered");
        call(service, &["sync", "trigger", "--account-link-id", &account]);
        service.wait(service.sandbox.advance("PT10M")).expect("time passes");
    }
    for user in USERS {
        call(service, &["request-to-link", "create", "--client-user-id", user]);
    }
    account
}

/// `billwire billerapi WORDS --json`
#[track_caller]
fn call(service: &Service, words: &[&str]) -> Value {
    run(&mut service.command([&["billerapi"], words, &["--json"]].concat())).json()
}

/// The ids of the one list in `answer`.
#[track_caller]
fn ids(answer: &Value) -> Vec<String> {
    let lists: Vec<&Vec<Value>> =
        answer.as_object().expect("an object").values().filter_map(Value::as_array).collect();
    let [list] = lists.as_slice() else { panic!("not one list: {answer}") };
    list.iter().map(|element| element["id"].as_str().expect("an id").to_owned()).collect()
}

/// Every list with pages, in every form, one element on a page.
#[test]
fn every_list_comes_whole_in_every_form() {
    let service = Service::start();
    let account = with_three_of_everything(&service);
    let paged = operations::ALL.iter().filter(|operation| operation.paging.is_some());
    for operation in paged {
        let mut words = vec![operation.resource, operation.command];
        for parameter in operation.parameters.iter().filter(|parameter| parameter.required) {
            words.extend(match parameter.name {
                "account_link_id" => ["--account-link-id", account.as_str()],
                _ => ["--user-id", "ann"],
            });
        }
        service.sandbox.billerapi().set_settings(BillerApiSettings::default()).expect("settings");
        let whole = ids(&call(&service, &words));
        assert!(whole.len() >= 3, "{}: {whole:?}", operation.id);
        for form in FORMS {
            let settings = BillerApiSettings::default().with_pages(form);
            service.sandbox.billerapi().set_settings(settings).expect("settings");
            let before = service.sandbox.requests().len();
            let all = call(&service, &[&words[..], &["--all-pages", "--limit", "1"]].concat());
            assert_eq!(ids(&all), whole, "{} {form:?}", operation.id);
            let requests = service.sandbox.requests().len() - before;
            assert!(requests >= if form == PageForm::BareArray { 1 } else { 3 }, "{requests} requests");
        }
    }
}

fn against(server: &Scripted, words: &[&str]) -> Ended {
    let mut command = billwire();
    command
        .env("BILLWIRE_BILLERAPI_BASE_URL", &server.url)
        .env("BILLWIRE_BILLERAPI_CLIENT_ID", "client")
        .env("BILLWIRE_BILLERAPI_CLIENT_SECRET", "bb_test_secret");
    run(command.arg("billerapi").args(words))
}

fn requests_to_link(numbers: std::ops::Range<u32>) -> Vec<Value> {
    numbers
        .map(|number| json!({ "id": format!("rtl_{number}"), "client_user_id": "ann", "status": "PENDING" }))
        .collect()
}

/// A service that counts nothing, and does not say how full a page can be, is asked until a page is empty.
#[test]
fn numbered_pages_without_a_count_go_on_until_one_is_empty() {
    let page = |numbers| Step::ok(&json!({ "items": requests_to_link(numbers) }));
    let server = Scripted::new(vec![page(0..20), page(20..25), page(25..25)]);
    let all = against(&server, &["request-to-link", "list", "--all-pages", "--limit", "20", "--json"]).json();
    assert_eq!(ids(&all).len(), 25);
    let requests = server.all();
    assert!(requests[0].contains("limit=20") && requests[1].contains("page=2"), "{requests:#?}");
}

/// The size of a page is always said: what a service takes without it differs from list to list.
#[test]
fn a_page_always_has_a_size() {
    let server = Scripted::new(vec![Step::ok(&json!({ "data": [] })), Step::ok(&json!({ "data": [] }))]);
    against(&server, &["biller", "list", "--json"]).json();
    against(&server, &["biller", "list", "--json", "--all-pages"]).json();
    assert!(server.all().iter().all(|request| request.contains("limit=100")));
}

/// A page of which nothing can be read is no end, and what is missing is told with its page.
#[test]
fn a_page_that_cannot_be_read_is_not_the_last() {
    let page = |elements: Vec<Value>, next: Option<&str>| {
        Step::ok(&json!({ "data": elements, "has_more": next.is_some(), "next_cursor": next }))
    };
    let biller = |id: &str| json!({ "id": id, "name": id });
    let script = vec![
        page(vec![biller("a")], Some("one")),
        page(vec![json!(1), json!(2)], Some("two")),
        page(vec![biller("b")], None),
    ];
    let server = Scripted::new(script);
    let ended = against(&server, &["biller", "list", "--all-pages", "--json"]);
    assert_eq!(ended.code, 11, "{ended:#?}");
    assert_eq!(ids(&serde_json::from_str(&ended.stdout).expect("JSON")), ["a", "b"]);
    let details = &error(&ended)["details"];
    assert_eq!(details["left_out"], json!(["page 2: data[0]", "page 2: data[1]"]));
    assert_eq!(details["left_out_count"], json!(2));
}

/// A list that turns in a circle ends.
#[test]
fn the_same_cursor_twice_ends_the_list() {
    let page = || Step::ok(&json!({ "data": [], "has_more": true, "next_cursor": "again" }));
    let server = Scripted::new(vec![page(), page(), page()]);
    let ended = against(&server, &["biller", "list", "--all-pages", "--json"]);
    assert_eq!((ended.code, ended.stdout.as_str()), (11, ""), "{ended:#?}");
    assert!(
        error(&ended)["message"].as_str().is_some_and(|message| message.contains("came before")),
        "{ended:#?}"
    );
    assert!(!ended.stderr.contains("with_max_pages"), "{ended:#?}");
}
