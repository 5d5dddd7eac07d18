//! The journal: gives commands a total order and makes them durable.
//!
//! Everything durable is a [`Command`]. A [`Journal`] takes commands in, and for each tells its
//! [`Outcome`] or [`Refusal`], after it is on disk and never before; the entries that it appended to feeds
//! go to those who follow them. [`apply`] is the one function that changes the store; it is pure over a
//! write transaction, so the same commands give the same store on every machine.
//!
//! In reading order: [`command`] and [`outcome`] are the words, [`stream`] is why a retry does nothing
//! twice, [`apply`] carries commands out, [`engine`] puts a batch of them into one transaction,
//! [`inbox`] is where they wait, and [`embedded`] commits what gathered there while the last commit ran; what it
//! has to tell rooms is gathered in [`rooms`].

pub(crate) mod command;
pub(crate) mod outcome;
pub(crate) mod stream;
pub(crate) mod apply;
pub(crate) mod engine;
pub(crate) mod inbox;
#[cfg(test)]
mod engine_tests;
mod rooms;
pub(crate) mod embedded;

pub(crate) use command::{Action, Command, Once};
pub(crate) use outcome::{NotDone, Outcome, Refusal, Refused};

use crate::store::{CommitNumber, FeedKey};
use actix::{Message, Recipient};
use chat_shared::{AccountId, ConversationId, Entry, RequestId};
use smallvec::SmallVec;
use tokio::sync::oneshot;

/// Which of the threads that hold sessions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct WorkerId(pub(crate) u16);

/// A session of one worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct SessionId(pub(crate) u64);

/// A session, wherever it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct SessionKey {
    pub(crate) worker: WorkerId,
    pub(crate) session: SessionId,
}

/// Who is told what became of a command.
#[derive(Debug)]
pub(crate) enum ReplyTo {
    /// The answer to a client's request.
    Session(SessionKey, RequestId),
    /// A part of the daemon that waits for it.
    Asker(oneshot::Sender<Result<Outcome, NotDone>>),
    /// Nobody: what may be lost.
    Nobody,
}

/// A command on its way into the journal.
#[derive(Debug)]
pub(crate) struct Submission {
    pub(crate) command: Command,
    pub(crate) reply: ReplyTo,
}

/// What became of one request of a session.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) session: SessionId,
    pub(crate) request: RequestId,
    pub(crate) result: Result<Outcome, NotDone>,
}

/// To a worker: what became of its sessions' commands in one commit, where no room tells it.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub(crate) struct Answers(pub(crate) Vec<Answer>);

/// To a room: entries of its conversation that are on disk, in order. Most conversations have one in a commit.
#[derive(Debug, Default, Message)]
#[rtype(result = "()")]
pub(crate) struct Committed {
    pub(crate) entries: SmallVec<[Entry; 1]>,
    /// To those who asked for them: they travel with the entries, so that a sender gets both in one write.
    pub(crate) answers: SmallVec<[(WorkerId, Answer); 1]>,
}

/// To the registry: entries of the house feed and of accounts' feeds that are on disk, in order.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub(crate) struct CommittedElsewhere {
    pub(crate) commit: CommitNumber,
    pub(crate) house: Vec<Entry>,
    pub(crate) accounts: Vec<(AccountId, Vec<Entry>)>,
}

/// To the journal: from now on tell this room of its entries.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub(crate) struct Watch {
    pub(crate) conversation: ConversationId,
    pub(crate) room: Recipient<Committed>,
}

/// How the journal is.
#[derive(Clone, Debug, Default)]
pub(crate) struct JournalStatus {
    pub(crate) commits: u64,
    pub(crate) commands: u64,
    pub(crate) waiting: u64,
    pub(crate) commit_micros: u64,
    pub(crate) lag_micros: u64,
    pub(crate) read_only: Option<String>,
}

/// What the rest of the daemon knows of a journal; the embedded one and, later, the clustered one.
///
/// Promises: commands of one submitter are applied in the order of their submission. An outcome is told
/// only after the command is on disk, and to a session no later than any entry that came of it.
pub(crate) trait Journal {
    /// Takes a command, or says why not; then nobody is told of it again.
    fn submit(&self, submission: Submission) -> Result<(), NotDone>;
    /// Tells a room of its entries from now on; any entry that is committed later than a read that
    /// begins after this call returns is told.
    fn watch(&self, watch: Watch);
    /// Tells this conversation's room nothing more. What it was told until now is in its mailbox: a room that is
    /// told to end after this call hands on all of it, the answers to those who asked too.
    fn unwatch(&self, conversation: ConversationId);
    /// How it is; never waits.
    fn status(&self) -> JournalStatus;
    /// Takes no more commands, commits what waits, then answers.
    fn close(&self, closed: oneshot::Sender<()>);
}

/// An entry that a command appended, before it is told to anybody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Appended {
    pub(crate) feed: FeedKey,
    pub(crate) entry: Entry,
}
