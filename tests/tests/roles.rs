//! Roles: who is what in a room and in the house, who has more to say than whom, and that no room and no house
//! is left without somebody who may. The whole table of rights is in `rights_over_the_wire.rs`.

use chat_shared::{
    AccountId, Command, ConversationId, EntryBody, Event, FaultCode, HouseRole, RoomRole,
};
use chat_tests::{Admin, Connection, Failure, PASSWORD, TestClient, TestServer, chatctl};

fn code<T: std::fmt::Debug>(result: Result<T, Failure>) -> FaultCode {
    result.expect_err("refused").code().expect("a fault")
}

fn role(conversation: ConversationId, account: AccountId, role: RoomRole) -> Command {
    Command::SetRoomRole {
        conversation,
        account,
        role,
    }
}

fn kick(conversation: ConversationId, account: AccountId) -> Command {
    Command::Kick {
        conversation,
        account,
        reason: String::new(),
    }
}

/// "Who joins is a member, and a guest if they are a guest of the house; the entry `role_set` says what differs.
/// Who makes a room is its owner."
#[tokio::test]
async fn who_makes_a_room_owns_it_and_who_joins_is_a_member_or_a_guest() {
    let mut server = TestServer::start().await;
    let mut admin = Admin::at(&server).await;
    let mut anna = TestClient::join(&server, "anna").await;
    let mut boris = TestClient::join(&server, "boris").await;
    let lunch = anna.create_room("lunch").await.unwrap();
    boris.join_room(lunch).await.unwrap();
    let guest = admin
        .invite_new(1, &["lunch"], HouseRole::Guest)
        .await
        .unwrap();
    let gast = TestClient::join_by(&server, "gast", Some(&guest.code)).await;
    for (account, expected) in [
        (anna.account, RoomRole::Owner),
        (gast.account, RoomRole::Guest),
    ] {
        let set = EntryBody::RoleSet {
            account,
            role: expected,
        };
        boris.entry_in(lunch, "the role", |body| *body == set).await;
    }
    anna.commands(role(lunch, boris.account, RoomRole::Moderator))
        .await
        .unwrap();
    let expected = [
        (anna.account, RoomRole::Owner),
        (boris.account, RoomRole::Moderator),
        (gast.account, RoomRole::Guest),
    ];
    for round in 0..2 {
        let members = anna.members(lunch).await.unwrap();
        let members: Vec<_> = members
            .iter()
            .map(|member| (member.account, member.role))
            .collect();
        assert_eq!(members, expected, "round {round}");
        server.restart().await;
        anna.reconnect(&server).await.unwrap();
    }
    boris.reconnect(&server).await.unwrap();
    assert_eq!(
        boris.room_view(lunch).await.unwrap().role,
        Some(RoomRole::Moderator)
    );
}

/// "Owners make others owners and may step down, but the last owner of a room with others in it can neither leave
/// nor step down: `last_owner`; they make somebody else owner first."
#[tokio::test]
async fn the_last_owner_stays_one() {
    let server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let mut boris = TestClient::join(&server, "boris").await;
    let lunch = anna.create_room("lunch").await.unwrap();
    boris.join_room(lunch).await.unwrap();
    let step_down = role(lunch, anna.account, RoomRole::Member);
    assert_eq!(
        anna.may_not(step_down.clone()).await.code,
        FaultCode::LastOwner
    );
    assert_eq!(code(anna.leave_room(lunch).await), FaultCode::LastOwner);
    let unmade = ["room", "role", "lunch", "anna", "member"];
    let refused = chatctl(&server, &unmade).await;
    assert_eq!(refused.code, 1, "not at the machine either");
    assert!(refused.err.contains("last_owner"), "{}", refused.err);
    assert_eq!(
        boris.role_of(lunch, anna.account).await.unwrap(),
        Some(RoomRole::Owner)
    );

    let share = role(lunch, boris.account, RoomRole::Owner);
    anna.commands(share).await.unwrap();
    for command in [
        kick(lunch, boris.account),
        role(lunch, boris.account, RoomRole::Member),
    ] {
        let fault = anna.may_not(command).await;
        assert_eq!(
            fault.code,
            FaultCode::Outranked,
            "owners do not unmake owners"
        );
    }
    anna.commands(step_down).await.unwrap();
    assert_eq!(
        anna.role_of(lunch, anna.account).await.unwrap(),
        Some(RoomRole::Member)
    );
    anna.leave_room(lunch).await.unwrap();
    assert_eq!(boris.members(lunch).await.unwrap().len(), 1);
}

