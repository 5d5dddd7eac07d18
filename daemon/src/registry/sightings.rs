//! Who was connected when and from where, gathered until it is made durable: without clock or I/O.

use super::roll::Online;
use crate::journal::command::Sighting;
use chat_shared::{AccountId, DeviceId, Seen, Timestamp};
use std::collections::BTreeMap;
use std::net::IpAddr;

/// Sightings that wait while nothing can be written; beyond that the new ones are lost.
const WAITING: usize = 50_000;

/// Sightings that wait, the newest of each account and device.
#[derive(Debug, Default)]
pub(crate) struct Sightings {
    waiting: BTreeMap<(AccountId, Option<DeviceId>), (Timestamp, Option<IpAddr>)>,
}

impl Sightings {
    /// Somebody is, or was until now, connected.
    pub(crate) fn note(&mut self, online: Online, at: Timestamp) {
        let key = (online.account, online.device);
        if self.waiting.len() < WAITING || self.waiting.contains_key(&key) {
            self.waiting.insert(key, (at, online.address));
        }
    }

    /// Those that are made durable next, so many at the most.
    pub(crate) fn take(&mut self, most: usize) -> Vec<Sighting> {
        let mut taken = Vec::new();
        while taken.len() < most
            && let Some(((account, device), (at, address))) = self.waiting.pop_first()
        {
            taken.push(Sighting {
                account,
                device,
                at,
                address: address.map(|address| address.to_string()),
            });
        }
        taken
    }

    /// Whether none waits.
    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// When an account was seen last, where that still waits.
    pub(crate) fn of(&self, account: AccountId) -> Option<Timestamp> {
        let devices = (account, None)..=(account, Some(DeviceId(u64::MAX)));
        let seen = self.waiting.range(devices);
        seen.map(|(_, (at, _))| *at).max()
    }

    /// What waits of this time or later, by account.
    pub(crate) fn since(&self, since: Timestamp) -> Vec<Seen> {
        let recent = self.waiting.iter().filter(|(_, (at, _))| *at >= since);
        recent
            .map(|((account, _), (at, _))| Seen {
                account: *account,
                at: *at,
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(account: u64, device: Option<u64>) -> Online {
        Online {
            account: AccountId(account),
            device: device.map(DeviceId),
            address: Some("192.0.2.7".parse().unwrap()),
        }
    }

    #[test]
    fn the_newest_of_each_device_is_kept_until_it_is_taken() {
        let mut sightings = Sightings::default();
        sightings.note(at(1, Some(5)), Timestamp(10));
        sightings.note(at(1, Some(5)), Timestamp(20));
        sightings.note(at(1, None), Timestamp(15));
        sightings.note(at(2, None), Timestamp(5));
        assert_eq!(sightings.of(AccountId(1)), Some(Timestamp(20)));
        assert_eq!(sightings.of(AccountId(3)), None);
        assert_eq!(sightings.since(Timestamp(16)).len(), 1);
        let taken = sightings.take(2);
        assert_eq!(
            taken.iter().map(|seen| seen.at.0).collect::<Vec<_>>(),
            [15, 20]
        );
        assert_eq!(taken[1].device, Some(DeviceId(5)));
        assert_eq!(taken[1].address.as_deref(), Some("192.0.2.7"));
        assert_eq!(sightings.take(9).len(), 1);
        assert_eq!(sightings.take(9), []);
    }
}
