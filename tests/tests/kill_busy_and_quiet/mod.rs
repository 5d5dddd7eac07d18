//! "the store holds every acknowledged command; clients send the others again under their numbers": also where a
//! busy room is written beside a hundred conversations in which hardly anything is said, whichever way one reads
//! them afterwards, and also where the daemon is killed while it opens its store.

mod sender;

use chat_shared::{
    ConversationId, ConversationSummary, Entry, EntryBody, Event, Feed, Request, Seq,
};
use chat_tests::{Acknowledged, DEADLINE, TestClient, TestServer, check_history, programs};
use sender::{KEPT, Sender};
use std::collections::BTreeMap;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::RwLock;

/// Conversations in which each of the two who write says one thing.
const QUIET: usize = 100;
/// Messages of each of them in the busy room.
const BUSY: usize = 1_500;
const KILLS: usize = 3;

/// Every entry of some conversations.
type Histories = BTreeMap<ConversationId, Vec<Entry>>;

/// The people, the busy room and the quiet conversations: rooms, and what the three have among them.
async fn house(server: &TestServer) -> ([TestClient; 3], ConversationId, Vec<ConversationId>) {
    let mut anna = TestClient::join(server, "anna").await;
    let mut boris = TestClient::join(server, "boris").await;
    let mut clara = TestClient::join(server, "clara").await;
    let busy = anna.general().await;
    let with = [boris.account, clara.account];
    let mut quiet = vec![anna.open_direct(&with).await.unwrap()];
    for number in 1..QUIET {
        let room = anna.create_room(&format!("quiet{number}")).await.unwrap();
        boris.join_room(room).await.unwrap();
        clara.join_room(room).await.unwrap();
        quiet.push(room);
    }
    ([anna, boris, clara], busy, quiet)
}

async fn page(
    client: &mut TestClient,
    conversation: ConversationId,
    [before, after, around]: [Option<Seq>; 3],
    limit: u32,
) -> Vec<Entry> {
    let request = Request::History {
        conversation,
        before,
        after,
        around,
        limit,
    };
    match client.ask(request).await {
        Ok(Event::History { entries, .. }) => entries,
        other => panic!("history, not {other:?}"),
    }
}

/// All entries of a conversation: the pages forward, backward and around some of them are to agree.
async fn read(client: &mut TestClient, conversation: ConversationId, limit: u32) -> Vec<Entry> {
    let mut forward: Vec<Entry> = Vec::new();
    loop {
        let after = Some(forward.last().map_or(Seq(0), |entry| entry.seq));
        let page = page(client, conversation, [None, after, None], limit).await;
        if page.is_empty() {
            break;
        }
        forward.extend(page);
    }
    let mut backward: Vec<Entry> = Vec::new();
    let mut before = None;
    while before != Some(Seq(1)) {
        let mut page = page(client, conversation, [before, None, None], limit).await;
        before = Some(page.first().expect("down to the first").seq);
        page.append(&mut backward);
        backward = page;
    }
    assert_eq!(forward, backward, "{conversation}");
    let newest = forward.len();
    for place in (1..=newest).step_by(limit as usize * 2 + 1) {
        let around = Some(Seq(place as u64));
        let page = page(client, conversation, [None, None, around], limit).await;
        let first = page.first().expect("it is there itself").seq.0 as usize;
        assert!((first..first + page.len()).contains(&place));
        assert_eq!(page, forward[first - 1..first - 1 + page.len()]);
    }
    forward
}

async fn read_all(
    client: &mut TestClient,
    busy: ConversationId,
    quiet: &[ConversationId],
) -> Histories {
    let mut histories = Histories::from([(busy, read(client, busy, 97).await)]);
    for room in quiet {
        histories.insert(*room, read(client, *room, 2).await);
    }
    histories
}

/// Where each conversation ends and how much of it is unread agrees with its entries.
async fn check_summaries(
    client: &mut TestClient,
    histories: &Histories,
) -> BTreeMap<ConversationId, ConversationSummary> {
    let summaries = client.sync_from(&[], 0).await;
    assert_eq!(summaries.len(), histories.len());
    for summary in &summaries {
        let history = &histories[&summary.conversation];
        let head = history.last().unwrap();
        assert_eq!((summary.seq, summary.posts), (head.seq, head.posts));
        let is_message = |entry: &&Entry| matches!(entry.body, EntryBody::Posted { .. });
        let unread = history.iter().filter(|entry| entry.seq > summary.read);
        let unread = unread.filter(is_message).count() as u64;
        assert_eq!(summary.posts - summary.read_posts, unread, "{summary:?}");
    }
    let by_id = |summary: ConversationSummary| (summary.conversation, summary);
    summaries.into_iter().map(by_id).collect()
}

/// Reads all of some conversations and half of the busy room; gives up to where.
async fn read_some(client: &mut TestClient, histories: &Histories) -> Vec<(ConversationId, Seq)> {
    let mut marks = Vec::new();
    for (conversation, history) in histories.iter().step_by(3) {
        let seq = match history.len() {
            many if many > BUSY => Seq(many as u64 / 2),
            few => Seq(few as u64),
        };
        client.has_read(*conversation, seq).await;
        marks.push((*conversation, seq));
    }
    for mark in &marks {
        let is_it = |body: &EntryBody| matches!(body, EntryBody::Read { conversation, seq, .. } if (*conversation, *seq) == *mark);
        client.own_entry("the mark", is_it).await;
    }
    marks
}

/// A daemon that is killed at different moments of its start.
async fn killed_while_it_opens(server: &mut TestServer) {
    server.kill9().await;
    for milliseconds in [3, 10, 20, 35, 60, 100] {
        let mut command = server.command();
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let mut starting = command.spawn().expect("chatd starts");
        // Not to wait for anything: these are the moments.
        tokio::time::sleep(Duration::from_millis(milliseconds)).await;
        starting.kill().await.expect("it can be killed");
    }
    server.restart().await;
}

