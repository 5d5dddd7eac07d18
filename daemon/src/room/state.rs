//! The rules of a room, without clock or I/O: what it encodes for its readers, and which read marks and
//! typing notices it holds back.

use crate::store::FeedKey;
use bytes::Bytes;
use chat_shared::frame::{encode, entries_frames};
use chat_shared::limits::FRAME;
use chat_shared::{
    AccountId, ConversationId, Entry, EntryBody, Envelope, Event, Feed, RequestId, Seq, Timestamp,
};
use std::collections::BTreeMap;

/// Somebody who keeps writing is told of once in this time.
const TYPING_EVERY_MS: i64 = 3_000;
/// People whose typing is remembered; beyond that nobody more is told of.
const TYPING_PEOPLE: usize = 64;
/// Entries joined into one frame stay well below the limit of a frame.
const FRAME_FILL: usize = FRAME / 4;

/// What a room knows.
#[derive(Debug)]
pub(crate) struct RoomState {
    conversation: ConversationId,
    /// Read marks that are not durable yet, the newest of each person.
    marks: BTreeMap<AccountId, Seq>,
    /// When each person's typing was last told.
    typing: BTreeMap<AccountId, Timestamp>,
}

/// New entries, ready to be sent.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Encoded {
    pub(crate) first: Seq,
    pub(crate) last: Seq,
    pub(crate) frames: Bytes,
    /// Who left with them: they get nothing of it here, and are told in their own feed.
    pub(crate) left: Vec<AccountId>,
}

impl Encoded {
    /// Only tells where the feed ends: who is not there yet reads.
    pub(crate) fn nothing_after(last: Seq) -> Self {
        Self {
            first: last.next(),
            last,
            frames: Bytes::new(),
            left: Vec::new(),
        }
    }
}

/// Encodes entries of a feed, each once: one frame, or several where they are large.
pub(crate) fn encode_entries(feed: Feed, entries: &[Entry]) -> Option<Encoded> {
    let (first, last) = (entries.first()?.seq, entries.last()?.seq);
    Some(Encoded {
        first,
        last,
        frames: entries_frames(feed, entries, FRAME_FILL),
        left: who_left(entries),
    })
}

fn who_left(entries: &[Entry]) -> Vec<AccountId> {
    let left = |entry: &Entry| match entry.body {
        EntryBody::Left { account } | EntryBody::Kicked { account, .. } => Some(account),
        _ => None,
    };
    entries.iter().filter_map(left).collect()
}

impl RoomState {
    pub(crate) fn new(conversation: ConversationId) -> Self {
        Self {
            conversation,
            marks: BTreeMap::new(),
            typing: BTreeMap::new(),
        }
    }

    /// The feed of this room.
    pub(crate) fn feed(&self) -> FeedKey {
        FeedKey::Conversation(self.conversation)
    }

    /// Entries are on disk: what to send. Who wrote has read, and is done typing.
    pub(crate) fn committed(&mut self, entries: &[Entry]) -> Option<Encoded> {
        for entry in entries {
            if let (EntryBody::Posted { .. }, Some(author)) = (&entry.body, entry.by) {
                self.mark(author, entry.seq);
                self.typing.remove(&author);
            }
        }
        encode_entries(self.feed().feed(), entries)
    }

    /// Somebody read up to here. Only ever moves on.
    pub(crate) fn mark(&mut self, account: AccountId, seq: Seq) {
        let mark = self.marks.entry(account).or_default();
        *mark = seq.max(*mark);
    }

    /// Whether read marks wait to be made durable.
    pub(crate) fn has_marks(&self) -> bool {
        !self.marks.is_empty()
    }

    /// The read marks that gathered.
    pub(crate) fn take_marks(&mut self) -> Vec<(AccountId, Seq)> {
        std::mem::take(&mut self.marks).into_iter().collect()
    }

    /// Somebody is writing: the frame to send, unless that was told a moment ago.
    pub(crate) fn typing(&mut self, account: AccountId, now: Timestamp) -> Option<Bytes> {
        self.typing
            .retain(|_, told| now.0 - told.0 < TYPING_EVERY_MS);
        if self.typing.contains_key(&account) || self.typing.len() >= TYPING_PEOPLE {
            return None;
        }
        self.typing.insert(account, now);
        let body = Event::TypingIn {
            conversation: self.conversation,
            account,
        };
        Some(encode(&Envelope {
            id: RequestId(0),
            body,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chat_shared::frame::{LENGTH_BYTES, decode};

    fn post(seq: u64, text: &str) -> Entry {
        Entry {
            seq: Seq(seq),
            at: Timestamp(1),
            by: Some(AccountId(3)),
            posts: seq,
            body: EntryBody::Posted { text: text.into() },
        }
    }

    #[test]
    fn who_writes_has_read_it() {
        let mut room = RoomState::new(ConversationId(1));
        room.mark(AccountId(9), Seq(7));
        room.mark(AccountId(9), Seq(5));
        room.committed(&[post(8, "a"), post(9, "b")]);
        assert_eq!(
            room.take_marks(),
            vec![(AccountId(3), Seq(9)), (AccountId(9), Seq(7))]
        );
        assert!(!room.has_marks());
    }

    #[test]
    fn who_leaves_is_named() {
        let mut left = post(8, "");
        left.body = EntryBody::Left {
            account: AccountId(9),
        };
        let encoded = RoomState::new(ConversationId(1)).committed(&[left, post(9, "at last")]);
        assert_eq!(encoded.unwrap().left, [AccountId(9)]);
    }

    #[test]
    fn typing_is_told_once_in_a_while_and_again_after_a_message() {
        let mut room = RoomState::new(ConversationId(1));
        assert!(room.typing(AccountId(3), Timestamp(0)).is_some());
        assert!(room.typing(AccountId(3), Timestamp(2_999)).is_none());
        assert!(room.typing(AccountId(4), Timestamp(2_999)).is_some());
        assert!(room.typing(AccountId(3), Timestamp(3_000)).is_some());
        room.committed(&[post(1, "done")]);
        assert!(room.typing(AccountId(3), Timestamp(3_001)).is_some());
    }

    #[test]
    fn many_large_entries_become_several_frames_below_the_limit() {
        let entries: Vec<Entry> = (1..=40).map(|seq| post(seq, &"x".repeat(16_000))).collect();
        let encoded = encode_entries(Feed::House, &entries).unwrap();
        let mut rest = encoded.frames.clone();
        let mut seen = Vec::new();
        while !rest.is_empty() {
            let length = u32::from_be_bytes(rest[..LENGTH_BYTES].try_into().unwrap()) as usize;
            assert!(length <= FRAME);
            let frame = rest.split_to(LENGTH_BYTES + length);
            let envelope: Envelope<Event> = decode(&frame[LENGTH_BYTES..]).unwrap();
            let Event::Entries { entries, .. } = envelope.body else {
                panic!("not entries")
            };
            seen.extend(entries);
        }
        assert_eq!(seen, entries);
    }
}
