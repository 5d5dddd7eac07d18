//! Frames: a u32 big-endian length, then one MessagePack value, structs as maps with field names.
//!
//! Unknown fields are ignored and absent ones have defaults, so that peers of different versions
//! understand each other.

mod post;

use crate::entry::{Entry, Feed};
use crate::limits::DEPTH;
use crate::request::{Envelope, Request};
use bytes::Bytes;
use rmp_serde::decode::Error;
use serde::Serialize;
use serde::de::{DeserializeOwned, Deserializer as _, Visitor};
use std::cell::RefCell;
use std::io::ErrorKind;
use tokio_util::codec::LengthDelimitedCodec;

/// MessagePack's first byte of an array of up to 15 values, but for their number in its lower half.
const FIXARRAY: u8 = 0x90;

/// Bytes of the length before each frame.
pub const LENGTH_BYTES: usize = 4;

/// More than this is given back after use: it is a page of history, or many entries at once.
const DESK_BYTES: usize = 64 * 1024;

thread_local! {
    /// Where values are encoded. It stays for the next one: memory that grows from nothing is moved six times.
    static DESK: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// The bytes are not what they should be.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// Not MessagePack, or not of the shape expected.
    #[error("{0}")]
    Malformed(#[from] Error),
    /// More bytes than the value has.
    #[error("more bytes after the end of the message")]
    Trailing,
}

/// Cuts a stream of bytes into frames of at most `limit` bytes and fails on a longer one before it is
/// buffered.
#[must_use]
pub fn codec(limit: usize) -> LengthDelimitedCodec {
    LengthDelimitedCodec::builder()
        .length_field_type::<u32>()
        .max_frame_length(limit)
        .new_codec()
}

/// A whole frame, length included.
pub fn encode<T: Serialize>(value: &T) -> Bytes {
    on_desk(|out| {
        let begin = begin_frame(out);
        write_value(out, value);
        end_frame(out, begin);
    })
}

/// One value without a length, to become part of a frame.
pub fn encode_value<T: Serialize>(value: &T) -> Bytes {
    on_desk(|out| write_value(out, value))
}

/// Frames of [`Event::Entries`](crate::Event::Entries) with these entries of a feed: one, or several where
/// one would have more than `fill` bytes of them.
pub fn entries_frames(feed: Feed, entries: &[Entry], fill: usize) -> Bytes {
    on_desk(|out| {
        let mut rest = entries;
        while !rest.is_empty() {
            rest = write_entries(out, feed, rest, fill);
        }
    })
}

/// Adds a frame, and returns the entries that did not fit into it.
fn write_entries<'a>(
    out: &mut Vec<u8>,
    feed: Feed,
    entries: &'a [Entry],
    fill: usize,
) -> &'a [Entry] {
    let begin = begin_frame(out);
    // An `Envelope` with its `Event`, as far as it is always the same.
    out.extend_from_slice(b"\x82\xa2id\x00\xa4body\x83\xa4kind\xa7entries\xa4feed");
    write_value(out, &feed);
    out.extend_from_slice(b"\xa7entries");
    let counted_at = out.len();
    out.push(FIXARRAY);
    let first_at = out.len();
    let mut count = 0;
    for entry in entries {
        let at = out.len();
        write_value(out, entry);
        if count > 0 && out.len() - first_at > fill {
            out.truncate(at);
            break;
        }
        count += 1;
    }
    match u8::try_from(count) {
        Ok(few @ 0..16) => out[counted_at] |= few,
        _ => {
            let mut counted = Vec::new();
            let count = u32::try_from(count).expect("entries of a frame are limited by its bytes");
            rmp::encode::write_array_len(&mut counted, count)
                .expect("memory does not fail to write");
            out.splice(counted_at..first_at, counted);
        }
    }
    end_frame(out, begin);
    &entries[count..]
}

/// Reads what a frame holds, without its length.
pub fn decode<T: DeserializeOwned>(frame: &[u8]) -> Result<T, DecodeError> {
    // Borrows from the frame: what is read through a stream instead is copied first, names of fields too.
    let mut reader = rmp_serde::Deserializer::from_read_ref(frame);
    reader.set_max_depth(DEPTH);
    let value = T::deserialize(&mut reader)?;
    match reader.deserialize_any(First) {
        Err(Error::InvalidMarkerRead(end)) if end.kind() == ErrorKind::UnexpectedEof => Ok(value),
        _ => Err(DecodeError::Trailing),
    }
}

