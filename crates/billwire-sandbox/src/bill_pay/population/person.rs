//! One customer: name, payment methods, logins and habits, all of them from the seed and a number.

use jiff::SignedDuration;
use serde_json::{Map, Value, json};

use super::companies::{self, Offer};
use super::dice::Dice;
use super::places::PLACES;
use crate::bill_pay::{AccountKind, CompanyId, NewNumbers, PaySchedule};
use crate::moment::Moment;

const FIRST_NAMES: [&str; 24] = [
    "Ada", "Ben", "Carmen", "Dev", "Elena", "Farid", "Grace", "Hugo", "Imani", "Jonas", "Keiko", "Liam",
    "Mara", "Noor", "Oscar", "Priya", "Quinn", "Rosa", "Sam", "Tess", "Umar", "Vera", "Wen", "Yusuf",
];
const LAST_NAMES: [&str; 24] = [
    "Abbott", "Barnes", "Castillo", "Dalton", "Ellis", "Fischer", "Garcia", "Hansen", "Ibrahim", "Jensen",
    "Kowalski", "Lopez", "Miller", "Nguyen", "Okafor", "Patel", "Quist", "Reyes", "Sato", "Turner", "Ueda",
    "Vance", "Walker", "Young",
];

/// What people have accounts for, with what such a bill usually is, in cents.
const KINDS: [(&str, u32); 10] = [
    ("electric", 9_500),
    ("phone", 6_500),
    ("water", 4_800),
    ("insurance", 14_200),
    ("streaming", 1_599),
    ("gas", 6_200),
    ("internet", 7_400),
    ("loan", 31_000),
    ("credit-card", 21_500),
    ("waste", 2_750),
];
/// Where only a card is kept on file.
const CARD_KINDS: [&str; 2] = ["subscription", "shopping"];

/// What is decided for a person, each with dice of its own.
mod about {
    pub(super) const SELF: u64 = 1;
    pub(super) const METHODS: u64 = 2;
    pub(super) const CHANGES: u64 = 3;
    pub(super) const LOGIN: u64 = 1_000;
    pub(super) const MONTH: u64 = 1_000_000;
    pub(super) const DAY: u64 = 1_000_000_000_000;
}

/// A customer of the population.
#[derive(Clone, Copy)]
pub(crate) struct Person {
    seed: u64,
    number: u32,
}

/// A login of a person at a company.
#[derive(Clone)]
pub(crate) struct Login {
    pub(crate) company: CompanyId,
    /// Bills come of it; otherwise only a card is kept on file there.
    pub(crate) bills: bool,
    pub(crate) swaps: bool,
    pub(crate) presence: bool,
    /// Statements have more than one balance, and the person may choose what to pay.
    pub(crate) credit: bool,
    pub(crate) first: FirstLogin,
    pub(crate) way: Way,
    /// The day of the month on which statements come, 1 to 28.
    pub(crate) day: i8,
    /// The hour of that day, in UTC.
    pub(crate) hour: i8,
    /// From the statement to the due date.
    pub(crate) due_days: i64,
    usual_cents: u32,
}

/// What happens when the person first logs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FirstLogin {
    Works,
    /// The company wants its terms accepted first.
    Hold,
    /// A wrong password.
    WrongPassword,
    Questions,
    Code,
    Prompt,
}

/// How a person pays a bill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// Automatically, on the due date or as the company says.
    Automatic,
    /// Automatically, at another time.
    AutomaticAt(PaySchedule),
    /// By hand as soon as the statement is there, for a day before the due date.
    Early,
    /// By hand, for the due date.
    OnTime,
    /// By hand, days after the due date.
    Late,
    /// Automatically, but every now and then the payment is cancelled and made by hand later.
    ChangesMind,
    /// By hand in most months, else not at all.
    Forgetful,
}

/// A payment method of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    Card(&'static str),
    /// Accepted when it is added, declined when it pays.
    DeclinedCard,
    Bank,
    /// Accepted when it is added, declined when it pays.
    DeclinedBank,
}

/// The documented cards that pay, in the order of how many people have them.
const CARDS: [&str; 4] = ["4111111111111111", "5555555555554444", "6011111111111117", "378282246310005"];

