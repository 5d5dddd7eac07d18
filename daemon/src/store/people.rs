//! What can be asked of people: who they are, when they were here, whom they have at hand or keep away,
//! and what waits for them.

use super::read::{one, parse};
use super::record::{AccountRecord, ContactRecord, SeenRecord};
use super::schema;
use super::{Reader, StoreError};
use chat_shared::{
    AccountId, Announcement, Contact, DeviceId, InboxItem, Profile, Seen, StatusText, Timestamp,
};
use redb::ReadableTable;
use std::collections::BTreeSet;

/// What others may have to be told, or not told, of somebody who is online.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Manners {
    /// Whom they block.
    pub(crate) blocked: BTreeSet<AccountId>,
    /// What they say of themselves.
    pub(crate) status: StatusText,
}

impl Reader {
    /// When an account was connected last.
    pub(crate) fn seen(&self, account: AccountId) -> Result<Option<SeenRecord>, StoreError> {
        one(&*self.table(schema::SEEN)?, account.0, "sighting")
    }

    /// When a device was connected last.
    pub(crate) fn device_seen(&self, device: DeviceId) -> Result<Option<SeenRecord>, StoreError> {
        one(&*self.table(schema::DEVICES_SEEN)?, device.0, "sighting")
    }

    /// Who was connected at this time or later, the latest first.
    pub(crate) fn seen_since(&self, since: Timestamp) -> Result<Vec<Seen>, StoreError> {
        let mut found = Vec::new();
        for row in self.table(schema::SEEN)?.iter()? {
            let (account, record) = row?;
            let record: SeenRecord = parse(record.value(), "sighting")?;
            if record.at >= since {
                found.push(Seen {
                    account: AccountId(account.value()),
                    at: record.at,
                });
            }
        }
        found.sort_by_key(|seen| (std::cmp::Reverse(seen.at), seen.account));
        Ok(found)
    }

    /// The contacts of an account, by id.
    pub(crate) fn contacts(&self, account: AccountId) -> Result<Vec<Contact>, StoreError> {
        let table = self.table(schema::CONTACTS)?;
        table
            .range((account.0, 0)..=(account.0, u64::MAX))?
            .map(|row| {
                let (key, record) = row?;
                let ContactRecord { group, favourite } = parse(record.value(), "contact")?;
                Ok(Contact {
                    account: AccountId(key.value().1),
                    group,
                    favourite,
                })
            })
            .collect()
    }

    /// Whom an account blocks.
    pub(crate) fn blocked(&self, account: AccountId) -> Result<BTreeSet<AccountId>, StoreError> {
        let table = self.table(schema::BLOCKS)?;
        table
            .range((account.0, 0)..=(account.0, u64::MAX))?
            .map(|row| Ok(AccountId(row?.0.value().1)))
            .collect()
    }

    /// Since when one account blocks another, where it does.
    pub(crate) fn blocks(
        &self,
        blocker: AccountId,
        blocked: AccountId,
    ) -> Result<Option<Timestamp>, StoreError> {
        let table = self.table(schema::BLOCKS)?;
        let since = table.get((blocker.0, blocked.0))?;
        Ok(since.map(|since| Timestamp(since.value())))
    }

    /// Whom an account blocks and what it says of itself.
    pub(crate) fn manners(&self, account: AccountId) -> Result<Manners, StoreError> {
        Ok(Manners {
            blocked: self.blocked(account)?,
            status: self
                .account(account)?
                .map_or_else(StatusText::default, |record| record.status),
        })
    }

    /// What waits in the inbox of an account, the oldest first.
    pub(crate) fn inbox(&self, account: AccountId) -> Result<Vec<InboxItem>, StoreError> {
        let table = self.table(schema::INBOX)?;
        table
            .range((account.0, 0)..=(account.0, u64::MAX))?
            .map(|row| parse(row?.1.value(), "item of an inbox"))
            .collect()
    }

    /// The announcements to everybody after this one, the oldest first.
    pub(crate) fn announcements_after(&self, after: u64) -> Result<Vec<Announcement>, StoreError> {
        let table = self.table(schema::ANNOUNCEMENTS)?;
        table
            .range(after.saturating_add(1)..)?
            .map(|row| parse(row?.1.value(), "announcement"))
            .collect()
    }

    /// People who did not leave, with all these words in name or profile, after this one, by id.
    pub(crate) fn people_with(
        &self,
        text: &str,
        after: AccountId,
        limit: usize,
    ) -> Result<Vec<(AccountId, AccountRecord)>, StoreError> {
        let text = text.to_lowercase();
        let words: Vec<&str> = text.split_whitespace().collect();
        let mut found = Vec::new();
        for row in self
            .table(schema::ACCOUNTS)?
            .range(after.0.saturating_add(1)..)?
        {
            let (id, record) = row?;
            let record: AccountRecord = parse(record.value(), "account")?;
            if record.deleted_at.is_none() && holds(&record.name, &record.profile, &words) {
                found.push((AccountId(id.value()), record));
                if found.len() == limit {
                    break;
                }
            }
        }
        Ok(found)
    }
}

/// Whether each of the words, in small letters, is somewhere.
fn holds(name: &str, profile: &Profile, words: &[&str]) -> bool {
    let places = [
        name,
        &profile.display_name,
        &profile.full_name,
        &profile.email,
        &profile.phone,
        &profile.department,
        &profile.about,
        &profile.time_zone,
    ]
    .map(str::to_lowercase);
    words
        .iter()
        .all(|word| places.iter().any(|place| place.contains(word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_alexanders_are_told_apart_by_their_department() {
        let profile = |department: &str| Profile {
            full_name: "Alexander Ivanov".into(),
            department: department.into(),
            ..Profile::default()
        };
        let finds = |department, text: &str| {
            let words: Vec<&str> = text.split_whitespace().collect();
            holds("alex", &profile(department), &words)
        };
        assert!(finds("Sales", "alexander"));
        assert!(finds("Sales", "sales ivanov"));
        assert!(!finds("Purchasing", "sales ivanov"));
        assert!(finds("Purchasing", ""), "no word is missing");
    }
}
