//! The embedded journal: gathers commands while a commit runs on a blocking thread, then commits all that
//! gathered in one write transaction.
//!
//! There is no timer. With little to do a command waits for nothing; with much to do batches grow by
//! themselves, and the cost of a commit is shared by all that is in it. Tier 0: it asks nobody.

use super::engine::{Batch, Engine};
use super::inbox::{Inbox, JournalLimits, Put};
use super::{
    Answer, Answers, Appended, Committed, CommittedElsewhere, Journal, JournalStatus, NotDone,
    ReplyTo, Submission, Watch, WorkerId,
};
use crate::abort::AbortOnPanic;
use crate::store::{FeedKey, StoreError};
use actix::dev::SendError;
use actix::{Actor, ActorContext, Addr, AsyncContext, Context, Handler, Message, Recipient};
use chat_shared::{AccountId, ConversationId, Entry};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// How often a journal that cannot write tries again.
const RECOVER_EVERY: Duration = Duration::from_secs(1);
/// Messages in the mailbox; each sender has one place more. Commands are not among them.
const MAILBOX: usize = 4096;

/// The actor.
pub(crate) struct EmbeddedJournal {
    /// Nothing while a commit runs, which has it.
    engine: Option<Engine>,
    inbox: Arc<Inbox>,
    read_only: Option<String>,
    workers: HashMap<WorkerId, Recipient<Answers>>,
    registry: Option<Recipient<CommittedElsewhere>>,
    rooms: HashMap<ConversationId, Recipient<Committed>>,
    status: JournalStatus,
    closed: Option<oneshot::Sender<()>>,
}

/// To the journal: who is to be told of what was committed. The first message.
#[derive(Message)]
#[rtype(result = "()")]
pub(crate) struct Connect {
    pub(crate) workers: Vec<(WorkerId, Recipient<Answers>)>,
    pub(crate) registry: Recipient<CommittedElsewhere>,
}

/// Commands wait.
#[derive(Message)]
#[rtype(result = "()")]
struct Wake;

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
pub(crate) struct EmbeddedHandle {
    inbox: Arc<Inbox>,
    addr: Addr<EmbeddedJournal>,
}

impl EmbeddedHandle {
    pub(crate) fn start(engine: Engine, limits: JournalLimits) -> (Self, Recipient<Connect>) {
        let inbox = Arc::new(Inbox::new(limits));
        let addr = EmbeddedJournal {
            engine: Some(engine),
            inbox: inbox.clone(),
            read_only: None,
            workers: HashMap::new(),
            registry: None,
            rooms: HashMap::new(),
            status: JournalStatus::default(),
            closed: None,
        }
        .start();
        let connect = addr.clone().recipient();
        (Self { inbox, addr }, connect)
    }
}

impl Clone for EmbeddedHandle {
    /// For another thread: each holds one address for life.
    fn clone(&self) -> Self {
        Self {
            inbox: self.inbox.clone(),
            addr: self.addr.clone(),
        }
    }
}

impl Journal for EmbeddedHandle {
    fn submit(&self, submission: Submission) -> Result<(), NotDone> {
        if self.inbox.put(submission)? == Put::Wake {
            // Behind all that is ready to run on this thread: the sessions whose requests have arrived
            // too put theirs in first, and one commit takes them all. Alone it costs nothing.
            let addr = self.addr.clone();
            actix_rt::spawn(async move {
                #[expect(
                    clippy::disallowed_methods,
                    reason = "one for each time that the journal slept, and it must arrive"
                )]
                addr.do_send(Wake);
            });
        }
        Ok(())
    }

    fn watch(&self, watch: Watch) {
        #[expect(
            clippy::disallowed_methods,
            reason = "one for each room that the registry makes; without it the room would stay silent"
        )]
        self.addr.do_send(watch);
    }

    fn status(&self, reply: oneshot::Sender<JournalStatus>) {
        let _ = self.addr.try_send(AskStatus(reply));
    }

    fn close(&self, closed: oneshot::Sender<()>) {
        let _ = self.addr.try_send(Close(closed));
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

impl Handler<Wake> for EmbeddedJournal {
    type Result = ();

    fn handle(&mut self, _: Wake, ctx: &mut Self::Context) {
        let _abort = AbortOnPanic("journal");
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
                // The next commit first: it waits for the disk while this one is told.
                self.commit_next(ctx);
                self.reply_all(ended.replies, batch.results);
                self.tell(batch.appended);
            }
            Err(error) => {
                tracing::error!(%error, "the store cannot write: read-only until it can");
                let why = error.to_string();
                let mut replies = ended.replies;
                let waiting = self.inbox.shut(NotDone::ReadOnly(why.clone()));
                replies.extend(waiting.into_iter().map(|submission| submission.reply));
                let refused = |_: &ReplyTo| Err(NotDone::ReadOnly(why.clone()));
                let results = replies.iter().map(refused).collect();
                self.reply_all(replies, results);
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
        let _abort = AbortOnPanic("journal");
        self.engine = Some(ended.engine);
        match ended.done {
            Ok(()) => {
                tracing::info!("the store can write again");
                self.read_only = None;
                self.inbox.open();
                self.commit_next(ctx);
            }
            Err(error) => {
                let why = error.to_string();
                // Nothing waits: it has been shut all the time.
                self.inbox.shut(NotDone::ReadOnly(why.clone()));
                self.read_only = Some(why);
                ctx.run_later(RECOVER_EVERY, Self::recover);
            }
        }
        self.close_when_done(ctx);
    }
}

impl Handler<Watch> for EmbeddedJournal {
    type Result = ();

    fn handle(&mut self, watch: Watch, _: &mut Self::Context) {
        let _abort = AbortOnPanic("journal");
        self.rooms.insert(watch.conversation, watch.room);
    }
}

impl Handler<AskStatus> for EmbeddedJournal {
    type Result = ();

    fn handle(&mut self, ask: AskStatus, _: &mut Self::Context) {
        let _abort = AbortOnPanic("journal");
        let fill = self.inbox.fill();
        let status = JournalStatus {
            commands: fill.commands,
            waiting: fill.waiting,
            lag_micros: micros(fill.lag),
            read_only: self.read_only.clone(),
            ..self.status
        };
        let _ = ask.0.send(status);
    }
}

impl Handler<Close> for EmbeddedJournal {
    type Result = ();

    fn handle(&mut self, close: Close, ctx: &mut Self::Context) {
        let _abort = AbortOnPanic("journal");
        self.inbox.close();
        self.closed = Some(close.0);
        self.close_when_done(ctx);
    }
}

impl EmbeddedJournal {
    /// Commits what waits, unless a commit runs already.
    fn commit_next(&mut self, ctx: &mut Context<Self>) {
        let Some(mut engine) = self.engine.take() else {
            return;
        };
        let batch = self.inbox.take_batch();
        if batch.is_empty() {
            self.engine = Some(engine);
            return;
        }
        let commands_and_replies = batch
            .into_iter()
            .map(|waiting| (waiting.command, waiting.reply));
        let (commands, replies): (Vec<_>, Vec<_>) = commands_and_replies.unzip();
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
        let _abort = AbortOnPanic("journal");
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
        // An engine at home has found nothing to do.
        if (self.engine.is_some() || self.read_only.is_some())
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
