//! An account's life: another password, a forgotten one, and leaving for good.

use chat_shared::{
    Command, EntryBody, Event, FaultCode, HouseRole, Profile, Request, RoomRole, Seq,
};
use chat_tests::people::reset_password;
use chat_tests::{
    Admin, Connection, DEADLINE, Failure, ITERATIONS, PASSWORD, TestClient, TestServer, chatctl,
    scram,
};
use std::time::Duration;
use tokio::time::Instant;

const NEW: &str = "another horse, another battery";

fn code<T: std::fmt::Debug>(result: Result<T, Failure>) -> FaultCode {
    result.expect_err("refused").code().expect("a fault")
}

async fn greeted(server: &TestServer) -> Connection {
    let mut connection = Connection::tls(server).await;
    connection.hello().await.expect("welcome");
    connection
}

async fn signs_in(server: &TestServer, name: &str, password: &str) -> Result<Event, Failure> {
    greeted(server).await.sign_in(name, password).await
}

fn change_password(password: &str) -> Command {
    Command::ChangePassword {
        verifier: scram::verifier(password, ITERATIONS),
    }
}

/// "`change_password` needs a connection that signed in by password: `password_needed`. It ends all other devices and
/// connections of the account; the entry is `password_changed`."
#[tokio::test]
async fn a_changed_password_ends_all_other_devices() {
    let server = TestServer::start().await;
    let mut desk = TestClient::join(&server, "anna").await;
    let mut phone = TestClient::sign_in_on(&server, "anna").await;
    phone.reconnect(&server).await.unwrap();
    assert_eq!(
        phone.may_not(change_password(NEW)).await.code,
        FaultCode::PasswordNeeded,
        "a token is not enough"
    );
    let poor = Command::ChangePassword {
        verifier: scram::verifier(NEW, ITERATIONS + 1),
    };
    assert_eq!(desk.may_not(poor).await.code, FaultCode::BadPassword);
    signs_in(&server, "anna", PASSWORD)
        .await
        .expect("nothing has changed");

    let mut without_device = greeted(&server).await;
    without_device.sign_in("anna", PASSWORD).await.unwrap();
    desk.commands(change_password(NEW)).await.unwrap();
    desk.own_entry("the entry", |body| {
        matches!(body, EntryBody::PasswordChanged {})
    })
    .await;
    let end = phone.end().await.expect("it says why").code;
    assert!(
        [FaultCode::SignInFailed, FaultCode::TokenInvalid].contains(&end),
        "{end}"
    );
    assert!(without_device.end().await.is_some());
    assert_eq!(
        phone.reconnect(&server).await.unwrap_err().code(),
        Some(FaultCode::TokenInvalid)
    );
    assert_eq!(
        code(signs_in(&server, "anna", PASSWORD).await),
        FaultCode::SignInFailed
    );
    signs_in(&server, "anna", NEW).await.unwrap();
    desk.ask(Request::Ping {}).await.expect("it goes on");
    desk.reconnect(&server)
        .await
        .expect("the device that changed it stays");
}

/// Who has begun to prove the old password when it is changed proves too little: what they began is not good
/// for a session, however long they wait with the proof.
#[tokio::test]
async fn an_old_password_that_is_half_proven_does_not_outlive_the_change() {
    let server = TestServer::start().await;
    let mut desk = TestClient::join(&server, "anna").await;
    let mut thief = greeted(&server).await;
    let (mut exchange, challenge) = thief.challenge("anna").await;

    desk.commands(change_password(NEW)).await.unwrap();
    desk.own_entry("the entry", |body| {
        matches!(body, EntryBody::PasswordChanged {})
    })
    .await;

    let proof = exchange.respond(PASSWORD, &challenge);
    let refused = thief
        .refused(Request::SaslRespond { data: proof.into() })
        .await;
    assert_eq!(refused.code, FaultCode::SignInFailed);
    signs_in(&server, "anna", NEW).await.expect("the new one");
}

