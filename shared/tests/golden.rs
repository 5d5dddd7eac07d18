//! The bytes of every message, as they are on the wire: what was released must be read forever.
//!
//! `golden/*.hex` holds a line for each message, its name and its frame. A changed line means that an older
//! peer may no longer understand; a new kind brings a new line. `UPDATE_GOLDEN=1 cargo test -p chat-shared`
//! writes them again: look at the difference before you commit it.

use chat_shared::frame::{LENGTH_BYTES, decode, encode};
use chat_shared::{
    AccountId, AccountInfo, ConversationId, ConversationKind, ConversationSummary, Cursor,
    DeviceId, DeviceInfo, Entry, EntryBody, Envelope, Event, Fault, FaultCode, Feed, InviteId,
    InviteInfo, Limits, Nonce, Person, Presence, PresenceState, RegistrationMode, Request,
    RequestId, RoomInfo, Seq, Status, StreamId, Timestamp, VerifierData,
};
use data_encoding::HEXLOWER;
use serde::{Serialize, de::DeserializeOwned};
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::path::Path;

const AT: Timestamp = Timestamp(1_790_000_000_123);
const ROOM: ConversationId = ConversationId(300);
const ANNA: AccountId = AccountId(7);

fn verifier() -> VerifierData {
    VerifierData {
        salt: vec![1; 16].into(),
        iterations: 600_000,
        stored_key: vec![2; 32].into(),
        server_key: vec![3; 32].into(),
    }
}

fn requests() -> Vec<Request> {
    let (nonce, settled, conversation) = (Nonce(65), Nonce(64), ROOM);
    vec![
        Request::Hello {
            client: "chatc 0.1.0".into(),
            version: 1,
        },
        Request::Register {
            name: "Anna".into(),
            verifier: verifier(),
            invite: Some("code".into()),
        },
        Request::Register {
            name: "Zoë".into(),
            verifier: verifier(),
            invite: None,
        },
        Request::SaslStart {
            mechanism: "SCRAM-SHA-256-PLUS".into(),
            data: b"p=tls-exporter,,n=anna,r=abc".to_vec().into(),
        },
        Request::SaslRespond {
            data: b"c=x,r=abcdef,p=y".to_vec().into(),
        },
        Request::Resume {
            token: "token".into(),
        },
        Request::Ping {},
        Request::AddDevice {
            label: "anna@desk".into(),
        },
        Request::RevokeDevice {
            device: DeviceId(3),
        },
        Request::OpenStream {
            stream: StreamId(0),
        },
        Request::Sync {
            house: Some(Seq(0)),
            only: Some(vec![ROOM]),
            cursors: vec![Cursor {
                conversation: ROOM,
                seq: Seq(70_000),
            }],
            newest: 50,
        },
        Request::Sync {
            house: None,
            only: None,
            cursors: vec![],
            newest: 0,
        },
        Request::Rooms {
            after: ConversationId(0),
        },
        Request::Members {
            conversation,
            after: AccountId(0),
        },
        Request::History {
            conversation,
            before: Some(Seq(100)),
            after: None,
            around: None,
            limit: 50,
        },
        Request::History {
            conversation,
            before: None,
            after: Some(Seq(5)),
            around: None,
            limit: 1,
        },
        Request::History {
            conversation,
            before: None,
            after: None,
            around: Some(Seq(9)),
            limit: 200,
        },
        Request::Who {},
        Request::People {
            accounts: vec![ANNA],
            names: vec!["boris".into()],
        },
        Request::Devices {},
        Request::Post {
            nonce,
            settled,
            conversation,
            text: "Grüße, 世界 👋\nsecond line".into(),
        },
        Request::CreateRoom {
            nonce,
            settled,
            name: "kitchen".into(),
            topic: "tea".into(),
        },
        Request::Join {
            nonce,
            settled,
            conversation,
        },
        Request::Leave {
            nonce,
            settled,
            conversation,
        },
        Request::SetTopic {
            nonce,
            settled,
            conversation,
            topic: String::new(),
        },
        Request::OpenDirect {
            nonce,
            settled,
            with: vec![ANNA, AccountId(8)],
        },
        Request::MarkRead {
            conversation,
            seq: Seq(5),
        },
        Request::SetPresence {
            state: PresenceState::Online,
        },
        Request::SetPresence {
            state: PresenceState::Away,
        },
        Request::Typing { conversation },
        Request::AdminStatus {},
        Request::AdminAccountAdd {
            name: "boris".into(),
            verifier: verifier(),
        },
        Request::AdminAccounts {
            after: AccountId(0),
        },
        Request::AdminAccountEnable {
            name: "boris".into(),
            enabled: false,
        },
        Request::AdminPasswordReset {
            name: "boris".into(),
            verifier: verifier(),
        },
        Request::AdminInviteNew {
            uses: 5,
            expires_secs: 86_400,
        },
        Request::AdminInvites {},
        Request::AdminInviteRevoke {
            invite: InviteId(2),
        },
    ]
}