/// As [`decode`], for what a client asks.
pub fn decode_request(frame: &[u8]) -> Result<Envelope<Request>, DecodeError> {
    match post::read(frame) {
        Some(post) => Ok(post),
        None => decode(frame),
    }
}

/// Reads the first byte of a value and nothing of what is in it. A reader that borrows does not tell where
/// it is; that there is no first byte is how it tells the end.
struct First;

impl<'de> Visitor<'de> for First {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the end")
    }
}

/// How many bytes an encoded [`Entry`] takes, roughly: enough to keep frames below their limit.
#[must_use]
pub fn entry_size_hint(entry: &Entry) -> usize {
    let text = match &entry.body {
        crate::EntryBody::Posted { text } => text.len(),
        crate::EntryBody::TopicSet { topic } | crate::EntryBody::RoomTopicSet { topic, .. } => {
            topic.len()
        }
        _ => 64,
    };
    text + 96
}

/// The bytes that are written, in no more memory than they need: they stay there until they are sent, and those
/// of thousands of connections do.
fn on_desk(write: impl FnOnce(&mut Vec<u8>)) -> Bytes {
    DESK.with_borrow_mut(|desk| {
        desk.clear();
        write(desk);
        let bytes = Bytes::copy_from_slice(desk);
        if desk.capacity() > DESK_BYTES {
            *desk = Vec::new();
        }
        bytes
    })
}

fn write_value<T: Serialize>(out: &mut Vec<u8>, value: &T) {
    let mut serializer = rmp_serde::Serializer::new(out).with_struct_map();
    value.serialize(&mut serializer).expect(
        "our messages have string keys and known lengths, and memory does not fail to write",
    );
}

/// Leaves room for the length of a frame, which is not known yet; returns where it begins.
fn begin_frame(out: &mut Vec<u8>) -> usize {
    let begin = out.len();
    out.extend_from_slice(&[0; LENGTH_BYTES]);
    begin
}

