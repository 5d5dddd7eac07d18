//! What the administrator at the machine does for others by `chatctl`, and how much of it fits into one go.

use chat_shared::limits::{ANNOUNCE_TO, ANNOUNCEMENT_BYTES, REASON_BYTES};
use chat_shared::{
    Audience, Command, ConversationId, EntryBody, FaultCode, InboxAbout, Request, RoomRole,
    VerifierData,
};
use chat_tests::{
    Admin, Connection, ITERATIONS, PASSWORD, TestClient, TestServer, chatctl, programs, scram,
};
use serde_json::Value;

/// A command that is refused, in the words that stand on the screen.
async fn refused(server: &TestServer, args: &[&str]) -> String {
    let output = chatctl(server, args).await;
    assert_eq!(output.code, 1, "{args:?}: {output:?}");
    output.err
}

async fn told(server: &TestServer, args: &[&str]) -> Value {
    let mut args = args.to_vec();
    args.push("--json");
    chatctl(server, &args).await.ok().json_lines().remove(0)
}

/// The newest lines of the audit log, the last first: by whom, what, of what, how.
async fn audit(server: &TestServer, count: usize) -> Vec<[String; 4]> {
    let lines = told(server, &["audit"]).await;
    let lines = lines.as_array().unwrap().iter().rev().take(count);
    let text = |line: &Value, key: &str| line[key].as_str().unwrap_or_default().to_owned();
    lines
        .map(|line| ["by_name", "act", "target", "detail"].map(|key| text(line, key)))
        .collect()
}

/// "You make them for somebody, who is in it from the start", and one of nobody is managed by administrators.
#[tokio::test]
async fn a_room_is_made_for_somebody_or_for_nobody() {
    let server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let mut boris = TestClient::join(&server, "boris").await;
    let create = [
        "room", "create", "Lunch", "--owner", "Anna", "--access", "private", "--slow", "30s",
        "--topic", "soup",
    ];
    let made = told(&server, &create).await;
    assert_eq!(
        (&made["room"], &made["owner"]),
        (&"lunch".into(), &"anna".into())
    );
    let lunch = ConversationId(made["conversation"].as_u64().unwrap());
    anna.own_entry("her room", |body| {
        matches!(body, EntryBody::ConversationAdded { conversation } if *conversation == lunch)
    })
    .await;
    let view = anna.room_view(lunch).await.unwrap();
    assert_eq!(view.role, Some(RoomRole::Owner));
    assert_eq!((view.room.topic.as_str(), view.room.members), ("soup", 1));
    assert_eq!(view.room.settings.slow_secs, 30);
    let closed = boris.join_room(lunch).await.unwrap_err().code();
    assert_eq!(closed, Some(FaultCode::InvitationNeeded));

    let _ = chatctl(&server, &["room", "topic", "lunch", "stew"])
        .await
        .ok();
    anna.entry_in(
        lunch,
        "the topic",
        |body| matches!(body, EntryBody::TopicSet { topic } if topic == "stew"),
    )
    .await;
    let log = audit(&server, 2).await;
    assert_eq!(log[0], ["", "set_topic", "#lunch", "\"stew\""]);
    assert_eq!(
        log[1],
        [
            "",
            "create_room",
            "#lunch",
            "access private, slow 30 s, owner anna"
        ]
    );

    // Of nobody: people come and go, and none of them is the last owner.
    let made = told(&server, &["room", "create", "news"]).await;
    assert_eq!(made["owner"], Value::Null);
    let news = ConversationId(made["conversation"].as_u64().unwrap());
    for person in [&mut anna, &mut boris] {
        person.join_room(news).await.unwrap();
    }
    anna.leave_room(news).await.unwrap();
    let rename = Command::RenameRoom {
        conversation: news,
        name: "gossip".into(),
    };
    assert_eq!(boris.may_not(rename).await.code, FaultCode::NotAllowed);
    let _ = chatctl(&server, &["room", "role", "news", "boris", "owner"])
        .await
        .ok();
    assert_eq!(
        boris.room_view(news).await.unwrap().role,
        Some(RoomRole::Owner)
    );
}

#[tokio::test]
async fn a_room_that_cannot_be_made_so_is_refused_with_the_reason() {
    let server = TestServer::start().await;
    TestClient::join(&server, "anna").await;
    TestClient::join(&server, "boris").await;
    let _ = chatctl(&server, &["account", "disable", "boris"])
        .await
        .ok();
    let long = "x".repeat(513);
    for (args, code, text) in [
        (
            &["lunch", "--owner", "nobody"][..],
            "no_such_account",
            "nobody",
        ),
        (
            &["lunch", "--owner", "boris"],
            "account_disabled",
            "the account boris is disabled: enable it first, or name somebody else",
        ),
        (&["general"], "name_taken", "`#general` is taken"),
        (&["lunch", "--topic", &long], "text_too_long", "512"),
        (
            &["lunch", "--access", "hidden", "--for-newcomers", "on"],
            "bad_range",
            "make it public, or not for newcomers",
        ),
    ] {
        let mut all = vec!["room", "create"];
        all.extend(args);
        let err = refused(&server, &all).await;
        assert!(err.contains(code) && err.contains(text), "{args:?}: {err}");
    }
    let err = refused(&server, &["room", "topic", "general", &long]).await;
    assert!(err.contains("text_too_long"), "{err}");
    let err = refused(&server, &["room", "topic", "nowhere", "x"]).await;
    assert!(err.contains("no_such_conversation"), "{err}");
}

