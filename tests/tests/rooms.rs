//! Rooms: who finds one and comes in, by which invitation, and what becomes of it.
//! What a room is like is in `room_settings.rs`.

use chat_shared::{
    Access, AccountId, Command, ConversationId, EntryBody, FaultCode, HouseRole, InboxAbout, Nonce,
    Request, RoomRole, Seq,
};
use chat_tests::{Admin, Failure, TestClient, TestServer, chatctl};

fn code<T: std::fmt::Debug>(result: Result<T, Failure>) -> FaultCode {
    result.expect_err("refused").code().expect("a fault")
}

fn invite(conversation: ConversationId, account: AccountId) -> Command {
    Command::InviteToRoom {
        conversation,
        account,
    }
}

async fn names(client: &mut TestClient, text: &str) -> Vec<String> {
    let rooms = client.rooms(text).await.expect("rooms");
    rooms.into_iter().map(|room| room.name).collect()
}

/// "public: everybody finds it and joins. private: everybody finds it, and joins by invitation. hidden: only
/// members and who is invited know of it", and "To those who may not know of it, a hidden room is
/// `no_such_conversation`."
#[tokio::test]
async fn who_finds_a_room_and_who_comes_in() {
    let server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let mut boris = TestClient::join(&server, "boris").await;
    let kitchen = anna.create_room("kitchen").await.unwrap();
    let board = anna
        .create_room_for("board", Access::Private)
        .await
        .unwrap();
    let cellar = anna
        .create_room_for("cellar", Access::Hidden)
        .await
        .unwrap();
    let last = anna.create_room("last").await.unwrap();

    assert_eq!(
        names(&mut boris, "").await,
        ["general", "kitchen", "board", "last"]
    );
    assert!(names(&mut boris, "cellar").await.is_empty());
    assert_eq!(names(&mut anna, "cellar").await, ["cellar"]);
    boris.join_room(kitchen).await.unwrap();
    assert_eq!(
        code(boris.join_room(board).await),
        FaultCode::InvitationNeeded
    );

    // Not even whether it is there can be found out.
    assert_eq!(
        code(boris.join_room(cellar).await),
        FaultCode::NoSuchConversation
    );
    for request in [
        Request::Room {
            conversation: cellar,
        },
        Request::Restrictions {
            conversation: cellar,
            after: AccountId(0),
        },
        Request::Members {
            conversation: cellar,
            after: AccountId(0),
        },
        Request::History {
            conversation: cellar,
            before: None,
            after: None,
            around: None,
            limit: 5,
        },
    ] {
        let fault = boris.refused(request.clone()).await;
        assert_eq!(fault.code, FaultCode::NoSuchConversation, "{request:?}");
    }
    let (conversation, account) = (cellar, anna.account);
    for command in [
        invite(cellar, anna.account),
        Command::Kick {
            conversation,
            account,
            reason: String::new(),
        },
        Command::DeleteRoom {
            conversation,
            name: "cellar".into(),
        },
    ] {
        let fault = boris.may_not(command.clone()).await;
        assert_eq!(fault.code, FaultCode::NoSuchConversation, "{command:?}");
    }
    assert_eq!(
        code(boris.post(cellar, "hello?").await),
        FaultCode::NoSuchConversation
    );
    let is_last = |body: &EntryBody| matches!(body, EntryBody::RoomAdded { conversation, .. } if *conversation == last);
    boris.house_entry("the last room", is_last).await;
    let house = format!("{:?}", boris.entries[&chat_shared::Feed::House]);
    assert!(
        house.contains("board") && !house.contains("cellar"),
        "{house}"
    );
}

