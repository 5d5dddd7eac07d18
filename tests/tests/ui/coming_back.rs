//! A screen that is opened again goes on where it was, shown as its person chose; one that was turned away
//! comes back, and says how.

use super::{Parts, Person, chatc, chatc_here};
use chat_tests::terminal::{SMALL, keys};
use chat_tests::{DEADLINE, Terminal, TestClient, TestServer, programs};
use std::time::Instant;

#[tokio::test]
async fn who_was_invisible_comes_back_unseen_and_to_where_they_were() {
    let server = TestServer::start().await;
    let mut anna = Person::comes(&server, "anna", SMALL).await;
    let boris = Person::comes(&server, "boris", SMALL).await;
    boris
        .until("two are here", |screen| screen.status().contains("2 here"))
        .await;
    anna.enters("/msg boris psst").await;
    anna.hears("anna", "psst").await;
    anna.enters("/invisible").await;
    anna.shows("anna (invisible)").await;
    boris
        .until("one is here", |screen| screen.status().contains("1 here"))
        .await;
    anna.quits().await;

    let mut anna = Person::opens(&server, "anna", SMALL).await;
    let screen = anna.shows("anna (invisible)").await;
    assert!(screen.title().starts_with("@boris"), "{screen}");
    anna.enters("/join general").await;
    anna.enters("am I seen?").await;
    let screen = boris.hears("anna", "am I seen?").await;
    assert!(screen.status().contains("1 here"), "{screen}");
    assert!(!screen.shows("anna came"), "{screen}");
    anna.enters("/back").await;
    boris
        .until("two are here", |screen| screen.status().contains("2 here"))
        .await;
}

#[tokio::test]
async fn who_was_disabled_and_is_not_any_more_comes_back() {
    let server = TestServer::start().await;
    let _anna = Person::comes(&server, "anna", SMALL).await;
    let mut boris = Person::comes(&server, "boris", SMALL).await;
    let chatctl = |args: &'static [&'static str]| programs::chatctl(&server, args);
    let _ = chatctl(&["account", "disable", "boris"]).await.ok();
    boris.shows("○ Ctrl-R: try now, else in ").await;
    boris.shows("s · this account was disabled").await;
    // Whole, where there is room.
    boris
        .shows("not connected: this account was disabled: ask your")
        .await;
    let _ = chatctl(&["account", "enable", "boris"]).await.ok();
    boris.press(&keys::control('r'));
    boris.is_online().await;
}

#[tokio::test]
async fn a_command_from_a_banned_address_says_what_is_likely() {
    let server = TestServer::start().await;
    Person::registers(&server, "anna").await;
    let ban = ["ban-address", "127.0.0.1"];
    let _ = programs::chatctl(&server, &ban).await.ok();
    let address = server.address().to_string();
    let who = chatc(&server, "anna", &["--server", &address, "who"]);
    let refused = programs::run(who, None).await;
    assert_eq!(refused.code, 3, "{refused:?}");
    assert!(
        refused.err.contains("your address may be banned"),
        "{refused:?}"
    );
}

/// "`refuse` (the second one is refused and told so)": all of it can be read on eighty columns, and what to do.
#[tokio::test]
async fn a_second_device_reads_why_it_is_refused_and_is_let_in_later() {
    let server = TestServer::builder()
        .set("sessions.policy", "refuse")
        .start()
        .await;
    let _admin = Person::comes(&server, "anna", SMALL).await;
    let mut boris = Person::comes(&server, "boris", SMALL).await;
    // Out for a moment, in which another device of his comes.
    let _ = programs::chatctl(&server, &["account", "disable", "boris"])
        .await
        .ok();
    boris.shows("○ Ctrl-R: try now, else in ").await;
    let _ = programs::chatctl(&server, &["account", "enable", "boris"])
        .await
        .ok();
    let elsewhere = TestClient::sign_in_on(&server, "boris").await;
    boris.press(&keys::control('r'));
    let why = "○ Ctrl-R: try again · signed in on another device · boris";
    let screen = boris
        .until("why, in the bar", |screen| screen.status().starts_with(why))
        .await;
    assert!(screen.shows("(Ctrl-R: try again)"), "{screen}");
    // A screen that is not open yet does not come up: that line has its room too.
    let third = Terminal::start(&chatc_here(&server, "boris"), SMALL);
    assert_eq!(third.ended().await, 1);
    let why = "chatc: too_many_sessions: signed in on another device, one at a time: end that";
    assert_eq!(third.screen().rows[0], why);
    drop(elsewhere);
    // It ends a moment later.
    let list = ["account", "list", "--json"];
    let deadline = Instant::now() + DEADLINE;
    let mut is_gone = false;
    while !is_gone {
        assert!(Instant::now() < deadline, "the other one is gone");
        let accounts = programs::chatctl(&server, &list).await.ok().json_lines();
        let mut accounts = accounts[0].as_array().unwrap().iter();
        is_gone = accounts.any(|account| account["name"] == "boris" && account["sessions"] == 0);
    }
    boris.press(&keys::control('r'));
    boris.is_online().await;
}
