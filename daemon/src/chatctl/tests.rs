//! The commands against a daemon that follows a script.

use super::*;
use chat_shared::{
    AccountId, AccountInfo, ConversationId, Envelope, Event, Fault, FaultCode, InviteId, Limits,
    RegistrationMode, Request, RequestId, Timestamp, frame,
};
use std::io::Read;
use std::os::unix::net::UnixListener;
use std::thread::JoinHandle;

/// Takes one connection, greets it and gives these answers; ends with the requests it got.
struct Script {
    directory: tempfile::TempDir,
    daemon: JoinHandle<Vec<Request>>,
}

impl Script {
    fn of(answers: Vec<Event>) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let listener = UnixListener::bind(directory.path().join("s")).unwrap();
        let daemon = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut requests = Vec::new();
            for answer in std::iter::once(welcome()).chain(answers) {
                let mut length = [0; frame::LENGTH_BYTES];
                stream.read_exact(&mut length).unwrap();
                let mut bytes = vec![0; u32::from_be_bytes(length) as usize];
                stream.read_exact(&mut bytes).unwrap();
                let asked: Envelope<Request> = frame::decode(&bytes).unwrap();
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
            }
            requests
        });
        Self { directory, daemon }
    }

    fn run(&self, command: &[&str]) -> Result<String, Failure> {
        let socket = self.directory.path().join("s");
        let mut line = vec!["chatctl", "--socket", socket.to_str().unwrap()];
        line.extend(command);
        run(&Arguments::try_parse_from(line).expect("the usage is right"))
    }

    fn requests(self) -> Vec<Request> {
        self.daemon.join().unwrap()
    }
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

fn info(account: u64, name: &str) -> AccountInfo {
    AccountInfo {
        account: AccountId(account),
        name: name.into(),
        administrator: account == 1,
        enabled: account != 2,
        created_at: Timestamp(1_700_000_000_000),
        sessions: account,
    }
}

const DONE: Event = Event::Done {
    conversation: None,
    seq: None,
};

#[test]
fn all_pages_of_accounts_are_listed() {
    let pages = || {
        let first = vec![info(1, "anna"), info(2, "bo")];
        vec![
            Event::Accounts {
                accounts: first,
                more: true,
            },
            Event::Accounts {
                accounts: vec![info(3, "cy\u{1b}[2J")],
                more: false,
            },
        ]
    };
    let script = Script::of(pages());
    let text = script.run(&["account", "list"]).unwrap();
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), 4);
    assert!(
        lines[1].starts_with("anna    administrator  enabled   1"),
        "{text}"
    );
    assert!(
        lines[2].starts_with("bo      member         disabled  2"),
        "{text}"
    );
    assert!(!text.contains('\u{1b}'));
    assert!(matches!(
        script.requests()[2],
        Request::AdminAccounts {
            after: AccountId(2)
        }
    ));

    let script = Script::of(pages());
    let text = script.run(&["account", "list", "--json"]).unwrap();
    let list: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(list[1]["name"], "bo");
    assert_eq!(list[1]["enabled"], false);
    assert_eq!(list[0]["created_at"], "2023-11-14T22:13:20.000Z");
}

#[test]
fn an_account_is_made_with_a_verifier_and_without_the_password() {
    let registered = Event::Registered {
        account: AccountId(4),
        name: "anna".into(),
        administrator: false,
    };
    let script = Script::of(vec![registered]);
    let file = script.directory.path().join("password");
    std::fs::write(&file, "correct horse\r\n").unwrap();
    let file = file.to_str().unwrap().to_owned();
    let text = script
        .run(&["account", "add", "Anna", "--password-file", &file])
        .unwrap();
    assert_eq!(text, "account anna is made\n");
    let requests = script.requests();
    let Request::AdminAccountAdd { name, verifier } = &requests[1] else {
        panic!("{requests:?}");
    };
    assert_eq!(name, "Anna");
    let salt = verifier.salt.as_slice().try_into().unwrap();
    let expected = chat_shared::scram::Verifier::derive("correct horse", salt, 4_096).unwrap();
    assert_eq!(verifier.stored_key.as_slice(), expected.stored_key);
    assert_eq!(verifier.server_key.as_slice(), expected.server_key);
}

