//! What a room is like: its description, whether it is archived, slow or read-only, from where on who comes
//! reads it, and whether newcomers are put into it.

use chat_shared::{
    Access, Command, ConversationId, Cursor, EntryBody, Event, FaultCode, Feed, HouseRole, Request,
    RoomChange, RoomRole, RoomSetting, Seq,
};
use chat_tests::{Admin, Failure, TestClient, TestServer, chatctl};
use std::time::Duration;

fn code<T: std::fmt::Debug>(result: Result<T, Failure>) -> FaultCode {
    result.expect_err("refused").code().expect("a fault")
}

fn change(conversation: ConversationId, change: RoomChange) -> Command {
    Command::ChangeRoom {
        conversation,
        change,
    }
}

/// Sets something of a room at the machine.
async fn set(server: &TestServer, room: &str, option: &str, value: &str) {
    let _ = chatctl(server, &["room", "set", room, option, value])
        .await
        .ok();
}

/// Anna's room with Boris in it.
async fn lunch(server: &TestServer) -> (TestClient, TestClient, ConversationId) {
    let mut anna = TestClient::join(server, "anna").await;
    let mut boris = TestClient::join(server, "boris").await;
    let lunch = anna.create_room("lunch").await.unwrap();
    boris.join_room(lunch).await.unwrap();
    (anna, boris, lunch)
}

/// "`change_room` changes those that its `change` holds; `settings_set` in the room and `room_settings_set` in
/// the house feed tell the whole."
#[tokio::test]
async fn a_change_is_told_whole() {
    let server = TestServer::start().await;
    let (mut anna, mut boris, lunch) = lunch(&server).await;
    let description = "who eats what,\nand where".to_owned();
    let first = RoomChange {
        description: Some(description.clone()),
        ..RoomChange::default()
    };
    anna.commands(change(lunch, first)).await.unwrap();
    let second = RoomChange {
        slow_secs: Some(1),
        ..RoomChange::default()
    };
    anna.commands(change(lunch, second)).await.unwrap();
    let is_whole = |settings: &chat_shared::RoomSettings| {
        settings.description == description && settings.slow_secs == 1
    };
    boris
        .entry_in(lunch, "the settings", |body| {
            matches!(body, EntryBody::SettingsSet { settings, changed }
                    if is_whole(settings) && *changed == [RoomSetting::SlowSecs])
        })
        .await;
    boris
        .house_entry("the settings in the house", |body| {
            matches!(body, EntryBody::RoomSettingsSet { conversation, settings }
                if *conversation == lunch && is_whole(settings))
        })
        .await;
    assert!(is_whole(
        &boris.room_view(lunch).await.unwrap().room.settings
    ));

    let long = RoomChange {
        description: Some("x".repeat(2_049)),
        ..RoomChange::default()
    };
    assert_eq!(
        anna.may_not(change(lunch, long)).await.code,
        FaultCode::TextTooLong
    );
    let nothing = change(lunch, RoomChange::default());
    assert_eq!(anna.may_not(nothing).await.code, FaultCode::BadRange);
    let slow = RoomChange {
        slow_secs: Some(21_601),
        ..RoomChange::default()
    };
    assert_eq!(
        anna.may_not(change(lunch, slow)).await.code,
        FaultCode::BadRange
    );
    assert!(is_whole(
        &boris.room_view(lunch).await.unwrap().room.settings
    ));
}

/// "One that becomes hidden is `room_removed` there, and `room_added` with all about it when it is hidden no
/// longer."
#[tokio::test]
async fn a_room_that_becomes_hidden_leaves_the_directory_and_comes_back() {
    let server = TestServer::start().await;
    let (mut anna, mut boris, lunch) = lunch(&server).await;
    let mut carla = TestClient::join(&server, "carla").await;
    let to = |access| {
        let access = Some(access);
        let wanted = RoomChange {
            access,
            ..RoomChange::default()
        };
        change(lunch, wanted)
    };
    anna.commands(to(Access::Hidden)).await.unwrap();
    let conversation = lunch;
    carla
        .house_entry("its removal", |body| {
            *body == EntryBody::RoomRemoved { conversation }
        })
        .await;
    assert!(carla.rooms("lunch").await.unwrap().is_empty());
    assert_eq!(
        boris.rooms("lunch").await.unwrap().len(),
        1,
        "members know it"
    );
    anna.commands(to(Access::Private)).await.unwrap();
    carla.entries.clear();
    carla
        .house_entry("its return", |body| {
            matches!(body, EntryBody::RoomAdded { conversation, .. } if *conversation == lunch)
        })
        .await;
    let found = carla.rooms("lunch").await.unwrap().remove(0);
    assert_eq!(found.settings.access, Access::Private);
}

