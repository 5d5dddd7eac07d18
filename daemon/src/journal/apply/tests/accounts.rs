//! The house and its accounts.

use super::harness::{
    ANNA, BERT, GENERAL, GHOST, NOW, TestHouse, add_device, added, create_room, direct, enable,
    found, in_house, in_own, inside, invite, join, joined, leave, name, numbered, once, post, read,
    register, register_as, verifier,
};
use super::office::{act, delete, last_act, put_contact};
use crate::journal::command::{Action, Admission, NewInvite};
use crate::journal::outcome::{Outcome, Refusal};
use crate::store::schema::meta;
use chat_shared::{AccountId, DeviceId, EntryBody, InviteId, Timestamp};

fn account_added(account: AccountId, name: &str) -> EntryBody {
    EntryBody::AccountAdded {
        account,
        name: name.into(),
    }
}

fn account_enabled(account: AccountId, enabled: bool) -> EntryBody {
    EntryBody::AccountEnabled { account, enabled }
}

fn reset(name: &str) -> Action {
    Action::ResetPassword {
        name: name.into(),
        verifier: Box::new(verifier(2)),
    }
}

fn administrator(house: &mut TestHouse, name: &str, admission: Admission) -> bool {
    match house.does(None, register_as(name, admission)).0 {
        Outcome::Account { administrator, .. } => administrator,
        other => panic!("{other:?}"),
    }
}

#[test]
fn founding_makes_the_first_room_and_the_secrets() {
    let mut house = TestHouse::empty();
    let created = EntryBody::Created {
        name: Some("general".into()),
    };
    let room_added = EntryBody::RoomAdded {
        conversation: GENERAL,
        name: "general".into(),
    };
    assert_eq!(
        house.does(None, found()),
        (
            Outcome::DONE,
            vec![
                inside(GENERAL, (1, 0), None, created),
                in_house(1, None, room_added),
            ]
        )
    );
    assert_eq!(house.members(GENERAL), []);
    let read = house
        .store()
        .read(|reader| Ok((reader.secret(meta::FAKE_SALTS)?, reader.is_founded()?)));
    assert_eq!(read.unwrap(), (Some(vec![7; 32]), true));
}

#[test]
fn founding_makes_the_founders_invitation() {
    let mut house = TestHouse::empty();
    let invite = NewInvite {
        founding: true,
        ..invite(4, 10)
    };
    let found = Action::Found {
        fake_salts: [7; 32],
        first_room: name("general"),
        invite: Some(Box::new(invite)),
    };
    let made = Outcome::Invite {
        invite: InviteId(1),
        expires_at: Timestamp(1_001_000),
    };
    let (outcome, appended) = house.does(None, found);
    assert_eq!((outcome, appended.len()), (made, 2));
    let invites = house.store().read(|reader| reader.invites()).unwrap();
    let (id, invite) = &invites[0];
    assert_eq!(
        (*id, invite.uses_left, invite.founding, invites.len()),
        (InviteId(1), 10, true, 1)
    );
}

#[test]
fn a_house_is_founded_once() {
    let mut house = TestHouse::with(&[]);
    assert_eq!(house.refuses(None, found()), Refusal::AlreadyFounded);
}

#[test]
fn founding_that_finds_its_room_taken_leaves_no_secrets() {
    let mut house = TestHouse::empty();
    house.does(None, register("anna"));
    house.does(ANNA, create_room("general", ""));
    assert_eq!(
        house.refuses(None, found()),
        Refusal::NameTaken("#general".into())
    );

    let mut house = TestHouse::empty();
    house.does(None, register("anna"));
    house.does(ANNA, create_room("0lga", ""));
    let found = Action::Found {
        fake_salts: [7; 32],
        first_room: name("olga"),
        invite: Some(Box::new(invite(1, 1))),
    };
    assert_eq!(
        house.refuses(None, found),
        Refusal::NameConfusable {
            wanted: "#olga".into(),
            taken: "#0lga".into()
        }
    );
}

#[test]
fn who_registers_is_in_the_house_and_in_the_first_room() {
    let mut house = TestHouse::with(&["anna"]);
    house.does(ANNA, post(GENERAL, "hello"));
    let outcome = Outcome::Account {
        account: BERT,
        name: "bert".into(),
        administrator: false,
    };
    assert_eq!(
        house.does(None, register("bert")),
        (
            outcome,
            vec![
                in_house(3, BERT, account_added(BERT, "bert")),
                inside(GENERAL, (4, 1), BERT, joined(BERT)),
                in_own(BERT, 1, BERT, added(GENERAL)),
                in_own(BERT, 2, BERT, read(GENERAL, 4, 1)),
            ]
        )
    );
    assert_eq!(house.members(GENERAL), [ANNA, BERT]);
    assert_eq!(house.member_count(GENERAL), 2);
    assert_eq!(house.memberships(BERT), [(GENERAL, 4, 1)]);
    let account = house.store().read(|reader| reader.account(BERT)).unwrap();
    let account = account.unwrap();
    assert_eq!(account.name, "bert");
    assert_eq!(account.verifier, verifier(1));
    assert_eq!(account.created_at, NOW);
    assert!(account.enabled && !account.administrator);
    let named = house.store().read(|reader| reader.account_named("bert"));
    assert_eq!(named.unwrap(), Some(BERT));
}

#[test]
fn before_the_founding_an_account_is_in_no_room() {
    let mut house = TestHouse::empty();
    let (_, appended) = house.does(None, register("anna"));
    assert_eq!(
        appended,
        vec![in_house(1, ANNA, account_added(ANNA, "anna"))]
    );
    assert_eq!(house.memberships(ANNA), []);
}

