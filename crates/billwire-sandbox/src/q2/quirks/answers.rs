//! The untidy forms of answers.

use serde_json::{Value, json};

use super::edit::{as_number, as_text, each, inside, rename, text};
use super::{Quirk, Quirks};

/// The certificate as the documents print it, cut off.
///
/// Source: Q2 Biller Direct description, section 4.7.1 "`GET /partner/public-keys`: active public keys".
const PRINTED_CERTIFICATE: &str = "MIIFczCCBFugAwIBAgISBB/csS+OpHRTGG...";

impl Quirks {
    /// The body of a successful answer in its untidy form. Without quirks it is not touched.
    pub(crate) fn answer(self, operation: Option<&str>, body: Vec<u8>) -> Vec<u8> {
        let Some(operation) = operation.filter(|_| !self.is_empty()) else { return body };
        match serde_json::from_slice::<Value>(&body) {
            Ok(mut answer) => {
                self.untidy_answer(operation, &mut answer);
                answer.to_string().into_bytes()
            }
            Err(_) => body,
        }
    }

    fn untidy_answer(self, operation: &str, answer: &mut Value) {
        match operation {
            "stepAuth" if self.contains(Quirk::SuccessAsText) => as_text(answer, "success"),
            "getBill" => self.bill_with_payments(answer),
            "listBills" | "listBillsByPartner" => each(answer, "data", |pair| self.bill_with_payments(pair)),
            "listAuths" => each(answer, "data", |auth| self.auth(auth)),
            "getCompany" => self.company(answer),
            "searchCompanies" | "listSwapCompanies" => each(answer, "data", |company| self.company(company)),
            "listPaymentMethods" => each(answer, "data", |method| {
                self.payment_method(method);
                if self.contains(Quirk::ShortBankKeys) {
                    inside(method, "bank", short_bank_keys);
                }
            }),
            "listSwaps" => each(answer, "data", |swap| self.swap(swap)),
            "getPublicKey" | "getLatestPublicKey" => self.public_key(answer),
            "listPublicKeys" => each(answer, "keys", |key| self.public_key(key)),
            _ => {}
        }
    }

    fn bill_with_payments(self, pair: &mut Value) {
        inside(pair, "bill", |bill| self.bill(bill));
        if self.contains(Quirk::MoneyAsNumber) {
            each(pair, "payments", |payment| as_number(payment, "amount"));
        }
    }

    fn bill(self, bill: &mut Value) {
        if self.contains(Quirk::HiddenAsText) {
            as_text(bill, "hidden");
        }
        if self.contains(Quirk::AutopayWithSpace) {
            rename(bill, "autopay", "autopay ");
        }
        if self.contains(Quirk::MoneyAsNumber) {
            for member in
                ["balance", "statementBalance", "fullBalance", "customPaymentAmount", "lastPaidAmount"]
            {
                as_number(bill, member);
            }
        }
        if self.contains(Quirk::MoneyWithoutCents) {
            for member in ["balance", "lastPaidAmount"] {
                text(bill, member, |amount| amount.strip_suffix(".00").map(ToOwned::to_owned));
            }
        }
        inside(bill, "auth", |auth| self.auth(auth));
    }

    fn auth(self, auth: &mut Value) {
        if self.contains(Quirk::DebugMessage) {
            inside(auth, "reason", |reason| {
                if let Some(message) = reason.get("userMessage").cloned() {
                    reason["debugMessage"] = message;
                }
            });
        }
        if self.contains(Quirk::QuestionUnderAnswer) {
            let second = auth.pointer_mut("/mfa/mfa/1");
            if let Some(question) = second {
                rename(question, "question", "answer");
            }
        }
    }

    pub(super) fn company(self, company: &mut Value) {
        if self.contains(Quirk::GeoInCamelCase) {
            inside(company, "geo", |geo| {
                rename(geo, "state_short", "stateShort");
                rename(geo, "state_long", "stateLong");
            });
        }
        inside(company, "fees", |fees| self.fees(fees));
    }

    fn fees(self, fees: &mut Value) {
        if self.contains(Quirk::RatesInOtherForm) {
            inside(fees, "ach", |fee| as_text(fee, "rate"));
            if let Some(brands) = fees.get_mut("cards").and_then(Value::as_object_mut) {
                for brand in brands.values_mut() {
                    inside(brand, "credit", |fee| as_text(fee, "rate"));
                    inside(brand, "debit", |fee| as_text(fee, "rate"));
                }
            }
        }
        if self.contains(Quirk::AmexBesideAmericanExpress) {
            inside(fees, "cards", |cards| {
                let brand = cards.get_mut("american express").and_then(Value::as_object_mut);
                if let Some(debit) = brand.and_then(|brand| brand.remove("debit")) {
                    cards["amex"] = json!({ "debit": debit });
                }
            });
        }
    }

    pub(super) fn payment_method(self, method: &mut Value) {
        if self.contains(Quirk::FailedMethod) {
            text(method, "status", |status| (status == "declined").then(|| "failed".to_owned()));
        }
    }

    fn swap(self, swap: &mut Value) {
        inside(swap, "paymentMethod", |method| self.payment_method(method));
        let running = swap.pointer("/status/type") == Some(&json!("in-progress"));
        if running && self.contains(Quirk::PendingSwapWithoutId) {
            swap["status"]["type"] = json!("pending");
            if let Some(members) = swap.as_object_mut() {
                members.remove("_id");
            }
        }
    }

    fn public_key(self, key: &mut Value) {
        if self.contains(Quirk::CertificateAsList) {
            let certificate = key.get("x5c").cloned().unwrap_or_else(|| json!(PRINTED_CERTIFICATE));
            key["x5c"] = json!([certificate]);
        } else if self.contains(Quirk::CertificateAsText) {
            key["x5c"] = json!(PRINTED_CERTIFICATE);
        }
    }
}

fn short_bank_keys(bank: &mut Value) {
    rename(bank, "routingNumber", "routing");
    rename(bank, "accountNumber", "account");
}
