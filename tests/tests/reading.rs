//! What only reads: history, rooms, members, people.

use chat_shared::{Access, AccountId, ConversationId, Entry, Event, FaultCode, Request, Seq};
use chat_tests::{TestClient, TestServer};

fn history(
    conversation: ConversationId,
    [before, after, around]: [Option<u64>; 3],
    limit: u32,
) -> Request {
    let [before, after, around] = [before, after, around].map(|place| place.map(Seq));
    Request::History {
        conversation,
        before,
        after,
        around,
        limit,
    }
}

async fn places(client: &mut TestClient, request: Request) -> Vec<u64> {
    let Ok(Event::History { entries, .. }) = client.ask(request).await else {
        panic!("history")
    };
    entries.iter().map(|entry: &Entry| entry.seq.0).collect()
}

/// "`history` without a place gives the newest entries; with `before` the newest below it, with `after` the
/// oldest above it, with `around` half from below it and half from it on."
#[tokio::test]
async fn history_is_read_from_any_place() {
    let server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let general = anna.general().await;
    for number in 0..48 {
        anna.post(general, &format!("message {number}"))
            .await
            .unwrap();
    }
    let range = |range: std::ops::RangeInclusive<u64>| range.collect::<Vec<u64>>();
    let ask = |place, limit| history(general, place, limit);
    assert_eq!(places(&mut anna, ask([None; 3], 10)).await, range(41..=50));
    assert_eq!(
        places(&mut anna, ask([Some(20), None, None], 5)).await,
        range(15..=19)
    );
    assert_eq!(
        places(&mut anna, ask([Some(3), None, None], 5)).await,
        range(1..=2)
    );
    assert_eq!(
        places(&mut anna, ask([Some(1), None, None], 5)).await,
        [0_u64; 0]
    );
    assert_eq!(
        places(&mut anna, ask([None, Some(20), None], 5)).await,
        range(21..=25)
    );
    assert_eq!(
        places(&mut anna, ask([None, Some(48), None], 5)).await,
        range(49..=50)
    );
    assert_eq!(
        places(&mut anna, ask([None, Some(50), None], 5)).await,
        [0_u64; 0]
    );
    assert_eq!(
        places(&mut anna, ask([None, Some(0), None], 200)).await,
        range(1..=50)
    );
    assert_eq!(
        places(&mut anna, ask([None, None, Some(20)], 10)).await,
        range(15..=24)
    );
    let around = places(&mut anna, ask([None, None, Some(2)], 10)).await;
    assert!(
        around.contains(&1) && around.contains(&2) && around.contains(&6),
        "{around:?}"
    );
    let around = places(&mut anna, ask([None, None, Some(50)], 10)).await;
    assert!(around.contains(&50) && around.contains(&45), "{around:?}");

    for bad in [
        ask([None; 3], 0),
        ask([None; 3], 201),
        ask([Some(5), Some(1), None], 10),
        ask([Some(5), None, Some(1)], 10),
    ] {
        assert_eq!(anna.refused(bad).await.code, FaultCode::BadRange);
    }
    let nowhere = history(ConversationId(999), [None; 3], 5);
    assert_eq!(
        anna.refused(nowhere).await.code,
        FaultCode::NoSuchConversation
    );
}

/// "it may hold fewer entries than asked for, so that the frame does not become too long"
#[tokio::test]
async fn a_page_of_the_longest_messages_fits_a_frame() {
    let server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let general = anna.general().await;
    for number in 0..40 {
        let text = format!("{number:02}{}", "x".repeat(16_382));
        anna.post(general, &text).await.unwrap();
    }
    for place in [
        [None; 3],
        [Some(43), None, None],
        [None, Some(2), None],
        [None, None, Some(20)],
    ] {
        let page = places(&mut anna, history(general, place, 200)).await;
        assert!(page.len() >= 6 && page.len() < 20, "{place:?}: {page:?}");
        assert!(
            page.windows(2).all(|pair| pair[1] == pair[0] + 1),
            "dense: {page:?}"
        );
        match place {
            [None, Some(after), _] => assert_eq!(page[0], after + 1, "from the place on"),
            [_, _, Some(around)] => assert!(page.contains(&around)),
            _ => assert_eq!(page.last(), Some(&42), "up to the place"),
        }
    }
    chat_tests::check_history(&anna.whole_history(general).await, &[]);
    // Sync splits them over frames as well.
    anna.reconnect(&server).await.unwrap();
    anna.sync_from(&[(general, Seq(0))], 0).await;
    let feed = chat_shared::Feed::Conversation {
        conversation: general,
    };
    anna.entry(feed, "the newest", |entry| entry.seq == Seq(42))
        .await;
}

