//! A word to many.

use super::rights::Right;
use super::{Apply, Stop};
use crate::journal::outcome::{Outcome, Refusal};
use crate::store::FeedKey;
use crate::store::read::parse;
use crate::store::record::{BodyRecord, encode};
use crate::store::schema::meta;
use chat_shared::limits::{ANNOUNCE_TO, ANNOUNCEMENTS};
use chat_shared::{AccountId, Announcement, Audience, InboxAbout, Timestamp};
use std::collections::BTreeSet;

impl Apply<'_> {
    /// To those online nothing is kept: whoever submitted it tells them.
    pub(super) fn announce(
        &mut self,
        at: Timestamp,
        by: Option<AccountId>,
        to: Audience,
        text: String,
    ) -> Result<Outcome, Stop> {
        self.require(by, Right::KeepHouse, None)?;
        match to {
            Audience::Online => {
                self.audit(at, by, "announce", "online".to_owned(), text)?;
                Ok(Outcome::MayAnnounce)
            }
            Audience::Everybody => {
                self.announce_to_everybody(at, by, text.clone())?;
                self.audit(at, by, "announce", "everybody".to_owned(), text)?;
                Ok(Outcome::DONE)
            }
            Audience::People { accounts } => {
                let names = self.announce_to(at, by, accounts, &text)?;
                self.audit(at, by, "announce", names, text)?;
                Ok(Outcome::DONE)
            }
        }
    }

    fn announce_to_everybody(
        &mut self,
        at: Timestamp,
        by: Option<AccountId>,
        text: String,
    ) -> Result<(), Stop> {
        let id = self.count(meta::LAST_ANNOUNCEMENT, 1)?;
        let announcement = Announcement { id, at, by, text };
        self.tables
            .announcements
            .insert(id, encode(&announcement).as_slice())?;
        if let Some(gone) = id.checked_sub(ANNOUNCEMENTS as u64) {
            self.tables.announcements.remove(gone)?;
        }
        let announced = BodyRecord::Announced(announcement);
        self.append(FeedKey::House, at, by, announced)?;
        Ok(())
    }

    /// One to everybody waits for somebody no longer.
    pub(super) fn dismiss_announcement(
        &mut self,
        at: Timestamp,
        by: AccountId,
        announcement: u64,
    ) -> Result<Outcome, Stop> {
        let mut record = self.account(by)?;
        if record.has_dismissed(announcement) || !self.is_told(announcement, by)? {
            return Err(Refusal::NoSuchAnnouncement(announcement).into());
        }
        let newest = self.newest_announcement()?;
        let gone = newest.saturating_sub(ANNOUNCEMENTS as u64);
        record.announcements_dismissed.retain(|id| *id > gone);
        record.announcements_dismissed.insert(announcement);
        self.put_account(by, &record)?;
        let dismissed = BodyRecord::AnnouncementDismissed(announcement);
        self.append(FeedKey::Account(by), at, Some(by), dismissed)?;
        Ok(Outcome::DONE)
    }

    /// Whether it is kept and waits for others than who said it, such as this account.
    fn is_told(&self, announcement: u64, account: AccountId) -> Result<bool, Stop> {
        let Some(row) = self.tables.announcements.get(announcement)? else {
            return Ok(false);
        };
        let said: Announcement = parse(row.value(), "announcement")?;
        Ok(said.by != Some(account))
    }

    /// Gives the names of those whom it was for.
    fn announce_to(
        &mut self,
        at: Timestamp,
        by: Option<AccountId>,
        accounts: Vec<AccountId>,
        text: &str,
    ) -> Result<String, Stop> {
        let accounts: BTreeSet<AccountId> = accounts.into_iter().collect();
        if accounts.len() > ANNOUNCE_TO {
            return Err(Refusal::TooMany {
                what: "people on the list of an announcement",
                limit: ANNOUNCE_TO,
            }
            .into());
        }
        let mut names = Vec::with_capacity(accounts.len());
        for account in &accounts {
            names.push(self.present(*account)?.name);
        }
        for account in accounts {
            let text = text.to_owned();
            let about = InboxAbout::Announcement { text };
            self.inbox_add(at, account, by, about)?;
        }
        Ok(names.join(" "))
    }
}
