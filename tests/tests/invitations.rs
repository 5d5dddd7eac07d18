//! Invitations into the house: into which rooms, as what, by whom; listed and taken back.
//! How one ends by use and by time is in `registration.rs` too.

use chat_shared::{
    Access, Command, ConversationId, Event, FaultCode, HouseRole, InviteId, Request, RoomRole,
};
use chat_tests::client::register;
use chat_tests::{Admin, Connection, DEADLINE, Failure, TestClient, TestServer, chatctl, programs};
use std::time::Duration;
use tokio::time::Instant;

fn code<T: std::fmt::Debug>(result: Result<T, Failure>) -> FaultCode {
    result.expect_err("refused").code().expect("a fault")
}

/// A house that is entered by invitation, with a moderator.
async fn house() -> (TestServer, TestClient, Admin) {
    let server = TestServer::builder()
        .set("house.registration", "invite")
        .start()
        .await;
    let mut admin = Admin::at(&server).await;
    let first = admin.invite_new(1, &[], HouseRole::Member).await.unwrap();
    let wanda = TestClient::join_by(&server, "wanda", Some(&first.code)).await;
    admin.appoints(wanda.account, HouseRole::Moderator).await;
    (server, wanda, admin)
}

async fn try_register(server: &TestServer, name: &str, invite: &str) -> Result<Event, Failure> {
    let mut connection = Connection::tls(server).await;
    connection.hello().await.expect("welcome");
    register(&mut connection, name, Some(invite)).await
}

/// "The answer holds links that carry the daemon's pin (section 2). Who comes by it is a member of those rooms at
/// once, also of private and hidden ones if the one who invites may invite into them."
#[tokio::test]
async fn who_comes_by_an_invitation_is_in_its_rooms_at_once() {
    let (mut server, mut wanda, _) = house().await;
    let board = wanda
        .create_room_for("board", Access::Private)
        .await
        .unwrap();
    let cellar = wanda
        .create_room_for("cellar", Access::Hidden)
        .await
        .unwrap();
    let made = wanda
        .invite_new(2, &[board, cellar], HouseRole::Member)
        .await
        .unwrap();
    assert!(!made.links.is_empty());
    for link in &made.links {
        assert!(link.starts_with("chat://"), "{link}");
        assert!(link.contains(&format!("pin={}", server.pin())), "{link}");
        assert!(link.contains(&format!("invite={}", made.code)), "{link}");
    }
    server.restart().await;
    let mut anna = TestClient::join_by(&server, "anna", Some(&made.code)).await;
    let summaries = anna.sync_from(&[], 10).await;
    let rooms: Vec<_> = summaries.iter().map(|room| room.conversation).collect();
    let general = anna.general().await;
    assert_eq!(rooms, [general, board, cellar]);
    assert_eq!(
        anna.role_of(cellar, anna.account).await.unwrap(),
        Some(RoomRole::Member)
    );
    anna.post(cellar, "dark here").await.unwrap();
}

/// "one that comes as a guest only of those of its invitation"; "Guests of the house find only rooms that they are
/// in or invited to."
#[tokio::test]
async fn a_guest_sees_only_the_rooms_of_their_invitation() {
    let (server, mut wanda, _) = house().await;
    let project = wanda.create_room("project").await.unwrap();
    wanda.create_room("gossip").await.unwrap();
    let invite = [
        "invite", "new", "--role", "guest", "--room", "project", "--json",
    ];
    let made = chatctl(&server, &invite).await.ok();
    let made: serde_json::Value = serde_json::from_str(&made.out).unwrap();
    let invite = made["code"].as_str().unwrap();
    let mut gast = TestClient::join_by(&server, "gast", Some(invite)).await;
    let found = gast.rooms("").await.unwrap();
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].conversation, project);
    assert_eq!(
        gast.room_view(project).await.unwrap().role,
        Some(RoomRole::Guest)
    );
    gast.post(project, "hello").await.unwrap();
    wanda
        .entry_in(project, "his joining", |body| {
            *body
                == chat_shared::EntryBody::Joined {
                    account: gast.account,
                }
        })
        .await;
    let general = wanda.general().await;
    assert_eq!(
        code(gast.join_room(general).await),
        FaultCode::NoSuchConversation
    );
    assert_eq!(code(gast.create_room("mine").await), FaultCode::NotAllowed);
    assert_eq!(
        code(gast.open_direct(&[wanda.account]).await),
        FaultCode::NotAllowed
    );
    let direct = wanda.open_direct(&[gast.account]).await.unwrap();
    gast.own_entry("the direct conversation", |body| {
        *body
            == chat_shared::EntryBody::ConversationAdded {
                conversation: direct,
            }
    })
    .await;
    gast.post(direct, "but I may answer").await.unwrap();
}