impl Method {
    pub(crate) fn is_card(self) -> bool {
        matches!(self, Self::Card(_) | Self::DeclinedCard)
    }

    pub(crate) fn numbers(self, expires_in: i16, zipcode: &str) -> NewNumbers {
        let card = |number: &str| NewNumbers::Card {
            number: number.to_owned(),
            code: Some("123".to_owned()),
            month: "12".to_owned(),
            year: expires_in.to_string(),
            zipcode: zipcode.to_owned(),
            brand: None,
            kind: None,
        };
        let bank = |account: &str| NewNumbers::Bank {
            routing_number: "021000021".to_owned(),
            account_number: account.to_owned(),
            kind: AccountKind::Checking,
        };
        match self {
            Self::Card(number) => card(number),
            Self::DeclinedCard => card("4000000000000002"),
            Self::Bank => bank("9900000002"),
            Self::DeclinedBank => bank("1234567899"),
        }
    }
}

impl Person {
    pub(crate) fn new(seed: u64, number: u32) -> Self {
        Self { seed, number }
    }

    /// The partner's own id of the person.
    pub(crate) fn identifier(self) -> String {
        format!("customer-{:05}", self.number)
    }

    pub(crate) fn name(self) -> String {
        let (first, last) = self.names();
        format!("{first} {last}")
    }

    fn names(self) -> (&'static str, &'static str) {
        let mut dice = self.dice(about::SELF);
        let first = dice.pick(&FIRST_NAMES).copied().unwrap_or_default();
        (first, dice.pick(&LAST_NAMES).copied().unwrap_or_default())
    }

    fn place(self) -> usize {
        let places = u32::try_from(PLACES.len()).unwrap_or(1);
        usize::try_from(self.number % places).unwrap_or_default()
    }

