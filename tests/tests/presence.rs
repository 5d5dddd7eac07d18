//! "A person is online while one of their connections is, else away while one is, else offline."

use chat_shared::{AccountId, ConversationId, Event, FaultCode, PresenceState, Request};
use chat_tests::{TestClient, TestServer};

async fn set(client: &mut TestClient, state: PresenceState) {
    assert_eq!(
        client.ask(Request::SetPresence { state }).await.unwrap(),
        Event::Noted {}
    );
}

async fn sees(client: &mut TestClient, account: AccountId, state: PresenceState) {
    let what = format!("{state:?} of {account}");
    client
        .signal(&what, |event| match event {
            Event::PresenceChanged { people } => people
                .iter()
                .any(|p| p.account == account && p.state == state)
                .then_some(()),
            _ => None,
        })
        .await;
}

async fn who(client: &mut TestClient) -> Vec<(AccountId, PresenceState)> {
    let Ok(Event::Who { people, .. }) = client
        .ask(Request::Who {
            since: None,
            after: AccountId(0),
        })
        .await
    else {
        panic!("who")
    };
    people
        .iter()
        .map(|presence| (presence.account, presence.state))
        .collect()
}

#[tokio::test]
async fn a_person_is_as_present_as_their_most_present_device() {
    let server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let mut desk = TestClient::join(&server, "boris").await;
    let boris = desk.account;
    assert_eq!(who(&mut anna).await, [], "nobody said that they are here");
    set(&mut desk, PresenceState::Away).await;
    sees(&mut anna, boris, PresenceState::Away).await;
    let mut phone = TestClient::sign_in_on(&server, "boris").await;
    set(&mut phone, PresenceState::Online).await;
    sees(&mut anna, boris, PresenceState::Online).await;
    assert_eq!(who(&mut anna).await, [(boris, PresenceState::Online)]);
    drop(phone);
    sees(&mut anna, boris, PresenceState::Away).await;
    set(&mut desk, PresenceState::Online).await;
    sees(&mut anna, boris, PresenceState::Online).await;
    drop(desk);
    sees(&mut anna, boris, PresenceState::Offline).await;
    assert_eq!(who(&mut anna).await, []);
}

/// Who is told that somebody is here hears when they are not any more, however soon that is.
#[tokio::test]
async fn who_was_here_for_a_moment_does_not_stay_here_for_those_who_asked_then() {
    let server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let mut desk = TestClient::join(&server, "boris").await;
    let boris = desk.account;
    for _ in 0..3 {
        set(&mut desk, PresenceState::Online).await;
        let told_before = anna.signals.len();
        let here = who(&mut anna)
            .await
            .contains(&(boris, PresenceState::Online));
        set(&mut desk, PresenceState::Invisible).await;
        // Asked again: by then all that changed has been told.
        assert_eq!(who(&mut anna).await, []);
        let told = anna.signals.iter().skip(told_before);
        let mut told = told.filter_map(|event| match event {
            Event::PresenceChanged { people } => people.iter().rfind(|p| p.account == boris),
            _ => None,
        });
        let last = told.next_back().map(|presence| presence.state);
        assert!(
            !here || last == Some(PresenceState::Offline),
            "here, and then {last:?}"
        );
    }
}

/// "before it did, the connection does not count" and "Those who follow the house feed get
/// `presence_changed`."
#[tokio::test]
async fn who_does_not_follow_the_house_gets_no_presence() {
    let server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let mut script = TestClient::sign_in_on(&server, "anna").await;
    script.sync_from(&[], 0).await;
    let mut boris = TestClient::join(&server, "boris").await;
    set(&mut boris, PresenceState::Online).await;
    sees(&mut anna, boris.account, PresenceState::Online).await;
    let general = script.general().await;
    boris.post(general, "a message after it").await.unwrap();
    script.hears(general, "a message after it").await;
    assert!(
        !script
            .signals
            .iter()
            .any(|event| matches!(event, Event::PresenceChanged { .. }))
    );
}

/// ""offline": connected, but does not count"
#[tokio::test]
async fn who_says_offline_does_not_count() {
    let server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let mut boris = TestClient::join(&server, "boris").await;
    set(&mut boris, PresenceState::Online).await;
    sees(&mut anna, boris.account, PresenceState::Online).await;
    set(&mut boris, PresenceState::Offline).await;
    sees(&mut anna, boris.account, PresenceState::Offline).await;
    assert_eq!(who(&mut anna).await, []);
}

/// "`typing` says that somebody writes in a conversation... The other members who follow it get `typing_in`".
#[tokio::test]
async fn the_others_see_somebody_typing() {
    let server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let mut boris = TestClient::join(&server, "boris").await;
    let mut carla = TestClient::join(&server, "carla").await;
    let conversation = anna.open_direct(&[boris.account]).await.unwrap();
    let account = boris.account;
    // Nobody is told again who did not follow yet.
    for client in [&mut anna, &mut boris] {
        client
            .until(|c| c.opened.get(&conversation).map(drop))
            .await
            .unwrap();
    }
    assert_eq!(
        boris.ask(Request::Typing { conversation }).await.unwrap(),
        Event::Noted {}
    );
    let typing = Event::TypingIn {
        conversation,
        account,
    };
    anna.signal("typing", |event| (*event == typing).then_some(()))
        .await;

    // Not those outside, and nobody types where they are not.
    let general = carla.general().await;
    anna.post(general, "after").await.unwrap();
    carla.hears(general, "after").await;
    boris.hears(general, "after").await;
    for client in [&carla, &boris] {
        assert!(
            !client
                .signals
                .iter()
                .any(|event| matches!(event, Event::TypingIn { .. }))
        );
    }
    for nowhere in [conversation, ConversationId(999)] {
        let fault = carla
            .refused(Request::Typing {
                conversation: nowhere,
            })
            .await;
        assert_eq!(fault.code, FaultCode::NotAMember);
    }
}
