//! Mailboxes in which billers are found.
//!
//! Source: BillerAPI description, sections 4.8, 5.16 to 5.18. What a connected mailbox holds is ours (inferred).

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::World;
use super::account::{invalid, not_found};
use super::biller::Biller;
use super::day::Day;
use super::ids::{ClientId, MessageId, UserId};
use crate::api_error::ApiError;
use crate::error::Error;
use crate::moment::Moment;

/// The mailbox of one user.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Mailbox {
    pub(crate) client_id: ClientId,
    pub(crate) user_id: UserId,
    pub(crate) consent: MailboxConsent,
    pub(crate) connected: bool,
    /// Oldest first.
    pub(crate) messages: Vec<Message>,
}

/// What the user said on the consent screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum MailboxConsent {
    /// Yes: what every user says unless told otherwise.
    Given,
    /// No.
    Refused,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Message {
    pub(crate) id: MessageId,
    pub(crate) number: u64,
    pub(crate) from: String,
    pub(crate) subject: String,
    pub(crate) biller: Option<Biller>,
    /// Cents; it leaves in dollars.
    pub(crate) amount: Option<i64>,
    pub(crate) due: Option<Day>,
    pub(crate) received: Moment,
}

/// A message that arrives: what `POST /control/billerapi/mailboxes/{userId}/messages` takes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[non_exhaustive]
pub struct MailToCome {
    /// Address of the sender; made from the biller if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Subject.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The biller that is recognised; none if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub biller_id: Option<String>,
    /// The amount that is read in it, in cents.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bill_amount_cents: Option<i64>,
    /// The due date that is read in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_date: Option<Day>,
}

impl MailToCome {
    /// A bill of so many cents from this biller.
    pub fn from_biller(biller_id: impl Into<String>, cents: i64) -> Self {
        Self { biller_id: Some(biller_id.into()), bill_amount_cents: Some(cents), ..Self::default() }
    }
}

/// The most messages of one mailbox.
const MOST_MESSAGES: usize = 1000;
/// The most mailboxes of all clients: whoever asks for a consent screen needs no credential.
const MOST_MAILBOXES: usize = 10_000;

impl World {
    pub(crate) fn mailbox(&self, client_id: &ClientId, user_id: &UserId) -> Option<&Mailbox> {
        self.mailboxes.iter().find(|mailbox| mailbox.client_id == *client_id && mailbox.user_id == *user_id)
    }

    fn mailbox_mut(&mut self, client_id: &ClientId, user_id: &UserId) -> Option<&mut Mailbox> {
        self.mailboxes
            .iter_mut()
            .find(|mailbox| mailbox.client_id == *client_id && mailbox.user_id == *user_id)
    }

    /// The user is sent to the consent screen.
    pub(crate) fn ask_for_mailbox(&mut self, client_id: &ClientId, user_id: &UserId) -> Result<(), ApiError> {
        if self.client(client_id).is_none() {
            return Err(ApiError::not_found(format!("There is no client {client_id}.")));
        }
        self.open_mailbox(client_id, user_id)
            .map(drop)
            .map_err(|error| ApiError::bad_request(format!("{error}.")))
    }

    fn open_mailbox(&mut self, client_id: &ClientId, user_id: &UserId) -> Result<&mut Mailbox, Error> {
        let place = self
            .mailboxes
            .iter()
            .position(|mailbox| mailbox.client_id == *client_id && mailbox.user_id == *user_id);
        let place = match place {
            Some(place) => place,
            None if self.mailboxes.len() >= MOST_MAILBOXES => {
                return Err(invalid(format!("there are {MOST_MAILBOXES} mailboxes already")));
            }
            None => {
                self.mailboxes.push(Mailbox {
                    client_id: client_id.clone(),
                    user_id: user_id.clone(),
                    consent: MailboxConsent::Given,
                    connected: false,
                    messages: Vec::new(),
                });
                self.mailboxes.len() - 1
            }
        };
        self.mailboxes.get_mut(place).ok_or_else(|| not_found("mailbox of user", user_id))
    }

    /// The user is back from the consent screen: the mailbox is read for the first time.
    pub(crate) fn connect_mailbox(
        &mut self,
        now: Moment,
        client_id: &ClientId,
        user_id: &UserId,
    ) -> Result<(), ApiError> {
        let mailbox = self.mailbox(client_id, user_id).ok_or_else(|| {
            ApiError::bad_request("This user was not sent to the consent screen; ask for its address first.")
        })?;
        if mailbox.consent == MailboxConsent::Refused {
            return Err(ApiError::forbidden("The user refused access to the mailbox."));
        }
        if mailbox.connected {
            return Ok(());
        }
        for (biller, amount, days) in FIRST_MAIL {
            let message = self.bill_by_mail(now, biller, amount, days);
            self.put_message(client_id, user_id, message);
        }
        if let Some(mailbox) = self.mailbox_mut(client_id, user_id) {
            mailbox.connected = true;
        }
        Ok(())
    }

