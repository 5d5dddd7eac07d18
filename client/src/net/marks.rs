//! What was read, until the daemon has it on disk.
//!
//! The daemon gathers read marks for two seconds before it writes them, so an answer says nothing of
//! its disk: a mark is told once on each connection, and kept until the account's feed says it.

use chat_shared::{ConversationId, EntryBody, Event, Feed, Seq};
use std::collections::BTreeMap;

/// The marks that are not known to be on disk.
#[derive(Debug, Default)]
pub struct Marks {
    wanted: BTreeMap<ConversationId, Seq>,
    told: BTreeMap<ConversationId, Seq>,
}

impl Marks {
    /// A conversation was read up to here.
    pub fn read(&mut self, conversation: ConversationId, seq: Seq) {
        let mark = self.wanted.entry(conversation).or_default();
        *mark = seq.max(*mark);
    }

    /// Another connection, maybe another daemon: nothing is told yet.
    pub fn begin(&mut self) {
        self.told.clear();
    }

    /// Whether there is something to tell.
    pub fn are_due(&self) -> bool {
        self.wanted
            .iter()
            .any(|(conversation, seq)| self.told.get(conversation) != Some(seq))
    }

    /// What to tell, once.
    pub fn take_due(&mut self) -> Vec<(ConversationId, Seq)> {
        let due: Vec<_> = self
            .wanted
            .iter()
            .filter(|(conversation, seq)| self.told.get(conversation) != Some(seq))
            .map(|(conversation, seq)| (*conversation, *seq))
            .collect();
        self.told.extend(due.iter().copied());
        due
    }

    /// The daemon said what it has.
    pub fn confirm(&mut self, event: &Event) {
        match event {
            Event::Synced { conversations, .. } => {
                for about in conversations {
                    self.has(about.conversation, about.read);
                }
            }
            Event::Entries {
                feed: Feed::Account,
                entries,
            } => {
                for entry in entries {
                    match entry.body {
                        EntryBody::Read {
                            conversation, seq, ..
                        } => self.has(conversation, seq),
                        EntryBody::ConversationRemoved { conversation, .. } => {
                            self.has(conversation, Seq(u64::MAX));
                        }
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }

    fn has(&mut self, conversation: ConversationId, seq: Seq) {
        if self
            .wanted
            .get(&conversation)
            .is_some_and(|wanted| *wanted <= seq)
        {
            self.wanted.remove(&conversation);
            self.told.remove(&conversation);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chat_shared::{AccountId, Entry, Timestamp};

    const HERE: ConversationId = ConversationId(1);

    fn on_disk(seq: u64) -> Event {
        let body = EntryBody::Read {
            conversation: HERE,
            seq: Seq(seq),
            posts: seq,
        };
        let by = Some(AccountId(1));
        let entry = Entry {
            seq: Seq(1),
            at: Timestamp(0),
            by,
            posts: 0,
            body,
        };
        Event::Entries {
            feed: Feed::Account,
            entries: vec![entry],
        }
    }

    #[test]
    fn a_mark_is_told_once_and_again_after_a_lost_connection_until_it_is_on_disk() {
        let mut marks = Marks::default();
        marks.read(HERE, Seq(3));
        marks.read(HERE, Seq(2));
        assert_eq!(marks.take_due(), [(HERE, Seq(3))]);
        assert!(!marks.are_due());
        marks.begin();
        assert_eq!(marks.take_due(), [(HERE, Seq(3))]);
        marks.confirm(&on_disk(2));
        marks.begin();
        assert!(marks.are_due(), "only 2 is on disk");
        marks.confirm(&on_disk(3));
        assert!(!marks.are_due());
    }

    #[test]
    fn a_newer_mark_is_told_at_once() {
        let mut marks = Marks::default();
        marks.read(HERE, Seq(3));
        marks.take_due();
        marks.read(HERE, Seq(4));
        assert_eq!(marks.take_due(), [(HERE, Seq(4))]);
        marks.confirm(&on_disk(3));
        marks.begin();
        assert_eq!(marks.take_due(), [(HERE, Seq(4))]);
    }
}