/// "archived: nobody writes, joins or is invited: `room_archived`. Members stay".
#[tokio::test]
async fn an_archived_room_is_read_and_nobody_writes() {
    let server = TestServer::start().await;
    let (mut anna, mut boris, lunch) = lunch(&server).await;
    let mut carla = TestClient::join(&server, "carla").await;
    anna.post(lunch, "soup").await.unwrap();
    let _ = chatctl(&server, &["room", "archive", "lunch"]).await.ok();
    for client in [&mut anna, &mut boris] {
        assert_eq!(
            code(client.post(lunch, "bread").await),
            FaultCode::RoomArchived
        );
    }
    assert_eq!(code(carla.join_room(lunch).await), FaultCode::RoomArchived);
    let invite = Command::InviteToRoom {
        conversation: lunch,
        account: carla.account,
    };
    assert_eq!(anna.may_not(invite).await.code, FaultCode::RoomArchived);
    assert_eq!(boris.members(lunch).await.unwrap().len(), 2);
    let history = boris.whole_history(lunch).await;
    assert!(
        history
            .iter()
            .any(|entry| matches!(&entry.body, EntryBody::Posted { text } if text == "soup"))
    );
    let _ = chatctl(&server, &["room", "unarchive", "lunch"]).await.ok();
    boris.post(lunch, "bread").await.unwrap();
    carla.join_room(lunch).await.unwrap();
}

/// "Too soon is `slow_mode`, and `retry_after_ms` says how long"; "Not passing".
#[tokio::test]
async fn in_a_slow_room_each_waits_between_two_messages() {
    let mut server = TestServer::start().await;
    let (mut anna, mut boris, lunch) = lunch(&server).await;
    set(&server, "lunch", "--slow", "2m").await;
    let one = boris.post_request(lunch, "one");
    let done = boris.command(one.clone()).await.unwrap();
    assert_eq!(
        boris.command(one).await.unwrap(),
        done,
        "sent again under its number it is no second message"
    );
    let refused = |failure: Failure| match failure {
        Failure::Refused(fault) => fault,
        other => panic!("{other}"),
    };
    let fault = refused(boris.post(lunch, "two").await.unwrap_err());
    assert_eq!(fault.code, FaultCode::SlowMode);
    assert!(!fault.is_passing());
    let wait = fault.retry_after_ms.expect("says how long");
    assert!((100_000..=120_000).contains(&wait), "{wait}");
    let general = boris.general().await;
    boris
        .post(general, "elsewhere there is no wait")
        .await
        .unwrap();
    for text in ["owners", "do not", "wait"] {
        anna.post(lunch, text).await.unwrap();
    }
    server.restart().await;
    boris.reconnect(&server).await.unwrap();
    assert_eq!(
        code(boris.post(lunch, "two").await),
        FaultCode::SlowMode,
        "nor is it forgotten"
    );

    // After the time it holds no longer.
    set(&server, "lunch", "--slow", "1s").await;
    let deadline = tokio::time::Instant::now() + chat_tests::DEADLINE;
    boris.post(lunch, "two").await.ok();
    let fault = loop {
        match boris.post(lunch, "three").await {
            Err(failure) => break refused(failure),
            Ok(_) => assert!(
                tokio::time::Instant::now() < deadline,
                "two within a second"
            ),
        }
    };
    let wait = fault.retry_after_ms.unwrap();
    assert!(wait <= 1_000, "{wait}");
    tokio::time::sleep(Duration::from_millis(wait + 1)).await;
    boris
        .post(lunch, "four")
        .await
        .expect("the daemon said when");
    set(&server, "lunch", "--slow", "off").await;
    boris.post(lunch, "five").await.unwrap();
    boris.post(lunch, "six").await.unwrap();
}

/// "read_only: only owners and moderators write: `room_read_only`".
#[tokio::test]
async fn in_a_read_only_room_owners_and_moderators_write() {
    let server = TestServer::start().await;
    let (mut anna, mut boris, lunch) = lunch(&server).await;
    set(&server, "lunch", "--read-only", "on").await;
    assert_eq!(
        code(boris.post(lunch, "me too").await),
        FaultCode::RoomReadOnly
    );
    anna.post(lunch, "closed on Monday").await.unwrap();
    boris.hears(lunch, "closed on Monday").await;
    let (conversation, account) = (lunch, boris.account);
    let role = RoomRole::Moderator;
    let appoint = Command::SetRoomRole {
        conversation,
        account,
        role,
    };
    anna.commands(appoint).await.unwrap();
    boris.post(lunch, "and on Tuesday").await.unwrap();
    set(&server, "lunch", "--read-only", "off").await;
}

async fn page(client: &mut TestClient, request: Request) -> Vec<Seq> {
    match client.ask(request).await {
        Ok(Event::History { entries, .. }) => entries.iter().map(|entry| entry.seq).collect(),
        other => panic!("{other:?}"),
    }
}

