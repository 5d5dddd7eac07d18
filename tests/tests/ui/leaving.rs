//! However the screen ends, the terminal is as it was.

use super::Person;
use chat_shared::{Entry, EntryBody, Feed};
use chat_tests::terminal::{SMALL, keys};
use chat_tests::{Terminal, TestClient, TestServer};
use nix::sys::signal::Signal;

fn is_as_it_was(terminal: &Terminal) {
    let screen = terminal.screen();
    assert!(!screen.is_alternate, "{screen}");
    assert!(screen.cursor.is_some(), "the cursor is seen\n{screen}");
    assert!(terminal.echoes(), "what one types is seen");
    let raw = terminal.raw();
    let raw = String::from_utf8_lossy(&raw);
    // Bracketed paste, focus, and the mouse: what was switched on was switched off last.
    for mode in ["2004", "1004", "1000", "1002", "1003", "1006"] {
        let last = |end: &str| raw.rfind(&format!("\x1b[?{mode}{end}"));
        assert!(last("l") >= last("h"), "mode {mode} is still on");
    }
}

#[tokio::test]
async fn quitting_by_command_and_by_keys_gives_the_terminal_back() {
    let server = TestServer::start().await;
    let mut anna = Person::comes(&server, "anna", SMALL).await;
    anna.types("/quit").await;
    anna.press(keys::ENTER);
    assert_eq!(anna.ended().await, 0);
    is_as_it_was(&anna);

    let mut anna = Person::opens(&server, "anna", SMALL).await;
    anna.press(&keys::control('q'));
    assert_eq!(anna.ended().await, 0);
    is_as_it_was(&anna);

    let mut anna = Person::opens(&server, "anna", SMALL).await;
    anna.types("a draft").await;
    anna.press(&keys::control('c'));
    anna.until("the line is cleared", |screen| !screen.shows("a draft"))
        .await;
    anna.press(&keys::control('c'));
    anna.shows("Ctrl-C again to quit").await;
    anna.press(&keys::control('c'));
    assert_eq!(anna.ended().await, 0);
    is_as_it_was(&anna);
}

#[tokio::test]
async fn a_signal_ends_the_screen_and_gives_the_terminal_back() {
    let server = TestServer::start().await;
    let anna = Person::comes(&server, "anna", SMALL).await;
    for (signal, person) in [
        (Signal::SIGTERM, anna),
        (Signal::SIGINT, Person::opens(&server, "anna", SMALL).await),
        (Signal::SIGHUP, Person::opens(&server, "anna", SMALL).await),
    ] {
        person.signal(signal);
        assert_eq!(person.ended().await, 0, "{signal}");
        is_as_it_was(&person);
    }
}

/// A screen without its daemon ends at once too: nobody waits for a connection.
#[tokio::test]
async fn quitting_without_a_daemon_does_not_wait() {
    let mut server = TestServer::start().await;
    let anna = Person::comes(&server, "anna", SMALL).await;
    server.kill9().await;
    anna.shows("connection lost").await;
    anna.quits().await;
}

/// Whoever says goodbye and leaves with the next key was heard.
#[tokio::test]
async fn what_is_said_right_before_quitting_is_heard() {
    let server = TestServer::start().await;
    let mut anna = Person::comes(&server, "anna", SMALL).await;
    let boris = Person::comes(&server, "boris", SMALL).await;
    for goodbye in ["goodbye", "goodbye again", "and once more"] {
        anna.types(goodbye).await;
        anna.press(&format!("{}{}", keys::ENTER, keys::control('q')));
        assert_eq!(anna.ended().await, 0);
        boris.hears("anna", goodbye).await;
        anna = Person::opens(&server, "anna", SMALL).await;
    }
}

/// What one saw is read, and not below an unread line at the next start.
#[tokio::test]
async fn what_was_seen_right_before_quitting_is_read() {
    let server = TestServer::start().await;
    let boris = Person::comes(&server, "boris", SMALL).await;
    let mut anna = TestClient::join(&server, "anna").await;
    let general = anna.general().await;
    anna.post(general, "before").await.unwrap();
    boris.hears("anna", "before").await;
    boris.quits().await;
    let mut other = TestClient::sign_in_on(&server, "boris").await;
    other.sync_all().await;
    let is_read = |entry: &Entry| matches!(entry.body, EntryBody::Read { conversation, posts: 1, .. } if conversation == general);
    other.entry(Feed::Account, "the mark", is_read).await;
}
