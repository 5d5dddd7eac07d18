//! What snapshots of different commits see of entries that wait to be filed, and for how long they are kept.

use super::*;
use crate::store::record::encode;
use crate::store::schema;
use crate::store::testing::Disk;
use chat_shared::ConversationId;

const ROOM: FeedKey = FeedKey::Conversation(ConversationId(1));
const OTHER: FeedKey = FeedKey::Conversation(ConversationId(2));
const STREAM: StreamKey = (DeviceId(1), StreamId(0));

/// What each row has in bytes.
const ROW_BYTES: usize = 10;

/// Recent entries of a store that commits.
struct Bench {
    recent: Recent,
    newest: u64,
}

impl Bench {
    fn new() -> Self {
        Self {
            recent: Recent::new(FilingLimits::USUAL),
            newest: 0,
        }
    }

    /// Commits, while nobody reads anything older.
    fn commits(&mut self, changes: Changes) {
        self.commits_while(self.newest + 1, changes);
    }

    /// Commits while somebody reads a snapshot of that commit.
    fn commits_while(&mut self, oldest: u64, changes: Changes) {
        self.newest += 1;
        let (commit, oldest) = (CommitNumber(self.newest), CommitNumber(oldest));
        self.recent.committed(changes, commit, oldest);
    }

    /// What a snapshot of this commit finds here of a feed.
    fn seen(&self, feed: FeedKey, commit: u64) -> Vec<u64> {
        self.seen_of(feed, 1..u64::MAX, commit, (Which::First, usize::MAX))
    }

    fn seen_of(
        &self,
        feed: FeedKey,
        numbers: Range<u64>,
        commit: u64,
        which: (Which, usize),
    ) -> Vec<u64> {
        let found = self
            .recent
            .entries(feed, numbers, CommitNumber(commit), which);
        let numbers = found.into_iter().map(|(seq, record)| {
            assert_eq!(record, record_of(feed, seq.0));
            seq.0
        });
        numbers.collect()
    }

    fn head(&self, feed: FeedKey, commit: u64) -> Option<(u64, u64)> {
        let head = self.recent.head(feed, CommitNumber(commit))?;
        Some((head.seq.0, head.posts))
    }

    fn count(&self, commit: u64) -> u64 {
        self.recent.count(CommitNumber(commit))
    }

    /// The highest number of the stream that a snapshot finds here.
    fn stream(&self, commit: u64) -> Option<u64> {
        let record = self.recent.stream_for(STREAM, CommitNumber(commit))?;
        Some(record.last)
    }

    /// Feeds and streams that are in memory.
    fn kept(&self) -> (usize, usize) {
        let state = self.recent.state();
        (state.feeds.len(), state.streams.len())
    }
}

fn record_of(feed: FeedKey, seq: u64) -> Bytes {
    format!("{feed:?} {seq}").into()
}

/// A row with these entries.
fn row(number: u64, entries: &[(FeedKey, u64)]) -> NewRow {
    let entries = entries.iter().map(|(feed, seq)| Fresh {
        feed: *feed,
        seq: Seq(*seq),
        posts: seq * 10,
        record: record_of(*feed, *seq),
    });
    NewRow {
        number,
        bytes: ROW_BYTES,
        entries: entries.collect(),
        answered: Vec::new(),
    }
}

fn appends(number: u64, entries: &[(FeedKey, u64)]) -> Changes {
    Changes {
        rows: vec![row(number, entries)],
        ..Changes::default()
    }
}

fn filing(changes: Changes, filed: &[(FeedKey, u64)]) -> Changes {
    let filed = filed.iter().map(|(feed, seq)| (*feed, Seq(*seq)));
    Changes {
        filed: filed.collect(),
        ..changes
    }
}

/// A command of the stream was carried out, as this row says.
fn answers(number: u64, nonce: u64) -> Changes {
    let answered = Answered {
        stream: STREAM,
        nonce,
        settled: 0,
        outcome: (1, nonce),
    };
    let mut record = StreamRecord::default();
    answered.replay(&mut record);
    let mut row = row(number, &[]);
    row.answered.push(answered);
    Changes {
        rows: vec![row],
        streams: vec![(STREAM, record)],
        ..Changes::default()
    }
}

