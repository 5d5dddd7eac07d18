//! Rooms and direct conversations: who gets in, what others see, and what ends with leaving.

use chat_shared::{
    Access, AccountId, ConversationId, ConversationKind, EntryBody, Event, FaultCode, Feed, Nonce,
    Request, Seq,
};
use chat_tests::{Failure, TestClient, TestServer};

fn code<T: std::fmt::Debug>(result: Result<T, Failure>) -> FaultCode {
    result.expect_err("refused").code().expect("a fault")
}

async fn members(client: &mut TestClient, conversation: ConversationId) -> Vec<AccountId> {
    let request = Request::Members {
        conversation,
        after: AccountId(0),
    };
    let Ok(Event::Members { members, .. }) = client.ask(request).await else {
        panic!("members")
    };
    members.iter().map(|member| member.account).collect()
}

#[tokio::test]
async fn a_room_is_made_found_joined_and_left() {
    let server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let mut boris = TestClient::join(&server, "boris").await;
    let nonce = anna.next_nonce();
    let create = Request::CreateRoom {
        nonce,
        settled: Nonce(0),
        name: "#Kitchen".into(),
        topic: "who cooks today".into(),
        access: Access::Public,
    };
    let kitchen = match anna.ask(create.clone()).await {
        Ok(Event::Done {
            conversation: Some(kitchen),
            ..
        }) => kitchen,
        other => panic!("{other:?}"),
    };
    boris
        .entry(Feed::House, "the room in the house", |entry| {
            entry.body
                == EntryBody::RoomAdded {
                    conversation: kitchen,
                    name: "kitchen".into(),
                }
        })
        .await;
    let Ok(Event::Rooms { rooms, more: false }) = boris
        .ask(Request::Rooms {
            after: ConversationId(0),
            text: String::new(),
        })
        .await
    else {
        panic!("rooms")
    };
    let info = rooms
        .iter()
        .find(|room| room.conversation == kitchen)
        .unwrap();
    assert_eq!(
        (info.name.as_str(), info.topic.as_str()),
        ("kitchen", "who cooks today")
    );
    assert_eq!((info.members, info.joined), (1, false));

    // Not a member: neither read nor write.
    let history = Request::History {
        conversation: kitchen,
        before: None,
        after: None,
        around: None,
        limit: 5,
    };
    assert_eq!(boris.refused(history).await.code, FaultCode::NotAMember);
    assert_eq!(
        code(boris.post(kitchen, "hello?").await),
        FaultCode::NotAMember
    );

    let seq = boris.join_room(kitchen).await.unwrap();
    assert_eq!(
        boris.join_room(kitchen).await.unwrap(),
        seq,
        "done already: the newest entry"
    );
    assert_eq!(
        members(&mut anna, kitchen).await,
        [anna.account, boris.account]
    );
    boris.post(kitchen, "hello").await.unwrap();
    anna.hears(kitchen, "hello").await;
    boris.hears(kitchen, "hello").await;
    assert_eq!(
        boris.opened[&kitchen].seq.0.min(seq.0),
        seq.0,
        "opened tells where it stands"
    );

    let nonce = boris.next_nonce();
    let topic = Request::SetTopic {
        nonce,
        settled: Nonce(0),
        conversation: kitchen,
        topic: "Boris cooks".into(),
    };
    boris.command(topic).await.unwrap();
    anna.entry(
        Feed::Conversation {
            conversation: kitchen,
        },
        "the topic",
        |entry| {
            entry.body
                == EntryBody::TopicSet {
                    topic: "Boris cooks".into(),
                }
        },
    )
    .await;
    anna.entry(Feed::House, "the topic in the house", |entry| {
        let topic = "Boris cooks".into();
        entry.body
            == EntryBody::RoomTopicSet {
                conversation: kitchen,
                topic,
            }
    })
    .await;

    // "After `conversation_removed` nothing more of it is sent."
    boris.leave_room(kitchen).await.unwrap();
    boris
        .entry(Feed::Account, "the removal", |entry| {
            entry.body
                == EntryBody::ConversationRemoved {
                    conversation: kitchen,
                    reason: String::new(),
                    banned: false,
                    until: None,
                }
        })
        .await;
    let before = boris.entries_of(kitchen).len();
    anna.post(kitchen, "he is gone").await.unwrap();
    let general = anna.general().await;
    anna.post(general, "everybody hears this").await.unwrap();
    boris.hears(general, "everybody hears this").await;
    assert_eq!(boris.entries_of(kitchen).len(), before);
    assert_eq!(members(&mut anna, kitchen).await, [anna.account]);
    assert_eq!(code(boris.post(kitchen, "x").await), FaultCode::NotAMember);
    boris.join_room(kitchen).await.expect("and back again");
    anna.post(kitchen, "he is back").await.unwrap();
    boris.hears(kitchen, "he is back").await;
    chat_tests::check_history(&boris.whole_history(kitchen).await, &[]);
}

