//! Who is here: the rules of presence, without clock or I/O.
//!
//! A person with several sessions is as available as the most available of them. Changes are gathered,
//! so that a person who comes back at once was never gone, and a storm costs one signal.

use crate::journal::SessionKey;
use chat_shared::{AccountId, Presence, PresenceState};
use std::collections::{BTreeMap, BTreeSet};

/// Presence of everybody.
#[derive(Debug, Default)]
pub(crate) struct PresenceBoard {
    /// Sessions that have said how available their person is.
    sessions: BTreeMap<AccountId, BTreeMap<SessionKey, PresenceState>>,
    /// What was told last; who is not in it was offline.
    told: BTreeMap<AccountId, PresenceState>,
    changed: BTreeSet<AccountId>,
}

impl PresenceBoard {
    /// A session says how available its person is. Offline: it is connected, but nobody looks.
    pub(crate) fn set(&mut self, account: AccountId, session: SessionKey, state: PresenceState) {
        if state == PresenceState::Offline || state == PresenceState::Unknown {
            self.remove(account, session);
            return;
        }
        self.sessions
            .entry(account)
            .or_default()
            .insert(session, state);
        self.changed.insert(account);
    }

    /// A session ended.
    pub(crate) fn remove(&mut self, account: AccountId, session: SessionKey) {
        if let Some(sessions) = self.sessions.get_mut(&account) {
            sessions.remove(&session);
            if sessions.is_empty() {
                self.sessions.remove(&account);
            }
            self.changed.insert(account);
        }
    }

    /// How available somebody is.
    pub(crate) fn of(&self, account: AccountId) -> PresenceState {
        let sessions = self.sessions.get(&account);
        sessions
            .and_then(|sessions| sessions.values().max().copied())
            .unwrap_or(PresenceState::Offline)
    }

    /// Everybody who is not offline, by account.
    pub(crate) fn here(&self) -> Vec<Presence> {
        let here = self.sessions.keys();
        here.map(|account| Presence {
            account: *account,
            state: self.of(*account),
        })
        .collect()
    }

    /// How many people are not offline.
    pub(crate) fn count(&self) -> usize {
        self.sessions.len()
    }

    /// Whether there may be something to tell.
    pub(crate) fn has_changes(&self) -> bool {
        !self.changed.is_empty()
    }

    /// What is different from what was told last.
    pub(crate) fn take_changes(&mut self) -> Vec<Presence> {
        let mut changes = Vec::new();
        for account in std::mem::take(&mut self.changed) {
            let state = self.of(account);
            let before = match state {
                PresenceState::Offline => self.told.remove(&account),
                state => self.told.insert(account, state),
            };
            if before.unwrap_or(PresenceState::Offline) != state {
                changes.push(Presence { account, state });
            }
        }
        changes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::{SessionId, WorkerId};
    use PresenceState::{Away, Offline, Online};

    const ANNA: AccountId = AccountId(1);

    fn session(number: u64) -> SessionKey {
        SessionKey {
            worker: WorkerId(0),
            session: SessionId(number),
        }
    }

    fn told(board: &mut PresenceBoard) -> Vec<PresenceState> {
        board
            .take_changes()
            .into_iter()
            .map(|change| change.state)
            .collect()
    }

    #[test]
    fn a_person_is_online_while_one_device_is() {
        let mut board = PresenceBoard::default();
        board.set(ANNA, session(1), Online);
        board.set(ANNA, session(2), Away);
        assert_eq!(told(&mut board), [Online]);
        board.remove(ANNA, session(1));
        assert_eq!(told(&mut board), [Away]);
        board.remove(ANNA, session(2));
        assert_eq!(told(&mut board), [Offline]);
        assert_eq!(board.count(), 0);
    }

    #[test]
    fn who_comes_back_at_once_was_never_gone() {
        let mut board = PresenceBoard::default();
        board.set(ANNA, session(1), Online);
        assert_eq!(told(&mut board), [Online]);
        board.remove(ANNA, session(1));
        board.set(ANNA, session(2), Online);
        assert!(board.has_changes());
        assert_eq!(told(&mut board), []);
    }

    #[test]
    fn a_session_that_says_offline_is_not_here() {
        let mut board = PresenceBoard::default();
        board.set(ANNA, session(1), Offline);
        assert_eq!(board.here(), []);
        assert_eq!(told(&mut board), []);
    }
}
