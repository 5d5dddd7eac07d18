//! Keeping the peace: kick, ban and mute in a room, messages taken away and reported, accounts disabled. What
//! keeps strangers out is in `strangers.rs`.

use chat_shared::{
    AccountId, Command, ConversationId, Entry, EntryBody, FaultCode, Feed, HouseRole, InboxAbout,
    Nonce, Request, RoomRole, Seq, Timestamp,
};
use chat_tests::{Admin, Connection, DEADLINE, Failure, PASSWORD, TestClient, TestServer, chatctl};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::time::Instant;

fn code<T: std::fmt::Debug>(result: Result<T, Failure>) -> FaultCode {
    result.expect_err("refused").code().expect("a fault")
}

/// So many milliseconds from now.
fn in_ms(milliseconds: i64) -> Timestamp {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Timestamp(i64::try_from(now.as_millis()).unwrap() + milliseconds)
}

/// Anna's room with Boris in it.
async fn lunch(server: &TestServer) -> (TestClient, TestClient, ConversationId) {
    let mut anna = TestClient::join(server, "anna").await;
    let mut boris = TestClient::join(server, "boris").await;
    let lunch = anna.create_room("lunch").await.unwrap();
    boris.join_room(lunch).await.unwrap();
    (anna, boris, lunch)
}

fn kick(conversation: ConversationId, account: AccountId) -> Command {
    Command::Kick {
        conversation,
        account,
        reason: "calm down".into(),
    }
}

fn ban(conversation: ConversationId, account: AccountId, until: Option<Timestamp>) -> Command {
    Command::Ban {
        conversation,
        account,
        until,
        reason: "advertising".into(),
    }
}

/// "`kick`: puts a member out; they may come back"; "After `conversation_removed` nothing more of it is sent".
#[tokio::test]
async fn who_is_kicked_is_out_and_may_come_back() {
    let server = TestServer::start().await;
    let (mut anna, mut boris, lunch) = lunch(&server).await;
    let (conversation, account) = (lunch, boris.account);
    anna.commands(kick(lunch, account)).await.unwrap();
    let reason = "calm down".to_owned();
    let kicked = EntryBody::Kicked {
        account,
        reason: reason.clone(),
    };
    let entry = anna
        .entry_in(lunch, "the kick", |body| *body == kicked)
        .await;
    assert_eq!(entry.by, Some(anna.account));
    let removed = EntryBody::ConversationRemoved {
        conversation,
        reason,
        banned: false,
        until: None,
    };
    let entry = boris
        .own_entry("the removal", |body| *body == removed)
        .await;
    assert_eq!(entry.by, Some(anna.account));
    let history = Request::History {
        conversation,
        before: None,
        after: None,
        around: None,
        limit: 5,
    };
    assert_eq!(boris.refused(history).await.code, FaultCode::NotAMember);
    assert_eq!(code(boris.post(lunch, "but").await), FaultCode::NotAMember);
    assert_eq!(
        anna.may_not(kick(lunch, account)).await.code,
        FaultCode::NotAMember,
        "is not in"
    );
    boris.join_room(lunch).await.unwrap();
    boris.post(lunch, "sorry").await.unwrap();
    anna.hears(lunch, "sorry").await;
}

