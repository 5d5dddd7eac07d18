//! The bell of the terminal: what it rings for, who it is silent for, and how it is turned off.

use super::{Parts, Person, chatc_here};
use chat_shared::ConversationId;
use chat_tests::terminal::SMALL;
use chat_tests::{Terminal, TestClient, TestServer, programs};

/// Boris looks at `#general`, and is in `#lunch` with Anna.
struct AtLunch {
    anna: TestClient,
    boris: Person,
    lunch: ConversationId,
    direct: ConversationId,
}

async fn at_lunch(server: &TestServer, settings: Option<&str>) -> AtLunch {
    let mut anna = TestClient::join(server, "anna").await;
    let lunch = anna.create_room("lunch").await.unwrap();
    Person::registers(server, "boris").await;
    let join = programs::chatc(server, "boris", &["join", "lunch"]);
    let _ = programs::run(join, None).await.ok();
    let mut command = chatc_here(server, "boris");
    if let Some(settings) = settings {
        let path = server.folder().join("boris.toml");
        std::fs::write(&path, settings).unwrap();
        command.arg("--config").arg(path);
    }
    let boris = Person {
        name: "boris".to_owned(),
        terminal: Terminal::start(&command, SMALL),
    };
    let screen = boris.is_online().await;
    assert!(screen.title().starts_with("#general"), "{screen}");
    let people = anna.people_named(&["boris"]).await.unwrap();
    let direct = anna.open_direct(&[people[0].account]).await.unwrap();
    AtLunch {
        anna,
        boris,
        lunch,
        direct,
    }
}

impl Person {
    /// How often the bell rang by the time when so many messages are unread.
    async fn bells_at(&self, unread: u64) -> usize {
        let says = format!("· {unread} unread");
        let is_counted = |screen: &chat_tests::Screen| screen.status().contains(&says);
        self.until(&says, is_counted).await.bells
    }
}

#[tokio::test]
async fn it_rings_for_direct_messages_and_mentions_elsewhere_and_in_peace_for_nothing() {
    let server = TestServer::start().await;
    let AtLunch {
        mut anna,
        mut boris,
        lunch,
        direct,
    } = at_lunch(&server, None).await;
    anna.post(lunch, "who is hungry?").await.unwrap();
    assert_eq!(boris.bells_at(1).await, 0, "it is nobody's in particular");
    anna.post(direct, "psst").await.unwrap();
    boris
        .until("the bell rings", |screen| screen.bells == 1)
        .await;
    anna.post(lunch, "@boris soup?").await.unwrap();
    boris
        .until("it rings again", |screen| screen.bells == 2)
        .await;
    assert!(boris.raw().contains(&0x07));

    boris.enters("/dnd").await;
    boris.shows("boris (dnd)").await;
    let before = boris.screen().bells;
    anna.post(direct, "psst!").await.unwrap();
    anna.post(lunch, "@boris salad?").await.unwrap();
    assert_eq!(boris.bells_at(5).await, before);
    boris.enters("/back").await;
    boris
        .until("he is here again, and both mentions wait", |screen| {
            !screen.status().contains("(dnd)") && screen.status().contains("2 in /inbox")
        })
        .await;
    assert_eq!(boris.screen().bells, before, "nothing is made up for");
    anna.post(direct, "there you are").await.unwrap();
    boris
        .until("it rings again", |screen| screen.bells == before + 1)
        .await;
}

#[tokio::test]
async fn it_is_turned_off_in_the_settings() {
    let server = TestServer::start().await;
    let AtLunch {
        mut anna,
        boris,
        lunch,
        direct,
    } = at_lunch(&server, Some("[screen]\nbell = \"never\"\n")).await;
    anna.post(direct, "psst").await.unwrap();
    anna.post(lunch, "@boris soup?").await.unwrap();
    boris.bells_at(2).await;
    let screen = boris
        .until("the mention waits", |screen| {
            screen.status().contains("1 in /inbox")
        })
        .await;
    assert_eq!(screen.bells, 0, "{screen}");
}