#[test]
fn a_snapshot_sees_what_was_appended_up_to_its_commit() {
    let mut bench = Bench::new();
    bench.commits(appends(1, &[(ROOM, 1), (OTHER, 7), (ROOM, 2)]));
    bench.commits(appends(2, &[(ROOM, 3)]));
    assert_eq!(bench.seen(ROOM, 0), [0; 0]);
    assert_eq!(bench.seen(ROOM, 1), [1, 2]);
    assert_eq!(bench.seen(ROOM, 2), [1, 2, 3]);
    assert_eq!(bench.seen(OTHER, 2), [7]);
    assert_eq!([0, 1, 2].map(|commit| bench.count(commit)), [0, 3, 4]);
    let heads = [0, 1, 2].map(|commit| bench.head(ROOM, commit));
    assert_eq!(heads, [None, Some((2, 20)), Some((3, 30))]);
}

#[test]
fn what_was_filed_is_seen_by_those_whose_tables_do_not_have_it() {
    let mut bench = Bench::new();
    bench.commits(appends(1, &[(ROOM, 1), (ROOM, 2)]));
    bench.commits_while(1, appends(2, &[(ROOM, 3)]));
    bench.commits_while(1, filing(appends(3, &[(ROOM, 4)]), &[(ROOM, 3)]));
    bench.commits_while(1, filing(Changes::default(), &[(ROOM, 4)]));
    let seen = [0, 1, 2, 3, 4].map(|commit| bench.seen(ROOM, commit));
    let expected = [vec![], vec![1, 2], vec![1, 2, 3], vec![4], vec![]];
    assert_eq!(seen, expected);
    let counts = [0, 1, 2, 3, 4].map(|commit| bench.count(commit));
    assert_eq!(counts, [0, 2, 3, 1, 0]);
    let heads = [1, 2, 3, 4].map(|commit| bench.head(ROOM, commit));
    assert_eq!(heads, [Some((2, 20)), Some((3, 30)), Some((4, 40)), None]);
}

#[test]
fn entries_that_were_filed_without_being_here_leave_a_gap() {
    let mut bench = Bench::new();
    bench.commits(appends(1, &[(ROOM, 1), (ROOM, 2)]));
    // Entries 3 to 5 were filed by the commit that appended them.
    bench.commits_while(1, filing(appends(2, &[(ROOM, 6), (ROOM, 7)]), &[(ROOM, 2)]));
    assert_eq!(bench.seen(ROOM, 1), [1, 2]);
    assert_eq!(bench.seen(ROOM, 2), [6, 7]);
    let heads = [1, 2].map(|commit| bench.head(ROOM, commit));
    assert_eq!(heads, [Some((2, 20)), Some((7, 70))]);
    let within = |numbers, commit| bench.seen_of(ROOM, numbers, commit, (Which::First, 9));
    assert_eq!(within(3..6, 1), [0; 0]);
    assert_eq!(within(3..6, 2), [0; 0]);
    assert_eq!(within(2..7, 1), [2]);
    assert_eq!(within(2..7, 2), [6]);
}

#[test]
fn a_page_is_the_first_or_the_last_of_those_that_are_wanted() {
    let mut bench = Bench::new();
    let entries: Vec<_> = (1..=9).map(|seq| (ROOM, seq)).collect();
    bench.commits(appends(1, &entries[..5]));
    bench.commits_while(1, filing(appends(2, &entries[5..]), &[(ROOM, 5)]));
    let seen = |numbers, commit, which, limit| bench.seen_of(ROOM, numbers, commit, (which, limit));
    assert_eq!(seen(2..9, 1, Which::First, 2), [2, 3]);
    assert_eq!(seen(2..9, 1, Which::Last, 2), [4, 5]);
    assert_eq!(seen(2..9, 2, Which::First, 2), [6, 7]);
    assert_eq!(seen(2..9, 2, Which::Last, 2), [7, 8]);
    assert_eq!(seen(2..9, 2, Which::Last, 0), [0; 0]);
    assert_eq!(seen(7..7, 2, Which::First, 9), [0; 0]);
}