#[tokio::test]
async fn names_of_rooms_are_taken_once() {
    let server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    anna.create_room("kitchen").await.unwrap();
    assert_eq!(
        code(anna.create_room("Kitchen").await),
        FaultCode::NameTaken
    );
    assert_eq!(
        code(anna.create_room("General").await),
        FaultCode::NameTaken
    );
    assert_eq!(
        code(
            anna.create_room("k1tchen")
                .await
                .and(anna.create_room("kltchen").await)
        ),
        FaultCode::NameConfusable
    );
    for bad in ["", "a b", "#", "..", &"x".repeat(33), "new\nline"] {
        assert_eq!(
            code(anna.create_room(bad).await),
            FaultCode::BadName,
            "{bad:?}"
        );
    }
    let nonce = anna.next_nonce();
    let topic = "x".repeat(513);
    let request = Request::CreateRoom {
        nonce,
        settled: Nonce(0),
        name: "attic".into(),
        topic,
        access: Access::Public,
    };
    assert_eq!(anna.refused(request).await.code, FaultCode::TextTooLong);
}

/// Two who make the same room at once: one does, the other is told.
#[tokio::test]
async fn of_two_who_make_a_room_at_once_one_does() {
    let server = TestServer::start().await;
    let mut tasks = Vec::new();
    for number in 0..10 {
        let mut client = TestClient::join(&server, &format!("person{number}")).await;
        tasks.push(tokio::spawn(
            async move { client.create_room("kitchen").await },
        ));
    }
    let mut made = 0;
    for task in tasks {
        match task.await.unwrap() {
            Ok(_) => made += 1,
            Err(failure) => assert_eq!(failure.code(), Some(FaultCode::NameTaken)),
        }
    }
    assert_eq!(made, 1);
}

/// "A direct conversation that one is not in is `no_such_conversation`."
#[tokio::test]
async fn a_direct_conversation_is_for_those_in_it() {
    let server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let mut boris = TestClient::join(&server, "boris").await;
    let mut carla = TestClient::join(&server, "carla").await;
    let direct = anna.open_direct(&[boris.account]).await.unwrap();
    boris
        .entry(Feed::Account, "the conversation", |entry| {
            entry.body
                == EntryBody::ConversationAdded {
                    conversation: direct,
                }
        })
        .await;
    anna.post(direct, "between us").await.unwrap();
    boris.hears(direct, "between us").await;
    assert_eq!(boris.open_direct(&[anna.account]).await.unwrap(), direct);
    assert_eq!(
        boris
            .open_direct(&[boris.account, anna.account])
            .await
            .unwrap(),
        direct
    );
    let three = anna
        .open_direct(&[boris.account, carla.account])
        .await
        .unwrap();
    assert_ne!(three, direct, "other people, another conversation");

    assert_eq!(
        code(carla.post(direct, "x").await),
        FaultCode::NoSuchConversation
    );
    assert_eq!(
        code(carla.join_room(direct).await),
        FaultCode::NoSuchConversation
    );
    for request in [
        Request::History {
            conversation: direct,
            before: None,
            after: None,
            around: None,
            limit: 5,
        },
        Request::Members {
            conversation: direct,
            after: AccountId(0),
        },
        Request::Sync {
            house: None,
            only: Some(vec![direct]),
            cursors: vec![],
            newest: 5,
        },
    ] {
        assert_eq!(
            carla.refused(request).await.code,
            FaultCode::NoSuchConversation
        );
    }
    let fault = carla
        .refused(Request::MarkRead {
            conversation: direct,
            seq: Seq(1),
        })
        .await;
    assert_eq!(fault.code, FaultCode::NotAMember);
    let Ok(Event::Rooms { rooms, .. }) = carla
        .ask(Request::Rooms {
            after: ConversationId(0),
            text: String::new(),
        })
        .await
    else {
        panic!("rooms")
    };
    assert!(
        rooms.iter().all(|room| room.conversation != direct),
        "not in the directory"
    );
    assert_eq!(code(anna.leave_room(direct).await), FaultCode::NotARoom);
    let nonce = anna.next_nonce();
    let topic = "x".into();
    let request = Request::SetTopic {
        nonce,
        settled: Nonce(0),
        conversation: direct,
        topic,
    };
    assert_eq!(anna.refused(request).await.code, FaultCode::NotARoom);

    let summaries = anna.sync_from(&[], 5).await;
    let summary = summaries
        .iter()
        .find(|summary| summary.conversation == direct)
        .unwrap();
    let members = vec![anna.account, boris.account];
    assert_eq!(summary.about, ConversationKind::Direct { members });
}

#[tokio::test]
async fn a_direct_conversation_needs_one_to_31_others() {
    let server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let me = anna.account;
    assert_eq!(code(anna.open_direct(&[]).await), FaultCode::BadMembers);
    assert_eq!(code(anna.open_direct(&[me]).await), FaultCode::BadMembers);
    assert_eq!(
        code(anna.open_direct(&[AccountId(999)]).await),
        FaultCode::NoSuchAccount
    );
    let mut others = Vec::new();
    for number in 0..32 {
        others.push(
            TestClient::join(&server, &format!("person{number}"))
                .await
                .account,
        );
    }
    assert_eq!(code(anna.open_direct(&others).await), FaultCode::BadMembers);
    anna.open_direct(&others[..31]).await.unwrap();
}

/// Posting in `general` after leaving it, and whoever left does not hear it.
#[tokio::test]
async fn everybodys_first_room_can_be_left() {
    let server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let general = anna.general().await;
    anna.leave_room(general).await.unwrap();
    assert_eq!(code(anna.post(general, "x").await), FaultCode::NotAMember);
    assert_eq!(anna.sync_from(&[], 5).await, []);
}