#[tokio::test]
async fn people_are_found_by_id_and_name() {
    let server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let boris = TestClient::join(&server, "boris").await;
    let request = Request::People {
        accounts: vec![boris.account, AccountId(999), AccountId(0)],
        names: vec!["ANNA".into(), "nobody-here".into(), "not a name!".into()],
    };
    let Ok(Event::People { people, .. }) = anna.ask(request).await else {
        panic!("people")
    };
    let found: Vec<_> = people
        .iter()
        .map(|p| (p.account, p.name.as_str()))
        .collect();
    assert_eq!(found, [(anna.account, "anna"), (boris.account, "boris")]);
}

#[tokio::test]
async fn the_house_tells_of_people_and_rooms() {
    let server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    anna.create_room("kitchen").await.unwrap();
    for number in 0..20 {
        TestClient::join(&server, &format!("person{number}")).await;
    }
    let mut late = TestClient::join(&server, "late").await;
    let account = late.account;
    late.entry(chat_shared::Feed::House, "oneself", |entry| {
        matches!(entry.body, chat_shared::EntryBody::AccountAdded { account: a, .. } if a == account)
    })
    .await;
    let mut house = chat_shared::state::HouseState::default();
    for entry in &late.entries[&chat_shared::Feed::House] {
        house.apply(entry).expect("dense from 1");
    }
    assert_eq!(house.people.len(), 22);
    let names: Vec<_> = house
        .rooms
        .values()
        .map(|room| room.name.as_str())
        .collect();
    assert_eq!(names, ["general", "kitchen"]);
    // Who had it before gets the same by the entries that were pushed.
    let mut pushed = chat_shared::state::HouseState::default();
    anna.entry(chat_shared::Feed::House, "the newest", |entry| {
        entry.seq == house.seq
    })
    .await;
    for entry in &anna.entries[&chat_shared::Feed::House] {
        pushed.apply(entry).expect("dense from 1");
    }
    assert_eq!(pushed, house);
}

/// "The daemon never sends a longer frame than 256 KiB." and the limit of 1,000 conversations of an account.
#[tokio::test]
async fn whoever_is_in_a_thousand_rooms_with_long_topics_still_syncs() {
    let server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let settled = chat_shared::Nonce(0);
    let mut room = 0;
    for _ in 0..37 {
        let mut ids = Vec::new();
        for _ in 0..27 {
            room += 1;
            let (nonce, name) = (anna.next_nonce(), format!("room{room}"));
            let topic = format!("{name} {}", "x".repeat(500));
            let request = Request::CreateRoom {
                nonce,
                settled,
                name,
                topic,
                access: Access::Public,
            };
            ids.push(anna.send(request).await.unwrap());
        }
        for id in ids {
            anna.answer(id).await.unwrap();
        }
    }
    assert_eq!(room, 999);
    let nonce = anna.next_nonce();
    let request = Request::CreateRoom {
        nonce,
        settled,
        name: "more".into(),
        topic: String::new(),
        access: Access::Public,
    };
    assert_eq!(
        anna.refused(request).await.code,
        FaultCode::TooManyConversations
    );

    anna.reconnect(&server).await.unwrap();
    let summaries = anna.sync_from(&[], 1).await;
    assert!(summaries.len() < 1_000, "an answer is one frame");
    // Whatever follows by itself comes before the answer to the next request.
    anna.ask(Request::Ping {}).await.unwrap();
    assert_eq!(summaries.len() + anna.opened.len(), 1_000);
    anna.reconnect(&server).await.unwrap();
    assert_eq!(anna.rooms("").await.unwrap().len(), 1_000);
}
