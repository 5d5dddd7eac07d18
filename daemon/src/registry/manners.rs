//! Whom the people who are online block, and what they say of themselves: what is known of that, without
//! clock or I/O.
//!
//! It is read from the store when somebody comes, and kept up by their feed from then on. What their feed
//! tells while the reading runs is done again after it: whichever came first, the last word is the newest.

use crate::store::people::Manners;
use chat_shared::{AccountId, EntryBody};
use std::collections::{BTreeSet, HashMap};

/// What is known.
#[derive(Debug, Default)]
pub(crate) struct KnownManners {
    known: HashMap<AccountId, Known>,
    /// Whose are still to be read.
    wanted: BTreeSet<AccountId>,
}

#[derive(Debug)]
enum Known {
    /// Being read; what came meanwhile.
    Soon(Vec<Change>),
    Now(Manners),
}

/// What a feed told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    Blocked(AccountId),
    Unblocked(AccountId),
    Status(chat_shared::StatusText),
}

impl Change {
    /// What an entry of somebody's feed changes.
    pub(crate) fn of(entry: &EntryBody) -> Option<Self> {
        match entry {
            EntryBody::Blocked { account } => Some(Change::Blocked(*account)),
            EntryBody::Unblocked { account } => Some(Change::Unblocked(*account)),
            EntryBody::StatusSet { status } => Some(Change::Status(status.clone())),
            _ => None,
        }
    }

    fn apply(self, manners: &mut Manners) {
        match self {
            Change::Blocked(account) => {
                manners.blocked.insert(account);
            }
            Change::Unblocked(account) => {
                manners.blocked.remove(&account);
            }
            Change::Status(status) => manners.status = status,
        }
    }
}

impl KnownManners {
    /// Somebody came.
    pub(crate) fn want(&mut self, account: AccountId) {
        self.known.entry(account).or_insert_with(|| {
            self.wanted.insert(account);
            Known::Soon(Vec::new())
        });
    }

    /// Somebody left, and everybody was told.
    pub(crate) fn forget(&mut self, account: AccountId) {
        self.known.remove(&account);
        self.wanted.remove(&account);
    }

    /// Whose are to be read next, so many at the most.
    pub(crate) fn take_wanted(&mut self, most: usize) -> Vec<AccountId> {
        let taken: Vec<_> = self.wanted.iter().take(most).copied().collect();
        for account in &taken {
            self.wanted.remove(account);
        }
        taken
    }

    /// These could not be read.
    pub(crate) fn want_again(&mut self, accounts: Vec<AccountId>) {
        let still = accounts
            .into_iter()
            .filter(|account| matches!(self.known.get(account), Some(Known::Soon(_))));
        self.wanted.extend(still);
    }

    /// They were read.
    pub(crate) fn learn(&mut self, account: AccountId, mut manners: Manners) {
        if let Some(known) = self.known.get_mut(&account)
            && let Known::Soon(changes) = known
        {
            for change in std::mem::take(changes) {
                change.apply(&mut manners);
            }
            *known = Known::Now(manners);
        }
    }

    /// Their feed told this.
    pub(crate) fn change(&mut self, account: AccountId, change: Change) {
        match self.known.get_mut(&account) {
            Some(Known::Soon(changes)) => changes.push(change),
            Some(Known::Now(manners)) => change.apply(manners),
            None => {}
        }
    }

    /// What is known of somebody.
    pub(crate) fn of(&self, account: AccountId) -> Option<&Manners> {
        match self.known.get(&account)? {
            Known::Now(manners) => Some(manners),
            Known::Soon(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANNA: AccountId = AccountId(1);
    const BO: AccountId = AccountId(2);

    fn blocking(account: AccountId) -> Manners {
        Manners {
            blocked: BTreeSet::from([account]),
            ..Manners::default()
        }
    }

    #[test]
    fn what_the_feed_tells_during_the_reading_goes_over_what_was_read() {
        let mut manners = KnownManners::default();
        manners.want(ANNA);
        assert_eq!(manners.take_wanted(9), [ANNA]);
        manners.change(ANNA, Change::Unblocked(BO));
        assert_eq!(manners.of(ANNA), None);
        manners.learn(ANNA, blocking(BO));
        assert_eq!(manners.of(ANNA), Some(&Manners::default()));
        manners.change(ANNA, Change::Blocked(BO));
        assert_eq!(manners.of(ANNA), Some(&blocking(BO)));
    }

    #[test]
    fn each_is_read_once_and_again_after_a_failure() {
        let mut manners = KnownManners::default();
        manners.want(ANNA);
        manners.want(BO);
        assert_eq!(manners.take_wanted(1), [ANNA]);
        manners.want(ANNA);
        assert_eq!(manners.take_wanted(9), [BO]);
        manners.learn(BO, Manners::default());
        manners.want_again(vec![ANNA, BO]);
        assert_eq!(manners.take_wanted(9), [ANNA]);
        manners.forget(ANNA);
        manners.learn(ANNA, Manners::default());
        assert_eq!(manners.of(ANNA), None, "they left meanwhile");
    }
}
