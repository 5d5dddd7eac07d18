//! The short way to read a post. Nearly all requests of a busy daemon are posts, and serde gathers all fields of a
//! tagged enum before it looks at them, which takes longer than all else that a session does with a message.

use crate::ids::{ConversationId, Nonce, RequestId};
use crate::request::{Envelope, Request};

/// MessagePack's first byte of a map of up to 15 fields, but for their number in its lower half.
const FIXMAP: u8 = 0x80;

/// A frame whose bytes are those of a post, its kind before its other fields, and each of these once. Nothing for
/// any other: it may be a post nevertheless, and is to be read as serde does.
pub(super) fn read(frame: &[u8]) -> Option<Envelope<Request>> {
    let mut rest = frame.strip_prefix(b"\x82\xa2id")?;
    let id = number(&mut rest)?;
    let (map, rest) = rest.strip_prefix(b"\xa4body")?.split_first()?;
    let mut rest = rest.strip_prefix(b"\xa4kind\xa4post")?;
    if map & 0xf0 != FIXMAP {
        return None;
    }
    let (mut nonce, mut settled, mut conversation, mut text) = (None, None, None, None);
    for _ in 1..map & 0x0f {
        let is_second = match bytes(&mut rest)? {
            b"nonce" => nonce.replace(number(&mut rest)?).is_some(),
            b"settled" => settled.replace(number(&mut rest)?).is_some(),
            b"conversation" => conversation.replace(number(&mut rest)?).is_some(),
            b"text" => text.replace(bytes(&mut rest)?).is_some(),
            _ => return None,
        };
        if is_second {
            return None;
        }
    }
    let text = std::str::from_utf8(text?).ok()?.to_owned();
    rest.is_empty().then_some(Envelope {
        id: RequestId(id),
        body: Request::Post {
            nonce: Nonce(nonce?),
            settled: Nonce(settled.unwrap_or_default()),
            conversation: ConversationId(conversation?),
            text,
        },
    })
}

fn number(rest: &mut &[u8]) -> Option<u64> {
    rmp::decode::read_int(rest).ok()
}

/// A string, which may be no UTF-8.
fn bytes<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = rmp::decode::read_str_len(rest).ok()?;
    let (bytes, behind) = rest.split_at_checked(usize::try_from(length).ok()?)?;
    *rest = behind;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::super::{LENGTH_BYTES, encode};
    use super::*;

    #[test]
    fn a_post_is_read_whatever_its_numbers_and_text() {
        for number in [0, 1, 127, 128, 300, 70_000, 5_000_000_000, u64::MAX] {
            for text in ["", "hello", "é", &"x".repeat(300), &"x".repeat(70_000)] {
                let post = Envelope {
                    id: RequestId(number),
                    body: Request::Post {
                        nonce: Nonce(number),
                        settled: Nonce(number / 2),
                        conversation: ConversationId(number / 3),
                        text: text.into(),
                    },
                };
                let frame = encode(&post);
                assert_eq!(read(&frame[LENGTH_BYTES..]), Some(post));
            }
        }
    }

    #[test]
    fn fields_may_come_in_any_order_and_settled_not_at_all() {
        let frame = b"\x82\xa2id\x07\xa4body\x84\xa4kind\xa4post\xa4text\xa2hi\xacconversation\x03\xa5nonce\x05";
        let post = read(frame).expect("a post");
        assert_eq!(
            post.body,
            Request::Post {
                nonce: Nonce(5),
                settled: Nonce(0),
                conversation: ConversationId(3),
                text: "hi".into(),
            }
        );
    }
}
