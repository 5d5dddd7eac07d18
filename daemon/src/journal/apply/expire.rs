//! Taking away for good what is over: rooms that were deleted too long ago to come back, bans, mutes and
//! invitations that have expired. In portions, so that nobody waits long behind one.

use super::tables::Lazy;
use super::{Apply, Stop};
use crate::journal::outcome::Outcome;
use crate::store::read::parse;
use crate::store::record::RestrictionRecord;
use crate::store::schema::Record;
use crate::store::{FeedKey, StoreError};
use chat_shared::limits::RESTORE_MS;
use chat_shared::{AccountId, ConversationId, Timestamp};

/// Rows that one command takes away: some milliseconds.
const PORTION: usize = 1000;

impl Apply<'_> {
    /// Takes one portion away.
    pub(super) fn expire(&mut self, at: Timestamp) -> Result<Outcome, Stop> {
        let mut left = PORTION;
        self.expire_restrictions(at, &mut left)?;
        left -= self.expire_invites(at, left)?;
        left -= self.expire_address_bans(at, left)?;
        let last = (at.0.saturating_sub(RESTORE_MS), u64::MAX);
        while left > 0 {
            let oldest = self.tables.deleted_rooms.range(..=last)?.next();
            let Some(row) = oldest.transpose()? else {
                return Ok(Outcome::Swept { more: false });
            };
            let (deleted_at, conversation) = row.0.value();
            drop(row);
            let conversation = ConversationId(conversation);
            if self.erase(conversation, &mut left)? {
                self.tables
                    .deleted_rooms
                    .remove((deleted_at, conversation.0))?;
            }
        }
        Ok(Outcome::Swept { more: true })
    }

    fn expire_restrictions(&mut self, at: Timestamp, left: &mut usize) -> Result<(), Stop> {
        for key in expired(&self.tables.bans, at, left)? {
            self.tables.bans.remove(key)?;
        }
        for key in expired(&self.tables.mutes, at, left)? {
            self.tables.mutes.remove(key)?;
            self.cache.facts.remove(&ConversationId(key.0));
        }
        for (conversation, account) in expired(&self.tables.room_invitations, at, left)? {
            self.remove_invitation(at, ConversationId(conversation), AccountId(account))?;
        }
        Ok(())
    }

    /// Takes away what is left of a room, and says whether that was all. Its name goes first: from then on
    /// nothing brings it back, whatever the clock says.
    fn erase(&mut self, conversation: ConversationId, left: &mut usize) -> Result<bool, Stop> {
        let id = conversation.0;
        let record = self.stored_conversation(conversation)?;
        if let Some(mut record) = record
            && let Some(name) = record.room.take()
        {
            self.free_room_name(conversation, &name)?;
            self.put_conversation(conversation, &record)?;
        }
        let feed = FeedKey::Conversation(conversation);
        self.remove_entries(feed, left)?;
        for account in self.invited_into(conversation, *left)? {
            self.forget_invitation(conversation, account)?;
            *left -= 1;
        }
        let rows = || (id, 0)..=(id, u64::MAX);
        self.tables.members.remove_first(rows(), left)?;
        self.tables.bans.remove_first(rows(), left)?;
        self.tables.mutes.remove_first(rows(), left)?;
        self.tables.last_posts.remove_first(rows(), left)?;
        if *left == 0 {
            return Ok(false);
        }
        *left -= 1;
        self.tables.conversations.remove(id)?;
        self.cache.feeds.remove(&feed);
        self.cache.facts.remove(&conversation);
        self.cache.members.retain(|key, _| key.0 != conversation);
        Ok(true)
    }
}

/// The keys of rows that have expired, as many as are left to be taken away.
fn expired(
    table: &Lazy<'_, (u64, u64), Record>,
    at: Timestamp,
    left: &mut usize,
) -> Result<Vec<(u64, u64)>, StoreError> {
    let mut keys = Vec::new();
    for row in table.range::<(u64, u64)>(..)? {
        let (key, record) = row?;
        if *left == 0 {
            break;
        }
        let record: RestrictionRecord = parse(record.value(), "restriction")?;
        if !record.holds(at) {
            keys.push(key.value());
            *left -= 1;
        }
    }
    Ok(keys)
}
