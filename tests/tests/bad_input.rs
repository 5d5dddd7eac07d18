//! "Bad input: a frame too long, not MessagePack, an unknown request, a wrong state (post before login), a
//! room that does not exist: each gets its own error code and text, and only what cannot be resynchronised
//! (framing) closes the connection, after the error was sent. No input panics the daemon."

use chat_shared::{AccountId, ConversationId, FaultCode, Nonce, Request, Seq, frame};
use chat_tests::{Connection, Failure, TestClient, TestServer};
use serde::Serialize;

async fn still_usable(connection: &mut Connection) {
    connection
        .ask(Request::Ping {})
        .await
        .expect("the connection goes on");
}

/// Waits for a fault that stands under id 0 or `id`.
async fn fault_of(connection: &mut Connection, id: u64) -> FaultCode {
    match connection.answer(id).await {
        Err(Failure::Refused(fault)) => fault.code,
        other => panic!("{other:?}"),
    }
}

async fn fault_by_itself(connection: &mut Connection) -> FaultCode {
    let fault = connection.until(|c| c.faults.pop_front()).await;
    fault.expect("a fault under id 0").code
}

/// "One that is longer than the limit (4 KiB before login, 256 KiB after, ...) is answered by `frame_too_long`
/// under id 0 and the connection closes".
#[tokio::test]
async fn a_frame_too_long_is_answered_and_ends_the_connection() {
    let server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;

    let mut stranger = Connection::tls(&server).await;
    stranger.hello().await.unwrap();
    stranger.send_raw(&4_097_u32.to_be_bytes()).await.unwrap();
    assert_eq!(stranger.end().await.unwrap().code, FaultCode::FrameTooLong);

    // With the bytes on the way, too: the fault is not lost to a reset.
    let mut stranger = Connection::tls(&server).await;
    stranger.hello().await.unwrap();
    let _ = stranger.send_frame(&vec![0xc0; 200_000]).await;
    assert_eq!(stranger.end().await.unwrap().code, FaultCode::FrameTooLong);

    anna.send_raw(&262_145_u32.to_be_bytes()).await.unwrap();
    assert_eq!(anna.end().await.unwrap().code, FaultCode::FrameTooLong);

    // The limit itself is allowed.
    let mut stranger = Connection::tls(&server).await;
    let mut hello = Request::Hello {
        client: String::new(),
        version: 1,
    };
    let spare = 4_096 - (Connection::frame_of(1, hello.clone()).len() - 4) - 2;
    if let Request::Hello { client, .. } = &mut hello {
        *client = "x".repeat(spare);
    }
    let long = Connection::frame_of(1, hello);
    assert_eq!(long.len() - 4, 4_096);
    stranger.send_raw(&long).await.unwrap();
    stranger.answer(1).await.expect("welcome");
    still_usable(&mut stranger).await;
}

/// "A frame that is not MessagePack, has bytes after its value, or lacks a field is answered by `malformed`,
/// under the request's id where that could be read and under 0 where not. The connection goes on."
#[tokio::test]
async fn what_is_not_messagepack_is_malformed() {
    let server = TestServer::start().await;
    let anna = TestClient::join(&server, "anna").await;
    let mut stranger = Connection::tls(&server).await;
    stranger.hello().await.unwrap();
    let mut anna: TestClient = anna;
    let deep = vec![0x91; 2_000];
    for connection in [&mut stranger, &mut *anna] {
        for bytes in [
            &b"\xc1"[..],
            b"",
            b"hello",
            b"\x82\xa2id",
            b"\xdd\xff\xff\xff\xff",
            &deep,
            b"\xc0",
            b"\x90",
        ] {
            connection.send_frame(bytes).await.unwrap();
            assert_eq!(
                fault_by_itself(connection).await,
                FaultCode::Malformed,
                "{bytes:?}"
            );
            still_usable(connection).await;
        }
    }

    // Bytes after the value.
    let mut trailing = Connection::frame_of(77, Request::Ping {})[4..].to_vec();
    trailing.push(0xc0);
    anna.send_frame(&trailing).await.unwrap();
    let until_any = anna
        .until(|c| c.faults.pop_front().map(|fault| fault.code))
        .await
        .or_else(|e| e.code().ok_or(e));
    assert_eq!(until_any.unwrap(), FaultCode::Malformed);
    still_usable(&mut anna).await;
}