/// "Delete it: its connections end, it leaves all rooms, its name reads "former member" and stays taken; its messages
/// stay, or go, as `accounts.deleted_messages` says."
#[tokio::test]
async fn an_account_is_deleted_for_somebody() {
    for (configured, stays) in [("keep", true), ("remove", false)] {
        let server = TestServer::builder()
            .set("accounts.deleted_messages", configured)
            .start()
            .await;
        let mut anna = TestClient::join(&server, "anna").await;
        let mut boris = TestClient::join(&server, "boris").await;
        let general = anna.general().await;
        boris.general().await;
        let said = boris.post(general, "hello").await.unwrap();
        let wrong = ["account", "delete", "boris", "--yes", "borys"];
        let err = refused(&server, &wrong).await;
        assert!(err.contains("the account is called `boris`"), "{err}");
        assert!(err.contains("name_mismatch"), "{err}");
        // Nobody sits there to be asked.
        let asked = chatctl(&server, &["account", "delete", "boris"]).await;
        assert_eq!(asked.code, 2, "{asked:?}");
        assert!(asked.err.contains("--yes boris"), "{asked:?}");
        boris.ask(Request::Ping {}).await.expect("he is still here");

        let done = told(&server, &["account", "delete", "boris", "--yes", "Boris"]).await;
        assert_eq!(done["deleted"], true);
        assert!(boris.end().await.is_some(), "at once");
        anna.entry_in(
            general,
            "he has left",
            |body| matches!(body, EntryBody::Left { account } if *account == boris.account),
        )
        .await;
        if !stays {
            anna.entry_in(
                general,
                "his message goes",
                |body| matches!(body, EntryBody::MessageDeleted { seq, .. } if *seq == said),
            )
            .await;
        }
        let read = anna.whole_history(general).await;
        let message = read.into_iter().find(|entry| entry.seq == said).unwrap();
        let is_text = matches!(message.body, EntryBody::Posted { .. });
        assert_eq!(is_text, stays, "{:?}", message.body);
        let accounts = told(&server, &["account", "list"]).await;
        let boris = &accounts.as_array().unwrap()[1];
        assert_eq!(
            (&boris["name"], &boris["deleted"]),
            (&"boris".into(), &true.into())
        );
        let log = audit(&server, 1).await;
        assert_eq!(log[0], ["", "delete_account", "boris", "member"]);

        let again = ["account", "delete", "boris", "--yes", "boris"];
        let err = refused(&server, &again).await;
        assert!(err.contains("account_deleted"), "{err}");
        let _ = chatctl(&server, &["account", "role", "anna", "administrator"])
            .await
            .ok();
        let last = ["account", "delete", "anna", "--yes", "anna"];
        let err = refused(&server, &last).await;
        assert!(err.contains("last_administrator"), "{err}");
    }
}

/// Asks for many things without waiting in between, so that they share commits. Who is signed in too may do that.
async fn all_at_once(server: &TestServer, requests: impl IntoIterator<Item = Request>) {
    let mut connection = Connection::unix(server).await;
    connection.hello().await.unwrap();
    connection.sign_in("founder", PASSWORD).await.unwrap();
    let mut asked = Vec::new();
    for request in requests {
        asked.push(connection.send(request).await.unwrap());
    }
    for id in asked {
        connection.answer(id).await.unwrap();
    }
}

fn commanded(command: Command) -> Request {
    Request::AdminCommand { command }
}

/// A house with so many people besides its founder, who all have the same password.
async fn crowd(server: &TestServer, count: usize) -> Vec<String> {
    TestClient::join(server, "founder").await;
    let verifier: VerifierData = scram::verifier(PASSWORD, ITERATIONS);
    let names: Vec<_> = (1..=count)
        .map(|number| format!("person{number}"))
        .collect();
    let add = |name: &String| Request::AdminAccountAdd {
        name: name.clone(),
        verifier: verifier.clone(),
    };
    all_at_once(server, names.iter().map(add)).await;
    names
}

