//! Frames: a u32 big-endian length, then one MessagePack value, structs as maps with field names.
//!
//! Unknown fields are ignored and absent ones have defaults, so that peers of different versions
//! understand each other.

use crate::entry::{Entry, Feed};
use crate::ids::{ConversationId, Nonce, RequestId};
use crate::limits::DEPTH;
use crate::request::{Envelope, Request};
use bytes::Bytes;
use rmp_serde::decode::Error;
use serde::de::{DeserializeOwned, Deserializer as _, Visitor};
use serde::{Deserialize, Serialize};
use std::io::ErrorKind;
use tokio_util::codec::LengthDelimitedCodec;

/// Bytes of the length before each frame.
pub const LENGTH_BYTES: usize = 4;

/// Most values fit: a buffer that grows from nothing is moved six times.
const USUAL_BYTES: usize = 256;

/// What is no longer than this is copied once more, into memory of its length: it stays there until it is
/// written, and thousands of them are.
const SNUG_BYTES: usize = 1024;

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
    let mut frame = begin(USUAL_BYTES);
    write_value(&mut frame, value);
    finish(frame)
}

/// One value without a length, to become part of a frame.
pub fn encode_value<T: Serialize>(value: &T) -> Bytes {
    let mut bytes = Vec::with_capacity(USUAL_BYTES);
    write_value(&mut bytes, value);
    snug(bytes)
}

/// Frames of [`Event::Entries`](crate::Event::Entries) with these entries of a feed, each encoded once: one, or
/// several where one would have more than `fill` bytes of them.
pub fn entries_frames(feed: Feed, entries: &[Entry], fill: usize) -> Bytes {
    let mut encoded = Vec::with_capacity(USUAL_BYTES);
    let mut frames = Vec::new();
    let (mut begin, mut count) = (0, 0);
    for entry in entries {
        let end = encoded.len();
        write_value(&mut encoded, entry);
        if count > 0 && encoded.len() - begin > fill {
            write_entries(&mut frames, feed, count, &encoded[begin..end]);
            (begin, count) = (end, 0);
        }
        count += 1;
    }
    write_entries(&mut frames, feed, count, &encoded[begin..]);
    snug(frames)
}

