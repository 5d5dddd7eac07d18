//! Who is here, and who may know: the rules of presence, without clock or I/O.
//!
//! A person with several sessions is as available as the one that says most: do not disturb goes over online,
//! and invisible over all. Changes are gathered, so that a person who comes back at once was never gone, and
//! a storm costs one signal. To those whom somebody blocks they are offline and say nothing of themselves.

use super::manners::KnownManners;
use crate::journal::SessionKey;
use chat_shared::{AccountId, Presence, PresenceState, StatusText, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// Presence of everybody.
#[derive(Debug, Default)]
pub(crate) struct PresenceBoard {
    /// Sessions that have said how available their person is.
    sessions: BTreeMap<AccountId, BTreeMap<SessionKey, PresenceState>>,
    /// What was told last; who is not in it was offline.
    told: BTreeMap<AccountId, Told>,
    changed: BTreeSet<AccountId>,
    /// Who was invisible until their last session that counted ended, and has others still.
    hidden: BTreeSet<AccountId>,
}

/// How somebody is, as they themselves know it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Told {
    state: PresenceState,
    status: Option<StatusText>,
}

impl Told {
    const OFFLINE: Told = Told {
        state: PresenceState::Offline,
        status: None,
    };

    /// How others see it.
    fn shown(&self) -> &Told {
        if self.state == PresenceState::Invisible {
            &Told::OFFLINE
        } else {
            self
        }
    }

    fn of(self, account: AccountId) -> Presence {
        Presence {
            account,
            state: self.state,
            status: self.status,
        }
    }
}

/// What is to be told now.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Changes {
    /// People by those who must not see it: nearly always there is one set, the empty one.
    pub(crate) others: BTreeMap<BTreeSet<AccountId>, Vec<Presence>>,
    /// To these people themselves.
    pub(crate) own: Vec<Presence>,
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
        self.hidden.remove(&account);
        self.changed.insert(account);
    }

    /// A session ended.
    pub(crate) fn remove(&mut self, account: AccountId, session: SessionKey) {
        match self.of(account) {
            PresenceState::Invisible => self.hidden.insert(account),
            PresenceState::Offline => false,
            _ => self.hidden.remove(&account),
        };
        if let Some(sessions) = self.sessions.get_mut(&account) {
            sessions.remove(&session);
            if sessions.is_empty() {
                self.sessions.remove(&account);
            }
            self.changed.insert(account);
        }
    }

    /// Somebody has no session any more.
    pub(crate) fn forget(&mut self, account: AccountId) {
        self.hidden.remove(&account);
    }

    /// Whether somebody is not to be seen, though connected.
    pub(crate) fn is_hidden(&self, account: AccountId) -> bool {
        match self.of(account) {
            PresenceState::Invisible => true,
            PresenceState::Offline => self.hidden.contains(&account),
            _ => false,
        }
    }

    /// What somebody says of themselves is another, or was not known before.
    pub(crate) fn touch(&mut self, account: AccountId) {
        if self.sessions.contains_key(&account) {
            self.changed.insert(account);
        }
    }

    /// Status texts that have expired are to be taken back.
    pub(crate) fn expire(&mut self, at: Timestamp) {
        let has_expired = |told: &Told| {
            let status = told.status.as_ref();
            status.is_some_and(|status| status.until.is_some_and(|until| until <= at))
        };
        let expired = self.told.iter().filter(|(_, told)| has_expired(told));
        self.changed.extend(expired.map(|(account, _)| *account));
    }

    /// How available somebody is, as they themselves know it.
    pub(crate) fn of(&self, account: AccountId) -> PresenceState {
        let sessions = self.sessions.get(&account);
        sessions
            .and_then(|sessions| sessions.values().max().copied())
            .unwrap_or(PresenceState::Offline)
    }

    /// How somebody is to `viewer`; to nobody in particular as it is.
    pub(crate) fn seen_by(
        &self,
        viewer: Option<AccountId>,
        account: AccountId,
        manners: &KnownManners,
        at: Timestamp,
    ) -> Presence {
        let now = self.now(account, manners, at);
        let now = match viewer {
            None => now,
            Some(viewer) if viewer == account => now,
            Some(viewer) => match manners.of(account) {
                Some(known) if !known.blocked.contains(&viewer) => now.shown().clone(),
                _ => Told::OFFLINE,
            },
        };
        now.of(account)
    }

    /// Everybody who is not offline to `viewer`, by account.
    pub(crate) fn here(
        &self,
        viewer: Option<AccountId>,
        manners: &KnownManners,
        at: Timestamp,
    ) -> Vec<Presence> {
        let here = self.sessions.keys();
        here.map(|account| self.seen_by(viewer, *account, manners, at))
            .filter(|presence| presence.state != PresenceState::Offline)
            .collect()
    }

    /// How others were told that somebody is, unless that is offline.
    pub(crate) fn told(&self, account: AccountId) -> Option<Presence> {
        let told = self.told.get(&account)?.shown();
        (told.state != PresenceState::Offline).then(|| told.clone().of(account))
    }

    /// How many people are not offline.
    pub(crate) fn count(&self) -> usize {
        self.sessions.len()
    }

    /// Whether there may be something to tell.
    pub(crate) fn has_changes(&self) -> bool {
        !self.changed.is_empty()
    }

    /// What is different from what was told last. Who comes and of whom it is not known yet whom they block
    /// waits until it is.
    pub(crate) fn take_changes(
        &mut self,
        manners: &KnownManners,
        is_online: impl Fn(AccountId) -> bool,
        at: Timestamp,
    ) -> Changes {
        let mut changes = Changes::default();
        let (ready, waiting): (BTreeSet<_>, _) = std::mem::take(&mut self.changed)
            .into_iter()
            .partition(|account| {
                manners.of(*account).is_some() || !self.sessions.contains_key(account)
            });
        self.changed = waiting;
        for account in ready {
            let now = self.now(account, manners, at);
            let before = self.told.remove(&account).unwrap_or(Told::OFFLINE);
            if before.shown() != now.shown() {
                let blocked = manners.of(account).map(|known| &known.blocked);
                let blocked = blocked.into_iter().flatten().copied();
                let unseen = blocked.filter(|other| is_online(*other)).collect();
                let people = changes.others.entry(unseen).or_default();
                people.push(now.shown().clone().of(account));
            }
            if before != now && now.state == PresenceState::Invisible {
                changes.own.push(now.clone().of(account));
            }
            if now.state != PresenceState::Offline {
                self.told.insert(account, now);
            }
        }
        changes
    }

    fn now(&self, account: AccountId, manners: &KnownManners, at: Timestamp) -> Told {
        let state = self.of(account);
        if state == PresenceState::Offline {
            return Told::OFFLINE;
        }
        let status = manners.of(account).map(|known| &known.status);
        Told {
            state,
            status: status.filter(|status| holds(status, at)).cloned(),
        }
    }
}