#[test]
fn a_slow_reader_keeps_what_it_sees_and_nothing_is_kept_behind_it() {
    let mut bench = Bench::new();
    bench.commits(appends(1, &[(ROOM, 1), (ROOM, 2)]));
    for number in 2..50 {
        let appended = appends(number, &[(ROOM, number + 1), (OTHER, number)]);
        let before = [(ROOM, number), (OTHER, number - 1)];
        bench.commits_while(1, filing(appended, &before));
        assert_eq!(bench.seen(ROOM, 1), [1, 2]);
        assert_eq!(bench.head(ROOM, 1), Some((2, 20)));
        assert_eq!((bench.count(1), bench.count(number)), (2, 2));
    }
    // It has gone, and the next one reads commit 30.
    bench.commits_while(30, Changes::default());
    assert_eq!(bench.seen(ROOM, 30), [31]);
    assert_eq!(bench.seen(ROOM, 31), [32]);
    assert_eq!(bench.recent.state().feeds[&ROOM][0].seq, Seq(31));
    bench.commits(Changes::default());
    assert_eq!(bench.seen(ROOM, bench.newest), [50]);
    assert_eq!(bench.recent.state().feeds[&ROOM].len(), 1);
    bench.commits(filing(Changes::default(), &[(ROOM, 50), (OTHER, 49)]));
    assert_eq!(bench.kept(), (0, 0));
}

#[test]
fn the_journal_sees_what_is_not_filed_whoever_still_reads_it() {
    let mut bench = Bench::new();
    bench.commits(appends(1, &[(ROOM, 1), (ROOM, 2), (OTHER, 1)]));
    bench.commits_while(1, filing(appends(2, &[(ROOM, 3)]), &[(ROOM, 2)]));
    let unfiled = |feed| -> Vec<u64> {
        let unfiled = bench.recent.unfiled(feed).into_iter();
        unfiled.map(|fresh| fresh.seq.0).collect()
    };
    assert_eq!((unfiled(ROOM), unfiled(OTHER)), (vec![3], vec![1]));
    let (head, bytes) = bench.recent.end(ROOM).unwrap();
    assert_eq!((head.seq, head.posts), (Seq(3), 30));
    assert_eq!(bytes, record_of(ROOM, 3).len());
    let one = |seq| bench.recent.unfiled_entry(ROOM, Seq(seq));
    assert_eq!(
        [one(2), one(3), one(4)],
        [None, Some(record_of(ROOM, 3)), None]
    );
    bench.commits_while(1, filing(Changes::default(), &[(ROOM, 3)]));
    assert_eq!(bench.recent.end(ROOM), None);
    assert_eq!(bench.recent.feeds(), [OTHER]);
}

#[test]
fn rows_are_counted_and_go_the_oldest_first() {
    let mut bench = Bench::new();
    bench.commits(appends(1, &[(ROOM, 1), (ROOM, 2)]));
    bench.commits(answers(2, 1));
    assert_eq!(bench.recent.stored(), (3, 2 * ROW_BYTES));
    let removing = |removed_rows, changes| Changes {
        removed_rows,
        ..changes
    };
    bench.commits(removing(1, appends(3, &[(ROOM, 3)])));
    assert_eq!(bench.recent.stored(), (2, 2 * ROW_BYTES));
    let rows = [0, 1, 2].map(|place| bench.recent.row(place).map(|row| row.number));
    assert_eq!(rows, [Some(2), Some(3), None]);
    bench.commits(removing(2, Changes::default()));
    assert_eq!(
        (bench.recent.stored(), bench.recent.row_count()),
        ((0, 0), 0)
    );
    assert_eq!(bench.recent.next_row(), 4);
}

#[test]
fn a_stream_is_here_until_every_snapshot_has_its_row() {
    let mut bench = Bench::new();
    bench.commits(answers(1, 1));
    assert!(bench.recent.waits(STREAM, 1) && !bench.recent.waits(STREAM, 0));
    let filed = || Changes {
        filed_streams: FxHashSet::from_iter([STREAM]),
        ..Changes::default()
    };
    bench.commits_while(1, filed());
    assert_eq!([1, 2].map(|commit| bench.stream(commit)), [Some(1), None]);
    assert_eq!(bench.recent.stream(STREAM), None);
    assert!(!bench.recent.waits(STREAM, 1));
    assert_eq!(bench.recent.streams(), []);
    bench.commits(Changes::default());
    assert_eq!(bench.kept(), (0, 0));
}

