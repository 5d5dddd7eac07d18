//! "A number that was carried out is not carried out again: the command under it gets its first outcome, after
//! any crash of either side and however much later."

use chat_shared::{Access, Command, FaultCode, Nonce, Request, Seq, StreamId};
use chat_tests::{Acknowledged, TestClient, TestServer, check_history};

fn post(
    nonce: u64,
    settled: u64,
    conversation: chat_shared::ConversationId,
    text: &str,
) -> Request {
    let (nonce, settled) = (Nonce(nonce), Nonce(settled));
    Request::Post {
        nonce,
        settled,
        conversation,
        text: text.into(),
    }
}

#[tokio::test]
async fn a_repeated_number_gets_the_first_outcome() {
    let mut server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let general = anna.general().await;
    let first = anna.command(post(1, 0, general, "once")).await.unwrap();
    // At once, with another text, on another connection, after a kill: always the same.
    assert_eq!(
        anna.command(post(1, 0, general, "once")).await.unwrap(),
        first
    );
    assert_eq!(
        anna.command(post(1, 0, general, "something else"))
            .await
            .unwrap(),
        first
    );
    anna.nonce = Nonce(1);
    assert_eq!(
        anna.reconnect(&server).await.unwrap(),
        Nonce(1),
        "last of stream_opened"
    );
    assert_eq!(
        anna.command(post(1, 0, general, "once")).await.unwrap(),
        first
    );
    server.restart().await;
    assert_eq!(anna.reconnect(&server).await.unwrap(), Nonce(1));
    assert_eq!(
        anna.command(post(1, 0, general, "once")).await.unwrap(),
        first
    );
    let history = anna.whole_history(general).await;
    check_history(
        &history,
        &[Acknowledged {
            text: "once".into(),
            seq: first.1,
        }],
    );
    assert_eq!(history.last().unwrap().posts, 1);
}

#[tokio::test]
async fn every_kind_of_command_is_done_once() {
    let server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let boris = TestClient::join(&server, "boris").await;
    let settled = Nonce(0);
    let create = Request::CreateRoom {
        nonce: Nonce(1),
        settled,
        name: "kitchen".into(),
        topic: "tea".into(),
        access: Access::Public,
    };
    let made = anna.command(create.clone()).await.unwrap();
    assert_eq!(anna.command(create).await.unwrap(), made);
    let conversation = made.0;
    for request in [
        Request::SetTopic {
            nonce: Nonce(2),
            settled,
            conversation,
            topic: "coffee".into(),
        },
        Request::Leave {
            nonce: Nonce(3),
            settled,
            conversation,
        },
        Request::Join {
            nonce: Nonce(4),
            settled,
            conversation,
        },
        Request::OpenDirect {
            nonce: Nonce(5),
            settled,
            with: vec![boris.account],
        },
        Request::Command {
            nonce: Nonce(6),
            settled,
            command: Command::InviteToRoom {
                conversation,
                account: boris.account,
            },
        },
    ] {
        let done = anna.command(request.clone()).await.unwrap();
        assert_eq!(anna.command(request).await.unwrap(), done);
    }
    let history = anna.whole_history(conversation).await;
    let kinds: Vec<String> = history
        .iter()
        .map(|entry| format!("{:?}", entry.body))
        .collect();
    let count = |word: &str| kinds.iter().filter(|kind| kind.starts_with(word)).count();
    assert_eq!((count("Joined"), count("Left")), (2, 1), "{kinds:?}");
    assert_eq!(count("Invited"), 1, "{kinds:?}");
}

/// "The daemon keeps the outcomes of the newest 64 numbers of a stream. ... A number that lies 64 or more
/// below the newest, or is settled, is answered by `stale_nonce`".
#[tokio::test]
async fn a_whole_window_can_be_sent_again_and_nothing_older() {
    let mut server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let general = anna.general().await;
    let mut places = vec![Seq(0)];
    for number in 1..=100 {
        let done = anna
            .command(post(number, 0, general, &format!("message {number}")))
            .await;
        places.push(done.unwrap().1);
    }
    anna.nonce = Nonce(100);
    server.restart().await;
    assert_eq!(anna.reconnect(&server).await.unwrap(), Nonce(100));
    let mut ids = Vec::new();
    for number in 37..=100 {
        let request = post(number, 0, general, &format!("message {number}"));
        ids.push((number, anna.send(request).await.unwrap()));
    }
    for (number, id) in ids {
        let chat_shared::Event::Done { seq, .. } = anna.answer(id).await.unwrap() else {
            panic!()
        };
        assert_eq!(seq, Some(places[number as usize]));
    }
    for number in [1, 36] {
        let fault = anna.refused(post(number, 0, general, "too late")).await;
        assert_eq!(fault.code, FaultCode::StaleNonce);
    }
    anna.command(post(101, 100, general, "goes on"))
        .await
        .unwrap();
    let fault = anna.refused(post(100, 100, general, "settled")).await;
    assert_eq!(fault.code, FaultCode::StaleNonce);
    check_history(&anna.whole_history(general).await, &[]);
}

