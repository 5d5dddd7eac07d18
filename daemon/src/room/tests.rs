//! The shell of a room, with probes in place of worker, journal and registry.

use super::messages::{EndSession, Proclaim};
use super::*;
use crate::journal::JournalStatus;
use crate::probe::probe;
use chat_shared::{AccountId, Entry, EntryBody, Timestamp};
use smallvec::smallvec;
use std::sync::Mutex;
use tokio::sync::{mpsc, oneshot};

/// A journal that remembers what it is given.
#[derive(Default)]
struct Recorder {
    submitted: Arc<Mutex<Vec<Action>>>,
}

impl Journal for Recorder {
    fn submit(&self, submission: Submission) -> Result<(), crate::journal::NotDone> {
        self.submitted
            .lock()
            .unwrap()
            .push(submission.command.action);
        Ok(())
    }

    fn watch(&self, _: Watch) {}

    fn unwatch(&self, _: ConversationId) {}

    fn status(&self) -> JournalStatus {
        JournalStatus::default()
    }

    fn close(&self, _: oneshot::Sender<()>) {}
}

struct Scene {
    around: Arc<Surroundings>,
    delivered: mpsc::UnboundedReceiver<Deliver>,
    signalled: mpsc::UnboundedReceiver<Signal>,
    died: mpsc::UnboundedReceiver<RoomDied>,
    submitted: Arc<Mutex<Vec<Action>>>,
    _proclaimed: mpsc::UnboundedReceiver<Proclaim>,
    _ended: mpsc::UnboundedReceiver<EndSession>,
    _data: tempfile::TempDir,
}

const HERE: ConversationId = ConversationId(5);

impl Scene {
    fn new() -> Self {
        let data = tempfile::tempdir().unwrap();
        let store = Arc::new(Store::open(&data.path().join("store"), 1024 * 1024).unwrap());
        let (deliver, delivered) = probe();
        let (signal, signalled) = probe();
        let (proclaim, proclaimed) = probe();
        let (end, ended) = probe();
        let (registry, died) = probe();
        let recorder = Recorder::default();
        let submitted = recorder.submitted.clone();
        let link = WorkerLink {
            worker: WorkerId(0),
            thread: actix_rt::Arbiter::current(),
            deliver,
            signal,
            proclaim,
            end,
            here: |_, told| Some(told),
        };
        let around = Arc::new(Surroundings {
            links: vec![link],
            journal: Box::new(recorder),
            store,
            registry,
        });
        Self {
            around,
            delivered,
            signalled,
            died,
            submitted,
            _proclaimed: proclaimed,
            _ended: ended,
            _data: data,
        }
    }

    fn room(&self, start: Start) -> Addr<Room> {
        Room::open(
            RoomId {
                conversation: HERE,
                incarnation: 1,
            },
            BTreeSet::from([WorkerId(0)]),
            &self.around,
            start,
        )
    }
}

fn post(seq: u64) -> Entry {
    Entry {
        seq: Seq(seq),
        at: Timestamp(0),
        by: Some(AccountId(1)),
        posts: seq,
        body: EntryBody::Posted { text: "hi".into() },
    }
}

fn types(account: u64, blocked: &[u64]) -> Typing {
    Typing {
        account: AccountId(account),
        unseen_by: blocked.iter().copied().map(AccountId).collect(),
    }
}

/// Makes a room panic.
#[derive(actix::Message)]
#[rtype(result = "()")]
struct Panic;

impl Handler<Panic> for Room {
    type Result = ();

    fn handle(&mut self, _: Panic, _: &mut Self::Context) {
        panic!("on purpose");
    }
}

#[actix::test]
async fn entries_of_one_commit_are_one_message_to_a_worker() {
    let mut scene = Scene::new();
    let room = scene.room(Start::First);
    room.try_send(Committed {
        entries: smallvec![post(1), post(2), post(3)],
        answers: SmallVec::new(),
    })
    .unwrap();
    let deliver = scene.delivered.recv().await.unwrap();
    assert_eq!((deliver.first, deliver.last), (Seq(1), Seq(3)));
    assert_eq!(deliver.feed, crate::store::FeedKey::Conversation(HERE));
}

#[actix::test]
async fn a_worker_that_does_not_care_is_not_told() {
    let mut scene = Scene::new();
    let room = scene.room(Start::First);
    room.try_send(Interest {
        worker: WorkerId(0),
        follows: false,
    })
    .unwrap();
    room.try_send(types(1, &[])).unwrap();
    room.try_send(Interest {
        worker: WorkerId(0),
        follows: true,
    })
    .unwrap();
    room.try_send(types(2, &[])).unwrap();
    assert_eq!(
        scene.signalled.recv().await.unwrap().whom,
        Whom::Not(AccountId(2))
    );
}

#[actix::test]
async fn who_is_blocked_does_not_learn_that_somebody_types() {
    let mut scene = Scene::new();
    let room = scene.room(Start::First);
    room.try_send(types(1, &[3, 4])).unwrap();
    let whom = scene.signalled.recv().await.unwrap().whom;
    let told: Vec<_> = (1..=5).filter(|id| whom.includes(AccountId(*id))).collect();
    assert_eq!(told, [2, 5], "nor do their own sessions");
}

#[actix::test]
async fn a_room_that_is_told_to_end_hands_over_its_read_marks() {
    let mut scene = Scene::new();
    let room = scene.room(Start::First);
    room.try_send(MarkRead {
        account: AccountId(7),
        seq: Seq(3),
    })
    .unwrap();
    room.try_send(EndRoom).unwrap();
    while room.connected() {
        tokio::task::yield_now().await;
    }
    let marks = vec![(AccountId(7), Seq(3))];
    assert_eq!(
        *scene.submitted.lock().unwrap(),
        [Action::MarkRead {
            conversation: HERE,
            marks
        }]
    );
    assert!(scene.died.try_recv().is_err(), "it was told to");
}

#[actix::test]
async fn a_room_that_panics_is_reported_and_its_successor_tells_where_the_feed_ends() {
    let mut scene = Scene::new();
    let room = scene.room(Start::First);
    room.try_send(Panic).unwrap();
    assert_eq!(scene.died.recv().await.unwrap().room.conversation, HERE);
    let _again = scene.room(Start::Again);
    let head = scene.delivered.recv().await.unwrap();
    assert_eq!(
        (head.first, head.last),
        (Seq(1), Seq(0)),
        "the store is empty"
    );
    assert!(head.frames.is_empty());
}