/// Each of their devices is out, and what they had open of the room is of no use to them.
#[tokio::test]
async fn every_device_of_who_is_kicked_is_out() {
    let server = TestServer::start().await;
    let (mut anna, mut boris, lunch) = lunch(&server).await;
    let mut phone = TestClient::sign_in_on(&server, "boris").await;
    phone.sync_all().await;
    let mine = boris.post(lunch, "advertising").await.unwrap();
    anna.commands(kick(lunch, boris.account)).await.unwrap();
    let conversation = lunch;
    let removed = EntryBody::ConversationRemoved {
        conversation,
        reason: "calm down".into(),
        banned: false,
        until: None,
    };
    for client in [&mut boris, &mut phone] {
        client
            .own_entry("the removal", |body| *body == removed)
            .await;
        for request in [
            Request::Typing { conversation },
            Request::MarkRead {
                conversation,
                seq: mine,
            },
            Request::Members {
                conversation,
                after: AccountId(0),
            },
            Request::Sync {
                house: None,
                only: Some(vec![conversation]),
                cursors: Vec::new(),
                newest: 10,
            },
        ] {
            let fault = client.refused(request.clone()).await;
            assert_eq!(fault.code, FaultCode::NotAMember, "{request:?}");
        }
        let fault = client.may_not(delete(lunch, mine)).await;
        assert_eq!(fault.code, FaultCode::NotAMember);
    }
    // Who was away finds it without the room.
    boris.reconnect(&server).await.unwrap();
    let summaries = boris.sync_from(&[(lunch, mine)], 10).await;
    assert_eq!(summaries.len(), 1, "{summaries:?}");
}

/// Not one entry more of the room reaches who was put out, not even of the same commit.
#[tokio::test]
async fn who_is_put_out_is_told_nothing_more() {
    let server = TestServer::start().await;
    let (mut anna, mut boris, lunch) = lunch(&server).await;
    let (account, general) = (boris.account, anna.general().await);
    for round in 0..12 {
        let out = match round % 2 {
            0 => kick(lunch, account),
            _ => ban(lunch, account, None),
        };
        // All at once, so that what comes before and after is committed together.
        let mut asked = Vec::new();
        for text in 0..30 {
            if text == 15 {
                let nonce = anna.next_nonce();
                let request = Request::Command {
                    nonce,
                    settled: Nonce(0),
                    command: out.clone(),
                };
                asked.push(anna.send(request).await.unwrap());
            }
            let request = anna.post_request(lunch, &format!("{round} {text}"));
            asked.push(anna.send(request).await.unwrap());
        }
        for id in asked {
            anna.answer(id).await.unwrap();
        }
        let mark = format!("mark {round}");
        anna.post(general, &mark).await.unwrap();
        boris.hears(general, &mark).await;
        boris.ask(Request::Ping {}).await.unwrap();
        let is_end = |entry: &Entry| matches!(entry.body, EntryBody::Kicked { account: a, .. } if a == account);
        anna.until(|c| {
            let entries = c.entries_of(lunch);
            (entries.iter().filter(|entry| is_end(entry)).count() > round).then_some(())
        })
        .await
        .unwrap();
        let end = anna.entries_of(lunch).iter().rfind(|entry| is_end(entry));
        let end = end.unwrap().seq;
        // Nothing at all, where one commit had it all.
        if let Some(heard) = boris.entries_of(lunch).last().map(|entry| entry.seq) {
            assert!(heard <= end, "{heard} is behind {end}, his end");
        }
        if round % 2 == 1 {
            let conversation = lunch;
            let unban = Command::Unban {
                conversation,
                account,
            };
            anna.commands(unban).await.unwrap();
        }
        boris.join_room(lunch).await.unwrap();
    }
}