/// "The same holds for the last administrator of the house."
#[tokio::test]
async fn the_last_administrator_stays_one() {
    let server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let boris = TestClient::join(&server, "boris").await;
    let mut admin = Admin::at(&server).await;
    admin.appoints(anna.account, HouseRole::Administrator).await;
    let step_down = Command::SetHouseRole {
        account: anna.account,
        role: HouseRole::Member,
    };
    assert_eq!(
        anna.may_not(step_down.clone()).await.code,
        FaultCode::LastAdministrator
    );
    let delete = anna.may_not(Command::DeleteAccount {}).await;
    assert_eq!(delete.code, FaultCode::LastAdministrator);
    for command in [
        vec!["account", "role", "anna", "member"],
        vec!["account", "disable", "anna"],
    ] {
        let refused = chatctl(&server, &command).await;
        assert_eq!(refused.code, 1, "{command:?}");
        assert!(
            refused.err.contains("last_administrator"),
            "{}",
            refused.err
        );
    }
    let accounts = admin.accounts().await.unwrap();
    let unchanged = accounts
        .iter()
        .find(|account| account.name == "anna")
        .unwrap();
    assert!(unchanged.enabled && unchanged.administrator);
    let _ = chatctl(&server, &["account", "role", "boris", "administrator"])
        .await
        .ok();
    anna.commands(step_down).await.unwrap();
    let account = boris.account;
    let demoted = anna
        .may_not(Command::SetHouseRole {
            account,
            role: HouseRole::Member,
        })
        .await;
    assert_eq!(demoted.code, FaultCode::NotAllowed);
}

/// "Who acts upon somebody ... must rank higher than they do: `outranked`. In a room a moderator of the house ranks
/// as one of the room, and an administrator above its owners. Acting upon oneself is `not_to_yourself`."
#[tokio::test]
async fn who_acts_upon_somebody_ranks_higher() {
    let server = TestServer::start().await;
    let mut admin = Admin::at(&server).await;
    let mut people = Vec::new();
    for name in ["olga", "mona", "emil", "wanda", "bella"] {
        people.push(TestClient::join(&server, name).await);
    }
    let ids: Vec<AccountId> = people.iter().map(|person| person.account).collect();
    let [owner, moderator, member, warden, boss] = ids[..] else {
        panic!()
    };
    admin.appoints(warden, HouseRole::Moderator).await;
    admin.appoints(boss, HouseRole::Administrator).await;
    let lunch = people[0].create_room("lunch").await.unwrap();
    for person in &mut people[1..] {
        person.join_room(lunch).await.unwrap();
    }
    people[0]
        .commands(role(lunch, moderator, RoomRole::Moderator))
        .await
        .unwrap();

    // Who acts, upon whom, and whether they may: by muting, which leaves them all where they are.
    use FaultCode::{NotAllowed, NotToYourself, Outranked};
    let acts = [
        (2, owner, Some(NotAllowed)),
        (2, boss, Some(NotAllowed)),
        (1, owner, Some(Outranked)),
        (1, moderator, Some(NotToYourself)),
        (1, member, None),
        (1, warden, Some(Outranked)),
        (1, boss, Some(Outranked)),
        (3, owner, Some(Outranked)),
        (3, moderator, Some(Outranked)),
        (3, member, None),
        (0, moderator, None),
        (0, warden, None),
        (0, boss, Some(Outranked)),
        (0, owner, Some(NotToYourself)),
        (4, owner, None),
        (4, warden, None),
        (4, boss, Some(NotToYourself)),
    ];
    for (by, account, refused) in acts {
        let by = &mut people[by];
        let mute = Command::Mute {
            conversation: lunch,
            account,
            until: None,
            reason: String::new(),
        };
        let outcome = by.commands(mute).await;
        let shown = format!("{} upon {account}: {outcome:?}", by.name);
        match refused {
            Some(expected) => assert_eq!(code(outcome), expected, "{shown}"),
            None => assert!(outcome.is_ok(), "{shown}"),
        }
    }
    // In the house by the roles there.
    let disable = |account| Command::EnableAccount {
        account,
        enabled: false,
        reason: String::new(),
    };
    let by = &mut people[3];
    assert_eq!(by.may_not(disable(boss)).await.code, Outranked);
    assert_eq!(by.may_not(disable(warden)).await.code, NotToYourself);
    by.commands(disable(owner))
        .await
        .expect("the owner of a room is anybody in the house");
}

/// "signed_in: account, name, administrator, role".
#[tokio::test]
async fn the_role_in_the_house_is_told_at_login_and_by_the_house() {
    let server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let boris = TestClient::join(&server, "boris").await;
    let _ = chatctl(&server, &["account", "role", "boris", "moderator"])
        .await
        .ok();
    let set = EntryBody::HouseRoleSet {
        account: boris.account,
        role: HouseRole::Moderator,
    };
    anna.house_entry("the role", |body| *body == set).await;
    let mut connection = Connection::tls(&server).await;
    connection.hello().await.unwrap();
    let signed_in = connection.sign_in("boris", PASSWORD).await.unwrap();
    assert!(
        matches!(
            signed_in,
            Event::SignedIn {
                role: HouseRole::Moderator,
                administrator: false,
                ..
            }
        ),
        "{signed_in:?}"
    );
    let card = anna.card(boris.account).await.unwrap();
    assert_eq!(card.role, HouseRole::Moderator);
    let shown = chatctl(&server, &["account", "list"]).await.ok();
    let line = shown.out.lines().find(|line| line.contains("boris"));
    assert!(line.is_some_and(|line| line.contains("moderator")));
}
