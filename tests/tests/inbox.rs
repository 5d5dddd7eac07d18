//! "The inbox is what is worth a look besides unread messages: items, each with an `id` that counts up from 1 for each
//! account."

use chat_shared::limits::{INBOX_ITEMS, MENTIONS};
use chat_shared::{
    Access, AccountId, Audience, Command, ConversationId, EntryBody, FaultCode, HouseRole,
    InboxAbout, InboxItem, Seq,
};
use chat_tests::{Admin, TestClient, TestServer};

fn mention(conversation: ConversationId, seq: Seq) -> InboxAbout {
    InboxAbout::Mention { conversation, seq }
}

async fn items(client: &mut TestClient) -> Vec<InboxItem> {
    client.inbox().await.unwrap().items
}

async fn abouts(client: &mut TestClient) -> Vec<InboxAbout> {
    let items = items(client).await;
    items.into_iter().map(|item| item.about).collect()
}

fn dismiss(item: Option<u64>) -> Command {
    Command::DismissInbox { item }
}

/// "`inbox` gives what waits, `inbox_added` and `inbox_dismissed` tell all devices what came and went."
#[tokio::test]
async fn all_that_came_while_somebody_was_away_waits_in_order() {
    let mut server = TestServer::start().await;
    let mut boris = TestClient::join(&server, "boris").await;
    let anna = TestClient::join(&server, "anna").await;
    let account = anna.account;
    let token = anna.token.clone();
    let device = anna.device;
    drop(anna);
    let mut admin = Admin::at(&server).await;
    admin.appoints(boris.account, HouseRole::Moderator).await;
    let general = boris.general().await;
    let board = boris
        .create_room_for("board", Access::Hidden)
        .await
        .unwrap();
    let seq = boris.post(general, "@anna, are you back?").await.unwrap();
    for command in [
        Command::PutContact {
            account,
            group: String::new(),
            favourite: false,
        },
        Command::InviteToRoom {
            conversation: board,
            account,
        },
        Command::Announce {
            to: Audience::People {
                accounts: vec![account],
            },
            text: "the lift is broken".into(),
        },
    ] {
        boris.commands(command).await.unwrap();
    }
    server.restart().await;
    boris.reconnect(&server).await.unwrap();
    let mut anna = TestClient::sign_in_on(&server, "anna").await;
    anna.token = token;
    anna.device = device;
    let inbox = items(&mut anna).await;
    let expected = [
        mention(general, seq),
        InboxAbout::AddedAsContact {},
        InboxAbout::RoomInvitation {
            conversation: board,
            name: "board".into(),
        },
        InboxAbout::Announcement {
            text: "the lift is broken".into(),
        },
    ];
    assert_eq!(
        inbox.iter().map(|item| item.id).collect::<Vec<_>>(),
        [1, 2, 3, 4]
    );
    assert!(inbox.iter().all(|item| item.by == Some(boris.account)));
    assert!(inbox.is_sorted_by_key(|item| item.at));
    let found: Vec<_> = inbox.into_iter().map(|item| item.about).collect();
    assert_eq!(found, expected);
    // Each leads to its place.
    anna.open_stream(chat_shared::StreamId(0)).await.unwrap();
    anna.nonce = chat_shared::Nonce(0);
    anna.join_room(board).await.unwrap();
}

