//! Opening, refusing and reopening the file, and rows of older programs.

use super::recent::Changes;
use super::record::{EntryRecord, decode};
use super::schema::{self, SCHEMA_VERSION, meta};
use super::{Store, StoreError};
use chat_shared::{ConversationId, EntryBody, Seq};
use redb::Database;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const CACHE: usize = 1024 * 1024;

/// A store of a newer chatd, open.
fn newer(path: &Path) -> Database {
    let database = Database::create(path).unwrap();
    put_version(&database, SCHEMA_VERSION + 1, true);
    database
}

fn put_version(database: &Database, version: u64, quick_repair: bool) {
    let mut transaction = database.begin_write().unwrap();
    transaction.set_quick_repair(quick_repair);
    let mut table = transaction.open_table(schema::META).unwrap();
    table.insert(meta::SCHEMA, version).unwrap();
    drop(table);
    transaction.commit().unwrap();
}

fn refuses_untouched(path: &Path) {
    let before = fs::read(path).unwrap();
    let changed_at = fs::metadata(path).unwrap().modified().unwrap();
    for _ in 0..2 {
        match Store::open(path, CACHE) {
            Err(StoreError::Newer {
                path: named,
                found: 5,
                known: 4,
            }) => assert_eq!(named, path),
            other => panic!("{other:?}"),
        }
    }
    assert!(fs::read(path).unwrap() == before, "the file was changed");
    assert_eq!(fs::metadata(path).unwrap().modified().unwrap(), changed_at);
    let beside = fs::read_dir(path.parent().unwrap()).unwrap();
    assert_eq!(beside.count(), 1, "something was put beside the file");
}

/// The file as a crash now would leave it, in a directory of its own.
fn crashed(path: &Path) -> (TempDir, PathBuf) {
    let directory = TempDir::new().unwrap();
    let copy = directory.path().join("chatd.redb");
    fs::copy(path, &copy).unwrap();
    (directory, copy)
}

fn new_path() -> (TempDir, PathBuf) {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("chatd.redb");
    (directory, path)
}

fn put_secret(store: &Store, secret: &[u8]) {
    let transaction = store.begin_write().unwrap();
    let mut table = transaction.open_table(schema::SECRETS).unwrap();
    table.insert("secret", secret).unwrap();
    drop(table);
    store.commit(transaction, Changes::default()).unwrap();
}

fn secret(store: &Store) -> Option<Vec<u8>> {
    store.read(|reader| reader.secret("secret")).unwrap()
}

#[test]
fn a_new_store_has_the_layout_of_this_program_and_empty_tables() {
    let (_directory, path) = new_path();
    let dump = Store::open(&path, CACHE).unwrap().dump();
    assert_eq!(SCHEMA_VERSION, 4);
    assert_eq!(
        dump["meta-1"],
        [(b"schema".to_vec(), 4u64.to_le_bytes().to_vec())]
    );
    assert_eq!(dump.values().map(Vec::len).sum::<usize>(), 1);
}

#[test]
fn what_was_written_is_there_when_it_is_opened_again() {
    let (_directory, path) = new_path();
    let store = Store::open(&path, CACHE).unwrap();
    put_secret(&store, b"salt");
    drop(store);
    let store = Store::open(&path, CACHE).unwrap();
    assert_eq!(secret(&store), Some(b"salt".to_vec()));
    assert!(store.file_bytes() > 0);
}

#[test]
fn a_newer_store_is_refused_and_left_as_it_is() {
    let (_directory, path) = new_path();
    drop(newer(&path));
    refuses_untouched(&path);
}

#[test]
fn a_newer_store_that_a_crash_left_is_refused_and_left_as_it_is() {
    let (_directory, path) = new_path();
    let database = newer(&path);
    let (_kept, copy) = crashed(&path);
    refuses_untouched(&copy);

    // Where the whole file has to be scanned.
    put_version(&database, SCHEMA_VERSION + 1, false);
    let (_kept, copy) = crashed(&path);
    refuses_untouched(&copy);

    // In the midst of a write.
    let transaction = database.begin_write().unwrap();
    let mut table = transaction.open_table(schema::SECRETS).unwrap();
    for number in 0..200 {
        let name = format!("secret {number}");
        table.insert(name.as_str(), [7; 4000].as_slice()).unwrap();
    }
    drop(table);
    let (_kept, copy) = crashed(&path);
    refuses_untouched(&copy);
    transaction.abort().unwrap();
}

