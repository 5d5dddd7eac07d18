//! Who and which: people and rooms by the names that were typed, and names for the ids that come back.

use crate::client::{Client, unexpected};
use crate::failure::Failure;
use chat_shared::names::{AccountName, RoomName};
use chat_shared::{
    AccountId, AccountInfo, AdminRoom, Card, ConversationId, DeviceInfo, Event, Fault, FaultCode,
    Request, Timestamp, clean,
};
use std::collections::BTreeMap;

/// All that is known of somebody.
#[derive(Debug)]
pub(crate) struct Somebody {
    pub(crate) card: Card,
    pub(crate) devices: Vec<DeviceInfo>,
    pub(crate) created_at: Timestamp,
}

impl Somebody {
    /// Their name, fit to print.
    pub(crate) fn name(&self) -> String {
        clean::line(&self.card.name).into_owned()
    }
}

/// Somebody by name.
pub(crate) fn somebody(client: &mut Client, name: &str) -> Result<Somebody, Failure> {
    let name = name.to_owned();
    match client.ask(Request::AdminCard { name })? {
        Event::AdminCard {
            card,
            devices,
            created_at,
        } => Ok(Somebody {
            card,
            devices,
            created_at,
        }),
        _ => Err(unexpected()),
    }
}

/// Several people by name, each once; all names without an account are told at once.
pub(crate) fn people(client: &mut Client, names: &[String]) -> Result<Vec<AccountId>, Failure> {
    let ids: BTreeMap<_, _> = accounts(client)?
        .into_iter()
        .map(|info| (info.name, info.account))
        .collect();
    let mut found = Vec::new();
    let mut missing = Vec::new();
    for typed in names {
        let name = AccountName::parse(typed).map_or_else(|_| typed.clone(), String::from);
        match ids.get(&name) {
            Some(account) if found.contains(account) => {}
            Some(account) => found.push(*account),
            None => missing.push(format!("`{typed}`")),
        }
    }
    if missing.is_empty() {
        return Ok(found);
    }
    let text = format!(
        "there is no account {} (chatctl account list shows all)",
        missing.join(", ")
    );
    Err(Failure::Refused(Fault::new(FaultCode::NoSuchAccount, text)))
}

/// All accounts.
pub(crate) fn accounts(client: &mut Client) -> Result<Vec<AccountInfo>, Failure> {
    let after = AccountId(0);
    client.list(Request::AdminAccounts { after }, |page| match page {
        Event::Accounts { accounts, .. } => Some(accounts),
        _ => None,
    })
}

/// A room by name.
pub(crate) fn room(client: &mut Client, name: &RoomName) -> Result<AdminRoom, Failure> {
    let found = rooms(client)?
        .into_iter()
        .find(|room| room.room.name == name.as_str());
    found.ok_or_else(|| {
        let text = format!("there is no room `{name}` (chatctl room list shows all)");
        Failure::Refused(Fault::new(FaultCode::NoSuchConversation, text))
    })
}

/// All rooms.
pub(crate) fn rooms(client: &mut Client) -> Result<Vec<AdminRoom>, Failure> {
    let after = ConversationId(0);
    client.list(Request::AdminRooms { after }, |page| match page {
        Event::AdminRooms { rooms, .. } => Some(rooms),
        _ => None,
    })
}

/// Names for ids, fit to print.
#[derive(Debug, Default)]
pub(crate) struct Names(BTreeMap<AccountId, String>);

impl Names {
    /// Of all people; asks only where there is an id to name.
    pub(crate) fn of(
        client: &mut Client,
        mut ids: impl Iterator<Item = AccountId>,
    ) -> Result<Self, Failure> {
        if ids.next().is_none() {
            return Ok(Self::default());
        }
        let named = accounts(client)?
            .into_iter()
            .map(|info| (info.account, clean::line(&info.name).into_owned()));
        Ok(Self(named.collect()))
    }

    /// Somebody's.
    pub(crate) fn name(&self, account: AccountId) -> String {
        let name = self.0.get(&account).cloned();
        name.unwrap_or_else(|| format!("(account {account})"))
    }

    /// Of whoever did something.
    pub(crate) fn by(&self, by: Option<AccountId>) -> String {
        by.map_or_else(|| MACHINE.to_owned(), |account| self.name(account))
    }
}

/// Who did what nobody with an account did: chatctl, or the daemon by itself. No name looks like it.
pub(crate) const MACHINE: &str = "(machine)";
