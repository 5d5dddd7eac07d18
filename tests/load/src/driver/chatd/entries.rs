//! Counting entries without reading them: the head of a frame tells its feed, how many there are, and the
//! number of the first. Since a feed is dense, the next frame of it tells whether all came.

use crate::failure::{Failure, Result};

/// How a frame of `entries` begins, up to its feed.
const HEAD: &[u8] = b"\x82\xa2id\x00\xa4body\x83\xa4kind\xa7entries\xa4feed";

/// What the head of a frame of entries tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct EntriesHead {
    /// The conversation; nothing for another feed.
    pub(crate) conversation: Option<u64>,
    pub(crate) count: u64,
    pub(crate) first: u64,
}

/// Reads the head of a frame; nothing where it is another kind of frame, or in another order.
pub(crate) fn head(frame: &[u8]) -> Option<EntriesHead> {
    let mut rest = frame.strip_prefix(HEAD)?;
    let rest = &mut rest;
    let fields = rmp::decode::read_map_len(rest).ok()?;
    take(rest, b"\xa4kind")?;
    let kind = read_str(rest)?;
    let mut conversation = None;
    if kind == b"conversation" && fields == 2 {
        take(rest, b"\xacconversation")?;
        conversation = Some(rmp::decode::read_int(rest).ok()?);
    } else if fields != 1 {
        return None;
    }
    take(rest, b"\xa7entries")?;
    let count = u64::from(rmp::decode::read_array_len(rest).ok()?);
    rmp::decode::read_map_len(rest).ok()?;
    take(rest, b"\xa3seq")?;
    let first = rmp::decode::read_int(rest).ok()?;
    Some(EntriesHead {
        conversation,
        count,
        first,
    })
}

fn take(rest: &mut &[u8], expected: &[u8]) -> Option<()> {
    *rest = rest.strip_prefix(expected)?;
    Some(())
}

fn read_str<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = rmp::decode::read_str_len(rest).ok()? as usize;
    let (text, after) = rest.split_at_checked(length)?;
    *rest = after;
    Some(text)
}

/// The newest entry of each conversation that a connection follows: holds the feed to being dense.
pub(crate) fn follows_on(
    newest: &mut Vec<(u64, u64)>,
    conversation: u64,
    first: u64,
    count: u64,
) -> Result<()> {
    let place = newest.iter_mut().find(|(known, _)| *known == conversation);
    let Some((_, newest)) = place else {
        newest.push((conversation, first + count - 1));
        return Ok(());
    };
    if first != *newest + 1 {
        let text = format!("entry {first} of conversation {conversation} came after {newest}");
        return Err(Failure::Server(text));
    }
    *newest += count;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use chat_shared::frame::{LENGTH_BYTES, encode};
    use chat_shared::{
        ConversationId, Entry, EntryBody, Envelope, Event, Feed, RequestId, Seq, Timestamp,
    };

    fn frame(feed: Feed, first: u64, count: u64) -> Vec<u8> {
        let entry = |seq| Entry {
            seq: Seq(seq),
            at: Timestamp(1_700_000_000_000),
            by: None,
            posts: seq,
            body: EntryBody::Posted { text: "x".into() },
        };
        let entries = (first..first + count).map(entry).collect();
        let body = Event::Entries { feed, entries };
        let id = RequestId(0);
        encode(&Envelope { id, body })[LENGTH_BYTES..].to_vec()
    }

    #[test]
    fn the_head_tells_feed_count_and_first_number() {
        for (conversation, first, count) in [(1, 1, 1), (300, 70_000, 15), (70_000, 200, 2_000)] {
            let feed = Feed::Conversation {
                conversation: ConversationId(conversation),
            };
            let found = head(&frame(feed, first, count)).unwrap();
            let expected = EntriesHead {
                conversation: Some(conversation),
                count,
                first,
            };
            assert_eq!(found, expected);
        }
        let house = head(&frame(Feed::House, 5, 1)).unwrap();
        assert_eq!((house.conversation, house.first), (None, 5));
    }

    #[test]
    fn other_frames_have_no_such_head() {
        let body = Event::Pong {};
        let id = RequestId(0);
        assert_eq!(head(&encode(&Envelope { id, body })[LENGTH_BYTES..]), None);
        assert_eq!(head(b""), None);
    }

    #[test]
    fn a_hole_is_seen() {
        let mut newest = Vec::new();
        follows_on(&mut newest, 7, 10, 5).unwrap();
        follows_on(&mut newest, 8, 1, 1).unwrap();
        follows_on(&mut newest, 7, 15, 1).unwrap();
        assert!(follows_on(&mut newest, 7, 17, 1).is_err());
        assert!(follows_on(&mut newest, 8, 1, 1).is_err());
    }
}
