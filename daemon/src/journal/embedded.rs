//! The embedded journal: gathers commands while a commit runs on a blocking thread, then commits all that
//! gathered in one write transaction.
//!
//! There is no timer. With little to do a command waits for nothing; with much to do batches grow by
//! themselves, and the cost of a commit is shared by all that is in it. Tier 0: it asks nobody.

use super::command::Command;
use super::engine::{Batch, Engine};
use super::{
    Answer, Answers, Appended, Committed, CommittedElsewhere, Journal, JournalStatus, NotDone,
    ReplyTo, Submission, Watch, WorkerId,
};
use crate::abort::AbortOnPanic;
use crate::store::{FeedKey, StoreError};
use actix::dev::SendError;
use actix::{Actor, ActorContext, Addr, AsyncContext, Context, Handler, Message, Recipient};
use chat_shared::{AccountId, ConversationId, Entry};
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

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
/// How often a journal that cannot write tries again.
const RECOVER_EVERY: Duration = Duration::from_secs(1);
/// Messages in the mailbox; each sender has one place more.
const MAILBOX: usize = 65_536;

/// The actor.
pub(crate) struct EmbeddedJournal {
    /// Nothing while a commit runs, which has it.
    engine: Option<Engine>,
    limits: JournalLimits,
    waiting: VecDeque<Waiting>,
    waiting_bytes: usize,
    read_only: Option<String>,
    workers: HashMap<WorkerId, Recipient<Answers>>,
    registry: Option<Recipient<CommittedElsewhere>>,
    rooms: HashMap<ConversationId, Recipient<Committed>>,
    status: JournalStatus,
    closed: Option<oneshot::Sender<()>>,
}

struct Waiting {
    submission: Submission,
    since: Instant,
}

/// To the journal: who is to be told of what was committed. The first message.
#[derive(Message)]
#[rtype(result = "()")]
pub(crate) struct Connect {
    pub(crate) workers: Vec<(WorkerId, Recipient<Answers>)>,
    pub(crate) registry: Recipient<CommittedElsewhere>,
}

#[derive(Message)]
#[rtype(result = "()")]
struct CommitEnded {
    engine: Engine,
    replies: Vec<ReplyTo>,
    done: Result<Batch, StoreError>,
    took: Duration,
}

#[derive(Message)]
#[rtype(result = "()")]
struct RecoverEnded {
    engine: Engine,
    done: Result<(), StoreError>,
}

#[derive(Message)]
#[rtype(result = "()")]
struct AskStatus(oneshot::Sender<JournalStatus>);

#[derive(Message)]
#[rtype(result = "()")]
struct Close(oneshot::Sender<()>);

/// The embedded journal as the rest of the daemon holds it.
pub(crate) struct EmbeddedHandle(Addr<EmbeddedJournal>);

impl EmbeddedHandle {
    pub(crate) fn start(engine: Engine, limits: JournalLimits) -> (Self, Recipient<Connect>) {
        let addr = EmbeddedJournal {
            engine: Some(engine),
            limits,
            waiting: VecDeque::new(),
            waiting_bytes: 0,
            read_only: None,
            workers: HashMap::new(),
            registry: None,
            rooms: HashMap::new(),
            status: JournalStatus::default(),
            closed: None,
        }
        .start();
        (Self(addr.clone()), addr.recipient())
    }
}

impl Clone for EmbeddedHandle {
    /// For another thread: each holds one address for life.
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl Journal for EmbeddedHandle {
    fn submit(&self, submission: Submission) -> Result<(), NotDone> {
        self.0.try_send(submission).map_err(|error| match error {
            SendError::Full(_) => NotDone::Busy,
            SendError::Closed(_) => NotDone::Closing,
        })
    }

    fn watch(&self, watch: Watch) {
        // Lost only if thousands of commands wait: the room then has nothing to deliver that a reader
        // would not find as a gap, and catch up.
        if self.0.try_send(watch).is_err() {
            tracing::warn!("the journal is too busy to be watched by another room");
        }
    }

    fn status(&self, reply: oneshot::Sender<JournalStatus>) {
        let _ = self.0.try_send(AskStatus(reply));
    }

    fn close(&self, closed: oneshot::Sender<()>) {
        let _ = self.0.try_send(Close(closed));
    }
}

impl Actor for EmbeddedJournal {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.set_mailbox_capacity(MAILBOX);
    }
}

impl Handler<Connect> for EmbeddedJournal {
    type Result = ();

