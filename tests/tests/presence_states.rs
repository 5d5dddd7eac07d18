//! "`set_presence` says for this connection `online`, `away`, `do_not_disturb` (here, and not to be notified of
//! anything), `invisible` (here, and offline to everybody else), or `offline`... Of several connections of a person
//! counts the one that says most: invisible before do not disturb before online before away."

use chat_shared::{
    AccountId, Command, EntryBody, FaultCode, HouseRole, Presence, PresenceState, StatusText,
    Timestamp,
};
use chat_tests::{Admin, TestClient, TestServer};
use std::time::{SystemTime, UNIX_EPOCH};

use PresenceState::{Away, DoNotDisturb, Invisible, Offline, Online};

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Timestamp(i64::try_from(since.as_millis()).unwrap())
}

fn later(at: Timestamp, secs: i64) -> Timestamp {
    Timestamp(at.0 + secs * 1000)
}

fn says(text: &str, until: Option<Timestamp>) -> Command {
    Command::SetStatus {
        text: text.into(),
        until,
    }
}

fn text_of(presence: &Presence) -> &str {
    presence.status.as_ref().map_or("", |status| &status.text)
}

async fn state_of(client: &mut TestClient, account: AccountId) -> PresenceState {
    client.card(account).await.unwrap().presence.state
}

async fn here(client: &mut TestClient) -> Vec<(AccountId, PresenceState)> {
    let who = client.who(None).await.unwrap();
    who.people.iter().map(|p| (p.account, p.state)).collect()
}

#[tokio::test]
async fn the_session_that_says_most_counts() {
    let server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let mut desk = TestClient::join(&server, "boris").await;
    let mut phone = TestClient::sign_in_on(&server, "boris").await;
    phone.sync_all().await;
    let boris = desk.account;
    for (on_desk, on_phone, shown) in [
        (Away, Offline, Away),
        (Away, Online, Online),
        (DoNotDisturb, Online, DoNotDisturb),
        (Online, Away, Online),
        (DoNotDisturb, Away, DoNotDisturb),
        (Online, Invisible, Offline),
        (DoNotDisturb, Offline, DoNotDisturb),
    ] {
        desk.is(on_desk).await;
        phone.is(on_phone).await;
        let what = format!("{shown:?} of {on_desk:?} and {on_phone:?}");
        anna.sees(boris, &what, |p| p.state == shown).await;
        assert_eq!(state_of(&mut anna, boris).await, shown, "{what}");
        let expected: &[_] = if shown == Offline {
            &[]
        } else {
            &[(boris, shown)]
        };
        assert_eq!(here(&mut anna).await, expected, "{what}");
    }
}

/// "An invisible person is `invisible` to their own devices alone, and their last time does not move on for others
/// while they are."
#[tokio::test]
async fn an_invisible_person_is_offline_to_all_but_themselves() {
    let server = TestServer::start().await;
    let start = now();
    let mut anna = TestClient::join(&server, "anna").await;
    let mut desk = TestClient::join(&server, "boris").await;
    let mut phone = TestClient::sign_in_on(&server, "boris").await;
    phone.sync_all().await;
    let boris = desk.account;
    desk.commands(says("at lunch", None)).await.unwrap();
    desk.is(Online).await;
    anna.sees(boris, "boris online", |p| p.state == Online)
        .await;
    desk.is(Invisible).await;
    let gone = anna
        .sees(boris, "boris offline", |p| p.state == Offline)
        .await;
    assert_eq!(gone.status, None, "who is offline says nothing");
    let hidden = now();
    phone
        .sees(boris, "boris invisible", |p| p.state == Invisible)
        .await;
    assert_eq!(here(&mut phone).await, [(boris, Invisible)]);
    assert_eq!(here(&mut anna).await, []);

    // As if he had left just when he became invisible.
    let card = anna.card(boris).await.unwrap();
    assert_eq!(
        (card.presence.state, text_of(&card.presence)),
        (Offline, "")
    );
    let last = card.last_seen.expect("he was here until then");
    assert!(start <= last && last <= hidden, "{start} {last} {hidden}");
    let who = anna.who(Some(start)).await.unwrap();
    let seen: Vec<_> = who
        .seen
        .iter()
        .map(|seen| (seen.account, seen.at))
        .collect();
    assert_eq!(seen, [(boris, last)]);

    // What he does and that he goes moves nothing.
    let general = desk.general().await;
    desk.post(general, "not here").await.unwrap();
    drop(desk);
    drop(phone);
    server
        .until_status("boris gone", |status| status["sessions"] == 1)
        .await;
    assert_eq!(anna.card(boris).await.unwrap().last_seen, Some(last));
}

/// "With the state comes the person's status text (`set_status`), if there is one and its `until` has not passed. It
/// is told only while they are here."
#[tokio::test]
async fn a_status_comes_with_the_state_and_ends_by_itself() {
    let server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let mut boris = TestClient::join(&server, "boris").await;
    let account = boris.account;
    boris.commands(says("at lunch", None)).await.unwrap();
    let card = anna.card(account).await.unwrap();
    assert_eq!(card.presence.status, None, "he is not here");
    boris.is(Online).await;
    anna.sees(account, "his text", |p| text_of(p) == "at lunch")
        .await;

    let until = later(now(), 1);
    boris
        .commands(says("back in a second", Some(until)))
        .await
        .unwrap();
    let told = anna
        .sees(account, "the other text", |p| {
            text_of(p) == "back in a second"
        })
        .await;
    assert_eq!(told.status.unwrap().until, Some(until));
    anna.sees(account, "no text", |p| {
        p.state == Online && p.status.is_none()
    })
    .await;
    assert!(now() >= until, "not before its time");
    let who = anna.who(None).await.unwrap();
    assert_eq!(who.people[0].status, None);
    assert_eq!(anna.card(account).await.unwrap().presence.status, None);
}

