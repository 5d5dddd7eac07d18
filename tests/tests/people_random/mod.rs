//! "**State + entries = fresh state.** Whoever has a feed up to some entry and applies what comes after it knows exactly
//! what somebody who connects anew is told.": random people do random things to each other, and at the end each of
//! their clients, which has only listened, knows what a new one is told.
//!
//! A run is repeated by `CHAT_TESTS_SEED=number`; what happens at once within a batch may come in another order.

mod acts;
mod known;

use acts::World;
use chat_shared::{Event, HouseRole, Nonce, Request};
use chat_tests::{Admin, Failure, TestClient, TestServer};
use known::Known;

const PEOPLE: usize = 7;
const BATCHES: usize = 300;
/// Things done at the same time.
const AT_ONCE: u64 = 4;

/// Chances, the same for the same seed: xorshift64*.
struct Chance(u64);

impl Chance {
    fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// Below this number.
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % bound.max(1)
    }

    fn one_in(&mut self, bound: u64) -> bool {
        self.below(bound) == 0
    }

    /// One of these.
    fn of<T: Clone>(&mut self, all: &[T]) -> T {
        let index = usize::try_from(self.below(all.len() as u64)).unwrap();
        all[index].clone()
    }
}

/// A person whose client listens for long.
struct Player {
    client: TestClient,
    known: Known,
}

impl Player {
    async fn join(server: &TestServer, name: &str) -> Self {
        let mut client = TestClient::join(server, name).await;
        let known = Known::begin(&mut client, None).await;
        Self { client, known }
    }

    /// The connection breaks, and the client goes on from what it has.
    async fn come_back(&mut self, server: &TestServer) -> Result<(), Failure> {
        self.known.listen(&self.client);
        let last = self.client.reconnect(server).await?;
        assert!(last <= self.client.nonce, "{}", self.client.name);
        let before = std::mem::take(&mut self.known);
        self.known = Known::begin(&mut self.client, Some(before)).await;
        Ok(())
    }
}

#[tokio::test]
async fn what_clients_gathered_is_what_a_new_one_is_told() {
    let seeds = match std::env::var("CHAT_TESTS_SEED") {
        Ok(seed) => vec![seed.parse().expect("CHAT_TESTS_SEED is a number")],
        Err(_) => vec![1, 2, u64::from_be_bytes(chat_tests::scram::random()) >> 32],
    };
    for seed in seeds {
        eprintln!("CHAT_TESTS_SEED={seed}");
        play(seed).await;
    }
}

async fn play(seed: u64) {
    let server = TestServer::start().await;
    let mut players = Vec::new();
    for number in 0..PEOPLE {
        players.push(Player::join(&server, &format!("person{number}")).await);
    }
    let mut admin = Admin::at(&server).await;
    let account = |number: usize| players[number].client.account;
    let (first, second, last) = (account(0), account(1), account(PEOPLE - 1));
    admin.appoints(first, HouseRole::Administrator).await;
    admin.appoints(second, HouseRole::Moderator).await;
    admin.appoints(last, HouseRole::Guest).await;

    let mut chance = Chance::new(seed);
    let mut world = World::new(players.iter().map(|p| p.client.account).collect());
    let (mut done, mut refused) = (0, 0);
    for _ in 0..BATCHES {
        let mut waiting = Vec::new();
        for _ in 0..=chance.below(AT_ONCE) {
            let index = usize::try_from(chance.below(players.len() as u64)).unwrap();
            let client = &mut players[index].client;
            if waiting.iter().any(|(busy, _, _)| *busy == index) {
                continue;
            }
            let request = world.request(&mut chance, client);
            let id = client.send(request.clone()).await.expect("connected");
            waiting.push((index, id, request));
        }
        for (index, id, request) in waiting {
            let player = &mut players[index];
            match player.client.answer(id).await {
                Ok(Event::Done { conversation, .. }) => {
                    done += 1;
                    world.done(&request, conversation);
                }
                Ok(Event::Noted {}) => done += 1,
                Err(Failure::Refused(fault)) => {
                    refused += 1;
                    assert!(!fault.code.as_str().starts_with("malformed"), "{fault}");
                    if !matches!(request, Request::MarkRead { .. }) {
                        player.client.nonce = Nonce(player.client.nonce.0 - 1);
                    }
                }
                other => panic!("seed {seed}: {request:?}: {other:?}"),
            }
        }
        if chance.one_in(12) {
            let index = usize::try_from(chance.below(players.len() as u64)).unwrap();
            players[index].come_back(&server).await.expect("back");
        }
    }
    assert!(
        done > BATCHES / 2 && refused > 20,
        "{done} done, {refused} refused"
    );

    for player in &mut players {
        let mut fresh = TestClient::sign_in_on(&server, &player.client.name).await;
        player
            .known
            .check(&mut player.client, &mut fresh, seed)
            .await;
    }
}
