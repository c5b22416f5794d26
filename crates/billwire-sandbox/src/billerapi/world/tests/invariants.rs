//! What always holds, and which arrows there are.

use std::collections::{BTreeMap, BTreeSet};

use super::super::link::LinkState;
use super::super::sync::SyncStatus;
use super::super::*;
use super::Wrong;

/// Every change of state that may be seen between two looks. An own name for each table.
pub(super) const ARROWS: [&str; 28] = [
    "link created -> awaits-code",
    "link created -> logged-in",
    "link created -> locked",
    "link created -> left",
    "link awaits-code -> created",
    "link awaits-code -> logged-in",
    "link awaits-code -> locked",
    "link awaits-code -> left",
    "link logged-in -> discovered",
    "link logged-in -> left",
    "link discovered -> completed",
    "link discovered -> left",
    "request PENDING -> IN_PROGRESS",
    "request PENDING -> CANCELLED",
    "request PENDING -> EXPIRED",
    "request IN_PROGRESS -> COMPLETED",
    "request IN_PROGRESS -> CANCELLED",
    "request IN_PROGRESS -> EXPIRED",
    "sync PENDING -> IN_PROGRESS",
    "sync IN_PROGRESS -> COMPLETED",
    "sync IN_PROGRESS -> FAILED",
    "account ACTIVE -> INACTIVE",
    "account ACTIVE -> ERROR",
    "account ACTIVE -> DISCONNECTED",
    "account ERROR -> ACTIVE",
    "account ERROR -> DISCONNECTED",
    "account INACTIVE -> ACTIVE",
    "account INACTIVE -> DISCONNECTED",
];

/// Arrows that are legal too, and that a user may take by hand only.
const BY_HAND: [&str; 3] =
    ["account ERROR -> INACTIVE", "account INACTIVE -> ERROR", "account ACTIVE -> ACTIVE"];

/// The state of everything that has one, by its id.
pub(super) type States = BTreeMap<String, (&'static str, &'static str)>;

pub(super) fn states(world: &World) -> States {
    let mut states = States::new();
    for link in world.links.iter() {
        states.insert(link.id.to_string(), ("link", link.state.name()));
    }
    for request in world.requests.iter() {
        states.insert(request.id.to_string(), ("request", request.status.as_str()));
    }
    for sync in world.syncs.iter() {
        states.insert(sync.id.to_string(), ("sync", sync.status.as_str()));
    }
    for account in world.accounts.iter() {
        states.insert(account.id.to_string(), ("account", account.status.as_str()));
    }
    states
}

/// The arrows between two looks; one that there is not is wrong.
pub(super) fn arrows(before: &States, after: &States) -> Result<Vec<String>, Wrong> {
    let mut taken = Vec::new();
    for (id, (kind, state)) in after {
        let Some((_, previous)) = before.get(id).filter(|(_, previous)| previous != state) else { continue };
        let arrow = format!("{kind} {previous} -> {state}");
        if !ARROWS.contains(&arrow.as_str()) && !BY_HAND.contains(&arrow.as_str()) {
            return Err(format!("{arrow} of {id} is no legal change"));
        }
        taken.push(arrow);
    }
    let gone =
        before.iter().find(|(id, (kind, _))| *kind != "link" && *kind != "sync" && !after.contains_key(*id));
    match gone {
        Some((id, _)) => Err(format!("{id} has disappeared")),
        None => Ok(taken),
    }
}

pub(super) fn hold(world: &World, now: Moment) -> Result<(), Wrong> {
    amounts_are_conserved(world)?;
    flows_and_accounts_agree(world, now)?;
    schedule_refers_to_what_exists(world)?;
    numbers_rise(world)
}

/// A bill is the sum of its charges, and an account that of its bills.
fn amounts_are_conserved(world: &World) -> Result<(), Wrong> {
    for account in world.accounts.iter() {
        let mut seen = BTreeSet::new();
        for id in &account.bills {
            let bill = world.bills.find(id).ok_or_else(|| format!("bill {id} of {} is lost", account.id))?;
            let sum: i64 = bill.content.items.iter().map(|item| item.amount).sum();
            if bill.content.amount() != sum || sum < 0 {
                return Err(format!("bill {id} is {} and its charges are {sum}", bill.content.amount()));
            }
            if bill.account_id != account.id || bill.client_id != account.client_id || !seen.insert(id) {
                return Err(format!("bill {id} stands in the wrong account"));
            }
        }
    }
    let in_accounts: usize = world.accounts.iter().map(|account| account.bills.len()).sum();
    if in_accounts != world.bills.len() {
        return Err(format!("{in_accounts} bills in accounts, {} in the world", world.bills.len()));
    }
    Ok(())
}

fn flows_and_accounts_agree(world: &World, now: Moment) -> Result<(), Wrong> {
    let mut completed = 0;
    for link in world.links.iter() {
        if link.wrong_codes > 3 || (link.wrong_codes == 3 && link.state != LinkState::Locked) {
            return Err(format!(
                "link {} has {} wrong codes and is {}",
                link.id,
                link.wrong_codes,
                link.state.name()
            ));
        }
        if let LinkState::Completed { account_id, public_token } = &link.state {
            completed += 1;
            if world.account(account_id).is_none()
                || world.public_tokens.get(&public_token.text) != Some(&link.id)
            {
                return Err(format!("link {} completed without its account or token", link.id));
            }
        }
        if now > link.expires.plus(jiff::SignedDuration::from_hours(24)) {
            return Err(format!("link {} should be forgotten", link.id));
        }
    }
    if completed != world.public_tokens.len() {
        return Err(format!("{completed} completed flows, {} public tokens", world.public_tokens.len()));
    }
    for sync in world.syncs.iter() {
        let ended = matches!(sync.status, SyncStatus::Completed | SyncStatus::Failed);
        let failed = sync.status == SyncStatus::Failed;
        if ended != sync.completed.is_some() || failed != sync.error.is_some() {
            return Err(format!("sync {} is {} with the wrong members", sync.id, sync.status.as_str()));
        }
    }
    Ok(())
}

fn schedule_refers_to_what_exists(world: &World) -> Result<(), Wrong> {
    for effect in world.schedule.effects() {
        let exists = match effect {
            Effect::LinkIsForgotten { link_id } => world.link(link_id).is_some(),
            Effect::SyncStarts { sync_id } | Effect::SyncEnds { sync_id } => world.sync(sync_id).is_some(),
            Effect::RequestExpires { request_id } => {
                world.request(request_id).is_some_and(|request| !request.status.is_final())
            }
        };
        if !exists {
            return Err(format!("{effect:?} is about nothing"));
        }
    }
    Ok(())
}

/// What stands in pages has numbers of its own, which rise.
fn numbers_rise(world: &World) -> Result<(), Wrong> {
    let mut numbers: Vec<u64> = world.bills.iter().map(|bill| bill.number).collect();
    numbers.extend(world.syncs.iter().map(|sync| sync.number));
    numbers.extend(world.requests.iter().map(|request| request.number));
    let different: BTreeSet<u64> = numbers.iter().copied().collect();
    let in_order = world.bills.iter().map(|bill| bill.number).is_sorted();
    if different.len() != numbers.len() || numbers.iter().any(|number| *number > world.made) || !in_order {
        return Err("numbers of pages repeat or fall".to_owned());
    }
    Ok(())
}
