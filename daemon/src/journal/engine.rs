//! One batch of commands, one write transaction.

use super::Appended;
use super::apply::{Apply, Cache};
use super::command::Command;
use super::outcome::{NotDone, Outcome};
use crate::store::{CommitNumber, Store, StoreError};
use std::sync::Arc;

/// What became of a batch that is on disk.
#[derive(Default)]
pub(crate) struct Batch {
    /// One for each command, in order.
    pub(crate) results: Vec<Result<Outcome, NotDone>>,
    /// The new entries, in the order in which they were appended.
    pub(crate) appended: Vec<Appended>,
    /// Which commit it was.
    pub(crate) commit: CommitNumber,
}

/// Applies batches to the store. There is one, on whichever thread commits.
pub(crate) struct Engine {
    store: Arc<Store>,
    cache: Cache,
}

impl Engine {
    pub(crate) fn new(store: Arc<Store>) -> Self {
        Self {
            store,
            cache: Cache::default(),
        }
    }

    /// Applies commands in order and commits. After an error nothing of the batch was carried out, as far
    /// as is known: a commit whose end failed may still be on disk, and a retry then finds its outcome.
    ///
    /// `used` is one of before: its memory serves again. Lists for a thousand messages are large enough
    /// that the allocator would fetch them from the kernel anew each time.
    pub(crate) fn commit(
        &mut self,
        commands: impl ExactSizeIterator<Item = Command>,
        used: Batch,
    ) -> Result<Batch, StoreError> {
        let done = self.try_commit(commands, used);
        if done.is_err() {
            self.cache = Cache::default();
        }
        done
    }

    /// Opens the store again after an error, once the disk takes writes.
    pub(crate) fn recover(&mut self) -> Result<(), StoreError> {
        self.store.reopen()
    }

    fn try_commit(
        &mut self,
        commands: impl ExactSizeIterator<Item = Command>,
        used: Batch,
    ) -> Result<Batch, StoreError> {
        let transaction = self.store.begin_write()?;
        let Batch {
            mut results,
            mut appended,
            ..
        } = used;
        results.clear();
        results.reserve(commands.len());
        appended.clear();
        // Most commands append one entry.
        appended.reserve(commands.len());
        let recent = self.store.recent();
        let mut apply = Apply::begin(&transaction, recent, &mut self.cache, appended);
        for command in commands {
            let done = apply.command(command)?;
            results.push(done.map_err(|refused| NotDone::Refused(Box::new(refused))));
        }
        let (appended, changes) = apply.finish()?;
        Ok(Batch {
            results,
            appended,
            commit: self.store.commit(transaction, changes)?,
        })
    }
}
