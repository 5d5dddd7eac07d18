//! The window: its size, the mouse, and what is pasted.

use super::{Parts, Person, on_both_screens};
use chat_tests::terminal::{LARGE, SMALL, Size, keys};
use chat_tests::{TestClient, TestServer};

on_both_screens!(a_window_of_twenty_by_four_and_back_shows_everything_again);

async fn a_window_of_twenty_by_four_and_back_shows_everything_again(size: Size) {
    let server = TestServer::start().await;
    let mut clara = TestClient::join(&server, "clara").await;
    let general = clara.general().await;
    let mut anna = Person::comes(&server, "anna", size).await;
    clara.post(general, "before").await.unwrap();
    anna.hears("clara", "before").await;
    anna.types("a draft").await;
    let before = anna.screen();

    anna.resize(Size::of(20, 4));
    let small = anna
        .until("the small one", |screen| {
            screen.rows.len() == 4
                && screen.status().starts_with("● online")
                && screen.input() == "a draft"
        })
        .await;
    assert_eq!(small.cursor, Some((3, 9)), "{small}");
    clara.post(general, "meanwhile").await.unwrap();
    anna.shows("meanwhile").await;
    // As small as a window gets, and odd ones on the way.
    for (columns, rows) in [(1, 1), (2, 2), (20, 1), (1, 30), (64, 3), (47, 6)] {
        anna.resize(Size::of(columns, rows));
        anna.press("x");
        anna.press(keys::BACKSPACE);
    }
    anna.resize(size);
    let after = anna
        .until("the old size", |screen| {
            screen.input() == "a draft"
                && screen
                    .messages()
                    .iter()
                    .any(|row| row.ends_with("clara  meanwhile"))
                && screen.rows.len() == usize::from(size.rows)
                && screen.title().starts_with("#general")
                // What is told of people after the start may still have been on its way.
                && screen.people().len() >= before.people().len()
        })
        .await;
    assert_eq!(after.cursor, before.cursor, "{after}");
    assert_eq!(after.count("clara  before"), 1, "{after}");
    anna.press(keys::ENTER);
    anna.hears("anna", "a draft").await;
}

/// Neither waits for the next key.
#[tokio::test]
async fn a_key_and_a_new_size_at_the_same_moment_both_arrive() {
    let server = TestServer::start().await;
    let mut anna = Person::comes(&server, "anna", SMALL).await;
    for number in 0..200 {
        let columns = SMALL.columns - 1 - number % 2;
        let (key, input) = match number % 2 {
            0 => ("x", "x"),
            _ => (keys::BACKSPACE, ""),
        };
        anna.resize(Size::of(columns, SMALL.rows));
        anna.press(key);
        let what = format!("`{input}` in the line");
        anna.until(&what, |screen| {
            screen.input() == input && screen.status().ends_with("/help")
        })
        .await;
    }
}

#[tokio::test]
async fn a_window_that_grows_shows_people_and_one_that_shrinks_hides_them() {
    let server = TestServer::start().await;
    let mut anna = Person::comes(&server, "anna", SMALL).await;
    assert!(anna.screen().people().is_empty(), "{}", anna.screen());
    anna.resize(LARGE);
    anna.until("people", |screen| {
        screen.people() == ["1 of 1 here", "● anna"]
    })
    .await;
    anna.resize(SMALL);
    anna.until("no people", |screen| {
        screen.people().is_empty() && screen.status().starts_with("● online")
    })
    .await;
}

/// "Keyboard first, mouse works."
#[tokio::test]
async fn a_click_opens_a_conversation_and_the_wheel_scrolls() {
    let server = TestServer::start().await;
    Person::registers(&server, "anna").await;
    let mut clara = TestClient::join(&server, "clara").await;
    let general = clara.general().await;
    for number in 0..60 {
        let text = format!("message {number} .");
        clara.post(general, &text).await.unwrap();
    }
    let mut anna = Person::opens(&server, "anna", SMALL).await;
    anna.enters("/create #lunch").await;
    anna.until("in #lunch", |screen| screen.title().starts_with("#lunch"))
        .await;
    // The button goes down and up at column 4 of the first row.
    anna.press("\x1b[<0;4;1M\x1b[<0;4;1m");
    anna.until("in #general", |screen| {
        screen.title().starts_with("#general")
    })
    .await;
    anna.hears("clara", "message 59 .").await;
    // Up, over the messages.
    anna.press("\x1b[<64;40;10M");
    anna.until("older ones", |screen| {
        screen.shows("more below") && !screen.shows("message 59 .")
    })
    .await;
    for _ in 0..3 {
        anna.press("\x1b[<65;40;10M");
    }
    anna.hears("clara", "message 59 .").await;
}

/// What is pasted waits for Enter, however many lines it has.
#[tokio::test]
async fn pasted_lines_are_one_message_and_wait_for_enter() {
    let server = TestServer::start().await;
    let mut anna = Person::comes(&server, "anna", SMALL).await;
    let boris = Person::comes(&server, "boris", SMALL).await;
    anna.press("\x1b[200~one\rtwo\rthree\r\x1b[201~");
    anna.until("in the line", |screen| screen.input() == "one⏎two⏎three")
        .await;
    anna.press(keys::ENTER);
    let screen = boris.shows("three").await;
    let messages = screen.messages();
    let first = messages
        .iter()
        .position(|row| row.ends_with("anna  one"))
        .unwrap();
    assert_eq!(messages[first + 1..], ["two", "three"], "{screen}");
}

/// Alt-Enter is sent as Escape and Enter together: a new line, where Enter alone sends.
#[tokio::test]
async fn alt_enter_begins_a_new_line_in_the_message() {
    let server = TestServer::start().await;
    let mut anna = Person::comes(&server, "anna", SMALL).await;
    let boris = Person::comes(&server, "boris", SMALL).await;
    anna.types("one").await;
    anna.press(keys::ALT_ENTER);
    anna.until("a new line", |screen| screen.input() == "one⏎")
        .await;
    anna.press("two");
    anna.until("both lines", |screen| screen.input() == "one⏎two")
        .await;
    anna.press(keys::ENTER);
    let screen = boris.shows("two").await;
    let messages = screen.messages();
    let first = messages.iter().position(|row| row.ends_with("anna  one"));
    let first = first.unwrap_or_else(|| panic!("{screen}"));
    assert_eq!(messages[first + 1], "two", "{screen}");
}
