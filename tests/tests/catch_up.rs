//! "Login, reconnect, a second device and a lagging connection are the same thing: the client sends its
//! cursors, the server sends what is above them."

use chat_shared::{ConversationId, Event, Feed, Nonce, Request, Seq};
use chat_tests::{TestClient, TestServer};

/// "`after` is the client's cursor where at most 1,000 entries lie above it".
#[tokio::test]
async fn a_cursor_brings_exactly_what_is_above_it() {
    let server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let general = anna.general().await;
    for number in 0..30 {
        anna.post(general, &format!("message {number}"))
            .await
            .unwrap();
    }
    let history = anna.whole_history(general).await;
    let newest = history.last().unwrap().seq;
    let mut newest = newest;
    for back in [0, 1, 7, 30] {
        let cursor = Seq(newest.0 - back);
        anna.reconnect(&server).await.unwrap();
        let summaries = anna.sync_from(&[(general, cursor)], 5).await;
        assert_eq!(
            summaries[0].after, cursor,
            "the cursor counts, not `newest`"
        );
        assert_eq!(summaries[0].seq, newest);
        newest = anna.post(general, &format!("after {back}")).await.unwrap();
        anna.hears(general, &format!("after {back}")).await;
        let came: Vec<u64> = anna
            .entries_of(general)
            .iter()
            .map(|entry| entry.seq.0)
            .collect();
        assert_eq!(came, (cursor.0 + 1..=newest.0).collect::<Vec<_>>());
    }
}

/// "and otherwise the place below the `newest` ones ... Where `after` is above the cursor there is a gap".
#[tokio::test]
async fn a_cursor_too_far_back_leaves_a_gap_that_history_fills() {
    let server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let general = anna.general().await;
    for batch in 0..19 {
        let mut ids = Vec::new();
        for number in 0..60 {
            let request = anna.post_request(general, &format!("message {batch} {number}"));
            ids.push(anna.send(request).await.unwrap());
        }
        for id in ids {
            anna.answer(id).await.unwrap();
        }
    }
    let newest = anna.whole_history(general).await.last().unwrap().seq;
    assert!(newest.0 > 1_100);

    anna.reconnect(&server).await.unwrap();
    let summaries = anna.sync_from(&[(general, Seq(2))], 50).await;
    assert_eq!(summaries[0].after, Seq(newest.0 - 50));
    let feed = Feed::Conversation {
        conversation: general,
    };
    anna.entry(feed, "the newest", |entry| entry.seq == newest)
        .await;
    let came: Vec<u64> = anna
        .entries_of(general)
        .iter()
        .map(|entry| entry.seq.0)
        .collect();
    assert_eq!(came, (newest.0 - 49..=newest.0).collect::<Vec<_>>());
    chat_tests::check_history(&anna.whole_history(general).await, &[]);

    // At most 1,000 above the cursor: no gap.
    anna.reconnect(&server).await.unwrap();
    let cursor = Seq(newest.0 - 1_000);
    let summaries = anna.sync_from(&[(general, cursor)], 50).await;
    assert_eq!(summaries[0].after, cursor);
    anna.entry(feed, "the newest", |entry| entry.seq == newest)
        .await;
    assert_eq!(anna.entries_of(general).len(), 1_000);
}

/// A few conversations are read in another way than many: to the same end on both sides of the limit.
#[tokio::test]
async fn a_sync_is_whole_and_then_live_however_many_conversations_there_are() {
    let server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let mut boris = TestClient::join(&server, "boris").await;
    let mut rooms = vec![anna.general().await];
    for count in 1..=12 {
        if count > 1 {
            let room = anna.create_room(&format!("room{count}")).await.unwrap();
            boris.join_room(room).await.unwrap();
            rooms.push(room);
        }
        let mut cursors = Vec::new();
        for room in &rooms {
            cursors.push((*room, boris.post(*room, "before").await.unwrap()));
            boris
                .post(*room, &format!("missed at {count}"))
                .await
                .unwrap();
        }
        anna.reconnect(&server).await.unwrap();
        let summaries = anna.sync_from(&cursors, 5).await;
        let synced: Vec<_> = summaries
            .iter()
            .map(|about| (about.conversation, about.after))
            .collect();
        assert_eq!(synced, cursors);
        for room in &rooms {
            boris
                .post(*room, &format!("live at {count}"))
                .await
                .unwrap();
            anna.hears(*room, &format!("live at {count}")).await;
            let texts: Vec<_> = anna
                .entries_of(*room)
                .iter()
                .map(|entry| entry.body.clone())
                .collect();
            let said = |what: &str| chat_shared::EntryBody::Posted {
                text: format!("{what} at {count}"),
            };
            assert_eq!(texts, [said("missed"), said("live")]);
        }
    }
}

/// "only these; absent: all of one's own; empty: none"
#[tokio::test]
async fn a_client_gets_what_it_asked_for_and_nothing_else() {
    let server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let general = anna.general().await;
    let kitchen = anna.create_room("kitchen").await.unwrap();

    let mut script = TestClient::sign_in_on(&server, "anna").await;
    let none = Request::Sync {
        house: None,
        only: Some(vec![]),
        cursors: vec![],
        newest: 50,
    };
    let Ok(Event::Synced { conversations, .. }) = script.ask(none).await else {
        panic!("synced")
    };
    assert_eq!(conversations, []);

    let one = Request::Sync {
        house: None,
        only: Some(vec![kitchen]),
        cursors: vec![],
        newest: 50,
    };
    let Ok(Event::Synced { conversations, .. }) = script.ask(one).await else {
        panic!("synced")
    };
    assert_eq!(conversations.len(), 1);
    assert_eq!(conversations[0].conversation, kitchen);
    anna.post(general, "not for the script").await.unwrap();
    anna.post(kitchen, "for the script").await.unwrap();
    script.hears(kitchen, "for the script").await;
    assert_eq!(script.entries_of(general), []);
    assert!(!script.entries.contains_key(&Feed::House));
}

