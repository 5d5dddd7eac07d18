//! "each leading to its place": a line of the inbox whose message is thousands of messages back, as after
//! two weeks of holiday.

use super::{Parts, Person, on_both_screens};
use chat_shared::ConversationId;
use chat_tests::terminal::{Size, keys};
use chat_tests::{TestClient, TestServer, programs};

on_both_screens!(
    a_mention_thousands_of_messages_back_is_led_to_and_end_goes_back,
    the_connection_breaks_while_one_looks_at_the_past,
    a_mention_above_the_screen_waits_where_the_screen_was_there_all_along,
);

/// Messages said while one was away: more than one would scroll over.
const MEANWHILE: usize = 5_100;

/// Unanswered messages at a time.
const AT_ONCE: usize = 64;

/// Says `message 1 .`, `message 2 .` and so on, without waiting for each.
async fn says_many(client: &mut TestClient, there: ConversationId, count: usize) {
    let texts: Vec<_> = (1..=count).map(|n| format!("message {n} .")).collect();
    for texts in texts.chunks(AT_ONCE) {
        let mut ids = Vec::new();
        for text in texts {
            let request = client.post_request(there, text);
            ids.push(client.send(request).await.unwrap());
        }
        for id in ids {
            client.answer(id).await.unwrap();
        }
    }
}

/// Anna was away for so many messages, the first of which mentions her.
async fn back_from_holiday(
    server: &TestServer,
    size: Size,
) -> (Person, TestClient, ConversationId) {
    let mut clara = TestClient::join(server, "clara").await;
    let lunch = clara.create_room("lunch").await.unwrap();
    Person::registers(server, "anna").await;
    let join = programs::chatc(server, "anna", &["join", "lunch"]);
    let _ = programs::run(join, None).await.ok();
    let mut anna = Person::opens(server, "anna", size).await;
    anna.press(&keys::control('n'));
    anna.until("in #lunch", |screen| screen.title().starts_with("#lunch"))
        .await;
    anna.quits().await;
    clara.post(lunch, "before .").await.unwrap();
    clara.post(lunch, "@anna the key?").await.unwrap();
    says_many(&mut clara, lunch, MEANWHILE).await;
    let anna = Person::opens(server, "anna", size).await;
    // She left in this room, so it is before her eyes: that does not read over the mention.
    let screen = anna.hears("clara", &format!("message {MEANWHILE} .")).await;
    assert!(screen.title().starts_with("#lunch"), "{screen}");
    anna.until("the mention waits", |screen| {
        screen.status().contains("5102 unread · 1 in /inbox")
    })
    .await;
    (anna, clara, lunch)
}

impl Person {
    /// Opens the inbox and follows its first line, to the mention.
    async fn follows_the_mention(&mut self) -> chat_tests::Screen {
        self.press(&keys::alt('i'));
        self.shows("clara mentioned you in #lunch").await;
        self.press(keys::ENTER);
        self.until("the mention in its place", |screen| {
            let texts = ["before .", "@anna the key?", "message 1 .", "message 2 ."];
            screen.title().starts_with("#lunch") && texts.iter().all(|text| screen.shows(text))
        })
        .await
    }

    /// Scrolls down by a page, as far as what is there goes; tells which messages are on the screen then.
    async fn pages_down(&mut self) -> Vec<usize> {
        numbers(&self.turns(keys::PAGE_DOWN).await)
    }

    /// Turns a page by a key.
    async fn turns(&mut self, key: &str) -> chat_tests::Screen {
        self.press(key);
        // Keys are taken in their order: with the letter in the line, the page was turned.
        self.types("x").await;
        self.press(keys::BACKSPACE);
        self.until("an empty line", |screen| screen.input().is_empty())
            .await
    }
}

