//! "A client that reads too slowly is not cut off and loses nothing: when too much waits for it (1 MiB), the
//! daemon stops sending live entries to it, and when the client has read what waited, sends from the store
//! what it lacks".

use chat_shared::{Feed, Seq};
use chat_tests::{TestClient, TestServer};

/// Posts this many messages of 8 KiB, in windows; gives the newest place.
async fn talk(
    client: &mut TestClient,
    conversation: chat_shared::ConversationId,
    messages: usize,
    from: usize,
) -> Seq {
    let mut newest = Seq(0);
    for window in 0..messages / 16 {
        let mut ids = Vec::new();
        for number in 0..16 {
            let text = format!("{} {}", from + window * 16 + number, "x".repeat(8_000));
            let request = client.post_request(conversation, &text);
            ids.push(client.send(request).await.unwrap());
        }
        for id in ids {
            let chat_shared::Event::Done { seq: Some(seq), .. } = client.answer(id).await.unwrap()
            else {
                panic!("done")
            };
            newest = seq;
        }
    }
    newest
}

#[tokio::test]
async fn a_slow_reader_gets_everything_once_in_order_and_holds_no_memory() {
    let server = TestServer::builder()
        .set("journal.cache_mib", 8)
        .start()
        .await;
    let mut anna = TestClient::join(&server, "anna").await;
    let general = anna.general().await;
    let mut slow = Vec::new();
    for number in 0..8 {
        slow.push(TestClient::join(&server, &format!("slow{number}")).await);
    }
    let feed = Feed::Conversation {
        conversation: general,
    };
    let mut from = Vec::new();
    for reader in &mut slow {
        let me = chat_shared::EntryBody::Joined {
            account: reader.account,
        };
        reader
            .entry(feed, "oneself", |entry| entry.body == me)
            .await;
        from.push(reader.entries_of(general).last().unwrap().seq);
    }
    // Warm, so that what follows is growth by the waiting readers alone.
    let seq = talk(&mut anna, general, 64, 0).await;
    anna.entry(feed, "the newest", |entry| entry.seq == seq)
        .await;
    let before = server.rss_bytes();

    // 24 MB for each of eight readers who do not read.
    let newest = talk(&mut anna, general, 3_008, 64).await;
    let after = server.rss_bytes();
    let grown = after.saturating_sub(before) >> 20;
    assert!(
        grown < 120,
        "{grown} MiB more for 8 readers with at most 1 MiB each and the store's cache"
    );

    // They read on: everything, once, in order (the connection checks each push), and then live.
    for (reader, from) in slow.iter_mut().zip(from) {
        reader
            .entry(feed, "the newest", |entry| entry.seq == newest)
            .await;
        let came: Vec<u64> = reader
            .entries_of(general)
            .iter()
            .map(|e| e.seq.0)
            .filter(|s| *s > from.0)
            .collect();
        assert_eq!(came, (from.0 + 1..=newest.0).collect::<Vec<_>>());
    }
    anna.post(general, "live again").await.unwrap();
    for reader in &mut slow {
        reader.hears(general, "live again").await;
        assert!(reader.faults.is_empty());
    }
}

/// A reader in the middle of catching up, while others go on talking: still nothing twice and no hole.
#[tokio::test]
async fn catching_up_while_others_talk_leaves_no_hole() {
    let server = TestServer::builder()
        .set("limits.outbound_bytes", 64 * 1024)
        .start()
        .await;
    let mut anna = TestClient::join(&server, "anna").await;
    let general = anna.general().await;
    let mut slow = TestClient::join(&server, "boris").await;
    let feed = Feed::Conversation {
        conversation: general,
    };
    let mut newest = Seq(0);
    for round in 0..12 {
        newest = talk(&mut anna, general, 640 / (1 + round % 4), 1_000 * round).await;
        // Reads a part, while the next round is on its way.
        let some = Seq(newest.0 - 20);
        slow.entry(feed, "a part", |entry| entry.seq >= some).await;
    }
    slow.entry(feed, "the newest", |entry| entry.seq == newest)
        .await;
}

/// Who does not read is not listened to either; who reads on gets everything and its answers.
#[tokio::test]
async fn a_slow_reader_may_still_write() {
    let server = TestServer::builder()
        .set("limits.outbound_bytes", 64 * 1024)
        .start()
        .await;
    let mut anna = TestClient::join(&server, "anna").await;
    let general = anna.general().await;
    let mut slow = TestClient::join(&server, "boris").await;
    talk(&mut anna, general, 1_600, 0).await;
    let request = slow.post_request(general, "from the slow one");
    let id = slow.send(request).await.unwrap();
    slow.answer(id).await.unwrap();
    anna.hears(general, "from the slow one").await;
    slow.hears(general, "from the slow one").await;
}
