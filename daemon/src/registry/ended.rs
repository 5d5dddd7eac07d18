//! Whose access ended, remembered for a while: a sign-in that was on its way must not slip through. Without
//! clock or I/O.

use super::roll::Online;
use crate::store::CommitNumber;
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

/// What ended in the last minute, and by which commit.
#[derive(Debug, Default)]
pub(crate) struct RecentlyEnded(VecDeque<(Timestamp, CommitNumber, Ended)>);

impl RecentlyEnded {
    /// Access ended.
    pub(crate) fn note(&mut self, commit: CommitNumber, ended: Ended, at: Timestamp) {
        while let Some((then, ..)) = self.0.front()
            && at.0 - then.0 > REMEMBERED_MS
        {
            self.0.pop_front();
        }
        self.0.push_back((at, commit, ended));
    }

    /// Why somebody who signs in may not. What they proved was checked against what was read in a snapshot
    /// that saw `read_at`: what ended before that was seen there, such as the old password, or is as good as
    /// it was, such as an account that was enabled again.
    pub(crate) fn hit(
        &self,
        online: Online,
        read_at: CommitNumber,
        at: Timestamp,
    ) -> Option<Ended> {
        let later = self.recent(at).filter(|(commit, _)| *commit > read_at);
        later
            .map(|(_, ended)| ended)
            .find(|ended| ended.covers(online))
    }

    /// Why a session may not become this device, which was made for it a moment ago.
    pub(crate) fn device(&self, device: DeviceId, at: Timestamp) -> Option<Ended> {
        let mut recent = self.recent(at).map(|(_, ended)| ended);
        recent.find(|ended| *ended == Ended::Device(device))
    }

    fn recent(&self, at: Timestamp) -> impl Iterator<Item = (CommitNumber, Ended)> {
        let oldest = at.0 - REMEMBERED_MS;
        self.0
            .iter()
            .filter(move |(then, ..)| then.0 > oldest)
            .map(|(_, commit, ended)| (*commit, *ended))
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
    const BEFORE: CommitNumber = CommitNumber(6);
    const THEN: CommitNumber = CommitNumber(7);

    fn with(ended: Ended) -> RecentlyEnded {
        let mut recently = RecentlyEnded::default();
        recently.note(THEN, ended, Timestamp(1_000));
        recently
    }

    #[test]
    fn a_sign_in_on_its_way_is_caught_for_a_minute() {
        let laptop = Ended::Device(DeviceId(5));
        let ended = with(laptop);
        let hit = |at| ended.hit(LAPTOP, BEFORE, Timestamp(at));
        assert_eq!(hit(2_000), Some(laptop));
        assert_eq!(hit(61_000), None);
        let other = Online {
            device: Some(DeviceId(6)),
            ..LAPTOP
        };
        assert_eq!(ended.hit(other, BEFORE, Timestamp(2_000)), None);
        assert_eq!(ended.device(DeviceId(5), Timestamp(2_000)), Some(laptop));
        assert_eq!(ended.device(DeviceId(6), Timestamp(2_000)), None);
    }

    #[test]
    fn who_was_checked_against_what_is_true_since_comes_in() {
        for ended in [Ended::Disabled(ANNA), Ended::Deleted(ANNA)] {
            let recently = with(ended);
            let at = Timestamp(1_001);
            assert_eq!(recently.hit(LAPTOP, BEFORE, at), Some(ended));
            assert_eq!(recently.hit(LAPTOP, THEN, at), None);
        }
    }

    #[test]
    fn another_password_ends_who_proved_the_old_one_and_no_device() {
        let password = Ended::Password(ANNA);
        let bare = Online {
            device: None,
            ..LAPTOP
        };
        let ended = with(password);
        let at = Timestamp(1_001);
        assert_eq!(ended.hit(bare, BEFORE, at), Some(password));
        assert_eq!(ended.hit(bare, THEN, at), None);
        assert_eq!(ended.hit(LAPTOP, BEFORE, at), None);
    }
}