async fn a_mention_thousands_of_messages_back_is_led_to_and_end_goes_back(size: Size) {
    let server = TestServer::start().await;
    let (mut anna, mut clara, lunch) = back_from_holiday(&server, size).await;
    let screen = anna.follows_the_mention().await;
    assert!(screen.shows("the past · 5102 new"), "{screen}");
    // It was led to and does not wait any longer; nothing else is read by that.
    let screen = anna
        .until("an empty inbox", |screen| {
            !screen.status().contains("in /inbox")
        })
        .await;
    assert!(screen.status().contains("5102 unread"), "{screen}");
    clara.post(lunch, "one more .").await.unwrap();
    let screen = anna.shows("the past · 5103 new").await;
    assert!(screen.shows("@anna the key?"), "{screen}");
    // On from there: one page after the other, nothing left out.
    let mut seen = numbers(&screen);
    while seen[0] < 500 {
        let page = anna.pages_down().await;
        assert!(page.windows(2).all(|pair| pair[0] + 1 == pair[1]));
        assert!(page[0] <= seen[seen.len() - 1] + 1, "{page:?} {seen:?}");
        seen = page;
    }
    // The line is empty, so this key is not for it.
    anna.press(keys::END);
    let screen = anna.hears("clara", "one more .").await;
    assert!(!screen.shows("the past ·"), "{screen}");
    assert_eq!(numbers(&screen).last(), Some(&MEANWHILE), "{screen}");
    anna.until("read", |screen| screen.unread("#lunch").is_none())
        .await;
}

async fn the_connection_breaks_while_one_looks_at_the_past(size: Size) {
    let mut server = TestServer::start().await;
    let (mut anna, mut clara, lunch) = back_from_holiday(&server, size).await;
    anna.follows_the_mention().await;
    server.kill9().await;
    anna.shows("connection lost").await;
    // There is nothing to be had now; it comes as soon as there is.
    for _ in 0..10 {
        anna.pages_down().await;
    }
    server.restart().await;
    clara.reconnect(&server).await.unwrap();
    clara.post(lunch, "back again .").await.unwrap();
    anna.is_online().await;
    anna.shows("the past · 5103 new").await;
    // More than the page that was there when it broke.
    while anna.pages_down().await[0] < 300 {}
    anna.press(keys::ESCAPE);
    anna.hears("clara", "back again .").await;
}

async fn a_mention_above_the_screen_waits_where_the_screen_was_there_all_along(size: Size) {
    let server = TestServer::start().await;
    let mut clara = TestClient::join(&server, "clara").await;
    let lunch = clara.create_room("lunch").await.unwrap();
    Person::registers(&server, "anna").await;
    let join = programs::chatc(&server, "anna", &["join", "lunch"]);
    let _ = programs::run(join, None).await.ok();
    let mut anna = Person::opens(&server, "anna", size).await;
    anna.until("in #general", |screen| {
        screen.title().starts_with("#general")
    })
    .await;
    clara.post(lunch, "@anna the key?").await.unwrap();
    says_many(&mut clara, lunch, 150).await;
    let waits = |screen: &chat_tests::Screen, unread| {
        let status = screen.status();
        status.contains(&format!("{unread} unread · 1 in /inbox"))
    };
    anna.until("all of it", |screen| waits(screen, 151)).await;
    anna.press(&keys::control('n'));
    let screen = anna.hears("clara", "message 150 .").await;
    assert!(waits(&screen, 151), "{screen}");
    clara.post(lunch, "one more .").await.unwrap();
    let screen = anna.hears("clara", "one more .").await;
    assert!(waits(&screen, 152), "{screen}");
    let mut pages = 0;
    while !anna.turns(keys::PAGE_UP).await.shows("@anna the key?") {
        pages += 1;
        assert!(pages < 30, "it ends");
    }
    anna.press(keys::ESCAPE);
    anna.until("read", |screen| {
        !screen.status().contains("unread") && !screen.status().contains("in /inbox")
    })
    .await;
}

/// Which messages are on the screen.
fn numbers(screen: &chat_tests::Screen) -> Vec<usize> {
    let rows = screen.messages();
    let texts = rows
        .iter()
        .filter_map(|row| row.split_once("clara  message "));
    texts
        .map(|(_, number)| number.trim_end_matches(" .").parse().unwrap())
        .collect()
}