#[test]
fn a_stream_that_is_answered_again_waits_anew() {
    let mut bench = Bench::new();
    bench.commits(answers(1, 1));
    // Its row was written by the same commit that answered once more.
    bench.commits_while(
        1,
        Changes {
            filed_streams: FxHashSet::from_iter([STREAM]),
            ..answers(2, 2)
        },
    );
    assert!(bench.recent.waits(STREAM, 2) && !bench.recent.waits(STREAM, 1));
    // What was to be forgotten of it is not what came since.
    bench.commits(Changes::default());
    assert_eq!(bench.stream(bench.newest), Some(2));
    assert_eq!(bench.recent.streams(), [STREAM]);
}

#[test]
fn nothing_is_kept_of_a_device_that_is_gone() {
    let mut bench = Bench::new();
    bench.commits(answers(1, 1));
    bench.commits(Changes {
        ended: vec![STREAM.0],
        ..Changes::default()
    });
    assert_eq!(bench.stream(bench.newest), None);
    assert_eq!(
        (bench.kept(), bench.recent.waits(STREAM, 1)),
        ((0, 0), false)
    );
}

/// A store whose rows hold entries 1 to 3 of the room, of which 1 is filed, and the numbers 1 and 2 of the
/// stream, of which 1 is in its record.
fn left_by_a_crash(disk: &Disk) {
    let store = disk.store().unwrap();
    let transaction = store.begin_write().unwrap();
    let mut known = StreamRecord::default();
    known.settle(1, 0, (0, 0));
    let gone = Answered {
        stream: (DeviceId(9), StreamId(0)),
        ..answered(1)
    };
    {
        let mut entries = transaction.open_table(schema::ENTRIES).unwrap();
        let (kind, id) = ROOM.key();
        let record = record_of(ROOM, 1);
        entries.insert((kind, id, 1), &record[..]).unwrap();
        let mut devices = transaction.open_table(schema::DEVICES).unwrap();
        devices.insert(STREAM.0.0, &b"device"[..]).unwrap();
        let mut streams = transaction.open_table(schema::STREAMS).unwrap();
        let record = encode(&known);
        streams.insert((STREAM.0.0, 0), record.as_slice()).unwrap();
        let mut rows = transaction.open_table(schema::RECENT).unwrap();
        for (number, seqs, answered) in [
            (7, vec![1, 2], vec![answered(1)]),
            (8, vec![3], vec![gone, answered(2)]),
        ] {
            let seqs: Vec<_> = seqs.into_iter().map(|seq| (ROOM, seq)).collect();
            let row = NewRow {
                answered,
                ..row(number, &seqs)
            };
            rows.insert(number, encode_row(&row).as_slice()).unwrap();
        }
    }
    store.commit(transaction, Changes::default()).unwrap();
}

fn answered(nonce: u64) -> Answered {
    Answered {
        stream: STREAM,
        nonce,
        settled: 0,
        outcome: (1, nonce),
    }
}

#[test]
fn a_store_that_is_opened_again_has_what_waits_in_its_rows_and_writes_nothing() {
    let disk = Disk::default();
    left_by_a_crash(&disk);
    let disk = disk.copy();
    let rows_before = disk.waiting();
    let store = disk.store().unwrap();
    assert_eq!((rows_before, disk.waiting()), (2, 2));
    let recent = store.recent();
    let waits = recent.unfiled(ROOM).into_iter().map(|fresh| fresh.seq.0);
    assert_eq!(waits.collect::<Vec<_>>(), [2, 3]);
    let head = recent.end(ROOM).unwrap().0;
    assert_eq!((head.seq.0, head.posts), (3, 30));
    assert_eq!((recent.next_row(), recent.stored().0), (9, 6));
    let stream = recent.stream(STREAM).unwrap();
    assert_eq!((stream.last, stream.outcomes.len()), (2, 2));
    // What row 7 tells of it is filed, what row 8 tells is not.
    assert!(recent.waits(STREAM, 8) && !recent.waits(STREAM, 7));
    assert_eq!(recent.streams(), [STREAM]);
    let seen = store.read(|reader| Ok((reader.head(ROOM)?.seq, reader.entry_count()?)));
    assert_eq!(seen.unwrap(), (Seq(3), 3));
}