/// "A hidden room is there for its members, who is invited and the moderators of the house."
#[tokio::test]
async fn who_keeps_the_peace_finds_hidden_rooms() {
    let server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let mut boris = TestClient::join(&server, "boris").await;
    let cellar = anna
        .create_room_for("cellar", Access::Hidden)
        .await
        .unwrap();
    let mut admin = Admin::at(&server).await;
    let mut chief = TestClient::join(&server, "chief").await;
    admin
        .appoints(chief.account, HouseRole::Administrator)
        .await;
    assert_eq!(names(&mut chief, "cell").await, ["cellar"]);
    for (role, finds) in [
        (HouseRole::Moderator, true),
        (HouseRole::Administrator, true),
        (HouseRole::Member, false),
        (HouseRole::Guest, false),
    ] {
        admin.appoints(boris.account, role).await;
        let found = boris.rooms("cell").await.unwrap();
        assert_eq!(found.len(), usize::from(finds), "{role:?}");
        for room in found {
            assert_eq!((room.conversation, room.joined), (cellar, false));
            assert_eq!(room.settings.access, Access::Hidden, "it is marked");
        }
    }
    // Nothing of it in what everybody reads.
    admin.appoints(boris.account, HouseRole::Moderator).await;
    boris.sync_all().await;
    boris.general().await;
    let house = format!("{:?}", boris.entries[&chat_shared::Feed::House]);
    assert!(!house.contains("cellar"), "{house}");
    boris.join_room(cellar).await.unwrap();
}

/// "`invite_to_room` makes one (`invited` in the room, `room_invitation` in the inbox of who is invited); it
/// holds until it is used or taken back by `uninvite_from_room`. Moderators of the house need none."
#[tokio::test]
async fn an_invitation_leads_into_a_room_once() {
    let server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let mut boris = TestClient::join(&server, "boris").await;
    let mut carla = TestClient::join(&server, "carla").await;
    let cellar = anna
        .create_room_for("cellar", Access::Hidden)
        .await
        .unwrap();
    let (conversation, account) = (cellar, boris.account);

    let seq = anna.commands(invite(cellar, account)).await.unwrap();
    anna.entry_in(cellar, "the invitation", |body| {
        *body == EntryBody::Invited { account }
    })
    .await;
    boris
        .own_entry("the item", |body| {
            matches!(body, EntryBody::InboxAdded { item }
                if matches!(&item.about, InboxAbout::RoomInvitation { conversation, name }
                    if *conversation == cellar && name == "cellar"))
        })
        .await;
    let item = boris.inbox().await.unwrap().items.remove(0);
    assert_eq!(item.by, Some(anna.account));
    let found = boris.rooms("cellar").await.unwrap().remove(0);
    assert!(found.invited && !found.joined, "{found:?}");
    assert_eq!(boris.room_view(cellar).await.unwrap().role, None);
    assert!(names(&mut carla, "cellar").await.is_empty());

    // The same again changes nothing.
    assert_eq!(anna.commands(invite(cellar, account)).await.unwrap(), seq);
    assert_eq!(boris.inbox().await.unwrap().items.len(), 1);
    let invited = anna.restrictions(cellar).await.unwrap().invited;
    assert_eq!(invited.len(), 1);
    assert_eq!(
        (invited[0].account, invited[0].by),
        (account, Some(anna.account))
    );

    // Taken back.
    let uninvite = Command::UninviteFromRoom {
        conversation,
        account,
    };
    anna.commands(uninvite.clone()).await.unwrap();
    let fault = anna.may_not(uninvite).await;
    assert_eq!(fault.code, FaultCode::NotInvited);
    let text = "boris is not invited into #cellar: nothing to take back";
    assert_eq!(fault.text, text);
    assert_eq!(
        code(boris.join_room(cellar).await),
        FaultCode::NoSuchConversation
    );
    assert!(names(&mut boris, "cellar").await.is_empty());

    // Used: it holds for one joining.
    anna.commands(invite(cellar, account)).await.unwrap();
    boris.join_room(cellar).await.unwrap();
    let again = anna.may_not(invite(cellar, account)).await;
    assert_eq!(again.code, FaultCode::AlreadyAMember);
    boris.leave_room(cellar).await.unwrap();
    assert_eq!(
        code(boris.join_room(cellar).await),
        FaultCode::NoSuchConversation
    );

    let mut admin = Admin::at(&server).await;
    assert_eq!(
        code(carla.room_view(cellar).await),
        FaultCode::NoSuchConversation
    );
    admin.appoints(carla.account, HouseRole::Moderator).await;
    assert_eq!(carla.room_view(cellar).await.unwrap().room.name, "cellar");
    carla.join_room(cellar).await.unwrap();
}

