//! What becomes of batches where the disk fails or the power is cut.

mod filing;

use super::command::{Action, Admission, Command, Name, Once};
use super::engine::{Batch, Engine};
use super::outcome::{NotDone, Outcome};
use crate::store::record::Verifier;
use crate::store::testing::{Disk, Dump};
use crate::store::{Store, StoreError};
use chat_shared::{AccountId, ConversationId, DeviceId, Nonce, RoomChange, StreamId, Timestamp};
use proptest::prelude::*;
use std::sync::Arc;

const ANNA: AccountId = AccountId(1);
const GENERAL: ConversationId = ConversationId(1);

type Results = Vec<Result<Outcome, NotDone>>;

fn command(by: Option<AccountId>, action: Action) -> Command {
    Command {
        at: Timestamp(1_000),
        by,
        once: None,
        action,
    }
}

fn name(name: &str) -> Name {
    Name {
        name: name.into(),
        skeleton: name.into(),
    }
}

fn numbered(nonce: u64, action: Action) -> Command {
    let once = Once {
        device: DeviceId(1),
        stream: StreamId(0),
        nonce: Nonce(nonce),
        settled: Nonce(0),
    };
    Command {
        once: Some(once),
        ..command(Some(ANNA), action)
    }
}

/// A message of so many bytes, unlike every other.
fn post(nonce: u64, bytes: usize) -> Command {
    let text = format!("{nonce} ").repeat(bytes);
    numbered(
        nonce,
        Action::Post {
            conversation: GENERAL,
            text: text[..bytes].into(),
        },
    )
}

fn begin(disk: &Disk) -> (Arc<Store>, Engine) {
    let store = Arc::new(disk.store().unwrap());
    (store.clone(), Engine::new(store))
}

/// A disk with a house, Anna, her device, and two messages.
fn furnished() -> Disk {
    let disk = Disk::default();
    let (_store, mut engine) = begin(&disk);
    let verifier = Verifier {
        salt: [1; 16],
        iterations: 4096,
        stored_key: [2; 32],
        server_key: [3; 32],
    };
    let found = Action::Found {
        fake_salts: [7; 32],
        first_room: name("general"),
        invite: None,
    };
    let register = Action::Register {
        name: name("anna"),
        verifier: Box::new(verifier),
        admission: Admission::Open,
    };
    let add_device = Action::AddDevice {
        label: "laptop".into(),
        token_hash: [9; 32],
    };
    let commands = [
        command(None, found),
        command(None, register),
        command(Some(ANNA), add_device),
        post(1, 20),
        post(2, 20),
    ];
    let batch = engine.commit(commands.into_iter(), Batch::default());
    assert!(batch.unwrap().results.iter().all(Result::is_ok));
    drop(engine);
    disk
}

/// What the batches give on a disk that does not fail: results of each, and all that is there before the
/// first and after each.
fn expected(furnished: &Disk, batches: &[Vec<Command>]) -> (Vec<Results>, Vec<Dump>) {
    let (store, mut engine) = begin(&furnished.copy());
    let mut dumps = vec![store.dump()];
    let mut results = Vec::new();
    for batch in batches {
        results.push(
            engine
                .commit(batch.clone().into_iter(), Batch::default())
                .unwrap()
                .results,
        );
        dumps.push(store.dump());
    }
    (results, dumps)
}

/// Posts, a refused one, a room and a topic; more than the file has room for.
fn batch() -> Vec<Command> {
    let mut batch: Vec<Command> = (3..40).map(|nonce| post(nonce, 16_000)).collect();
    let conversation = ConversationId(99);
    let text = "lost".into();
    batch.push(numbered(40, Action::Post { conversation, text }));
    let create = Action::CreateRoom {
        name: name("lunch"),
        topic: "noon".into(),
        change: Box::new(RoomChange::default()),
        owner: None,
    };
    batch.push(numbered(41, create));
    batch
}