#[derive(Serialize)]
struct Raw<B> {
    id: u64,
    body: B,
}

/// The frame of a body that our types do not have.
fn raw<B: Serialize>(id: u64, body: B) -> bytes::Bytes {
    frame::encode(&Raw { id, body })
}

#[tokio::test]
async fn a_request_that_lacks_a_field_is_malformed_under_its_id() {
    #[derive(Serialize)]
    struct Post {
        kind: &'static str,
        nonce: u64,
    }
    #[derive(Serialize)]
    struct WrongType {
        kind: &'static str,
        conversation: &'static str,
        limit: u32,
    }
    let server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    anna.send_raw(&raw(
        500,
        Post {
            kind: "post",
            nonce: 1,
        },
    ))
    .await
    .unwrap();
    assert_eq!(fault_of(&mut anna, 500).await, FaultCode::Malformed);
    let wrong = WrongType {
        kind: "history",
        conversation: "general",
        limit: 5,
    };
    anna.send_raw(&raw(501, wrong)).await.unwrap();
    assert_eq!(fault_of(&mut anna, 501).await, FaultCode::Malformed);
    let general = anna.general().await;
    anna.post(general, "goes on").await.unwrap();
}

/// "A request of an unknown kind is answered by `unknown_request`; the connection goes on." and "Readers must
/// skip fields that they do not know."
#[tokio::test]
async fn what_a_newer_client_says_is_answered() {
    #[derive(Serialize)]
    struct Paint {
        kind: &'static str,
        colour: Vec<u8>,
    }
    let server = TestServer::start().await;
    let mut stranger = Connection::tls(&server).await;
    stranger
        .send_raw(&raw(
            500,
            Paint {
                kind: "paint",
                colour: vec![1, 2, 3],
            },
        ))
        .await
        .unwrap();
    assert_eq!(
        fault_of(&mut stranger, 500).await,
        FaultCode::UnknownRequest
    );
    stranger.hello().await.unwrap();
    let mut anna = TestClient::join(&server, "anna").await;
    anna.send_raw(&raw(
        500,
        Paint {
            kind: "paint",
            colour: vec![],
        },
    ))
    .await
    .unwrap();
    assert_eq!(fault_of(&mut anna, 500).await, FaultCode::UnknownRequest);
    anna.send_raw(&raw(
        501,
        Paint {
            kind: "ping",
            colour: vec![7],
        },
    ))
    .await
    .unwrap();
    anna.answer(501).await.expect("a ping with a field more");
}

/// "A request in a wrong state is answered by `wrong_state`; the connection goes on."
#[tokio::test]
async fn a_request_in_a_wrong_state_is_refused() {
    let server = TestServer::start().await;
    let mut stranger = Connection::tls(&server).await;
    let post = Request::Post {
        nonce: Nonce(1),
        settled: Nonce(0),
        conversation: ConversationId(1),
        text: "before login".into(),
    };
    let sasl = Request::SaslRespond {
        data: b"c=,r=,p=".to_vec().into(),
    };
    for request in [
        post.clone(),
        sasl.clone(),
        Request::Who {
            since: None,
            after: AccountId(0),
        },
    ] {
        assert_eq!(stranger.refused(request).await.code, FaultCode::WrongState);
    }
    still_usable(&mut stranger).await;
    stranger.hello().await.unwrap();
    for request in [
        post,
        sasl,
        Request::Who {
            since: None,
            after: AccountId(0),
        },
        Request::Sync {
            house: Some(Seq(0)),
            only: None,
            cursors: vec![],
            newest: 1,
        },
        Request::AddDevice { label: "x".into() },
        Request::Hello {
            client: "again".into(),
            version: 1,
        },
    ] {
        let shown = format!("{request:?}");
        assert_eq!(
            stranger.refused(request).await.code,
            FaultCode::WrongState,
            "{shown}"
        );
    }
    let mut anna = TestClient::join(&server, "anna").await;
    for request in [
        Request::Hello {
            client: "again".into(),
            version: 1,
        },
        Request::Resume {
            token: anna.token.clone(),
        },
    ] {
        assert_eq!(anna.refused(request).await.code, FaultCode::WrongState);
    }
    still_usable(&mut anna).await;
}

