//! The first week of a small office: people find each other, keep the peace in their rooms, and are
//! left alone.

use super::{Parts, Person, on_both_screens};
use chat_tests::TestServer;
use chat_tests::terminal::{LARGE, SMALL, Size, keys};
use std::time::Duration;
use tokio::time::sleep;

on_both_screens!(
    a_mention_waits_in_the_inbox_and_leads_to_its_place,
    two_alexanders_are_told_apart,
);

impl Person {
    /// Goes into a room and waits until it is the one on the screen. It may have been made a moment ago: its name
    /// comes to everybody by itself, but not at once.
    async fn goes_into(&mut self, room: &str) {
        let unknown = format!("there is no room {room}:");
        loop {
            self.enters(&format!("/join {room}")).await;
            let screen = self
                .until(room, |screen| {
                    screen.title().starts_with(room) || screen.shows(&unknown)
                })
                .await;
            if screen.title().starts_with(room) {
                return;
            }
            sleep(Duration::from_millis(100)).await;
        }
    }

    /// Closes the list over the messages.
    async fn closes(&mut self) {
        self.press(keys::ESCAPE);
        self.until("the line again", |screen| screen.cursor.is_some())
            .await;
    }

    /// Waits for a row in the middle, or the title above, that begins so.
    async fn lists(&self, begin: &str) -> chat_tests::Screen {
        self.until(begin, |screen| {
            let mut rows = [screen.title()].into_iter().chain(screen.messages());
            rows.any(|row| row.starts_with(begin))
        })
        .await
    }
}

async fn a_mention_waits_in_the_inbox_and_leads_to_its_place(size: Size) {
    let server = TestServer::start().await;
    let mut anna = Person::comes(&server, "anna", size).await;
    let mut boris = Person::comes(&server, "boris", size).await;
    boris.enters("/create #lunch").await;
    boris
        .until("in #lunch", |screen| screen.title().starts_with("#lunch"))
        .await;
    boris.quits().await;

    anna.until("boris is gone", |screen| screen.status().contains("1 here"))
        .await;
    anna.enters("@boris is the printer on?").await;
    anna.hears("anna", "@boris is the printer on?").await;
    anna.enters("/msg boris are you in today?").await;
    let screen = anna.hears("anna", "are you in today?").await;
    assert!(screen.title().contains("not here"), "{screen}");

    let mut boris = Person::opens(&server, "boris", size).await;
    boris
        .until("something waits", |screen| {
            screen.status().contains("1 in /inbox")
        })
        .await;
    boris.goes_into("#lunch").await;
    boris.enters("/inbox").await;
    let screen = boris.lists("anna mentioned you in #general").await;
    let rows = screen.messages();
    let place = |begin: &str| rows.iter().position(|row| row.starts_with(begin));
    assert!(
        place("@anna  1 unread") < place("anna mentioned you"),
        "direct messages come first\n{screen}"
    );
    // Typing narrows the list to the mention, Enter goes there.
    boris.press("mentioned");
    boris
        .until("only that", |screen| !screen.shows("@anna  1 unread"))
        .await;
    boris.press(keys::ENTER);
    boris
        .until("the mention, and nothing in the inbox", |screen| {
            screen.title().starts_with("#general")
                && screen.shows("@boris is the printer on?")
                && !screen.status().contains("in /inbox")
        })
        .await;
}

async fn two_alexanders_are_told_apart(size: Size) {
    let server = TestServer::start().await;
    let mut anna = Person::comes(&server, "anna", size).await;
    for (name, department) in [("alex", "Kitchen"), ("sasha", "Sales")] {
        let mut person = Person::comes(&server, name, SMALL).await;
        person.enters("/profile display_name Alexander").await;
        person.shows("your profile is changed").await;
        person
            .enters(&format!("/profile department {department}"))
            .await;
        anna.enters(&format!("/card {name}")).await;
        anna.shows(&format!("department {department}")).await;
        anna.closes().await;
    }
    anna.enters("/find alexander").await;
    let screen = anna.lists("2 people with alexander").await;
    assert!(screen.shows("Alexander (alex) · Kitchen"), "{screen}");
    assert!(screen.shows("Alexander (sasha) · Sales"), "{screen}");
    anna.press("sales");
    anna.until("only one", |screen| !screen.shows("Kitchen"))
        .await;
    anna.press(keys::ENTER);
    anna.lists("department Sales").await;
}