/// Writes before a frame, which ends here, how long it is.
fn end_frame(out: &mut [u8], begin: usize) {
    let (length, frame) = out[begin..].split_at_mut(LENGTH_BYTES);
    let bytes = u32::try_from(frame.len()).expect("frames are limited far below 4 GiB");
    length.copy_from_slice(&bytes.to_be_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        AccountId, ConversationId, Entry, EntryBody, Envelope, Event, Nonce, Request, RequestId,
        Seq, Timestamp,
    };
    use bytes::{BufMut, BytesMut};
    use proptest::prelude::*;
    use tokio_util::codec::Decoder;

    fn entry(seq: u64, text: &str) -> Entry {
        Entry {
            seq: Seq(seq),
            at: Timestamp(1_700_000_000_000),
            by: Some(AccountId(7)),
            posts: seq,
            body: EntryBody::Posted { text: text.into() },
        }
    }

    #[test]
    fn a_frame_of_entries_is_the_same_bytes_as_the_typed_event() {
        for feed in [
            Feed::House,
            Feed::Account,
            Feed::Conversation {
                conversation: ConversationId(300),
            },
        ] {
            for count in [1, 2, 15, 16, 40, 70_000] {
                let entries: Vec<_> = (1..=count)
                    .map(|n| entry(n, &"é".repeat(n as usize % 64 * 9)))
                    .collect();
                let joined = entries_frames(feed, &entries, usize::MAX);
                let typed = encode(&Envelope {
                    id: RequestId(0),
                    body: Event::Entries { feed, entries },
                });
                assert_eq!(joined, typed);
            }
        }
    }

    #[test]
    fn what_does_not_fit_into_one_frame_is_in_the_next_ones_and_nothing_twice() {
        let entries: Vec<_> = (1..=200)
            .map(|n| entry(n, &"x".repeat(n as usize % 7 * 50)))
            .collect();
        let largest = entries.iter().map(|one| encode_value(one).len()).max();
        for fill in [1, 500, 5_000, 10_000, usize::MAX] {
            let mut bytes = BytesMut::from(&entries_frames(Feed::House, &entries, fill)[..]);
            let mut codec = codec(1_000_000);
            let mut read = Vec::new();
            let mut frames = 0;
            while let Some(frame) = codec.decode(&mut bytes).unwrap() {
                let Event::Entries { entries, .. } =
                    decode::<Envelope<Event>>(&frame).unwrap().body
                else {
                    panic!("no entries")
                };
                assert!(entries.len() == 1 || frame.len() < fill.saturating_add(64));
                read.extend(entries);
                frames += 1;
            }
            assert!(bytes.is_empty());
            assert_eq!(read, entries);
            match fill {
                1 => assert_eq!(frames, 200),
                usize::MAX => assert_eq!(frames, 1),
                _ => assert!(
                    frames > 1 && frames < 200,
                    "{frames} of {fill}, {largest:?}"
                ),
            }
        }
    }

    fn a_post(id: u64, nonce: u64, text: &str) -> Envelope<Request> {
        Envelope {
            id: RequestId(id),
            body: Request::Post {
                nonce: Nonce(nonce),
                settled: Nonce(nonce / 2),
                conversation: ConversationId(nonce),
                text: text.into(),
            },
        }
    }

    /// What both ways of reading a request say of it.
    fn both(frame: &[u8]) -> [Result<Envelope<Request>, String>; 2] {
        [decode_request(frame), decode(frame)].map(|read| read.map_err(|error| error.to_string()))
    }

    #[test]
    fn what_only_looks_like_a_post_is_read_as_what_it_is() {
        let mut strange: Vec<Vec<u8>> = Vec::new();
        let whole = encode(&a_post(1, 2, "hello"))[LENGTH_BYTES..].to_vec();
        // Cut short, with more behind it, with another byte at each place.
        strange.extend((0..whole.len()).map(|length| whole[..length].to_vec()));
        strange.push([&whole[..], &[0xc0]].concat());
        for place in 0..whole.len() {
            for byte in [0, b'x', 0x81, 0xa4, 0xc0, 0xff] {
                let mut changed = whole.clone();
                changed[place] = byte;
                strange.push(changed);
            }
        }
        // Fields by their places, all of one, in any way that leaves the begin as it is.
        let head = b"\x82\xa2id\x01\xa4body\x85\xa4kind\xa4post";
        for places in [[0, 1, 2, 3], [1, 2, 3, 4], [3, 2, 1, 0], [0, 1, 2, 4]] {
            for text in [3, 4] {
                let mut frame = head.to_vec();
                for place in places {
                    frame.push(place);
                    frame.extend(if place == text { &b"\xa1t"[..] } else { &[7] });
                }
                strange.push(frame);
            }
        }
        // What nobody knows, of every kind: ignored, as long as it is whole.
        for more in 0..=u8::MAX {
            let mut frame = head.to_vec();
            frame.extend(b"\xa5nonce\x01\xacconversation\x02\xa4text\xa1t\xa1x");
            frame.extend([more, 1, 5, 5, 5, 5, 5, 5, 5, 5]);
            strange.push(frame);
        }
        // Each field as anything else, left out, and twice.
        let fields: [(&[u8], &[u8]); 4] = [
            (b"\xa5nonce", b"\x05"),
            (b"\xa7settled", b"\x04"),
            (b"\xacconversation", b"\x03"),
            (b"\xa4text", b"\xa2hi"),
        ];
        let values: [&[u8]; 14] = [
            b"\xcc\x05",
            b"\xcd\x00\x05",
            b"\xce\0\0\0\x05",
            b"\xcf\0\0\0\0\0\0\0\x05",
            b"\xd0\x05",
            b"\xd3\0\0\0\0\0\0\0\x05",
            b"\xd0\xff",
            b"\xff",
            b"\xca\x40\0\0\0",
            b"\xc0",
            b"\xc4\x02hi",
            b"\xd9\x02hi",
            b"\xda\x00\x02hi",
            b"\xa2\xff\xff",
        ];
        for odd in 0..fields.len() {
            for value in values.iter().chain([&&b""[..], &&b"twice"[..]]) {
                let mut frame = b"\x82\xa2id\x01\xa4body\x80\xa4kind\xa4post".to_vec();
                let mut count = 1;
                for (place, (name, usual)) in fields.iter().enumerate() {
                    let wanted: &[&[u8]] = match (place == odd, *value) {
                        (false, _) => &[usual],
                        (true, b"") => &[],
                        (true, b"twice") => &[usual, usual],
                        (true, value) => &[value],
                    };
                    for value in wanted {
                        frame.extend([name, *value].concat());
                        count += 1;
                    }
                }
                frame[10] |= count;
                strange.push(frame);
            }
        }
        // Somewhere else.
        let hidden = b"\x82\xa1x\xb0\xa4body\x85\xa4kind\xa4post\xa4body\x81\xa4kind\xa4ping";
        strange.push(hidden.to_vec());
        let posts = strange.iter().filter(|frame| post::read(frame).is_some());
        assert!(posts.count() > 40);
        for frame in strange {
            let [short, usual] = both(&frame);
            assert_eq!(short, usual, "{frame:?}");
        }
    }

    #[test]
    fn an_unknown_request_keeps_its_id() {
        #[derive(Serialize)]
        struct Newer {
            id: u64,
            body: Body,
        }
        #[derive(Serialize)]
        struct Body {
            kind: &'static str,
            colour: u8,
        }
        let frame = encode(&Newer {
            id: 9,
            body: Body {
                kind: "paint",
                colour: 3,
            },
        });
        let envelope: Envelope<Request> = decode(&frame[LENGTH_BYTES..]).unwrap();
        assert_eq!(
            envelope,
            Envelope {
                id: RequestId(9),
                body: Request::Unknown
            }
        );
    }

    #[test]
    fn bytes_after_the_message_are_an_error() {
        let frame = encode(&Envelope {
            id: RequestId(1),
            body: Request::Ping {},
        });
        let message = &frame[LENGTH_BYTES..];
        assert!(decode::<Envelope<Request>>(message).is_ok());
        // Whatever it is, and whether or not there is more to it.
        for first in 0..=u8::MAX {
            for more in [&[][..], &[0xc0], &[0x92; 9]] {
                let longer = [message, &[first], more].concat();
                let error = decode::<Envelope<Request>>(&longer).unwrap_err();
                assert!(matches!(error, DecodeError::Trailing), "{first:#x} {error}");
            }
        }
    }

    #[test]
    fn a_frame_over_the_limit_fails_before_its_bytes_arrive() {
        let mut codec = codec(100);
        let mut bytes = BytesMut::from(&[0, 0, 0, 101][..]);
        assert!(codec.decode(&mut bytes).is_err());
        let mut bytes = BytesMut::from(&[0, 0, 0, 100][..]);
        assert!(codec.decode(&mut bytes).unwrap().is_none());
    }

    #[test]
    fn a_frame_in_pieces_arrives_whole() {
        let frame = encode(&Envelope {
            id: RequestId(1),
            body: Request::Ping {},
        });
        let mut codec = codec(100);
        let mut bytes = BytesMut::new();
        for (index, byte) in frame.iter().enumerate() {
            bytes.put_u8(*byte);
            let decoded = codec.decode(&mut bytes).unwrap();
            assert_eq!(decoded.is_some(), index + 1 == frame.len());
        }
    }

    #[test]
    fn deep_nesting_is_refused_without_a_deep_stack() {
        let mut bomb = vec![0x91; 200_000];
        bomb.push(0xc0);
        assert!(decode::<Envelope<Request>>(&bomb).is_err());
        let mut body = vec![0x82, 0xa2, b'i', b'd', 0x01, 0xa4, b'b', b'o', b'd', b'y'];
        body.extend(bomb);
        assert!(decode::<Envelope<Request>>(&body).is_err());
    }

    #[test]
    fn huge_announced_lengths_fail_without_allocating() {
        for head in [0xdd, 0xdf, 0xdb, 0xc6] {
            let bytes = [head, 0xff, 0xff, 0xff, 0xff, 0x01];
            assert!(decode::<Envelope<Request>>(&bytes).is_err());
        }
    }

    proptest! {
        #[test]
        fn garbage_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
            let [short, usual] = both(&bytes);
            prop_assert_eq!(short, usual);
            let _ = decode::<Envelope<Event>>(&bytes);
        }

        #[test]
        fn entries_round_trip(text in ".{0,300}", seq in 1u64..u64::MAX) {
            let entry = entry(seq, &text);
            let bytes = encode_value(&entry);
            prop_assert_eq!(decode::<Entry>(&bytes).unwrap(), entry);
        }
    }
}
