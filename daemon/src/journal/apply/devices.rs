//! Devices: what somebody signs in with instead of their password, and when they were here last.

use super::rights::Right;
use super::{Apply, Stop};
use crate::journal::command::Sighting;
use crate::journal::outcome::{Outcome, Refusal};
use crate::store::FeedKey;
use crate::store::read::parse;
use crate::store::record::{BodyRecord, DeviceRecord, SeenRecord, encode};
use crate::store::schema::meta;
use chat_shared::limits::DEVICES_PER_ACCOUNT;
use chat_shared::{AccountId, DeviceId, Timestamp};

impl Apply<'_> {
    pub(super) fn add_device(
        &mut self,
        at: Timestamp,
        by: AccountId,
        label: String,
        token_hash: [u8; 32],
    ) -> Result<Outcome, Stop> {
        if self.devices_of(by)?.len() >= DEVICES_PER_ACCOUNT {
            return Err(Refusal::TooManyDevices.into());
        }
        let device = DeviceId(self.count(meta::LAST_DEVICE, 1)?);
        let record = DeviceRecord {
            account: by,
            label: label.clone(),
            created_at: at,
            token_hash,
        };
        self.tables
            .devices
            .insert(device.0, encode(&record).as_slice())?;
        self.tables.account_devices.insert((by.0, device.0), ())?;
        let added = BodyRecord::DeviceAdded(device, label);
        self.append(FeedKey::Account(by), at, Some(by), added)?;
        Ok(Outcome::Device { device })
    }

    pub(super) fn revoke_device(
        &mut self,
        at: Timestamp,
        by: AccountId,
        device: DeviceId,
    ) -> Result<Outcome, Stop> {
        if !self.has_device(by, device)? {
            return Err(Refusal::NoSuchDevice(device).into());
        }
        self.remove_device(at, Some(by), by, device)?;
        Ok(Outcome::DONE)
    }

    pub(super) fn revoke_other_devices(
        &mut self,
        at: Timestamp,
        by: AccountId,
        keep: Option<DeviceId>,
    ) -> Result<Outcome, Stop> {
        self.remove_devices(at, Some(by), by, keep)?;
        Ok(Outcome::DONE)
    }

    pub(super) fn revoke_device_of(
        &mut self,
        at: Timestamp,
        by: Option<AccountId>,
        account: AccountId,
        device: DeviceId,
    ) -> Result<Outcome, Stop> {
        self.require(by, Right::RunHouse, None)?;
        let record = self.present(account)?;
        if by != Some(account) {
            self.outranks(by, account, None)?;
        }
        if !self.has_device(account, device)? {
            return Err(Refusal::NoSuchDeviceOf(account, device).into());
        }
        self.remove_device(at, by, account, device)?;
        let detail = format!("device {device}");
        self.audit(at, by, "revoke_device_of", record.name, detail)?;
        Ok(Outcome::DONE)
    }

    /// Notes who was here. What comes late says nothing new, and nothing is noted of who or what is gone.
    pub(super) fn seen(&mut self, seen: Vec<Sighting>) -> Result<Outcome, Stop> {
        for Sighting {
            account,
            device,
            at,
            address,
        } in seen
        {
            if !self.is_here(account)? {
                continue;
            }
            let record = SeenRecord { at, address };
            let row = encode(&record);
            if is_newer(&record, self.tables.seen.get(account.0)?)? {
                self.tables.seen.insert(account.0, row.as_slice())?;
            }
            let Some(device) = device else { continue };
            if self.has_device(account, device)?
                && is_newer(&record, self.tables.devices_seen.get(device.0)?)?
            {
                self.tables.devices_seen.insert(device.0, row.as_slice())?;
            }
        }
        Ok(Outcome::DONE)
    }

    /// Ends all devices of somebody but this one.
    pub(super) fn remove_devices(
        &mut self,
        at: Timestamp,
        by: Option<AccountId>,
        account: AccountId,
        keep: Option<DeviceId>,
    ) -> Result<(), Stop> {
        for device in self.devices_of(account)? {
            if Some(device) != keep {
                self.remove_device(at, by, account, device)?;
            }
        }
        Ok(())
    }

    fn remove_device(
        &mut self,
        at: Timestamp,
        by: Option<AccountId>,
        account: AccountId,
        device: DeviceId,
    ) -> Result<(), Stop> {
        self.tables.devices.remove(device.0)?;
        self.tables.account_devices.remove((account.0, device.0))?;
        self.tables.devices_seen.remove(device.0)?;
        self.tables
            .streams
            .remove_in((device.0, 0)..=(device.0, u32::MAX))?;
        self.cache.streams.retain(|key, _| key.0 != device);
        self.device_ended(device);
        let revoked = BodyRecord::DeviceRevoked(device);
        self.append(FeedKey::Account(account), at, by, revoked)?;
        Ok(())
    }

    fn has_device(&self, account: AccountId, device: DeviceId) -> Result<bool, Stop> {
        let key = (account.0, device.0);
        Ok(self.tables.account_devices.get(key)?.is_some())
    }

    fn devices_of(&self, account: AccountId) -> Result<Vec<DeviceId>, Stop> {
        let range = (account.0, 0)..=(account.0, u64::MAX);
        let mut devices = Vec::new();
        for row in self.tables.account_devices.range(range)? {
            devices.push(DeviceId(row?.0.value().1));
        }
        Ok(devices)
    }
}

fn is_newer(
    record: &SeenRecord,
    before: Option<redb::AccessGuard<'_, &'static [u8]>>,
) -> Result<bool, Stop> {
    let Some(before) = before else {
        return Ok(true);
    };
    let before: SeenRecord = parse(before.value(), "sighting")?;
    Ok(record.at > before.at)
}