/// "who proves the password of the same account there is answered by `signed_in` again, and may from then on do what
/// needs a connection that signed in by password (`password_needed`), while the connection stays the device that it
/// is. Another account's proof is answered by `wrong_state`."
#[tokio::test]
async fn who_came_by_a_token_may_prove_the_password_and_stays_the_device() {
    let server = TestServer::start().await;
    let mut desk = TestClient::join(&server, "anna").await;
    TestClient::join(&server, "boris").await;
    let mut phone = TestClient::sign_in_on(&server, "anna").await;
    // Another window of the same device.
    let mut window = greeted(&server).await;
    let token = desk.token.clone();
    window.ask(Request::Resume { token }).await.unwrap();
    desk.reconnect(&server).await.unwrap();
    let wrong = desk.sign_in("anna", "not her password").await;
    assert_eq!(code(wrong), FaultCode::SignInFailed);
    let other = desk.sign_in("boris", PASSWORD).await;
    assert_eq!(code(other), FaultCode::WrongState);
    assert_eq!(
        desk.may_not(change_password(NEW)).await.code,
        FaultCode::PasswordNeeded,
        "neither was a proof"
    );
    let proved = desk.sign_in("anna", PASSWORD).await.unwrap();
    let Event::SignedIn { device, .. } = proved else {
        panic!("{proved:?}");
    };
    assert_eq!(device, Some(desk.device));
    desk.commands(change_password(NEW)).await.unwrap();
    assert!(phone.end().await.is_some(), "all others are signed out");
    window.ask(Request::Ping {}).await.expect("it goes on");
    desk.reconnect(&server).await.expect("its token holds");
}

/// "An administrator makes the code (`admin_reset_code`) and gives it to the person by another way. It holds for some
/// time and works once. All devices of the account end."
#[tokio::test]
async fn a_reset_code_works_once() {
    let server = TestServer::builder()
        .set("login.failures_before_delay", 100)
        .start()
        .await;
    let mut anna = TestClient::join(&server, "anna").await;
    TestClient::join(&server, "boris").await;
    let made = chatctl(&server, &["account", "reset-code", "anna", "--json"])
        .await
        .ok();
    let made: serde_json::Value = serde_json::from_str(&made.out).unwrap();
    let right = made["code"].as_str().unwrap().to_owned();
    let mut connection = greeted(&server).await;
    for (name, wrong) in [
        ("anna", "AAAA-BBBB-CCCC-DDDD"),
        ("anna", ""),
        ("boris", right.as_str()),
        ("nobody-is-called-that", right.as_str()),
    ] {
        let failure = reset_password(&mut connection, name, wrong, NEW).await;
        assert_eq!(code(failure), FaultCode::ResetCodeInvalid, "{name} {wrong}");
    }
    signs_in(&server, "anna", PASSWORD)
        .await
        .expect("until then the old password holds");
    anna.ask(Request::Ping {}).await.unwrap();

    reset_password(&mut connection, "Anna", &right, NEW)
        .await
        .unwrap();
    assert!(anna.end().await.is_some());
    assert_eq!(
        anna.reconnect(&server).await.unwrap_err().code(),
        Some(FaultCode::TokenInvalid)
    );
    let signed_in = connection.sign_in("anna", NEW).await;
    signed_in.expect("then sign in with the new password, on the same connection");
    assert_eq!(
        code(signs_in(&server, "anna", PASSWORD).await),
        FaultCode::SignInFailed
    );
    let again = reset_password(&mut greeted(&server).await, "anna", &right, PASSWORD).await;
    assert_eq!(code(again), FaultCode::ResetCodeInvalid);

    // It is no way around a disabled account, and tells of that only who has the code.
    let mut admin = Admin::at(&server).await;
    let right = admin.reset_code("anna", 600).await.unwrap();
    let _ = chatctl(&server, &["account", "disable", "anna"]).await.ok();
    let mut connection = greeted(&server).await;
    for (tried, expected) in [
        ("AAAA-BBBB-CCCC-DDDD", FaultCode::ResetCodeInvalid),
        (right.as_str(), FaultCode::AccountDisabled),
    ] {
        let failure = reset_password(&mut connection, "anna", tried, PASSWORD).await;
        assert_eq!(code(failure), expected);
    }
}