    fn handle(&mut self, connect: Connect, _: &mut Self::Context) {
        self.workers = connect.workers.into_iter().collect();
        self.registry = Some(connect.registry);
    }
}

impl Handler<Submission> for EmbeddedJournal {
    type Result = ();

    fn handle(&mut self, submission: Submission, ctx: &mut Self::Context) {
        let _abort = AbortOnPanic("journal");
        self.status.commands += 1;
        let refusal = if self.closed.is_some() {
            Some(NotDone::Closing)
        } else if let Some(why) = &self.read_only {
            Some(NotDone::ReadOnly(why.clone()))
        } else if self.waiting.len() >= self.limits.waiting_commands
            || self.waiting_bytes >= WAITING_BYTES
        {
            Some(NotDone::Busy)
        } else {
            None
        };
        if let Some(refusal) = refusal {
            self.reply_one(submission.reply, Err(refusal));
            return;
        }
        self.waiting_bytes += submission.command.size_hint();
        self.waiting.push_back(Waiting {
            submission,
            since: Instant::now(),
        });
        self.commit_next(ctx);
    }
}

impl Handler<CommitEnded> for EmbeddedJournal {
    type Result = ();

    fn handle(&mut self, ended: CommitEnded, ctx: &mut Self::Context) {
        let _abort = AbortOnPanic("journal");
        self.engine = Some(ended.engine);
        match ended.done {
            Ok(batch) => {
                self.status.commits += 1;
                self.status.commit_micros = micros(ended.took);
                self.reply_all(ended.replies, batch.results);
                self.tell(batch.appended);
                self.commit_next(ctx);
            }
            Err(error) => {
                tracing::error!(%error, "the store cannot write: read-only until it can");
                let why = error.to_string();
                let refused = |_: &ReplyTo| Err(NotDone::ReadOnly(why.clone()));
                let results = ended.replies.iter().map(refused).collect();
                self.reply_all(ended.replies, results);
                self.waiting_bytes = 0;
                for waiting in std::mem::take(&mut self.waiting) {
                    self.reply_one(
                        waiting.submission.reply,
                        Err(NotDone::ReadOnly(why.clone())),
                    );
                }
                self.read_only = Some(why);
                ctx.run_later(RECOVER_EVERY, Self::recover);
            }
        }
        self.close_when_done(ctx);
    }
}

impl Handler<RecoverEnded> for EmbeddedJournal {
    type Result = ();

    fn handle(&mut self, ended: RecoverEnded, ctx: &mut Self::Context) {
        self.engine = Some(ended.engine);
        match ended.done {
            Ok(()) => {
                tracing::info!("the store can write again");
                self.read_only = None;
                self.commit_next(ctx);
            }
            Err(error) => {
                self.read_only = Some(error.to_string());
                ctx.run_later(RECOVER_EVERY, Self::recover);
            }
        }
        self.close_when_done(ctx);
    }
}

impl Handler<Watch> for EmbeddedJournal {
    type Result = ();

    fn handle(&mut self, watch: Watch, _: &mut Self::Context) {
        self.rooms.insert(watch.conversation, watch.room);
    }
}

impl Handler<AskStatus> for EmbeddedJournal {
    type Result = ();

    fn handle(&mut self, ask: AskStatus, _: &mut Self::Context) {
        let status = JournalStatus {
            waiting: self.waiting.len() as u64,
            lag_micros: self
                .waiting
                .front()
                .map_or(0, |waiting| micros(waiting.since.elapsed())),
            read_only: self.read_only.clone(),
            ..self.status
        };
        let _ = ask.0.send(status);
    }
}

impl Handler<Close> for EmbeddedJournal {
    type Result = ();

    fn handle(&mut self, close: Close, ctx: &mut Self::Context) {
        self.closed = Some(close.0);
        self.close_when_done(ctx);
    }
}

impl EmbeddedJournal {
    /// Commits what waits, unless a commit runs already.
    fn commit_next(&mut self, ctx: &mut Context<Self>) {
        if self.waiting.is_empty() || self.read_only.is_some() {
            return;
        }
        let Some(mut engine) = self.engine.take() else {
            return;
        };
        let mut commands: Vec<Command> = Vec::new();
        let mut replies = Vec::new();
        let mut bytes = 0;
        while commands.len() < self.limits.batch_commands && bytes < BATCH_BYTES {
            let Some(Waiting { submission, .. }) = self.waiting.pop_front() else {
                break;
            };
            bytes += submission.command.size_hint();
            commands.push(submission.command);
            replies.push(submission.reply);
        }
        self.waiting_bytes = self.waiting_bytes.saturating_sub(bytes);
        on_blocking_thread(ctx, move || {
            let begun = Instant::now();
            let done = engine.commit(commands);
            CommitEnded {
                engine,
                replies,
                done,
                took: begun.elapsed(),
            }
        });
    }