/// "`rooms` ... `text`: only those with this in name, topic or description".
#[tokio::test]
async fn the_directory_is_searched_and_counts_members() {
    let server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let mut boris = TestClient::join(&server, "boris").await;
    let kitchen = anna.create_room("kitchen").await.unwrap();
    let garden = anna.create_room("garden").await.unwrap();
    let nonce = anna.next_nonce();
    let topic = Request::SetTopic {
        nonce,
        settled: Nonce(0),
        conversation: kitchen,
        topic: "who cooks today".into(),
    };
    anna.command(topic).await.unwrap();
    let _ = chatctl(
        &server,
        &[
            "room",
            "set",
            "garden",
            "--description",
            "roses and radishes",
        ],
    )
    .await
    .ok();
    for (text, found) in [
        ("kitch", vec!["kitchen"]),
        ("cooks", vec!["kitchen"]),
        ("radish", vec!["garden"]),
        ("en", vec!["general", "kitchen", "garden"]),
        ("cars", vec![]),
    ] {
        assert_eq!(names(&mut boris, text).await, found, "{text}");
    }
    boris.join_room(garden).await.unwrap();
    let rooms = anna.rooms("").await.unwrap();
    let members: Vec<u64> = rooms.iter().map(|room| room.members).collect();
    assert_eq!(members, [2, 1, 2]);
    boris.leave_room(garden).await.unwrap();
    assert_eq!(anna.rooms("garden").await.unwrap()[0].members, 1);
    assert_eq!(
        code(boris.rooms(&"x".repeat(10_000)).await),
        FaultCode::TextTooLong
    );
}

/// "`rename_room` frees the old name."
#[tokio::test]
async fn a_renamed_room_is_the_same_under_another_name() {
    let server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let mut boris = TestClient::join(&server, "boris").await;
    let lunch = anna.create_room("lunch").await.unwrap();
    anna.post(lunch, "soup").await.unwrap();
    let rename = |name: &str| Command::RenameRoom {
        conversation: lunch,
        name: name.into(),
    };
    for (name, expected) in [
        ("general", FaultCode::NameTaken),
        ("genera1", FaultCode::NameConfusable),
        ("two words", FaultCode::BadName),
    ] {
        assert_eq!(anna.may_not(rename(name)).await.code, expected, "{name}");
    }
    anna.commands(rename("#Dinner")).await.unwrap();
    let name = "dinner".to_owned();
    let renamed = EntryBody::Renamed {
        name: name.clone(),
        from: "lunch".into(),
    };
    anna.entry_in(lunch, "the new name", |body| *body == renamed)
        .await;
    let conversation = lunch;
    let renamed = EntryBody::RoomRenamed { conversation, name };
    boris
        .house_entry("the new name in the house", |body| *body == renamed)
        .await;
    assert_eq!(boris.room("dinner").await, lunch);
    boris.join_room(lunch).await.unwrap();
    boris.hears(lunch, "soup").await;
    let other = boris.create_room("lunch").await.expect("the name is free");
    assert_ne!(other, lunch);
}