    fn bill_by_mail(&mut self, now: Moment, biller: Biller, amount: i64, days: i32) -> Message {
        Message {
            id: MessageId::new(format!("msg_{}", self.seed.id("message"))),
            number: self.next_number(),
            from: sender(biller),
            subject: format!("Your {} bill is ready", biller.trade().to_lowercase()),
            biller: Some(biller),
            amount: Some(amount),
            due: Some(Day::from(now.day()).plus_days(15 - days)),
            received: now.plus(SignedDuration::from_hours(-24 * i64::from(days))),
        }
    }

    fn put_message(&mut self, client_id: &ClientId, user_id: &UserId, message: Message) {
        if let Some(mailbox) = self.mailbox_mut(client_id, user_id) {
            mailbox.messages.push(message);
        }
    }

    /// The user answers on the consent screen.
    pub(crate) fn user_consents(
        &mut self,
        client_id: &ClientId,
        user_id: &UserId,
        consent: MailboxConsent,
    ) -> Result<(), Error> {
        self.check_client(client_id)?;
        self.open_mailbox(client_id, user_id)?.consent = consent;
        Ok(())
    }

    /// A message arrives in a connected mailbox.
    pub(crate) fn mail_arrives(
        &mut self,
        now: Moment,
        client_id: &ClientId,
        user_id: &UserId,
        mail: MailToCome,
    ) -> Result<MessageId, Error> {
        self.check_client(client_id)?;
        let biller = match &mail.biller_id {
            Some(id) => Some(Biller::of_id(id).ok_or_else(|| not_found("biller", id))?),
            None => None,
        };
        let mailbox = self
            .mailbox(client_id, user_id)
            .filter(|mailbox| mailbox.connected)
            .ok_or_else(|| not_found("connected mailbox of user", user_id))?;
        if mailbox.messages.len() >= MOST_MESSAGES {
            return Err(invalid(format!("a mailbox holds at most {MOST_MESSAGES} messages")));
        }
        let texts = [mail.from.as_deref(), mail.subject.as_deref()];
        if texts.into_iter().flatten().any(|text| text.is_empty() || text.len() > 1000) {
            return Err(invalid("from and subject take 1 to 1000 bytes of text"));
        }
        if mail.bill_amount_cents.is_some_and(|cents| !(0..=10_000_000_000).contains(&cents)) {
            return Err(invalid("billAmountCents is a number of cents from 0 to 10000000000"));
        }
        let from = mail
            .from
            .or_else(|| biller.map(sender))
            .ok_or_else(|| invalid("give the sender in from, or a biller_id from which it can be made"))?;
        let id = MessageId::new(format!("msg_{}", self.seed.id("message")));
        let message = Message {
            id: id.clone(),
            number: self.next_number(),
            from,
            subject: mail.subject.unwrap_or_else(|| "Your bill is ready".to_owned()),
            biller,
            amount: mail.bill_amount_cents,
            due: mail.due_date,
            received: now,
        };
        self.put_message(client_id, user_id, message);
        Ok(id)
    }

    /// The messages of a user, newest first, received on these days (both included).
    pub(crate) fn messages_of(
        &self,
        client_id: &ClientId,
        user_id: &UserId,
        start: Option<Day>,
        end: Option<Day>,
    ) -> Vec<&Message> {
        let mailbox = self.mailbox(client_id, user_id).filter(|mailbox| mailbox.connected);
        let messages = mailbox.map_or(&[][..], |mailbox| &mailbox.messages);
        let kept = messages.iter().rev().filter(|message| {
            let day = Day::from(message.received.day());
            start.is_none_or(|start| day >= start) && end.is_none_or(|end| day <= end)
        });
        kept.collect()
    }
}

/// What is found when a mailbox is connected, oldest first: biller, cents, days ago.
const FIRST_MAIL: [(Biller, i64, i32); 3] =
    [(Biller::Water, 4_120, 12), (Biller::Gas, 8_735, 5), (Biller::Electric, 14_250, 1)];

/// `billing@electric-company.test`, the documented form.
fn sender(biller: Biller) -> String {
    format!("billing@{}-company.test", biller.trade().to_lowercase())
}
