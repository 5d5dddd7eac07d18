//! What waits for somebody: bounded, and never from whom they block.

use super::{Apply, Stop};
use crate::journal::outcome::{Outcome, Refusal};
use crate::store::FeedKey;
use crate::store::read::parse;
use crate::store::record::{BodyRecord, encode};
use crate::store::schema::meta;
use chat_shared::limits::INBOX_ITEMS;
use chat_shared::{AccountId, ConversationId, InboxAbout, InboxItem, Seq, Timestamp};

impl Apply<'_> {
    /// Puts something into the inbox of somebody; the oldest goes where there is no place. Nothing from
    /// whom they block, and nothing that waits already ([`says_the_same`]): who does the same over and over
    /// must not drive out what others sent.
    pub(super) fn inbox_add(
        &mut self,
        at: Timestamp,
        account: AccountId,
        by: Option<AccountId>,
        about: InboxAbout,
    ) -> Result<(), Stop> {
        if let (true, Some(by)) = (is_personal(&about), by)
            && self.blocks(account, by)?
        {
            return Ok(());
        }
        let Some(mut record) = self.find_account(account)? else {
            return Ok(());
        };
        let waiting = self.waiting(account)?;
        let waits = |item: &InboxItem| says_the_same(item, by, &about);
        if record.deleted_at.is_some() || waiting.iter().any(waits) {
            return Ok(());
        }
        let too_many = (waiting.len() + 1).saturating_sub(INBOX_ITEMS);
        for item in waiting.iter().take(too_many) {
            self.remove_item(at, account, None, item.id)?;
        }
        record.last_item += 1;
        self.put_account(account, &record)?;
        if matches!(about, InboxAbout::Mention { .. }) {
            self.cache.mentioned.insert(account, true);
        }
        let id = record.last_item;
        let item = InboxItem { id, at, by, about };
        self.tables
            .inbox
            .insert((account.0, id), encode(&item).as_slice())?;
        let added = BodyRecord::InboxAdded(item);
        self.append(FeedKey::Account(account), at, by, added)?;
        Ok(())
    }

    /// Somebody has read a conversation up to here: mentions up to there no longer wait. Called with every
    /// read mark, so it looks into the inbox only where a mention may be.
    pub(super) fn inbox_read_mentions(
        &mut self,
        at: Timestamp,
        account: AccountId,
        conversation: ConversationId,
        seq: Seq,
    ) -> Result<(), Stop> {
        if self.cache.mentioned.get(&account) == Some(&false) {
            return Ok(());
        }
        let mut others = false;
        for item in self.waiting(account)? {
            match item.about {
                InboxAbout::Mention {
                    conversation: place,
                    seq: message,
                } if place == conversation && message <= seq => {
                    self.remove_item(at, account, Some(account), item.id)?;
                }
                InboxAbout::Mention { .. } => others = true,
                _ => {}
            }
        }
        self.cache.mentioned.insert(account, others);
        Ok(())
    }

    /// An invitation into a room leads nowhere any more, so it no longer waits.
    pub(super) fn inbox_invitation_over(
        &mut self,
        at: Timestamp,
        account: AccountId,
        room: ConversationId,
    ) -> Result<(), Stop> {
        for item in self.waiting(account)? {
            if matches!(item.about, InboxAbout::RoomInvitation { conversation, .. } if conversation == room)
            {
                self.remove_item(at, account, None, item.id)?;
            }
        }
        Ok(())
    }

    pub(super) fn dismiss_inbox(
        &mut self,
        at: Timestamp,
        by: AccountId,
        item: Option<u64>,
    ) -> Result<Outcome, Stop> {
        if let Some(item) = item {
            if self.tables.inbox.get((by.0, item))?.is_none() {
                return Err(Refusal::NoSuchItem(item).into());
            }
            self.remove_item(at, by, Some(by), item)?;
            return Ok(Outcome::DONE);
        }
        let mut record = self.account(by)?;
        let announced = self.newest_announcement()?;
        if self.waiting(by)?.is_empty() && record.announcements_seen == announced {
            return Ok(Outcome::DONE);
        }
        record.announcements_seen = announced;
        record.announcements_dismissed.clear();
        self.put_account(by, &record)?;
        self.empty_inbox(by)?;
        let dismissed = BodyRecord::InboxEmptied(announced);
        self.append(FeedKey::Account(by), at, Some(by), dismissed)?;
        Ok(Outcome::DONE)
    }

    /// Takes all away without a word.
    pub(super) fn empty_inbox(&mut self, account: AccountId) -> Result<(), Stop> {
        let items = (account.0, 0)..=(account.0, u64::MAX);
        self.tables.inbox.remove_in(items)?;
        self.cache.mentioned.insert(account, false);
        Ok(())
    }

    /// The newest announcement to everybody; 0 before the first.
    pub(super) fn newest_announcement(&self) -> Result<u64, Stop> {
        let newest = self.tables.meta.get(meta::LAST_ANNOUNCEMENT)?;
        Ok(newest.map_or(0, |newest| newest.value()))
    }

    /// The oldest first.
    fn waiting(&self, account: AccountId) -> Result<Vec<InboxItem>, Stop> {
        let items = (account.0, 0)..=(account.0, u64::MAX);
        let mut waiting = Vec::new();
        for row in self.tables.inbox.range(items)? {
            waiting.push(parse(row?.1.value(), "inbox item")?);
        }
        Ok(waiting)
    }

    fn remove_item(
        &mut self,
        at: Timestamp,
        account: AccountId,
        by: Option<AccountId>,
        item: u64,
    ) -> Result<(), Stop> {
        self.tables.inbox.remove((account.0, item))?;
        let dismissed = BodyRecord::InboxDismissed(Some(item));
        self.append(FeedKey::Account(account), at, by, dismissed)?;
        Ok(())
    }
}

/// Whether what waits says this already. One line leads into a room, whoever asked and whatever the room was
/// called then.
fn says_the_same(item: &InboxItem, by: Option<AccountId>, about: &InboxAbout) -> bool {
    use InboxAbout::RoomInvitation;
    match (&item.about, about) {
        (
            RoomInvitation { conversation, .. },
            RoomInvitation {
                conversation: room, ..
            },
        ) => conversation == room,
        (waits, about) => item.by == by && waits == about,
    }
}

/// Whether it is one person's word to another, who may not want to hear it.
fn is_personal(about: &InboxAbout) -> bool {
    match about {
        InboxAbout::Mention { .. }
        | InboxAbout::AddedAsContact {}
        | InboxAbout::RoomInvitation { .. } => true,
        InboxAbout::Announcement { .. } | InboxAbout::Report { .. } | InboxAbout::Unknown => false,
    }
}