/// Cursors halfway bring exactly the other half.
async fn check_catching_up(client: &mut TestClient, server: &TestServer, histories: &Histories) {
    client.reconnect(server).await.unwrap();
    let half = |history: &Vec<Entry>| Seq((history.len() as u64).saturating_sub(900).max(1));
    let cursors: Vec<_> = histories
        .iter()
        .map(|(conversation, history)| (*conversation, half(history)))
        .collect();
    client.sync_from(&cursors, 0).await;
    for (conversation, cursor) in cursors {
        let above = &histories[&conversation][cursor.0 as usize..];
        if let Some(newest) = above.last() {
            let feed = Feed::Conversation { conversation };
            let is_newest = |entry: &Entry| entry.seq == newest.seq;
            client.entry(feed, "the newest", is_newest).await;
        }
        assert_eq!(client.entries_of(conversation), above);
    }
}

/// What is taken along holds every message once.
async fn check_export(server: &TestServer, said: &[Acknowledged]) {
    let folder = server.folder().join("export");
    let path = folder.to_str().unwrap();
    let export = programs::chatc(server, "clara", &["export", path]);
    let _ = programs::run(export, None).await.ok();
    let messages = std::fs::read_to_string(folder.join("messages.jsonl")).unwrap();
    let text_of = |line: &str| {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        (line["kind"] == "posted").then(|| line["text"].as_str().unwrap().to_owned())
    };
    let mut exported: Vec<String> = messages.lines().filter_map(text_of).collect();
    let mut said: Vec<String> = said.iter().map(|said| said.text.clone()).collect();
    exported.sort();
    said.sort();
    assert_eq!(exported, said);
}

/// Two who write while the daemon is killed again and again.
async fn speak_over_kills(server: TestServer, senders: Vec<Sender>) -> (TestServer, Vec<Sender>) {
    let all: usize = senders.iter().map(|sender| sender.plan.len()).sum();
    let server = Arc::new(RwLock::new(server));
    let count = Arc::new(AtomicUsize::new(0));
    let tasks: Vec<_> = senders
        .into_iter()
        .map(|sender| tokio::spawn(sender.run(server.clone(), count.clone())))
        .collect();
    for kill in 1..=KILLS {
        let deadline = tokio::time::Instant::now() + DEADLINE * 2;
        while count.load(Ordering::Relaxed) < all * kill / (KILLS + 1) {
            assert!(tokio::time::Instant::now() < deadline, "no progress");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        assert!(tasks.iter().any(|task| !task.is_finished()));
        server.write().await.restart().await;
    }
    let mut senders = Vec::new();
    for task in tasks {
        senders.push(task.await.unwrap());
    }
    let server = Arc::try_unwrap(server).ok().expect("nobody else has it");
    (server.into_inner(), senders)
}

/// Every message is there once and in order, those of no conversation but its own.
fn check_said(histories: &Histories, senders: &[Sender]) -> Vec<Acknowledged> {
    let mut all = Vec::new();
    for (conversation, history) in histories {
        let said = senders
            .iter()
            .flat_map(|sender| sender.said_in(*conversation));
        let said: Vec<_> = said.collect();
        check_history(history, &said);
        assert_eq!(history.last().unwrap().posts, said.len() as u64);
        all.extend(said);
    }
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kills_amid_a_busy_room_and_a_hundred_quiet_ones_lose_and_double_nothing() {
    let server = TestServer::start().await;
    let ([anna, boris, mut clara], busy, quiet) = house(&server).await;
    let senders = [anna, boris].map(|client| Sender::new(client, busy, &quiet));
    let (mut server, mut senders) = speak_over_kills(server, senders.into()).await;
    for sender in &senders {
        assert_eq!(sender.places.len(), BUSY + QUIET);
        assert!(sender.repeated >= KEPT, "{}", sender.repeated);
    }

    // As it is while some entries wait to be put beside the others.
    clara.reconnect(&server).await.unwrap();
    let histories = read_all(&mut clara, busy, &quiet).await;
    let said = check_said(&histories, &senders);
    let before = check_summaries(&mut clara, &histories).await;
    assert!(
        before
            .values()
            .all(|summary| summary.posts - summary.read_posts >= 2)
    );
    let marks = read_some(&mut clara, &histories).await;

    // As it is after ends of each kind.
    for ending in ["killed", "killed while it opens", "stopped"] {
        match ending {
            "killed" => server.restart().await,
            "stopped" => {
                server.terminate().await;
                server.restart().await;
            }
            _ => killed_while_it_opens(&mut server).await,
        }
        clara.reconnect(&server).await.unwrap();
        assert!(
            read_all(&mut clara, busy, &quiet).await == histories,
            "{ending}"
        );
        let summaries = check_summaries(&mut clara, &histories).await;
        for (conversation, seq) in &marks {
            assert_eq!(summaries[conversation].read, *seq, "{ending}");
        }
    }
    check_catching_up(&mut clara, &server, &histories).await;
    check_export(&server, &said).await;

    // What was said long ago is not said again.
    let server = RwLock::new(server);
    for sender in &mut senders {
        let repeated = sender.repeated;
        sender.come_back(&server).await;
        sender.speak(&AtomicUsize::new(0)).await.unwrap();
        assert_eq!(sender.repeated, repeated + KEPT);
        check_summaries(&mut sender.client, &histories).await;
    }
    let newest = histories[&busy].last().unwrap().seq;
    assert_eq!(clara.post(busy, "goes on").await.unwrap(), newest.next());
}
