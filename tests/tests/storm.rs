//! "Changes are gathered for a moment: one signal tells of many people, and who comes back at once was never gone.":
//! 2,000 clients that come back into one room must not cost 2,000 x 2,000 messages.

use bytes::Bytes;
use chat_shared::frame::{codec, decode, encode};
use chat_shared::limits::{FRAME, PROTOCOL_VERSION};
use chat_shared::{
    AccountId, ConversationId, Entry, EntryBody, Envelope, Event, Nonce, PresenceState, Request,
    RequestId, Seq, StreamId,
};
use chat_tests::client::register;
use chat_tests::{Connection, DEADLINE, TestClient, TestServer, skip};
use futures_util::future;
use futures_util::stream::{self, StreamExt};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use tokio::io::AsyncWriteExt;
use tokio::net::UnixStream;
use tokio::time::timeout;
use tokio_util::codec::{Framed, LengthDelimitedCodec};

/// How many come back.
const CROWD: usize = 2_000;
/// Connecting at once: what waits to be accepted is bounded.
const AT_ONCE: usize = 100;
/// How long changes are gathered.
const WINDOW: Duration = Duration::from_millis(250);
/// Windows that a storm may touch besides those that passed in it: the one it begins and the one it ends in, and the
/// one that is under way to a client when it looks.
const SLACK: u64 = 3;

/// What a client was told by itself.
#[derive(Clone, Copy, Debug, Default)]
struct Heard {
    /// Frames of presence.
    frames: u64,
    /// People in them.
    people: u64,
    /// Bytes of them.
    bytes: u64,
    /// Frames of entries.
    entry_frames: u64,
}

/// A client that counts what comes by itself instead of reading it, so that a crowd of them fits into a test.
struct Light {
    wire: Framed<UnixStream, LengthDelimitedCodec>,
    next_id: u64,
    nonce: Nonce,
    heard: Heard,
}

/// The envelope of what comes by itself begins so: a map of two fields, the first one `id`, 0.
const BY_ITSELF: &[u8] = b"\x82\xa2id\x00";

fn count(text: &[u8], word: &[u8]) -> u64 {
    text.windows(word.len())
        .filter(|part| *part == word)
        .count() as u64
}

impl Light {
    async fn connect(socket: PathBuf, token: &str) -> Self {
        let stream = UnixStream::connect(socket).await.expect("it accepts");
        let mut light = Self {
            wire: Framed::new(stream, codec(FRAME)),
            next_id: 0,
            nonce: Nonce(0),
            heard: Heard::default(),
        };
        light
            .ask(Request::Hello {
                client: "storm 1".into(),
                version: PROTOCOL_VERSION,
            })
            .await;
        let token = token.to_owned();
        light.ask(Request::Resume { token }).await;
        let stream = StreamId(0);
        let Event::StreamOpened { last, .. } = light.ask(Request::OpenStream { stream }).await
        else {
            panic!("no stream")
        };
        light.nonce = last;
        light
    }

    /// Follows everything and is here, as a screen does.
    async fn appear(&mut self, house: Seq, only: ConversationId) {
        let sync = Request::Sync {
            house: Some(house),
            only: Some(vec![only]),
            cursors: Vec::new(),
            newest: 0,
        };
        self.ask(sync).await;
        let state = PresenceState::Online;
        self.ask(Request::SetPresence { state }).await;
    }

    async fn frame(&mut self) -> Bytes {
        let frame = timeout(DEADLINE * 3, self.wire.next()).await;
        let frame = frame.expect("in time").expect("it goes on").expect("whole");
        let frame = frame.freeze();
        let head = &frame[..frame.len().min(64)];
        if !head.starts_with(BY_ITSELF) {
            return frame;
        }
        if count(head, b"presence_changed") > 0 {
            self.heard.frames += 1;
            self.heard.people += count(&frame, b"\xa7account");
            self.heard.bytes += 4 + frame.len() as u64;
        } else if count(head, b"\xa7entries") > 0 {
            self.heard.entry_frames += 1;
        } else if count(head, b"\xa5fault") > 0 {
            panic!("{:?}", decode::<Envelope<Event>>(&frame));
        }
        frame
    }

    async fn ask(&mut self, body: Request) -> Event {
        self.next_id += 1;
        let id = RequestId(self.next_id);
        let shown = format!("{body:?}");
        let frame = encode(&Envelope { id, body });
        let sent = self.wire.get_mut().write_all(&frame).await;
        sent.expect("it reads");
        loop {
            let frame = self.frame().await;
            if frame.starts_with(BY_ITSELF) {
                continue;
            }
            let envelope: Envelope<Event> = decode(&frame).expect("an answer");
            assert_eq!(envelope.id, id);
            match envelope.body {
                Event::Fault { fault } => panic!("{shown}: {fault}"),
                event => return event,
            }
        }
    }

    /// Reads until this was said; gives what was told since it was asked last.
    async fn hears(&mut self, text: &str) -> Heard {
        while count(&self.frame().await, text.as_bytes()) == 0 {}
        std::mem::take(&mut self.heard)
    }