#[test]
fn a_password_that_will_not_do_is_wrong_usage_and_nobody_is_asked() {
    let directory = tempfile::tempdir().unwrap();
    for content in ["", "short", "two\nlines of it"] {
        let file = directory.path().join("password");
        std::fs::write(&file, content).unwrap();
        let file = file.to_str().unwrap();
        let line = ["chatctl", "account", "add", "anna", "--password-file", file];
        let failure = run(&Arguments::try_parse_from(line).unwrap()).unwrap_err();
        assert!(matches!(failure, Failure::Usage(_)), "{failure}");
    }
}

#[test]
fn a_new_password_is_printed_and_fits_the_verifier() {
    let script = Script::of(vec![DONE]);
    let text = script
        .run(&["--json", "account", "reset-password", "anna"])
        .unwrap();
    let printed: serde_json::Value = serde_json::from_str(&text).unwrap();
    let password = printed["password"].as_str().unwrap();
    assert_eq!(password.len(), 29);
    let requests = script.requests();
    let Request::AdminPasswordReset { verifier, .. } = &requests[1] else {
        panic!("{requests:?}");
    };
    let salt = verifier.salt.as_slice().try_into().unwrap();
    let expected = chat_shared::scram::Verifier::derive(password, salt, 4_096).unwrap();
    assert_eq!(verifier.stored_key.as_slice(), expected.stored_key);
    assert_ne!(password::random().unwrap(), password::random().unwrap());
}

#[test]
fn a_new_invitation_holds_for_one_account_and_a_week() {
    let made = Event::InviteMade {
        invite: InviteId(3),
        code: "AB-CD".into(),
        links: vec!["chat://192.0.2.7:7420/?invite=AB-CD".into()],
        expires_at: Timestamp(1_700_000_000_000),
    };
    let script = Script::of(vec![made]);
    let text = script.run(&["invite", "new"]).unwrap();
    assert!(text.contains("code  AB-CD\n"), "{text}");
    assert!(
        text.contains("chatc 'chat://192.0.2.7:7420/?invite=AB-CD'"),
        "{text}"
    );
    let asked = Request::AdminInviteNew {
        uses: 1,
        expires_secs: 604_800,
    };
    assert_eq!(script.requests()[1], asked);
}

#[test]
fn accounts_and_invitations_are_ended_by_name_and_number() {
    let script = Script::of(vec![DONE]);
    script.run(&["account", "disable", "bo"]).unwrap();
    let asked = Request::AdminAccountEnable {
        name: "bo".into(),
        enabled: false,
    };
    assert_eq!(script.requests()[1], asked);

    let script = Script::of(vec![DONE]);
    let text = script.run(&["invite", "revoke", "3", "--json"]).unwrap();
    assert_eq!(text, "{\"invite\":3,\"revoked\":true}\n");
    assert_eq!(
        script.requests()[1],
        Request::AdminInviteRevoke {
            invite: InviteId(3)
        }
    );
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
    let wrong = Event::Done {
        conversation: Some(ConversationId(1)),
        seq: None,
    };
    for answers in [vec![wrong], Vec::new()] {
        let failure = Script::of(answers).run(&["status"]).unwrap_err();
        assert!(matches!(failure, Failure::Connection(_)), "{failure}");
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
        &["chatctl"][..],
        &["chatctl", "account", "add", "anna"],
        &["chatctl", "invite", "new", "--uses", "0"],
        &["chatctl", "invite", "new", "--expires", "soon"],
        &["chatctl", "invite", "revoke", "x"],
    ] {
        let error = Arguments::try_parse_from(wrong).unwrap_err();
        assert_eq!(error.exit_code(), 2, "{wrong:?}");
    }
}