#[test]
fn the_refusal_of_a_newer_store_says_what_to_do() {
    let (_directory, path) = new_path();
    drop(newer(&path));
    let text = Store::open(&path, CACHE).unwrap_err().to_string();
    let expected = format!(
        "the store {} has layout 5, this chatd knows up to 4: install the chatd that wrote it, or a \
         newer one; the store was left as it is",
        path.display()
    );
    assert_eq!(text, expected);
}

#[test]
fn a_store_that_a_crash_left_is_repaired_and_keeps_what_was_committed() {
    let (_directory, path) = new_path();
    let store = Store::open(&path, CACHE).unwrap();
    put_secret(&store, b"salt");
    let (_kept, copy) = crashed(&path);
    let copy = Store::open(&copy, CACHE).unwrap();
    assert_eq!(copy.dump(), store.dump());
    put_secret(&copy, b"pepper");
    assert_eq!(secret(&copy), Some(b"pepper".to_vec()));
}

#[test]
fn a_store_is_open_once() {
    let (_directory, path) = new_path();
    let store = Store::open(&path, CACHE).unwrap();
    put_secret(&store, b"salt");
    let before = fs::read(&path).unwrap();
    match Store::open(&path, CACHE) {
        Err(StoreError::InUse(named)) => assert_eq!(named, path),
        other => panic!("{other:?}"),
    }
    assert!(fs::read(&path).unwrap() == before, "the file was changed");
    put_secret(&store, b"pepper");
    drop(store);
    let store = Store::open(&path, CACHE).unwrap();
    assert_eq!(secret(&store), Some(b"pepper".to_vec()));
}

#[test]
fn what_is_not_a_store_is_refused_and_left_as_it_is() {
    let (_directory, path) = new_path();
    for text in [b"dear diary".to_vec(), vec![b'x'; 2 * 1024 * 1024]] {
        fs::write(&path, &text).unwrap();
        match Store::open(&path, CACHE) {
            Err(StoreError::Open { path: named, .. }) => assert_eq!(named, path),
            other => panic!("{other:?}"),
        }
        assert!(fs::read(&path).unwrap() == text, "the file was changed");
    }
}