    fn comes_or_goes(&mut self, conversation: ConversationId, comes: bool) -> Request {
        let settled = self.nonce;
        self.nonce = settled.next();
        let nonce = self.nonce;
        if comes {
            Request::Join {
                nonce,
                settled,
                conversation,
            }
        } else {
            Request::Leave {
                nonce,
                settled,
                conversation,
            }
        }
    }
}

/// Whether it is an entry of this kind.
fn is_of(entry: &Entry, what: &str) -> bool {
    match entry.body {
        EntryBody::Joined { .. } => what == "joined",
        EntryBody::Left { .. } => what == "left",
        _ => false,
    }
}

/// Does something for each, so many at once; in order.
async fn for_each<T, R, F: Future<Output = R>>(
    all: impl IntoIterator<Item = T>,
    each: impl FnMut(T) -> F,
) -> Vec<R> {
    stream::iter(all)
        .map(each)
        .buffered(AT_ONCE)
        .collect()
        .await
}

/// Makes the crowd's accounts and devices; gives their tokens.
async fn crowd(server: &TestServer) -> Vec<String> {
    for_each(0..CROWD, async |number| {
        let name = format!("person{number}");
        let mut connection = Connection::unix(server).await;
        connection.hello().await.unwrap();
        register(&mut connection, &name, None).await.unwrap();
        TestClient::begin(connection, &name).await.token
    })
    .await
}

/// All come and are here.
async fn come(server: &TestServer, tokens: &[String], (house, room): Place) -> Vec<Light> {
    for_each(tokens, async |token| {
        let mut light = Light::connect(server.socket(), token).await;
        light.appear(house, room).await;
        light
    })
    .await
}

/// Up to where the crowd has the house, and the room that it comes into.
type Place = (Seq, ConversationId);

/// Waits until the crowd is here and was told of: whatever the marker does afterwards is told after it.
async fn all_are_here(watcher: &mut TestClient, marker: &mut TestClient, state: PresenceState) {
    let until = Instant::now() + DEADLINE * 3;
    while watcher.who(None).await.unwrap().people.len() < CROWD + 2 {
        assert!(Instant::now() < until, "not everybody is here");
    }
    marker.is(state).await;
    let (account, deadline) = (marker.account, tokio::time::Instant::now() + DEADLINE);
    while told(watcher).get(&account) != Some(&state) {
        watcher.receive(deadline).await.expect("the marker");
    }
}

/// The newest state that the watcher was told of each.
fn told(watcher: &TestClient) -> BTreeMap<AccountId, PresenceState> {
    let people = watcher.signals.iter().flat_map(|event| match event {
        Event::PresenceChanged { people } => people.as_slice(),
        _ => &[],
    });
    people
        .map(|presence| (presence.account, presence.state))
        .collect()
}

fn heard(watcher: &mut TestClient) -> Heard {
    let mut heard = Heard::default();
    for event in watcher.signals.drain(..) {
        if let Event::PresenceChanged { people } = &event {
            heard.frames += 1;
            heard.people += people.len() as u64;
            let id = RequestId(0);
            heard.bytes += encode(&Envelope { id, body: event }).len() as u64;
        }
    }
    heard
}

/// What holds for each client, however long the storm takes: a frame a window, and of each person as many words as
/// they came and went.
fn check(who: &str, heard: Heard, windows: u64, words: u64) {
    let Heard {
        frames,
        people,
        bytes,
        ..
    } = heard;
    assert!(
        frames <= windows + SLACK,
        "{who}: {heard:?} in {windows} windows"
    );
    // The watcher and the marker besides, twice each.
    let most = words * CROWD as u64 + 4;
    assert!(people <= most, "{who}: {heard:?}");
    assert!(bytes <= 64 * (people + frames), "{who}: {heard:?}");
}

fn windows_since(start: Instant) -> u64 {
    u64::try_from(start.elapsed().as_millis() / WINDOW.as_millis()).unwrap() + 1
}

/// A daemon for a crowd, unless this machine gives too few descriptors.
async fn server_for_a_crowd(test: &str) -> Option<TestServer> {
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
    let needed = CROWD as u64 * 2;
    if hard < needed {
        skip(
            test,
            &format!("{needed} descriptors are needed, and {hard} are all there may be"),
        );
        return None;
    }
    setrlimit(Resource::RLIMIT_NOFILE, soft.max(needed), hard).unwrap();
    let builder = TestServer::builder().set("limits.idle_ping_secs", 600);
    Some(builder.set("limits.idle_timeout_secs", 900).start().await)
}

