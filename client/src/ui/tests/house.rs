//! Keeping the house in order from the line, and what is said of it.

use super::bench::{BORIS, Bench};
use crate::command::{Order, Ticket};
use crate::model::Update;
use crate::net::Command;
use chat_shared::{Command as Act, HouseRole, Nonce, StreamId};

/// What was ordered, to be carried out.
fn ordered(bench: &mut Bench) -> Act {
    match bench.asked().as_slice() {
        [Command::Do(Order::Act { act })] => act.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_house_is_kept_from_the_line() {
    let mut bench = Bench::at_work(80, 24);
    bench.asked();
    bench.enter("/disable boris sends spam");
    let disable = Act::EnableAccount {
        account: BORIS,
        enabled: false,
        reason: "sends spam".into(),
    };
    assert_eq!(ordered(&mut bench), disable);
    bench.enter("/panic on");
    assert_eq!(ordered(&mut bench), Act::Panic { on: true });
    bench.enter("/house-role boris moderator");
    let role = Act::SetHouseRole {
        account: BORIS,
        role: HouseRole::Moderator,
    };
    assert_eq!(ordered(&mut bench), role);
    bench.enter("/disable nobody");
    assert_eq!(bench.asked(), [], "nobody has a reserved name");
    bench.has("there is nobody called nobody");
}

#[test]
fn what_was_done_to_the_house_is_said() {
    let mut bench = Bench::at_work(120, 24);
    let act = Act::EnableAccount {
        account: BORIS,
        enabled: false,
        reason: String::new(),
    };
    bench.update(Update::Done {
        ticket: Ticket {
            stream: StreamId(0),
            nonce: Nonce(1),
        },
        order: Order::Act { act },
        conversation: None,
        seq: None,
    });
    bench.has("boris is disabled and signed out everywhere");
}

#[test]
fn one_does_not_write_to_oneself() {
    let mut bench = Bench::at_work(80, 24);
    bench.asked();
    bench.enter("/msg anna hello");
    assert_eq!(bench.asked(), []);
    bench.has("that is you");
}
