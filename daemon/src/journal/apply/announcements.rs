//! A word to many.

use super::rights::Right;
use super::{Apply, Stop};
use crate::journal::outcome::{Outcome, Refusal};
use crate::store::FeedKey;
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