/// "A version that the daemon does not speak is answered by `wrong_version`, and the connection ends."
#[tokio::test]
async fn another_version_is_refused() {
    let server = TestServer::start().await;
    let mut stranger = Connection::tls(&server).await;
    let fault = stranger
        .refused(Request::Hello {
            client: "future".into(),
            version: 2,
        })
        .await;
    assert_eq!(fault.code, FaultCode::WrongVersion);
    assert_eq!(stranger.end().await.unwrap().code, FaultCode::WrongVersion);
}

#[tokio::test]
async fn messages_that_cannot_be_have_codes_of_their_own() {
    let server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let general = anna.general().await;
    let nowhere = ConversationId(4_711);
    let code = |failure: Result<Seq, Failure>| failure.unwrap_err().code().unwrap();
    assert_eq!(
        code(anna.post(nowhere, "x").await),
        FaultCode::NoSuchConversation
    );
    assert_eq!(
        code(anna.post(ConversationId(0), "x").await),
        FaultCode::NoSuchConversation
    );
    assert_eq!(
        code(anna.post(ConversationId(u64::MAX), "x").await),
        FaultCode::NoSuchConversation
    );
    assert_eq!(code(anna.post(general, "").await), FaultCode::MessageEmpty);
    assert_eq!(
        code(anna.post(general, " \n\t ").await),
        FaultCode::MessageEmpty
    );
    assert_eq!(
        code(anna.post(general, &"é".repeat(8_193)).await),
        FaultCode::MessageTooLong
    );
    let longest = "é".repeat(8_192);
    anna.post(general, &longest)
        .await
        .expect("16 KiB of UTF-8 are allowed");
    anna.hears(general, &longest).await;
}

/// "No input panics the daemon": garbage of all kinds, from strangers and from a member, and it serves on.
#[tokio::test]
async fn garbage_does_not_disturb_anybody_else() {
    let server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let general = anna.general().await;
    for round in 0..60_u64 {
        let mut stranger = Connection::tls(&server).await;
        let noise: Vec<u8> = (0..8)
            .flat_map(|_| chat_tests::scram::random::<64>())
            .collect();
        let length = (round * 8) as usize;
        let _ = stranger.send_raw(&noise[..length.min(noise.len())]).await;
        let _ = stranger.send_frame(&noise).await;
    }
    // Bytes that are no TLS at all.
    for _ in 0..20 {
        use tokio::io::AsyncWriteExt;
        let mut stream = tokio::net::TcpStream::connect(server.address())
            .await
            .unwrap();
        let _ = stream.write_all(&chat_tests::scram::random::<512>()).await;
    }
    // A good request, changed in one byte at each place in turn.
    let mut member = TestClient::sign_in_on(&server, "anna").await;
    member.allow_repeated_ids();
    let good = Connection::frame_of(900_000, member.post_request(general, "mutant"))[4..].to_vec();
    for place in 0..good.len() {
        let mut bad = good.clone();
        bad[place] ^= chat_tests::scram::random::<1>()[0] | 1;
        member.send_frame(&bad).await.unwrap();
    }
    still_usable(&mut member).await;
    anna.post(general, "still here").await.unwrap();
    anna.hears(general, "still here").await;
    assert!(!server.log().contains("panicked"), "nothing panicked");
}