/// "A message mentions up to 32 people by `@name`, whatever the case, where no letter or digit stands before the `@`;
/// characters like `.` at the end of a name are not part of it."
#[tokio::test]
async fn a_message_mentions_members_by_name() {
    let server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let mut boris = TestClient::join(&server, "boris").await;
    let mut clara = TestClient::join(&server, "clara").await;
    let general = boris.general().await;
    let room = boris.create_room("lunch").await.unwrap();
    clara.join_room(room).await.unwrap();
    let mut expected = Vec::new();
    for (text, is_for_anna) in [
        ("@anna", true),
        ("well, @Anna... what?", true),
        ("(@ANNA)", true),
        ("anna", false),
        ("mail@anna", false),
        ("@annabel @ann", false),
        ("@ anna", false),
        ("@clara and @boris", false),
        ("@anna @anna @anna", true),
    ] {
        let seq = boris.post(general, text).await.unwrap();
        if is_for_anna {
            expected.push(mention(general, seq));
        }
    }
    // She is not in there, and so it is not for her eyes.
    boris.post(room, "@anna must not hear this").await.unwrap();
    let seq = boris.post(room, "@clara").await.unwrap();
    assert_eq!(abouts(&mut anna).await, expected);
    assert!(abouts(&mut clara).await.contains(&mention(room, seq)));
    assert_eq!(abouts(&mut boris).await, [], "nobody mentions themselves");

    let names: Vec<_> = (0..MENTIONS).map(|number| format!("@p{number}")).collect();
    let crowd = format!("{} @anna", names.join(" "));
    boris.post(general, &crowd).await.unwrap();
    assert_eq!(abouts(&mut anna).await, expected, "she is the 33rd");
}

/// "Items of mentions go by themselves when the conversation is read up to there."
#[tokio::test]
async fn mentions_go_when_they_are_read_on_all_devices() {
    let server = TestServer::start().await;
    let mut desk = TestClient::join(&server, "anna").await;
    let mut phone = TestClient::sign_in_on(&server, "anna").await;
    phone.sync_all().await;
    let mut boris = TestClient::join(&server, "boris").await;
    let general = boris.general().await;
    let room = boris.create_room("lunch").await.unwrap();
    desk.join_room(room).await.unwrap();
    let first = boris.post(general, "@anna one").await.unwrap();
    let second = boris.post(general, "@anna two").await.unwrap();
    let other = boris.post(room, "@anna three").await.unwrap();
    let three = [
        mention(general, first),
        mention(general, second),
        mention(room, other),
    ];
    assert_eq!(abouts(&mut desk).await, three);
    desk.hears(general, "@anna two").await;
    desk.has_read(general, first).await;
    let gone = EntryBody::InboxDismissed {
        item: Some(1),
        announcements: None,
    };
    phone.own_entry("it is read", |body| *body == gone).await;
    assert_eq!(abouts(&mut phone).await, three[1..]);

    // "Posting marks as read up to one's own message."
    desk.post(general, "here").await.unwrap();
    let gone = EntryBody::InboxDismissed {
        item: Some(2),
        announcements: None,
    };
    phone
        .own_entry("it is answered", |body| *body == gone)
        .await;
    assert_eq!(abouts(&mut phone).await, three[2..]);
}

