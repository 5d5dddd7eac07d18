//! A part of the account's state that is asked for after a sync, while the account's feed goes on.

use chat_shared::{Entry, Seq};

/// What came of the feed since the answer was asked for: it may or may not be in the answer.
#[derive(Clone, Debug, Default)]
pub(super) struct Awaited {
    since: Option<Vec<Entry>>,
}

impl Awaited {
    /// Asked for, just now.
    pub(super) fn begin(&mut self) {
        self.since = Some(Vec::new());
    }

    /// Whether the answer, or a part of it, is not here yet.
    pub(super) fn is_pending(&self) -> bool {
        self.since.is_some()
    }

    /// An entry came.
    pub(super) fn note(&mut self, entry: &Entry) {
        if let Some(since) = &mut self.since {
            since.push(entry.clone());
        }
    }

    /// The answer is here, and holds everything up to this entry. Returns what goes on top of it.
    pub(super) fn answered(&mut self, account_seq: Seq) -> Vec<Entry> {
        let mut since = self.since.take().unwrap_or_default();
        since.retain(|entry| entry.seq > account_seq);
        since
    }

    /// That was a part of the answer, and the next may not hold this either.
    pub(super) fn goes_on(&mut self, since: Vec<Entry>) {
        self.since = Some(since);
    }
}
