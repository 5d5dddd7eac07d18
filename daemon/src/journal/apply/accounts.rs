//! Accounts: disabling them, what they are in the house, and what every command has to know of whoever
//! wants it.

use super::rights::{Actor, Right};
use super::{Apply, Stop};
use crate::journal::outcome::{Outcome, Refusal};
use crate::store::FeedKey;
use crate::store::read::parse;
use crate::store::record::{AccountRecord, BodyRecord, encode};
use crate::store::schema::meta;
use chat_shared::{AccountId, HouseRole, InboxAbout, Timestamp};

/// What of an account every command of it has to know, so that it is kept in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Standing {
    role: HouseRole,
    is_enabled: bool,
    is_deleted: bool,
}

impl Standing {
    fn of(record: &AccountRecord) -> Self {
        Self {
            role: record.role,
            is_enabled: record.enabled,
            is_deleted: record.deleted_at.is_some(),
        }
    }

    /// As what they act in the house.
    fn actor(self, account: AccountId) -> Actor {
        Actor::Person {
            account,
            house: self.role,
            room: None,
        }
    }

    fn administers(self) -> bool {
        self.is_enabled && self.role == HouseRole::Administrator
    }
}

impl AccountRecord {
    /// Gives it another role, and keeps `administrator` the same.
    pub(super) fn set_role(&mut self, role: HouseRole) {
        self.role = role;
        self.administrator = role == HouseRole::Administrator;
    }
}

