//! Why a retry does nothing twice, whenever it comes.

use super::harness::{
    ANNA, BERT, GENERAL, NOWHERE, TestHouse, at, command, create_room, direct, inside, join, leave,
    mark, numbered, once, post, posted, set_topic, verifier,
};
use crate::journal::command::{Action, Command};
use crate::journal::outcome::{Outcome, Refusal};
use crate::store::record::StreamRecord;
use chat_shared::limits::{STREAM_WINDOW, STREAMS_PER_DEVICE};
use chat_shared::{ConversationId, DeviceId, StreamId};
use smallvec::smallvec;

const LAPTOP: DeviceId = DeviceId(1);
const LUNCH: ConversationId = ConversationId(2);

/// Anna and Bert, and a device of Anna's.
fn house() -> TestHouse {
    let mut house = TestHouse::with(&["anna", "bert"]);
    assert_eq!(house.device(ANNA), LAPTOP);
    house
}

/// Post `nonce` of the first stream of Anna's device.
fn say(nonce: u64, settled: u64, text: &str) -> Command {
    numbered(ANNA, once(LAPTOP, 0, nonce, settled), post(GENERAL, text))
}

fn row(house: &TestHouse, stream: u32) -> StreamRecord {
    let read = house
        .store()
        .read(|reader| reader.stream(LAPTOP, StreamId(stream)));
    read.unwrap()
}

/// The same command once more: the same outcome, no entry, not a byte changed.
fn does_nothing_more(house: &mut TestHouse, command: &Command, outcome: &Outcome) {
    let before = house.dump();
    assert_eq!(house.runs(command.clone()), Ok((outcome.clone(), vec![])));
    let (results, appended) = house.commits(vec![command.clone(), command.clone()]);
    assert_eq!(results, [Ok(outcome.clone()), Ok(outcome.clone())]);
    assert_eq!(appended, []);
    assert_eq!(house.dump(), before);
}

#[test]
fn a_retry_gets_the_first_outcome_and_changes_nothing() {
    let mut house = house();
    let commands = [
        (post(GENERAL, "hello"), at(GENERAL, 4)),
        (set_topic(GENERAL, "news"), at(GENERAL, 5)),
        (leave(GENERAL), at(GENERAL, 6)),
        (join(GENERAL), at(GENERAL, 7)),
        (create_room("lunch", ""), at(LUNCH, 3)),
        (direct(&[BERT]), at(ConversationId(3), 3)),
        (mark(GENERAL, &[(BERT, 4)]), Outcome::DONE),
    ];
    let mut done = Vec::new();
    for (index, (action, outcome)) in commands.into_iter().enumerate() {
        let command = numbered(ANNA, once(LAPTOP, 0, index as u64 + 1, 0), action);
        assert_eq!(house.runs(command.clone()).unwrap().0, outcome);
        done.push((command, outcome));
    }
    for (command, outcome) in &done {
        does_nothing_more(&mut house, command, outcome);
    }
    house.forget();
    for (command, outcome) in &done {
        does_nothing_more(&mut house, command, outcome);
    }
    house.reopen();
    for (command, outcome) in &done {
        does_nothing_more(&mut house, command, outcome);
    }
}

#[test]
fn a_retry_in_the_same_batch_does_nothing_twice() {
    let mut house = house();
    let (results, appended) = house.commits(vec![
        say(1, 0, "hello"),
        say(1, 0, "hello"),
        say(2, 0, "you"),
    ]);
    assert_eq!(
        results,
        [Ok(at(GENERAL, 4)), Ok(at(GENERAL, 4)), Ok(at(GENERAL, 5))]
    );
    assert_eq!(
        appended,
        [
            inside(GENERAL, (4, 1), ANNA, posted("hello")),
            inside(GENERAL, (5, 2), ANNA, posted("you")),
        ]
    );
}

