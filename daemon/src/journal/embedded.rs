//! The embedded journal: commits what gathered, all of it in one write transaction, then tells of it.
//!
//! One actor on a thread of its own, which it blocks while the disk works: what comes meanwhile gathers in
//! the [`Inbox`] and is the next batch. With little to do a command waits for nothing; with much to do
//! batches grow by themselves, and the cost of a commit is shared by all that is in it. Tier 0: it asks
//! nobody.

use super::engine::{Batch, Engine};
use super::inbox::{Inbox, JournalLimits, Put};
use super::rooms::Rooms;
use super::{
    Answer, Answers, Appended, Committed, CommittedElsewhere, Journal, JournalStatus, NotDone,
    Outcome, ReplyTo, Submission, Watch, WorkerId,
};
use crate::abort::AbortOnPanic;
use crate::store::{FeedKey, StoreError};
use actix::dev::SendError;
use actix::{Actor, ActorContext, Addr, AsyncContext, Context, Handler, Message, Recipient};
use actix_rt::ArbiterHandle;
use chat_shared::{AccountId, ConversationId, Entry};
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// How often a journal that cannot write tries again.
const RECOVER_EVERY: Duration = Duration::from_secs(1);
/// Messages in the mailbox; each sender has one place more. Commands are not among them.
const MAILBOX: usize = 4096;

/// The actor.
pub(crate) struct EmbeddedJournal {
    engine: Engine,
    shared: Arc<Shared>,
    workers: HashMap<WorkerId, Recipient<Answers>>,
    registry: Option<Recipient<CommittedElsewhere>>,
    /// How long the newest commit took.
    took: Duration,
    closed: Option<oneshot::Sender<()>>,
    memory: Memory,
}

/// Lists that each commit needs, empty between two: their memory serves again.
#[derive(Default)]
struct Memory {
    submissions: VecDeque<Submission>,
    replies: Vec<ReplyTo>,
    batch: Batch,
    rooms: Rooms,
}

/// What the journal and those who hold it both see: they never wait for a commit.
#[derive(Debug)]
struct Shared {
    inbox: Inbox,
    rooms: Mutex<FxHashMap<ConversationId, Recipient<Committed>>>,
    status: Mutex<JournalStatus>,
}

impl Shared {
    fn rooms(&self) -> MutexGuard<'_, FxHashMap<ConversationId, Recipient<Committed>>> {
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn status(&self) -> MutexGuard<'_, JournalStatus> {
        self.status.lock().unwrap_or_else(PoisonError::into_inner)
    }
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
struct Close(oneshot::Sender<()>);

/// The embedded journal as the rest of the daemon holds it.
pub(crate) struct EmbeddedHandle {
    shared: Arc<Shared>,
    addr: Addr<EmbeddedJournal>,
}

impl EmbeddedHandle {
    /// Starts it on a thread that is its alone.
    pub(crate) fn start(
        engine: Engine,
        limits: JournalLimits,
        thread: &ArbiterHandle,
    ) -> (Self, Recipient<Connect>) {
        let shared = Arc::new(Shared {
            inbox: Inbox::new(limits),
            rooms: Mutex::default(),
            status: Mutex::default(),
        });
        let journal = EmbeddedJournal {
            engine,
            shared: shared.clone(),
            workers: HashMap::new(),
            registry: None,
            took: Duration::ZERO,
            closed: None,
            memory: Memory::default(),
        };
        let addr = EmbeddedJournal::start_in_arbiter(thread, |_| journal);
        let connect = addr.clone().recipient();
        (Self { shared, addr }, connect)
    }
}

impl Clone for EmbeddedHandle {
    /// For another thread: each holds one address for life.
    fn clone(&self) -> Self {
        Self {
            shared: self.shared.clone(),
            addr: self.addr.clone(),
        }
    }
}

impl Journal for EmbeddedHandle {
    fn submit(&self, submission: Submission) -> Result<(), NotDone> {
        if self.shared.inbox.put(submission)? == Put::Wake {
            // Behind all that is ready to run on this thread: the sessions whose requests have arrived
            // too put theirs in first, and one commit takes them all. Alone it costs nothing.
            wake_later(self.addr.clone());
        }
        Ok(())
    }

