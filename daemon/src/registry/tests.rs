//! The shell of the registry, with a real journal and real rooms, and probes in place of a worker.

use super::messages::{CloseRoom, CloseRooms, OpenRooms};
use super::roll::Places;
use super::*;
use crate::journal::command::{Admission, Name};
use crate::journal::embedded::{Connect, EmbeddedHandle};
use crate::journal::engine::Engine;
use crate::journal::inbox::JournalLimits;
use crate::journal::{
    Action, Answers, Command, Journal, JournalStatus, NotDone, ReplyTo, SessionId, SessionKey,
    Submission, Watch,
};
use crate::probe::probe;
use crate::room::Room;
use crate::store::Store;
use crate::store::record::Verifier;
use actix::Addr;
use actix_rt::Arbiter;
use chat_shared::{RequestId, Seq, Timestamp};
use tokio::sync::{mpsc, oneshot};

const ANNA: AccountId = AccountId(1);
const GENERAL: ConversationId = ConversationId(1);
const HERE: WorkerId = WorkerId(0);
const ASKED: RequestId = RequestId(7);
/// A feed that nothing comes of.
const THE_END: FeedKey = FeedKey::Account(AccountId(99));

/// The journal, and in it somebody who writes at the last moment: when the registry is about to take a room
/// from its table.
struct LastWord(EmbeddedHandle);

impl Journal for LastWord {
    fn submit(&self, submission: Submission) -> Result<(), NotDone> {
        self.0.submit(submission)
    }

    fn watch(&self, watch: Watch) {
        self.0.watch(watch);
    }

    fn unwatch(&self, conversation: ConversationId) {
        let journal = self.0.clone();
        // On a thread of its own, as from another worker: this one waits, and must not go on before.
        let posting = std::thread::spawn(|| actix_rt::System::new().block_on(post(journal)));
        posting.join().unwrap();
        self.0.unwatch(conversation);
    }

    fn status(&self) -> JournalStatus {
        self.0.status()
    }

    fn close(&self, closed: oneshot::Sender<()>) {
        self.0.close(closed);
    }
}

fn submission(by: Option<AccountId>, action: Action, reply: ReplyTo) -> Submission {
    let command = Command {
        at: Timestamp(1_000),
        by,
        once: None,
        action,
    };
    Submission { command, reply }
}

/// Anna writes, with her request at a session here; returns when the commit is being told.
async fn post(journal: EmbeddedHandle) {
    let key = SessionKey {
        worker: HERE,
        session: SessionId(3),
    };
    let action = Action::Post {
        conversation: GENERAL,
        text: "wait for me".into(),
    };
    let reply = ReplyTo::Session(key, ASKED);
    journal
        .submit(submission(Some(ANNA), action, reply))
        .unwrap();
    does(&journal, Action::Expire).await;
}

async fn does(journal: &EmbeddedHandle, action: Action) {
    let (asker, outcome) = oneshot::channel();
    let submitted = journal.submit(submission(None, action, ReplyTo::Asker(asker)));
    submitted.unwrap();
    outcome.await.unwrap().unwrap();
}

struct Scene {
    registry: Addr<Registry>,
    delivered: mpsc::UnboundedReceiver<Deliver>,
    deliver: actix::Recipient<Deliver>,
    answered: mpsc::UnboundedReceiver<Answers>,
    journal_thread: Arbiter,
    _data: tempfile::TempDir,
}

impl Scene {
    /// A house with Anna in it.
    async fn new() -> Self {
        let data = tempfile::tempdir().unwrap();
        let store = Arc::new(Store::open(&data.path().join("store"), 1024 * 1024).unwrap());
        let limits = JournalLimits {
            batch_commands: 100,
            waiting_commands: 100,
        };
        let journal_thread = Arbiter::new();
        let engine = Engine::new(store.clone());
        let (journal, connect) = EmbeddedHandle::start(engine, limits, &journal_thread.handle());
        let (deliver, delivered) = probe();
        let link = WorkerLink {
            worker: HERE,
            thread: Arbiter::current(),
            deliver: deliver.clone(),
            signal: probe().0,
            proclaim: probe().0,
            end: probe().0,
            here: |_, told| Some(told),
        };
        let around = Arc::new(Surroundings {
            links: vec![link],
            journal: Box::new(LastWord(journal.clone())),
            store,
            registry: probe().0,
        });
        let rules = SessionRules {
            places: Places::Multiple,
            limit: 10,
        };
        let throttle = Throttle::new(5, Duration::from_secs(1));
        let registry = Registry::new(around, Arc::default(), rules, throttle).start();
        let (answers, answered) = probe();
        let workers = vec![(HERE, answers)];
        let to_registry = registry.clone().recipient();
        let connected = connect.try_send(Connect {
            workers,
            registry: to_registry,
        });
        connected.unwrap();
        let name = |name: &str| Name {
            name: name.into(),
            skeleton: name.into(),
        };
        let found = Action::Found {
            fake_salts: [7; 32],
            first_room: name("general"),
            invite: None,
        };
        does(&journal, found).await;
        let register = Action::Register {
            name: name("anna"),
            verifier: Box::new(Verifier {
                salt: [1; 16],
                iterations: 4096,
                stored_key: [2; 32],
                server_key: [3; 32],
            }),
            admission: Admission::Open,
        };
        does(&journal, register).await;
        Self {
            registry,
            delivered,
            deliver,
            answered,
            journal_thread,
            _data: data,
        }
    }

    async fn open(&self) -> Addr<Room> {
        let (reply, opened) = oneshot::channel();
        let open = OpenRooms {
            worker: HERE,
            conversations: vec![GENERAL],
            reply,
        };
        self.registry.try_send(open).unwrap();
        opened.await.unwrap().remove(0).1
    }

    /// The requests of those whom the room answered until it ended.
    async fn answered_by(&mut self, room: Addr<Room>) -> Vec<RequestId> {
        while room.connected() {
            tokio::task::yield_now().await;
        }
        let end = Deliver {
            feed: THE_END,
            first: Seq(1),
            last: Seq(0),
            frames: Bytes::new(),
            changes: Vec::new(),
            left: Vec::new(),
            answers: SmallVec::new(),
        };
        self.deliver.try_send(end).unwrap();
        let mut answered = Vec::new();
        loop {
            let told = self.delivered.recv().await.unwrap();
            if told.feed == THE_END {
                return answered;
            }
            answered.extend(told.answers.iter().map(|answer| answer.request));
        }
    }

    fn end(self) {
        self.journal_thread.stop();
        self.journal_thread.join().unwrap();
    }
}

#[actix::test]
async fn a_room_that_nobody_follows_any_more_hands_on_the_answers_of_the_last_commit() {
    let mut scene = Scene::new().await;
    let room = scene.open().await;
    let close = CloseRoom {
        worker: HERE,
        conversation: GENERAL,
    };
    scene.registry.try_send(close).unwrap();
    assert_eq!(scene.answered_by(room).await, [ASKED]);
    assert!(scene.answered.try_recv().is_err(), "nor is it told twice");
    scene.end();
}

#[actix::test]
async fn rooms_hand_on_the_answers_of_the_last_commit_when_the_daemon_goes_down() {
    let mut scene = Scene::new().await;
    let room = scene.open().await;
    let (done, closed) = oneshot::channel();
    scene.registry.try_send(CloseRooms(done)).unwrap();
    closed.await.unwrap();
    assert_eq!(scene.answered_by(room).await, [ASKED]);
    scene.end();
}