#[test]
fn a_retry_is_answered_by_its_number_whatever_it_says() {
    let mut house = house();
    house.runs(say(1, 0, "hello")).unwrap();
    let command = say(1, 0, "something else");
    does_nothing_more(&mut house, &command, &at(GENERAL, 4));
}

#[test]
fn streams_and_devices_number_for_themselves() {
    let mut house = house();
    let phone = house.device(ANNA);
    for (device, stream) in [(LAPTOP, 0), (LAPTOP, 1), (phone, 0)] {
        let command = numbered(ANNA, once(device, stream, 1, 0), post(GENERAL, "hello"));
        assert_eq!(house.runs(command).unwrap().1.len(), 1);
    }
}

#[test]
fn a_stream_row_holds_what_a_retry_can_ask_for() {
    let mut house = house();
    house.runs(say(1, 0, "one")).unwrap();
    house.runs(say(3, 0, "three")).unwrap();
    let command = numbered(ANNA, once(LAPTOP, 0, 4, 1), mark(GENERAL, &[(BERT, 4)]));
    house.runs(command).unwrap();
    assert_eq!(
        row(&house, 0),
        StreamRecord {
            last: 4,
            settled: 1,
            outcomes: smallvec![(3, 1, 5), (4, 0, 0)],
        }
    );
    assert_eq!(row(&house, 1), StreamRecord::default());
}

#[test]
fn a_refused_number_may_be_used_again() {
    let mut house = house();
    let refused = numbered(ANNA, once(LAPTOP, 0, 1, 0), post(NOWHERE, "lost"));
    for _ in 0..2 {
        assert_eq!(
            house.runs(refused.clone()),
            Err(Refusal::NoSuchConversation(NOWHERE))
        );
    }
    assert_eq!(row(&house, 0), StreamRecord::default());
    assert_eq!(house.runs(say(1, 0, "found")).unwrap().0, at(GENERAL, 4));
    // Later numbers do not take it away.
    let refused = numbered(ANNA, once(LAPTOP, 0, 2, 0), post(NOWHERE, "lost"));
    house.runs(refused).unwrap_err();
    house.runs(say(3, 0, "three")).unwrap();
    assert_eq!(house.runs(say(2, 0, "two")).unwrap().0, at(GENERAL, 6));
}

#[test]
fn a_refusal_settles_nothing() {
    let mut house = house();
    house.runs(say(1, 0, "one")).unwrap();
    let refused = numbered(ANNA, once(LAPTOP, 0, 3, 2), post(NOWHERE, "lost"));
    house.runs(refused).unwrap_err();
    does_nothing_more(&mut house, &say(1, 0, "one"), &at(GENERAL, 4));
}

#[test]
fn the_window_is_remembered_and_what_is_older_is_stale() {
    assert_eq!(STREAM_WINDOW, 64);
    let mut house = house();
    let posts = (1..=65).map(|nonce| say(nonce, 0, "post")).collect();
    house.commits(posts);
    for cold in [false, true] {
        if cold {
            house.reopen();
        }
        let before = house.dump();
        assert_eq!(house.runs(say(1, 0, "post")), Err(Refusal::StaleNonce));
        assert_eq!(house.dump(), before);
        does_nothing_more(&mut house, &say(2, 0, "post"), &at(GENERAL, 5));
        does_nothing_more(&mut house, &say(65, 0, "post"), &at(GENERAL, 68));
    }
}

#[test]
fn a_number_far_ahead_makes_all_before_its_window_stale() {
    let mut house = house();
    house.runs(say(1, 0, "one")).unwrap();
    house.runs(say(100, 0, "hundred")).unwrap();
    assert_eq!(house.runs(say(36, 0, "gone")), Err(Refusal::StaleNonce));
    assert_eq!(house.runs(say(37, 0, "not yet")).unwrap().0, at(GENERAL, 6));
}

