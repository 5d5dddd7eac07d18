//! Up to where each feed was passed on: what the next sync begins from.

use chat_shared::{ConversationId, Cursor, Entry, Event, Feed, Seq};
use std::collections::BTreeMap;

/// The newest entry of each feed that was passed on without a hole before it. Follows the same rule as the
/// model, so that both always hold the same.
#[derive(Clone, Debug, Default)]
pub struct Cursors {
    house: Seq,
    conversations: BTreeMap<ConversationId, Seq>,
}

impl Cursors {
    /// The house feed.
    pub fn house(&self) -> Seq {
        self.house
    }

    /// The conversations, as a sync wants them.
    pub fn conversations(&self) -> Vec<Cursor> {
        let cursors = self.conversations.iter();
        cursors
            .map(|(id, seq)| Cursor {
                conversation: *id,
                seq: *seq,
            })
            .collect()
    }

    /// Learns from what is passed on.
    pub fn take(&mut self, event: &Event) {
        match event {
            Event::Synced {
                house_seq,
                conversations,
                ..
            } => {
                if *house_seq < self.house {
                    self.house = Seq(0);
                }
                let before = std::mem::take(&mut self.conversations);
                for summary in conversations {
                    let held = before
                        .get(&summary.conversation)
                        .copied()
                        .unwrap_or_default();
                    // More than there is: the daemon was set back to an older state.
                    let is_valid = held <= summary.seq && held > summary.after;
                    let seq = if is_valid { held } else { summary.after };
                    self.conversations.insert(summary.conversation, seq);
                }
            }
            Event::Opened { conversation } => {
                self.conversations
                    .insert(conversation.conversation, conversation.after);
            }
            Event::Entries {
                feed: Feed::House,
                entries,
            } => advance(&mut self.house, entries),
            Event::Entries {
                feed: Feed::Conversation { conversation },
                entries,
            } => {
                if let Some(seq) = self.conversations.get_mut(conversation) {
                    advance(seq, entries);
                }
            }
            _ => {}
        }
    }
}

fn advance(seq: &mut Seq, entries: &[Entry]) {
    for entry in entries {
        if entry.seq == seq.next() {
            *seq = entry.seq;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chat_shared::{ConversationKind, ConversationSummary, EntryBody, Timestamp};

    fn summary(after: u64, seq: u64) -> Event {
        let summary = ConversationSummary {
            conversation: ConversationId(1),
            about: ConversationKind::Room {
                name: "general".into(),
                topic: String::new(),
            },
            members: 1,
            seq: Seq(seq),
            posts: seq,
            read: Seq(0),
            read_posts: 0,
            after: Seq(after),
        };
        Event::Synced {
            account_seq: Seq(0),
            house_seq: Seq(0),
            conversations: vec![summary],
        }
    }

    fn entries(range: std::ops::RangeInclusive<u64>) -> Event {
        let entry = |seq| Entry {
            seq: Seq(seq),
            at: Timestamp(0),
            by: None,
            posts: seq,
            body: EntryBody::Posted {
                text: String::new(),
            },
        };
        let feed = Feed::Conversation {
            conversation: ConversationId(1),
        };
        Event::Entries {
            feed,
            entries: range.map(entry).collect(),
        }
    }

    fn held(cursors: &Cursors) -> Vec<u64> {
        cursors
            .conversations()
            .iter()
            .map(|cursor| cursor.seq.0)
            .collect()
    }

    #[test]
    fn a_cursor_moves_with_dense_entries_only() {
        let mut cursors = Cursors::default();
        cursors.take(&entries(1..=3));
        assert_eq!(
            held(&cursors),
            [0; 0],
            "of a conversation that no sync told of"
        );
        cursors.take(&summary(10, 12));
        cursors.take(&entries(11..=12));
        assert_eq!(held(&cursors), [12]);
        cursors.take(&entries(14..=15));
        assert_eq!(held(&cursors), [12]);
        cursors.take(&entries(9..=13));
        assert_eq!(held(&cursors), [13]);
        cursors.take(&summary(13, 15));
        assert_eq!(held(&cursors), [13]);
        cursors.take(&summary(2_000, 3_000));
        assert_eq!(held(&cursors), [2_000]);
    }

    #[test]
    fn a_daemon_set_back_makes_it_begin_anew() {
        let mut cursors = Cursors::default();
        cursors.take(&summary(10, 12));
        cursors.take(&entries(11..=12));
        cursors.take(&summary(5, 7));
        assert_eq!(held(&cursors), [5]);
    }
}
