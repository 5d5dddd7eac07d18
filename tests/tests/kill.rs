//! "kill -9 in the middle of 50 concurrent senders, ten times: every acknowledged message is there once,
//! dense, in order; a retry of an unacknowledged one does not double."

use chat_shared::{ConversationId, Nonce, Request};
use chat_tests::{Acknowledged, Failure, TestClient, TestServer, check_history};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::RwLock;

const PEOPLE: usize = 50;
const KILLS: usize = 10;

struct Sender {
    client: TestClient,
    acknowledged: Vec<Acknowledged>,
    retried: u64,
}

impl Sender {
    /// Sends until told to stop; after each break comes back and sends what was not answered again,
    /// under the same number.
    async fn run(
        mut self,
        server: Arc<RwLock<TestServer>>,
        general: ConversationId,
        stop: Arc<AtomicBool>,
        count: Arc<AtomicU64>,
    ) -> Self {
        let mut pending: Option<(Request, String)> = None;
        loop {
            let (request, text) = match pending.take() {
                Some(pending) => pending,
                None if stop.load(Ordering::Relaxed) => return self,
                None => {
                    let text = format!("{} {}", self.client.name, self.client.nonce.0 + 1);
                    (self.client.post_request(general, &text), text)
                }
            };
            match self.client.command(request.clone()).await {
                Ok((_, seq)) => {
                    count.fetch_add(1, Ordering::Relaxed);
                    self.acknowledged.push(Acknowledged { text, seq });
                }
                Err(Failure::Refused(fault)) if fault.is_passing() => {
                    pending = Some((request, text))
                }
                Err(Failure::Refused(fault)) => panic!("{} was refused: {fault}", self.client.name),
                Err(_) => {
                    self.retried += 1;
                    pending = Some((request, text));
                    self.come_back(&server).await;
                }
            }
        }
    }

    async fn come_back(&mut self, server: &RwLock<TestServer>) {
        for _ in 0..400 {
            let server = server.read().await;
            match self.client.reconnect(&server).await {
                Ok(Nonce(last)) => {
                    assert!(
                        last <= self.client.nonce.0,
                        "the daemon knows of no more than was sent"
                    );
                    let answered = self.client.nonce.0 - 1;
                    assert!(
                        last >= answered,
                        "{answered} was acknowledged, but the last is {last}"
                    );
                    return;
                }
                Err(Failure::Refused(fault)) if !fault.is_passing() => panic!("{fault}"),
                Err(_) => tokio::time::sleep(Duration::from_millis(25)).await,
            }
        }
        panic!("{} cannot come back", self.client.name);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_kills_amid_fifty_senders_lose_and_double_nothing() {
    let server = TestServer::start().await;
    let mut senders = Vec::new();
    for number in 0..PEOPLE {
        let client = TestClient::join(&server, &format!("person{number}")).await;
        senders.push(Sender {
            client,
            acknowledged: Vec::new(),
            retried: 0,
        });
    }
    let general = senders[0].client.general().await;
    let server = Arc::new(RwLock::new(server));
    let stop = Arc::new(AtomicBool::new(false));
    let count = Arc::new(AtomicU64::new(0));
    let tasks: Vec<_> = senders
        .into_iter()
        .map(|sender| {
            tokio::spawn(sender.run(server.clone(), general, stop.clone(), count.clone()))
        })
        .collect();
    // Progress between the kills, so that each meets work.
    for kill in 0..KILLS as u64 {
        let before = count.load(Ordering::Relaxed);
        let deadline = tokio::time::Instant::now() + chat_tests::DEADLINE;
        while count.load(Ordering::Relaxed) < before + 150 + kill * 13 {
            assert!(
                tokio::time::Instant::now() < deadline,
                "no progress before kill {kill}"
            );
            assert!(
                tasks.iter().all(|task| !task.is_finished()),
                "a sender ended early"
            );
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        server.write().await.restart().await;
    }
    stop.store(true, Ordering::Relaxed);
    let (mut acknowledged, mut retried, mut one) = (Vec::new(), 0, None);
    for task in tasks {
        let sender = task.await.unwrap();
        assert!(sender.acknowledged.is_sorted_by_key(|message| message.seq));
        acknowledged.extend(sender.acknowledged);
        retried += sender.retried;
        one = Some(sender.client);
    }
    assert!(retried > 0, "some were in flight at a kill");
    let mut reader = one.unwrap();
    let history = reader.whole_history(general).await;
    check_history(&history, &acknowledged);
    let posts = history.last().unwrap().posts;
    assert_eq!(
        posts,
        acknowledged.len() as u64,
        "every message is acknowledged once in the end"
    );
    eprintln!("{posts} messages, {retried} sent again over {KILLS} kills");
}

/// "Restart=on-failure ... back within a second": opening a store after a kill is quick.
#[tokio::test]
async fn after_a_kill_it_serves_again_within_seconds() {
    let mut server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let general = anna.general().await;
    let seq = anna.post(general, "before").await.unwrap();
    let from = std::time::Instant::now();
    server.restart().await;
    anna.reconnect(&server).await.unwrap();
    assert!(
        from.elapsed() < Duration::from_secs(5),
        "took {:?}",
        from.elapsed()
    );
    let history = anna.whole_history(general).await;
    check_history(
        &history,
        &[Acknowledged {
            text: "before".into(),
            seq,
        }],
    );
}
