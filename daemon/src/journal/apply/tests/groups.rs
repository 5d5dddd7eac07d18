//! Shared groups.

use super::harness::{ANNA, BERT, CLEO, GHOST, TestHouse, command, in_house, register};
use super::office::{DORA, act, bodies, delete, does_once, last_act, office};
use crate::journal::command::Action;
use crate::journal::outcome::{Outcome, Refusal};
use chat_shared::limits::{SHARED_GROUP_MEMBERS, SHARED_GROUPS};
use chat_shared::{AccountId, EntryBody, SharedGroup};

fn put(name: &str, members: &[AccountId]) -> Action {
    Action::PutSharedGroup {
        name: name.into(),
        members: members.to_vec(),
    }
}

fn remove(name: &str) -> Action {
    Action::RemoveSharedGroup { name: name.into() }
}

fn group(name: &str, members: &[AccountId]) -> SharedGroup {
    SharedGroup {
        name: name.into(),
        members: members.to_vec(),
    }
}

fn groups(house: &TestHouse) -> Vec<SharedGroup> {
    house.store().read(|reader| reader.shared_groups()).unwrap()
}

#[test]
fn a_group_is_told_to_the_house_each_member_once() {
    let mut house = office();
    let (outcome, appended) = house.does(ANNA, put("Sales", &[CLEO, BERT, CLEO]));
    let seq = appended[0].entry.seq.0;
    let sales = group("Sales", &[BERT, CLEO]);
    let told = EntryBody::GroupPut {
        group: sales.clone(),
    };
    let told = vec![in_house(seq, ANNA, told)];
    assert_eq!((outcome, appended), (Outcome::DONE, told));
    assert_eq!(groups(&house), [sales]);
    let line = act("anna", "put_shared_group", "Sales", "2 people");
    assert_eq!(last_act(&house), line);

    let before = house.dump();
    let again = house.does(ANNA, put("Sales", &[BERT, CLEO]));
    assert_eq!(again, (Outcome::DONE, vec![]));
    assert_eq!(house.dump(), before);
    does_once(&mut house, ANNA, put("Sales", &[DORA]));
    assert_eq!(groups(&house), [group("Sales", &[DORA])]);
}

#[test]
fn a_group_is_removed_once() {
    let mut house = office();
    house.does(ANNA, put("Sales", &[CLEO]));
    let done = does_once(&mut house, ANNA, remove("Sales"));
    let name = "Sales".to_owned();
    assert_eq!(bodies(&done), [EntryBody::GroupRemoved { name }]);
    assert_eq!(groups(&house), []);
    assert_eq!(
        house.refuses(ANNA, remove("Sales")),
        Refusal::NoSuchGroup("Sales".into())
    );
}

#[test]
fn groups_are_for_administrators_and_of_people_who_are_here() {
    let mut house = office();
    house.does(ANNA, put("Sales", &[CLEO]));
    for by in [BERT, CLEO, DORA] {
        for action in [put("Pool", &[]), remove("Sales")] {
            let refusal = house.refuses(by, action);
            assert_eq!(refusal, Refusal::NotAllowed("administrators"));
        }
    }
    let refusal = house.refuses(ANNA, put("Pool", &[CLEO, GHOST]));
    assert_eq!(refusal, Refusal::NoSuchAccount("number 99".into()));
    house.does(DORA, delete(false));
    let refusal = house.refuses(ANNA, put("Pool", &[CLEO, DORA]));
    assert_eq!(refusal, Refusal::AccountDeleted(DORA));
}

#[test]
fn groups_and_their_members_are_bounded() {
    let mut house = office();
    let names = 0..SHARED_GROUP_MEMBERS;
    let all = names.map(|number| command(None, register(&format!("p{number}"))));
    house.commits(all.collect());
    let many: Vec<AccountId> = (1..)
        .map(AccountId)
        .take(SHARED_GROUP_MEMBERS + 1)
        .collect();
    assert!(matches!(
        house.refuses(ANNA, put("All", &many)),
        Refusal::TooMany {
            limit: SHARED_GROUP_MEMBERS,
            ..
        }
    ));
    house.does(ANNA, put("All", &many[1..]));
    for number in 1..SHARED_GROUPS {
        house.does(ANNA, put(&format!("g{number}"), &[]));
    }
    assert!(matches!(
        house.refuses(ANNA, put("one more", &[])),
        Refusal::TooMany {
            limit: SHARED_GROUPS,
            ..
        }
    ));
    house.does(ANNA, put("g1", &[CLEO]));
}