/// "`ban`: and keeps them out: `join` and `invite_to_room` are `banned` until it ends"; "When `until` has passed it
/// holds no longer, and no entry says so."
#[tokio::test]
async fn a_ban_keeps_out_until_it_ends_by_itself() {
    let server = TestServer::start().await;
    let (mut anna, mut boris, lunch) = lunch(&server).await;
    let (conversation, account) = (lunch, boris.account);
    let past = anna
        .may_not(ban(lunch, account, Some(in_ms(-60_000))))
        .await;
    assert_eq!(past.code, FaultCode::BadRange);
    let until = in_ms(2_000);
    anna.commands(ban(lunch, account, Some(until)))
        .await
        .unwrap();
    let reason = "advertising".to_owned();
    let banned = EntryBody::Banned {
        account,
        until: Some(until),
        reason,
    };
    let entry = anna
        .entry_in(lunch, "the ban", |body| *body == banned)
        .await;
    let before = &anna.entries_of(lunch)[entry.seq.0 as usize - 2];
    assert!(
        matches!(before.body, EntryBody::Kicked { .. }),
        "`kicked` came just before: {before:?}"
    );
    let removed = EntryBody::ConversationRemoved {
        conversation,
        reason: "advertising".into(),
        banned: true,
        until: Some(until),
    };
    let entry = boris
        .own_entry("the removal", |body| *body == removed)
        .await;
    assert_eq!(entry.by, Some(anna.account));
    assert_eq!(code(boris.join_room(lunch).await), FaultCode::Banned);
    let invite = Command::InviteToRoom {
        conversation,
        account,
    };
    assert_eq!(anna.may_not(invite).await.code, FaultCode::Banned);
    let listed = anna.restrictions(lunch).await.unwrap().banned;
    assert_eq!(listed.len(), 1);
    assert_eq!(
        (listed[0].account, listed[0].until, listed[0].by),
        (account, Some(until), Some(anna.account))
    );
    assert_eq!(listed[0].reason, "advertising");

    let deadline = Instant::now() + DEADLINE;
    while let Err(failure) = boris.join_room(lunch).await {
        assert_eq!(failure.code(), Some(FaultCode::Banned));
        assert!(Instant::now() < deadline, "it does not end");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(in_ms(0) >= until, "not before");
    assert!(anna.restrictions(lunch).await.unwrap().banned.is_empty());
    let unban = Command::Unban {
        conversation,
        account,
    };
    assert_eq!(anna.may_not(unban).await.code, FaultCode::NotRestricted);
}

/// The same by `chatctl`, for good, until it is taken back; it holds also for who is not there yet.
#[tokio::test]
async fn a_ban_for_good_survives_a_restart_until_it_is_taken_back() {
    let mut server = TestServer::start().await;
    let (_, mut boris, lunch) = lunch(&server).await;
    let mut carla = TestClient::join(&server, "carla").await;
    for name in ["boris", "carla"] {
        let _ = chatctl(&server, &["room", "ban", "lunch", name]).await.ok();
    }
    server.restart().await;
    for client in [&mut boris, &mut carla] {
        client.reconnect(&server).await.unwrap();
        assert_eq!(code(client.join_room(lunch).await), FaultCode::Banned);
    }
    let _ = chatctl(&server, &["room", "unban", "lunch", "boris"])
        .await
        .ok();
    boris.join_room(lunch).await.unwrap();
    assert_eq!(code(carla.join_room(lunch).await), FaultCode::Banned);
}

/// "`mute`: lets somebody read but not write: `muted`".
#[tokio::test]
async fn who_is_muted_reads_and_does_not_write() {
    let mut server = TestServer::start().await;
    let (mut anna, mut boris, lunch) = lunch(&server).await;
    let (conversation, account) = (lunch, boris.account);
    let mute = |until| Command::Mute {
        conversation,
        account,
        until,
        reason: "too loud".into(),
    };
    anna.commands(mute(None)).await.unwrap();
    let muted = EntryBody::Muted {
        account,
        until: None,
        reason: "too loud".into(),
    };
    boris
        .entry_in(lunch, "the mute", |body| *body == muted)
        .await;
    assert_eq!(code(boris.post(lunch, "but").await), FaultCode::Muted);
    let general = boris.general().await;
    boris
        .post(general, "elsewhere he may")
        .await
        .expect("it is for the room");
    anna.post(lunch, "better").await.unwrap();
    boris.hears(lunch, "better").await;
    server.restart().await;
    anna.reconnect(&server).await.unwrap();
    boris.reconnect(&server).await.unwrap();
    assert_eq!(code(boris.post(lunch, "but").await), FaultCode::Muted);
    // Leaving and coming back is no way out.
    boris.leave_room(lunch).await.unwrap();
    boris.join_room(lunch).await.unwrap();
    assert_eq!(code(boris.post(lunch, "but").await), FaultCode::Muted);
    let unmute = Command::Unmute {
        conversation,
        account,
    };
    anna.commands(unmute.clone()).await.unwrap();
    boris.post(lunch, "thanks").await.unwrap();
    assert_eq!(anna.may_not(unmute).await.code, FaultCode::NotRestricted);

    // With an end.
    let until = in_ms(1_000);
    anna.commands(mute(Some(until))).await.unwrap();
    let deadline = Instant::now() + DEADLINE;
    while let Err(failure) = boris.post(lunch, "again").await {
        assert_eq!(failure.code(), Some(FaultCode::Muted));
        assert!(Instant::now() < deadline, "it does not end");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(in_ms(0) >= until);
}

fn delete(conversation: ConversationId, seq: Seq) -> Command {
    Command::DeleteMessage {
        conversation,
        seq,
        reason: "private".into(),
    }
}

/// "The message's entry becomes a `tombstone`: same `seq`, `at`, `by` and `posts`, no text. `message_deleted` follows,
/// with the `seq` of it"; "What is not a message, or is a tombstone already, is `no_such_message`."
#[tokio::test]
async fn a_message_that_is_taken_away_leaves_a_tombstone() {
    let mut server = TestServer::start().await;
    let (mut anna, mut boris, lunch) = lunch(&server).await;
    let carla = TestClient::join(&server, "carla").await;
    let own = boris.post(lunch, "my password is soup").await.unwrap();
    let others = boris.post(lunch, "anna is an ass").await.unwrap();
    let annas = anna.post(lunch, "who cooks").await.unwrap();
    let before = anna.whole_history(lunch).await;

    assert_eq!(
        boris.may_not(delete(lunch, annas)).await.code,
        FaultCode::NotAllowed
    );
    boris.commands(delete(lunch, own)).await.unwrap();
    anna.commands(delete(lunch, others)).await.unwrap();
    for (seq, by) in [(own, boris.account), (others, anna.account)] {
        let reason = "private".to_owned();
        let told = EntryBody::MessageDeleted { seq, reason };
        for client in [&mut anna, &mut boris] {
            let entry = client
                .entry_in(lunch, "the deletion", |body| *body == told)
                .await;
            assert_eq!(entry.by, Some(by));
        }
        assert_eq!(
            boris.may_not(delete(lunch, seq)).await.code,
            FaultCode::NoSuchMessage
        );
    }
    for nothing in [Seq(0), Seq(1), Seq(1_000_000)] {
        assert_eq!(
            anna.may_not(delete(lunch, nothing)).await.code,
            FaultCode::NoSuchMessage
        );
    }
    for round in 0..2 {
        let after = anna.whole_history(lunch).await;
        for (was, is) in before.iter().zip(&after) {
            let mut expected = was.clone();
            if [own, others].contains(&was.seq) {
                expected.body = EntryBody::Tombstone {};
            }
            assert_eq!(*is, expected, "round {round}");
        }
        let text = format!("{after:?}");
        assert!(!text.contains("password") && !text.contains("an ass"));
        server.restart().await;
        anna.reconnect(&server).await.unwrap();
    }
    // Who comes anew gets none of it either, and counts like everybody else.
    drop(carla);
    let mut carla = TestClient::sign_in_on(&server, "carla").await;
    carla.sync_all().await;
    carla.join_room(lunch).await.unwrap();
    let at_own = carla
        .entry(
            Feed::Conversation {
                conversation: lunch,
            },
            "it",
            |entry| entry.seq == own,
        )
        .await;
    assert_eq!(at_own.body, EntryBody::Tombstone {});
    assert_eq!(carla.opened[&lunch].posts, 3);
}

/// "`report`: none: an item in the inbox of the room's moderators and owners, or where there are none other, of the
/// house's".
#[tokio::test]
async fn a_report_reaches_those_who_keep_the_peace() {
    let server = TestServer::start().await;
    let (mut anna, mut boris, lunch) = lunch(&server).await;
    let mut carla = TestClient::join(&server, "carla").await;
    carla.join_room(lunch).await.unwrap();
    let rude = boris.post(lunch, "anna is an ass").await.unwrap();
    let report = |seq| Command::Report {
        conversation: lunch,
        seq,
        reason: "rude".into(),
    };
    let head = anna.whole_history(lunch).await.len();
    for _ in 0..2 {
        carla.commands(report(rude)).await.unwrap();
    }
    let items = anna.inbox().await.unwrap().items;
    assert_eq!(items.len(), 1, "told once: {items:?}");
    assert_eq!(items[0].by, Some(carla.account));
    let about = InboxAbout::Report {
        conversation: lunch,
        seq: rude,
        reason: "rude".into(),
    };
    assert_eq!(items[0].about, about);
    assert!(boris.inbox().await.unwrap().items.is_empty());
    assert_eq!(
        anna.whole_history(lunch).await.len(),
        head,
        "nothing of it in the room"
    );
    assert_eq!(
        boris.may_not(report(rude)).await.code,
        FaultCode::NotToYourself
    );
    let nothing = carla.may_not(report(Seq(1))).await;
    assert_eq!(nothing.code, FaultCode::NoSuchMessage);

    // About the only one who has a say there: to the house.
    let mut wanda = TestClient::join(&server, "wanda").await;
    let mut admin = Admin::at(&server).await;
    admin.appoints(wanda.account, HouseRole::Moderator).await;
    let annas = anna.post(lunch, "boris is one").await.unwrap();
    carla.commands(report(annas)).await.unwrap();
    wanda
        .own_entry(
            "the report",
            |body| matches!(body, EntryBody::InboxAdded { item } if item.by == Some(carla.account)),
        )
        .await;
    assert_eq!(anna.inbox().await.unwrap().items.len(), 1);

    // A second moderator of the room takes over from the house.
    let appoint = Command::SetRoomRole {
        conversation: lunch,
        account: boris.account,
        role: RoomRole::Moderator,
    };
    anna.commands(appoint).await.unwrap();
    let annas = anna.post(lunch, "and I am").await.unwrap();
    carla.commands(report(annas)).await.unwrap();
    assert_eq!(boris.inbox().await.unwrap().items.len(), 1);
    // Besides that she was made a moderator.
    assert_eq!(wanda.inbox().await.unwrap().items.len(), 2);
}

/// "`enable_account` with `enabled` false ends all connections of an account at once and refuses its logins;
/// nothing else of it changes."
#[tokio::test]
async fn disabling_an_account_ends_its_sessions_at_once() {
    let server = TestServer::start().await;
    let (mut anna, mut boris, lunch) = lunch(&server).await;
    let mut phone = TestClient::sign_in_on(&server, "boris").await;
    let disable = ["account", "disable", "boris", "--reason", "left on 1 May"];
    let _ = chatctl(&server, &disable).await.ok();
    for client in [&mut boris, &mut phone] {
        assert_eq!(client.end().await.unwrap().code, FaultCode::AccountDisabled);
        let back = client.reconnect(&server).await.unwrap_err();
        assert_eq!(back.code(), Some(FaultCode::AccountDisabled));
    }
    let told = EntryBody::AccountEnabled {
        account: boris.account,
        enabled: false,
    };
    anna.house_entry("it is told", |body| *body == told).await;
    let mut connection = Connection::tls(&server).await;
    connection.hello().await.unwrap();
    let by_password = connection.sign_in("boris", PASSWORD).await;
    assert_eq!(code(by_password), FaultCode::AccountDisabled);
    let mut connection = Connection::tls(&server).await;
    connection.hello().await.unwrap();
    assert_eq!(
        code(connection.sign_in("boris", "another password").await),
        FaultCode::SignInFailed,
        "only who knows the password is told"
    );

    let _ = chatctl(&server, &["account", "enable", "boris"]).await.ok();
    boris
        .reconnect(&server)
        .await
        .expect("his devices are still his");
    boris.post(lunch, "back again").await.unwrap();
    anna.hears(lunch, "back again").await;
}