/// Whether somebody says something of themselves now.
pub(crate) fn holds(status: &StatusText, at: Timestamp) -> bool {
    !status.text.is_empty() && status.until.is_none_or(|until| until > at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::{SessionId, WorkerId};
    use crate::store::people::Manners;
    use PresenceState::{Away, DoNotDisturb, Invisible, Offline, Online};

    const ANNA: AccountId = AccountId(1);
    const BO: AccountId = AccountId(2);
    const NOON: Timestamp = Timestamp(1_000);

    fn session(number: u64) -> SessionKey {
        SessionKey {
            worker: WorkerId(0),
            session: SessionId(number),
        }
    }

    /// A board where everybody is known, and Anna blocks these.
    struct Scene {
        board: PresenceBoard,
        manners: KnownManners,
    }

    impl Scene {
        fn new(blocked_by_anna: &[AccountId], status: StatusText) -> Self {
            let mut manners = KnownManners::default();
            for account in [ANNA, BO] {
                manners.want(account);
            }
            manners.take_wanted(9);
            let blocked = blocked_by_anna.iter().copied().collect();
            manners.learn(ANNA, Manners { blocked, status });
            manners.learn(BO, Manners::default());
            Self {
                board: PresenceBoard::default(),
                manners,
            }
        }

        fn simple() -> Self {
            Self::new(&[], StatusText::default())
        }

        fn take(&mut self) -> Changes {
            self.board.take_changes(&self.manners, |_| true, NOON)
        }

        /// The states told to everybody.
        fn told(&mut self) -> Vec<PresenceState> {
            let people = self.take().others.remove(&BTreeSet::new());
            let people = people.unwrap_or_default();
            people.into_iter().map(|change| change.state).collect()
        }
    }

    #[test]
    fn who_was_invisible_to_the_last_is_hidden_until_they_show_themselves() {
        let mut board = PresenceBoard::default();
        assert!(!board.is_hidden(ANNA));
        board.set(ANNA, session(1), Invisible);
        board.remove(ANNA, session(1));
        assert!(
            board.is_hidden(ANNA),
            "another session of hers may end next"
        );
        board.set(ANNA, session(2), Online);
        board.remove(ANNA, session(2));
        assert!(!board.is_hidden(ANNA));
        board.set(ANNA, session(3), Invisible);
        board.set(ANNA, session(4), Online);
        board.remove(ANNA, session(3));
        board.remove(ANNA, session(4));
        assert!(!board.is_hidden(ANNA), "she was shown");
        board.set(ANNA, session(5), Invisible);
        board.remove(ANNA, session(5));
        board.forget(ANNA);
        assert!(!board.is_hidden(ANNA));
    }

    #[test]
    fn a_person_is_online_while_one_device_is() {
        let mut scene = Scene::simple();
        scene.board.set(ANNA, session(1), Online);
        scene.board.set(ANNA, session(2), Away);
        assert_eq!(scene.told(), [Online]);
        scene.board.remove(ANNA, session(1));
        assert_eq!(scene.told(), [Away]);
        scene.board.set(ANNA, session(3), DoNotDisturb);
        assert_eq!(scene.told(), [DoNotDisturb]);
        scene.board.remove(ANNA, session(3));
        assert_eq!(scene.told(), [Away]);
        scene.board.remove(ANNA, session(2));
        assert_eq!(scene.told(), [Offline]);
        assert_eq!(scene.board.count(), 0);
    }

    #[test]
    fn who_comes_back_at_once_was_never_gone() {
        let mut scene = Scene::simple();
        scene.board.set(ANNA, session(1), Online);
        assert_eq!(scene.told(), [Online]);
        scene.board.remove(ANNA, session(1));
        scene.board.set(ANNA, session(2), Online);
        assert!(scene.board.has_changes());
        assert_eq!(scene.told(), []);
    }

    #[test]
    fn a_session_that_says_offline_is_not_here() {
        let mut scene = Scene::simple();
        scene.board.set(ANNA, session(1), Offline);
        assert_eq!(scene.board.here(None, &scene.manners, NOON), []);
        assert_eq!(scene.told(), []);
    }

    #[test]
    fn who_is_invisible_is_offline_to_others_and_knows_it() {
        let mut scene = Scene::simple();
        scene.board.set(ANNA, session(1), Online);
        scene.told();
        scene.board.set(ANNA, session(1), Invisible);
        let changes = scene.take();
        assert_eq!(changes.others[&BTreeSet::new()][0].state, Offline);
        assert_eq!(changes.own[0].state, Invisible);
        assert_eq!(scene.board.here(Some(BO), &scene.manners, NOON), []);
        let own = scene.board.here(Some(ANNA), &scene.manners, NOON);
        assert_eq!(own[0].state, Invisible);
        assert_eq!(scene.board.told(ANNA), None);
        scene.board.remove(ANNA, session(1));
        assert_eq!(scene.take(), Changes::default(), "nobody saw them");
    }

    #[test]
    fn those_who_are_blocked_see_nothing() {
        let mut scene = Scene::new(&[BO], StatusText::default());
        scene.board.set(ANNA, session(1), Online);
        scene.board.set(BO, session(2), Online);
        let changes = scene.take();
        let told: Vec<_> = changes.others.iter().collect();
        assert_eq!(told.len(), 2);
        assert_eq!((told[0].0, told[0].1[0].account), (&BTreeSet::new(), BO));
        let but_bo = BTreeSet::from([BO]);
        assert_eq!((told[1].0, told[1].1[0].account), (&but_bo, ANNA));
        let states = |viewer| {
            let seen = scene.board.here(viewer, &scene.manners, NOON);
            seen.iter().map(|seen| seen.account).collect::<Vec<_>>()
        };
        assert_eq!(states(Some(BO)), [BO]);
        assert_eq!(states(Some(ANNA)), [ANNA, BO]);
        assert_eq!(states(None), [ANNA, BO]);
    }

    #[test]
    fn nobody_is_told_of_somebody_before_it_is_known_whom_they_block() {
        let mut scene = Scene::simple();
        let carl = AccountId(3);
        scene.manners.want(carl);
        scene.board.set(carl, session(1), Online);
        assert_eq!(scene.told(), []);
        assert_eq!(scene.board.here(Some(BO), &scene.manners, NOON), []);
        scene.manners.learn(carl, Manners::default());
        assert!(scene.board.has_changes());
        assert_eq!(scene.told(), [Online]);
    }

    #[test]
    fn a_status_is_told_and_taken_back_when_it_expires() {
        let status = StatusText {
            text: "at lunch".into(),
            until: Some(Timestamp(2_000)),
        };
        let mut scene = Scene::new(&[], status.clone());
        scene.board.set(ANNA, session(1), Online);
        let told = scene.take().others.remove(&BTreeSet::new()).unwrap();
        assert_eq!(told[0].status, Some(status));
        scene.board.expire(Timestamp(1_999));
        assert!(!scene.board.has_changes());
        scene.board.expire(Timestamp(2_000));
        let late = |_| true;
        let changes = scene
            .board
            .take_changes(&scene.manners, late, Timestamp(2_000));
        assert_eq!(changes.others[&BTreeSet::new()][0].status, None);
    }
}