/// The newest code is the one that holds, for its time, and guessing is `throttled` like that of a password.
#[tokio::test]
async fn a_reset_code_expires_and_is_not_to_be_guessed() {
    let server = TestServer::builder()
        .set("login.failures_before_delay", 4)
        .start()
        .await;
    TestClient::join(&server, "anna").await;
    let mut admin = Admin::at(&server).await;
    let first = admin.reset_code("anna", 600).await.unwrap();
    let second = admin.reset_code("anna", 1).await.unwrap();
    assert_ne!(first, second);
    let mut connection = greeted(&server).await;
    let replaced = reset_password(&mut connection, "anna", &first, NEW).await;
    assert_eq!(code(replaced), FaultCode::ResetCodeInvalid);
    // Nothing tells when it is over, and trying would use it.
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    let expired = reset_password(&mut connection, "anna", &second, NEW).await;
    assert_eq!(code(expired), FaultCode::ResetCodeInvalid);
    assert_eq!(
        code(admin.reset_code("nobody-there", 600).await),
        FaultCode::NoSuchAccount
    );
    assert_eq!(code(admin.reset_code("anna", 0).await), FaultCode::BadRange);

    let mut tries = 2;
    let throttled = loop {
        tries += 1;
        let guess = reset_password(&mut connection, "anna", "AAAA-BBBB-CCCC-DDDD", NEW).await;
        match guess {
            Err(Failure::Refused(fault)) if fault.code == FaultCode::Throttled => break fault,
            Err(failure) => assert_eq!(failure.code(), Some(FaultCode::ResetCodeInvalid)),
            Ok(()) => panic!("guessed"),
        }
        assert!(tries < 20, "nobody slows the guessing");
    };
    assert!(throttled.retry_after_ms.is_some_and(|wait| wait > 0));
}

async fn somebody(server: &TestServer) -> (TestClient, TestClient, chat_shared::ConversationId) {
    let mut anna = TestClient::join(server, "anna").await;
    let mut boris = TestClient::join(server, "boris").await;
    let lunch = anna.create_room("lunch").await.unwrap();
    boris.join_room(lunch).await.unwrap();
    let profile = Profile {
        full_name: "Anna Karenina".into(),
        phone: "412".into(),
        ..Profile::default()
    };
    let account = None;
    anna.commands(Command::SetProfile { account, profile })
        .await
        .unwrap();
    (anna, boris, lunch)
}

/// "`delete_account` needs a connection that signed in by password, too. It is for good: the account leaves all rooms,
/// its devices end, its profile, contacts, blocks and inbox are gone, its name is never given to anybody else. The
/// house feed tells `profile_set` (empty) and `account_deleted` ... Its messages stay ... as configured."
#[tokio::test]
async fn who_leaves_is_a_former_member_and_what_they_said_stays() {
    let mut server = TestServer::start().await;
    let (mut anna, mut boris, lunch) = somebody(&server).await;
    let mut phone = TestClient::sign_in_on(&server, "anna").await;
    anna.post(lunch, "so long").await.unwrap();
    phone.reconnect(&server).await.unwrap();
    let by_token = phone.may_not(Command::DeleteAccount {}).await;
    assert_eq!(by_token.code, FaultCode::PasswordNeeded);
    boris
        .commands(Command::PutContact {
            account: anna.account,
            group: String::new(),
            favourite: false,
        })
        .await
        .unwrap();

    let account = anna.account;
    anna.commands(Command::DeleteAccount {})
        .await
        .expect("the last owner of a room may go too");
    for ended in [&mut anna, &mut phone] {
        assert!(ended.end().await.is_some());
        let back = ended.reconnect(&server).await.unwrap_err().code();
        assert_eq!(back, Some(FaultCode::TokenInvalid));
    }
    let deleted = EntryBody::AccountDeleted { account };
    boris
        .house_entry("her leaving", |body| *body == deleted)
        .await;
    let emptied = EntryBody::ProfileSet {
        account,
        profile: Box::default(),
    };
    boris
        .house_entry("her empty profile", |body| *body == emptied)
        .await;
    boris
        .entry_in(lunch, "her leaving the room", |body| {
            *body == EntryBody::Left { account }
        })
        .await;
    assert_eq!(boris.members(lunch).await.unwrap().len(), 1);

    for restart in [false, true] {
        if restart {
            server.restart().await;
            boris.reconnect(&server).await.unwrap();
        }
        let card = boris.card(account).await.unwrap();
        assert!(card.deleted && !card.enabled, "{card:?}");
        assert_eq!(card.profile, Profile::default());
        assert!(boris.search_people("karenina").await.unwrap().is_empty());
        let history = boris.whole_history(lunch).await;
        assert!(history.iter().any(|entry| entry.by == Some(account)
            && matches!(&entry.body, EntryBody::Posted { text } if text == "so long")));
        for password in [PASSWORD, ""] {
            let failure = signs_in(&server, "anna", password).await;
            assert!(failure.is_err(), "nobody signs in as her");
        }
        let mut stranger = greeted(&server).await;
        for name in ["anna", "Anna"] {
            let taken = chat_tests::client::register(&mut stranger, name, None).await;
            assert_eq!(code(taken), FaultCode::NameTaken);
        }
    }
    // What is wanted done with her.
    for command in [
        Command::PutContact {
            account,
            group: "old friends".into(),
            favourite: true,
        },
        Command::InviteToRoom {
            conversation: lunch,
            account,
        },
    ] {
        let fault = boris.may_not(command.clone()).await;
        assert_eq!(fault.code, FaultCode::AccountDeleted, "{command:?}");
    }
    let refused = boris.open_direct(&[account]).await;
    assert_eq!(code(refused), FaultCode::NotReachable);
    let enable = chatctl(&server, &["account", "enable", "anna"]).await;
    assert_eq!(enable.code, 1);
    assert!(enable.err.contains("account_deleted"), "{}", enable.err);
    // The room lives on.
    let _ = chatctl(&server, &["room", "role", "lunch", "boris", "owner"])
        .await
        .ok();
    assert_eq!(
        boris.role_of(lunch, boris.account).await.unwrap(),
        Some(RoomRole::Owner)
    );
}

