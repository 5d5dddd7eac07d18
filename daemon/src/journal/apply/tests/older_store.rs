//! A store of layout 3, where each entry had a row of its own, goes on in this one.

use super::harness::{ANNA, GENERAL, add_device, command, found, numbered, once, post, register};
use crate::journal::command::Command;
use crate::journal::engine::{Batch, Engine};
use crate::store::read::Page;
use crate::store::schema::{self, meta};
use crate::store::testing::Dump;
use crate::store::{FeedKey, Store};
use chat_shared::{DeviceId, EntryBody, Seq};
use redb::{Database, TableHandle};
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;

const CACHE: usize = 1024 * 1024;
const DEVICE: DeviceId = DeviceId(1);

/// Post `number`: the page holds some thirty of them.
fn say(number: u64) -> Command {
    let text = format!("{number} ").repeat(20);
    numbered(
        ANNA,
        once(DEVICE, 0, number, number - 1),
        post(GENERAL, &text),
    )
}

/// Commits these, each alone.
fn commit(engine: &mut Engine, commands: impl IntoIterator<Item = Command>) {
    for command in commands {
        let batch = engine.commit(std::iter::once(command), Batch::default());
        assert!(batch.unwrap().results.iter().all(Result::is_ok));
    }
}

fn begin(path: &Path) -> (Arc<Store>, Engine) {
    let store = Arc::new(Store::open(path, CACHE).unwrap());
    (store.clone(), Engine::new(store))
}

/// As the program before this one left what is in `dump`: a row for each entry, and streams that say all.
fn to_layout_3(path: &Path, dump: &Dump) {
    let database = Database::open(path).unwrap();
    let transaction = database.begin_write().unwrap();
    {
        let mut entries = transaction.open_table(schema::ENTRIES).unwrap();
        entries.retain(|_, _| false).unwrap();
        for (key, record) in &dump[schema::ENTRIES.name()] {
            let key = <(u8, u64, u64) as redb::Value>::from_bytes(key);
            entries.insert(key, record.as_slice()).unwrap();
        }
        let mut streams = transaction.open_table(schema::STREAMS).unwrap();
        streams.retain(|_, _| false).unwrap();
        for (key, record) in &dump[schema::STREAMS.name()] {
            let key = <(u64, u32) as redb::Value>::from_bytes(key);
            streams.insert(key, record.as_slice()).unwrap();
        }
        let mut counters = transaction.open_table(schema::META).unwrap();
        counters.insert(meta::SCHEMA, 3).unwrap();
    }
    transaction.delete_table(schema::RECENT).unwrap();
    transaction.commit().unwrap();
}

/// All messages of the room, which follow on one another.
fn messages(store: &Store) -> Vec<String> {
    let page = Page {
        entries: usize::MAX,
        bytes: usize::MAX,
    };
    let feed = FeedKey::Conversation(GENERAL);
    let entries = store
        .read(|reader| reader.entries_after(feed, Seq(0), page))
        .unwrap();
    let numbers: Vec<_> = entries.iter().map(|entry| entry.seq.0).collect();
    assert!(
        numbers.iter().copied().eq(1..=entries.len() as u64),
        "{numbers:?}"
    );
    let texts = entries.into_iter().filter_map(|entry| match entry.body {
        EntryBody::Posted { text } => text.split(' ').next().map(str::to_owned),
        _ => None,
    });
    texts.collect()
}

fn expected(posts: u64) -> Vec<String> {
    (1..=posts).map(|number| number.to_string()).collect()
}

#[test]
fn a_store_of_layout_3_keeps_its_entries_and_goes_on() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("chatd.redb");
    let (store, mut engine) = begin(&path);
    let house = [
        command(None, found()),
        command(None, register("anna")),
        command(ANNA, add_device("laptop")),
    ];
    commit(&mut engine, house);
    commit(&mut engine, (1..=10).map(say));
    drop((store, engine));
    let dump = Store::open(&path, CACHE).unwrap().dump();
    to_layout_3(&path, &dump);

    let (store, mut engine) = begin(&path);
    assert_eq!(store.dump(), dump);
    let count = dump["entries-1"].len() as u64;
    let counted = |store: &Store| store.read(|reader| reader.entry_count()).unwrap();
    assert_eq!(
        (counted(&store), store.filed().unwrap().entries),
        (count, count)
    );
    assert_eq!(messages(&store), expected(10));

    // Until a run has been filed behind the single ones, and some wait.
    commit(&mut engine, (11..=100).map(say));
    let filed = store.filed().unwrap();
    assert!(filed.entries > count + 30 && filed.items > 0, "{filed:?}");
    assert_eq!(
        (counted(&store), messages(&store)),
        (count + 90, expected(100))
    );
    // What was answered before is answered so now.
    let again = engine.commit(std::iter::once(say(100)), Batch::default());
    assert_eq!(again.unwrap().appended, []);
    let dump = store.dump();
    drop((store, engine));

    let store = Store::open(&path, CACHE).unwrap();
    assert_eq!(store.dump(), dump);
    assert_eq!(
        (counted(&store), messages(&store)),
        (count + 90, expected(100))
    );
}