impl Apply<'_> {
    pub(super) fn enable_account(
        &mut self,
        at: Timestamp,
        by: Option<AccountId>,
        account: AccountId,
        enabled: bool,
        reason: String,
    ) -> Result<Outcome, Stop> {
        self.require(by, Right::KeepHouse, None)?;
        let mut record = self.present(account)?;
        self.outranks(by, account, None)?;
        if record.enabled == enabled {
            return Ok(Outcome::DONE);
        }
        if !enabled {
            self.keep_an_administrator(&record)?;
        }
        record.enabled = enabled;
        self.put_account(account, &record)?;
        let changed = BodyRecord::AccountEnabled(account, enabled);
        self.append(FeedKey::House, at, by, changed)?;
        let word = if enabled { "enabled" } else { "disabled" };
        let detail = format!("{word} {reason}").trim_end().to_owned();
        self.audit(at, by, "enable_account", record.name, detail)?;
        Ok(Outcome::DONE)
    }

    /// Another role in the house, of which they are told. Administrators make others of their kind and may step
    /// down themselves.
    pub(super) fn set_house_role(
        &mut self,
        at: Timestamp,
        by: Option<AccountId>,
        account: AccountId,
        role: HouseRole,
    ) -> Result<Outcome, Stop> {
        self.require(by, Right::RunHouse, None)?;
        let mut record = self.present(account)?;
        if by != Some(account) {
            self.outranks(by, account, None)?;
        }
        if record.role == role {
            return Ok(Outcome::DONE);
        }
        self.keep_an_administrator(&record)?;
        record.set_role(role);
        self.put_account(account, &record)?;
        let set = BodyRecord::HouseRoleSet(account, role);
        self.append(FeedKey::House, at, by, set)?;
        let word = format!("{role:?}").to_lowercase();
        if by != Some(account) {
            let article = if word.starts_with('a') { "an" } else { "a" };
            let text = format!("you are {article} {word} of this house now");
            let about = InboxAbout::Announcement { text };
            self.inbox_add(at, account, by, about)?;
        }
        self.audit(at, by, "set_house_role", record.name, word)?;
        Ok(Outcome::DONE)
    }

    /// Refuses every command of an account that may not sign in any more: it may still be on its way when
    /// its connections end. Costs nothing once the account is in the cache.
    pub(super) fn require_active(&mut self, by: AccountId) -> Result<(), Stop> {
        let Some(standing) = self.standing(by)? else {
            return Err(Refusal::NoSuchAccount(format!("number {by}")).into());
        };
        if standing.is_deleted {
            return Err(Refusal::AccountDeleted(by).into());
        }
        if !standing.is_enabled {
            return Err(Refusal::AccountDisabled.into());
        }
        Ok(())
    }

    /// As what somebody may still let others in: nothing where they may not.
    pub(super) fn role_of_host(
        &mut self,
        by: Option<AccountId>,
    ) -> Result<Option<HouseRole>, Stop> {
        let Some(by) = by else {
            return Ok(Some(HouseRole::Administrator));
        };
        let standing = self.standing(by)?;
        Ok(standing
            .filter(|standing| standing.is_enabled && standing.actor(by).may(Right::KeepHouse))
            .map(|standing| standing.role))
    }

    /// Whether there is such an account, and they have not left.
    pub(super) fn is_here(&mut self, account: AccountId) -> Result<bool, Stop> {
        let standing = self.standing(account)?;
        Ok(standing.is_some_and(|standing| !standing.is_deleted))
    }

    /// Refuses what would take the last administrator who can sign in.
    pub(super) fn keep_an_administrator(&self, record: &AccountRecord) -> Result<(), Stop> {
        if Standing::of(record).administers() && self.administrators()? <= 1 {
            return Err(Refusal::LastAdministrator.into());
        }
        Ok(())
    }

    /// The record of an account that is known to exist; it may have left.
    pub(super) fn account(&self, account: AccountId) -> Result<AccountRecord, Stop> {
        self.find_account(account)?
            .ok_or_else(|| Refusal::NoSuchAccount(format!("number {account}")).into())
    }

    /// The record of an account that has not left.
    pub(super) fn present(&self, account: AccountId) -> Result<AccountRecord, Stop> {
        let record = self.account(account)?;
        if record.deleted_at.is_some() {
            return Err(Refusal::AccountDeleted(account).into());
        }
        Ok(record)
    }

    pub(super) fn find_account(&self, account: AccountId) -> Result<Option<AccountRecord>, Stop> {
        match self.tables.accounts.get(account.0)? {
            Some(record) => Ok(Some(parse(record.value(), "account")?)),
            None => Ok(None),
        }
    }

    pub(super) fn find_account_named(&self, name: &str) -> Result<Option<AccountId>, Stop> {
        let account = self.tables.account_names.get(name)?;
        Ok(account.map(|id| AccountId(id.value())))
    }

    /// Writes the record of an account and what is remembered of it, and counts the administrators who
    /// can sign in.
    pub(super) fn put_account(
        &mut self,
        account: AccountId,
        record: &AccountRecord,
    ) -> Result<(), Stop> {
        let before = self.standing(account)?.is_some_and(Standing::administers);
        let standing = Standing::of(record);
        let count = self.administrators()?;
        match (before, standing.administers()) {
            (false, true) => self.tables.meta.insert(meta::ADMINISTRATORS, count + 1)?,
            (true, false) => {
                let rest = count.saturating_sub(1);
                self.tables.meta.insert(meta::ADMINISTRATORS, rest)?;
            }
            _ => {}
        }
        self.tables
            .accounts
            .insert(account.0, encode(record).as_slice())?;
        self.cache.people.insert(account, standing);
        Ok(())
    }

    /// Administrators who can sign in.
    pub(super) fn administrators(&self) -> Result<u64, Stop> {
        let count = self.tables.meta.get(meta::ADMINISTRATORS)?;
        Ok(count.map_or(0, |count| count.value()))
    }

    fn standing(&mut self, account: AccountId) -> Result<Option<Standing>, Stop> {
        if let Some(standing) = self.cache.people.get(&account) {
            return Ok(Some(*standing));
        }
        let standing = self.find_account(account)?.as_ref().map(Standing::of);
        if let Some(standing) = standing {
            self.cache.people.insert(account, standing);
        }
        Ok(standing)
    }
}
