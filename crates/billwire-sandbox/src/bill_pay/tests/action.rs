//! The steps of the walk, and the dice that choose them.

/// Something a partner, a client or the outside world does. Numbers choose among what exists.
#[derive(Clone, Debug)]
pub(super) enum Action {
    Client {
        number: usize,
    },
    Card {
        client: usize,
        number: usize,
        default: bool,
    },
    Bank {
        client: usize,
        account: usize,
    },
    Login {
        client: usize,
        company: usize,
        inputs: usize,
        what: What,
    },
    Legacy {
        client: usize,
        company: usize,
        name: usize,
    },
    Answer {
        challenge: usize,
        right: bool,
        again: bool,
    },
    AnswerLater {
        auth: usize,
        right: bool,
    },
    FixHold {
        auth: usize,
    },
    DeleteAuth {
        auth: usize,
    },
    Pay {
        bill: usize,
        days: Option<i64>,
    },
    Cancel {
        bill: usize,
    },
    Assign {
        method: usize,
        bill: usize,
    },
    Settings {
        bill: usize,
        recurring: Option<bool>,
        schedule: Option<usize>,
    },
    DeleteMethod {
        method: usize,
    },
    /// Exactly a day after a payment with it, or a second before.
    DeleteAtTheEdge {
        early: bool,
    },
    Retry {
        method: usize,
    },
    Swap {
        auth: usize,
        method: usize,
    },
    Token {
        client: usize,
        hours: Option<i64>,
        once: bool,
    },
    UseToken {
        token: usize,
    },
    Revoke {
        client: usize,
    },
    Sync {
        client: usize,
        number: usize,
        known: bool,
        default: bool,
    },
    Search {
        number: usize,
    },
    Statement {
        bill: usize,
        cents: u32,
        days: Option<i64>,
    },
    FindBill {
        auth: usize,
        cents: u32,
        days: i64,
    },
    Refresh {
        auth: usize,
        finds: usize,
        code: usize,
    },
    EndSwap {
        swap: usize,
        end: usize,
        code: usize,
    },
    Issuer {
        method: usize,
        declines: Option<bool>,
        cancelled: bool,
    },
    Choose {
        bill: usize,
        cents: Option<u32>,
        hidden: bool,
    },
    Rules {
        accept_expired: bool,
        strict_retry: bool,
        switches: bool,
        maintenance: Option<usize>,
    },
    Wait {
        seconds: i64,
    },
    Snapshot,
    /// Never chosen: a mistake in the world, to see that it is found.
    Break,
}

/// What a login is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    Bill,
    BillWithMethod,
    Pay,
    Swap,
    MovedSwap,
}

/// balance, due date, status; `{future}` is a day ahead of the clock.
pub(super) const INPUTS: &[[&str; 3]] = &[
    ["25.21", "", ""],
    ["100", "", "upcoming"],
    ["52.11", "02/01/2026", "overdue"],
    ["0", "", ""],
    ["10.00", "", "payment-declined"],
    ["40.00", "01/01/2026", "paid"],
    ["7.77", "", "syncing"],
    ["", "", "hold"],
    ["", "", "authenticate"],
    ["", "", "in-progress"],
    ["", "", "card-on-file"],
    ["33.40", "", "mfa-required-questions"],
    ["33.40", "", "mfa-required-code"],
    ["33.40", "", "mfa-required-prompt"],
    ["lots", "", ""],
    ["1", "13/13/2026", ""],
];

pub(super) const LEGACY: &[&str] = &[
    "test",
    "testfail",
    "testhold",
    "testmfaquestion",
    "testmfacode",
    "testmfaprompt",
    "testpaymentfail",
    "testswap",
    "somebody",
];

impl Action {
    /// The steps of one stage.
    pub(super) fn list(dice: &mut Dice, length: usize) -> Vec<Self> {
        (0..length).map(|_| Self::any(dice)).collect()
    }