    fn recover(&mut self, ctx: &mut Context<Self>) {
        let Some(mut engine) = self.engine.take() else {
            return;
        };
        on_blocking_thread(ctx, move || {
            let done = engine.recover();
            RecoverEnded { engine, done }
        });
    }

    /// Answers, one message per worker.
    fn reply_all(&mut self, replies: Vec<ReplyTo>, results: Vec<Result<super::Outcome, NotDone>>) {
        let mut by_worker: BTreeMap<WorkerId, Vec<Answer>> = BTreeMap::new();
        for (reply, result) in replies.into_iter().zip(results) {
            match reply {
                ReplyTo::Session(key, request) => {
                    by_worker.entry(key.worker).or_default().push(Answer {
                        session: key.session,
                        request,
                        result,
                    })
                }
                ReplyTo::Asker(asker) => {
                    let _ = asker.send(result);
                }
                ReplyTo::Nobody => {}
            }
        }
        for (worker, answers) in by_worker {
            if let Some(recipient) = self.workers.get(&worker)
                && recipient.try_send(Answers(answers)).is_err()
            {
                // Their sessions time out and retry, and the streams' rows answer the retries.
                tracing::error!(?worker, "a worker does not take answers");
            }
        }
    }

    fn reply_one(&mut self, reply: ReplyTo, result: Result<super::Outcome, NotDone>) {
        self.reply_all(vec![reply], vec![result]);
    }

    /// Tells rooms and the registry of the entries, one message each.
    fn tell(&mut self, appended: Vec<Appended>) {
        let mut rooms: BTreeMap<ConversationId, Vec<Entry>> = BTreeMap::new();
        let mut accounts: BTreeMap<AccountId, Vec<Entry>> = BTreeMap::new();
        let mut house = Vec::new();
        for Appended { feed, entry } in appended {
            match feed {
                FeedKey::Conversation(conversation) => {
                    rooms.entry(conversation).or_default().push(entry);
                }
                FeedKey::Account(account) => accounts.entry(account).or_default().push(entry),
                FeedKey::House => house.push(entry),
            }
        }
        // The registry first: who was taken into a conversation is told so before what is said there.
        if !(house.is_empty() && accounts.is_empty())
            && let Some(registry) = &self.registry
            && registry
                .try_send(CommittedElsewhere {
                    house,
                    accounts: accounts.into_iter().collect(),
                })
                .is_err()
        {
            tracing::error!("the registry does not take entries");
        }
        for (conversation, entries) in rooms {
            let Some(room) = self.rooms.get(&conversation) else {
                continue;
            };
            match room.try_send(Committed { entries }) {
                Ok(()) => {}
                // It ended, since nobody follows it; one that died is made again and catches up.
                Err(SendError::Closed(_)) => {
                    self.rooms.remove(&conversation);
                }
                // Its readers see the gap at the next entry, and catch up.
                Err(SendError::Full(_)) => {
                    tracing::warn!(%conversation, "a room does not take entries");
                }
            }
        }
    }

    fn close_when_done(&mut self, ctx: &mut Context<Self>) {
        let is_idle = self.engine.is_some() && self.waiting.is_empty();
        if (is_idle || self.read_only.is_some())
            && let Some(closed) = self.closed.take()
        {
            let _ = closed.send(());
            ctx.stop();
        }
    }
}

/// Runs what blocks, then hands its result to the actor as a message: completions of spawned futures come
/// in any order, messages do not.
fn on_blocking_thread<M>(
    ctx: &mut Context<EmbeddedJournal>,
    work: impl FnOnce() -> M + Send + 'static,
) where
    M: Message<Result = ()> + Send + 'static,
    EmbeddedJournal: Handler<M>,
{
    let addr = ctx.address();
    actix_rt::spawn(async move {
        let running = tokio::task::spawn_blocking(move || {
            let _abort = AbortOnPanic("journal");
            work()
        });
        if let Ok(ended) = running.await {
            #[expect(
                clippy::disallowed_methods,
                reason = "one commit runs at a time, so one such message is on its way at the most"
            )]
            addr.do_send(ended);
        }
    });
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