    fn watch(&self, watch: Watch) {
        // Not by message: a commit that is under way is to find it when it is done.
        self.shared.rooms().insert(watch.conversation, watch.room);
    }

    fn unwatch(&self, conversation: ConversationId) {
        // Held while a commit is told: the room has all of it, or none.
        self.shared.rooms().remove(&conversation);
    }

    fn status(&self) -> JournalStatus {
        let fill = self.shared.inbox.fill();
        JournalStatus {
            commands: fill.commands,
            waiting: fill.waiting,
            lag_micros: micros(fill.lag),
            ..self.shared.status().clone()
        }
    }

    fn close(&self, closed: oneshot::Sender<()>) {
        self.shared.inbox.close();
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
        let submissions = &mut self.memory.submissions;
        self.shared.inbox.take_batch(self.took / 2, submissions);
        if submissions.is_empty() {
            return self.close_when_done(ctx);
        }
        self.commit(ctx);
        // Once more, behind what else is asked of it: until nothing waits.
        wake_later(ctx.address());
    }
}

impl Handler<Close> for EmbeddedJournal {
    type Result = ();

    fn handle(&mut self, close: Close, ctx: &mut Self::Context) {
        let _abort = AbortOnPanic("journal");
        self.closed = Some(close.0);
        wake_later(ctx.address());
    }
}

impl EmbeddedJournal {
    /// Makes durable what was taken, and tells of it.
    fn commit(&mut self, ctx: &mut Context<Self>) {
        let Memory {
            mut submissions,
            mut replies,
            batch,
            mut rooms,
        } = std::mem::take(&mut self.memory);
        let begun = Instant::now();
        let mut commands = submissions.drain(..).map(|submission| {
            replies.push(submission.reply);
            submission.command
        });
        let done = self.engine.commit(&mut commands, batch);
        // Those behind one that failed are to be answered too.
        commands.for_each(drop);
        self.took = begun.elapsed();
        let batch = match done {
            Ok(mut batch) => {
                {
                    let mut status = self.shared.status();
                    status.commits += 1;
                    status.commit_micros = micros(self.took);
                }
                self.tell(&mut replies, &mut batch, &mut rooms);
                batch
            }
            Err(error) => {
                self.stop_writing(&mut replies, &error, ctx);
                Batch::default()
            }
        };
        self.memory = Memory {
            submissions,
            replies,
            batch,
            rooms,
        };
    }

    /// The store failed: refuses all until it can be written again.
    fn stop_writing(
        &mut self,
        replies: &mut Vec<ReplyTo>,
        error: &StoreError,
        ctx: &mut Context<Self>,
    ) {
        tracing::error!(%error, "the store cannot write: read-only until it can");
        let why = error.to_string();
        let waiting = self.shared.inbox.shut(NotDone::ReadOnly(why.clone()));
        replies.extend(waiting.into_iter().map(|submission| submission.reply));
        let refused = |_: &ReplyTo| Err(NotDone::ReadOnly(why.clone()));
        let mut batch = Batch {
            results: replies.iter().map(refused).collect(),
            ..Batch::default()
        };
        self.tell(replies, &mut batch, &mut Rooms::default());
        self.shared.status().read_only = Some(why);
        ctx.run_later(RECOVER_EVERY, Self::recover);
    }

    fn recover(&mut self, ctx: &mut Context<Self>) {
        let _abort = AbortOnPanic("journal");
        match self.engine.recover() {
            Ok(()) => {
                tracing::info!("the store can write again");
                self.shared.status().read_only = None;
                self.shared.inbox.open();
                wake_later(ctx.address());
            }
            Err(error) => {
                let why = error.to_string();
                // Nothing waits: it has been shut all the time.
                self.shared.inbox.shut(NotDone::ReadOnly(why.clone()));
                self.shared.status().read_only = Some(why);
                ctx.run_later(RECOVER_EVERY, Self::recover);
            }
        }
    }

