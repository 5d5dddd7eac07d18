//! Feeds: where they end, what is in them, and appending to them.
//!
//! New entries go into a row of recent ones (see [`crate::store::recent`]) and are *filed*, put beside the
//! others of their feed, once they are worth a page, or their row is the oldest of too many.

use super::{Apply, Stop};
use crate::journal::Appended;
use crate::store::read::{head_of, parse, run_of};
use crate::store::recent::Fresh;
use crate::store::record::{BodyRecord, EntryRecord, encode, encode_to_keep};
use crate::store::run::encode_run;
use crate::store::{FeedKey, Head, StoreError};
use chat_shared::{AccountId, Seq, Timestamp};

/// A row of entries.
type Run = Vec<(Seq, EntryRecord)>;

/// Where a feed ends, kept between transactions.
#[derive(Clone, Copy, Debug)]
pub(super) struct FeedEnd {
    pub(super) head: Head,
    /// Bytes of its records that are not filed.
    pub(super) unfiled: usize,
}

impl Apply<'_> {
    /// Appends the next entry of a feed.
    pub(super) fn append(
        &mut self,
        feed: FeedKey,
        at: Timestamp,
        by: Option<AccountId>,
        body: BodyRecord,
    ) -> Result<Seq, Stop> {
        let run_bytes = self.recent.limits().run_bytes;
        let end = self.end(feed)?;
        end.head.seq = end.head.seq.next();
        end.head.posts += u64::from(matches!(body, BodyRecord::Posted(_)));
        let Head { seq, posts } = end.head;
        let entry = EntryRecord {
            at,
            by,
            posts,
            body,
        };
        // Until it is filed.
        let record = encode_to_keep(&entry);
        let was_full = end.unfiled >= run_bytes;
        end.unfiled += record.len();
        if end.unfiled >= run_bytes && !was_full {
            self.filing.full.insert(feed);
        }
        self.filing.fresh.push(Fresh {
            feed,
            seq,
            posts,
            record,
        });
        self.appended.push(Appended {
            feed,
            entry: entry.into_entry(seq),
        });
        Ok(seq)
    }

    /// Where a feed ends.
    pub(super) fn head(&mut self, feed: FeedKey) -> Result<Head, Stop> {
        Ok(self.end(feed)?.head)
    }

    fn end(&mut self, feed: FeedKey) -> Result<&mut FeedEnd, Stop> {
        if !self.cache.feeds.contains_key(&feed) {
            let end = match self.recent.end(feed).filter(|_| !self.filing.all) {
                Some((head, unfiled)) => FeedEnd { head, unfiled },
                None => FeedEnd {
                    head: self.filed_head(feed)?,
                    unfiled: 0,
                },
            };
            self.cache.feeds.insert(feed, end);
        }
        let end = self.cache.feeds.get_mut(&feed);
        Ok(end.expect("it was put there in the lines above"))
    }

    fn filed_head(&self, feed: FeedKey) -> Result<Head, StoreError> {
        let (kind, id) = feed.key();
        let range = (kind, id, 0)..=(kind, id, u64::MAX);
        let mut entries = self.tables.entries.range(range)?;
        head_of(entries.next_back())
    }

    /// An entry, wherever it is.
    pub(super) fn entry(&self, feed: FeedKey, seq: Seq) -> Result<Option<EntryRecord>, StoreError> {
        // The table first: there it stands as it is now, if it was filed or taken away a moment ago.
        if let Some((_, mut run)) = self.run_with(feed, seq)? {
            let place = run.iter().position(|(its, _)| *its == seq);
            return Ok(place.map(|place| run.swap_remove(place).1));
        }
        // After all was filed, what is not in the table is gone.
        let recent = self.recent.unfiled_entry(feed, seq);
        let recent = recent.filter(|_| !self.filing.all);
        let is_it = |fresh: &&Fresh| fresh.feed == feed && fresh.seq == seq;
        let fresh = || self.filing.fresh.iter().find(is_it);
        let record = recent.or_else(|| fresh().map(|fresh| fresh.record.clone()));
        record.map(|record| parse(&record, "entry")).transpose()
    }

    /// The row that has an entry, if it is filed: the number of its last, and all of it.
    fn run_with(&self, feed: FeedKey, seq: Seq) -> Result<Option<(u64, Run)>, StoreError> {
        let (kind, id) = feed.key();
        let range = (kind, id, seq.0)..=(kind, id, u64::MAX);
        let Some(row) = self.tables.entries.range(range)?.next().transpose()? else {
            return Ok(None);
        };
        let last = row.0.value().2;
        Ok(Some((last, run_of(row)?)))
    }

    /// Puts another entry in the place of one, and leaves nothing of it.
    pub(super) fn replace_entry(
        &mut self,
        feed: FeedKey,
        seq: Seq,
        with: &EntryRecord,
    ) -> Result<(), StoreError> {
        // Once for each transaction is enough for those of earlier ones.
        if !self.filing.all || self.run_with(feed, seq)?.is_none() {
            self.file_all()?;
        }
        let Some((last, run)) = self.run_with(feed, seq)? else {
            return Ok(());
        };
        let records = run.iter().map(|(its, entry)| {
            let entry = if *its == seq { with } else { entry };
            encode(entry)
        });
        let records: Vec<_> = records.collect();
        let row = encode_run(records.iter().map(Vec::as_slice));
        let (kind, id) = feed.key();
        self.tables.entries.insert((kind, id, last), row.as_slice())
    }

    /// Removes the first entries of a feed, with as many rows as are `left` to be removed.
    pub(super) fn remove_entries(
        &mut self,
        feed: FeedKey,
        left: &mut usize,
    ) -> Result<(), StoreError> {
        self.file_all()?;
        let (kind, id) = feed.key();
        let range = (kind, id, 0)..=(kind, id, u64::MAX);
        self.tables.entries.remove_first(range, left)
    }
}