/// The newest entry of the house: that somebody who has just come is there.
async fn newest_of_house(newcomer: &mut TestClient) -> Seq {
    let own = newcomer.account;
    let is_it = |body: &EntryBody| matches!(body, EntryBody::AccountAdded { account, .. } if *account == own);
    newcomer.house_entry("one's own account", is_it).await.seq
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_thousand_come_back_into_one_room() {
    let Some(server) = server_for_a_crowd("storm::two_thousand_come_back_into_one_room").await
    else {
        return;
    };
    let tokens = crowd(&server).await;
    let mut watcher = TestClient::join(&server, "watcher").await;
    watcher.is(PresenceState::Online).await;
    let room = watcher.general().await;
    let house = newest_of_house(&mut watcher).await;
    let mut marker = TestClient::join(&server, "marker").await;
    marker.is(PresenceState::DoNotDisturb).await;
    let mut lights: Vec<Light> = Vec::new();
    let storms = [
        ("first", 1, PresenceState::Online),
        ("again", 2, PresenceState::Away),
    ];
    for (storm, words, marked) in storms {
        let before = watcher.post(room, "before").await.unwrap();
        watcher.signals.clear();
        let start = Instant::now();
        drop(std::mem::take(&mut lights));
        lights = come(&server, &tokens, (house, room)).await;
        let took = start.elapsed();
        all_are_here(&mut watcher, &mut marker, marked).await;
        let after = watcher.post(room, storm).await.unwrap();
        assert_eq!(after, before.next(), "nobody joins by coming back");
        watcher.hears(room, storm).await;
        let windows = windows_since(start);
        let mut told = told(&watcher);
        told.retain(|account, _| ![watcher.account, marker.account].contains(account));
        assert!(
            told.values().all(|state| *state == PresenceState::Online),
            "who was told to be gone was told to be back"
        );
        assert!(storm != "first" || told.len() == CROWD, "each came");
        let to_watcher = heard(&mut watcher);
        check("the watcher", to_watcher, windows, words);
        let to_all = future::join_all(lights.iter_mut().map(|light| light.hears(storm))).await;
        let windows = windows_since(start);
        let mut sum = Heard::default();
        for heard in to_all {
            check("one of them", heard, windows, words);
            sum.frames += heard.frames;
            sum.people += heard.people;
            sum.bytes += heard.bytes;
        }
        let crowd = CROWD as u64;
        assert!(sum.frames <= crowd * (windows + SLACK), "{sum:?}");
        eprintln!("{storm}: {took:?}, {windows} windows; watcher {to_watcher:?}; all {sum:?}");
    }

    // All leave at once: the watcher is told of each, once.
    let start = Instant::now();
    drop(lights);
    let is_gone = |state: &&PresenceState| **state == PresenceState::Offline;
    let until = tokio::time::Instant::now() + DEADLINE * 3;
    while told(&watcher).values().filter(is_gone).count() < CROWD {
        watcher.receive(until).await.expect("everybody is gone");
    }
    check("the watcher", heard(&mut watcher), windows_since(start), 1);
}

/// "`entries` has a `feed` and a list of entries that follow on what was sent of that feed before": what happens to a
/// crowd at once comes in few frames.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_thousand_join_and_leave_one_room() {
    let Some(server) = server_for_a_crowd("storm::two_thousand_join_and_leave_one_room").await
    else {
        return;
    };
    let tokens = crowd(&server).await;
    let mut watcher = TestClient::join(&server, "watcher").await;
    watcher.is(PresenceState::Online).await;
    let house = newest_of_house(&mut watcher).await;
    let general = watcher.general().await;
    let mut marker = TestClient::join(&server, "marker").await;
    marker.is(PresenceState::DoNotDisturb).await;
    let mut lights = come(&server, &tokens, (house, general)).await;
    all_are_here(&mut watcher, &mut marker, PresenceState::Online).await;
    let room = watcher.create_room("kitchen").await.unwrap();
    watcher.post(room, "open").await.unwrap();
    watcher.post(general, "the kitchen is open").await.unwrap();
    watcher.hears(room, "open").await;
    for light in &mut lights {
        light.hears("the kitchen is open").await;
    }
    for what in ["joined", "left"] {
        let commits = server.status().await["commits"].as_u64().unwrap();
        let before = watcher
            .entries_of(room)
            .iter()
            .filter(|e| is_of(e, what))
            .count();
        let done = lights.iter_mut().map(|light| {
            let request = light.comes_or_goes(room, what == "joined");
            light.ask(request)
        });
        future::join_all(done).await;
        watcher.post(room, what).await.unwrap();
        watcher.post(general, what).await.unwrap();
        watcher.hears(room, what).await;
        let entries = watcher
            .entries_of(room)
            .iter()
            .filter(|e| is_of(e, what))
            .count();
        assert_eq!(entries - before, CROWD, "each {what}, and once");
        let commits = server.status().await["commits"].as_u64().unwrap() - commits;
        let to_all = future::join_all(lights.iter_mut().map(|light| light.hears(what))).await;
        let most = to_all.iter().map(|heard| heard.entry_frames).max().unwrap();
        let presence: u64 = to_all.iter().map(|heard| heard.frames).sum();
        assert_eq!(presence, 0, "nobody came or went");
        // A frame of a commit for each feed that it touches: the room, general, the own one and the house.
        assert!(most <= 4 * commits, "{most} frames of {commits} commits");
        assert!(most < CROWD as u64 / 2, "{most} frames");
        eprintln!("{what}: {commits} commits, up to {most} frames of entries each");
    }
}
