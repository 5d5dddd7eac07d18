//! Who is signed in where, and how often somebody may be: without clock or I/O.

use crate::journal::SessionKey;
use chat_shared::{AccountId, DeviceId, Fault, FaultCode};
use std::collections::{BTreeSet, HashMap};
use std::net::IpAddr;

/// What becomes of a second place where somebody signs in. Sessions of one device are one place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Places {
    /// Both stay.
    #[default]
    Multiple,
    /// The first ends.
    Replace,
    /// The second is refused.
    Refuse,
}

/// How often one account may be signed in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SessionRules {
    pub(crate) places: Places,
    /// Connections in all.
    pub(crate) limit: usize,
}

/// A session that is signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Online {
    pub(crate) account: AccountId,
    pub(crate) device: Option<DeviceId>,
    /// Nothing on the Unix socket.
    pub(crate) address: Option<IpAddr>,
}

/// All of them.
#[derive(Debug, Default)]
pub(crate) struct Roll {
    sessions: HashMap<SessionKey, Online>,
    accounts: HashMap<AccountId, BTreeSet<SessionKey>>,
}

impl Roll {
    /// Whether somebody may sign in, and which sessions end for it.
    pub(crate) fn admit(
        &self,
        online: Online,
        rules: SessionRules,
    ) -> Result<Vec<SessionKey>, Fault> {
        let here = self.of(online.account);
        let is_elsewhere = |key: &SessionKey| {
            let device = self.sessions.get(key).and_then(|other| other.device);
            device.is_none() || device != online.device
        };
        let elsewhere: Vec<_> = here.filter(is_elsewhere).collect();
        let count = self.count(online.account);
        let (ends, stays) = match rules.places {
            Places::Multiple => (Vec::new(), count),
            Places::Replace => (elsewhere.clone(), count - elsewhere.len()),
            Places::Refuse if elsewhere.is_empty() => (Vec::new(), count),
            Places::Refuse => {
                return Err(Fault::new(
                    FaultCode::TooManySessions,
                    // Short, so that a row of a terminal holds it.
                    "signed in on another device, one at a time: end that",
                ));
            }
        };
        if stays >= rules.limit {
            return Err(Fault::new(
                FaultCode::TooManySessions,
                format!("signed in {stays} times, which is the limit: end one"),
            ));
        }
        Ok(ends)
    }

    /// Somebody signed in.
    pub(crate) fn add(&mut self, session: SessionKey, online: Online) {
        self.sessions.insert(session, online);
        self.accounts
            .entry(online.account)
            .or_default()
            .insert(session);
    }

    /// A session is a device from now on.
    pub(crate) fn name_device(&mut self, session: SessionKey, device: DeviceId) -> Option<Online> {
        let online = self.sessions.get_mut(&session)?;
        online.device = Some(device);
        Some(*online)
    }

    /// A session ended: what it was.
    pub(crate) fn remove(&mut self, session: SessionKey) -> Option<Online> {
        let online = self.sessions.remove(&session)?;
        if let Some(sessions) = self.accounts.get_mut(&online.account) {
            sessions.remove(&session);
            if sessions.is_empty() {
                self.accounts.remove(&online.account);
            }
        }
        Some(online)
    }

    /// A session.
    pub(crate) fn get(&self, session: SessionKey) -> Option<Online> {
        self.sessions.get(&session).copied()
    }

    /// The sessions of an account.
    pub(crate) fn of(&self, account: AccountId) -> impl Iterator<Item = SessionKey> {
        self.accounts.get(&account).into_iter().flatten().copied()
    }

    /// How many sessions an account has.
    pub(crate) fn count(&self, account: AccountId) -> usize {
        self.accounts.get(&account).map_or(0, BTreeSet::len)
    }

    /// How many of them are on this device.
    pub(crate) fn count_on(&self, account: AccountId, device: DeviceId) -> usize {
        self.of(account)
            .filter(|key| self.sessions.get(key).and_then(|online| online.device) == Some(device))
            .count()
    }

    /// Whether an account has a session.
    pub(crate) fn is_online(&self, account: AccountId) -> bool {
        self.accounts.contains_key(&account)
    }

    /// All sessions.
    pub(crate) fn all(&self) -> impl Iterator<Item = (SessionKey, Online)> {
        self.sessions.iter().map(|(key, online)| (*key, *online))
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.sessions.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::{SessionId, WorkerId};

    const ANNA: AccountId = AccountId(1);

    fn key(number: u64) -> SessionKey {
        SessionKey {
            worker: WorkerId(0),
            session: SessionId(number),
        }
    }

    fn on(device: Option<u64>) -> Online {
        Online {
            account: ANNA,
            device: device.map(DeviceId),
            address: None,
        }
    }

    /// Anna on device 1, twice.
    fn roll() -> Roll {
        let mut roll = Roll::default();
        roll.add(key(1), on(Some(1)));
        roll.add(key(2), on(Some(1)));
        roll
    }

    fn rules(places: Places, limit: usize) -> SessionRules {
        SessionRules { places, limit }
    }

    #[test]
    fn as_many_devices_as_the_limit_allows() {
        let roll = roll();
        assert_eq!(
            roll.admit(on(Some(2)), rules(Places::Multiple, 3)),
            Ok(vec![])
        );
        let refused = roll.admit(on(Some(1)), rules(Places::Multiple, 2));
        assert_eq!(refused.unwrap_err().code, FaultCode::TooManySessions);
    }

    #[test]
    fn a_new_device_replaces_the_others_and_its_own_sessions_stay() {
        let mut roll = roll();
        let replace = rules(Places::Replace, 3);
        assert_eq!(roll.admit(on(Some(1)), replace), Ok(vec![]));
        assert_eq!(roll.admit(on(Some(2)), replace), Ok(vec![key(1), key(2)]));
        roll.add(key(3), on(None));
        assert_eq!(
            roll.admit(on(None), replace),
            Ok(vec![key(1), key(2), key(3)]),
            "who is no device is no known place"
        );
    }

    #[test]
    fn a_second_device_is_refused_until_the_first_has_left() {
        let mut roll = roll();
        let refuse = rules(Places::Refuse, 3);
        assert_eq!(roll.admit(on(Some(1)), refuse), Ok(vec![]));
        let refused = roll.admit(on(Some(2)), refuse).unwrap_err();
        assert_eq!(refused.code, FaultCode::TooManySessions);
        assert_eq!(roll.remove(key(1)), Some(on(Some(1))));
        assert_eq!(roll.remove(key(1)), None);
        roll.remove(key(2));
        assert_eq!(roll.admit(on(Some(2)), refuse), Ok(vec![]));
        assert!(!roll.is_online(ANNA));
    }

    #[test]
    fn sessions_are_counted_by_account_and_by_device() {
        let mut roll = roll();
        roll.add(key(3), on(None));
        assert_eq!(roll.count_on(ANNA, DeviceId(7)), 0);
        roll.name_device(key(3), DeviceId(7));
        assert_eq!(roll.count_on(ANNA, DeviceId(7)), 1);
        assert_eq!((roll.count(ANNA), roll.len()), (3, 3));
    }
}
