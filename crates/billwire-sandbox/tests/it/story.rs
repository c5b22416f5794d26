//! The main story in one piece.

use serde_json::json;

use crate::http::{Api, REGULAR_1, text};

#[tokio::test]
async fn a_bill_is_linked_fetched_scheduled_and_paid_once() {
    let api = Api::start().await;
    let client = api.client("story").await;
    let method = api.card(&client, "4111111111111111").await;
    let auth = api.auth(&client, REGULAR_1, ["25.21", "03/20/2026", ""]).await;
    assert!(api.auths(&client).await.is_empty(), "not listed before its first validation");

    api.advance("PT2S").await;
    assert_eq!(api.auths(&client).await[0]["status"]["type"], "verified");
    let bills = api.bills(&client).await;
    assert_eq!(bills[0]["bill"]["status"]["type"], "syncing");
    assert_eq!(bills[0]["bill"]["auth"]["_id"], json!(auth));
    let bill = text(&bills[0]["bill"]["_id"]);

    api.advance("PT2S").await;
    let shown = api.read_bill(&bill).await;
    assert_eq!(shown["status"]["type"], "upcoming");
    assert_eq!(shown["balance"], "25.21");
    assert_eq!(shown["dueDate"], "2026-03-20T00:00:00.000Z");
    assert_eq!(shown["payDate"], "2026-03-20T00:00:00.000Z");

    let request =
        json!({ "billId": bill, "payDate": "2026-03-10T00:00:00.000Z", "date": "2026-03-10T00:00:00.000Z" });
    assert_eq!(api.post("/payment/schedule", request).await.ok(), json!({ "success": true }));
    assert_eq!(api.read_bill(&bill).await["payDate"], "2026-03-10T00:00:00.000Z");
    assert!(api.sandbox.ledger().is_empty());

    api.advance("P30D").await;
    let paid = api.get(&format!("/bill/{bill}")).await.ok();
    assert_eq!(paid["bill"]["status"]["type"], "paid");
    assert_eq!(paid["bill"]["lastPaidAmount"], "25.21");
    assert_eq!(paid["bill"]["lastPaidOn"], "2026-03-10T00:00:02.000Z");
    assert_eq!(paid["payments"], json!([{ "amount": "25.21", "paidOn": "2026-03-10T00:00:02.000Z" }]));
    for absent in ["balance", "dueDate", "payDate"] {
        assert!(paid["bill"].get(absent).is_none(), "{absent}");
    }

    let ledger = api.sandbox.ledger();
    assert_eq!(ledger.len(), 1);
    assert_eq!(
        (ledger[0].bill_id.as_str(), ledger[0].payment_method_id.as_str()),
        (bill.as_str(), method.as_str())
    );
    assert_eq!(ledger[0].amount.to_string(), "25.21");
    assert_eq!(
        api.event_types(),
        ["auth.success", "bill.created", "bill.update", "bill.payment.scheduled", "bill.payment.sent"]
    );
}
