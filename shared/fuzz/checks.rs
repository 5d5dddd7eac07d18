//! What is to hold for any bytes at all: nothing panics, nothing is believed, and what is read can be written
//! and read again.
//!
//! Included by the fuzz targets beside this file and by `tests/fuzz_plain.rs`, which runs the same for
//! a few seconds as a plain test.

use bytes::BytesMut;
use chat_shared::frame::{self, LENGTH_BYTES};
use chat_shared::limits::{FRAME, FRAME_BEFORE_LOGIN};
use chat_shared::link::{JoinLink, Pin};
use chat_shared::names::{AccountName, RoomName, skeleton};
use chat_shared::scram::{
    Binding, ClientKey, ClientLogin, Mechanism, Secret, ServerLogin, Verifier, check_new_password,
    prepare_password,
};
use chat_shared::state::{AccountState, ConversationState, HouseState};
use chat_shared::{Entry, Envelope, Event, Feed, Request, clean};
use serde::{Serialize, de::DeserializeOwned};
use std::fmt::Debug;
use tokio_util::codec::Decoder;

/// The bytes of a connection, in pieces as the network brings them.
pub(crate) fn wire(bytes: &[u8]) {
    for limit in [FRAME_BEFORE_LOGIN, FRAME] {
        let mut codec = frame::codec(limit);
        let mut buffer = BytesMut::new();
        let mut frames = 0;
        // Pieces of 1, 2, 4 ... bytes: every place is a border for some.
        let (mut rest, mut piece) = (bytes, 1);
        while !rest.is_empty() {
            let (now, later) = rest.split_at(piece.min(rest.len()));
            (rest, piece) = (later, piece * 2);
            buffer.extend_from_slice(now);
            loop {
                match codec.decode(&mut buffer) {
                    Ok(Some(frame)) => {
                        assert!(frame.len() <= limit, "a frame over its limit");
                        frames += frame.len() + LENGTH_BYTES;
                        value(&frame);
                    }
                    Ok(None) => break,
                    // Nothing behind it can be told apart: the connection ends.
                    Err(_) => return,
                }
            }
        }
        assert!(frames <= bytes.len(), "more came out than went in");
    }
}

/// What is in a frame.
pub(crate) fn value(bytes: &[u8]) {
    // A post is read in another way than all else, to the same end.
    assert_eq!(
        frame::decode_request(bytes).ok(),
        frame::decode::<Envelope<Request>>(bytes).ok()
    );
    if let Some(request) = round_trip::<Envelope<Request>>(bytes) {
        let again = frame::encode(&request);
        assert_eq!(
            frame::decode::<Envelope<Request>>(&again[LENGTH_BYTES..]).ok(),
            Some(request)
        );
    }
    if let Some(event) = round_trip::<Envelope<Event>>(bytes)
        && let Event::Entries { feed, entries } = event.body
    {
        fold(feed, &entries);
    }
    let _ = round_trip::<Entry>(bytes);
}

/// What can be read can be written, and is the same when it is read again.
fn round_trip<T: Serialize + DeserializeOwned + PartialEq + Debug>(bytes: &[u8]) -> Option<T> {
    let value: T = frame::decode(bytes).ok()?;
    let written = frame::encode_value(&value);
    match frame::decode::<T>(&written) {
        Ok(again) => assert_eq!(again, value),
        Err(error) => panic!("{value:?} was written but not read: {error}"),
    }
    Some(value)
}

/// A client folds whatever a daemon sends.
fn fold(feed: Feed, entries: &[Entry]) {
    let mut house = HouseState::default();
    let mut account = AccountState::default();
    let mut conversation = ConversationState::default();
    for entry in entries {
        // Gaps are for the caller to mend.
        let _ = match feed {
            Feed::House => house.apply(entry),
            Feed::Account => account.apply(entry),
            Feed::Conversation { .. } => conversation.apply(entry),
        };
    }
}

