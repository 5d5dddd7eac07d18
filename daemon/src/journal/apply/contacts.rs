//! Whom somebody has at hand, and by whom they are left alone.

use super::{Apply, Stop};
use crate::journal::outcome::{Outcome, Refusal};
use crate::store::FeedKey;
use crate::store::read::parse;
use crate::store::record::{BodyRecord, ContactRecord, encode};
use chat_shared::limits::{CONTACTS, GROUP_NEW};
use chat_shared::{AccountId, Contact, InboxAbout, Timestamp};

impl Apply<'_> {
    pub(super) fn put_contact(
        &mut self,
        at: Timestamp,
        by: AccountId,
        account: AccountId,
        group: String,
        favourite: bool,
    ) -> Result<Outcome, Stop> {
        self.another(by, account)?;
        let before = self.contact(by, account)?;
        if group == GROUP_NEW
            && before
                .as_ref()
                .is_none_or(|before| before.group != GROUP_NEW)
        {
            return Err(Refusal::NotAllowed("the daemon").into());
        }
        let contact = ContactRecord { group, favourite };
        if before.as_ref() == Some(&contact) {
            return Err(Refusal::ContactExists(account).into());
        }
        if before.is_none() {
            if !self.has_room_for_contact(by)? {
                return Err(too_many("contacts"));
            }
            let about = InboxAbout::AddedAsContact {};
            self.inbox_add(at, account, Some(by), about)?;
        }
        self.write_contact(at, by, account, contact, by)?;
        Ok(Outcome::DONE)
    }

    pub(super) fn remove_contact(
        &mut self,
        at: Timestamp,
        by: AccountId,
        account: AccountId,
    ) -> Result<Outcome, Stop> {
        if self.contact(by, account)?.is_none() {
            return Err(Refusal::NoSuchContact(account).into());
        }
        self.tables.contacts.remove((by.0, account.0))?;
        let removed = BodyRecord::ContactRemoved(account);
        self.append(FeedKey::Account(by), at, Some(by), removed)?;
        Ok(Outcome::DONE)
    }

    /// `other` wrote to `account` first, and so is among the contacts of `account`: unless they have or block
    /// them, or have as many as there may be.
    pub(super) fn contact_from_direct(
        &mut self,
        at: Timestamp,
        account: AccountId,
        other: AccountId,
    ) -> Result<(), Stop> {
        if self.contact(account, other)?.is_some()
            || self.blocks(account, other)?
            || !self.has_room_for_contact(account)?
        {
            return Ok(());
        }
        let contact = ContactRecord {
            group: GROUP_NEW.to_owned(),
            favourite: false,
        };
        self.write_contact(at, account, other, contact, other)
    }

    pub(super) fn block(
        &mut self,
        at: Timestamp,
        by: AccountId,
        account: AccountId,
    ) -> Result<Outcome, Stop> {
        self.another(by, account)?;
        if self.blocks(by, account)? {
            return Err(Refusal::AlreadyBlocked(account).into());
        }
        let range = (by.0, 0)..=(by.0, u64::MAX);
        if self.tables.blocks.range(range)?.take(CONTACTS).count() >= CONTACTS {
            return Err(too_many("blocked people"));
        }
        self.tables.blocks.insert((by.0, account.0), at.0)?;
        let blocked = BodyRecord::Blocked(account);
        self.append(FeedKey::Account(by), at, Some(by), blocked)?;
        Ok(Outcome::DONE)
    }

    pub(super) fn unblock(
        &mut self,
        at: Timestamp,
        by: AccountId,
        account: AccountId,
    ) -> Result<Outcome, Stop> {
        if !self.blocks(by, account)? {
            return Err(Refusal::NotBlocked(account).into());
        }
        self.tables.blocks.remove((by.0, account.0))?;
        let unblocked = BodyRecord::Unblocked(account);
        self.append(FeedKey::Account(by), at, Some(by), unblocked)?;
        Ok(Outcome::DONE)
    }

    /// Whether one wants to be left alone by the other.
    pub(super) fn blocks(&self, blocker: AccountId, blocked: AccountId) -> Result<bool, Stop> {
        let key = (blocker.0, blocked.0);
        Ok(self.tables.blocks.get(key)?.is_some())
    }

    /// Takes away whom somebody has at hand and blocks, without a word.
    pub(super) fn forget_contacts(&mut self, account: AccountId) -> Result<(), Stop> {
        let rows = || (account.0, 0)..=(account.0, u64::MAX);
        self.tables.contacts.remove_in(rows())?;
        self.tables.blocks.remove_in(rows())?;
        Ok(())
    }

    /// Refuses oneself, who is not there, and who has left.
    fn another(&self, by: AccountId, account: AccountId) -> Result<(), Stop> {
        if by == account {
            return Err(Refusal::NotToYourself.into());
        }
        if self.account(account)?.deleted_at.is_some() {
            return Err(Refusal::AccountDeleted(account).into());
        }
        Ok(())
    }

    fn contact(&self, of: AccountId, account: AccountId) -> Result<Option<ContactRecord>, Stop> {
        match self.tables.contacts.get((of.0, account.0))? {
            Some(record) => Ok(Some(parse(record.value(), "contact")?)),
            None => Ok(None),
        }
    }

    fn has_room_for_contact(&self, of: AccountId) -> Result<bool, Stop> {
        let range = (of.0, 0)..=(of.0, u64::MAX);
        Ok(self.tables.contacts.range(range)?.take(CONTACTS).count() < CONTACTS)
    }

    fn write_contact(
        &mut self,
        at: Timestamp,
        of: AccountId,
        account: AccountId,
        contact: ContactRecord,
        by: AccountId,
    ) -> Result<(), Stop> {
        self.tables
            .contacts
            .insert((of.0, account.0), encode(&contact).as_slice())?;
        let ContactRecord { group, favourite } = contact;
        let put = BodyRecord::ContactPut(Contact {
            account,
            group,
            favourite,
        });
        self.append(FeedKey::Account(of), at, Some(by), put)?;
        Ok(())
    }
}

fn too_many(what: &'static str) -> Stop {
    let limit = CONTACTS;
    Refusal::TooMany { what, limit }.into()
}
