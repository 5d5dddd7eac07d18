//! "Two people talk in `#general` (everybody's first room) and directly, see each other come and go, see who
//! is online".

use super::{Parts, Person, on_both_screens};
use chat_tests::TestServer;
use chat_tests::terminal::{LARGE, SMALL, Size, keys};

on_both_screens!(
    two_people_talk_in_general_and_see_each_other_come_and_go,
    a_direct_message_is_counted_rings_and_is_answered,
);

async fn two_people_talk_in_general_and_see_each_other_come_and_go(size: Size) {
    let server = TestServer::start().await;
    let mut anna = Person::comes(&server, "anna", size).await;
    if size == SMALL {
        // A small screen is for messages: people are shown when they are asked for.
        anna.press(keys::F2);
    }
    anna.until("alone", |screen| {
        screen.people() == ["1 of 1 here", "● anna"]
    })
    .await;
    let mut boris = Person::comes(&server, "boris", size).await;
    anna.until("boris comes", |screen| {
        screen.people() == ["2 of 2 here", "● anna", "● boris"]
            && screen.status().contains("2 here")
    })
    .await;
    boris
        .until("anna is here", |screen| screen.status().contains("2 here"))
        .await;

    anna.enters("Hello, is anybody here?").await;
    let screen = boris.hears("anna", "Hello, is anybody here?").await;
    assert_eq!(screen.count("Hello, is anybody here?"), 1, "{screen}");
    boris.enters("I am").await;
    let screen = anna.hears("boris", "I am").await;
    let own = |screen: &chat_tests::Screen, text: &str| {
        let messages = screen.messages();
        let row = messages.iter().find(|row| row.ends_with(text)).cloned();
        row.unwrap_or_else(|| panic!("`{text}` is gone\n{screen}"))
            .contains(" » ")
    };
    assert!(own(&screen, "Hello, is anybody here?"), "{screen}");
    assert!(!own(&screen, "I am"), "{screen}");

    boris.quits().await;
    anna.until("boris goes", |screen| {
        screen.people() == ["1 of 2 here", "● anna", "○ boris"]
            && screen.status().contains("1 here")
    })
    .await;
    let _boris = Person::opens(&server, "boris", size).await;
    anna.until("boris returns", |screen| {
        screen.people() == ["2 of 2 here", "● anna", "● boris"]
    })
    .await;
}

async fn a_direct_message_is_counted_rings_and_is_answered(size: Size) {
    let server = TestServer::start().await;
    let mut anna = Person::comes(&server, "anna", size).await;
    let mut boris = Person::comes(&server, "boris", size).await;
    // Names are known once the other one was seen.
    anna.until("boris is here", |screen| screen.status().contains("2 here"))
        .await;
    anna.enters("/msg boris between us").await;
    let screen = anna.hears("anna", "between us").await;
    assert!(screen.title().starts_with("@boris"), "{screen}");

    let screen = boris
        .until("it is counted", |screen| screen.unread("@anna") == Some(1))
        .await;
    assert!(screen.title().starts_with("#general"), "{screen}");
    assert!(screen.status().contains("1 unread"), "{screen}");
    assert!(!screen.shows("between us"), "{screen}");
    let row = |screen: &chat_tests::Screen| {
        let rows = screen.conversations();
        rows.into_iter().find(|row| row.contains("@anna"))
    };
    assert!(row(&screen).unwrap().starts_with('●'), "{screen}");
    boris
        .until("the bell rings once", |screen| screen.bells == 1)
        .await;
    boris.press(&keys::alt('a'));
    let screen = boris.hears("anna", "between us").await;
    assert!(screen.title().starts_with("@anna"), "{screen}");
    boris
        .until("nothing is unread", |screen| {
            screen.unread("@anna").is_none() && !screen.status().contains("unread")
        })
        .await;
    boris.enters("and nobody else").await;
    anna.hears("boris", "and nobody else").await;
    anna.quits().await;
    boris
        .until("anna is gone", |screen| {
            row(screen).is_some_and(|row| row.starts_with('○'))
        })
        .await;
}

#[tokio::test]
async fn somebody_who_writes_is_seen_writing() {
    let server = TestServer::start().await;
    let anna = Person::comes(&server, "anna", LARGE).await;
    let mut boris = Person::comes(&server, "boris", SMALL).await;
    boris.types("I think that").await;
    anna.until("boris writes", |screen| {
        screen.status().contains("boris is writing")
    })
    .await;
    boris.press(keys::ENTER);
    anna.hears("boris", "I think that").await;
    anna.until("he wrote", |screen| !screen.status().contains("is writing"))
        .await;
}

#[tokio::test]
async fn rooms_are_made_found_joined_and_left_by_commands() {
    let server = TestServer::start().await;
    let mut anna = Person::comes(&server, "anna", SMALL).await;
    let mut boris = Person::comes(&server, "boris", SMALL).await;
    anna.enters("/create #lunch what to eat").await;
    anna.until("the room is open", |screen| {
        screen.title() == "#lunch  what to eat"
    })
    .await;
    boris.enters("/rooms").await;
    boris
        .until("the list of rooms", |screen| {
            screen
                .messages()
                .iter()
                .any(|row| row.ends_with("1 #lunch    what to eat"))
        })
        .await;
    boris.press(keys::ESCAPE);
    boris
        .until("the line again", |screen| screen.cursor.is_some())
        .await;
    // Tab knows the room and the command.
    boris.types("/jo").await;
    boris.press("\t");
    boris
        .until("the command", |screen| screen.input().starts_with("/join"))
        .await;
    boris.press("#lu");
    boris
        .until("half a room", |screen| screen.input() == "/join #lu")
        .await;
    boris.press("\t");
    boris
        .until("the room", |screen| {
            screen.input().starts_with("/join #lunch")
        })
        .await;
    boris.press(keys::ENTER);
    boris
        .until("he is in", |screen| screen.title().starts_with("#lunch"))
        .await;
    anna.shows("boris joined").await;
    boris.enters("/topic soup").await;
    anna.until("the topic", |screen| screen.title() == "#lunch  soup")
        .await;
    boris.enters("/leave").await;
    anna.shows("boris left").await;
    boris
        .until("he is out", |screen| {
            screen.title().starts_with("#general") && screen.conversations() == ["#general"]
        })
        .await;
    boris.enters("/join #nowhere").await;
    boris.shows("there is no room #nowhere").await;
    boris.enters("/who").await;
    let screen = boris.shows("● anna").await;
    assert!(!screen.shows("(here)"), "{screen}");
}
