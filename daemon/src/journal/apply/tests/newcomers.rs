//! As what somebody new comes, and the rooms that they find themselves in.

use super::harness::{
    ANNA, BERT, CLEO, GENERAL, NOW, TestHouse, create_room, create_room_as, enable, found, invite,
    register, register_as,
};
use super::office::{DORA, account, act, bodies, delete, last_act, office, set_role};
use crate::journal::command::{Action, Admission, NewInvite};
use crate::journal::outcome::{Outcome, Refusal};
use crate::store::FeedKey;
use chat_shared::limits::INVITE_ROOMS;
use chat_shared::{Access, AccountId, ConversationId, EntryBody, HouseRole, RoomChange, RoomRole};

const EMIL: AccountId = AccountId(5);
const POOL: ConversationId = ConversationId(2);
const ATTIC: ConversationId = ConversationId(3);

fn invitation(role: HouseRole, rooms: &[ConversationId]) -> NewInvite {
    NewInvite {
        role,
        rooms: rooms.to_vec(),
        ..invite(1, 5)
    }
}

fn emil() -> Action {
    register_as("emil", Admission::Invited([1; 32]))
}

fn change(conversation: ConversationId, change: RoomChange) -> Action {
    Action::ChangeRoom {
        conversation,
        change: Box::new(change),
    }
}

fn access(access: Access) -> RoomChange {
    RoomChange {
        access: Some(access),
        ..RoomChange::default()
    }
}

/// An office with a pool that anna owns, and an attic that nobody finds.
fn rooms() -> TestHouse {
    let mut house = office();
    house.does(ANNA, create_room("pool", ""));
    house.does(ANNA, create_room_as("attic", "", Access::Hidden));
    house
}

fn rooms_of(house: &TestHouse, account: AccountId) -> Vec<ConversationId> {
    let rooms = house.memberships(account).into_iter();
    rooms.map(|(room, ..)| room).collect()
}

fn roles_in(house: &TestHouse, room: ConversationId, account: AccountId) -> Vec<RoomRole> {
    let entries = house.entries(FeedKey::Conversation(room)).into_iter();
    let roles = entries.filter_map(|entry| match entry.body {
        EntryBody::RoleSet { account: of, role } if of == account => Some(role),
        _ => None,
    });
    roles.collect()
}

#[test]
fn who_is_new_is_put_into_the_rooms_for_newcomers() {
    let mut house = rooms();
    let for_newcomers = RoomChange {
        for_newcomers: Some(true),
        ..RoomChange::default()
    };
    house.does(ANNA, change(POOL, for_newcomers));
    house.does(None, register("emil"));
    assert_eq!(rooms_of(&house, EMIL), [GENERAL, POOL]);
    // A room that is no longer public is none for newcomers, also the first.
    house.does(ANNA, change(POOL, access(Access::Private)));
    house.does(ANNA, change(GENERAL, access(Access::Private)));
    house.does(None, register("fred"));
    assert_eq!(rooms_of(&house, AccountId(6)), []);
}

#[test]
fn an_invitation_leads_into_its_rooms_each_once() {
    let mut house = rooms();
    let invite = invitation(HouseRole::Member, &[ATTIC, GENERAL, ATTIC]);
    house.does(ANNA, Action::AddInvite(invite));
    let done = house.does(None, emil());
    assert_eq!(rooms_of(&house, EMIL), [GENERAL, ATTIC]);
    assert_eq!(house.member_count(ATTIC), 2);
    let hidden = |body: &EntryBody| match body {
        EntryBody::RoomAdded { conversation, .. } => *conversation == ATTIC,
        _ => false,
    };
    assert!(!bodies(&done).iter().any(hidden));
    assert_eq!(roles_in(&house, ATTIC, EMIL), []);
}

#[test]
fn a_guest_comes_into_the_rooms_of_the_invitation_alone() {
    let mut house = rooms();
    let invite = invitation(HouseRole::Guest, &[POOL]);
    house.does(BERT, Action::AddInvite(invite));
    let done = house.does(None, emil());
    let role = HouseRole::Guest;
    let told = EntryBody::HouseRoleSet {
        account: EMIL,
        role,
    };
    assert_eq!(bodies(&done)[1], told);
    assert_eq!(account(&house, EMIL).role, role);
    assert_eq!(rooms_of(&house, EMIL), [POOL]);
    assert_eq!(roles_in(&house, POOL, EMIL), [RoomRole::Guest]);
}