#[test]
fn whichever_operation_of_a_commit_fails_a_retry_carries_it_out_once() {
    let furnished = furnished();
    let (results, dumps) = expected(&furnished, &[batch()]);
    let mut failures = 0;
    loop {
        let disk = furnished.copy();
        let (store, mut engine) = begin(&disk);
        disk.fail_after(failures);
        if let Ok(done) = engine.commit(batch().into_iter(), Batch::default()) {
            assert_eq!(done.results, results[0]);
            break;
        }
        // Reads go on; writes do not, and opening it again waits for the disk.
        assert!(dumps.contains(&store.dump()), "{failures}");
        assert!(
            engine
                .commit(batch().into_iter(), Batch::default())
                .is_err(),
            "{failures}"
        );
        assert!(engine.recover().is_err(), "{failures}");
        assert!(dumps.contains(&store.dump()), "{failures}");
        disk.heal();
        assert!(
            engine
                .commit(batch().into_iter(), Batch::default())
                .is_err(),
            "{failures}"
        );

        engine.recover().unwrap();
        assert!(dumps.contains(&store.dump()), "{failures}");
        for _ in 0..2 {
            let done = engine
                .commit(batch().into_iter(), Batch::default())
                .unwrap();
            assert_eq!(done.results, results[0], "{failures}");
            assert_eq!(store.dump(), dumps[1], "{failures}");
        }
        drop((store, engine));
        assert_eq!(disk.store().unwrap().dump(), dumps[1], "{failures}");
        failures += 1;
    }
    assert!(failures > 10, "a commit has more operations: {failures}");
}

#[test]
fn whichever_operation_of_opening_again_fails_a_later_try_succeeds() {
    let furnished = furnished();
    let (results, dumps) = expected(&furnished, &[batch()]);
    for failures in 1.. {
        let disk = furnished.copy();
        let (store, mut engine) = begin(&disk);
        disk.fail_after(3);
        assert!(
            engine
                .commit(batch().into_iter(), Batch::default())
                .is_err()
        );
        disk.fail_after(failures);
        let recovered = engine.recover().is_ok();
        disk.heal();
        if !recovered {
            // It is neither open nor lost.
            let read = store.read(|reader| reader.is_founded());
            assert!(matches!(read, Err(StoreError::Closed)), "{read:?}");
            engine.recover().unwrap();
        }
        assert_eq!(
            engine
                .commit(batch().into_iter(), Batch::default())
                .unwrap()
                .results,
            results[0]
        );
        assert_eq!(store.dump(), dumps[1]);
        if recovered {
            assert!(failures > 2, "opening has more operations: {failures}");
            break;
        }
    }
}

#[test]
fn a_commit_that_failed_leaves_nothing_in_memory() {
    let disk = furnished();
    let (store, mut engine) = begin(&disk);
    let before = store.dump();
    disk.fail_after(0);
    assert!(
        engine
            .commit(vec![post(3, 20)].into_iter(), Batch::default())
            .is_err()
    );
    disk.heal();
    engine.recover().unwrap();
    assert_eq!(store.dump(), before);
    // Had the engine kept what it did not write, this would be an answer, and the next a gap.
    let done = engine
        .commit(vec![post(3, 20), post(4, 20)].into_iter(), Batch::default())
        .unwrap();
    assert_eq!(done.appended.len(), 2);
    assert_eq!(done.appended[0].entry.seq.0, 5);
}

/// Any of `0..n` of a sequence that the seed determines.
pub(super) fn picker(mut seed: u64) -> impl FnMut(usize) -> usize {
    move |n| {
        // splitmix64
        seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = seed;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % n as u64) as usize
    }
}

/// Commits batches until the power is cut at this operation; gives how many were acknowledged.
fn commit_until_cut(disk: &Disk, batches: &[Vec<Command>], operation: u64) -> usize {
    let (store, mut engine) = begin(disk);
    disk.fail_after(operation);
    let acknowledged = batches
        .iter()
        .take_while(|batch| {
            engine
                .commit(batch.iter().cloned(), Batch::default())
                .is_ok()
        })
        .count();
    // Nothing that happens from here on reaches the disk.
    disk.fail_after(0);
    drop((store, engine));
    acknowledged
}

