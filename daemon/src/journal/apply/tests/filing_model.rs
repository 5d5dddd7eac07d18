//! What a reader is to find of feeds and streams, by what was told of the commits up to its own: a plain list
//! of each feed.

use crate::journal::Appended;
use crate::journal::command::Command;
use crate::journal::outcome::{Outcome, Refusal};
use crate::journal::stream::{Known, look_up};
use crate::store::read::Page;
use crate::store::{FeedKey, Head, Reader};
use chat_shared::frame::entry_size_hint;
use chat_shared::limits::STREAM_WINDOW;
use chat_shared::{DeviceId, Entry, EntryBody, Nonce, Seq, StreamId};
use std::collections::BTreeMap;

/// What was told up to a commit.
#[derive(Clone, Default)]
pub(super) struct Told {
    pub(super) feeds: BTreeMap<FeedKey, Vec<Entry>>,
    pub(super) streams: BTreeMap<(DeviceId, StreamId), Answers>,
    /// Texts that were taken away.
    pub(super) deleted: Vec<String>,
}

/// What was answered to the numbers of a stream.
#[derive(Clone, Default)]
pub(super) struct Answers {
    pub(super) outcomes: BTreeMap<u64, Outcome>,
    settled: u64,
}

impl Answers {
    fn last(&self) -> u64 {
        self.outcomes.keys().next_back().copied().unwrap_or(0)
    }

    /// Whether a retry of it gets the answer for certain.
    pub(super) fn is_kept(&self, nonce: u64) -> bool {
        nonce > self.settled && self.last() - nonce < STREAM_WINDOW
    }
}

impl Told {
    /// One commit.
    pub(super) fn commit(
        &mut self,
        commands: &[Command],
        results: &[Result<Outcome, Refusal>],
        appended: Vec<Appended>,
    ) {
        for (command, result) in commands.iter().zip(results) {
            let (Some(once), Ok(outcome)) = (command.once, result) else {
                continue;
            };
            let answers = self.streams.entry((once.device, once.stream)).or_default();
            let number = once.nonce.0;
            let first = answers.outcomes.entry(number).or_insert_with(|| {
                answers.settled = answers.settled.max(once.settled.0.min(number - 1));
                outcome.clone()
            });
            assert_eq!(first, outcome, "a retry was answered otherwise");
        }
        for Appended { feed, entry } in appended {
            self.append(feed, entry);
        }
    }

    fn append(&mut self, feed: FeedKey, entry: Entry) {
        let entries = self.feeds.entry(feed).or_default();
        assert_eq!(entry.seq.0, entries.len() as u64 + 1, "{feed:?}");
        match entry.body {
            EntryBody::MessageDeleted { seq, .. } => {
                let place = &mut entries[seq.0 as usize - 1].body;
                if let EntryBody::Posted { text } =
                    std::mem::replace(place, EntryBody::Tombstone {})
                {
                    self.deleted.push(text);
                }
            }
            EntryBody::DeviceRevoked { device } => {
                self.streams.retain(|(its, _), _| *its != device);
            }
            _ => {}
        }
        entries.push(entry);
    }

    /// A snapshot of this commit holds all of it and nothing else. `now` is what was told up to the newest.
    pub(super) fn is_in(&self, reader: &Reader, now: &Told, pick: &mut dyn FnMut(usize) -> usize) {
        let count = self.feeds.values().map(Vec::len).sum::<usize>();
        assert_eq!(reader.entry_count().unwrap(), count as u64);
        for (feed, entries) in &self.feeds {
            let head = entries.last().map_or_else(Head::default, |newest| Head {
                seq: newest.seq,
                posts: newest.posts,
            });
            assert_eq!(reader.head(*feed).unwrap(), head, "{feed:?}");
            feed_is_in(reader, *feed, entries, pick);
        }
        for (key, answers) in &self.streams {
            // Of a device that is gone by now nobody can ask.
            if let Some(answers_now) = now.streams.get(key) {
                stream_is_in(reader, *key, answers, answers_now);
            }
        }
    }
}

fn stream_is_in(
    reader: &Reader,
    (device, stream): (DeviceId, StreamId),
    then: &Answers,
    now: &Answers,
) {
    let record = reader.stream(device, stream).unwrap();
    assert!((then.last()..=now.last()).contains(&record.last));
    for (nonce, outcome) in &then.outcomes {
        match look_up(&record, Nonce(*nonce)) {
            Known::Done(found) => assert_eq!(&found, outcome),
            Known::Stale => assert!(!now.is_kept(*nonce), "{nonce}"),
            Known::New => panic!("{device} {stream:?} does not know {nonce}"),
        }
    }
}

fn feed_is_in(
    reader: &Reader,
    feed: FeedKey,
    entries: &[Entry],
    pick: &mut dyn FnMut(usize) -> usize,
) {
    let mut after = Seq(0);
    let mut read = Vec::new();
    loop {
        let found = reader.entries_after(feed, after, any_page(pick)).unwrap();
        let Some(newest) = found.last() else {
            break;
        };
        after = newest.seq;
        read.extend(found);
    }
    assert_eq!(read, entries, "{feed:?}");
    for _ in 0..4 {
        let page = any_page(pick);
        let mut any = || pick(entries.len() + 3);
        let (after, before) = (any(), any());
        let later = entries.iter().skip(after);
        let found = reader.entries_after(feed, Seq(after as u64), page);
        assert_eq!(
            found.unwrap(),
            fitting(later, page),
            "{feed:?} after {after}"
        );
        let between = entries.iter().take(before.saturating_sub(1)).skip(after);
        let between: Vec<_> = between.collect();
        let found = reader.entries_between(feed, Seq(after as u64), Seq(before as u64), page);
        let mut expected = fitting(between.into_iter().rev(), page);
        expected.reverse();
        assert_eq!(found.unwrap(), expected, "{feed:?} {after} to {before}");
    }
}

fn any_page(pick: &mut dyn FnMut(usize) -> usize) -> Page {
    Page {
        entries: 1 + pick(12),
        bytes: 1 + pick(3_000),
    }
}

/// As many as a page has room for.
fn fitting<'a>(entries: impl Iterator<Item = &'a Entry>, page: Page) -> Vec<Entry> {
    let mut bytes = 0;
    let mut is_first = true;
    let fit = entries.take(page.entries).take_while(|entry| {
        bytes += entry_size_hint(entry);
        std::mem::take(&mut is_first) || bytes <= page.bytes
    });
    fit.cloned().collect()
}