#[test]
fn a_room_that_is_gone_or_archived_is_left_out() {
    let mut house = rooms();
    let invite = invitation(HouseRole::Member, &[POOL, ATTIC]);
    house.does(ANNA, Action::AddInvite(invite));
    let archived = RoomChange {
        archived: Some(true),
        ..RoomChange::default()
    };
    house.does(ANNA, change(POOL, archived));
    house.does(
        ANNA,
        Action::DeleteRoom {
            conversation: ATTIC,
            name: "attic".into(),
        },
    );
    house.does(None, emil());
    assert_eq!(rooms_of(&house, EMIL), [GENERAL]);
}

#[test]
fn one_invites_as_what_one_is_oneself_at_the_most() {
    for (by, most) in [
        (BERT, HouseRole::Moderator),
        (ANNA, HouseRole::Administrator),
    ] {
        let mut house = office();
        house.does(by, Action::AddInvite(invitation(most, &[])));
        let done = house.does(None, emil());
        let administrator = most == HouseRole::Administrator;
        assert!(
            matches!(done.0, Outcome::Account { administrator: is, .. } if is == administrator)
        );
        let record = account(&house, EMIL);
        assert_eq!((record.role, record.administrator), (most, administrator));
    }
    let mut house = office();
    let too_high = Action::AddInvite(invitation(HouseRole::Administrator, &[]));
    assert!(matches!(
        house.refuses(BERT, too_high),
        Refusal::NotAllowed(_)
    ));
}

#[test]
fn an_invitation_gives_no_more_than_who_made_it_is_by_then() {
    let mut house = office();
    house.does(None, set_role(CLEO, HouseRole::Administrator));
    let invite = invitation(HouseRole::Administrator, &[]);
    house.does(CLEO, Action::AddInvite(invite));
    house.does(None, set_role(CLEO, HouseRole::Moderator));
    house.does(None, emil());
    assert_eq!(account(&house, EMIL).role, HouseRole::Moderator);

    house.does(None, set_role(CLEO, HouseRole::Member));
    let fred = register_as("fred", Admission::Invited([1; 32]));
    assert_eq!(house.refuses(None, fred), Refusal::InviteInvalid);
}

#[test]
fn the_invitations_of_who_is_disabled_or_left_do_not_hold() {
    for end in [enable(BERT, false), delete(false)] {
        let mut house = office();
        house.does(BERT, Action::AddInvite(invitation(HouseRole::Member, &[])));
        let by = matches!(end, Action::DeleteAccount { .. }).then_some(BERT);
        house.does(by, end);
        assert_eq!(house.refuses(None, emil()), Refusal::InviteInvalid);
    }
}

#[test]
fn one_invites_only_where_one_may_invite() {
    let mut house = rooms();
    for by in [CLEO, DORA] {
        let invite = Action::AddInvite(invitation(HouseRole::Guest, &[]));
        let refusal = house.refuses(by, invite);
        assert_eq!(refusal, Refusal::NotAllowed("moderators of the house"));
    }
    let nowhere = ConversationId(99);
    let invite = Action::AddInvite(invitation(HouseRole::Guest, &[POOL, nowhere]));
    let refusal = house.refuses(ANNA, invite);
    assert_eq!(refusal, Refusal::NoSuchConversation(nowhere));
    let many = vec![POOL; INVITE_ROOMS + 1];
    let invite = Action::AddInvite(invitation(HouseRole::Guest, &many));
    assert!(matches!(
        house.refuses(ANNA, invite),
        Refusal::TooMany {
            limit: INVITE_ROOMS,
            ..
        }
    ));
}

#[test]
fn an_account_by_the_administrator_stands_in_the_log_and_others_cannot_make_one() {
    let mut house = office();
    let made = || register_as("emil", Admission::ByAdministrator);
    for by in [BERT, CLEO, DORA] {
        let refusal = house.refuses(by, made());
        assert_eq!(refusal, Refusal::NotAllowed("administrators"));
    }
    house.does(None, made());
    assert_eq!(last_act(&house), act("", "register", "emil", "member"));
    assert_eq!(account(&house, EMIL).created_at, NOW);
}

#[test]
fn the_founders_invitation_makes_one_administrator_whatever_it_says() {
    let mut house = TestHouse::empty();
    house.does(None, found());
    let founding = NewInvite {
        founding: true,
        ..invitation(HouseRole::Administrator, &[])
    };
    house.does(None, Action::AddInvite(founding));
    for name in ["anna", "bert"] {
        house.does(None, register_as(name, Admission::Invited([1; 32])));
    }
    assert!(account(&house, ANNA).administrator);
    assert_eq!(account(&house, BERT).role, HouseRole::Member);
}
