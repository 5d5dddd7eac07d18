//! The house, its accounts, their devices, and invitations.

use super::{Apply, Stop};
use crate::journal::command::{Admission, Name, NewInvite};
use crate::journal::outcome::{Outcome, Refusal};
use crate::store::FeedKey;
use crate::store::read::parse;
use crate::store::record::{
    AccountRecord, BodyRecord, DeviceRecord, InviteRecord, Verifier, encode,
};
use crate::store::schema::meta;
use chat_shared::limits::DEVICES_PER_ACCOUNT;
use chat_shared::{AccountId, ConversationId, DeviceId, InviteId, Timestamp};

impl Apply<'_> {
    pub(super) fn found(
        &mut self,
        at: Timestamp,
        fake_salts: &[u8; 32],
        first_room: &Name,
        invite: Option<NewInvite>,
    ) -> Result<Outcome, Stop> {
        if self.tables.meta.get(meta::FIRST_ROOM)?.is_some() {
            return Err(Refusal::AlreadyFounded.into());
        }
        let room = self.add_room(at, None, first_room, String::new())?;
        self.tables
            .secrets
            .insert(meta::FAKE_SALTS, fake_salts.as_slice())?;
        self.tables.meta.insert(meta::FIRST_ROOM, room.0)?;
        match invite {
            Some(invite) => self.add_invite(at, invite),
            None => Ok(Outcome::DONE),
        }
    }

    pub(super) fn register(
        &mut self,
        at: Timestamp,
        name: Name,
        verifier: Verifier,
        admission: &Admission,
    ) -> Result<Outcome, Stop> {
        let Name { name, skeleton } = name;
        if self.tables.account_names.get(name.as_str())?.is_some() {
            return Err(Refusal::NameTaken(name).into());
        }
        let similar = self
            .tables
            .account_skeletons
            .get(skeleton.as_str())?
            .map(|id| id.value());
        if let Some(similar) = similar {
            let taken = self.account(AccountId(similar))?.name;
            return Err(Refusal::NameConfusable {
                wanted: name,
                taken,
            }
            .into());
        }
        let invite = match admission {
            Admission::Invited(code_hash) => Some(self.valid_invite(code_hash, at)?),
            Admission::Open | Admission::Local | Admission::ByAdministrator => None,
        };
        let founding = matches!(admission, Admission::Local | Admission::ByAdministrator)
            || invite.as_ref().is_some_and(|(_, invite)| invite.founding);
        let administrators = self
            .tables
            .meta
            .get(meta::ADMINISTRATORS)?
            .map_or(0, |count| count.value());
        let administrator = founding && administrators == 0;

        if let Some((id, invite)) = invite {
            self.use_invite(id, invite)?;
        }
        if administrator {
            self.count(meta::ADMINISTRATORS, 1)?;
        }
        let account = AccountId(self.count(meta::LAST_ACCOUNT, 1)?);
        self.tables.account_names.insert(name.as_str(), account.0)?;
        self.tables
            .account_skeletons
            .insert(skeleton.as_str(), account.0)?;
        let record = AccountRecord {
            name: name.clone(),
            administrator,
            enabled: true,
            created_at: at,
            verifier,
        };
        self.put_account(account, &record)?;
        let added = BodyRecord::AccountAdded(account, name.clone());
        self.append(FeedKey::House, at, Some(account), added)?;
        let first_room = self
            .tables
            .meta
            .get(meta::FIRST_ROOM)?
            .map(|room| room.value());
        if let Some(room) = first_room {
            self.add_member(at, ConversationId(room), account, Some(account))?;
        }
        Ok(Outcome::Account {
            account,
            name,
            administrator,
        })
    }

    pub(super) fn enable_account(
        &mut self,
        at: Timestamp,
        name: &str,
        enabled: bool,
    ) -> Result<Outcome, Stop> {
        let account = self.account_named(name)?;
        let mut record = self.account(account)?;
        if record.enabled != enabled {
            record.enabled = enabled;
            self.put_account(account, &record)?;
            let changed = BodyRecord::AccountEnabled(account, enabled);
            self.append(FeedKey::House, at, None, changed)?;
        }
        Ok(Outcome::DONE)
    }

    pub(super) fn reset_password(
        &mut self,
        at: Timestamp,
        name: &str,
        verifier: Verifier,
    ) -> Result<Outcome, Stop> {
        let account = self.account_named(name)?;
        let mut record = self.account(account)?;
        record.verifier = verifier;
        self.put_account(account, &record)?;
        for device in self.devices_of(account)? {
            self.remove_device(at, None, account, device)?;
        }
        self.append(
            FeedKey::Account(account),
            at,
            None,
            BodyRecord::PasswordChanged,
        )?;
        Ok(Outcome::DONE)
    }

    pub(super) fn add_device(
        &mut self,
        at: Timestamp,
        by: AccountId,
        label: String,
        token_hash: [u8; 32],
    ) -> Result<Outcome, Stop> {
        if !self.account(by)?.enabled {
            return Err(Refusal::AccountDisabled.into());
        }
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
        if self.tables.account_devices.get((by.0, device.0))?.is_none() {
            return Err(Refusal::NoSuchDevice(device).into());
        }
        self.remove_device(at, Some(by), by, device)?;
        Ok(Outcome::DONE)
    }

    pub(super) fn add_invite(&mut self, at: Timestamp, invite: NewInvite) -> Result<Outcome, Stop> {
        let id = InviteId(self.count(meta::LAST_INVITE, 1)?);
        let record = InviteRecord {
            code_hash: invite.code_hash,
            uses_left: invite.uses,
            expires_at: invite.expires_at,
            created_at: at,
            founding: invite.founding,
        };
        self.tables
            .invites
            .insert(id.0, encode(&record).as_slice())?;
        self.tables.invite_codes.insert(&invite.code_hash, id.0)?;
        Ok(Outcome::Invite {
            invite: id,
            expires_at: invite.expires_at,
        })
    }

    pub(super) fn revoke_invite(&mut self, invite: InviteId) -> Result<Outcome, Stop> {
        let record = self.invite(invite)?.ok_or(Refusal::NoSuchInvite(invite))?;
        self.remove_invite(invite, &record)?;
        Ok(Outcome::DONE)
    }

    /// The record of an account that is known to exist.
    pub(super) fn account(&self, account: AccountId) -> Result<AccountRecord, Stop> {
        self.find_account(account)?
            .ok_or_else(|| Refusal::NoSuchAccount(format!("number {account}")).into())
    }

    pub(super) fn find_account(&self, account: AccountId) -> Result<Option<AccountRecord>, Stop> {
        match self.tables.accounts.get(account.0)? {
            Some(record) => Ok(Some(parse(record.value(), "account")?)),
            None => Ok(None),
        }
    }

    fn account_named(&self, name: &str) -> Result<AccountId, Stop> {
        let account = self
            .tables
            .account_names
            .get(name)?
            .map(|id| AccountId(id.value()));
        account.ok_or_else(|| Refusal::NoSuchAccount(name.to_owned()).into())
    }

    fn put_account(&mut self, account: AccountId, record: &AccountRecord) -> Result<(), Stop> {
        self.tables
            .accounts
            .insert(account.0, encode(record).as_slice())?;
        Ok(())
    }

    fn devices_of(&self, account: AccountId) -> Result<Vec<DeviceId>, Stop> {
        let range = (account.0, 0)..=(account.0, u64::MAX);
        let mut devices = Vec::new();
        for row in self.tables.account_devices.range(range)? {
            devices.push(DeviceId(row?.0.value().1));
        }
        Ok(devices)
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
        self.tables
            .streams
            .remove_in((device.0, 0)..=(device.0, u32::MAX))?;
        self.cache.streams.retain(|key, _| key.0 != device);
        self.dirty_streams.retain(|key| key.0 != device);
        let revoked = BodyRecord::DeviceRevoked(device);
        self.append(FeedKey::Account(account), at, by, revoked)?;
        Ok(())
    }

    fn invite(&self, invite: InviteId) -> Result<Option<InviteRecord>, Stop> {
        match self.tables.invites.get(invite.0)? {
            Some(record) => Ok(Some(parse(record.value(), "invite")?)),
            None => Ok(None),
        }
    }

    fn valid_invite(
        &self,
        code_hash: &[u8; 32],
        now: Timestamp,
    ) -> Result<(InviteId, InviteRecord), Stop> {
        let id = self
            .tables
            .invite_codes
            .get(code_hash)?
            .map(|id| InviteId(id.value()));
        let id = id.ok_or(Refusal::InviteInvalid)?;
        let invite = self.invite(id)?.ok_or(Refusal::InviteInvalid)?;
        if invite.uses_left == 0 || invite.expires_at <= now {
            return Err(Refusal::InviteInvalid.into());
        }
        Ok((id, invite))
    }

    fn use_invite(&mut self, id: InviteId, mut invite: InviteRecord) -> Result<(), Stop> {
        invite.uses_left -= 1;
        if invite.uses_left == 0 {
            return self.remove_invite(id, &invite);
        }
        self.tables
            .invites
            .insert(id.0, encode(&invite).as_slice())?;
        Ok(())
    }

    fn remove_invite(&mut self, id: InviteId, invite: &InviteRecord) -> Result<(), Stop> {
        self.tables.invites.remove(id.0)?;
        self.tables.invite_codes.remove(&invite.code_hash)?;
        Ok(())
    }
}
