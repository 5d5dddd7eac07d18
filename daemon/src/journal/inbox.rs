//! Commands that wait for the next commit, shared by all threads that submit.
//!
//! A queue of its own and not the journal's mailbox: while a commit runs nobody has to be woken for what
//! gathers, and waking a thread costs more than everything else about a small message. The lock is held
//! for a push, never across an await; the one who may block on it is the journal, on its own thread.

use super::{NotDone, Submission};
use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
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

/// The longest that a first command waits for company. See [`Inbox::take_batch`].
const LONGEST_PATIENCE: Duration = Duration::from_millis(1);

/// How long others may run before a batch is taken; some turns of a few milliseconds, as the kernel gives them.
const LONGEST_TURNS: Duration = Duration::from_millis(10);
/// Who was given the core has had it for longer than this; otherwise nobody wanted it.
const SHORTEST_TURN: Duration = Duration::from_micros(50);

/// The queue.
#[derive(Debug)]
pub(crate) struct Inbox {
    limits: JournalLimits,
    state: Mutex<State>,
    /// As many wait as the journal hoped for.
    gathered: Condvar,
}

#[derive(Debug, Default)]
struct State {
    waiting: VecDeque<Submission>,
    bytes: usize,
    commands: u64,
    /// Since when the oldest waits.
    since: Option<Instant>,
    /// So many are to wake the journal, which gathers; 0: it does not.
    hoped_for: usize,
    /// How many went into each of the last two batches.
    usual: [usize; 2],
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
            gathered: Condvar::new(),
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
        if state.waiting.is_empty() {
            state.since = Some(Instant::now());
        }
        state.waiting.push_back(submission);
        if state.waiting.len() == state.hoped_for {
            self.gathered.notify_one();
        }
        if std::mem::replace(&mut state.is_awake, true) {
            Ok(Put::Behind)
        } else {
            Ok(Put::Wake)
        }
    }

    /// Puts what is to be committed next into `batch`, which is empty. If that is nothing, the journal may
    /// sleep: the next command wakes it.
    ///
    /// Where fewer wait than went into the batches before, more are likely to be on their way: those who
    /// wrote before have just been answered. A commit costs the same for one as for all of them, so this
    /// blocks for at most `patience` until as many are there. Who writes alone never waits.
    pub(crate) fn take_batch(&self, patience: Duration, batch: &mut VecDeque<Submission>) {
        // What a backlog left behind.
        batch.shrink_to(self.limits.batch_commands);
        let mut state = self.lock();
        let hoped_for = state.usual.into_iter().max().unwrap_or_default();
        if hoped_for > 1 && !state.waiting.is_empty() {
            drop(state);
            let_others_run();
            state = self.lock();
        }
        if !state.waiting.is_empty() && state.waiting.len() < hoped_for {
            state.hoped_for = hoped_for;
            let patience = patience.min(LONGEST_PATIENCE);
            state = self
                .gathered
                .wait_timeout_while(state, patience, |state| {
                    state.shut.is_none() && state.waiting.len() < state.hoped_for
                })
                .unwrap_or_else(PoisonError::into_inner)
                .0;
            state.hoped_for = 0;
        }
        let mut count = 0;
        let mut bytes = 0;
        for submission in state.waiting.iter().take(self.limits.batch_commands) {
            if bytes >= BATCH_BYTES {
                break;
            }
            bytes += submission.command.size_hint();
            count += 1;
        }
        if count == state.waiting.len() {
            std::mem::swap(&mut state.waiting, batch);
        } else {
            batch.extend(state.waiting.drain(..count));
        }
        state.bytes -= bytes;
        state.is_awake = count > 0;
        if count > 0 {
            state.usual = [count, state.usual[0]];
            state.since = (!state.waiting.is_empty()).then(Instant::now);
        }
    }

    /// Takes nothing from now on, for this reason; gives what waited.
    pub(crate) fn shut(&self, why: NotDone) -> Vec<Submission> {
        let mut state = self.lock();
        state.shut = Some(why);
        state.bytes = 0;
        state.since = None;
        std::mem::take(&mut state.waiting).into()
    }

    /// Takes nothing new from now on; what waits is still to be committed.
    pub(crate) fn close(&self) {
        self.lock().shut = Some(NotDone::Closing);
        self.gathered.notify_one();
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
            lag: state.since.map_or(Duration::ZERO, |since| since.elapsed()),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing in here panics half way, so what a panicking thread leaves is whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lets the threads go first that wait for this core: sessions whose requests have arrived, and who are about
/// to put them here. With all cores busy a batch is two or three times as large then, and its commit, which
/// costs the same, is shared by as many more. Where nobody waits for the core it takes a microsecond.
fn let_others_run() {
    let begun = Instant::now();
    let mut turn = begun;
    while begun.elapsed() < LONGEST_TURNS {
        std::thread::yield_now();
        if turn.elapsed() < SHORTEST_TURN {
            break;
        }
        turn = Instant::now();
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

    const NONE: Duration = Duration::ZERO;

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

    fn taken(inbox: &Inbox, patience: Duration) -> Vec<String> {
        let mut batch = VecDeque::new();
        inbox.take_batch(patience, &mut batch);
        texts(batch)
    }

    fn texts(batch: impl IntoIterator<Item = Submission>) -> Vec<String> {
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
        assert_eq!(taken(&inbox, NONE), ["a", "b"]);
        assert_eq!(
            inbox.put(submission("c")),
            Ok(Put::Behind),
            "it looks again after the commit"
        );
        assert_eq!(taken(&inbox, NONE), ["c"]);
        assert_eq!(taken(&inbox, NONE), [""; 0]);
        assert_eq!(inbox.put(submission("d")), Ok(Put::Wake));
    }

    #[test]
    fn what_is_over_the_limit_is_busy_and_batches_keep_the_order() {
        let inbox = Inbox::new(LIMITS);
        for text in ["a", "b", "c"] {
            inbox.put(submission(text)).unwrap();
        }
        assert_eq!(inbox.put(submission("d")), Err(NotDone::Busy));
        assert_eq!(taken(&inbox, NONE), ["a", "b"]);
        assert_eq!(inbox.put(submission("e")), Ok(Put::Behind));
        assert_eq!(taken(&inbox, NONE), ["c", "e"]);
        assert_eq!(inbox.fill().commands, 5);
    }

    #[test]
    fn who_comes_first_waits_for_as_many_as_came_before_but_not_for_long() {
        let limits = JournalLimits {
            batch_commands: 10,
            waiting_commands: 10,
        };
        let inbox = std::sync::Arc::new(Inbox::new(limits));
        for text in ["a", "b", "c"] {
            inbox.put(submission(text)).unwrap();
        }
        assert_eq!(taken(&inbox, NONE), ["a", "b", "c"]);
        inbox.put(submission("d")).unwrap();
        let others = inbox.clone();
        let putting = std::thread::spawn(move || {
            others.put(submission("e")).unwrap();
            others.put(submission("f")).unwrap();
        });
        // Waits until all three are there: a patience of no end would show if it did not notice.
        let mut got = Vec::new();
        while got.len() < 3 {
            got.extend(taken(&inbox, LONGEST_PATIENCE));
        }
        assert_eq!(got, ["d", "e", "f"]);
        putting.join().unwrap();
        for _ in 0..3 {
            inbox.put(submission("g")).unwrap();
            assert_eq!(taken(&inbox, LONGEST_PATIENCE), ["g"]);
        }
        assert_eq!(
            inbox.lock().usual,
            [1, 1],
            "it learns that nobody else comes"
        );
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
        assert_eq!(taken(&inbox, NONE), ["c"], "what was taken is committed");
    }
}
