//! Where a call goes: which of the settings that can say so counts.
//!
//! Whoever speaks strongest decides alone. An environment that was named by an option is not combined with an address that
//! a variable left over from another terminal holds: the call would go somewhere else than was asked for.

use clap::ArgMatches;

use crate::api::Entry;
use crate::connection::{World, text};
use crate::error::Error;
use crate::profile::Profile;

/// The option with an address.
const BASE_URL: &str = "--base-url";

/// Where a call goes, and who says so.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Address {
    pub(crate) world: World,
    /// An address other than that of the environment.
    pub(crate) base_url: Option<String>,
    /// Who said it.
    decided_by: Option<String>,
    /// Addresses that were not used, by the name of the setting.
    passed_over: Vec<String>,
}

/// What one of the settings says.
#[derive(Debug, Default)]
struct Said {
    world: Option<World>,
    base_url: Option<String>,
    /// What the setting of the environment and that of the address are called.
    names: (String, String),
}

impl Address {
    /// What the options say, else the profile that was named, the variable, the default profile.
    pub(crate) fn chosen(entry: &Entry, matches: &ArgMatches, profile: &Profile) -> Self {
        let option = Said {
            world: matches.get_one::<World>("environment").copied(),
            base_url: text(matches, "base-url").map(str::to_owned),
            names: ("--environment".to_owned(), BASE_URL.to_owned()),
        };
        let variable = Said {
            base_url: std::env::var(entry.base_url_variable).ok(),
            names: (String::new(), entry.base_url_variable.to_owned()),
            ..Said::default()
        };
        let in_profile = Said {
            world: profile.world,
            base_url: profile.base_url.clone(),
            names: ("the profile's environment".to_owned(), "the profile's base_url".to_owned()),
        };
        if profile.named {
            Self::of([option, in_profile, variable])
        } else {
            Self::of([option, variable, in_profile])
        }
    }

    /// The strongest first.
    fn of(said: [Said; 3]) -> Self {
        let world = said.iter().find_map(|said| said.world).unwrap_or(World::Local);
        let mut speaking = said.into_iter().filter(|said| said.world.is_some() || said.base_url.is_some());
        let Some(Said { base_url, names: (environment, address), .. }) = speaking.next() else {
            return Self { world, base_url: None, decided_by: None, passed_over: Vec::new() };
        };
        let decided_by = Some(if base_url.is_some() { address } else { environment });
        let weaker = speaking.filter(|said| said.base_url.is_some());
        let passed_over = weaker.map(|said| said.names.1).collect();
        Self { world, base_url, decided_by, passed_over }
    }

    /// What a person should know who set something that does not count.
    pub(crate) fn remarks(&self) -> impl Iterator<Item = String> {
        let decided_by = self.decided_by.as_deref().unwrap_or_default();
        // An address over another is what everybody expects; an environment over an address is not.
        let passed_over = self.passed_over.iter().filter(|_| self.base_url.is_none());
        passed_over.map(move |setting| format!("{setting} is not used: {decided_by} says where to call"))
    }

    /// `error`, about the client for this address, with the setting that it comes from, unless that was just typed.
    pub(crate) fn named_in(&self, error: Error) -> Error {
        match (&self.base_url, &self.decided_by) {
            (Some(_), Some(setting)) if setting != BASE_URL => error.with_fact("address from", setting),
            _ => error,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(world: Option<World>, base_url: Option<&str>, name: &str) -> Said {
        let names = (format!("{name} environment"), format!("{name} address"));
        Said { world, base_url: base_url.map(str::to_owned), names }
    }

    fn nothing() -> Said {
        Said::default()
    }

    #[track_caller]
    fn check(said: [Said; 3], world: World, base_url: Option<&str>, remarks: &[&str]) {
        let address = Address::of(said);
        assert_eq!((address.world, address.base_url.as_deref()), (world, base_url));
        assert_eq!(address.remarks().collect::<Vec<_>>(), remarks);
    }

    #[test]
    fn the_strongest_decides() {
        check([nothing(), nothing(), nothing()], World::Local, None, &[]);
        let variable = || said(None, Some("http://variable"), "variable");
        let weakest = || said(Some(World::Production), Some("http://profile"), "profile");
        check([nothing(), variable(), nothing()], World::Local, Some("http://variable"), &[]);
        check([nothing(), variable(), weakest()], World::Production, Some("http://variable"), &[]);
        check([nothing(), nothing(), weakest()], World::Production, Some("http://profile"), &[]);
        let option = said(None, Some("http://option"), "option");
        check([option, variable(), weakest()], World::Production, Some("http://option"), &[]);
    }

    #[test]
    fn an_environment_is_not_combined_with_a_weaker_address() {
        let option = || said(Some(World::Sandbox), None, "option");
        let variable = || said(None, Some("http://variable"), "variable");
        let remark = "variable address is not used: option environment says where to call";
        check([option(), variable(), nothing()], World::Sandbox, None, &[remark]);
        check([option(), nothing(), variable()], World::Sandbox, None, &[remark]);
        let both = said(Some(World::Sandbox), Some("http://option"), "option");
        check([both, variable(), nothing()], World::Sandbox, Some("http://option"), &[]);
    }
}