#[test]
fn a_store_cannot_be_made_where_there_is_no_directory() {
    let (directory, _) = new_path();
    let path = directory.path().join("missing").join("chatd.redb");
    match Store::open(&path, CACHE) {
        Err(StoreError::Open { path: named, .. }) => assert_eq!(named, path),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_empty_file_becomes_a_store() {
    let (_directory, path) = new_path();
    fs::write(&path, b"").unwrap();
    let store = Store::open(&path, CACHE).unwrap();
    put_secret(&store, b"salt");
    assert_eq!(secret(&store), Some(b"salt".to_vec()));
}

#[test]
fn a_first_start_that_was_cut_off_is_made_good_by_the_next() {
    let (directory, path) = new_path();
    let beside = directory.path().join("chatd.new");
    for left in [vec![], vec![0; 1024 * 1024], b"half".to_vec()] {
        fs::write(&beside, left).unwrap();
        let store = Store::open(&path, CACHE).unwrap();
        put_secret(&store, b"salt");
        assert_eq!(secret(&store), Some(b"salt".to_vec()));
        drop(store);
        assert!(!beside.exists());
        fs::remove_file(&path).unwrap();
    }
    // Its last step was missing.
    fs::rename(crashed_new(&path), &beside).unwrap();
    let store = Store::open(&path, CACHE).unwrap();
    assert_eq!(store.dump()["meta-1"].len(), 1);
}

/// A store without anything in it, as a crash leaves it.
fn crashed_new(path: &Path) -> PathBuf {
    let store = Store::open(path, CACHE).unwrap();
    let copy = path.with_extension("copy");
    fs::copy(path, &copy).unwrap();
    drop(store);
    fs::remove_file(path).unwrap();
    copy
}

#[test]
fn a_store_that_is_gone_is_not_replaced_by_an_empty_one_while_it_runs() {
    let (_directory, path) = new_path();
    let store = Store::open(&path, CACHE).unwrap();
    put_secret(&store, b"salt");
    let elsewhere = path.with_extension("elsewhere");
    fs::rename(&path, &elsewhere).unwrap();
    match store.reopen() {
        Err(StoreError::Open { path: named, .. }) => assert_eq!(named, path),
        other => panic!("{other:?}"),
    }
    assert!(!path.exists());
    fs::rename(&elsewhere, &path).unwrap();
    store.reopen().unwrap();
    assert_eq!(secret(&store), Some(b"salt".to_vec()));
}

#[test]
fn a_store_is_opened_again_in_place() {
    let (_directory, path) = new_path();
    let store = Store::open(&path, CACHE).unwrap();
    put_secret(&store, b"salt");
    store.reopen().unwrap();
    assert_eq!(secret(&store), Some(b"salt".to_vec()));
    put_secret(&store, b"pepper");
    assert_eq!(secret(&store), Some(b"pepper".to_vec()));
    let beside = fs::read_dir(path.parent().unwrap()).unwrap();
    assert_eq!(beside.count(), 1, "the probe was left behind");
}

#[test]
fn a_snapshot_does_not_see_what_is_written_after_it_began() {
    let (_directory, path) = new_path();
    let store = Store::open(&path, CACHE).unwrap();
    put_secret(&store, b"salt");
    let seen = store.read(|reader| {
        put_secret(&store, b"pepper");
        reader.secret("secret")
    });
    assert_eq!(seen.unwrap(), Some(b"salt".to_vec()));
    assert_eq!(secret(&store), Some(b"pepper".to_vec()));
}

#[test]
fn who_reads_behind_a_commit_sees_it_and_who_has_begun_sees_what_there_was() {
    let (_directory, path) = new_path();
    let store = Store::open(&path, CACHE).unwrap();
    put_secret(&store, b"old");
    assert_eq!(secret(&store).unwrap(), b"old");
    let (before, behind) = store
        .read(|reader| {
            put_secret(&store, b"new");
            Ok((reader.secret("secret")?, secret(&store)))
        })
        .unwrap();
    assert_eq!(before.unwrap(), b"old");
    assert_eq!(behind.unwrap(), b"new");
    // One who reads while a write is under way does not make the next one read what was before it.
    let transaction = store.begin_write().unwrap();
    let mut table = transaction.open_table(schema::SECRETS).unwrap();
    table.insert("secret", &b"newest"[..]).unwrap();
    drop(table);
    assert_eq!(secret(&store).unwrap(), b"new");
    store.commit(transaction, Changes::default()).unwrap();
    assert_eq!(secret(&store).unwrap(), b"newest");
}

#[test]
fn who_reads_between_two_commits_shares_one_snapshot() {
    let (_directory, path) = new_path();
    let store = Store::open(&path, CACHE).unwrap();
    let snapshot = || store.read(|reader| Ok(std::ptr::from_ref(reader))).unwrap();
    let first = snapshot();
    assert_eq!(snapshot(), first);
    store
        .read(|reader| {
            put_secret(&store, b"new");
            assert_ne!(snapshot(), std::ptr::from_ref(reader));
            Ok(())
        })
        .unwrap();
}

/// How one was put out of a conversation was written in two other ways before, and is so for what is no ban.
#[test]
fn what_older_daemons_wrote_of_who_was_put_out_is_no_ban() {
    #[derive(serde::Serialize)]
    struct Row {
        at: i64,
        posts: u64,
        body: Body,
    }
    #[derive(serde::Serialize)]
    #[serde(rename_all = "snake_case")]
    enum Body {
        ConversationRemoved(u64),
        PutOut(u64, &'static str),
    }
    for (body, why) in [
        (Body::ConversationRemoved(2), ""),
        (Body::PutOut(2, "noise"), "noise"),
    ] {
        let row = Row {
            at: 9,
            posts: 0,
            body,
        };
        let bytes = rmp_serde::to_vec_named(&row).unwrap();
        let record: EntryRecord = decode(&bytes).unwrap();
        let removed = EntryBody::ConversationRemoved {
            conversation: ConversationId(2),
            reason: why.to_owned(),
            banned: false,
            until: None,
        };
        assert_eq!(record.into_entry(Seq(1)).body, removed);
    }
}
