//! Commands that wait for the next commit, shared by all threads that submit.
//!
//! A queue of its own and not the journal's mailbox: while a commit runs nobody has to be woken for what
//! gathers, and waking a thread costs more than everything else about a small message. The lock is held
//! for a push, never across an await.

use super::{NotDone, Submission};
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// What it may hold.
#[derive(Clone, Copy, Debug)]
pub(crate) struct JournalLimits {
    /// Commands in one transaction: bounds how long the first of them waits for the last.
    pub(crate) batch_commands: usize,
    /// Commands that may wait; beyond that they are refused as busy.
    pub(crate) waiting_commands: usize,
}

/// Bytes of commands in one transaction, so that a hundred long messages do not become a giant one.
const BATCH_BYTES: usize = 8 * 1024 * 1024;
/// Bytes of commands that may wait.
const WAITING_BYTES: usize = 64 * 1024 * 1024;

/// The queue.
#[derive(Debug)]
pub(crate) struct Inbox {
    limits: JournalLimits,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    waiting: VecDeque<(Submission, Instant)>,
    bytes: usize,
    commands: u64,
    /// The journal knows that something waits, and will look again before it sleeps.
    is_awake: bool,
    /// Why nothing is taken.
    shut: Option<NotDone>,
}

/// A command was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Put {
    /// The journal sleeps: wake it.
    Wake,
    /// It will look by itself.
    Behind,
}

/// How full it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Fill {
    /// Commands that ever came, refused ones too.
    pub(crate) commands: u64,
    /// Commands that wait.
    pub(crate) waiting: u64,
    /// How long the oldest of them has waited.
    pub(crate) lag: Duration,
}

impl Inbox {
    pub(crate) fn new(limits: JournalLimits) -> Self {
        Self {
            limits,
            state: Mutex::default(),
        }
    }

    /// Takes a command, or says why not.
    pub(crate) fn put(&self, submission: Submission) -> Result<Put, NotDone> {
        let mut state = self.lock();
        state.commands += 1;
        if let Some(why) = &state.shut {
            return Err(why.clone());
        }
        if state.waiting.len() >= self.limits.waiting_commands || state.bytes >= WAITING_BYTES {
            return Err(NotDone::Busy);
        }
        state.bytes += submission.command.size_hint();
        state.waiting.push_back((submission, Instant::now()));
        if std::mem::replace(&mut state.is_awake, true) {
            Ok(Put::Behind)
        } else {
            Ok(Put::Wake)
        }
    }

    /// Gives what is to be committed next. If that is nothing, the journal may sleep: the next command
    /// wakes it.
    pub(crate) fn take_batch(&self) -> Vec<Submission> {
        let mut state = self.lock();
        let mut batch = Vec::new();
        let mut bytes = 0;
        while batch.len() < self.limits.batch_commands && bytes < BATCH_BYTES {
            let Some((submission, _)) = state.waiting.pop_front() else {
                break;
            };
            bytes += submission.command.size_hint();
            batch.push(submission);
        }
        state.bytes -= bytes;
        state.is_awake = !batch.is_empty();
        batch
    }

    /// Takes nothing from now on, for this reason; gives what waited.
    pub(crate) fn shut(&self, why: NotDone) -> Vec<Submission> {
        let mut state = self.lock();
        state.shut = Some(why);
        state.bytes = 0;
        std::mem::take(&mut state.waiting)
            .into_iter()
            .map(|(submission, _)| submission)
            .collect()
    }

    /// Takes nothing new from now on; what waits is still to be committed.
    pub(crate) fn close(&self) {
        self.lock().shut = Some(NotDone::Closing);
    }

    /// Takes commands again, unless it was closed for good.
    pub(crate) fn open(&self) {
        let mut state = self.lock();
        if state.shut != Some(NotDone::Closing) {
            state.shut = None;
        }
    }

    /// How full it is.
    pub(crate) fn fill(&self) -> Fill {
        let state = self.lock();
        Fill {
            commands: state.commands,
            waiting: state.waiting.len() as u64,
            lag: state
                .waiting
                .front()
                .map_or(Duration::ZERO, |(_, since)| since.elapsed()),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing in here panics half way, so what a panicking thread leaves is whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::{Action, Command, ReplyTo};
    use chat_shared::{ConversationId, Timestamp};

    const LIMITS: JournalLimits = JournalLimits {
        batch_commands: 2,
        waiting_commands: 3,
    };

    fn submission(text: &str) -> Submission {
        let action = Action::Post {
            conversation: ConversationId(1),
            text: text.into(),
        };
        let command = Command {
            at: Timestamp(0),
            by: None,
            once: None,
            action,
        };
        Submission {
            command,
            reply: ReplyTo::Nobody,
        }
    }

    fn texts(batch: Vec<Submission>) -> Vec<String> {
        let text = |submission: Submission| match submission.command.action {
            Action::Post { text, .. } => text,
            other => panic!("{other:?}"),
        };
        batch.into_iter().map(text).collect()
    }

    #[test]
    fn the_journal_is_woken_once_until_it_found_nothing() {
        let inbox = Inbox::new(LIMITS);
        assert_eq!(inbox.put(submission("a")), Ok(Put::Wake));
        assert_eq!(inbox.put(submission("b")), Ok(Put::Behind));
        assert_eq!(texts(inbox.take_batch()), ["a", "b"]);
        assert_eq!(
            inbox.put(submission("c")),
            Ok(Put::Behind),
            "it looks again after the commit"
        );
        assert_eq!(texts(inbox.take_batch()), ["c"]);
        assert_eq!(texts(inbox.take_batch()), [""; 0]);
        assert_eq!(inbox.put(submission("d")), Ok(Put::Wake));
    }

    #[test]
    fn what_is_over_the_limit_is_busy_and_batches_keep_the_order() {
        let inbox = Inbox::new(LIMITS);
        for text in ["a", "b", "c"] {
            inbox.put(submission(text)).unwrap();
        }
        assert_eq!(inbox.put(submission("d")), Err(NotDone::Busy));
        assert_eq!(texts(inbox.take_batch()), ["a", "b"]);
        assert_eq!(inbox.put(submission("e")), Ok(Put::Behind));
        assert_eq!(texts(inbox.take_batch()), ["c", "e"]);
        assert_eq!(inbox.fill().commands, 5);
    }

    #[test]
    fn shut_it_gives_back_what_waits_and_takes_nothing_until_it_opens() {
        let inbox = Inbox::new(LIMITS);
        inbox.put(submission("a")).unwrap();
        let why = NotDone::ReadOnly("the disk is full".into());
        assert_eq!(texts(inbox.shut(why.clone())), ["a"]);
        assert_eq!(inbox.put(submission("b")), Err(why));
        inbox.open();
        assert!(inbox.put(submission("c")).is_ok());
        inbox.close();
        inbox.open();
        assert_eq!(inbox.put(submission("d")), Err(NotDone::Closing));
        assert_eq!(
            texts(inbox.take_batch()),
            ["c"],
            "what was taken is committed"
        );
    }
}