    /// Tells who asked, rooms and the registry: one message each. Takes all of it; `rooms` is empty, and is so
    /// again.
    fn tell(&self, replies: &mut Vec<ReplyTo>, batch: &mut Batch, rooms: &mut Rooms) {
        let mut accounts: BTreeMap<AccountId, Vec<Entry>> = BTreeMap::new();
        let mut house = Vec::new();
        let mut watching = self.shared.rooms();
        for Appended { feed, entry } in batch.appended.drain(..) {
            match feed {
                FeedKey::Conversation(conversation) => {
                    if watching.contains_key(&conversation) {
                        rooms.add(conversation, entry);
                    }
                }
                FeedKey::Account(account) => accounts.entry(account).or_default().push(entry),
                FeedKey::House => house.push(entry),
            }
        }
        let mut answers = AnswersByWorker::default();
        for (reply, result) in replies.drain(..).zip(batch.results.drain(..)) {
            match reply {
                ReplyTo::Session(key, request) => {
                    let room = match &result {
                        Ok(Outcome::Done {
                            conversation: Some(conversation),
                            ..
                        }) => rooms.of(*conversation),
                        _ => None,
                    };
                    let answer = Answer {
                        session: key.session,
                        request,
                        result,
                    };
                    match room {
                        Some(room) => room.answers.push((key.worker, answer)),
                        None => answers.add(key.worker, answer),
                    }
                }
                ReplyTo::Asker(asker) => {
                    let _ = asker.send(result);
                }
                ReplyTo::Nobody => {}
            }
        }
        // Before the registry, which may end the very session that asked for it.
        self.answer(answers);
        // Before the rooms: who was taken into a conversation is told so before what is said there.
        if !(house.is_empty() && accounts.is_empty())
            && let Some(registry) = &self.registry
            && registry
                .try_send(CommittedElsewhere {
                    commit: batch.commit,
                    house,
                    accounts: accounts.into_iter().collect(),
                })
                .is_err()
        {
            tracing::error!("the registry does not take entries");
        }
        let mut answers = AnswersByWorker::default();
        for (conversation, committed) in rooms.drain() {
            let Some(room) = watching.get(&conversation) else {
                continue;
            };
            let not_taken = match room.try_send(committed) {
                Ok(()) => continue,
                // It ended, since nobody follows it; one that died is made again and catches up.
                Err(SendError::Closed(committed)) => {
                    watching.remove(&conversation);
                    committed
                }
                // Its readers see the gap at the next entry, and catch up.
                Err(SendError::Full(committed)) => {
                    tracing::warn!(%conversation, "a room does not take entries");
                    committed
                }
            };
            for (worker, answer) in not_taken.answers {
                answers.add(worker, answer);
            }
        }
        drop(watching);
        self.answer(answers);
    }

    fn answer(&self, answers: AnswersByWorker) {
        for (worker, answers) in answers.0 {
            if let Some(recipient) = self.workers.get(&worker)
                && recipient.try_send(Answers(answers)).is_err()
            {
                // Their sessions time out and retry, and the streams' rows answer the retries.
                tracing::error!(?worker, "a worker does not take answers");
            }
        }
    }

    fn close_when_done(&mut self, ctx: &mut Context<Self>) {
        // Nothing waits, and nothing more is taken.
        if let Some(closed) = self.closed.take() {
            let _ = closed.send(());
            ctx.stop();
        }
    }
}

/// Answers that no room tells.
#[derive(Default)]
struct AnswersByWorker(BTreeMap<WorkerId, Vec<Answer>>);

impl AnswersByWorker {
    fn add(&mut self, worker: WorkerId, answer: Answer) {
        self.0.entry(worker).or_default().push(answer);
    }
}

fn wake_later(addr: Addr<EmbeddedJournal>) {
    actix_rt::spawn(async move {
        #[expect(
            clippy::disallowed_methods,
            reason = "one for each time that the journal slept, and one for each commit: it must arrive"
        )]
        addr.do_send(Wake);
    });
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