/// "Who may invites by `invite_new`: for a number of `uses`, for a time, into rooms, as a role that is at most one's
/// own."
#[tokio::test]
async fn nobody_invites_as_more_than_they_are() {
    let (server, mut wanda, mut admin) = house().await;
    let made = wanda
        .invite_new(1, &[], HouseRole::Moderator)
        .await
        .unwrap();
    let above = wanda.invite_new(1, &[], HouseRole::Administrator).await;
    assert_eq!(code(above), FaultCode::NotAllowed);
    let mut mona = TestClient::join_by(&server, "mona", Some(&made.code)).await;
    assert_eq!(
        wanda.card(mona.account).await.unwrap().role,
        HouseRole::Moderator
    );
    admin.appoints(mona.account, HouseRole::Member).await;
    let member = mona.invite_new(1, &[], HouseRole::Guest).await;
    assert_eq!(code(member), FaultCode::NotAllowed);

    let nowhere = wanda.invite_new(1, &[ConversationId(999)], HouseRole::Guest);
    assert_eq!(code(nowhere.await), FaultCode::NoSuchConversation);
    let request = |uses, expires_secs, rooms: usize| Request::InviteNew {
        uses,
        expires_secs,
        rooms: vec![ConversationId(1); rooms],
        role: HouseRole::Member,
    };
    for senseless in [
        request(0, 3_600, 0),
        request(1, 0, 0),
        request(1, u64::MAX, 0),
        request(1, 3_600, 21),
    ] {
        let fault = wanda.refused(senseless.clone()).await;
        assert_eq!(fault.code, FaultCode::BadRange, "{senseless:?}");
    }
    assert!(
        wanda.invites().await.unwrap().is_empty(),
        "the refused ones are not there, the used one is gone"
    );
}

/// "`invites` lists those that still hold, one's own, and to administrators all; the command `revoke_invite` ends one."
#[tokio::test]
async fn invitations_are_listed_and_taken_back() {
    let (server, mut wanda, mut admin) = house().await;
    let kitchen = wanda.create_room("kitchen").await.unwrap();
    let founding = admin.invites().await.unwrap().len();
    let own = wanda
        .invite_new(2, &[kitchen], HouseRole::Guest)
        .await
        .unwrap();
    let others = admin.invite_new(3, &[], HouseRole::Member).await.unwrap();
    let mut boss = TestClient::join_by(&server, "boss", Some(&others.code)).await;
    admin.appoints(boss.account, HouseRole::Administrator).await;

    let listed = wanda.invites().await.unwrap();
    assert_eq!(listed.len(), 1, "{listed:?}");
    assert_eq!((listed[0].invite, listed[0].uses_left), (own.invite, 2));
    assert_eq!(
        (listed[0].by, listed[0].role),
        (Some(wanda.account), HouseRole::Guest)
    );
    assert_eq!(listed[0].rooms, [kitchen]);
    assert_eq!(listed[0].expires_at, own.expires_at);
    let all = boss.invites().await.unwrap();
    assert_eq!(all.len(), founding + 2, "{all:?}");
    let used = all.iter().find(|invite| invite.invite == others.invite);
    assert_eq!(used.unwrap().uses_left, 2);
    let shown = chatctl(&server, &["invite", "list"]).await.ok();
    assert!(
        shown.out.contains("wanda") && shown.out.contains("kitchen"),
        "{}",
        shown.out
    );
    assert!(
        !shown.out.contains(&own.code),
        "its code is shown only once"
    );

    let revoke = |invite: InviteId| Command::RevokeInvite { invite };
    assert_eq!(
        wanda.may_not(revoke(others.invite)).await.code,
        FaultCode::NoSuchInvite,
        "not one's own"
    );
    try_register(&server, "first", &own.code).await.unwrap();
    wanda.commands(revoke(own.invite)).await.unwrap();
    assert_eq!(
        code(try_register(&server, "second", &own.code).await),
        FaultCode::InviteInvalid
    );
    let again = wanda.may_not(revoke(own.invite)).await;
    assert_eq!(again.code, FaultCode::NoSuchInvite);
    boss.commands(revoke(others.invite)).await.unwrap();
    assert_eq!(
        code(try_register(&server, "second", &others.code).await),
        FaultCode::InviteInvalid
    );
    assert!(wanda.invites().await.unwrap().is_empty());
}

/// One with an end, by `chatctl`.
#[tokio::test]
async fn an_invitation_ends_with_its_time() {
    let (server, ..) = house().await;
    let invite = ["invite", "new", "--uses", "5", "--expires", "1s", "--json"];
    let made = chatctl(&server, &invite).await.ok();
    let made: serde_json::Value = serde_json::from_str(&made.out).unwrap();
    let invite = made["code"].as_str().unwrap();
    let deadline = Instant::now() + DEADLINE;
    let mut number = 0;
    // It holds for a second: until then somebody comes in by it, or it is used up.
    let failure = loop {
        number += 1;
        match try_register(&server, &format!("person{number}x"), invite).await {
            Err(failure) => break failure,
            Ok(_) => tokio::time::sleep(Duration::from_millis(400)).await,
        }
        assert!(Instant::now() < deadline, "it does not end");
    };
    assert_eq!(failure.code(), Some(FaultCode::InviteInvalid));
    assert!(number <= 5, "by its time, not by its uses");
}

/// The whole way of a newcomer: a link, a password, and they are in.
#[tokio::test]
async fn a_link_is_all_that_a_newcomer_needs() {
    let (server, mut wanda, _) = house().await;
    let kitchen = wanda.create_room("kitchen").await.unwrap();
    let made = wanda
        .invite_new(1, &[kitchen], HouseRole::Member)
        .await
        .unwrap();
    let port = format!(":{}/", server.address().port());
    let tail = made.links[0].split_once(&port).expect("the port").1;
    let link = format!("chat://127.0.0.1{port}{tail}");
    let state = server.folder().join("newcomer");
    std::fs::create_dir_all(&state).unwrap();
    for args in [
        [link.as_str(), "register", "nora"].as_slice(),
        &["send", "#kitchen", "hello everybody"],
    ] {
        let mut command = programs::command("chatc");
        command
            .args(["--account", "nora", "--state"])
            .arg(&state)
            .args(args)
            .env("CHATC_PASSWORD", chat_tests::PASSWORD)
            .env("HOME", &state);
        let _ = programs::run(command, None).await.ok();
    }
    wanda.hears(kitchen, "hello everybody").await;
}
