//! Banned networks and the panic switch.

use super::harness::{ANNA, BERT, CLEO, NOW, TestHouse, command, invite, register, register_as};
use super::office::{DORA, act, audit_lines, does_once, last_act, office};
use crate::journal::command::{Action, Admission};
use crate::journal::outcome::{Outcome, Refusal};
use chat_shared::limits::ADDRESS_BANS;
use chat_shared::{AddressBan, Timestamp};

const NETWORK: &str = "192.0.2.0/24";

fn ban(network: &str, until: Option<i64>) -> Action {
    Action::BanAddress {
        network: network.into(),
        until: until.map(Timestamp),
        reason: "flood".into(),
    }
}

fn unban(network: &str) -> Action {
    let network = network.into();
    Action::UnbanAddress { network }
}

fn bans(house: &TestHouse) -> Vec<AddressBan> {
    let read = house.store().read(|reader| reader.address_bans(NOW));
    read.unwrap()
}

#[test]
fn a_network_is_banned_and_stands_in_the_log() {
    let mut house = office();
    let done = does_once(&mut house, ANNA, ban(NETWORK, Some(1_500_000)));
    assert_eq!(done, (Outcome::DONE, vec![]));
    let expected = AddressBan {
        network: NETWORK.into(),
        by: Some(ANNA),
        at: NOW,
        until: Some(Timestamp(1_500_000)),
        reason: "flood".into(),
    };
    assert_eq!(bans(&house), [expected]);
    let line = act("anna", "ban_address", NETWORK, "until 1500000 flood");
    assert_eq!(last_act(&house), line);
    house.does(None, ban(NETWORK, None));
    assert_eq!((bans(&house).len(), bans(&house)[0].until), (1, None));
    assert_eq!(last_act(&house), act("", "ban_address", NETWORK, "flood"));
}

#[test]
fn a_ban_is_taken_back_once() {
    let mut house = office();
    house.does(ANNA, ban(NETWORK, None));
    does_once(&mut house, ANNA, unban(NETWORK));
    assert_eq!(bans(&house), []);
    assert_eq!(last_act(&house), act("anna", "unban_address", NETWORK, ""));
    assert_eq!(
        house.refuses(ANNA, unban(NETWORK)),
        Refusal::NoSuchNetwork(NETWORK.into())
    );
}

#[test]
fn networks_are_for_administrators_and_bounded() {
    let mut house = office();
    house.does(ANNA, ban(NETWORK, None));
    for by in [BERT, CLEO, DORA] {
        for action in [ban("192.0.2.7", None), unban(NETWORK)] {
            let refusal = house.refuses(by, action);
            assert_eq!(refusal, Refusal::NotAllowed("administrators"));
        }
    }
    let more = (1..ADDRESS_BANS).map(|number| command(None, ban(&format!("n{number}"), None)));
    house.commits(more.collect());
    assert!(matches!(
        house.refuses(ANNA, ban("one more", None)),
        Refusal::TooMany {
            limit: ADDRESS_BANS,
            ..
        }
    ));
    house.does(ANNA, ban(NETWORK, Some(5)));
}

#[test]
fn a_ban_that_is_over_goes_when_things_expire() {
    let mut house = office();
    house.does(ANNA, ban("over", Some(NOW.0)));
    house.does(ANNA, ban("goes on", Some(NOW.0 + 1)));
    house.does(ANNA, ban("for good", None));
    let done = house.does(None, Action::Expire);
    assert_eq!(done, (Outcome::Swept { more: false }, vec![]));
    assert_eq!(house.dump()["address_bans-1"].len(), 2);
    assert_eq!(bans(&house).len(), 2);
}

#[test]
fn the_panic_switch_closes_the_door_but_not_to_the_administrator() {
    let mut house = office();
    house.does(ANNA, Action::AddInvite(invite(1, 5)));
    does_once(&mut house, BERT, Action::Panic { on: true });
    assert_eq!(last_act(&house), act("bert", "panic", "on", ""));
    house.reopen();
    let closed = Refusal::NotAllowed("administrators, while the panic switch is on");
    let invited = || register_as("emil", Admission::Invited([1; 32]));
    assert_eq!(house.refuses(None, register("emil")), closed);
    assert_eq!(house.refuses(None, invited()), closed);
    // Nothing is learnt of names either.
    assert_eq!(house.refuses(None, register("cleo")), closed);
    house.does(None, register_as("fred", Admission::ByAdministrator));

    house.does(BERT, Action::Panic { on: false });
    house.does(None, invited());
}

#[test]
fn a_switch_that_is_so_already_changes_nothing() {
    let mut house = office();
    let lines = audit_lines(&house).len();
    let before = house.dump();
    let done = house.does(BERT, Action::Panic { on: false });
    assert_eq!(done, (Outcome::DONE, vec![]));
    assert_eq!((house.dump(), audit_lines(&house).len()), (before, lines));
    for by in [CLEO, DORA] {
        let refusal = house.refuses(by, Action::Panic { on: true });
        assert_eq!(refusal, Refusal::NotAllowed("moderators of the house"));
    }
}
