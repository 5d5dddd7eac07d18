//! "`block` is between two people, and the one who is blocked gets no hint of it."

use chat_shared::{
    Access, AccountId, Command, EntryBody, Event, FaultCode, InboxAbout, Presence, PresenceState,
    Request, Timestamp,
};
use chat_tests::{Admin, Failure, TestClient, TestServer};

use PresenceState::{Away, DoNotDisturb, Offline, Online};

fn block(account: AccountId) -> Command {
    Command::Block { account }
}

fn unblock(account: AccountId) -> Command {
    Command::Unblock { account }
}

fn says(text: &str) -> Command {
    Command::SetStatus {
        text: text.into(),
        until: None,
    }
}

fn text_of(presence: &Presence) -> &str {
    presence.status.as_ref().map_or("", |status| &status.text)
}

/// The states of somebody that were told to a client and not looked for yet.
fn told_of(client: &TestClient, account: AccountId) -> Vec<Presence> {
    let people = client.signals.iter().flat_map(|event| match event {
        Event::PresenceChanged { people } => people.as_slice(),
        _ => &[],
    });
    people
        .filter(|presence| presence.account == account)
        .cloned()
        .collect()
}

async fn states_here(
    client: &mut TestClient,
    since: Timestamp,
) -> (Vec<AccountId>, Vec<AccountId>) {
    let who = client.who(Some(since)).await.unwrap();
    (
        who.people.iter().map(|here| here.account).collect(),
        who.seen.iter().map(|seen| seen.account).collect(),
    )
}

async fn items(client: &mut TestClient) -> Vec<InboxAbout> {
    let items = client.inbox().await.unwrap().items;
    items.into_iter().map(|item| item.about).collect()
}

/// "They cannot open a new direct conversation with the one who blocks: `not_reachable`, the same as for somebody who
/// is disabled or has left the house. In one that is there they write as before".
#[tokio::test]
async fn who_is_blocked_opens_no_conversation_and_learns_no_more_than_of_a_disabled_account() {
    let server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let mut boris = TestClient::join(&server, "boris").await;
    let mut clara = TestClient::join(&server, "clara").await;
    let disabled = TestClient::join(&server, "dora").await.account;
    let mut former = TestClient::join(&server, "emil").await;
    let gone = former.account;
    let (annas, claras) = (anna.account, clara.account);
    let there = boris.open_direct(&[claras]).await.unwrap();
    former.commands(Command::DeleteAccount {}).await.unwrap();
    let disable = Command::EnableAccount {
        account: disabled,
        enabled: false,
        reason: String::new(),
    };
    Admin::at(&server).await.commands(disable).await.unwrap();
    for client in [&mut anna, &mut clara] {
        client.commands(block(boris.account)).await.unwrap();
    }

    let mut answers = Vec::new();
    for (name, other) in [("anna", annas), ("dora", disabled), ("emil", gone)] {
        for with in [vec![other], vec![other, claras], vec![claras, other]] {
            let refused = boris.open_direct(&with).await;
            boris.nonce = chat_shared::Nonce(boris.nonce.0 - 1);
            let Err(Failure::Refused(fault)) = refused else {
                panic!("not refused with {with:?}: {refused:?}")
            };
            assert_eq!(fault.code, FaultCode::NotReachable, "{with:?}");
            assert_eq!(fault.retry_after_ms, None);
            if with.len() == 1 {
                assert!(fault.text.contains(name), "{fault}");
                answers.push(fault.text.replace(name, "N"));
            }
        }
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "in the same words: {answers:?}");

    // In the one that is there he writes as before, and it stays the same one.
    assert_eq!(boris.open_direct(&[claras]).await.unwrap(), there);
    boris.post(there, "do you read this?").await.unwrap();
    clara.hears(there, "do you read this?").await;

    // Who blocks may write first; and afterwards all is as it was.
    anna.commands(unblock(boris.account)).await.unwrap();
    let direct = boris.open_direct(&[annas]).await.unwrap();
    boris.post(direct, "hello again").await.unwrap();
    anna.hears(direct, "hello again").await;
}

