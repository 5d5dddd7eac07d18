//! Whose access ended, remembered for a while: a sign-in that was on its way must not slip through. Without
//! clock or I/O.

use super::roll::Online;
use chat_shared::{AccountId, DeviceId, Fault, FaultCode, Timestamp};
use std::collections::VecDeque;

/// A sign-in takes seconds at the most.
const REMEMBERED_MS: i64 = 60_000;

/// Whose access ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// All sessions of an account that was disabled.
    Disabled(AccountId),
    /// All sessions of an account that was deleted.
    Deleted(AccountId),
    /// Those of a device.
    Device(DeviceId),
    /// Those of an account without a device, which signed in with the old password.
    Password(AccountId),
}

impl Ended {
    /// Whether a session is one of those.
    pub(crate) fn covers(self, online: Online) -> bool {
        match self {
            Ended::Disabled(account) | Ended::Deleted(account) => online.account == account,
            Ended::Device(device) => online.device == Some(device),
            Ended::Password(account) => online.account == account && online.device.is_none(),
        }
    }

    /// What they are told.
    pub(crate) fn fault(self) -> Fault {
        match self {
            Ended::Disabled(_) => Fault::new(
                FaultCode::AccountDisabled,
                "this account was disabled: ask your administrator",
            ),
            Ended::Deleted(_) => Fault::new(
                FaultCode::AccountDeleted,
                "this account was deleted and cannot be used any more",
            ),
            Ended::Device(_) => Fault::new(
                FaultCode::TokenInvalid,
                "this device was revoked: sign in with name and password",
            ),
            Ended::Password(_) => Fault::new(
                FaultCode::SignInFailed,
                "the password was changed: sign in with the new one",
            ),
        }
    }
}

/// What ended in the last minute.
#[derive(Debug, Default)]
pub(crate) struct RecentlyEnded(VecDeque<(Timestamp, Ended)>);

impl RecentlyEnded {
    /// Access ended.
    pub(crate) fn note(&mut self, ended: Ended, at: Timestamp) {
        while let Some((then, _)) = self.0.front()
            && at.0 - then.0 > REMEMBERED_MS
        {
            self.0.pop_front();
        }
        self.0.push_back((at, ended));
    }

    /// An account may be used again.
    pub(crate) fn enabled(&mut self, account: AccountId) {
        self.0
            .retain(|(_, ended)| *ended != Ended::Disabled(account));
    }

    /// Why somebody who signs in may not. A password that was changed a moment ago ends those that signed in
    /// before: this one proved the new one, unless it was read before the change; the same holds for a
    /// device of its own.
    pub(crate) fn hit(&self, online: Online, at: Timestamp) -> Option<Ended> {
        let oldest = at.0 - REMEMBERED_MS;
        let recent = self.0.iter().filter(|(at, _)| at.0 > oldest);
        recent
            .map(|(_, ended)| *ended)
            .find(|ended| !matches!(ended, Ended::Password(_)) && ended.covers(online))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANNA: AccountId = AccountId(1);
    const LAPTOP: Online = Online {
        account: ANNA,
        device: Some(DeviceId(5)),
        address: None,
    };

    #[test]
    fn a_sign_in_on_its_way_is_caught_for_a_minute() {
        let mut ended = RecentlyEnded::default();
        ended.note(Ended::Device(DeviceId(5)), Timestamp(1_000));
        let hit = |at| ended.hit(LAPTOP, Timestamp(at));
        assert_eq!(hit(2_000), Some(Ended::Device(DeviceId(5))));
        assert_eq!(hit(61_000), None);
        let other = Online {
            device: Some(DeviceId(6)),
            ..LAPTOP
        };
        assert_eq!(ended.hit(other, Timestamp(2_000)), None);
    }

    #[test]
    fn who_is_enabled_again_comes_in_at_once_and_who_was_deleted_does_not() {
        let mut ended = RecentlyEnded::default();
        ended.note(Ended::Disabled(ANNA), Timestamp(0));
        ended.enabled(ANNA);
        assert_eq!(ended.hit(LAPTOP, Timestamp(1)), None);
        ended.note(Ended::Deleted(ANNA), Timestamp(2));
        ended.enabled(ANNA);
        assert_eq!(ended.hit(LAPTOP, Timestamp(3)), Some(Ended::Deleted(ANNA)));
    }

    #[test]
    fn another_password_ends_those_without_a_device_but_nobody_who_comes() {
        let mut ended = RecentlyEnded::default();
        let password = Ended::Password(ANNA);
        let bare = Online {
            device: None,
            ..LAPTOP
        };
        assert!(password.covers(bare));
        assert!(!password.covers(LAPTOP));
        ended.note(password, Timestamp(0));
        assert_eq!(ended.hit(bare, Timestamp(1)), None);
    }
}
