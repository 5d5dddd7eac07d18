//! Whom one wants at hand, and by whom one wants to be left alone.

use super::awaited::Awaited;
use chat_shared::limits::GROUP_NEW;
use chat_shared::{AccountId, Contact, Entry, EntryBody, Seq, clean};
use std::collections::{BTreeMap, BTreeSet};

/// Contacts and blocks. All text in it is safe to show.
#[derive(Clone, Debug, Default)]
pub struct Contacts {
    contacts: BTreeMap<AccountId, Contact>,
    blocked: BTreeSet<AccountId>,
    awaited: Awaited,
}

impl Contacts {
    /// Somebody among them.
    pub fn get(&self, account: AccountId) -> Option<&Contact> {
        self.contacts.get(&account)
    }

    /// Those on top, by id.
    pub fn favourites(&self) -> impl Iterator<Item = AccountId> {
        self.contacts
            .values()
            .filter(|contact| contact.favourite)
            .map(|contact| contact.account)
    }

    /// All by the groups they stand in: those who wrote first, then groups by name, then those in none.
    pub fn groups(&self) -> Vec<(&str, Vec<AccountId>)> {
        let mut groups: BTreeMap<(bool, bool, &str), Vec<AccountId>> = BTreeMap::new();
        for contact in self.contacts.values() {
            let group = contact.group.as_str();
            let key = (group != GROUP_NEW, group.is_empty(), group);
            groups.entry(key).or_default().push(contact.account);
        }
        let groups = groups.into_iter();
        groups
            .map(|((_, _, group), accounts)| (group, accounts))
            .collect()
    }

    /// Whether one is left alone by them.
    pub fn is_blocked(&self, account: AccountId) -> bool {
        self.blocked.contains(&account)
    }

    /// Everybody whom one blocks, by id.
    pub fn blocked(&self) -> &BTreeSet<AccountId> {
        &self.blocked
    }

    /// It is asked for.
    pub(super) fn ask(&mut self) {
        self.awaited.begin();
    }

    /// The answer is here.
    pub(super) fn learn(
        &mut self,
        account_seq: Seq,
        contacts: Vec<Contact>,
        blocked: Vec<AccountId>,
    ) {
        let contacts = contacts.into_iter().map(cleaned);
        self.contacts = contacts.map(|contact| (contact.account, contact)).collect();
        self.blocked = blocked.into_iter().collect();
        for entry in self.awaited.answered(account_seq) {
            self.apply(&entry);
        }
    }

    /// An entry of the account's feed; says whether it was about this.
    pub(super) fn apply(&mut self, entry: &Entry) -> bool {
        match &entry.body {
            EntryBody::ContactPut { contact } => {
                let contact = cleaned(contact.clone());
                self.contacts.insert(contact.account, contact);
            }
            EntryBody::ContactRemoved { account } => {
                self.contacts.remove(account);
            }
            EntryBody::Blocked { account } => {
                self.blocked.insert(*account);
            }
            EntryBody::Unblocked { account } => {
                self.blocked.remove(account);
            }
            _ => return false,
        }
        self.awaited.note(entry);
        true
    }
}

fn cleaned(mut contact: Contact) -> Contact {
    contact.group = clean::line(&contact.group).into_owned();
    contact
}
