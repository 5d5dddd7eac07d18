//! "Text from others is cleaned (control characters, escape sequences, bidi overrides) in one place."

use super::{Parts, Person, on_both_screens};
use chat_tests::terminal::{Size, keys};
use chat_tests::{TestClient, TestServer};

on_both_screens!(what_others_write_draws_text_and_nothing_else);

/// Each with a word by which it is found on the screen.
const ATTACKS: [(&str, &str); 9] = [
    ("title", "\u{1b}]0;owned\u{7}title"),
    ("icon", "\u{1b}]2;owned\u{1b}\\icon"),
    ("clipboard", "\u{1b}]52;c;b3duZWQ=\u{7}clipboard"),
    ("paste", "\u{1b}]52;c;?\u{7}paste"),
    ("cleared", "\u{1b}[2J\u{1b}[Hcleared"),
    ("eight", "\u{9b}2J\u{9d}0;owned\u{9c}eight"),
    ("shrunk", "\u{1b}[8;1;1tshrunk"),
    ("reset", "\u{1b}c\u{1b}[?1049l\u{1b}[?25lreset"),
    ("bells", "\u{7}\u{7}\r\u{8}\u{8}\u{202e}bells"),
];

async fn what_others_write_draws_text_and_nothing_else(size: Size) {
    let server = TestServer::start().await;
    let mut eve = TestClient::join(&server, "eve").await;
    let general = eve.general().await;
    let mut anna = Person::comes(&server, "anna", size).await;
    for (word, attack) in ATTACKS {
        eve.post(general, attack).await.unwrap();
        anna.until(word, |screen| {
            let messages = screen.messages();
            messages
                .last()
                .is_some_and(|last| last.contains("eve  ") && last.ends_with(word))
        })
        .await;
    }
    // Topics and names of rooms are shown elsewhere: in the title of the window too.
    let room = eve.create_room("hall").await.unwrap();
    let topic = chat_shared::Request::SetTopic {
        nonce: eve.next_nonce(),
        settled: chat_shared::Nonce(0),
        conversation: room,
        topic: "\u{1b}]0;owned\u{7}\u{202e}a topic".into(),
    };
    eve.command(topic).await.unwrap();
    anna.enters("/join #hall").await;
    anna.until("the topic", |screen| screen.title().ends_with("a topic"))
        .await;
    anna.enters("/rooms").await;
    anna.until("the rooms", |screen| {
        screen.messages().iter().any(|row| row.ends_with("a topic"))
    })
    .await;
    anna.press(keys::ESCAPE);
    let screen = anna
        .until("the line again", |screen| screen.cursor.is_some())
        .await;

    assert_eq!(screen.bells, 0, "{screen}");
    assert_eq!(screen.resizes, 0, "{screen}");
    assert!(screen.clipboard.is_empty(), "{:?}", screen.clipboard);
    assert!(screen.is_alternate && screen.cursor.is_some(), "{screen}");
    assert!(!screen.titles.is_empty(), "the window has a title");
    for title in &screen.titles {
        let known = title.contains("#general") || title.contains("#hall") || title == "chatc";
        assert!(known && !title.contains("owned"), "{title}");
    }
    let raw = anna.raw();
    let raw = String::from_utf8_lossy(&raw);
    for bad in [
        "\u{1b}]52",
        "\u{1b}]0;owned",
        "\u{1b}]2;owned",
        "\u{1b}c",
        "\u{9b}",
        "\u{9d}",
        "\u{202e}",
    ] {
        assert!(!raw.contains(bad), "{bad:?} reached the terminal");
    }
}