/// That exactly the acknowledged batches are there, or also the one that was on its way; and that it can
/// be sent again and all goes on.
fn survived(
    disk: &Disk,
    acknowledged: usize,
    batches: &[Vec<Command>],
    (results, dumps): &(Vec<Results>, Vec<Dump>),
) -> Result<(), String> {
    let store = Arc::new(disk.store().map_err(|error| error.to_string())?);
    let found = store.dump();
    let next = dumps.get(acknowledged + 1);
    if found != dumps[acknowledged] && Some(&found) != next {
        let found = dumps.iter().position(|dump| *dump == found);
        return Err(format!("{acknowledged} acknowledged, {found:?} there"));
    }
    let mut engine = Engine::new(store.clone());
    for (index, batch) in batches.iter().enumerate().skip(acknowledged) {
        let done = engine
            .commit(batch.clone().into_iter(), Batch::default())
            .map_err(|error| error.to_string())?;
        if done.results != results[index] || store.dump() != dumps[index + 1] {
            return Err(format!("batch {index} sent again is not what it was"));
        }
    }
    Ok(())
}

/// Fewer than proptest's own, so that the suite is quick; `PROPTEST_CASES` asks for others.
fn cases(cases: u32) -> ProptestConfig {
    let asked = std::env::var("PROPTEST_CASES").ok();
    let asked = asked.and_then(|asked| asked.parse().ok());
    ProptestConfig::with_cases(asked.unwrap_or(cases))
}

/// Batches of posts of these lengths, numbered on.
fn batches(lengths: &[Vec<usize>]) -> Vec<Vec<Command>> {
    let mut nonces = 3..;
    let lengths = lengths.iter();
    lengths
        .map(|lengths| {
            let posts = lengths.iter().zip(nonces.by_ref());
            posts.map(|(bytes, nonce)| post(nonce, *bytes)).collect()
        })
        .collect()
}

proptest! {
    #![proptest_config(cases(96))]

    #[test]
    fn what_was_acknowledged_survives_a_power_cut(
        lengths in prop::collection::vec(prop::collection::vec(1..16_000usize, 1..7), 1..8),
        operation in 0..400u64,
        again in prop::option::of(0..40u64),
        seed in any::<u64>(),
    ) {
        let furnished = furnished();
        let batches = batches(&lengths);
        let expected = expected(&furnished, &batches);
        let disk = furnished.copy();
        let acknowledged = commit_until_cut(&disk, &batches, operation);
        let mut pick = picker(seed);
        let mut left = disk.after_cut(&mut pick);
        // Often the power comes and goes again while the store is repaired.
        if let Some(operation) = again {
            left.fail_after(operation);
            drop(left.store());
            left = left.after_cut(&mut pick);
        }
        prop_assert_eq!(survived(&left, acknowledged, &batches, &expected), Ok(()));
    }
}

#[test]
fn the_check_for_power_cuts_finds_a_drive_that_lies() {
    let furnished = furnished();
    let batches = batches(&[vec![3_000; 4], vec![3_000; 4], vec![3_000; 4]]);
    let expected = expected(&furnished, &batches);
    let found = (0..20).filter(|seed| {
        let disk = furnished.copy();
        disk.lie();
        let acknowledged = commit_until_cut(&disk, &batches, 1_000);
        assert_eq!(acknowledged, 3);
        let left = disk.after_cut(picker(*seed));
        let survived = || survived(&left, acknowledged, &batches, &expected);
        let survived = std::panic::catch_unwind(std::panic::AssertUnwindSafe(survived));
        !matches!(survived, Ok(Ok(())))
    });
    assert_eq!(found.count(), 20);
}
