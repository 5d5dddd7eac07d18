//! The entries of one conversation that are held: in order, without a hole, none twice.

use super::Item;
use chat_shared::state::Gap;
use chat_shared::{Entry, Seq};
use std::collections::VecDeque;

/// A contiguous run of entries.
#[derive(Clone, Debug, Default)]
pub struct Window {
    /// The place before the first entry held.
    base: Seq,
    items: VecDeque<Item>,
}

impl Window {
    /// Starts anew above a place.
    pub fn reset(&mut self, base: Seq) {
        self.base = base;
        self.items.clear();
    }

    /// The place before the first entry held: 0 where the beginning is held.
    pub fn base(&self) -> Seq {
        self.base
    }

    /// The newest place held, or [`Self::base`] where nothing is.
    pub fn end(&self) -> Seq {
        self.items.back().map_or(self.base, Item::seq)
    }

    /// The entries, oldest first.
    pub fn items(&self) -> impl DoubleEndedIterator<Item = &Item> + ExactSizeIterator {
        self.items.iter()
    }

    /// An entry by its place.
    pub fn item(&self, seq: Seq) -> Option<&Item> {
        let index = seq.0.checked_sub(self.base.0 + 1)?;
        self.items.get(usize::try_from(index).ok()?)
    }

    /// Messages that were taken away are no more to be read.
    pub fn take_away(&mut self, seqs: impl IntoIterator<Item = Seq>) {
        for seq in seqs {
            let index = seq.0.checked_sub(self.base.0 + 1);
            let index = index.and_then(|index| usize::try_from(index).ok());
            if let Some(item) = index.and_then(|index| self.items.get_mut(index)) {
                item.take_away();
            }
        }
    }

    /// Adds the next entry. `Ok(false)` where it is held already.
    pub fn push(&mut self, entry: Entry) -> Result<bool, Gap> {
        let have = self.end();
        if entry.seq <= have {
            return Ok(false);
        }
        if entry.seq != have.next() {
            return Err(Gap {
                have,
                got: entry.seq,
            });
        }
        self.items.push_back(Item::new(entry));
        Ok(true)
    }

    /// Adds a page that touches the window at its beginning; returns how many entries were new.
    /// A page that does not touch it, or is not dense, is left out.
    pub fn prepend(&mut self, page: Vec<Entry>) -> usize {
        let mut added = 0;
        for entry in page.into_iter().rev() {
            if entry.seq == self.base && entry.seq.0 > 0 {
                self.base = Seq(entry.seq.0 - 1);
                self.items.push_front(Item::new(entry));
                added += 1;
            } else if entry.seq < self.base {
                break;
            }
        }
        added
    }
}
