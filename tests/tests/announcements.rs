//! "`announce` is a word to many, for those who may (`docs/rights.md`), to one of these audiences".

use chat_shared::limits::{ANNOUNCE_TO, ANNOUNCEMENT_BYTES, ANNOUNCEMENTS};
use chat_shared::{
    AccountId, Announcement, Audience, Command, EntryBody, Event, FaultCode, HouseRole, InboxAbout,
    PresenceState,
};
use chat_tests::{Admin, TestClient, TestServer};

fn announce(to: Audience, text: &str) -> Command {
    Command::Announce {
        to,
        text: text.into(),
    }
}

fn people(accounts: &[AccountId]) -> Audience {
    Audience::People {
        accounts: accounts.to_vec(),
    }
}

async fn texts(client: &mut TestClient) -> Vec<String> {
    let announcements = client.inbox().await.unwrap().announcements;
    announcements.into_iter().map(|told| told.text).collect()
}

/// "{kind: "online"}: who is connected and present now; the event `announced`, `id` 0; not kept".
#[tokio::test]
async fn who_is_online_hears_it_now_and_nobody_finds_it_later() {
    let server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let mut boris = TestClient::join(&server, "boris").await;
    let mut admin = Admin::at(&server).await;
    admin.appoints(anna.account, HouseRole::Moderator).await;
    for client in [&mut anna, &mut boris] {
        client.is(PresenceState::Online).await;
    }
    anna.commands(announce(Audience::Online, "restart\nat noon"))
        .await
        .unwrap();
    admin
        .commands(announce(Audience::Online, "and again"))
        .await
        .unwrap();
    for client in [&mut anna, &mut boris] {
        let Announcement { id, by, text, .. } = client.hears_announced().await;
        assert_eq!((id, &*text), (0, "restart\nat noon"));
        assert!(by.is_some());
        let Announcement { by, text, .. } = client.hears_announced().await;
        assert_eq!((by, &*text), (None, "and again"));
    }
    for client in [&mut anna, &mut boris] {
        assert_eq!(texts(client).await, [""; 0]);
    }
    let mut late = TestClient::join(&server, "late").await;
    assert_eq!(texts(&mut late).await, [""; 0]);
    assert!(
        !late
            .signals
            .iter()
            .any(|event| matches!(event, Event::Announced { .. }))
    );
}

/// "{kind: "everybody"}: all who have an account, also who is away; the entry `announced` of the house feed, counted by `id`; the newest
/// 50 are kept and in the answer to `inbox` until dismissed".
#[tokio::test]
async fn everybody_finds_it_until_they_have_seen_it() {
    let mut server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let boris = TestClient::join(&server, "boris").await;
    drop(boris);
    let mut admin = Admin::at(&server).await;
    admin.appoints(anna.account, HouseRole::Moderator).await;
    anna.commands(announce(Audience::Everybody, "tea is ready"))
        .await
        .unwrap();
    let told = anna
        .house_entry("the announcement", |body| {
            matches!(body, EntryBody::Announced { announcement } if announcement.text == "tea is ready")
        })
        .await;
    let EntryBody::Announced { announcement } = told.body else {
        unreachable!("looked for")
    };
    assert_eq!((announcement.id, announcement.by), (1, Some(anna.account)));
    assert_eq!(announcement.at, told.at);

    server.restart().await;
    anna.reconnect(&server).await.unwrap();
    let mut boris = TestClient::sign_in_on(&server, "boris").await;
    assert_eq!(texts(&mut boris).await, ["tea is ready"]);
    assert_eq!(texts(&mut anna).await, [""; 0], "who said it knows");
    // Who makes an account after it begins with an empty inbox.
    let mut later = TestClient::join(&server, "later").await;
    assert_eq!(texts(&mut later).await, [""; 0]);
    boris
        .commands(Command::DismissInbox { item: None })
        .await
        .unwrap();
    assert_eq!(texts(&mut boris).await, [""; 0]);

    let mut admin = Admin::at(&server).await;
    for number in 0..ANNOUNCEMENTS {
        let text = format!("number {number}");
        admin
            .commands(announce(Audience::Everybody, &text))
            .await
            .unwrap();
    }
    for client in [&mut boris, &mut later] {
        let texts = texts(client).await;
        assert_eq!(texts.len(), ANNOUNCEMENTS);
        assert_eq!(texts[0], "number 0", "the oldest is gone, order is kept");
    }
}