fn entry(body: EntryBody) -> Entry {
    Entry {
        seq: Seq(70_001),
        at: AT,
        by: Some(ANNA),
        posts: 12,
        body,
    }
}

fn entries() -> Vec<Entry> {
    let (conversation, account, device) = (ROOM, ANNA, DeviceId(3));
    vec![
        entry(EntryBody::Posted {
            text: "Grüße, 世界 👋\nsecond line".into(),
        }),
        Entry {
            by: None,
            ..entry(EntryBody::Created {
                name: Some("general".into()),
            })
        },
        entry(EntryBody::Created { name: None }),
        entry(EntryBody::Joined { account }),
        entry(EntryBody::Left { account }),
        entry(EntryBody::TopicSet {
            topic: "tea".into(),
        }),
        entry(EntryBody::ConversationAdded { conversation }),
        entry(EntryBody::ConversationRemoved { conversation }),
        entry(EntryBody::Read {
            conversation,
            seq: Seq(9),
            posts: 4,
        }),
        entry(EntryBody::DeviceAdded {
            device,
            label: "anna@desk".into(),
        }),
        entry(EntryBody::DeviceRevoked { device }),
        Entry {
            by: None,
            ..entry(EntryBody::PasswordChanged {})
        },
        entry(EntryBody::AccountAdded {
            account,
            name: "anna".into(),
        }),
        entry(EntryBody::AccountEnabled {
            account,
            enabled: false,
        }),
        entry(EntryBody::RoomAdded {
            conversation,
            name: "kitchen".into(),
        }),
        entry(EntryBody::RoomTopicSet {
            conversation,
            topic: "tea".into(),
        }),
    ]
}

fn status() -> Status {
    Status {
        version: "0.1.0".into(),
        uptime_secs: 1,
        accounts: 2,
        online: 3,
        sessions: 4,
        connections: 5,
        conversations: 6,
        rooms_in_use: 7,
        entries: 8,
        commits: 9,
        commands: 10,
        journal_waiting: 11,
        commit_micros: 12,
        journal_lag_micros: 13,
        read_only: Some("the disk is full".into()),
        store_bytes: 14,
    }
}

fn summaries() -> Vec<ConversationSummary> {
    let summary = |about| ConversationSummary {
        conversation: ROOM,
        about,
        members: 2,
        seq: Seq(70_001),
        posts: 12,
        read: Seq(5),
        read_posts: 2,
        after: Seq(69_951),
    };
    vec![
        summary(ConversationKind::Room {
            name: "general".into(),
            topic: String::new(),
        }),
        summary(ConversationKind::Direct {
            members: vec![ANNA, AccountId(8)],
        }),
    ]
}

