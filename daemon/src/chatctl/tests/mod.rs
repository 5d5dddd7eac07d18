//! The commands against a daemon that follows a script.

mod account;
mod invite;
mod room;
mod house;
mod audit;
mod page;

use super::*;
use chat_shared::{
    AccountId, AccountInfo, AdminRoom, Card, Command as Wanted, ConversationId, DeviceId,
    DeviceInfo, Envelope, Event, Fault, FaultCode, HouseRole, Limits, Presence, PresenceState,
    Profile, RegistrationMode, Request, RequestId, RoomInfo, RoomSettings, Timestamp, frame,
};
use serde_json::json as value;
use std::io::Read;
use std::os::unix::net::UnixListener;
use std::thread::JoinHandle;

/// Greets whoever connects, one after the other, and gives these answers; ends with what was asked.
struct Script {
    directory: tempfile::TempDir,
    daemon: JoinHandle<Vec<Request>>,
}

impl Script {
    fn of(answers: Vec<Event>) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let listener = UnixListener::bind(directory.path().join("s")).unwrap();
        let daemon = std::thread::spawn(move || {
            let mut answers = answers.into_iter();
            let mut requests = Vec::new();
            let (mut stream, _) = listener.accept().unwrap();
            loop {
                let mut length = [0; frame::LENGTH_BYTES];
                if stream.read_exact(&mut length).is_err() {
                    stream = listener.accept().unwrap().0;
                    continue;
                }
                let mut bytes = vec![0; u32::from_be_bytes(length) as usize];
                stream.read_exact(&mut bytes).unwrap();
                let asked: Envelope<Request> = frame::decode(&bytes).unwrap();
                let answer = match asked.body {
                    Request::Hello { .. } => welcome(),
                    _ => answers.next().unwrap(),
                };
                requests.push(asked.body);
                // Something by itself comes between.
                let aside = Event::AreYouThere {};
                let aside = frame::encode(&Envelope {
                    id: RequestId(0),
                    body: aside,
                });
                stream.write_all(&aside).unwrap();
                let answer = frame::encode(&Envelope {
                    id: asked.id,
                    body: answer,
                });
                stream.write_all(&answer).unwrap();
                if answers.len() == 0 {
                    return requests;
                }
            }
        });
        Self { directory, daemon }
    }

    fn run(&self, command: &[&str]) -> Result<String, Failure> {
        let socket = self.directory.path().join("s");
        let mut line = vec!["chatctl", "--socket", socket.to_str().unwrap()];
        line.extend(command);
        run(&Arguments::try_parse_from(line).expect("the usage is right"))
    }

    /// All but the greetings.
    fn requests(self) -> Vec<Request> {
        let mut requests = self.daemon.join().unwrap();
        requests.retain(|request| !matches!(request, Request::Hello { .. }));
        requests
    }
}

/// The text that a command prints, and what it asked for last.
fn printed(command: &[&str], answers: Vec<Event>) -> (String, Request) {
    let script = Script::of(answers);
    let text = script.run(command).unwrap();
    (text, script.requests().pop().unwrap())
}

/// The value that a command prints for programs.
fn value_of(command: &[&str], answers: Vec<Event>) -> Value {
    let mut command = command.to_vec();
    command.push("--json");
    let (text, _) = printed(&command, answers);
    assert_eq!(text.lines().count(), 1, "{text}");
    serde_json::from_str(&text).unwrap()
}

fn commanded(command: Wanted) -> Request {
    Request::AdminCommand { command }
}

fn welcome() -> Event {
    Event::Welcome {
        server: "chatd 0.1.0".into(),
        version: 1,
        registration: RegistrationMode::Invite,
        may_register: true,
        mechanisms: Vec::new(),
        iterations: 4_096,
        limits: Limits {
            frame: 262_144,
            message: 16_384,
            topic: 512,
            window: 64,
        },
    }
}

const DONE: Event = Event::Done {
    conversation: None,
    seq: None,
};

/// 2023-11-14T22:13:20Z.
const THEN: Timestamp = Timestamp(1_700_000_000_000);

fn info(account: u64, name: &str) -> AccountInfo {
    AccountInfo {
        account: AccountId(account),
        name: name.into(),
        administrator: account == 1,
        enabled: account != 2,
        created_at: THEN,
        sessions: account,
        role: match account {
            1 => HouseRole::Administrator,
            _ => HouseRole::Member,
        },
        display_name: String::new(),
        deleted: false,
        last_seen: None,
        last_address: None,
    }
}

fn accounts(accounts: Vec<AccountInfo>) -> Event {
    Event::Accounts {
        accounts,
        more: false,
    }
}