/// "In a room whose members read from their joining on (section 10.2), `after` is never below the place before
/// one's own `joined`: no cursor and no `history` leads further back."
#[tokio::test]
async fn who_reads_from_their_joining_reads_nothing_before_it() {
    let server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let mut boris = TestClient::join(&server, "boris").await;
    let lunch = anna.create_room("lunch").await.unwrap();
    set(&server, "lunch", "--history", "joining").await;
    for text in ["one", "two", "three"] {
        anna.post(lunch, text).await.unwrap();
    }
    let joined = boris.join_room(lunch).await.unwrap();
    anna.post(lunch, "four").await.unwrap();
    boris.hears(lunch, "four").await;
    assert_eq!(boris.opened[&lunch].after.next(), joined);
    assert_eq!(boris.entries_of(lunch)[0].seq, joined, "live");

    let history = |before, after, around| Request::History {
        conversation: lunch,
        before,
        after,
        around,
        limit: 200,
    };
    for request in [
        history(None, None, None),
        history(None, Some(Seq(0)), None),
        history(None, None, Some(Seq(2))),
        history(None, None, Some(joined)),
        history(Some(joined.next()), None, None),
    ] {
        let seqs = page(&mut boris, request.clone()).await;
        assert!(
            seqs.iter().all(|seq| *seq >= joined),
            "{request:?}: {seqs:?}"
        );
    }
    assert!(
        page(&mut boris, history(Some(joined), None, None))
            .await
            .is_empty()
    );
    let report = Command::Report {
        conversation: lunch,
        seq: Seq(joined.0 - 1),
        reason: "what is there?".into(),
    };
    assert_eq!(boris.may_not(report).await.code, FaultCode::NoSuchMessage);

    // Who comes back with a cursor from before has no other answer than who comes anew.
    for cursors in [vec![], vec![(lunch, Seq(0))], vec![(lunch, Seq(2))]] {
        boris.reconnect(&server).await.unwrap();
        let summaries = boris.sync_from(&cursors, 1_000).await;
        let summary = summaries
            .iter()
            .find(|summary| summary.conversation == lunch)
            .unwrap();
        assert_eq!(summary.after.next(), joined, "{cursors:?}");
        boris.hears(lunch, "four").await;
        assert_eq!(boris.entries_of(lunch)[0].seq, joined, "{cursors:?}");
    }
    let only = Request::Sync {
        house: None,
        only: Some(vec![lunch]),
        cursors: vec![Cursor {
            conversation: lunch,
            seq: Seq(1),
        }],
        newest: 0,
    };
    boris.reconnect(&server).await.unwrap();
    let Ok(Event::Synced { conversations, .. }) = boris.ask(only).await else {
        panic!("synced")
    };
    assert!(conversations[0].after.next() >= joined);

    // Who left and comes back reads from there on; who has a say reads all, and all do when it is set so.
    boris.leave_room(lunch).await.unwrap();
    anna.post(lunch, "five, behind his back").await.unwrap();
    let again = boris.join_room(lunch).await.unwrap();
    assert!(again > joined);
    assert_eq!(boris.whole_history(lunch).await[0].seq, again);
    assert_eq!(anna.whole_history(lunch).await[0].seq, Seq(1));
    let _ = chatctl(&server, &["room", "role", "lunch", "boris", "moderator"])
        .await
        .ok();
    assert_eq!(boris.whole_history(lunch).await[0].seq, Seq(1));
    let _ = chatctl(&server, &["room", "role", "lunch", "boris", "member"])
        .await
        .ok();
    assert_eq!(boris.whole_history(lunch).await[0].seq, again);
    set(&server, "lunch", "--history", "beginning").await;
    assert_eq!(boris.whole_history(lunch).await[0].seq, Seq(1));
}

/// "for_newcomers: every new account is put into it; public rooms only, up to 20, and only an administrator
/// says so", and "one that comes as a guest only of those of its invitation".
#[tokio::test]
async fn newcomers_are_put_into_the_rooms_for_them() {
    let server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let news = anna.create_room("news").await.unwrap();
    let board = anna
        .create_room_for("board", Access::Private)
        .await
        .unwrap();
    let wanted = RoomChange {
        for_newcomers: Some(true),
        ..RoomChange::default()
    };
    assert_eq!(
        anna.may_not(change(news, wanted.clone())).await.code,
        FaultCode::NotAllowed,
        "an owner of the room is not enough"
    );
    set(&server, "news", "--for-newcomers", "on").await;
    let mut admin = Admin::at(&server).await;
    assert!(
        admin.commands(change(board, wanted)).await.is_err(),
        "public rooms only"
    );

    let mut boris = TestClient::join(&server, "boris").await;
    let summaries = boris.sync_from(&[], 10).await;
    let rooms: Vec<_> = summaries.iter().map(|room| room.conversation).collect();
    let general = boris.general().await;
    assert_eq!(rooms, [general, news]);
    anna.entry_in(news, "his joining", |body| {
        *body
            == EntryBody::Joined {
                account: boris.account,
            }
    })
    .await;

    let guest = admin
        .invite_new(1, &["board"], HouseRole::Guest)
        .await
        .unwrap();
    let mut gast = TestClient::join_by(&server, "gast", Some(&guest.code)).await;
    let summaries = gast.sync_from(&[], 10).await;
    let rooms: Vec<_> = summaries.iter().map(|room| room.conversation).collect();
    assert_eq!(rooms, [board]);

    set(&server, "news", "--for-newcomers", "off").await;
    let mut carla = TestClient::join(&server, "carla").await;
    assert_eq!(carla.sync_from(&[], 10).await.len(), 1);
    let feed = Feed::Conversation { conversation: news };
    assert!(!carla.entries.contains_key(&feed));
}