fn events() -> Vec<Event> {
    let people = vec![
        Presence {
            account: ANNA,
            state: PresenceState::Online,
        },
        Presence {
            account: AccountId(8),
            state: PresenceState::Offline,
        },
    ];
    let mut all = vec![
        Event::Welcome {
            server: "chatd 0.1.0".into(),
            version: 1,
            registration: RegistrationMode::Invite,
            may_register: false,
            mechanisms: vec!["SCRAM-SHA-256-PLUS".into()],
            iterations: 600_000,
            limits: Limits {
                frame: 262_144,
                message: 16_384,
                topic: 512,
                window: 64,
            },
        },
        Event::Registered {
            account: ANNA,
            name: "anna".into(),
            administrator: true,
        },
        Event::Challenge {
            data: b"r=abcdef,s=AQEB,i=600000".to_vec().into(),
        },
        Event::SignedIn {
            account: ANNA,
            name: "anna".into(),
            administrator: true,
            device: None,
            data: Some(b"v=abc".to_vec().into()),
        },
        Event::SignedIn {
            account: ANNA,
            name: "anna".into(),
            administrator: false,
            device: Some(DeviceId(3)),
            data: None,
        },
        Event::Pong {},
        Event::DeviceAdded {
            device: DeviceId(3),
            token: "token".into(),
        },
        Event::StreamOpened {
            stream: StreamId(0),
            last: Nonce(64),
        },
        Event::Done {
            conversation: Some(ROOM),
            seq: Some(Seq(70_001)),
        },
        Event::Done {
            conversation: None,
            seq: None,
        },
        Event::Noted {},
        Event::Synced {
            account_seq: Seq(4),
            house_seq: Seq(9),
            conversations: summaries(),
        },
        Event::Rooms {
            rooms: vec![RoomInfo {
                conversation: ROOM,
                name: "general".into(),
                topic: String::new(),
                members: 2,
                joined: true,
            }],
            more: false,
        },
        Event::Members {
            conversation: ROOM,
            seq: Seq(70_001),
            members: vec![ANNA],
            more: true,
        },
        Event::History {
            conversation: ROOM,
            entries: entries(),
            newest: Seq(70_001),
        },
        Event::Who {
            people: people.clone(),
        },
        Event::People {
            people: vec![Person {
                account: ANNA,
                name: "anna".into(),
            }],
        },
        Event::Devices {
            devices: vec![DeviceInfo {
                device: DeviceId(3),
                label: "anna@desk".into(),
                added_at: AT,
                current: true,
            }],
        },
        Event::Status { status: status() },
        Event::Status {
            status: Status {
                read_only: None,
                ..status()
            },
        },
        Event::Accounts {
            accounts: vec![AccountInfo {
                account: ANNA,
                name: "anna".into(),
                administrator: true,
                enabled: true,
                created_at: AT,
                sessions: 1,
            }],
            more: false,
        },
        Event::InviteMade {
            invite: InviteId(2),
            code: "code".into(),
            links: vec!["chat://host/?pin=p&invite=code".into()],
            expires_at: AT,
        },
        Event::Invites {
            invites: vec![InviteInfo {
                invite: InviteId(2),
                uses_left: 4,
                expires_at: AT,
                created_at: AT,
            }],
        },
        Event::PresenceChanged { people },
        Event::TypingIn {
            conversation: ROOM,
            account: ANNA,
        },
        Event::AreYouThere {},
    ];
    all.extend(
        summaries()
            .into_iter()
            .map(|conversation| Event::Opened { conversation }),
    );
    for feed in [
        Feed::House,
        Feed::Account,
        Feed::Conversation { conversation: ROOM },
    ] {
        all.push(Event::Entries {
            feed,
            entries: vec![entry(EntryBody::Joined { account: ANNA })],
        });
    }
    for code in FaultCode::ALL {
        let fault = Fault::new(*code, "could not do it");
        all.push(Event::Fault { fault });
    }
    let fault = Fault::new(FaultCode::Throttled, "too many tries").retry_after_ms(2_000);
    all.push(Event::Fault { fault });
    all
}

/// Names for lines: the kind, numbered where there are several.
fn named<T: Serialize>(
    values: impl IntoIterator<Item = T>,
    kind: fn(&T) -> String,
) -> Vec<(String, T)> {
    let mut count: BTreeMap<String, usize> = BTreeMap::new();
    let name = |value: T| {
        let kind = kind(&value);
        let number = count.entry(kind.clone()).or_default();
        *number += 1;
        let name = if *number == 1 {
            kind
        } else {
            format!("{kind} {number}")
        };
        (name, value)
    };
    values.into_iter().map(name).collect()
}

