//! "leave and return: what was said meanwhile is there, unread counts say how much".

use super::{Parts, Person, on_both_screens};
use chat_shared::{Entry, EntryBody, Feed};
use chat_tests::terminal::{Size, keys};
use chat_tests::{TestClient, TestServer};

on_both_screens!(
    an_unread_count_comes_for_what_is_not_open_and_goes_when_it_is_opened,
    who_returns_finds_what_was_said_meanwhile_below_an_unread_line,
);

async fn an_unread_count_comes_for_what_is_not_open_and_goes_when_it_is_opened(size: Size) {
    let server = TestServer::start().await;
    let mut anna = Person::comes(&server, "anna", size).await;
    let mut boris = Person::comes(&server, "boris", size).await;
    boris.enters("/create #lunch").await;
    boris
        .until("in #lunch", |screen| screen.title().starts_with("#lunch"))
        .await;
    for (number, text) in ["one", "two", "three"].into_iter().enumerate() {
        anna.enters(text).await;
        let unread = Some(number as u64 + 1);
        boris
            .until(text, |screen| {
                screen.unread("#general") == unread && !screen.shows(&format!("anna  {text}"))
            })
            .await;
    }
    boris
        .until("it is in the bar", |screen| {
            screen.status().contains("3 unread")
        })
        .await;
    boris.press(&keys::control('p'));
    let screen = boris
        .until("#general is open and read", |screen| {
            screen.title().starts_with("#general")
                && screen.unread("#general").is_none()
                && !screen.status().contains("unread")
        })
        .await;
    let below = below_the_unread_line(&screen);
    assert_eq!(texts(&below, "anna"), ["one", "two", "three"], "{screen}");
    // What comes before his eyes is not counted.
    anna.enters("four").await;
    let screen = boris.hears("anna", "four").await;
    assert_eq!(screen.unread("#general"), None, "{screen}");
}

async fn who_returns_finds_what_was_said_meanwhile_below_an_unread_line(size: Size) {
    let server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let general = anna.general().await;
    let lunch = anna.create_room("lunch").await.unwrap();
    let mut boris = Person::comes(&server, "boris", size).await;
    boris.enters("/join #lunch").await;
    boris
        .until("in #lunch", |screen| screen.title().starts_with("#lunch"))
        .await;
    boris.press(&keys::control('p'));
    boris
        .until("in #general", |screen| {
            screen.title().starts_with("#general")
        })
        .await;
    anna.post(general, "before").await.unwrap();
    boris.hears("anna", "before").await;
    // The daemon has to know that it was read: it may be told a little later.
    let mut other_device = TestClient::sign_in_on(&server, "boris").await;
    other_device.sync_all().await;
    let is_read = |entry: &Entry| matches!(entry.body, EntryBody::Read { conversation, posts: 1, .. } if conversation == general);
    other_device.entry(Feed::Account, "the mark", is_read).await;
    boris.quits().await;

    for text in ["one", "two", "three"] {
        anna.post(general, text).await.unwrap();
    }
    for number in 0..12 {
        let text = format!("dish {number}");
        anna.post(lunch, &text).await.unwrap();
    }
    let boris = Person::opens(&server, "boris", size).await;
    let screen = boris
        .until("the count of what is not open", |screen| {
            screen.unread("#lunch") == Some(12) && screen.shows("anna  three")
        })
        .await;
    let below = below_the_unread_line(&screen);
    assert_eq!(texts(&below, "anna"), ["one", "two", "three"], "{screen}");
    assert_eq!(screen.count("anna  before"), 1, "{screen}");
}

/// The rows below the line that says `unread`.
fn below_the_unread_line(screen: &chat_tests::Screen) -> Vec<String> {
    let rows = screen.messages();
    let line = rows.iter().position(|row| row.contains("─ unread ─"));
    let line = line.unwrap_or_else(|| panic!("no unread line\n{screen}"));
    rows[line + 1..].to_vec()
}

/// What somebody says in these rows.
fn texts<'a>(rows: &'a [String], by: &str) -> Vec<&'a str> {
    let says = format!(" {by}  ");
    rows.iter()
        .filter_map(|row| row.split_once(&says))
        .map(|(_, text)| text)
        .collect()
}