/// Somebody with two devices, whose profile holds what should not reach a terminal.
fn card(account: u64, name: &str) -> Event {
    let device = |device, label: &str| DeviceInfo {
        device: DeviceId(device),
        label: label.into(),
        added_at: THEN,
        current: false,
        last_used: Some(THEN),
        last_address: Some("192.0.2.7".into()),
        sessions: 1,
    };
    Event::AdminCard {
        card: Card {
            account: AccountId(account),
            name: name.into(),
            profile: Profile {
                display_name: "Anna\u{1b}[2J".into(),
                department: "Sales".into(),
                about: "one\ntwo".into(),
                ..Profile::default()
            },
            role: HouseRole::Moderator,
            enabled: true,
            deleted: false,
            presence: Presence {
                account: AccountId(account),
                state: PresenceState::DoNotDisturb,
                status: None,
            },
            last_seen: Some(THEN),
            last_address: Some("192.0.2.7".into()),
        },
        devices: vec![device(4, "desk\u{1b}[2J"), device(5, "laptop")],
        created_at: THEN,
    }
}

fn room(conversation: u64, name: &str, settings: RoomSettings) -> AdminRoom {
    AdminRoom {
        room: RoomInfo {
            conversation: ConversationId(conversation),
            name: name.into(),
            topic: "at noon\u{1b}[2J".into(),
            members: 3,
            joined: false,
            settings,
            invited: false,
        },
        posts: 40,
        created_at: THEN,
        deleted_at: None,
    }
}

/// A house with the rooms `general` (1) and `lunch` (7).
fn rooms() -> Event {
    let settings = RoomSettings::default();
    Event::AdminRooms {
        rooms: vec![
            room(1, "general", settings.clone()),
            room(7, "lunch", settings),
        ],
        more: false,
    }
}

#[test]
fn a_refusal_is_shown_with_its_text_and_cleaned() {
    let fault = Fault::new(FaultCode::NotAllowed, "only root may\u{1b}[2J administer");
    let script = Script::of(vec![Event::Fault { fault }]);
    let failure = script.run(&["status"]).unwrap_err();
    assert!(matches!(failure, Failure::Refused(_)));
    assert_eq!(
        failure.to_string(),
        "only root may�[2J administer (not_allowed)"
    );
}

#[test]
fn an_answer_of_another_kind_and_an_early_end_are_failures_of_the_connection() {
    let commands = [
        &["status"][..],
        &["account", "list"],
        &["account", "show", "anna"],
        &["room", "list"],
        &["bans"],
        &["panic", "on"],
        &["group", "list"],
        &["audit"],
        &["audit", "--verify"],
    ];
    for command in commands {
        for answers in [vec![Event::Pong {}], Vec::new()] {
            let failure = Script::of(answers).run(command).unwrap_err();
            assert!(matches!(failure, Failure::Connection(_)), "{failure}");
        }
    }
}

#[test]
fn where_no_daemon_is_the_places_looked_at_are_named() {
    let line = ["chatctl", "--socket", "/nonexistent/s", "status"];
    let failure = run(&Arguments::try_parse_from(line).unwrap()).unwrap_err();
    assert!(matches!(failure, Failure::Connection(_)));
    assert!(
        failure.to_string().contains("/nonexistent/s: is not there"),
        "{failure}"
    );
}

#[test]
fn the_usage_is_consistent_and_wrong_usage_is_refused() {
    use clap::CommandFactory;
    Arguments::command().debug_assert();
    for wrong in [
        "",
        "account add anna",
        "account role anna king",
        "account role anna owner",
        "account profile anna",
        "account reset-code anna --expires soon",
        "account revoke-device anna desk",
        "invite new --uses 0",
        "invite new --expires soon",
        "invite new --role owner",
        "invite revoke x",
        "room set lunch",
        "room set lunch --access secret",
        "room set lunch --slow 7h",
        "room set lunch --read-only maybe",
        "room set lunch --archived on",
        "room create",
        "room create two words",
        "room create lunch --archived on",
        "room create lunch --access secret",
        "room topic lunch",
        "account delete",
        "room role lunch anna administrator",
        "room ban lunch anna --for ever",
        "room kick lunch anna --for 1h",
        "room delete-message lunch last",
        "announce",
        "announce --online --everybody hello",
        "announce --online --to anna hello",
        "ban-address",
        "panic",
        "panic maybe",
        "group put sales",
        "audit --since yesterday",
        "audit --limit 0",
        "audit --verify --by anna",
        "audit --verify --limit 5",
        "audit --noted 5:ab",
        "audit --verify --noted 5:ab",
    ] {
        let line = std::iter::once("chatctl").chain(wrong.split_whitespace());
        let error = Arguments::try_parse_from(line).expect_err(wrong);
        assert_eq!(error.exit_code(), 2, "{wrong:?}");
    }
}
