//! Invitations.

use super::harness::{ANNA, BERT, CLEO, NOW, TestHouse, command, invite, register_as};
use super::office::{DORA, act, does_once, last_act, office, set_role};
use crate::journal::command::{Action, Admission, NewInvite};
use crate::journal::outcome::{Outcome, Refusal};
use chat_shared::limits::INVITES;
use chat_shared::{HouseRole, InviteId, Timestamp};

fn invited(name: &str, code: u8) -> Action {
    register_as(name, Admission::Invited([code; 32]))
}

fn uses_left(house: &TestHouse) -> Vec<(u64, u32)> {
    let invites = house.store().read(|reader| reader.invites()).unwrap();
    let left = invites.iter().map(|(id, invite)| (id.0, invite.uses_left));
    left.collect()
}

#[test]
fn an_invitation_is_made_without_an_entry() {
    let mut house = TestHouse::with(&[]);
    let made = Outcome::Invite {
        invite: InviteId(1),
        expires_at: Timestamp(1_001_000),
    };
    assert_eq!(
        house.does(None, Action::AddInvite(invite(1, 2))),
        (made, vec![])
    );
    let invites = house.store().read(|reader| reader.invites()).unwrap();
    let (id, record) = &invites[0];
    assert_eq!((*id, invites.len()), (InviteId(1), 1));
    assert_eq!((record.code_hash, record.uses_left), ([1; 32], 2));
    assert_eq!(
        (record.created_at, record.expires_at, record.founding),
        (NOW, Timestamp(1_001_000), false)
    );
}

#[test]
fn an_invitation_lets_in_as_often_as_it_says() {
    let mut house = TestHouse::with(&[]);
    house.does(None, Action::AddInvite(invite(1, 2)));
    house.does(None, Action::AddInvite(invite(2, 1)));
    house.does(None, invited("anna", 1));
    assert_eq!(uses_left(&house), [(1, 1), (2, 1)]);
    house.does(None, invited("bert", 1));
    assert_eq!(uses_left(&house), [(2, 1)]);
    assert_eq!(
        house.refuses(None, invited("cleo", 1)),
        Refusal::InviteInvalid
    );
    assert_eq!(house.dump()["invite_codes-1"].len(), 1);
}

#[test]
fn a_code_that_is_there_already_makes_no_other_invitation() {
    let mut house = TestHouse::with(&[]);
    house.does(None, Action::AddInvite(invite(1, 2)));
    let again = Action::AddInvite(invite(1, 7));
    assert_eq!(house.refuses(None, again.clone()), Refusal::InviteInvalid);
    let revoke = Action::RevokeInvite {
        invite: InviteId(1),
    };
    house.does(None, revoke);
    house.does(None, again);
    assert_eq!(uses_left(&house), [(2, 7)]);
}

#[test]
fn moderators_end_their_own_and_administrators_all() {
    let mut house = office();
    house.does(None, set_role(CLEO, HouseRole::Moderator));
    let revoke = |invite| Action::RevokeInvite {
        invite: InviteId(invite),
    };
    for (by, code) in [(BERT, 1), (BERT, 2), (ANNA, 3)] {
        house.does(by, Action::AddInvite(invite(code, 1)));
    }
    for (by, number) in [(CLEO, 1), (BERT, 3)] {
        let refusal = house.refuses(by, revoke(number));
        assert_eq!(refusal, Refusal::NoSuchInvite(InviteId(number)));
    }
    let refusal = house.refuses(DORA, revoke(1));
    assert_eq!(refusal, Refusal::NotAllowed("moderators of the house"));
    does_once(&mut house, BERT, revoke(1));
    let line = act("bert", "revoke_invite", "invitation 1", "");
    assert_eq!(last_act(&house), line);
    house.does(ANNA, revoke(2));
    assert_eq!(uses_left(&house), [(3, 1)]);
}

#[test]
fn what_is_over_goes_when_things_expire() {
    let mut house = TestHouse::with(&[]);
    house.does(None, Action::AddInvite(invite(1, 2)));
    let longer = NewInvite {
        expires_at: Timestamp(1_001_001),
        ..invite(2, 2)
    };
    house.does(None, Action::AddInvite(longer));
    let mut expire = command(None, Action::Expire);
    expire.at = Timestamp(1_001_000);
    house.runs(expire).unwrap();
    assert_eq!(uses_left(&house), [(2, 2)]);
    assert_eq!(house.dump()["invite_codes-1"].len(), 1);
}

#[test]
fn so_many_hold_at_once() {
    let mut house = TestHouse::with(&["anna"]);
    house.device(ANNA);
    let numbered = |number: usize| {
        let mut code_hash = [0; 32];
        code_hash[..8].copy_from_slice(&number.to_be_bytes());
        NewInvite {
            code_hash,
            ..invite(0, 1)
        }
    };
    let add = |number| command(None, Action::AddInvite(numbered(number)));
    let (made, _) = house.commits((1..=INVITES).map(add).collect());
    assert!(made.iter().all(Result::is_ok));
    let one_more = Action::AddInvite(numbered(INVITES + 1));
    let too_many = Refusal::TooMany {
        what: "invitations into the house",
        limit: INVITES,
    };
    assert_eq!(house.refuses(None, one_more.clone()), too_many);
    house.does(
        None,
        Action::RevokeInvite {
            invite: InviteId(7),
        },
    );
    house.does(None, one_more);
    // What is over does not count, though it is still there.
    let mut late = add(INVITES + 2);
    late.at = Timestamp(1_001_000);
    house.runs(late).unwrap();
}

#[test]
fn a_code_that_nobody_made_or_that_is_for_nobody_lets_nobody_in() {
    let mut house = TestHouse::with(&[]);
    house.does(None, Action::AddInvite(invite(1, 0)));
    for code in [1, 2] {
        assert_eq!(
            house.refuses(None, invited("anna", code)),
            Refusal::InviteInvalid
        );
    }
}

#[test]
fn an_invitation_ends_at_its_time() {
    let mut house = TestHouse::with(&[]);
    house.does(None, Action::AddInvite(invite(1, 5)));
    let refusal = house.refuses_at(Timestamp(1_001_000), None, invited("anna", 1));
    assert_eq!(refusal, Refusal::InviteInvalid);
    let mut command = command(None, invited("anna", 1));
    command.at = Timestamp(1_000_999);
    assert!(house.runs(command).is_ok());
}

#[test]
fn a_refused_name_does_not_use_an_invitation_up() {
    let mut house = TestHouse::with(&["olga"]);
    house.does(None, Action::AddInvite(invite(1, 1)));
    for name in ["olga", "0lga"] {
        house.refuses(None, invited(name, 1));
    }
    assert_eq!(uses_left(&house), [(1, 1)]);
}

#[test]
fn a_revoked_invitation_lets_nobody_in() {
    let mut house = TestHouse::with(&[]);
    house.does(None, Action::AddInvite(invite(1, 5)));
    house.does(None, Action::AddInvite(invite(2, 5)));
    let revoke = Action::RevokeInvite {
        invite: InviteId(1),
    };
    assert_eq!(house.does(None, revoke.clone()), (Outcome::DONE, vec![]));
    assert_eq!(uses_left(&house), [(2, 5)]);
    assert_eq!(
        house.refuses(None, invited("anna", 1)),
        Refusal::InviteInvalid
    );
    assert_eq!(
        house.refuses(None, revoke),
        Refusal::NoSuchInvite(InviteId(1))
    );
}