/// "`delete_room` wants the name again, so that it is not the wrong room: `name_mismatch`. A deleted room is
/// `no_such_conversation` to all, its members get `conversation_removed`, its name stays taken. For 30 days an
/// administrator can bring it back by `restore_room`, with its members, messages and all".
#[tokio::test]
async fn a_deleted_room_can_be_brought_back() {
    let mut server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let mut boris = TestClient::join(&server, "boris").await;
    let lunch = anna.create_room("lunch").await.unwrap();
    boris.join_room(lunch).await.unwrap();
    boris.post(lunch, "soup").await.unwrap();
    let delete = |name: &str| Command::DeleteRoom {
        conversation: lunch,
        name: name.into(),
    };
    let restore = Command::RestoreRoom {
        conversation: lunch,
    };
    assert_eq!(
        anna.may_not(delete("general")).await.code,
        FaultCode::NameMismatch
    );
    assert_eq!(
        boris.may_not(delete("lunch")).await.code,
        FaultCode::NotAllowed
    );
    anna.commands(delete("lunch")).await.unwrap();
    let conversation = lunch;
    let removed = EntryBody::ConversationRemoved {
        conversation,
        reason: String::new(),
        banned: false,
        until: None,
    };
    for client in [&mut anna, &mut boris] {
        client
            .own_entry("the removal", |body| *body == removed)
            .await;
        assert_eq!(
            code(client.post(lunch, "still?").await),
            FaultCode::NoSuchConversation
        );
        assert_eq!(
            code(client.join_room(lunch).await),
            FaultCode::NoSuchConversation
        );
        assert!(names(client, "lunch").await.is_empty());
    }
    assert_eq!(code(boris.create_room("lunch").await), FaultCode::NameTaken);
    assert_eq!(
        anna.may_not(restore.clone()).await.code,
        FaultCode::NotAllowed
    );

    // By the administrator, also after a power cut.
    server.restart().await;
    let mut admin = Admin::at(&server).await;
    let rooms = admin.rooms().await.unwrap();
    assert!(
        rooms
            .iter()
            .any(|room| room.room.name == "lunch" && room.deleted_at.is_some()),
        "{rooms:?}"
    );
    anna.reconnect(&server).await.unwrap();
    anna.sync_all().await;
    let _ = chatctl(&server, &["room", "restore", "lunch"]).await.ok();
    let added = EntryBody::ConversationAdded { conversation };
    anna.own_entry("it is back", |body| *body == added).await;
    anna.hears(lunch, "soup").await;
    assert_eq!(
        anna.role_of(lunch, anna.account).await.unwrap(),
        Some(RoomRole::Owner)
    );
    boris.reconnect(&server).await.unwrap();
    let back = boris.sync_from(&[], 100).await;
    let back = back
        .iter()
        .find(|summary| summary.conversation == lunch)
        .expect("he is in it again");
    assert_eq!((back.members, back.posts), (2, 1));
    boris.post(lunch, "and bread").await.unwrap();
    anna.hears(lunch, "and bread").await;
    assert_eq!(code(admin.commands(restore).await), FaultCode::NotDeleted);
}

/// "Whoever is invited still finds that in the inbox once more", and "Who is invited again after that was dismissed
/// finds it again; one item a room is enough, whoever invites."
#[tokio::test]
async fn an_invitation_comes_back_with_its_room_and_for_who_dismissed_it() {
    let server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let mut boris = TestClient::join(&server, "boris").await;
    let mut carla = TestClient::join(&server, "carla").await;
    let cellar = anna
        .create_room_for("cellar", Access::Hidden)
        .await
        .unwrap();
    anna.commands(invite(cellar, boris.account)).await.unwrap();
    boris.join_room(cellar).await.unwrap();
    boris.commands(invite(cellar, carla.account)).await.unwrap();
    anna.commands(invite(cellar, carla.account)).await.unwrap();
    assert_eq!(hosts(&mut carla, cellar).await, [Some(boris.account)]);

    let delete = Command::DeleteRoom {
        conversation: cellar,
        name: "cellar".into(),
    };
    anna.commands(delete).await.unwrap();
    assert_eq!(hosts(&mut carla, cellar).await, []);
    let _ = chatctl(&server, &["room", "restore", "cellar"]).await.ok();
    assert_eq!(hosts(&mut carla, cellar).await, [Some(boris.account)]);

    let dismiss = Command::DismissInbox { item: None };
    carla.commands(dismiss).await.unwrap();
    assert_eq!(hosts(&mut carla, cellar).await, []);
    anna.commands(invite(cellar, carla.account)).await.unwrap();
    assert_eq!(hosts(&mut carla, cellar).await, [Some(anna.account)]);
    carla.join_room(cellar).await.unwrap();
    assert_eq!(hosts(&mut carla, cellar).await, []);
}

/// Who invited somebody into a room, as it waits in their inbox.
async fn hosts(client: &mut TestClient, room: ConversationId) -> Vec<Option<AccountId>> {
    let items = client.inbox().await.expect("the inbox").items.into_iter();
    let leads_there = |about: &InboxAbout| matches!(about, InboxAbout::RoomInvitation { conversation, .. } if *conversation == room);
    items
        .filter(|item| leads_there(&item.about))
        .map(|item| item.by)
        .collect()
}