/// The variant of a value in snake_case.
fn kind_of(value: &impl Debug) -> String {
    let shown = format!("{value:?}");
    let word: String = shown
        .chars()
        .take_while(char::is_ascii_alphanumeric)
        .collect();
    snake(&word)
}

fn snake(word: &str) -> String {
    let mut snake = String::new();
    for (index, c) in word.char_indices() {
        if c.is_ascii_uppercase() && index > 0 {
            snake.push('_');
        }
        snake.push(c.to_ascii_lowercase());
    }
    snake
}

/// The kinds that a source file declares for an enum.
fn declared(source: &str, name: &str) -> Vec<String> {
    let body = source
        .split_once(&format!("pub enum {name} {{"))
        .expect("the enum")
        .1;
    let body = body.split_once("\n}").expect("its end").0;
    let variant = |line: &str| {
        let head = line.strip_prefix("    ")?;
        let word: String = head
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .collect();
        (word.starts_with(|c: char| c.is_ascii_uppercase()) && word != "Unknown")
            .then(|| snake(&word))
    };
    body.lines().filter_map(variant).collect()
}

/// Compares with the file (or writes it), then reads each line back.
fn holds<T>(file: &str, values: Vec<(String, T)>, declared: &[String])
where
    T: Serialize + DeserializeOwned + PartialEq + Debug + Clone,
{
    let has = |kind: &String| {
        values
            .iter()
            .any(|(name, _)| name.split(' ').next() == Some(kind))
    };
    let missing: Vec<_> = declared.iter().filter(|kind| !has(kind)).collect();
    assert!(
        missing.is_empty(),
        "add an example of {missing:?} to this test"
    );

    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("golden")
        .join(file);
    let lines: String = values
        .iter()
        .map(|(name, value)| format!("{name}: {}\n", HEXLOWER.encode(&encode(value))))
        .collect();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &lines).expect("golden/ can be written");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    for (name, value) in &values {
        let line = kept
            .lines()
            .find_map(|line| line.strip_prefix(&format!("{name}: ")));
        let line = line.unwrap_or_else(|| panic!("golden/{file} lacks `{name}`: UPDATE_GOLDEN=1"));
        let bytes = HEXLOWER.decode(line.as_bytes()).expect("hex");
        let read: T = decode(&bytes[LENGTH_BYTES..]).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(read, *value, "{name} is read as before");
        assert_eq!(
            HEXLOWER.encode(&encode(value)),
            line,
            "{name} is written as before"
        );
    }
    assert_eq!(
        kept.lines().count(),
        values.len(),
        "golden/{file} holds nothing else"
    );
}

#[test]
fn requests_are_the_same_bytes_as_ever() {
    let values = named(requests(), kind_of);
    let envelope = |(id, (name, body))| {
        (
            name,
            Envelope {
                id: RequestId(id as u64 + 1),
                body,
            },
        )
    };
    let values = values.into_iter().enumerate().map(envelope).collect();
    holds::<Envelope<Request>>(
        "requests.hex",
        values,
        &declared(include_str!("../src/request.rs"), "Request"),
    );
}

#[test]
fn events_are_the_same_bytes_as_ever() {
    let name = |event: &Event| match event {
        Event::Fault { fault } => format!("fault {}", fault.code),
        event => kind_of(event),
    };
    let envelope = |(name, body)| {
        (
            name,
            Envelope {
                id: RequestId(0),
                body,
            },
        )
    };
    let values = named(events(), name).into_iter().map(envelope).collect();
    holds::<Envelope<Event>>(
        "events.hex",
        values,
        &declared(include_str!("../src/event.rs"), "Event"),
    );
}

#[test]
fn entries_are_the_same_bytes_as_ever() {
    let values = named(entries(), |entry| kind_of(&entry.body));
    holds(
        "entries.hex",
        values,
        &declared(include_str!("../src/entry.rs"), "EntryBody"),
    );
}