#[test]
fn what_the_client_settled_is_stale() {
    let mut house = house();
    house.runs(say(1, 0, "one")).unwrap();
    house.runs(say(2, 1, "two")).unwrap();
    for cold in [false, true] {
        if cold {
            house.reopen();
        }
        assert_eq!(house.runs(say(1, 0, "one")), Err(Refusal::StaleNonce));
        does_nothing_more(&mut house, &say(2, 1, "two"), &at(GENERAL, 5));
    }
}

#[test]
fn a_claim_to_have_settled_the_future_does_not_end_the_stream() {
    let mut house = house();
    house.runs(say(1, u64::MAX, "one")).unwrap();
    does_nothing_more(&mut house, &say(1, u64::MAX, "one"), &at(GENERAL, 4));
    assert_eq!(house.runs(say(2, 0, "two")).unwrap().0, at(GENERAL, 5));
}

#[test]
fn nothing_has_the_number_zero() {
    let mut house = house();
    let before = house.dump();
    assert_eq!(house.runs(say(0, 0, "zero")), Err(Refusal::StaleNonce));
    assert_eq!(house.dump(), before);
}

#[test]
fn numbers_need_a_device_and_a_stream_that_it_may_have() {
    let mut house = house();
    let before = house.dump();
    for (device, stream) in [(DeviceId(2), 0), (LAPTOP, STREAMS_PER_DEVICE)] {
        let command = numbered(ANNA, once(device, stream, 1, 0), post(GENERAL, "hello"));
        assert_eq!(house.runs(command), Err(Refusal::NoSuchDevice(device)));
    }
    assert_eq!(house.dump(), before);
    let last = once(LAPTOP, STREAMS_PER_DEVICE - 1, 1, 0);
    let command = numbered(ANNA, last, post(GENERAL, "hello"));
    assert_eq!(house.runs(command).unwrap().0, at(GENERAL, 4));
}

#[test]
fn a_revoked_device_can_do_nothing_and_gets_no_old_answer() {
    for reset in [false, true] {
        let mut house = house();
        house.runs(say(1, 0, "one")).unwrap();
        if reset {
            let (name, verifier) = ("anna".into(), verifier(2));
            house.does(
                None,
                Action::ResetPassword {
                    name,
                    verifier: Box::new(verifier),
                },
            );
        } else {
            house.does(ANNA, Action::RevokeDevice { device: LAPTOP });
        }
        for cold in [false, true] {
            if cold {
                house.reopen();
            }
            let before = house.dump();
            for nonce in [1, 2] {
                assert_eq!(
                    house.runs(say(nonce, 0, "post")),
                    Err(Refusal::NoSuchDevice(LAPTOP))
                );
            }
            assert_eq!(house.dump(), before);
        }
    }
}

#[test]
fn a_device_that_is_revoked_in_the_midst_of_a_batch_ends_there() {
    let mut house = house();
    let (results, appended) = house.commits(vec![
        say(1, 0, "before"),
        command(ANNA, Action::RevokeDevice { device: LAPTOP }),
        say(2, 0, "after"),
    ]);
    assert_eq!(
        results,
        [
            Ok(at(GENERAL, 4)),
            Ok(Outcome::DONE),
            Err(Refusal::NoSuchDevice(LAPTOP)),
        ]
    );
    assert_eq!(appended.len(), 2);
    assert_eq!(house.dump()["streams-1"], []);
}

#[test]
fn a_numbered_command_that_ends_its_own_device_is_done() {
    let mut house = house();
    let end = numbered(
        ANNA,
        once(LAPTOP, 0, 1, 0),
        Action::RevokeDevice { device: LAPTOP },
    );
    let (outcome, appended) = house.runs(end.clone()).unwrap();
    assert_eq!((outcome, appended.len()), (Outcome::DONE, 1));
    assert_eq!(house.dump()["streams-1"], []);
    let before = house.dump();
    assert_eq!(house.runs(end), Err(Refusal::NoSuchDevice(LAPTOP)));
    assert_eq!(house.dump(), before);
}
