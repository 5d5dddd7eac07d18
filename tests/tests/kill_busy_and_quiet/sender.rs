//! Somebody who says much, over every end of the daemon.

use super::{BUSY, QUIET};
use chat_shared::{ConversationId, Event, Nonce, Request, Seq};
use chat_tests::{Acknowledged, Failure, TestClient, TestServer};
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::RwLock;

/// Messages of the busy room between two in quiet ones.
const BETWEEN: usize = BUSY / QUIET;
/// Sent and not answered.
const IN_FLIGHT: usize = 32;
/// Answered, and sent again after each kill all the same.
pub(super) const KEPT: usize = 16;

/// Somebody who says what is planned, in order, over every kill.
pub(super) struct Sender {
    pub(super) client: TestClient,
    /// The number of the command before the first of the plan.
    base: u64,
    pub(super) plan: Vec<(ConversationId, String)>,
    /// Where what was answered got its place.
    pub(super) places: Vec<Seq>,
    /// What is sent next.
    next: usize,
    waiting: VecDeque<(usize, u64)>,
    /// Numbers that were answered a second time.
    pub(super) repeated: usize,
}

impl Sender {
    pub(super) fn new(client: TestClient, busy: ConversationId, quiet: &[ConversationId]) -> Self {
        let mut plan = Vec::new();
        for (round, room) in quiet.iter().enumerate() {
            for number in 0..BETWEEN {
                let text = format!("{} {}", client.name, round * BETWEEN + number);
                plan.push((busy, text));
            }
            plan.push((*room, format!("{} once, in {room}", client.name)));
        }
        Self {
            base: client.nonce.0,
            client,
            plan,
            places: Vec::new(),
            next: 0,
            waiting: VecDeque::new(),
            repeated: 0,
        }
    }

    fn request(&self, index: usize) -> Request {
        let (conversation, text) = self.plan[index].clone();
        let settled = self.places.len().saturating_sub(KEPT);
        Request::Post {
            nonce: Nonce(self.base + index as u64 + 1),
            settled: Nonce(self.base + settled as u64),
            conversation,
            text,
        }
    }

    /// Says what is left of the plan, many at once.
    pub(super) async fn speak(&mut self, count: &AtomicUsize) -> Result<(), Failure> {
        loop {
            while self.next < self.plan.len() && self.waiting.len() < IN_FLIGHT {
                let request = self.request(self.next);
                let id = self.client.send(request).await?;
                self.waiting.push_back((self.next, id));
                self.next += 1;
            }
            let Some((index, id)) = self.waiting.pop_front() else {
                return Ok(());
            };
            let Event::Done {
                conversation,
                seq: Some(seq),
            } = self.client.answer(id).await?
            else {
                panic!("a message gets a place");
            };
            assert_eq!(conversation, Some(self.plan[index].0));
            if let Some(before) = self.places.get(index) {
                assert_eq!(*before, seq, "the first outcome of {:?}", self.plan[index]);
                self.repeated += 1;
            } else {
                self.places.push(seq);
                count.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    pub(super) async fn run(
        mut self,
        server: Arc<RwLock<TestServer>>,
        count: Arc<AtomicUsize>,
    ) -> Self {
        while let Err(failure) = self.speak(&count).await {
            if let Failure::Refused(fault) = failure {
                panic!("{} was refused: {fault}", self.client.name);
            }
            self.come_back(&server).await;
        }
        self
    }

    /// Once the daemon is there, what was not answered is to be sent again, and a little before it too.
    pub(super) async fn come_back(&mut self, server: &RwLock<TestServer>) {
        for _ in 0..400 {
            let server = server.read().await;
            match self.client.reconnect(&server).await {
                Ok(Nonce(last)) => {
                    let answered = self.base + self.places.len() as u64;
                    let sent = self.base + self.next as u64;
                    assert!(
                        last >= answered,
                        "{answered} were answered, and {last} kept"
                    );
                    assert!(last <= sent, "{sent} were sent, and {last} carried out");
                    self.waiting.clear();
                    self.next = self.places.len().saturating_sub(KEPT);
                    return;
                }
                Err(Failure::Refused(fault)) if !fault.is_passing() => panic!("{fault}"),
                Err(_) => tokio::time::sleep(Duration::from_millis(25)).await,
            }
        }
        panic!("{} cannot come back", self.client.name);
    }

    /// What of the plan belongs to a conversation; in the order in which it was said.
    pub(super) fn said_in(&self, conversation: ConversationId) -> Vec<Acknowledged> {
        let said = self.plan.iter().zip(&self.places);
        let said: Vec<_> = said
            .filter(|((place, _), _)| *place == conversation)
            .map(|((_, text), seq)| Acknowledged {
                text: text.clone(),
                seq: *seq,
            })
            .collect();
        assert!(
            said.is_sorted_by(|one, next| one.seq < next.seq),
            "in order"
        );
        said
    }
}
