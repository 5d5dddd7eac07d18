//! One batch of commands, one write transaction.

use super::Appended;
use super::apply::{Apply, Cache};
use super::command::Command;
use super::outcome::{NotDone, Outcome};
use crate::store::{Store, StoreError};
use std::sync::Arc;

/// What became of a batch that is on disk.
pub(crate) struct Batch {
    /// One for each command, in order.
    pub(crate) results: Vec<Result<Outcome, NotDone>>,
    /// The new entries, in the order in which they were appended.
    pub(crate) appended: Vec<Appended>,
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
    pub(crate) fn commit(&mut self, commands: Vec<Command>) -> Result<Batch, StoreError> {
        let done = self.try_commit(commands);
        if done.is_err() {
            self.cache = Cache::default();
        }
        done
    }

    /// Opens the store again after an error, once the disk takes writes.
    pub(crate) fn recover(&mut self) -> Result<(), StoreError> {
        self.store.reopen()
    }

    fn try_commit(&mut self, commands: Vec<Command>) -> Result<Batch, StoreError> {
        let transaction = self.store.begin_write()?;
        let mut results = Vec::with_capacity(commands.len());
        let mut apply = Apply::begin(&transaction, &mut self.cache)?;
        for command in commands {
            results.push(apply.command(command)?.map_err(NotDone::Refused));
        }
        let appended = apply.finish()?;
        transaction.commit()?;
        Ok(Batch { results, appended })
    }
}
