//! "scroll back": older messages come, and new ones do not move what is being read.

use super::{Parts, Person, on_both_screens};
use chat_tests::terminal::{Size, keys};
use chat_tests::{TestClient, TestServer};

on_both_screens!(
    page_up_shows_older_messages_and_new_ones_do_not_move_it,
    all_of_a_long_conversation_can_be_scrolled_to,
);

async fn page_up_shows_older_messages_and_new_ones_do_not_move_it(size: Size) {
    let server = TestServer::start().await;
    Person::registers(&server, "anna").await;
    let mut clara = TestClient::join(&server, "clara").await;
    let general = clara.general().await;
    for number in 1..=150 {
        let text = format!("message {number} .");
        clara.post(general, &text).await.unwrap();
    }
    let mut anna = Person::opens(&server, "anna", size).await;
    // Whether a mention waits further up is known a moment later; until then it is not read.
    anna.until("a full screen, and read", |screen| {
        is_full(screen) && screen.unread("#general").is_none()
    })
    .await;
    anna.press(keys::PAGE_UP);
    let scrolled = anna
        .until("older messages", |screen| {
            screen.shows("more below") && !screen.shows("message 150 .")
        })
        .await;
    for number in 1..=3 {
        let text = format!("new {number} .");
        clara.post(general, &text).await.unwrap();
    }
    let moved = anna
        .until("the new ones are told", |screen| {
            screen.shows("3 new below")
        })
        .await;
    let without_last = |screen: &chat_tests::Screen| {
        let mut rows = screen.messages();
        rows.pop();
        rows
    };
    assert_eq!(without_last(&scrolled), without_last(&moved), "{moved}");
    // Not seen, so not read.
    assert_eq!(moved.unread("#general"), Some(3), "{moved}");
    anna.press(keys::PAGE_UP);
    anna.until("still older ones", |screen| {
        screen.messages().first() != scrolled.messages().first()
    })
    .await;
    anna.press(keys::ESCAPE);
    let screen = anna.hears("clara", "new 3 .").await;
    assert!(!screen.shows("new below"), "{screen}");
    anna.until("read", |screen| screen.unread("#general").is_none())
        .await;
}

/// More than the client asks for at its start: the rest is fetched on the way.
async fn all_of_a_long_conversation_can_be_scrolled_to(size: Size) {
    let server = TestServer::start().await;
    Person::registers(&server, "anna").await;
    let mut clara = TestClient::join(&server, "clara").await;
    let general = clara.general().await;
    for number in 1..=700 {
        let text = format!("message {number} .");
        clara.post(general, &text).await.unwrap();
    }
    let mut anna = Person::opens(&server, "anna", size).await;
    let screen = anna.until("a full screen", is_full).await;
    let mut pages = vec![numbers(&screen)];
    assert_eq!(pages[0].last(), Some(&700), "{screen}");
    while pages.last().is_none_or(|page| page.first() != Some(&1)) {
        anna.press(keys::PAGE_UP);
        let below = pages.last().cloned().unwrap_or_default();
        let page = anna
            .wait_for("older messages", |screen| {
                // A day's line on top goes again when what is before it comes.
                let is_whole = screen.messages()[0].contains("clara  message");
                let page = Some(numbers(screen)).filter(|page| page.first() < below.first());
                page.filter(|page| is_whole || page.first() == Some(&1))
            })
            .await;
        let one_after_the_other = page.windows(2).all(|pair| pair[0] + 1 == pair[1]);
        assert!(one_after_the_other, "{page:?}");
        assert!(
            page.last() >= below.first(),
            "between {page:?} and {below:?} nothing was skipped"
        );
        pages.push(page);
    }
    anna.press(keys::ESCAPE);
    anna.hears("clara", "message 700 .").await;
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

/// Whether messages fill it. What it began with may be less than a large screen holds; the rest comes
/// by itself.
fn is_full(screen: &chat_tests::Screen) -> bool {
    numbers(screen).len() == screen.rows.len() - 3
}
