//! Profiles and status texts.

use super::harness::{ANNA, BERT, CLEO, GHOST, in_house, in_own};
use super::office::{
    DORA, account, act, audit_lines, delete, does_once, last_act, office, set_role,
};
use crate::journal::command::Action;
use crate::journal::outcome::{Outcome, Refusal};
use chat_shared::{AccountId, EntryBody, HouseRole, Profile, StatusText, Timestamp};

fn profile(department: &str) -> Profile {
    Profile {
        display_name: "Cleo".into(),
        department: department.into(),
        ..Profile::default()
    }
}

fn set(account: Option<AccountId>, profile: Profile) -> Action {
    Action::SetProfile {
        account,
        profile: Box::new(profile),
    }
}

fn status(text: &str, until: Option<i64>) -> Action {
    Action::SetStatus {
        text: text.into(),
        until: until.map(Timestamp),
    }
}

#[test]
fn ones_own_profile_is_told_to_the_house() {
    let mut house = office();
    let acts = audit_lines(&house);
    for own in [None, Some(CLEO)] {
        let new = profile(if own.is_none() { "Sales" } else { "Purchasing" });
        let (outcome, appended) = house.does(CLEO, set(own, new.clone()));
        let seq = appended[0].entry.seq.0;
        let told = EntryBody::ProfileSet {
            account: CLEO,
            profile: Box::new(new.clone()),
        };
        let told = vec![in_house(seq, CLEO, told)];
        assert_eq!((outcome, appended), (Outcome::DONE, told));
        assert_eq!(account(&house, CLEO).profile, new);
    }
    assert_eq!(audit_lines(&house), acts);
}

#[test]
fn guests_have_one_too_and_the_same_again_says_nothing() {
    let mut house = office();
    does_once(&mut house, DORA, set(None, profile("Visitors")));
    let before = house.dump();
    let again = house.does(DORA, set(None, profile("Visitors")));
    assert_eq!(again, (Outcome::DONE, vec![]));
    assert_eq!(house.dump(), before);
}

#[test]
fn an_administrator_sets_that_of_others_and_it_stands_in_the_log() {
    let mut house = office();
    house.does(ANNA, set(Some(CLEO), profile("Sales")));
    assert_eq!(account(&house, CLEO).profile, profile("Sales"));
    assert_eq!(
        last_act(&house),
        act("anna", "set_profile", "cleo", "display_name, department")
    );
    house.does(None, set(Some(CLEO), profile("")));

    for by in [BERT, CLEO, DORA] {
        let others = set(Some(ANNA), profile("Sales"));
        let refusal = house.refuses(by, others);
        assert_eq!(refusal, Refusal::NotAllowed("administrators"));
    }
    house.does(ANNA, set_role(BERT, HouseRole::Administrator));
    let others = set(Some(BERT), profile("Sales"));
    assert_eq!(house.refuses(ANNA, others), Refusal::Outranked(BERT));
}

#[test]
fn nobody_has_no_profile() {
    let mut house = office();
    let nobody = set(None, profile("Sales"));
    let refusal = Refusal::NoSuchAccount("of nobody".into());
    assert_eq!(house.refuses(None, nobody), refusal);
    let ghost = set(Some(GHOST), profile("Sales"));
    let refusal = Refusal::NoSuchAccount("number 99".into());
    assert_eq!(house.refuses(ANNA, ghost), refusal);
    house.does(CLEO, delete(false));
    let former = set(Some(CLEO), profile("Sales"));
    assert_eq!(house.refuses(ANNA, former), Refusal::AccountDeleted(CLEO));
}

#[test]
fn a_status_is_told_to_ones_own_devices_alone() {
    let mut house = office();
    let (outcome, appended) = house.does(CLEO, status("at lunch", Some(5)));
    let seq = appended[0].entry.seq.0;
    let wanted = StatusText {
        text: "at lunch".into(),
        until: Some(Timestamp(5)),
    };
    let told = EntryBody::StatusSet {
        status: wanted.clone(),
    };
    let told = vec![in_own(CLEO, seq, CLEO, told)];
    assert_eq!((outcome, appended), (Outcome::DONE, told));
    assert_eq!(account(&house, CLEO).status, wanted);

    let again = house.does(CLEO, status("at lunch", Some(5)));
    assert_eq!(again, (Outcome::DONE, vec![]));
    does_once(&mut house, CLEO, status("", Some(7)));
    assert_eq!(account(&house, CLEO).status, StatusText::default());
}