/// "... or become tombstones, as configured": all of them, whatever happens to the daemon meanwhile.
#[tokio::test]
async fn what_they_said_goes_where_it_is_configured_so() {
    let mut server = TestServer::builder()
        .set("accounts.deleted_messages", "remove")
        .start()
        .await;
    let (mut anna, mut boris, lunch) = somebody(&server).await;
    let direct = anna.open_direct(&[boris.account]).await.unwrap();
    anna.post(direct, "secret").await.unwrap();
    // More than are taken away at once.
    for portion in 0..13 {
        let mut asked = Vec::new();
        for number in 0..50 {
            let request = anna.post_request(lunch, &format!("annas {portion} {number}"));
            asked.push(anna.send(request).await.unwrap());
        }
        for id in asked {
            anna.answer(id).await.unwrap();
        }
    }
    boris.post(lunch, "mine").await.unwrap();
    let account = anna.account;
    anna.commands(Command::DeleteAccount {}).await.unwrap();
    server.restart().await;
    boris.reconnect(&server).await.unwrap();
    let deadline = Instant::now() + DEADLINE;
    for conversation in [lunch, direct] {
        let history = loop {
            let history = boris.whole_history(conversation).await;
            let is_hers = |entry: &&chat_shared::Entry| {
                entry.by == Some(account) && matches!(entry.body, EntryBody::Posted { .. })
            };
            if !history.iter().any(|entry| is_hers(&entry)) {
                break history;
            }
            assert!(Instant::now() < deadline, "they do not go");
            tokio::time::sleep(Duration::from_millis(50)).await;
        };
        let of = |tombstone: bool| {
            let count = history.iter().filter(|entry| match &entry.body {
                EntryBody::Tombstone {} => tombstone,
                EntryBody::Posted { .. } => !tombstone,
                _ => false,
            });
            count.count()
        };
        let deleted: Vec<Seq> = history
            .iter()
            .filter_map(|entry| match entry.body {
                EntryBody::MessageDeleted { seq, .. } => Some(seq),
                _ => None,
            })
            .collect();
        let (tombstones, stayed) = if conversation == lunch {
            (650, 1)
        } else {
            (1, 0)
        };
        assert_eq!((of(true), of(false)), (tombstones, stayed));
        assert_eq!(deleted.len(), tombstones, "each is told once");
    }
}

/// A guest has a life too, and the daemon keeps nothing of a dead name but the name.
#[tokio::test]
async fn a_guest_leaves_as_well() {
    let server = TestServer::start().await;
    let mut admin = Admin::at(&server).await;
    let invite = admin.invite_new(1, &[], HouseRole::Guest).await.unwrap();
    let mut gast = TestClient::join_by(&server, "gast", Some(&invite.code)).await;
    gast.commands(change_password(NEW)).await.unwrap();
    gast.commands(Command::DeleteAccount {}).await.unwrap();
    assert!(signs_in(&server, "gast", NEW).await.is_err());
    let accounts = admin.accounts().await.unwrap();
    let gone = accounts.iter().find(|account| account.name == "gast");
    assert!(gone.is_some_and(|gone| gone.deleted && !gone.enabled));
}
