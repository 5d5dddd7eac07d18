//! Who may not sign in any more cannot do anything any more.

use super::harness::{
    ANNA, BERT, CLEO, GENERAL, GHOST, add_device, at, command, create_room, direct, enable, join,
    leave, numbered, once, post, set_topic, verifier,
};
use super::office::{block, delete, office, put_contact};
use crate::journal::command::Action;
use crate::journal::outcome::{Outcome, Refusal};
use chat_shared::{Audience, DeviceId, Profile, Seq};

/// Something of each kind.
fn deeds() -> Vec<Action> {
    vec![
        post(GENERAL, "hello"),
        join(GENERAL),
        leave(GENERAL),
        set_topic(GENERAL, "topic"),
        create_room("lunch", ""),
        direct(&[BERT]),
        add_device("laptop"),
        Action::RevokeOtherDevices { keep: None },
        Action::RevokeDevice {
            device: DeviceId(1),
        },
        Action::ChangePassword {
            verifier: Box::new(verifier(3)),
            keep: None,
        },
        Action::SetProfile {
            account: None,
            profile: Box::new(Profile::default()),
        },
        Action::SetStatus {
            text: "away".into(),
            until: None,
        },
        put_contact(BERT, "", false),
        block(BERT),
        Action::DismissInbox { item: None },
        Action::DismissAnnouncement { announcement: 1 },
        Action::Announce {
            to: Audience::Online,
            text: "cake".into(),
        },
        Action::Report {
            conversation: GENERAL,
            seq: Seq(1),
            reason: String::new(),
        },
        enable(BERT, false),
        delete(false),
    ]
}

#[test]
fn a_disabled_account_can_do_nothing_until_it_is_enabled() {
    let mut house = office();
    house.does(CLEO, post(GENERAL, "it is in the cache"));
    house.does(None, enable(CLEO, false));
    for deed in deeds() {
        assert_eq!(house.refuses(CLEO, deed), Refusal::AccountDisabled);
    }
    house.does(None, enable(CLEO, true));
    house.does(CLEO, post(GENERAL, "hello"));
}

#[test]
fn a_deleted_account_can_do_nothing() {
    let mut house = office();
    house.does(CLEO, post(GENERAL, "it is in the cache"));
    house.does(CLEO, delete(false));
    for deed in deeds() {
        assert_eq!(house.refuses(CLEO, deed), Refusal::AccountDeleted(CLEO));
    }
}

#[test]
fn an_account_that_is_not_there_can_do_nothing() {
    let mut house = office();
    for deed in deeds() {
        let refusal = Refusal::NoSuchAccount("number 99".into());
        assert_eq!(house.refuses(GHOST, deed), refusal);
    }
}

#[test]
fn it_ends_in_the_midst_of_a_batch() {
    let mut house = office();
    let (results, _) = house.commits(vec![
        command(CLEO, post(GENERAL, "before")),
        command(ANNA, enable(CLEO, false)),
        command(CLEO, post(GENERAL, "after")),
        command(ANNA, enable(CLEO, true)),
        command(CLEO, post(GENERAL, "again")),
    ]);
    let posted = |seq| Ok(at(GENERAL, seq));
    let done = || Ok(Outcome::DONE);
    let disabled = Err(Refusal::AccountDisabled);
    assert_eq!(results, [posted(6), done(), disabled, done(), posted(7)]);
}

#[test]
fn what_was_done_before_is_still_answered() {
    let mut house = office();
    let device = house.device(CLEO);
    let said = numbered(CLEO, once(device, 0, 1, 0), post(GENERAL, "hello"));
    let (outcome, _) = house.runs(said.clone()).unwrap();
    house.does(None, enable(CLEO, false));
    assert_eq!(house.runs(said), Ok((outcome, vec![])));
}