/// Who may not come in, who is asked in, and who is put out: each is told so.
#[tokio::test]
async fn a_private_room_is_entered_by_invitation_and_left_by_a_kick() {
    let server = TestServer::start().await;
    let mut anna = Person::comes(&server, "anna", SMALL).await;
    let mut boris = Person::comes(&server, "boris", SMALL).await;
    anna.enters("/create #plans private").await;
    anna.until("in #plans", |screen| screen.title().starts_with("#plans"))
        .await;
    boris.enters("/rooms").await;
    boris.shows("#plans    (by invitation)").await;
    boris.closes().await;
    boris.enters("/join #plans").await;
    boris.shows("#plans is entered by invitation").await;
    anna.enters("/invite boris").await;
    boris.shows("anna invited you into #plans").await;
    boris.goes_into("#plans").await;
    anna.shows("boris joined").await;

    // What will not do stays in the line, to be mended.
    anna.types("/kick boris for 5m noise").await;
    anna.press(keys::ENTER);
    anna.shows("who is kicked may come back").await;
    anna.press(&keys::control('u'));
    anna.until("an empty line", |screen| screen.input().is_empty())
        .await;
    anna.enters("/kick boris noise").await;
    // Nothing more comes of the room to who is out: the reason stands in their own feed.
    let screen = boris.shows("anna has put you out of #plans: noise").await;
    assert!(!screen.shows("may come back"), "it is private: {screen}");
    assert_eq!(screen.conversations(), ["#general"], "{screen}");
    anna.shows("anna put boris out: noise").await;
}

/// A ban is told as what it is, with its end; not as a kick, after which one may come back.
#[tokio::test]
async fn who_is_banned_is_told_so_and_until_when() {
    let server = TestServer::start().await;
    let mut anna = Person::comes(&server, "anna", LARGE).await;
    let mut boris = Person::comes(&server, "boris", LARGE).await;
    anna.enters("/create #club").await;
    anna.until("in #club", |screen| screen.title().starts_with("#club"))
        .await;
    boris.goes_into("#club").await;
    anna.shows("boris joined").await;
    anna.enters("/ban boris for 2h noise").await;
    let screen = boris.shows("anna has banned you from #club until ").await;
    let is_told = |row: &String| row.contains("banned you") && row.contains(": noise");
    assert!(screen.rows.iter().any(is_told), "{screen}");
    assert!(!screen.shows("you are in #club no longer"), "{screen}");

    anna.enters("/unban boris").await;
    anna.shows("lets boris come in again").await;
    boris.goes_into("#club").await;
    anna.enters("/ban boris noise again").await;
    boris
        .shows("anna has banned you from #club: noise again")
        .await;
}

/// "Mute with a duration", read-only, and a message that is taken away.
#[tokio::test]
async fn the_peace_is_kept_in_a_room() {
    let server = TestServer::start().await;
    let mut anna = Person::comes(&server, "anna", LARGE).await;
    let mut boris = Person::comes(&server, "boris", LARGE).await;
    boris.enters("a rude word").await;
    anna.hears("boris", "a rude word").await;
    anna.press("\x1b[1;5A");
    anna.until("it is chosen", |screen| {
        screen.status().contains("/delete or /report")
    })
    .await;
    anna.enters("/delete rude").await;
    for person in [&anna, &boris] {
        person
            .until("a mark where it was", |screen| {
                screen.shows("boris: message deleted") && !screen.shows("a rude word")
            })
            .await;
    }
    anna.enters("/mute boris for 1h too loud").await;
    boris.shows("anna muted boris for 1 h: too loud").await;
    boris.enters("may I?").await;
    boris.shows("not sent: you may read but not write").await;
    anna.enters("/unmute boris").await;
    boris.shows("anna lets boris write again").await;
    boris.enters("thank you").await;
    anna.hears("boris", "thank you").await;
    anna.enters("/room readonly on").await;
    boris.shows("anna made the room read-only").await;
    boris.enters("hm").await;
    boris.shows("only owners and moderators write").await;
    assert!(!anna.screen().shows("boris  hm"), "{}", anna.screen());
}

/// What somebody says beside their name, and who is not to be disturbed, not here, or blocked.
#[tokio::test]
async fn who_is_left_alone_is_not_disturbed_and_gives_no_hint() {
    let server = TestServer::start().await;
    let mut anna = Person::comes(&server, "anna", LARGE).await;
    let mut boris = Person::comes(&server, "boris", LARGE).await;
    boris.enters("/status at lunch for 1h").await;
    boris.enters("/dnd").await;
    anna.until("the mark of one who is not to be disturbed", |screen| {
        screen.people().contains(&"■ boris".to_owned())
    })
    .await;
    anna.enters("/who").await;
    anna.shows("■ boris (not to be disturbed) · at lunch").await;
    boris.enters("/invisible").await;
    anna.until("not here", |screen| {
        screen.people().contains(&"○ boris".to_owned()) && screen.status().contains("1 here")
    })
    .await;
    boris.enters("/back").await;
    anna.until("here", |screen| screen.status().contains("2 here"))
        .await;

    boris.enters("/block anna").await;
    boris.shows("anna is blocked").await;
    anna.until("he seems to be away", |screen| {
        screen.people().contains(&"○ boris".to_owned())
    })
    .await;
    anna.enters("are you cross?").await;
    let screen = boris.shows("message of somebody you blocked").await;
    assert!(!screen.shows("are you cross?"), "{screen}");
    anna.enters("/msg boris hello").await;
    anna.shows("cannot be reached by a direct message just now")
        .await;
    boris.enters("/unfold").await;
    boris.shows("anna  are you cross?").await;
}