/// The login, from both sides: nobody gets in by chance.
pub(crate) fn login(bytes: &[u8]) {
    let key = ClientKey {
        salt: [7; 16],
        iterations: 4096,
        client_key: [1; 32],
        server_key: [2; 32],
    };
    let material = || Binding::TlsExporter(vec![3; 32]);
    for (mechanism, binding) in [
        (Mechanism::ScramSha256, Binding::None),
        (Mechanism::ScramSha256Plus, material()),
        // What a client that was led astray would say.
        (Mechanism::ScramSha256, material()),
    ] {
        // As the client's first message.
        if let Ok((login, name)) = ServerLogin::first(bytes, mechanism, binding.clone()) {
            assert!(!name.is_empty() && !name.contains('\0'));
            let (challenge, first) = login.challenge(key.verifier(), true, [4; 24]);
            assert!(first.starts_with(b"r="));
            assert!(challenge.finish(bytes).is_err());
        }
        if mechanism != binding.mechanism() {
            continue;
        }
        let (login, first) =
            ClientLogin::start("anna", binding.clone(), [5; 24]).expect("a name and a nonce");
        // As the server's challenge.
        let mut secret = Secret::key(key.clone());
        if let Ok((last, _)) = login.proof(bytes, &mut secret) {
            assert!(last.verify(bytes).is_err());
        }
        // As the proof and as the server's signature, of an exchange that went well so far.
        let verifier: Verifier = key.verifier();
        let (server, _) =
            ServerLogin::first(&first, mechanism, binding.clone()).expect("our own message");
        let (challenge, server_first) = server.challenge(verifier, true, [4; 24]);
        assert!(challenge.finish(bytes).is_err(), "a proof by chance");
        let (login, _) = ClientLogin::start("anna", binding, [5; 24]).expect("a name and a nonce");
        let (last, _) = login
            .proof(&server_first, &mut secret)
            .expect("the key fits");
        assert!(last.verify(bytes).is_err(), "a signature by chance");
    }
}

/// Names, links, passwords, and text from others.
pub(crate) fn text(bytes: &[u8]) {
    let given = String::from_utf8_lossy(bytes);
    let given = given.as_ref();
    if let Ok(name) = AccountName::parse(given) {
        assert_eq!(AccountName::parse(name.as_str()).as_ref(), Ok(&name));
        assert_eq!(clean::line(name.as_str()), name.as_str(), "safe to show");
        assert!(name.as_str().chars().count() <= 32);
    }
    if let Ok(name) = RoomName::parse(given) {
        assert_eq!(RoomName::parse(name.as_str()).as_ref(), Ok(&name));
        assert_eq!(clean::line(name.as_str()), name.as_str(), "safe to show");
    }
    let _ = skeleton(given);
    for link in [given.to_owned(), format!("chat://{given}")] {
        if let Ok(link) = link.parse::<JoinLink>() {
            let shown = link.to_string();
            assert_eq!(shown.parse().as_ref(), Ok(&link), "{shown}");
            assert!(shown.is_ascii(), "{shown}");
        }
    }
    if let Ok(pin) = given.parse::<Pin>() {
        assert_eq!(pin.to_string(), given);
    }
    if check_new_password(given).is_ok() {
        let prepared = prepare_password(given).expect("it was fit for a new one");
        // A dot that is not allowed may come out of one that was (U+0387), and nobody prepares twice; but
        // where it can be done, it changes nothing.
        if let Ok(again) = prepare_password(&prepared) {
            assert_eq!(again, prepared);
        }
    }
    is_safe(&clean::line(given), &[]);
    is_safe(&clean::text(given), &['\n']);
    let file = clean::file_name(given);
    is_safe(&file, &[]);
    assert!(!file.is_empty() && file != "." && file != ".." && !file.contains('/'));
    assert!(file.len() <= clean::FILE_NAME_BYTES);
    assert_eq!(clean::file_name(&file), file);
    assert_eq!(clean::line(&clean::line(given)), clean::line(given));
    assert_eq!(clean::text(&clean::text(given)), clean::text(given));
}

fn is_safe(text: &str, allowed: &[char]) {
    let bidi = |c| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let bad = text
        .chars()
        .find(|c| (c.is_control() && !allowed.contains(c)) || bidi(*c));
    assert_eq!(bad, None, "{text:?}");
}