    pub(crate) fn zipcode(self) -> &'static str {
        PLACES.get(self.place()).map_or("", |place| place.geo.zipcode)
    }

    pub(crate) fn meta(self) -> Map<String, Value> {
        let (first, last) = self.names();
        let email = format!("{}.{}.{}@example.com", first.to_lowercase(), last.to_lowercase(), self.number);
        let mut meta = Map::from_iter([
            ("firstName".to_owned(), json!(first)),
            ("lastName".to_owned(), json!(last)),
            ("email".to_owned(), json!(email)),
        ]);
        if let Some(place) = PLACES.get(self.place()) {
            meta.insert("city".to_owned(), json!(place.city));
            meta.insert("state".to_owned(), json!(place.geo.state_short));
            meta.insert("zipcode".to_owned(), json!(place.geo.zipcode));
        }
        meta
    }

    /// How long after the first customer could this one joins.
    pub(crate) fn joins_after(self, days: u32) -> SignedDuration {
        let minutes = Dice::new(self.seed, self.number, about::SELF ^ about::CHANGES).below(days * 24 * 60);
        SignedDuration::from_mins(i64::from(minutes))
    }

    /// What the person pays with; the first one is the default.
    pub(crate) fn methods(self) -> Vec<Method> {
        let mut dice = self.dice(about::METHODS);
        let card = Method::Card(CARDS[usize::try_from(dice.below(10) / 3).unwrap_or_default().min(3)]);
        let mut methods = match dice.below(100) {
            0..5 => vec![Method::DeclinedCard],
            5..7 => vec![Method::DeclinedBank],
            7..60 => vec![card],
            60..75 => vec![Method::Bank],
            75..98 => vec![card, Method::Bank],
            _ => Vec::new(),
        };
        if dice.chance(6) {
            methods.push(Method::DeclinedCard);
        }
        methods
    }

    /// A method that works, for whoever needs another one.
    pub(crate) fn spare_method(wants_card: bool) -> Method {
        if wants_card { Method::Card(CARDS[1]) } else { Method::Bank }
    }

    /// In how many days the person replaces the first method, if ever.
    pub(crate) fn replaces_method_after_days(self) -> Option<i64> {
        let mut dice = self.dice(about::CHANGES);
        dice.chance(8).then(|| i64::from(dice.between(40, 330)))
    }

    /// How many companies the person has logins at.
    pub(crate) fn logins(self) -> u8 {
        let mut dice = self.dice(about::LOGIN);
        let bills = [1, 1, 2, 2, 2, 3, 3, 4];
        let bills = dice.pick(&bills).copied().unwrap_or(1);
        bills + u8::from(dice.chance(15))
    }

    /// A login of the person; the last one may be at a company that only keeps a card on file.
    pub(crate) fn login(self, number: u8) -> Option<Login> {
        let mut dice = self.dice(about::LOGIN + 1 + u64::from(number));
        let first_kind = self.dice(about::LOGIN).below(10);
        let place = usize::try_from(first_kind + u32::from(number) * 3).unwrap_or_default() % KINDS.len();
        let (kind, usual_cents) = KINDS[place];
        let only_card = number > 0 && number + 1 == self.logins() && dice.chance(20);
        let fits = |offer: &Offer| {
            if only_card {
                CARD_KINDS.contains(&offer.category) && offer.swaps
            } else {
                offer.category == kind && offer.bills
            }
        };
        let company = self.choose_company(&mut dice, fits)?;
        let offer = companies::offer(company)?;
        let usual_cents = usual_cents * dice.between(60, 150) / 100;
        Some(Login {
            company: companies::id(company),
            bills: offer.bills && !only_card,
            swaps: offer.swaps && dice.chance(25),
            presence: offer.presence,
            credit: offer.credit,
            first: first_login(&mut dice),
            way: way(&mut dice),
            day: i8::try_from(dice.between(1, 28)).unwrap_or(1),
            hour: i8::try_from(dice.between(6, 21)).unwrap_or(12),
            due_days: i64::from(dice.between(15, 22)),
            usual_cents,
        })
    }

    /// A company nearby or anywhere; one of another town if there is none.
    fn choose_company(self, dice: &mut Dice, fits: impl Fn(&Offer) -> bool) -> Option<usize> {
        let home = self.place();
        let near = |offer: &Offer| offer.place.is_none_or(|place| place == home);
        let choose = |dice: &mut Dice, wanted: &dyn Fn(&Offer) -> bool| {
            let mut all =
                (0..companies::COUNT).filter(|number| companies::offer(*number).is_some_and(|o| wanted(&o)));
            let count = u32::try_from(all.clone().count()).ok().filter(|count| *count > 0)?;
            all.nth(usize::try_from(dice.below(count)).ok()?)
        };
        choose(dice, &|offer| fits(offer) && near(offer)).or_else(|| choose(dice, &fits))
    }

    /// The dice for one month of one login.
    pub(crate) fn month(self, login: u8, month: u16) -> Dice {
        self.dice(about::MONTH + u64::from(login) * 100_000 + u64::from(month))
    }

    /// The dice for what is done at one login on one day.
    pub(crate) fn day(self, login: u8, now: Moment) -> Dice {
        let hours = now.timestamp().as_second().div_euclid(3600).cast_unsigned();
        self.dice(about::DAY + u64::from(login) * 100_000_000 + hours)
    }

    fn dice(self, about: u64) -> Dice {
        Dice::new(self.seed, self.number, about)
    }
}

impl Login {
    /// What a statement says, in cents: around the usual, and in some months nothing at all.
    pub(crate) fn statement_cents(&self, dice: &mut Dice) -> u32 {
        if dice.chance(4) { 0 } else { self.usual_cents * dice.between(70, 135) / 100 }
    }
}

fn first_login(dice: &mut Dice) -> FirstLogin {
    match dice.below(100) {
        0..3 => FirstLogin::Hold,
        3..6 => FirstLogin::WrongPassword,
        6..9 => FirstLogin::Questions,
        9..11 => FirstLogin::Code,
        11..12 => FirstLogin::Prompt,
        _ => FirstLogin::Works,
    }
}

fn way(dice: &mut Dice) -> Way {
    match dice.below(100) {
        0..45 => Way::Automatic,
        45..50 => Way::AutomaticAt(PaySchedule::TenDaysBefore),
        50..55 => Way::AutomaticAt(PaySchedule::FiveDaysBefore),
        55..58 => Way::AutomaticAt(PaySchedule::DayBefore),
        58..61 => Way::AutomaticAt(PaySchedule::Immediately),
        61..73 => Way::Early,
        73..83 => Way::OnTime,
        83..91 => Way::Late,
        91..96 => Way::ChangesMind,
        _ => Way::Forgetful,
    }
}