/// "**To those whom a person blocks they are offline** since the block, as if they had become invisible, and say
/// nothing of themselves: in `presence_changed`, `who` and `card` alike."
#[tokio::test]
async fn who_is_blocked_sees_somebody_who_left_at_that_moment() {
    let mut server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let mut boris = TestClient::join(&server, "boris").await;
    let mut clara = TestClient::join(&server, "clara").await;
    let (annas, boriss) = (anna.account, boris.account);
    anna.commands(says("at lunch")).await.unwrap();
    anna.is(Online).await;
    boris
        .sees(annas, "anna", |p| {
            p.state == Online && text_of(p) == "at lunch"
        })
        .await;
    boris.signals.clear();

    // As if she left just now.
    anna.commands(block(boriss)).await.unwrap();
    let left = boris.sees(annas, "anna gone", |p| p.state == Offline).await;
    assert_eq!(left.status, None);
    let long_ago = Timestamp(0);
    let last_seen = boris.card(annas).await.unwrap().last_seen;
    assert!(last_seen.is_some(), "she was here until then");
    let mut phone = TestClient::sign_in_on(&server, "boris").await;
    phone.sync_all().await;
    for _ in 0..2 {
        for client in [&mut boris, &mut phone] {
            let card = client.card(annas).await.unwrap();
            assert_eq!((card.presence.state, card.presence.status), (Offline, None));
            // What was seen in the last seconds before a crash is lost, of everybody.
            assert!(card.last_seen <= last_seen, "nothing later");
            assert_eq!(card.last_address, None);
            assert!(card.enabled, "that is no secret");
            let who = client.who(Some(long_ago)).await.unwrap();
            assert!(who.people.iter().all(|here| here.account != annas));
            let told = who.seen.iter().find(|seen| seen.account == annas);
            assert_eq!(told.map(|told| told.at), card.last_seen);
        }
        // What she does now is told to others and not to him.
        anna.commands(says("back")).await.unwrap();
        anna.is(DoNotDisturb).await;
        clara
            .sees(annas, "anna", |p| {
                p.state == DoNotDisturb && text_of(p) == "back"
            })
            .await;
        assert!(states_here(&mut clara, long_ago).await.0.contains(&annas));
        clara.is(Away).await;
        let claras = clara.account;
        for client in [&mut boris, &mut phone] {
            client.sees(claras, "clara", |p| p.state == Away).await;
            assert_eq!(told_of(client, annas), [], "nothing of her");
        }

        // The same after a restart, when she comes anew.
        server.restart().await;
        for client in [&mut anna, &mut boris, &mut phone, &mut clara] {
            client.reconnect(&server).await.unwrap();
            client.sync_all().await;
        }
        anna.is(Online).await;
        clara.sees(annas, "anna", |p| p.state == Online).await;
    }

    // He learns everything again.
    anna.commands(unblock(boriss)).await.unwrap();
    for client in [&mut boris, &mut phone] {
        client
            .sees(annas, "anna again", |p| {
                p.state == Online && text_of(p) == "back"
            })
            .await;
        let card = client.card(annas).await.unwrap();
        assert_eq!(card.presence.state, Online);
        assert!(states_here(client, long_ago).await.0.contains(&annas));
    }
    drop(anna);
    boris.sees(annas, "anna gone", |p| p.state == Offline).await;
    assert!(boris.card(annas).await.unwrap().last_seen.is_some());
    assert!(states_here(&mut boris, long_ago).await.1.contains(&annas));
}

/// The same for somebody who blocks and leaves, or comes, at the same moment: never is anything told.
#[tokio::test]
async fn who_comes_and_has_blocked_before_is_never_shown() {
    let server = TestServer::start().await;
    let mut boris = TestClient::join(&server, "boris").await;
    let mut clara = TestClient::join(&server, "clara").await;
    let mut anna = TestClient::join(&server, "anna").await;
    let annas = anna.account;
    anna.commands(block(boris.account)).await.unwrap();
    for round in 0..5 {
        anna.reconnect(&server).await.unwrap();
        anna.is(if round % 2 == 0 { Online } else { Away }).await;
        clara.sees(annas, "anna here", |p| p.state != Offline).await;
        drop(std::mem::replace(
            &mut anna,
            TestClient::sign_in_on(&server, "anna").await,
        ));
        clara.sees(annas, "anna gone", |p| p.state == Offline).await;
    }
    clara.is(Online).await;
    boris
        .sees(clara.account, "clara", |p| p.state == Online)
        .await;
    assert_eq!(told_of(&boris, annas), []);
}

/// "It is not told to those whom the person blocks": who writes is here.
#[tokio::test]
async fn who_is_blocked_does_not_see_somebody_typing() {
    let server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let mut boris = TestClient::join(&server, "boris").await;
    let mut clara = TestClient::join(&server, "clara").await;
    let (annas, conversation) = (anna.account, anna.general().await);
    let typing = Event::TypingIn {
        conversation,
        account: annas,
    };
    anna.commands(block(boris.account)).await.unwrap();
    anna.ask(Request::Typing { conversation }).await.unwrap();
    clara
        .signal("typing", |event| (*event == typing).then_some(()))
        .await;
    anna.post(conversation, "there").await.unwrap();
    boris.hears(conversation, "there").await;
    assert!(!boris.signals.contains(&typing));

    // With the message she is done, and may be told of again.
    anna.commands(unblock(boris.account)).await.unwrap();
    anna.ask(Request::Typing { conversation }).await.unwrap();
    boris
        .signal("typing", |event| (*event == typing).then_some(()))
        .await;
}