/// "`dismiss_inbox` takes an item away, or without `item` all of them and all announcements so far."
#[tokio::test]
async fn what_is_dismissed_is_gone_on_all_devices() {
    let server = TestServer::start().await;
    let mut desk = TestClient::join(&server, "anna").await;
    let mut phone = TestClient::sign_in_on(&server, "anna").await;
    phone.sync_all().await;
    let mut boris = TestClient::join(&server, "boris").await;
    let general = boris.general().await;
    let mut places = Vec::new();
    for number in 0..3 {
        let text = format!("@anna {number}");
        places.push(mention(general, boris.post(general, &text).await.unwrap()));
    }
    let everybody = |text: &str| Command::Announce {
        to: Audience::Everybody,
        text: text.into(),
    };
    let mut admin = Admin::at(&server).await;
    admin.commands(everybody("tea")).await.unwrap();
    for wrong in [0, 4, u64::MAX] {
        let fault = desk.may_not(dismiss(Some(wrong))).await;
        assert_eq!(fault.code, FaultCode::NoSuchItem, "{wrong}");
    }
    desk.commands(dismiss(Some(2))).await.unwrap();
    let gone = EntryBody::InboxDismissed {
        item: Some(2),
        announcements: None,
    };
    phone.own_entry("the second", |body| *body == gone).await;
    let (on_desk, on_phone) = (desk.inbox().await, phone.inbox().await);
    let (on_desk, on_phone) = (on_desk.unwrap(), on_phone.unwrap());
    assert_eq!(on_desk, on_phone);
    assert_eq!(on_desk.announcements[0].text, "tea");
    let left: Vec<_> = on_desk.items.into_iter().map(|item| item.about).collect();
    assert_eq!(left, [places[0].clone(), places[2].clone()]);

    phone.commands(dismiss(None)).await.unwrap();
    let gone = EntryBody::InboxDismissed {
        item: None,
        announcements: Some(1),
    };
    desk.own_entry("all of them", |body| *body == gone).await;
    let empty = desk.inbox().await.unwrap();
    assert_eq!((empty.items, empty.announcements), (vec![], vec![]));
    let fault = desk.may_not(dismiss(Some(1))).await;
    assert_eq!(fault.code, FaultCode::NoSuchItem);
    // Numbers go on, and what comes later waits.
    admin.commands(everybody("cake")).await.unwrap();
    boris.post(general, "@anna again").await.unwrap();
    let inbox = desk.inbox().await.unwrap();
    assert_eq!(inbox.items[0].id, 4);
    assert_eq!(inbox.announcements.len(), 1);
    assert_eq!(inbox.announcements[0].text, "cake");
}

/// "When there are 200, the oldest goes for a new one."
#[tokio::test]
async fn an_inbox_is_bounded_and_the_oldest_goes() {
    let server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let mut boris = TestClient::join(&server, "boris").await;
    let general = boris.general().await;
    let mut places = Vec::new();
    for number in 0..INBOX_ITEMS + 3 {
        let text = format!("@anna {number}");
        places.push(mention(general, boris.post(general, &text).await.unwrap()));
    }
    assert_eq!(abouts(&mut anna).await, places[3..]);
    let gone = EntryBody::InboxDismissed {
        item: Some(3),
        announcements: None,
    };
    anna.own_entry("the third", |body| *body == gone).await;
    let first = items(&mut anna).await[0].clone();
    assert_eq!(first.id, 4);

    // The same once more is not another item.
    let account = anna.account;
    for favourite in [false, true] {
        let put = Command::PutContact {
            account,
            group: String::new(),
            favourite,
        };
        boris.commands(put).await.unwrap();
        let remove = Command::RemoveContact { account };
        boris.commands(remove).await.unwrap();
    }
    let inbox = abouts(&mut anna).await;
    assert_eq!(inbox.len(), INBOX_ITEMS);
    let notices = inbox
        .iter()
        .filter(|about| **about == InboxAbout::AddedAsContact {});
    assert_eq!(notices.count(), 1);
}

/// "'report': a message was reported; to those who keep the peace".
#[tokio::test]
async fn who_keeps_the_peace_is_told_of_a_report() {
    let server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let mut boris = TestClient::join(&server, "boris").await;
    let mut clara = TestClient::join(&server, "clara").await;
    let room = anna.create_room("lunch").await.unwrap();
    for client in [&mut boris, &mut clara] {
        client.join_room(room).await.unwrap();
    }
    let seq = boris.post(room, "you are all fools").await.unwrap();
    let report = Command::Report {
        conversation: room,
        seq,
        reason: "insults us".into(),
    };
    clara.commands(report).await.unwrap();
    let item = items(&mut anna).await.pop().unwrap();
    assert_eq!(item.by, Some(clara.account));
    let expected = InboxAbout::Report {
        conversation: room,
        seq,
        reason: "insults us".into(),
    };
    assert_eq!(item.about, expected);
    assert_eq!(abouts(&mut boris).await, [], "who wrote it is not told");
    assert_ne!(item.by, Some(AccountId(0)));
}
