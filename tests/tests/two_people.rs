//! "Two people talk in `#general` (everybody's first room) and directly, see each other come and go, see who
//! is online, scroll back, leave and return: what was said meanwhile is there, unread counts say how much."

use chat_shared::{AccountId, Event, Feed, PresenceState, Request};
use chat_tests::{TestClient, TestServer};

fn change_of(account: AccountId, state: PresenceState) -> impl Fn(&Event) -> Option<()> {
    move |event| match event {
        Event::PresenceChanged { people } => people
            .iter()
            .any(|presence| presence.account == account && presence.state == state)
            .then_some(()),
        _ => None,
    }
}

#[tokio::test]
async fn two_people_talk_leave_and_return() {
    let server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let general = anna.general().await;
    anna.ask(Request::SetPresence {
        state: PresenceState::Online,
    })
    .await
    .unwrap();

    // Boris comes: Anna sees the account, the entry of the room, and that he is online.
    let mut boris = TestClient::join(&server, "boris").await;
    let boris_id = boris.account;
    anna.entry(Feed::House, "boris in the house", |entry| {
        matches!(&entry.body, chat_shared::EntryBody::AccountAdded { account, name }
            if *account == boris_id && name == "boris")
    })
    .await;
    anna.entry(
        Feed::Conversation {
            conversation: general,
        },
        "boris in #general",
        |entry| entry.body == chat_shared::EntryBody::Joined { account: boris_id },
    )
    .await;
    boris
        .ask(Request::SetPresence {
            state: PresenceState::Online,
        })
        .await
        .unwrap();
    anna.signal(
        "boris online",
        change_of(boris.account, PresenceState::Online),
    )
    .await;
    let Ok(Event::Who { people, .. }) = boris
        .ask(Request::Who {
            since: None,
            after: AccountId(0),
        })
        .await
    else {
        panic!("who")
    };
    assert_eq!(people.len(), 2);
    assert!(
        people
            .iter()
            .all(|presence| presence.state == PresenceState::Online)
    );

    // They talk in the room and directly.
    let seq = anna.post(general, "Hello Boris").await.unwrap();
    let heard = boris.hears(general, "Hello Boris").await;
    assert_eq!((heard.seq, heard.by), (seq, Some(anna.account)));
    anna.hears(general, "Hello Boris").await;
    let direct = boris.open_direct(&[anna.account]).await.unwrap();
    boris.post(direct, "Привет, Anna! 你好 👋").await.unwrap();
    anna.hears(direct, "Привет, Anna! 你好 👋").await;
    assert_eq!(
        anna.open_direct(&[boris.account]).await.unwrap(),
        direct,
        "the one that is there"
    );

    // Boris goes, Anna goes on, Boris returns: it is there, counted as unread.
    let seen = boris.entries_of(general).last().unwrap().seq;
    drop(boris);
    anna.signal("boris offline", change_of(boris_id, PresenceState::Offline))
        .await;
    for text in ["one", "two", "three"] {
        anna.post(general, text).await.unwrap();
    }
    let mut boris = TestClient::sign_in_on(&server, "boris").await;
    let summaries = boris.sync_from(&[(general, seen)], 100).await;
    let summary = summaries
        .iter()
        .find(|summary| summary.conversation == general)
        .unwrap();
    assert_eq!(
        summary.posts - summary.read_posts,
        4,
        "`Hello Boris` and three more: {summary:?}"
    );
    assert_eq!(summary.after, seen);
    boris.hears(general, "three").await;
    let texts: Vec<_> = boris
        .entries_of(general)
        .iter()
        .map(|entry| entry.seq.0 - seen.0)
        .collect();
    assert_eq!(texts, [1, 2, 3], "exactly what was missed");

    // He scrolls back.
    let history = boris.whole_history(general).await;
    chat_tests::check_history(&history, &[]);
    assert_eq!(history.last().unwrap().posts, 4);
}

/// "A sender gets `done` before the `entries` that hold what it did."
#[tokio::test]
async fn a_sender_gets_done_before_the_push_of_it() {
    let server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let general = anna.general().await;
    for number in 0..50 {
        let text = format!("message {number}");
        let seq = anna.post(general, &text).await.unwrap();
        let pushed = anna
            .entries_of(general)
            .iter()
            .any(|entry| entry.seq == seq);
        assert!(!pushed, "the push of {seq} was there when its answer came");
        anna.hears(general, &text).await;
    }
}
