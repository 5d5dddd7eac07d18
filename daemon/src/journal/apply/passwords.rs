//! Passwords: another one by oneself, by the administrator, or by a one-time code of theirs.

use super::rights::Right;
use super::{Apply, Stop};
use crate::journal::outcome::{Outcome, Refusal};
use crate::store::FeedKey;
use crate::store::record::{AccountRecord, BodyRecord, ResetCode, Verifier};
use chat_shared::{AccountId, DeviceId, Timestamp};

impl Apply<'_> {
    pub(super) fn reset_password(
        &mut self,
        at: Timestamp,
        by: Option<AccountId>,
        name: &str,
        verifier: Verifier,
    ) -> Result<Outcome, Stop> {
        self.require(by, Right::RunHouse, None)?;
        let (account, record) = self.present_named(name)?;
        self.outranks(by, account, None)?;
        self.set_password(at, by, (account, record), verifier, None)?;
        self.audit(at, by, "reset_password", name.to_owned(), String::new())?;
        Ok(Outcome::DONE)
    }

    pub(super) fn change_password(
        &mut self,
        at: Timestamp,
        by: AccountId,
        verifier: Verifier,
        keep: Option<DeviceId>,
    ) -> Result<Outcome, Stop> {
        let record = self.account(by)?;
        self.set_password(at, Some(by), (by, record), verifier, keep)?;
        Ok(Outcome::DONE)
    }

    /// A code for somebody who forgot their password; the last one made is the one that holds.
    pub(super) fn add_reset_code(
        &mut self,
        at: Timestamp,
        by: Option<AccountId>,
        name: &str,
        code_hash: [u8; 32],
        expires_at: Timestamp,
    ) -> Result<Outcome, Stop> {
        self.require(by, Right::RunHouse, None)?;
        let (account, mut record) = self.present_named(name)?;
        self.outranks(by, account, None)?;
        record.reset = Some(ResetCode {
            code_hash,
            expires_at,
        });
        self.put_account(account, &record)?;
        let detail = format!("until {expires_at}");
        self.audit(at, by, "add_reset_code", name.to_owned(), detail)?;
        Ok(Outcome::DONE)
    }

    /// Whoever has no code learns nothing of the account: not even whether there is one.
    pub(super) fn use_reset_code(
        &mut self,
        at: Timestamp,
        name: &str,
        code_hash: &[u8; 32],
        verifier: Verifier,
    ) -> Result<Outcome, Stop> {
        let holds = |record: &AccountRecord| {
            let is_right = |code: &ResetCode| code.code_hash == *code_hash && code.expires_at > at;
            record.deleted_at.is_none() && record.reset.as_ref().is_some_and(is_right)
        };
        let account = self.find_account_named(name)?;
        let account = account.ok_or(Refusal::ResetCodeInvalid)?;
        let record = self.account(account)?;
        if !holds(&record) {
            return Err(Refusal::ResetCodeInvalid.into());
        }
        if !record.enabled {
            return Err(Refusal::AccountDisabled.into());
        }
        let by = Some(account);
        self.set_password(at, by, (account, record), verifier, None)?;
        self.audit(at, by, "use_reset_code", name.to_owned(), String::new())?;
        Ok(Outcome::DONE)
    }

    /// Ends all devices but that one: whoever had the old password may have made one.
    fn set_password(
        &mut self,
        at: Timestamp,
        by: Option<AccountId>,
        (account, mut record): (AccountId, AccountRecord),
        verifier: Verifier,
        keep: Option<DeviceId>,
    ) -> Result<(), Stop> {
        record.verifier = verifier;
        record.reset = None;
        self.put_account(account, &record)?;
        self.remove_devices(at, by, account, keep)?;
        let changed = BodyRecord::PasswordChanged;
        self.append(FeedKey::Account(account), at, by, changed)?;
        Ok(())
    }

    fn present_named(&self, name: &str) -> Result<(AccountId, AccountRecord), Stop> {
        let account = self.find_account_named(name)?;
        let account = account.ok_or_else(|| Refusal::NoSuchAccount(name.to_owned()))?;
        Ok((account, self.present(account)?))
    }
}