/// The same by `chatctl`, which asks for the name.
#[tokio::test]
async fn deleting_by_chatctl_asks_for_the_name() {
    let server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let lunch = anna.create_room("lunch").await.unwrap();
    for wrong in [
        vec!["room", "delete", "lunch", "--yes", "dinner"],
        vec!["room", "delete", "lunch"],
    ] {
        let refused = chatctl(&server, &wrong).await;
        assert_ne!(refused.code, 0, "{wrong:?}: {}", refused.out);
        assert_eq!(names(&mut anna, "lunch").await, ["lunch"]);
    }
    let right = ["room", "delete", "lunch", "--yes", "lunch"];
    let _ = chatctl(&server, &right).await.ok();
    assert_eq!(
        code(anna.post(lunch, "still?").await),
        FaultCode::NoSuchConversation
    );
}

/// "A room that everybody has left stays, and an administrator can appoint an owner."
#[tokio::test]
async fn a_room_stays_when_everybody_has_left_it() {
    let server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let mut boris = TestClient::join(&server, "boris").await;
    let lunch = anna.create_room("lunch").await.unwrap();
    anna.post(lunch, "soup").await.unwrap();
    anna.leave_room(lunch).await.unwrap();
    assert_eq!(boris.rooms("lunch").await.unwrap()[0].members, 0);
    boris.join_room(lunch).await.unwrap();
    assert_eq!(boris.whole_history(lunch).await[0].seq, Seq(1));
    boris.hears(lunch, "soup").await;
    assert_eq!(
        boris.role_of(lunch, boris.account).await.unwrap(),
        Some(RoomRole::Member),
        "nobody comes to own a room by being there"
    );
    let rename = Command::RenameRoom {
        conversation: lunch,
        name: "dinner".into(),
    };
    assert_eq!(
        boris.may_not(rename.clone()).await.code,
        FaultCode::NotAllowed
    );
    let _ = chatctl(&server, &["room", "role", "lunch", "boris", "owner"])
        .await
        .ok();
    boris.commands(rename).await.expect("he owns it now");
}

/// "After `conversation_removed` nothing more of it is sent", and who comes back in the same moment has the whole
/// feed again: their leaving and joining may lie in one commit.
#[tokio::test]
async fn who_leaves_and_comes_back_at_once_misses_nothing() {
    let server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let mut boris = TestClient::join(&server, "boris").await;
    let lunch = anna.create_room("lunch").await.unwrap();
    boris.join_room(lunch).await.unwrap();
    let (conversation, settled) = (lunch, Nonce(0));
    for round in 0..12 {
        let mut own = Vec::new();
        let mut others = Vec::new();
        for _ in 0..5 {
            let nonce = boris.next_nonce();
            let leave = Request::Leave {
                nonce,
                settled,
                conversation,
            };
            own.push(boris.send(leave).await.unwrap());
            let text = anna.post_request(lunch, "while he is away");
            others.push(anna.send(text).await.unwrap());
            let nonce = boris.next_nonce();
            let join = Request::Join {
                nonce,
                settled,
                conversation,
            };
            own.push(boris.send(join).await.unwrap());
        }
        for id in own {
            boris.answer(id).await.unwrap();
        }
        for id in others {
            anna.answer(id).await.unwrap();
        }
        let question = format!("is he there? {round}");
        anna.post(lunch, &question).await.unwrap();
        boris.hears(lunch, &question).await;
    }
    anna.post(lunch, "is he there?").await.unwrap();
    boris.hears(lunch, "is he there?").await;
    anna.hears(lunch, "is he there?").await;
    let history = anna.whole_history(lunch).await;
    assert_eq!(anna.entries_of(lunch), history);
    let joined = history.iter().rposition(|entry| {
        entry.body
            == EntryBody::Joined {
                account: boris.account,
            }
    });
    let last = &history[joined.unwrap()..];
    assert!(
        boris.entries_of(lunch).ends_with(last),
        "from his last joining on he has every entry"
    );
}
