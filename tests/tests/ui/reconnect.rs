//! "`kill -9` the daemon while they type: the clients say that the connection is lost, keep what is typed in
//! an outbox, reconnect by themselves with growing pauses, and everything arrives once, in order."

use super::{Parts, Person, chatc_here, on_both_screens};
use chat_tests::terminal::{SMALL, Size, keys};
use chat_tests::{Screen, Terminal, TestServer};

on_both_screens!(a_killed_daemon_loses_nothing_that_was_typed);

async fn says_it_is_lost(person: &Person) {
    person
        .until("the connection is lost", |screen| {
            screen.status().contains("connection lost")
        })
        .await;
}

/// What these two said, in the order of the screen.
fn said(screen: &Screen) -> Vec<String> {
    let texts = screen.messages().into_iter().filter_map(|row| {
        let (_, text) = ["anna  ", "boris  "]
            .iter()
            .find_map(|name| row.split_once(name))?;
        Some(text.to_owned())
    });
    texts.collect()
}

async fn a_killed_daemon_loses_nothing_that_was_typed(size: Size) {
    let mut server = TestServer::start().await;
    let mut anna = Person::comes(&server, "anna", size).await;
    let mut boris = Person::comes(&server, "boris", size).await;
    anna.enters("before").await;
    boris.hears("anna", "before").await;
    anna.types("half a sent").await;
    server.kill9().await;
    says_it_is_lost(&anna).await;
    says_it_is_lost(&boris).await;
    anna.types("ence").await;
    assert_eq!(anna.screen().input(), "half a sentence");
    anna.press(keys::ENTER);
    for text in ["second", "third"] {
        anna.until("the line is taken", |screen| screen.input().is_empty())
            .await;
        anna.types(text).await;
        anna.press(keys::ENTER);
    }
    let screen = anna
        .until("three wait", |screen| screen.status().contains("3 waiting"))
        .await;
    let kept = ["before", "half a sentence", "second", "third"];
    assert!(
        said(&screen)
            .iter()
            .zip(kept)
            .all(|(row, text)| row.starts_with(text)),
        "what waits is on the screen\n{screen}"
    );
    boris.enters("of boris").await;
    anna.types("not yet").await;

    server.restart().await;
    anna.is_online().await;
    boris.is_online().await;
    let mut orders = Vec::new();
    for person in [&anna, &boris] {
        let screen = person
            .until("all of it, and nothing waits", |screen| {
                said(screen).len() >= 5 && !screen.status().contains("waiting")
            })
            .await;
        let said = said(&screen);
        for text in kept.iter().chain(&["of boris"]) {
            let times = said.iter().filter(|row| *row == text).count();
            assert_eq!(times, 1, "`{text}`\n{screen}");
        }
        let of_anna: Vec<_> = said.iter().filter(|row| *row != "of boris").collect();
        assert_eq!(of_anna, kept.iter().collect::<Vec<_>>(), "{screen}");
        orders.push(said);
    }
    assert_eq!(orders[0], orders[1], "one order for both");
    assert_eq!(anna.screen().input(), "not yet", "the line is as it was");
    anna.press(keys::ENTER);
    boris.hears("anna", "not yet").await;
}

/// Again and again while somebody writes: nothing is lost and nothing comes twice.
#[tokio::test]
async fn three_kills_while_somebody_writes_lose_and_double_nothing() {
    let mut server = TestServer::start().await;
    let mut anna = Person::comes(&server, "anna", SMALL).await;
    let boris = Person::comes(&server, "boris", SMALL).await;
    let mut sent = Vec::new();
    for round in 0..3 {
        for number in 0..2 {
            let text = format!("{round} and {number}");
            anna.enters(&text).await;
            sent.push(text);
        }
        // At once: its answer may be on the way, on disk, or nowhere.
        server.kill9().await;
        let text = format!("{round} while away");
        anna.enters(&text).await;
        sent.push(text);
        server.restart().await;
    }
    for person in [&anna, &boris] {
        person.is_online().await;
        let newest = sent.last().unwrap();
        let screen = person.hears("anna", newest).await;
        assert_eq!(said(&screen), sent, "{screen}");
    }
    let screen = anna
        .until("nothing waits", |screen| {
            !screen.status().contains("waiting")
        })
        .await;
    assert_eq!(said(&screen), sent, "{screen}");
}

/// What waited when the client was ended itself is sent by its next run.
#[tokio::test]
async fn what_waits_survives_the_end_of_the_client_too() {
    let mut server = TestServer::start().await;
    let mut anna = Person::comes(&server, "anna", SMALL).await;
    let boris = Person::comes(&server, "boris", SMALL).await;
    server.kill9().await;
    says_it_is_lost(&anna).await;
    anna.enters("kept on disk").await;
    anna.until("it waits", |screen| screen.status().contains("1 waiting"))
        .await;
    anna.signal(nix::sys::signal::Signal::SIGKILL);
    let _ = anna.ended().await;
    server.restart().await;
    let _anna = Person::opens(&server, "anna", SMALL).await;
    let screen = boris.hears("anna", "kept on disk").await;
    assert_eq!(screen.count("kept on disk"), 1, "{screen}");
}

#[tokio::test]
async fn a_screen_opened_while_the_daemon_is_away_waits_for_it() {
    let mut server = TestServer::start().await;
    Person::comes(&server, "anna", SMALL).await.quits().await;
    server.kill9().await;
    let terminal = Terminal::start(&chatc_here(&server, "anna"), SMALL);
    let name = "anna".to_owned();
    let person = Person { name, terminal };
    says_it_is_lost(&person).await;
    server.restart().await;
    let screen = person.is_online().await;
    assert!(screen.title().starts_with("#general"), "{screen}");
}
