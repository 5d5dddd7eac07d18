//! Requests as bytes.

use super::super::relay::LENGTH_BYTES;
use super::FIRST_POST;
use chat_shared::frame::encode;
use chat_shared::{Envelope, Request, RequestId};

/// Appends a request's frame.
pub(crate) fn put(out: &mut Vec<u8>, id: u64, body: Request) {
    let id = RequestId(id);
    out.extend_from_slice(&encode(&Envelope { id, body }));
}

/// Appends a post's frame: the bytes that `encode` makes, without its detours.
pub(super) fn put_post(
    out: &mut Vec<u8>,
    nonce: u64,
    settled: u64,
    conversation: u64,
    text: &[u8],
) {
    let from = out.len();
    out.extend_from_slice(&[0; LENGTH_BYTES]);
    out.extend_from_slice(b"\x82\xa2id");
    put_number(out, FIRST_POST + nonce);
    out.extend_from_slice(b"\xa4body\x85\xa4kind\xa4post\xa5nonce");
    put_number(out, nonce);
    out.extend_from_slice(b"\xa7settled");
    put_number(out, settled);
    out.extend_from_slice(b"\xacconversation");
    put_number(out, conversation);
    out.extend_from_slice(b"\xa4text");
    let length = u32::try_from(text.len()).expect("texts are short");
    rmp::encode::write_str_len(out, length).expect("memory does not fail to write");
    out.extend_from_slice(text);
    let length = u32::try_from(out.len() - from - LENGTH_BYTES).expect("texts are short");
    out[from..from + LENGTH_BYTES].copy_from_slice(&length.to_be_bytes());
}

fn put_number(out: &mut Vec<u8>, number: u64) {
    rmp::encode::write_uint(out, number).expect("memory does not fail to write");
}

#[cfg(test)]
mod tests {
    use super::*;
    use chat_shared::{ConversationId, Nonce};

    #[test]
    fn a_post_is_the_bytes_of_the_protocol() {
        let text = "x".repeat(100);
        let mut quick = Vec::new();
        put_post(&mut quick, 70_000, 69_990, 300, text.as_bytes());
        let mut slow = Vec::new();
        let post = Request::Post {
            nonce: Nonce(70_000),
            settled: Nonce(69_990),
            conversation: ConversationId(300),
            text,
        };
        put(&mut slow, FIRST_POST + 70_000, post);
        assert_eq!(quick, slow);
    }
}