/// The same: his own devices know what he says though he is not here, so that a script may ask.
#[tokio::test]
async fn ones_own_devices_know_ones_status_wherever_one_is() {
    let server = TestServer::start().await;
    let mut desk = TestClient::join(&server, "boris").await;
    let mut phone = TestClient::sign_in_on(&server, "boris").await;
    phone.sync_all().await;
    let account = desk.account;
    let until = later(now(), 3600);
    desk.commands(says("in the garden", Some(until)))
        .await
        .unwrap();
    let status = StatusText {
        text: "in the garden".into(),
        until: Some(until),
    };
    let expected = EntryBody::StatusSet {
        status: status.clone(),
    };
    phone.own_entry("the text", |body| *body == expected).await;
    let mut fresh = TestClient::sign_in_on(&server, "boris").await;
    let card = fresh.card(account).await.unwrap();
    assert_eq!(card.presence.status, Some(status), "whatever his state");
    desk.commands(says("", None)).await.unwrap();
    let card = fresh.card(account).await.unwrap();
    assert_eq!(card.presence.status, None);
}

/// "status text: 160 bytes"; "A profile, a status, ... hold no control characters"
#[tokio::test]
async fn a_status_has_its_limits() {
    let server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    for (text, until, code) in [
        ("x".repeat(10_000), None, FaultCode::TextTooLong),
        ("x".repeat(161), None, FaultCode::TextTooLong),
        ("two\nlines".into(), None, FaultCode::BadText),
        ("\u{9b}31m".into(), None, FaultCode::BadText),
        ("late".into(), Some(Timestamp(1)), FaultCode::BadRange),
    ] {
        assert_eq!(anna.may_not(says(&text, until)).await.code, code, "{text}");
    }
    anna.is(Online).await;
    assert_eq!(anna.who(None).await.unwrap().people[0].status, None);
    let most = "x".repeat(160);
    anna.commands(says(&most, None)).await.unwrap();
    let account = anna.account;
    anna.sees(account, "the longest", |p| text_of(p) == most)
        .await;
}

/// "`who` with `since` also tells who was here at that time or later and is not now, and when last. `card` tells the
/// same of one person." and "`last_address` optional string, to administrators alone".
#[tokio::test]
async fn when_somebody_was_here_last_is_known_and_from_where_to_administrators() {
    let mut server = TestServer::start().await;
    let start = now();
    let mut anna = TestClient::join(&server, "anna").await;
    let mut clara = TestClient::join(&server, "clara").await;
    let mut boris = TestClient::join(&server, "boris").await;
    let account = boris.account;
    let mut admin = Admin::at(&server).await;
    admin
        .appoints(clara.account, HouseRole::Administrator)
        .await;
    boris.is(Online).await;
    anna.sees(account, "boris", |p| p.state == Online).await;
    let card = anna.card(account).await.unwrap();
    assert_eq!(card.last_seen, None, "he is here");
    assert_eq!(anna.who(Some(start)).await.unwrap().seen, []);
    drop(boris);
    anna.sees(account, "boris gone", |p| p.state == Offline)
        .await;
    let gone = now();
    let last = anna.card(account).await.unwrap().last_seen;
    let last = last.expect("he was here");
    assert!(start <= last && last <= gone, "{start} {last} {gone}");

    for round in ["at once", "after a restart"] {
        let seen = anna.who(Some(last)).await.unwrap().seen;
        assert!(
            seen.iter()
                .any(|seen| seen.account == account && seen.at == last),
            "{round}: {seen:?}"
        );
        let after = Timestamp(last.0 + 1);
        let seen = anna.who(Some(after)).await.unwrap().seen;
        assert!(seen.iter().all(|seen| seen.account != account), "{round}");
        assert_eq!(anna.who(None).await.unwrap().seen, [], "{round}");
        assert_eq!(anna.card(account).await.unwrap().last_seen, Some(last));
        if round == "at once" {
            assert!(server.terminate().await.success());
            server.restart().await;
            anna.reconnect(&server).await.unwrap();
            clara.reconnect(&server).await.unwrap();
        }
    }
    let to_members = anna.card(account).await.unwrap();
    assert_eq!(to_members.last_address, None);
    let to_administrators = clara.card(account).await.unwrap();
    assert_eq!(to_administrators.last_address.as_deref(), Some("127.0.0.1"));
    let at_the_machine = Admin::at(&server).await.card("boris").await.unwrap();
    assert_eq!(
        at_the_machine.card.last_address.as_deref(),
        Some("127.0.0.1")
    );
    assert_eq!(at_the_machine.card.last_seen, Some(last));
}

/// "Before it did, the connection does not count.": a daemon that comes back knows of nobody that they are here,
/// until they say so again, and still knows what they say of themselves.
#[tokio::test]
async fn after_a_restart_people_are_here_again_as_they_say() {
    let mut server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let mut boris = TestClient::join(&server, "boris").await;
    let account = boris.account;
    boris.commands(says("at lunch", None)).await.unwrap();
    boris.is(DoNotDisturb).await;
    anna.sees(account, "boris", |p| p.state == DoNotDisturb)
        .await;
    server.restart().await;
    anna.reconnect(&server).await.unwrap();
    boris.reconnect(&server).await.unwrap();
    anna.sync_all().await;
    assert_eq!(here(&mut anna).await, []);
    boris.is(Away).await;
    let back = anna.sees(account, "boris again", |p| p.state == Away).await;
    assert_eq!(text_of(&back), "at lunch");
}