/// "Posts of one connection to one conversation become entries in the order in which they were sent."
#[tokio::test]
async fn pipelined_posts_keep_their_order() {
    let server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let general = anna.general().await;
    for batch in 0..5 {
        let mut ids = Vec::new();
        for number in 0..64 {
            let request = anna.post_request(general, &format!("{batch} {number}"));
            ids.push(anna.send(request).await.unwrap());
        }
        let mut before = Seq(0);
        for id in ids {
            let chat_shared::Event::Done { seq: Some(seq), .. } = anna.answer(id).await.unwrap()
            else {
                panic!("done")
            };
            assert!(seq > before, "{seq} after {before}");
            before = seq;
        }
    }
    check_history(&anna.whole_history(general).await, &[]);
}

/// A connection that breaks while 64 are in flight: all are sent again, and each is there once.
#[tokio::test]
async fn a_broken_pipeline_is_sent_again_without_doubles() {
    let mut server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let general = anna.general().await;
    for round in 0..4_u64 {
        let base = round * 64;
        let requests: Vec<Request> = (1..=64)
            .map(|number| {
                post(
                    base + number,
                    base,
                    general,
                    &format!("message {}", base + number),
                )
            })
            .collect();
        for request in &requests {
            anna.send(request.clone()).await.unwrap();
        }
        anna.nonce = Nonce(base + 64);
        if round % 2 == 0 {
            server.restart().await;
        }
        anna.reconnect(&server).await.unwrap();
        let mut ids = Vec::new();
        for request in requests {
            ids.push(anna.send(request).await.unwrap());
        }
        for id in ids {
            anna.answer(id).await.unwrap();
        }
    }
    let history = anna.whole_history(general).await;
    check_history(&history, &[]);
    assert_eq!(history.last().unwrap().posts, 256);
}

/// "A command that was answered by a fault left no trace: its number was not used. It may be sent again under
/// that number, as it was or changed, or another command may take the number."
#[tokio::test]
async fn a_refused_number_may_be_used_again() {
    let server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let general = anna.general().await;
    let before = anna.whole_history(general).await;
    assert_eq!(
        anna.refused(post(1, 0, general, "")).await.code,
        FaultCode::MessageEmpty
    );
    assert_eq!(
        anna.whole_history(general).await,
        before,
        "a refusal leaves no trace"
    );
    let done = anna
        .command(post(1, 0, general, "now with text"))
        .await
        .unwrap();
    assert_eq!(done.1, before.last().unwrap().seq.next());
    // Refused by the room, with the following number already carried out.
    let fault = anna
        .refused(post(2, 0, chat_shared::ConversationId(999), "nowhere"))
        .await;
    assert_eq!(fault.code, FaultCode::NoSuchConversation);
    anna.command(post(3, 0, general, "three")).await.unwrap();
    anna.command(post(2, 0, general, "two")).await.unwrap();
    check_history(&anna.whole_history(general).await, &[]);
}

/// "Two processes of one device use two streams; the numbers of one mean nothing in another."
#[tokio::test]
async fn two_streams_of_a_device_do_not_disturb_each_other() {
    let server = TestServer::start().await;
    let mut one = TestClient::join(&server, "anna").await;
    let general = one.general().await;
    let mut two = TestClient::sign_in_on(&server, "anna").await;
    (two.token, two.device) = (one.token.clone(), one.device);
    two.stream = StreamId(1);
    assert_eq!(two.reconnect(&server).await.unwrap(), Nonce(0));
    let first = one
        .command(post(1, 0, general, "from the first"))
        .await
        .unwrap();
    let second = two
        .command(post(1, 0, general, "from the second"))
        .await
        .unwrap();
    assert_ne!(first, second);
    assert_eq!(
        one.command(post(1, 0, general, "again")).await.unwrap(),
        first
    );
    assert_eq!(
        two.command(post(1, 0, general, "again")).await.unwrap(),
        second
    );
    let fault = two
        .refused(Request::OpenStream {
            stream: StreamId(64),
        })
        .await;
    assert_eq!(fault.code, FaultCode::TooManyStreams);
}

/// "Numbered commands need a device ... Without: `no_device`. ... Without: `no_stream`."
#[tokio::test]
async fn numbered_commands_need_a_device_and_a_stream() {
    let server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let general = anna.general().await;
    let mut connection = chat_tests::Connection::tls(&server).await;
    connection.hello().await.unwrap();
    connection
        .sign_in("anna", chat_tests::PASSWORD)
        .await
        .unwrap();
    let fault = connection
        .refused(Request::OpenStream {
            stream: StreamId(0),
        })
        .await;
    assert_eq!(fault.code, FaultCode::NoDevice);
    assert_eq!(
        connection.refused(post(1, 0, general, "x")).await.code,
        FaultCode::NoDevice
    );
    connection
        .ask(Request::AddDevice {
            label: "new".into(),
        })
        .await
        .unwrap();
    assert_eq!(
        connection.refused(post(1, 0, general, "x")).await.code,
        FaultCode::NoStream
    );
    connection
        .ask(Request::OpenStream {
            stream: StreamId(0),
        })
        .await
        .unwrap();
    connection.ask(post(1, 0, general, "x")).await.unwrap();
}
