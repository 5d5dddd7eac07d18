//! What waits to be filed does not become more and more.

use super::harness::{ANNA, TestHouse, command, create_room, join, numbered, once, post};
use crate::journal::engine_tests::picker;
use crate::store::testing::FEW;
use chat_shared::ConversationId;

/// Rooms that take turns: each has one message that waits.
const ROOMS: u64 = 200;
/// Messages of one room that are filed at once, at the most.
const RUN: u64 = 8;
/// Messages of most commits, at the most.
const MOST: usize = 6;

#[test]
fn what_waits_is_bounded_and_no_commit_files_much_more_than_it_adds() {
    let mut house = TestHouse::with(&["anna"]);
    let device = house.device(ANNA);
    for room in 0..ROOMS {
        house.does(None, create_room(&format!("room{room}"), ""));
        house.does(ANNA, join(ConversationId(2 + room)));
    }
    let mut pick = picker(1);
    let mut posts = 0;
    let mut before = house.store().filed().unwrap();
    for round in 0..1_200 {
        let is_long = round >= 800;
        let count = match round {
            400 => 60,
            _ => 1 + pick(MOST) as u64,
        };
        let batch = (posts..posts + count).map(|nth| {
            let room = ConversationId(2 + nth % ROOMS);
            match is_long {
                true => command(ANNA, post(room, &"long ".repeat(28))),
                false => numbered(ANNA, once(device, 0, nth + 1, nth), post(room, "short")),
            }
        });
        let (results, _) = house.commits(batch.collect());
        assert!(results.iter().all(Result::is_ok), "{results:?}");
        posts += count;
        let new = if is_long { count } else { 2 * count };

        let after = house.store().filed().unwrap();
        let filed = after.entries - before.entries;
        assert!(filed <= 4 * new + RUN, "{round}: {filed} filed for {new}");
        // What the batch before added counts from now on.
        assert!(after.bytes <= FEW.bytes + MOST * 250, "{round}: {after:?}");
        // After more than the limit in one batch it takes some commits.
        let allowed = FEW.items.max(new as usize);
        let is_behind = (401..411).contains(&round) && after.items < before.items;
        assert!(after.items <= allowed || is_behind, "{round}: {after:?}");
        before = after;
    }
    assert!(before.entries > posts - FEW.items as u64);
}