/// "`dismiss_announcement` takes one away", on all devices, and the others wait.
#[tokio::test]
async fn one_is_dismissed_alone() {
    let server = TestServer::start().await;
    let mut desk = TestClient::join(&server, "boris").await;
    let mut phone = TestClient::sign_in_on(&server, "boris").await;
    phone.sync_all().await;
    let mut admin = Admin::at(&server).await;
    for text in ["tea", "cake", "soup"] {
        let all = announce(Audience::Everybody, text);
        admin.commands(all).await.unwrap();
    }
    let seen = |announcement| Command::DismissAnnouncement { announcement };
    desk.commands(seen(2)).await.unwrap();
    let gone = EntryBody::AnnouncementDismissed { announcement: 2 };
    phone.own_entry("the second", |body| *body == gone).await;
    for client in [&mut desk, &mut phone] {
        assert_eq!(texts(client).await, ["tea", "soup"]);
    }
    for wrong in [0, 2, 4] {
        let fault = phone.may_not(seen(wrong)).await;
        assert_eq!(fault.code, FaultCode::NoSuchItem, "{wrong}");
    }
    let all = Command::DismissInbox { item: None };
    phone.commands(all).await.unwrap();
    let gone = EntryBody::InboxDismissed {
        item: None,
        announcements: Some(3),
    };
    desk.own_entry("the rest", |body| *body == gone).await;
    assert_eq!(texts(&mut desk).await, [""; 0]);
}

/// "{kind: "people", `accounts`}: these; an item in the inbox of each".
#[tokio::test]
async fn a_list_of_people_finds_it_in_the_inbox() {
    let server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let mut boris = TestClient::join(&server, "boris").await;
    let mut clara = TestClient::join(&server, "clara").await;
    let mut admin = Admin::at(&server).await;
    admin.appoints(anna.account, HouseRole::Moderator).await;
    let (boriss, claras) = (boris.account, clara.account);
    let list = people(&[boriss, anna.account, boriss]);
    anna.commands(announce(list, "for you two")).await.unwrap();
    let about = InboxAbout::Announcement {
        text: "for you two".into(),
    };
    boris
        .own_entry(
            "the item",
            |body| matches!(body, EntryBody::InboxAdded { item } if item.about == about),
        )
        .await;
    // Anna was also told that she is a moderator.
    for (client, count) in [(&mut boris, 1), (&mut anna, 2), (&mut clara, 0)] {
        let inbox = client.inbox().await.unwrap();
        assert_eq!(inbox.items.len(), count, "{}", client.name);
        assert_eq!(inbox.announcements, []);
    }

    // To one who does not exist it is to nobody.
    let fault = anna
        .may_not(announce(people(&[claras, AccountId(999)]), "lost"))
        .await;
    assert_eq!(fault.code, FaultCode::NoSuchAccount);
    assert_eq!(clara.inbox().await.unwrap().items, []);
    // Who blocks a moderator hears what they announce all the same.
    let account = anna.account;
    clara.commands(Command::Block { account }).await.unwrap();
    anna.commands(announce(people(&[claras]), "fire drill"))
        .await
        .unwrap();
    assert_eq!(clara.inbox().await.unwrap().items.len(), 1);
}

/// "announce; ...: moderator" of `docs/rights.md`, and what makes no sense is refused.
#[tokio::test]
async fn who_may_not_and_what_makes_no_sense_is_refused() {
    let server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let mut boris = TestClient::join(&server, "boris").await;
    let mut admin = Admin::at(&server).await;
    admin.appoints(anna.account, HouseRole::Moderator).await;
    // The owner of a room has no say in the house.
    boris.create_room("lunch").await.unwrap();
    let all = [
        Audience::Online,
        Audience::Everybody,
        people(&[anna.account]),
    ];
    for to in all.clone() {
        let fault = boris.may_not(announce(to, "hello")).await;
        assert_eq!(fault.code, FaultCode::NotAllowed);
    }
    for to in all {
        for (text, code) in [
            ("", FaultCode::MessageEmpty),
            (" \n ", FaultCode::MessageEmpty),
            ("\u{1b}[2J", FaultCode::BadText),
            (&*"x".repeat(ANNOUNCEMENT_BYTES + 1), FaultCode::TextTooLong),
        ] {
            let fault = anna.may_not(announce(to.clone(), text)).await;
            assert_eq!(fault.code, code, "{to:?} {text:?}");
        }
    }
    let many: Vec<_> = (0..=ANNOUNCE_TO as u64).map(AccountId).collect();
    for list in [&[][..], &many] {
        let fault = anna.may_not(announce(people(list), "hello")).await;
        assert_eq!(fault.code, FaultCode::BadRange);
    }
    assert_eq!(texts(&mut boris).await, [""; 0]);
    let items = anna.inbox().await.unwrap().items;
    let text = "you are a moderator of this house now".to_owned();
    let about: Vec<_> = items.into_iter().map(|item| item.about).collect();
    assert_eq!(about, [InboxAbout::Announcement { text }]);
    let heard = anna
        .signals
        .iter()
        .any(|event| matches!(event, Event::Announced { .. }));
    assert!(!heard);
}
