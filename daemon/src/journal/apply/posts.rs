//! What is said, and how far it was read.

use super::{Apply, Stop};
use crate::journal::outcome::Outcome;
use crate::store::FeedKey;
use crate::store::read::parse;
use crate::store::record::{BodyRecord, EntryRecord};
use chat_shared::{AccountId, ConversationId, Seq, Timestamp};

impl Apply<'_> {
    pub(super) fn post(
        &mut self,
        at: Timestamp,
        by: AccountId,
        conversation: ConversationId,
        text: String,
    ) -> Result<Outcome, Stop> {
        self.require_member(conversation, by)?;
        let feed = FeedKey::Conversation(conversation);
        let seq = self.append(feed, at, Some(by), BodyRecord::Posted(text))?;
        Ok(Outcome::at(conversation, seq))
    }

    /// Moves marks on; those of people who are no longer there, or that would move back, change nothing.
    pub(super) fn mark_read(
        &mut self,
        at: Timestamp,
        conversation: ConversationId,
        marks: &[(AccountId, Seq)],
    ) -> Result<Outcome, Stop> {
        let head = self.head(FeedKey::Conversation(conversation))?;
        for (account, seq) in marks {
            let key = (account.0, conversation.0);
            let before = self.tables.memberships.get(key)?.map(|mark| mark.value().0);
            let seq = (*seq).min(head.seq);
            if before.is_none_or(|before| seq.0 <= before) {
                continue;
            }
            let posts = if seq == head.seq {
                head.posts
            } else {
                self.posts_at(conversation, seq)?
            };
            self.tables.memberships.insert(key, (seq.0, posts))?;
            let read = BodyRecord::Read(conversation, seq, posts);
            self.append(FeedKey::Account(*account), at, Some(*account), read)?;
        }
        Ok(Outcome::DONE)
    }

    fn posts_at(&self, conversation: ConversationId, seq: Seq) -> Result<u64, Stop> {
        let (kind, id) = FeedKey::Conversation(conversation).key();
        match self.tables.entries.get((kind, id, seq.0))? {
            Some(record) => Ok(parse::<EntryRecord>(record.value(), "entry")?.posts),
            None => Ok(0),
        }
    }
}