#[test]
fn a_taken_name_and_its_look_alikes_are_refused() {
    let mut house = TestHouse::with(&["olga"]);
    house.device(ANNA);
    assert_eq!(
        house.refuses(None, register("olga")),
        Refusal::NameTaken("olga".into())
    );
    assert_eq!(
        house.refuses(None, register("0lga")),
        Refusal::NameConfusable {
            wanted: "0lga".into(),
            taken: "olga".into()
        }
    );
}

#[test]
fn the_first_account_of_the_unix_socket_administers_and_no_other() {
    for first in [Admission::Local, Admission::ByAdministrator] {
        let mut house = TestHouse::with(&["anna"]);
        assert!(administrator(&mut house, "bert", first));
        assert!(!administrator(&mut house, "cleo", Admission::Local));
        let made = administrator(&mut house, "dora", Admission::ByAdministrator);
        assert!(!made);
    }
}

#[test]
fn who_first_uses_the_founding_invitation_administers_and_no_other() {
    let mut house = TestHouse::with(&[]);
    let founding = NewInvite {
        founding: true,
        ..invite(1, 3)
    };
    house.does(None, Action::AddInvite(founding));
    house.does(None, Action::AddInvite(invite(2, 3)));
    let invited = |code| Admission::Invited([code; 32]);
    assert!(!administrator(&mut house, "anna", invited(2)));
    assert!(administrator(&mut house, "bert", invited(1)));
    assert!(!administrator(&mut house, "cleo", invited(1)));
    assert!(!administrator(&mut house, "dora", Admission::Local));
}

#[test]
fn an_account_is_disabled_and_enabled() {
    let mut house = TestHouse::with(&["anna"]);
    assert_eq!(
        house.does(None, enable(ANNA, false)),
        (
            Outcome::DONE,
            vec![in_house(3, None, account_enabled(ANNA, false))]
        )
    );
    let account = house.store().read(|reader| reader.account(ANNA)).unwrap();
    assert!(!account.unwrap().enabled);
    assert_eq!(
        last_act(&house),
        act("", "enable_account", "anna", "disabled")
    );
    assert_eq!(
        house.does(None, enable(ANNA, true)),
        (
            Outcome::DONE,
            vec![in_house(4, None, account_enabled(ANNA, true))]
        )
    );
    let account = house.store().read(|reader| reader.account(ANNA)).unwrap();
    assert!(account.unwrap().enabled);
}

#[test]
fn an_account_that_is_so_already_changes_nothing() {
    let mut house = TestHouse::with(&["anna"]);
    let before = house.dump();
    assert_eq!(
        house.does(None, enable(ANNA, true)),
        (Outcome::DONE, vec![])
    );
    assert_eq!(house.dump(), before);
}

#[test]
fn nobody_can_be_disabled_who_does_not_exist() {
    let mut house = TestHouse::with(&["anna"]);
    assert_eq!(
        house.refuses(None, enable(GHOST, false)),
        Refusal::NoSuchAccount("number 99".into())
    );
}

#[test]
fn another_password_ends_all_devices_and_only_those_of_the_account() {
    let mut house = TestHouse::with(&["anna", "bert"]);
    let mine = [house.device(ANNA), house.device(ANNA)];
    let other = house.device(BERT);
    assert_eq!((mine, other), ([DeviceId(1), DeviceId(2)], DeviceId(3)));
    for device in [mine[0], mine[1], other] {
        let by = if device == other { BERT } else { ANNA };
        let command = numbered(by, once(device, 0, 1, 0), post(GENERAL, "hello"));
        house.runs(command).unwrap();
    }

    let revoked = |device| EntryBody::DeviceRevoked { device };
    assert_eq!(
        house.does(None, reset("anna")),
        (
            Outcome::DONE,
            vec![
                in_own(ANNA, 5, None, revoked(mine[0])),
                in_own(ANNA, 6, None, revoked(mine[1])),
                in_own(ANNA, 7, None, EntryBody::PasswordChanged {}),
            ]
        )
    );
    let read = house.store().read(|reader| {
        Ok((
            reader.account(ANNA)?.unwrap().verifier,
            reader.devices(ANNA)?.len(),
            reader.devices(BERT)?.len(),
        ))
    });
    assert_eq!(read.unwrap(), (verifier(2), 0, 1));
    let streams = &house.dump()["streams-1"];
    assert_eq!(streams.len(), 1, "only the stream of the other's device");
}

#[test]
fn another_password_needs_an_account() {
    let mut house = TestHouse::with(&["anna"]);
    assert_eq!(
        house.refuses(None, reset("bert")),
        Refusal::NoSuchAccount("bert".into())
    );
}

#[test]
fn what_people_do_needs_somebody_who_does_it() {
    let mut house = TestHouse::with(&["anna", "bert"]);
    let device = house.device(ANNA);
    for action in [
        add_device("laptop"),
        Action::RevokeDevice { device },
        join(GENERAL),
        leave(GENERAL),
        direct(&[ANNA, BERT]),
        post(GENERAL, "hello"),
        put_contact(BERT, "", false),
        Action::Block { account: BERT },
        Action::DismissInbox { item: None },
        Action::DismissAnnouncement { announcement: 1 },
        Action::SetStatus {
            text: "here".into(),
            until: None,
        },
        Action::ChangePassword {
            verifier: Box::new(verifier(2)),
            keep: None,
        },
        Action::RevokeOtherDevices { keep: None },
        delete(false),
    ] {
        assert_eq!(
            house.refuses(None, action),
            Refusal::NoSuchAccount("of nobody".into())
        );
    }
}