/// "A second one replaces the first."
#[tokio::test]
async fn a_second_sync_replaces_the_first() {
    let server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let general = anna.general().await;
    let seq = anna.post(general, "first").await.unwrap();
    anna.hears(general, "first").await;
    let summaries = anna.sync_from(&[(general, Seq(seq.0 - 1))], 0).await;
    assert_eq!(summaries[0].after, Seq(seq.0 - 1));
    anna.post(general, "second").await.unwrap();
    anna.hears(general, "second").await;
    let firsts = anna
        .entries_of(general)
        .iter()
        .filter(|entry| entry.seq == seq)
        .count();
    assert_eq!(firsts, 2, "once after each sync");
}

/// "**Where `after` is below the cursor** the client knows more than the daemon, whose store was set back".
#[tokio::test]
async fn a_cursor_from_the_future_begins_anew() {
    let server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let conversation = anna.general().await;
    let newest = anna.post(conversation, "still here").await.unwrap();
    let summaries = anna.sync_from(&[(conversation, Seq(1_000_000))], 1).await;
    assert_eq!(
        (summaries[0].seq, summaries[0].after),
        (newest, Seq(newest.0 - 1))
    );
    anna.hears(conversation, "still here").await;
}

/// A second device sees what the first did, and the account's feed tells it what is new.
#[tokio::test]
async fn the_devices_of_one_account_share_its_feed() {
    let server = TestServer::start().await;
    let mut desk = TestClient::join(&server, "anna").await;
    let mut phone = TestClient::sign_in_on(&server, "anna").await;
    phone.sync_all().await;
    desk.entry(Feed::Account, "the phone", |entry| {
        matches!(entry.body, chat_shared::EntryBody::DeviceAdded { device, .. } if device == phone.device)
    })
    .await;
    let kitchen = desk.create_room("kitchen").await.unwrap();
    phone
        .entry(Feed::Account, "the room", |entry| {
            entry.body
                == chat_shared::EntryBody::ConversationAdded {
                    conversation: kitchen,
                }
        })
        .await;
    desk.post(kitchen, "hello phone").await.unwrap();
    phone.hears(kitchen, "hello phone").await;
    phone.post(kitchen, "hello desk").await.unwrap();
    desk.hears(kitchen, "hello desk").await;

    // Read marks travel, within 2 seconds, and only move on.
    let general = desk.general().await;
    let seq = phone.post(general, "read this").await.unwrap();
    desk.ask(Request::MarkRead {
        conversation: general,
        seq: Seq(1),
    })
    .await
    .unwrap();
    phone
        .entry(Feed::Account, "the mark", |entry| {
            matches!(entry.body, chat_shared::EntryBody::Read { conversation, seq: read, .. }
                if conversation == general && read == seq)
        })
        .await;
    let mut third = TestClient::sign_in_on(&server, "anna").await;
    let summaries = third.sync_from(&[], 0).await;
    let summary = summaries
        .iter()
        .find(|summary| summary.conversation == general)
        .unwrap();
    assert_eq!((summary.read, summary.posts - summary.read_posts), (seq, 0));
}

/// "What came or went while a sync was read is either in `synced` or told after it, never both."
#[tokio::test]
async fn who_comes_and_goes_while_another_device_syncs_is_told_of_each_conversation_once() {
    let server = TestServer::builder()
        .set("limits.requests_per_sec", 10_000)
        .set("limits.request_burst", 10_000)
        .start()
        .await;
    let mut anna = TestClient::join(&server, "anna").await;
    let mut desk = TestClient::join(&server, "boris").await;
    let mut phone = TestClient::sign_in_on(&server, "boris").await;
    let mut rooms = Vec::new();
    for number in 0..8 {
        let room = anna.create_room(&format!("room{number}")).await.unwrap();
        desk.join_room(room).await.unwrap();
        rooms.push(room);
    }
    let all = rooms.clone();
    let coming_and_going = tokio::spawn(async move {
        for _ in 0..60 {
            let mut asked = Vec::new();
            for room in &all {
                for request in out_and_in(&mut desk, *room) {
                    asked.push(desk.send(request).await.unwrap());
                }
            }
            for id in asked {
                desk.answer(id).await.unwrap();
            }
        }
    });
    // Its connection ends the test where a conversation is opened that it has, or an entry comes of one that
    // it has not.
    while !coming_and_going.is_finished() {
        phone.sync_from(&[], 5).await;
    }
    coming_and_going.await.unwrap();
    for room in rooms {
        anna.post(room, "is he here?").await.unwrap();
        phone.hears(room, "is he here?").await;
    }
}

/// Leaving a room and coming back: sent together, one commit takes both.
fn out_and_in(client: &mut TestClient, conversation: ConversationId) -> [Request; 2] {
    let nonce = client.next_nonce();
    let leave = Request::Leave {
        nonce,
        settled: Nonce(nonce.0 - 1),
        conversation,
    };
    let nonce = client.next_nonce();
    let join = Request::Join {
        nonce,
        settled: Nonce(nonce.0 - 2),
        conversation,
    };
    [leave, join]
}