/// Adds a frame with so many entries.
fn write_entries(frames: &mut Vec<u8>, feed: Feed, count: u32, encoded: &[u8]) {
    frames.reserve(encoded.len() + 96);
    let begin = frames.len();
    let out = frames;
    out.extend_from_slice(&[0; LENGTH_BYTES]);
    put(rmp::encode::write_map_len(out, 2));
    put(rmp::encode::write_str(out, "id"));
    put(rmp::encode::write_uint(out, 0));
    put(rmp::encode::write_str(out, "body"));
    put(rmp::encode::write_map_len(out, 3));
    put(rmp::encode::write_str(out, "kind"));
    put(rmp::encode::write_str(out, "entries"));
    put(rmp::encode::write_str(out, "feed"));
    write_value(out, &feed);
    put(rmp::encode::write_str(out, "entries"));
    put(rmp::encode::write_array_len(out, count));
    out.extend_from_slice(encoded);
    write_length(&mut out[begin..]);
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

/// As [`decode`], for what a client asks. Serde gathers all fields of a tagged enum before it looks at them,
/// which takes longer than all else that a session does with a message; nearly all requests of a busy daemon are
/// posts, and are read without that.
pub fn decode_request(frame: &[u8]) -> Result<Envelope<Request>, DecodeError> {
    if looks_like_a_post(frame)
        && let Ok(post) = decode::<PostEnvelope>(frame)
    {
        let PostBody {
            nonce,
            settled,
            conversation,
            text,
            kind: PostKind::Post,
        } = post.body;
        return Ok(Envelope {
            id: post.id,
            body: Request::Post {
                nonce,
                settled,
                conversation,
                text,
            },
        });
    }
    decode(frame)
}

/// Whether a body begins with what a post begins with, where its writer puts the kind first. Where that stands by
/// chance, the frame is found to be no post, and read as any other.
fn looks_like_a_post(frame: &[u8]) -> bool {
    const NAME: &[u8] = b"\xa4body";
    const KIND: &[u8] = b"\xa4kind\xa4post";
    /// Behind the longest id.
    const WITHIN: usize = 36;
    const FIXMAP: u8 = 0x80;
    let begin = &frame[..frame.len().min(WITHIN)];
    begin
        .windows(NAME.len() + 1 + KIND.len())
        .any(|bytes| match bytes.split_at(NAME.len()) {
            (NAME, [map, kind @ ..]) => map & 0xf0 == FIXMAP && kind == KIND,
            _ => false,
        })
}

#[derive(Deserialize)]
struct PostEnvelope {
    id: RequestId,
    body: PostBody,
}

/// [`Request::Post`], with its kind as a field of its own: the last one, since fields may be named by their
/// places too.
#[derive(Deserialize)]
struct PostBody {
    nonce: Nonce,
    #[serde(default)]
    settled: Nonce,
    conversation: ConversationId,
    text: String,
    kind: PostKind,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum PostKind {
    Post,
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

/// Room for a frame, and its length, which is not known yet.
fn begin(capacity: usize) -> Vec<u8> {
    let mut frame = Vec::with_capacity(capacity);
    frame.extend_from_slice(&[0; LENGTH_BYTES]);
    frame
}

fn write_value<T: Serialize>(out: &mut Vec<u8>, value: &T) {
    let mut serializer = rmp_serde::Serializer::new(out).with_struct_map();
    value.serialize(&mut serializer).expect(
        "our messages have string keys and known lengths, and memory does not fail to write",
    );
}

fn put<T, E: std::fmt::Debug>(written: Result<T, E>) {
    written.map(|_| ()).expect("memory does not fail to write");
}

fn finish(mut frame: Vec<u8>) -> Bytes {
    write_length(&mut frame);
    snug(frame)
}

/// Writes before a frame how long it is.
fn write_length(frame: &mut [u8]) {
    let length = frame.len() - LENGTH_BYTES;
    let length = u32::try_from(length).expect("frames are limited far below 4 GiB");
    frame[..LENGTH_BYTES].copy_from_slice(&length.to_be_bytes());
}

/// The same bytes, in no more memory than they need.
fn snug(bytes: Vec<u8>) -> Bytes {
    if bytes.len() <= SNUG_BYTES {
        Bytes::copy_from_slice(&bytes)
    } else {
        bytes.into()
    }
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
            for count in [1, 2, 40] {
                let entries: Vec<_> = (1..=count)
                    .map(|n| entry(n, &"é".repeat(n as usize * 9)))
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

    fn post(id: u64, nonce: u64, text: &str) -> Envelope<Request> {
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
    fn a_post_is_read_the_short_way_wherever_its_numbers_end() {
        for number in [0, 127, 128, 300, 70_000, u64::MAX] {
            let post = post(number, number, "hello");
            let frame = encode(&post);
            let short: PostEnvelope = decode(&frame[LENGTH_BYTES..]).unwrap();
            assert_eq!(short.id, post.id);
            assert!(looks_like_a_post(&frame[LENGTH_BYTES..]));
            assert_eq!(decode_request(&frame[LENGTH_BYTES..]).unwrap(), post);
        }
    }

    #[test]
    fn what_only_looks_like_a_post_is_read_as_what_it_is() {
        let mut strange: Vec<Vec<u8>> = Vec::new();
        let whole = encode(&post(1, 2, "hello"))[LENGTH_BYTES..].to_vec();
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
        // Somewhere else.
        let hidden = b"\x82\xa1x\xb0\xa4body\x85\xa4kind\xa4post\xa4body\x81\xa4kind\xa4ping";
        strange.push(hidden.to_vec());
        let posts = strange.iter().filter(|frame| looks_like_a_post(frame));
        assert!(posts.count() > 500);
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
