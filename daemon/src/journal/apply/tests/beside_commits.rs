//! Who reads while commits are made sees whole ones, and knows which.

use super::harness::{ANNA, GENERAL, TestHouse, post};
use crate::store::read::Page;
use crate::store::{FeedKey, Reader};
use chat_shared::Seq;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::{mem, thread};

const ROOM: FeedKey = FeedKey::Conversation(GENERAL);

/// Number of the commit, of the newest entry of the room, and how many entries there are: each commit adds one
/// to all of them.
fn place(reader: &Reader) -> [u64; 3] {
    let head = reader.head(ROOM).unwrap();
    [reader.commit().0, head.seq.0, reader.entry_count().unwrap()]
}

#[test]
fn a_snapshot_is_of_the_commit_that_it_says_whenever_it_is_made() {
    let page = Page {
        entries: 100,
        bytes: usize::MAX,
    };
    let mut house = TestHouse::with(&["anna"]);
    let store = house.store().clone();
    let begun = place(&store.snapshot());
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut last = 0;
            while !is_over.load(Ordering::Relaxed) {
                let reader = store.snapshot();
                let address = Arc::as_ptr(&reader).addr();
                if mem::replace(&mut last, address) == address {
                    continue;
                }
                let place = place(&reader);
                let after = place[1].saturating_sub(12);
                let entries = reader.entries_after(ROOM, Seq(after), page).unwrap();
                let numbers = entries.iter().map(|entry| entry.seq.0);
                assert!(
                    numbers.clone().eq(after + 1..=place[1]),
                    "{:?}",
                    numbers.collect::<Vec<_>>()
                );
                let since = [0, 1, 2].map(|which| place[which] - begun[which]);
                assert_eq!(since, [since[0]; 3]);
            }
        });
        for _ in 0..4_000 {
            house.does(ANNA, post(GENERAL, "hello"));
        }
        is_over.store(true, Ordering::Relaxed);
    });
}
