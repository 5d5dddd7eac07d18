//! Power cuts in commits that file what waits, and in the opening behind them.

use super::{begin, commit_until_cut, expected, furnished, name, numbered, picker, survived};
use crate::journal::command::{Action, Command};
use crate::journal::engine::Batch;
use crate::store::testing::Disk;
use chat_shared::{ConversationId, RoomChange, Seq};
use std::collections::BTreeSet;

/// Short and long messages in rooms that take turns, and some of them taken away.
fn talk() -> Vec<Vec<Command>> {
    const ROOMS: u64 = 8;
    let mut pick = picker(5);
    let mut nonces = 3..;
    let rooms = (0..ROOMS).map(|room| {
        let create = Action::CreateRoom {
            name: name(&format!("room{room}")),
            topic: String::new(),
            change: Box::new(RoomChange::default()),
            owner: None,
        };
        numbered(nonces.next().unwrap(), create)
    });
    let mut batches = vec![rooms.collect()];
    for number in 1..30u64 {
        let mut batch = Vec::new();
        for turn in 0..1 + pick(4) as u64 {
            let long = if pick(4) == 0 { 300 } else { 40 };
            let conversation = ConversationId(2 + (number + turn) % ROOMS);
            let text = "a".repeat(1 + pick(long));
            let action = Action::Post { conversation, text };
            batch.push(numbered(nonces.next().unwrap(), action));
        }
        if number % 9 == 0 {
            let delete = Action::DeleteMessage {
                conversation: ConversationId(2 + number % ROOMS),
                seq: Seq(4),
                reason: String::new(),
            };
            batch.push(numbered(nonces.next().unwrap(), delete));
        }
        batches.push(batch);
    }
    batches
}

/// How commits file what waits: a run of a feed that has enough, the oldest rows, or everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Files {
    Run,
    Oldest,
    All,
}

/// The ways in which each of these batches files.
fn ways(furnished: &Disk, batches: &[Vec<Command>]) -> Vec<BTreeSet<Files>> {
    let (store, mut engine) = begin(&furnished.copy());
    let ways = batches.iter().map(|batch| {
        let before = store.filed().unwrap();
        let done = engine.commit(batch.iter().cloned(), Batch::default());
        let done = done.unwrap().results;
        let after = store.filed().unwrap();
        let gone = |row: &&u64| !after.rows.contains(row);
        let gone = before.rows.iter().filter(gone).count();
        let deletes = batch.iter().zip(&done).any(|(command, done)| {
            matches!(command.action, Action::DeleteMessage { .. }) && done.is_ok()
        });
        match (deletes, gone) {
            (true, gone) if gone == before.rows.len() && gone > 0 => [Files::All].into(),
            (false, 0) if after.entries > before.entries => [Files::Run].into(),
            (false, 1..) => [Files::Oldest].into(),
            _ => BTreeSet::new(),
        }
    });
    ways.collect()
}

#[test]
fn power_cuts_reach_every_way_of_filing_and_the_next_opening_has_the_rest() {
    let furnished = furnished();
    let batches = talk();
    let expected = expected(&furnished, &batches);
    assert!(
        expected.0.iter().flatten().all(Result::is_ok),
        "{:?}",
        expected.0
    );
    let ways = ways(&furnished, &batches);
    let mut cut: Vec<Files> = Vec::new();
    let (mut opened, mut opened_again) = (0, 0);
    for operation in (0..).step_by(2) {
        let mut pick = picker(operation);
        let disk = furnished.copy();
        let acknowledged = commit_until_cut(&disk, &batches, operation);
        if acknowledged == batches.len() {
            break;
        }
        cut.extend(&ways[acknowledged]);
        let mut left = disk.after_cut(&mut pick);
        opened += usize::from(left.waiting() > 0);
        // Every other time while it is opened, too.
        if operation % 4 == 0 {
            left.fail_after(pick(40) as u64);
            drop(left.store());
            left = left.after_cut(&mut pick);
            opened_again += usize::from(left.waiting() > 0);
        }
        assert_eq!(survived(&left, acknowledged, &batches, &expected), Ok(()));
        assert!(left.waiting() > 0, "what is posted next waits again");
    }
    for way in [Files::Run, Files::Oldest, Files::All] {
        let count = cut.iter().filter(|one| **one == way).count();
        assert!(count > 5, "{way:?} was cut {count} times");
    }
    assert!(opened > 20 && opened_again > 5, "{opened} {opened_again}");
}
