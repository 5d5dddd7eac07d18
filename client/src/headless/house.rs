//! Keeping the house in order: `chatc disable`, `enable`, `panic`, `house-role`, `end-device`, `ban-address`,
//! `unban-address` and `group`.

use super::arguments::{Group, House};
use super::context::Context;
use super::exit::Stop;
use super::place_in;
use super::print;
use super::status::after;
use super::submit::act;
use crate::net::{now, session::Session};
use crate::told;
use chat_shared::names::AccountName;
use chat_shared::{AccountId, Command as Act, DeviceId, HouseRole, Timestamp};
use serde::Serialize;
use std::cell::RefCell;

/// What is so now, as JSON.
#[derive(Serialize)]
#[serde(untagged)]
enum Line<'a> {
    Account {
        name: &'a str,
        enabled: bool,
    },
    Role {
        name: &'a str,
        role: HouseRole,
    },
    Device {
        name: &'a str,
        device: u64,
        revoked: bool,
    },
    Network {
        network: &'a str,
        banned: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        until: Option<String>,
    },
    Panic {
        panic: bool,
    },
    Group {
        group: &'a str,
        members: Vec<&'a str>,
    },
}

/// Runs one of them.
pub async fn run(context: &Context, wanted: &House) -> Result<(), Stop> {
    let names = names(wanted)?;
    let now = now();
    // As it was sent: the words are about that.
    let sent = RefCell::new(None);
    let find = async |session: &mut Session, _| {
        let accounts = place_in::accounts(session, &names).await?;
        let act = asked(wanted, &accounts, now);
        sent.replace(Some((act.clone(), accounts)));
        Ok(act)
    };
    act(context, find).await?;
    if context.json {
        return print::json(&line(wanted, &names, now));
    }
    let Some((act, accounts)) = sent.into_inner() else {
        return Ok(());
    };
    let name = |account: AccountId| {
        let at = accounts.iter().position(|one| *one == account);
        let name = at.and_then(|at| names.get(at));
        name.map_or_else(String::new, ToString::to_string)
    };
    match told::of_house(&act, now, name) {
        Some(words) => print::line(&print::clean(&words)),
        None => Ok(()),
    }
}

/// Who is named.
fn names(wanted: &House) -> Result<Vec<AccountName>, Stop> {
    match wanted {
        House::Disable { name, .. }
        | House::Enable { name, .. }
        | House::HouseRole { name, .. }
        | House::EndDevice { name, .. } => Ok(vec![place_in::person(name)?]),
        House::Group {
            what: Group::Put { people, .. },
        } => people.iter().map(|name| place_in::person(name)).collect(),
        House::Panic { .. }
        | House::BanAddress { .. }
        | House::UnbanAddress { .. }
        | House::Group {
            what: Group::Remove { .. },
        } => Ok(Vec::new()),
    }
}

/// What to ask for about these accounts, which are those of [`names`].
fn asked(wanted: &House, accounts: &[AccountId], now: Timestamp) -> Act {
    let account = accounts.first().copied().unwrap_or_default();
    let enable = |enabled, reason: &str| Act::EnableAccount {
        account,
        enabled,
        reason: reason.to_owned(),
    };
    match wanted {
        House::Disable { reason, .. } => enable(false, reason),
        House::Enable { reason, .. } => enable(true, reason),
        House::Panic { on } => Act::Panic { on: *on },
        House::HouseRole { role, .. } => Act::SetHouseRole {
            account,
            role: *role,
        },
        House::EndDevice { id, .. } => Act::RevokeDeviceOf {
            account,
            device: DeviceId(*id),
        },
        House::BanAddress {
            network,
            span,
            reason,
        } => Act::BanAddress {
            network: network.clone(),
            until: span.map(|span| after(now, span)),
            reason: reason.clone(),
        },
        House::UnbanAddress { network } => Act::UnbanAddress {
            network: network.clone(),
        },
        House::Group {
            what: Group::Put { group, .. },
        } => Act::PutSharedGroup {
            name: group.clone(),
            members: accounts.to_vec(),
        },
        House::Group {
            what: Group::Remove { group },
        } => Act::RemoveSharedGroup {
            name: group.clone(),
        },
    }
}

fn line<'a>(wanted: &'a House, names: &'a [AccountName], now: Timestamp) -> Line<'a> {
    let name = names.first().map_or("", AccountName::as_str);
    match wanted {
        House::Disable { .. } => Line::Account {
            name,
            enabled: false,
        },
        House::Enable { .. } => Line::Account {
            name,
            enabled: true,
        },
        House::Panic { on } => Line::Panic { panic: *on },
        House::HouseRole { role, .. } => Line::Role { name, role: *role },
        House::EndDevice { id, .. } => Line::Device {
            name,
            device: *id,
            revoked: true,
        },
        House::BanAddress { network, span, .. } => Line::Network {
            network,
            banned: true,
            until: span.map(|span| print::rfc3339(after(now, span))),
        },
        House::UnbanAddress { network } => Line::Network {
            network,
            banned: false,
            until: None,
        },
        House::Group {
            what: Group::Put { group, .. } | Group::Remove { group },
        } => Line::Group {
            group,
            members: names.iter().map(AccountName::as_str).collect(),
        },
    }
}
