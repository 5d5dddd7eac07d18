//! The entries of one conversation that are held: in order, without a hole, none twice.

use super::Item;
use crate::command::Page;
use chat_shared::state::Gap;
use chat_shared::{Entry, Seq};
use std::collections::VecDeque;

/// A contiguous run of entries.
#[derive(Clone, Debug, Default)]
pub struct Window {
    /// The place before the first entry held.
    base: Seq,
    items: VecDeque<Item>,
    /// Nothing older is to be read: it was before one joined.
    holds_all: bool,
    /// The page before the first entry is on its way.
    asking_older: bool,
}

impl Window {
    /// A page of entries that follow on one another.
    pub(super) fn of(page: Vec<Entry>) -> Self {
        let mut window = Self::default();
        if let Some(first) = page.first() {
            window.reset(Seq(first.seq.0.saturating_sub(1)));
        }
        window.extend(page);
        window
    }

    /// Starts anew above a place.
    pub fn reset(&mut self, base: Seq) {
        *self = Self {
            base,
            ..Self::default()
        };
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

    /// Whether there are older entries than those held ([`super::Update::WantsOlder`]), as far as one may
    /// read them.
    pub fn has_older(&self) -> bool {
        self.base.0 > 0 && !self.holds_all
    }

    /// Whether older ones were asked for and have not come yet.
    pub fn is_asking_older(&self) -> bool {
        self.asking_older
    }

    /// The page before the first entry, where there may be one and it is not on its way.
    pub(super) fn ask_older(&mut self) -> Option<Page> {
        if !self.has_older() || self.asking_older {
            return None;
        }
        self.asking_older = true;
        Some(Page::Before(self.base.next()))
    }

    /// What was asked for does not come any more.
    pub(super) fn forget_page(&mut self) {
        self.asking_older = false;
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

    /// The messages that entries held here take away.
    pub(super) fn taken_away(&self) -> Vec<Seq> {
        self.items.iter().filter_map(Item::takes_away).collect()
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

    /// Adds a page that follows, as far as it does.
    pub(super) fn extend(&mut self, page: Vec<Entry>) {
        for entry in page {
            if self.push(entry).is_err() {
                break;
            }
        }
    }

    /// Adds the page below `before`. One that was asked for when something else was held is left out.
    pub(super) fn add_older(&mut self, before: Seq, page: Vec<Entry>) {
        if before != self.base.next() {
            return;
        }
        self.asking_older = false;
        self.holds_all |= page.is_empty();
        for entry in page.into_iter().rev() {
            if entry.seq != self.base || entry.seq.0 == 0 {
                break;
            }
            self.base = Seq(entry.seq.0 - 1);
            self.items.push_front(Item::new(entry));
        }
    }

    /// Takes over what an older run holds that reaches up to this one or into it.
    pub(super) fn join(&mut self, older: Self) {
        if older.base >= self.base || older.end() < self.base {
            return;
        }
        let base = self.base;
        let new = older.items.into_iter().rev();
        for item in new.skip_while(|item| item.seq() > base) {
            self.items.push_front(item);
        }
        self.base = older.base;
        self.holds_all = older.holds_all;
        self.asking_older = older.asking_older;
    }

    /// Gives up the oldest entries over this many; says whether there were any.
    pub(super) fn keep_newest(&mut self, count: usize) -> bool {
        let over = self.items.len().saturating_sub(count);
        if over > 0 {
            self.items.drain(..over);
            self.base = Seq(self.base.0 + over as u64);
            self.holds_all = false;
            self.asking_older = false;
        }
        over > 0
    }

    /// Gives up the newest entries over this many; says whether there were any.
    pub(super) fn keep_oldest(&mut self, count: usize) -> bool {
        let is_over = self.items.len() > count;
        self.items.truncate(count);
        is_over
    }
}