/// "256 KiB ... from the start on the Unix socket for those who may administer", however short the frames of
/// strangers are.
#[tokio::test]
async fn a_long_announcement_reaches_five_hundred_people_by_name() {
    let server = TestServer::builder()
        .set("limits.frame_before_login_bytes", 2_048)
        .set("limits.requests_per_sec", 5_000)
        .start()
        .await;
    let names = crowd(&server, ANNOUNCE_TO).await;
    let text = "x".repeat(ANNOUNCEMENT_BYTES);
    let args = ["announce", "--to", &names.join(","), &text];
    let announced = chatctl(&server, &args).await.ok();
    assert_eq!(announced.out, "announced to 500 people\n");
    let mut last = TestClient::sign_in_on(&server, &names[ANNOUNCE_TO - 1]).await;
    let items = last.inbox().await.unwrap().items;
    let [item] = &items[..] else {
        panic!("{items:?}");
    };
    assert_eq!(item.about, InboxAbout::Announcement { text });

    // What is too long is told as what it is, and a stranger has the limit of strangers.
    let mut admin = Admin::at(&server).await;
    let too_long = Command::Announce {
        to: Audience::Everybody,
        text: "x".repeat(100_000),
    };
    let failure = admin.commands(too_long).await.unwrap_err();
    assert_eq!(failure.code(), Some(FaultCode::TextTooLong));
    admin.send_raw(&262_145_u32.to_be_bytes()).await.unwrap();
    assert_eq!(admin.end().await.unwrap().code, FaultCode::FrameTooLong);
    let mut stranger = Connection::tls(&server).await;
    stranger.send_raw(&2_049_u32.to_be_bytes()).await.unwrap();
    assert_eq!(stranger.end().await.unwrap().code, FaultCode::FrameTooLong);
}

/// "... but for those on the Unix socket who may administer: they need not sign in at all."
#[tokio::test]
async fn who_administers_is_not_hurried() {
    let server = TestServer::builder()
        .set("limits.login_secs", 1)
        .start()
        .await;
    let mut silent = Connection::unix(&server).await;
    let mut admin = Admin::at(&server).await;
    // Who came later was cut already.
    for _ in 0..2 {
        let mut stranger = Connection::tls(&server).await;
        stranger.hello().await.unwrap();
        assert_eq!(stranger.end().await.unwrap().code, FaultCode::TimedOut);
    }
    admin.rooms().await.unwrap();
    silent.hello().await.unwrap();
}

/// "Nothing is left out in silence": more bans, restrictions and items than an answer holds, with their reasons.
#[tokio::test]
async fn long_lists_come_whole() {
    const BANS: usize = 700;
    const PEOPLE: usize = 320;
    const ITEMS: usize = 120;
    let server = TestServer::builder()
        .set("limits.requests_per_sec", 5_000)
        .start()
        .await;
    let names = crowd(&server, PEOPLE).await;
    let mut admin = Admin::at(&server).await;
    let reason = || "r".repeat(REASON_BYTES);
    let ban = |number: usize| {
        commanded(Command::BanAddress {
            network: format!("10.{}.{}.0/24", number / 256, number % 256),
            until: None,
            reason: reason(),
        })
    };
    all_at_once(&server, (0..BANS).map(ban)).await;
    let bans = told(&server, &["bans"]).await;
    let bans = bans.as_array().unwrap();
    assert_eq!(bans.len(), BANS);
    assert!(bans.iter().all(|ban| ban["reason"] == reason().as_str()));

    let people = admin.accounts().await.unwrap();
    let conversation = admin.rooms().await.unwrap()[0].room.conversation;
    let keep_out = people[1..].iter().flat_map(|person| {
        let (account, until) = (person.account, None);
        let mute = Command::Mute {
            conversation,
            account,
            until,
            reason: reason(),
        };
        let ban = Command::Ban {
            conversation,
            account,
            until,
            reason: reason(),
        };
        [commanded(mute), commanded(ban)]
    });
    all_at_once(&server, keep_out).await;
    let lists = told(&server, &["room", "bans", "general"]).await;
    for kind in ["banned", "muted"] {
        let list = lists[kind].as_array().unwrap();
        assert_eq!(list.len(), PEOPLE, "{kind}");
        assert!(list.iter().all(|one| one["reason"] == reason().as_str()));
    }

    let announce = |number: usize| {
        commanded(Command::Announce {
            to: Audience::People {
                accounts: vec![people[1].account],
            },
            text: format!("{number} {}", "x".repeat(2_000)),
        })
    };
    all_at_once(&server, (0..ITEMS).map(announce)).await;
    let mut first = TestClient::sign_in_on(&server, &names[0]).await;
    let items = first.inbox().await.unwrap().items;
    let ids: Vec<_> = items.iter().map(|item| item.id).collect();
    assert_eq!(ids, (1..=ITEMS as u64).collect::<Vec<_>>());
    let inbox = programs::chatc(&server, &names[0], &["--json", "inbox"]);
    let lines = programs::run(inbox, None).await.ok().json_lines();
    let ids: Vec<_> = lines
        .iter()
        .filter_map(|line| line["id"].as_u64())
        .collect();
    let newest_first: Vec<_> = (1..=ITEMS as u64).rev().collect();
    assert_eq!(ids, newest_first);
}
