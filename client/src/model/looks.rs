//! Which names can be taken for one another: two Alexanders in one office are to be told apart.

use chat_shared::AccountId;
use chat_shared::names::skeleton;
use std::collections::HashMap;

/// Who is called by what looks alike: by name or by display name.
#[derive(Clone, Debug, Default)]
pub(super) struct Looks {
    by_skeleton: HashMap<String, Vec<AccountId>>,
}

impl Looks {
    /// Somebody is called this.
    pub(super) fn add(&mut self, called: &str, account: AccountId) {
        if !called.is_empty() {
            self.by_skeleton
                .entry(skeleton(called))
                .or_default()
                .push(account);
        }
    }

    /// Somebody is called this no longer.
    pub(super) fn remove(&mut self, called: &str, account: AccountId) {
        let look = skeleton(called);
        if let Some(accounts) = self.by_skeleton.get_mut(&look) {
            if let Some(index) = accounts.iter().position(|other| *other == account) {
                accounts.swap_remove(index);
            }
            if accounts.is_empty() {
                self.by_skeleton.remove(&look);
            }
        }
    }

    /// Whether nobody else is called anything that looks like this.
    pub(super) fn is_only(&self, called: &str, account: AccountId) -> bool {
        self.by_skeleton
            .get(&skeleton(called))
            .is_none_or(|accounts| accounts.iter().all(|other| *other == account))
    }
}