/// "Their mentions, contact notices and invitations put nothing into the inbox."
#[tokio::test]
async fn who_is_blocked_puts_nothing_into_the_inbox_and_is_answered_as_ever() {
    let server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let mut boris = TestClient::join(&server, "boris").await;
    let (annas, boriss) = (anna.account, boris.account);
    let general = boris.general().await;
    let room = boris
        .create_room_for("plans", Access::Private)
        .await
        .unwrap();
    let add = |group: &str| Command::PutContact {
        account: annas,
        group: group.into(),
        favourite: false,
    };
    let invite = Command::InviteToRoom {
        conversation: room,
        account: annas,
    };
    anna.commands(block(boriss)).await.unwrap();
    boris.post(general, "@anna where are you?").await.unwrap();
    boris.commands(add("")).await.unwrap();
    boris.commands(invite.clone()).await.unwrap();
    // A feed is one order for everybody: she is told, and folds it.
    anna.hears(general, "@anna where are you?").await;
    assert_eq!(items(&mut anna).await, []);
    let own = anna.entries.get(&chat_shared::Feed::Account);
    let own = own.map_or(&[][..], Vec::as_slice);
    let notices = own
        .iter()
        .filter(|entry| matches!(entry.body, EntryBody::InboxAdded { .. }));
    assert_eq!(notices.count(), 0);
    // The invitation holds all the same, for him who looks.
    let restrictions = boris.restrictions(room).await.unwrap();
    assert_eq!(restrictions.invited[0].account, annas);

    anna.commands(unblock(boriss)).await.unwrap();
    assert_eq!(items(&mut anna).await, [], "what was is not made up for");
    let remove = Command::RemoveContact { account: annas };
    let take_back = Command::UninviteFromRoom {
        conversation: room,
        account: annas,
    };
    let seq = boris.post(general, "@anna there you are").await.unwrap();
    for command in [remove, add("friends"), take_back, invite] {
        boris.commands(command).await.unwrap();
    }
    assert_eq!(
        items(&mut anna).await,
        [
            InboxAbout::Mention {
                conversation: general,
                seq
            },
            InboxAbout::AddedAsContact {},
            InboxAbout::RoomInvitation {
                conversation: room,
                name: "plans".into()
            },
        ]
    );
}

/// "`block` of somebody who is blocked is `already_blocked`, `unblock` of somebody who is not `not_blocked`." and all
/// devices of the one who blocks know.
#[tokio::test]
async fn ones_own_devices_know_whom_one_blocks_and_nobody_else_does() {
    let server = TestServer::start().await;
    let mut desk = TestClient::join(&server, "anna").await;
    let mut phone = TestClient::sign_in_on(&server, "anna").await;
    phone.sync_all().await;
    let mut boris = TestClient::join(&server, "boris").await;
    let (annas, account) = (desk.account, boris.account);
    let before = boris.sync_all().await;
    for (command, code) in [
        (unblock(account), FaultCode::NotBlocked),
        (block(annas), FaultCode::NotToYourself),
        (block(AccountId(999)), FaultCode::NoSuchAccount),
    ] {
        let shown = format!("{command:?}");
        assert_eq!(desk.may_not(command).await.code, code, "{shown}");
    }
    desk.commands(block(account)).await.unwrap();
    let told = EntryBody::Blocked { account };
    phone.own_entry("the block", |body| *body == told).await;
    let (on_desk, on_phone) = (desk.contacts().await, phone.contacts().await);
    assert_eq!(on_desk.unwrap(), on_phone.unwrap());
    assert_eq!(phone.contacts().await.unwrap().blocked, [account]);
    let again = phone.may_not(block(account)).await;
    assert_eq!(again.code, FaultCode::AlreadyBlocked);
    phone.commands(unblock(account)).await.unwrap();
    let told = EntryBody::Unblocked { account };
    desk.own_entry("the end of it", |body| *body == told).await;
    assert_eq!(desk.contacts().await.unwrap().blocked, []);

    // No feed that he reads has moved.
    let request = Request::Sync {
        house: Some(chat_shared::Seq(0)),
        only: None,
        cursors: Vec::new(),
        newest: 1000,
    };
    assert_eq!(boris.ask(request).await.unwrap(), before);
}
