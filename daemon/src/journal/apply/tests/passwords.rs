//! Passwords.

use super::harness::{ANNA, BERT, CLEO, NOW, TestHouse, enable, in_own, numbered, once, verifier};
use super::office::{DORA, account, act, audit_lines, bodies, delete, last_act, later, office};
use crate::journal::command::Action;
use crate::journal::outcome::{Outcome, Refusal};
use chat_shared::{DeviceId, EntryBody, Timestamp};

const EXPIRES: Timestamp = Timestamp(NOW.0 + 1_000);

fn change(keep: Option<DeviceId>) -> Action {
    Action::ChangePassword {
        verifier: Box::new(verifier(2)),
        keep,
    }
}

fn add_code(name: &str, code: u8) -> Action {
    Action::AddResetCode {
        name: name.into(),
        code_hash: [code; 32],
        expires_at: EXPIRES,
    }
}

fn use_code(name: &str, code: u8) -> Action {
    Action::UseResetCode {
        name: name.into(),
        code_hash: [code; 32],
        verifier: Box::new(verifier(3)),
    }
}

fn devices(house: &TestHouse) -> Vec<DeviceId> {
    let read = house.store().read(|reader| reader.devices(CLEO)).unwrap();
    read.into_iter().map(|(device, _)| device).collect()
}

#[test]
fn another_password_of_ones_own_ends_all_devices_but_this_one() {
    let mut house = office();
    let [lost, kept] = [house.device(CLEO), house.device(CLEO)];
    let command = numbered(CLEO, once(kept, 0, 1, 0), change(Some(kept)));
    let done = house.runs(command.clone()).unwrap();
    let revoked = EntryBody::DeviceRevoked { device: lost };
    let changed = EntryBody::PasswordChanged {};
    assert_eq!(bodies(&done), [revoked, changed]);
    let before = house.dump();
    assert_eq!(house.runs(command), Ok((Outcome::DONE, vec![])));
    assert_eq!(house.dump(), before, "a retry changed something");
    assert_eq!(devices(&house), [kept]);
    assert_eq!(account(&house, CLEO).verifier, verifier(2));
    assert!(audit_lines(&house).iter().all(|line| line.by != Some(CLEO)));
}

#[test]
fn without_a_device_to_keep_all_end() {
    let mut house = office();
    house.device(CLEO);
    house.does(CLEO, change(None));
    assert_eq!(devices(&house), []);
}

#[test]
fn a_code_gives_another_password_once() {
    let mut house = office();
    let device = house.device(CLEO);
    house.does(ANNA, add_code("cleo", 1));
    let told = act("anna", "add_reset_code", "cleo", "until 1001000");
    assert_eq!(last_act(&house), told);
    assert_eq!(account(&house, CLEO).verifier, verifier(1), "not yet");

    let (outcome, appended) = house.does(None, use_code("cleo", 1));
    let seq = appended[0].entry.seq.0;
    let expected = vec![
        in_own(CLEO, seq, CLEO, EntryBody::DeviceRevoked { device }),
        in_own(CLEO, seq + 1, CLEO, EntryBody::PasswordChanged {}),
    ];
    assert_eq!((outcome, appended), (Outcome::DONE, expected));
    assert_eq!(account(&house, CLEO).verifier, verifier(3));
    assert_eq!(last_act(&house), act("cleo", "use_reset_code", "cleo", ""));
    assert_eq!(
        house.refuses(None, use_code("cleo", 1)),
        Refusal::ResetCodeInvalid
    );
}

#[test]
fn a_code_holds_for_one_name_and_time_and_until_the_next() {
    let mut house = office();
    house.does(ANNA, add_code("cleo", 1));
    for (name, code) in [("cleo", 2), ("bert", 1), ("nobody", 1)] {
        assert_eq!(
            house.refuses(None, use_code(name, code)),
            Refusal::ResetCodeInvalid
        );
    }
    let refusal = house.refuses_at(EXPIRES, None, use_code("cleo", 1));
    assert_eq!(refusal, Refusal::ResetCodeInvalid);
    house.does(ANNA, add_code("cleo", 2));
    assert_eq!(
        house.refuses(None, use_code("cleo", 1)),
        Refusal::ResetCodeInvalid
    );
    let just_in_time = Timestamp(EXPIRES.0 - 1);
    let used = later(just_in_time, None, use_code("cleo", 2));
    assert!(house.runs(used).is_ok());
}

#[test]
fn another_password_takes_a_code_away() {
    let mut house = office();
    house.does(ANNA, add_code("cleo", 1));
    house.does(CLEO, change(None));
    assert_eq!(
        house.refuses(None, use_code("cleo", 1)),
        Refusal::ResetCodeInvalid
    );
}

#[test]
fn who_is_disabled_is_told_so_only_with_the_right_code() {
    let mut house = office();
    house.does(ANNA, add_code("cleo", 1));
    house.does(None, enable(CLEO, false));
    assert_eq!(
        house.refuses(None, use_code("cleo", 2)),
        Refusal::ResetCodeInvalid
    );
    assert_eq!(
        house.refuses(None, use_code("cleo", 1)),
        Refusal::AccountDisabled
    );
}

#[test]
fn who_left_has_no_password_to_be_reset() {
    let mut house = office();
    house.does(ANNA, add_code("cleo", 1));
    house.does(CLEO, delete(false));
    assert_eq!(
        house.refuses(None, use_code("cleo", 1)),
        Refusal::ResetCodeInvalid
    );
    let reset = Action::ResetPassword {
        name: "cleo".into(),
        verifier: Box::new(verifier(2)),
    };
    for action in [add_code("cleo", 2), reset] {
        let refusal = house.refuses(ANNA, action);
        assert_eq!(refusal, Refusal::AccountDeleted(CLEO));
    }
}

#[test]
fn codes_and_passwords_of_others_are_for_administrators() {
    let mut house = office();
    let reset = |name: &str| Action::ResetPassword {
        name: name.into(),
        verifier: Box::new(verifier(2)),
    };
    for by in [BERT, CLEO, DORA] {
        for action in [add_code("dora", 1), reset("dora")] {
            let refusal = house.refuses(by, action);
            assert_eq!(refusal, Refusal::NotAllowed("administrators"));
        }
    }
    for action in [add_code("anna", 1), reset("anna")] {
        assert_eq!(house.refuses(ANNA, action), Refusal::NotToYourself);
    }
    for action in [add_code("nobody", 1), reset("nobody")] {
        let refusal = Refusal::NoSuchAccount("nobody".into());
        assert_eq!(house.refuses(ANNA, action), refusal);
    }
    house.does(ANNA, reset("cleo"));
    assert_eq!(last_act(&house), act("anna", "reset_password", "cleo", ""));
}