/// Who presses no key for a while is away, and here again with the next one.
#[tokio::test]
async fn who_presses_no_key_is_away_until_the_next_one() {
    let server = TestServer::start().await;
    let anna = Person::comes(&server, "anna", LARGE).await;
    let config = server.folder().join("chatc/boris/.config/chatc");
    std::fs::create_dir_all(&config).unwrap();
    std::fs::write(config.join("chatc.toml"), "[screen]\naway_after_secs = 2\n").unwrap();
    let mut boris = Person::comes(&server, "boris", SMALL).await;
    let is = |mark: &'static str| {
        let row = format!("{mark} boris");
        move |screen: &chat_tests::Screen| screen.people().contains(&row)
    };
    anna.until("away", is("◐")).await;
    boris.press("x");
    anna.until("here", is("●")).await;
    anna.until("away again", is("◐")).await;
}

/// A room that is gone asks for its name first.
#[tokio::test]
async fn a_room_is_deleted_by_its_name() {
    let server = TestServer::start().await;
    let mut anna = Person::comes(&server, "anna", SMALL).await;
    let mut boris = Person::comes(&server, "boris", SMALL).await;
    anna.enters("/create #club").await;
    anna.until("in #club", |screen| screen.title().starts_with("#club"))
        .await;
    boris.goes_into("#club").await;
    anna.shows("boris joined").await;
    anna.enters("/leave").await;
    anna.shows("could not leave").await;
    anna.enters("/delete-room").await;
    anna.shows("type #club and Enter to delete it").await;
    anna.enters("#clubb").await;
    anna.shows("clubb is not the name of this room").await;
    anna.enters("/delete-room").await;
    anna.enters("#club").await;
    anna.until("only #general", |screen| {
        screen.conversations() == ["#general"]
    })
    .await;
    boris.shows("you are in #club no longer").await;
    boris.enters("/rooms").await;
    let screen = boris.lists("1 room,").await;
    assert!(!screen.shows("#club "), "{screen}");
}

/// Who may brings somebody in, takes that back, and sees who was here while one was away.
#[tokio::test]
async fn people_are_brought_in_and_who_was_here_is_seen() {
    let server = TestServer::start().await;
    let mut anna = Person::comes(&server, "anna", LARGE).await;
    let mut boris = Person::comes(&server, "boris", SMALL).await;
    boris.enters("/invitation").await;
    boris.shows("could not make the invitation: ").await;
    anna.enters("/invitation uses 3 for 2d #general").await;
    let screen = anna.shows("chatc invite new prints a link bare").await;
    assert!(
        screen
            .rows
            .iter()
            .any(|row| row.starts_with("chatc 'chat://")),
        "{screen}"
    );
    anna.closes().await;
    anna.shows("to give away:").await;
    anna.enters("/invitations").await;
    let screen = anna.lists("invitations: ").await;
    assert!(screen.shows("  3 left until "), "{screen}");
    assert!(screen.shows(" · #general"), "{screen}");
    // Enter writes the command that ends it, and Enter again does it.
    anna.press("3 left");
    anna.lists("invitations: /end-invitation ID ends one · 1 with")
        .await;
    anna.press(keys::ENTER);
    anna.until("the command", |screen| {
        screen.input().starts_with("/end-invitation ")
    })
    .await;
    anna.press(keys::ENTER);
    anna.shows("is ended").await;
    anna.enters("/invitations").await;
    anna.until("the list without it", |screen| {
        let is_listed = ["invitations: ", "no invitation holds"]
            .iter()
            .any(|title| screen.title().starts_with(title));
        is_listed && !screen.shows("  3 left until ")
    })
    .await;
    anna.closes().await;

    boris.quits().await;
    anna.until("boris is gone", |screen| screen.status().contains("1 here"))
        .await;
    anna.enters("/who since 30m").await;
    let screen = anna.lists("1 here, 1 more since ").await;
    assert!(screen.shows("○ boris · last seen "), "{screen}");
}