    /// The name under which it is counted.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Client { .. } => "client",
            Self::Card { .. } => "card",
            Self::Bank { .. } => "bank",
            Self::Login { what: What::Bill, .. } => "login",
            Self::Login { what: What::BillWithMethod, .. } => "login-with-method",
            Self::Login { what: What::Pay, .. } => "login-to-pay",
            Self::Login { what: What::Swap, .. } => "login-to-swap",
            Self::Login { what: What::MovedSwap, .. } => "login-to-move-a-swap",
            Self::Legacy { .. } => "legacy-login",
            Self::Answer { .. } => "answer",
            Self::AnswerLater { .. } => "answer-later",
            Self::FixHold { .. } => "fix-hold",
            Self::DeleteAuth { .. } => "delete-auth",
            Self::Pay { .. } => "pay",
            Self::Cancel { .. } => "cancel",
            Self::Assign { .. } => "assign",
            Self::Settings { .. } => "settings",
            Self::DeleteMethod { .. } => "delete-method",
            Self::DeleteAtTheEdge { .. } => "delete-at-the-edge",
            Self::Retry { .. } => "retry",
            Self::Swap { .. } => "swap",
            Self::Token { .. } => "token",
            Self::UseToken { .. } => "use-token",
            Self::Revoke { .. } => "revoke",
            Self::Sync { .. } => "sync",
            Self::Search { .. } => "search",
            Self::Statement { .. } => "statement",
            Self::FindBill { .. } => "find-bill",
            Self::Refresh { .. } => "refresh",
            Self::EndSwap { .. } => "end-swap",
            Self::Issuer { .. } => "issuer",
            Self::Choose { .. } => "choose",
            Self::Rules { .. } => "rules",
            Self::Wait { .. } => "wait",
            Self::Snapshot => "snapshot",
            Self::Break => "break",
        }
    }

    fn any(dice: &mut Dice) -> Self {
        match dice.below(100) {
            0 => Self::Client { number: dice.below(4) },
            1..4 => Self::Card { client: dice.place(), number: dice.below(5), default: dice.one_in(4) },
            4 => Self::Bank { client: dice.place(), account: dice.below(3) },
            5..14 => Self::Login {
                client: dice.place(),
                company: dice.place(),
                inputs: dice.below(INPUTS.len()),
                what: Self::any_purpose(dice),
            },
            14..16 => {
                Self::Legacy { client: dice.place(), company: dice.place(), name: dice.below(LEGACY.len()) }
            }
            16..22 => Self::Answer { challenge: dice.place(), right: !dice.one_in(5), again: dice.one_in(8) },
            22..25 => Self::AnswerLater { auth: dice.place(), right: !dice.one_in(4) },
            25..28 => Self::FixHold { auth: dice.place() },
            28 => Self::DeleteAuth { auth: dice.place() },
            29..37 => Self::Pay { bill: dice.place(), days: dice.perhaps(|dice| dice.between(-1, 20)) },
            37..40 => Self::Cancel { bill: dice.place() },
            40..44 => Self::Assign { method: dice.place(), bill: dice.place() },
            44..47 => Self::Settings {
                bill: dice.place(),
                recurring: dice.perhaps(|dice| dice.one_in(2)),
                schedule: dice.perhaps(|dice| dice.below(5)),
            },
            47 => Self::DeleteMethod { method: dice.place() },
            48 => Self::DeleteAtTheEdge { early: dice.one_in(2) },
            49..52 => Self::Retry { method: dice.place() },
            52..55 => Self::Swap { auth: dice.place(), method: dice.place() },
            _ => Self::any_other(dice),
        }
    }

    fn any_purpose(dice: &mut Dice) -> What {
        match dice.below(12) {
            0..5 => What::Bill,
            5..7 => What::BillWithMethod,
            7..9 => What::Pay,
            9..11 => What::Swap,
            _ => What::MovedSwap,
        }
    }

    fn any_other(dice: &mut Dice) -> Self {
        match dice.below(45) {
            0 => Self::Token {
                client: dice.below(4),
                hours: dice.perhaps(|dice| dice.between(-1, 72)),
                once: dice.one_in(3),
            },
            1 => Self::UseToken { token: dice.place() },
            2 => Self::Revoke { client: dice.below(4) },
            3 => Self::Sync {
                client: dice.below(4),
                number: dice.below(5),
                known: dice.one_in(2),
                default: dice.one_in(3),
            },
            4 => Self::Search { number: dice.below(40) },
            5..10 => Self::Statement {
                bill: dice.place(),
                cents: if dice.one_in(5) { 0 } else { dice.cents() },
                days: dice.perhaps(|dice| dice.between(-5, 30)),
            },
            10 => Self::FindBill { auth: dice.place(), cents: dice.cents(), days: dice.between(-5, 30) },
            11..15 => Self::Refresh { auth: dice.place(), finds: dice.below(6), code: dice.below(30) },
            15..17 => Self::EndSwap { swap: dice.place(), end: dice.below(3), code: dice.below(26) },
            17..19 => Self::Issuer {
                method: dice.place(),
                declines: dice.perhaps(|dice| dice.one_in(2)),
                cancelled: dice.one_in(8),
            },
            19..21 => {
                Self::Choose { bill: dice.place(), cents: dice.perhaps(Dice::cents), hidden: dice.one_in(4) }
            }
            21 => Self::Rules {
                accept_expired: dice.one_in(2),
                strict_retry: dice.one_in(2),
                switches: dice.one_in(2),
                maintenance: if dice.one_in(4) { Some(dice.below(7)) } else { None },
            },
            22 if dice.one_in(2) => Self::Snapshot,
            // Often only the next effect or two, sometimes days.
            _ => Self::Wait {
                seconds: match dice.below(10) {
                    0..5 => dice.between(0, 5),
                    5..8 => dice.between(0, 400),
                    _ => dice.between(0, 600_000),
                },
            },
        }
    }
}

/// `SplitMix64`: the same walk on every machine, and a walk of its own for each stage.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64, stage: u64) -> Self {
        Self(seed.wrapping_mul(0xd134_2543_de82_ef95) ^ stage.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit as u64).expect("small")
    }

    /// Chooses among what exists; the highest place is that of something that does not.
    fn place(&mut self) -> usize {
        self.below(super::walk::NOTHING + 1)
    }

    fn between(&mut self, low: i64, high: i64) -> i64 {
        low + i64::try_from(self.below(usize::try_from(high - low).expect("positive"))).expect("small")
    }

    fn cents(&mut self) -> u32 {
        u32::try_from(1 + self.below(20_000)).expect("small")
    }

    fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    fn perhaps<T>(&mut self, value: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.one_in(3) { None } else { Some(value(self)) }
    }
}
