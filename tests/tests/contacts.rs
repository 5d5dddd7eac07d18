//! "Contacts are an account's own list: `put_contact` adds somebody or sets their group and whether they are a
//! favourite, and all devices are told by `contact_put`. Who is new there finds `added_as_contact` in their inbox."

use chat_shared::limits::{GROUP_BYTES, GROUP_NEW};
use chat_shared::{
    AccountId, Command, Contact, EntryBody, FaultCode, HouseRole, InboxAbout, SharedGroup,
};
use chat_tests::{Admin, TestClient, TestServer};

fn put(account: AccountId, group: &str, favourite: bool) -> Command {
    Command::PutContact {
        account,
        group: group.into(),
        favourite,
    }
}

fn contact(account: AccountId, group: &str, favourite: bool) -> Contact {
    Contact {
        account,
        group: group.into(),
        favourite,
    }
}

async fn contacts_of(client: &mut TestClient) -> Vec<Contact> {
    client.contacts().await.unwrap().contacts
}

/// Who has this account among their contacts now, as its inbox says.
async fn adders(client: &mut TestClient) -> Vec<Option<AccountId>> {
    let items = client.inbox().await.unwrap().items;
    let added = items
        .iter()
        .filter(|item| item.about == InboxAbout::AddedAsContact {});
    added.map(|item| item.by).collect()
}

#[tokio::test]
async fn who_is_added_is_told_once_also_when_they_were_away() {
    let mut server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let mut boris = TestClient::join(&server, "boris").await;
    let mut clara = TestClient::join(&server, "clara").await;
    let (annas, boriss, claras) = (anna.account, boris.account, clara.account);
    server
        .until_status("three", |status| status["sessions"] == 3)
        .await;
    // Clara is away meanwhile; what is not there while she is not cannot be seen by her connection.
    let token = clara.token.clone();
    drop(clara);
    anna.commands(put(boriss, "", false)).await.unwrap();
    anna.commands(put(claras, "friends", true)).await.unwrap();
    let told = boris
        .own_entry("the notice", |body| {
            matches!(body, EntryBody::InboxAdded { item } if item.about == InboxAbout::AddedAsContact {})
        })
        .await;
    assert_eq!(told.by, Some(annas));
    assert_eq!(adders(&mut boris).await, [Some(annas)]);
    server.restart().await;
    anna.reconnect(&server).await.unwrap();
    clara = TestClient::sign_in_on(&server, "clara").await;
    clara.token = token;
    assert_eq!(adders(&mut clara).await, [Some(annas)]);

    // Another group and favourite is no news to them.
    anna.commands(put(claras, "work", false)).await.unwrap();
    assert_eq!(adders(&mut clara).await, [Some(annas)]);
    assert_eq!(
        contacts_of(&mut anna).await,
        [contact(boriss, "", false), contact(claras, "work", false)]
    );
    assert_eq!(contacts_of(&mut clara).await, [], "it is Anna's list");
}

#[tokio::test]
async fn both_devices_of_a_person_agree() {
    let server = TestServer::start().await;
    let mut desk = TestClient::join(&server, "anna").await;
    let mut phone = TestClient::sign_in_on(&server, "anna").await;
    phone.sync_all().await;
    let boris = TestClient::join(&server, "boris").await.account;
    for (group, favourite) in [("", false), ("work", false), ("work", true), ("", true)] {
        desk.commands(put(boris, group, favourite)).await.unwrap();
        let expected = contact(boris, group, favourite);
        let told = EntryBody::ContactPut {
            contact: expected.clone(),
        };
        phone.own_entry("the contact", |body| *body == told).await;
        let (on_desk, on_phone) = (desk.contacts().await, phone.contacts().await);
        let (on_desk, on_phone) = (on_desk.unwrap(), on_phone.unwrap());
        assert_eq!(on_desk, on_phone);
        assert_eq!(on_desk.contacts, [expected]);
    }
    let account = boris;
    phone
        .commands(Command::RemoveContact { account })
        .await
        .unwrap();
    let told = EntryBody::ContactRemoved { account };
    desk.own_entry("the removal", |body| *body == told).await;
    assert_eq!(contacts_of(&mut desk).await, []);
}

/// "The very same again is `contact_exists`." and "No client can put anybody into `new` itself: `bad_text`."
#[tokio::test]
async fn what_makes_no_sense_is_refused_and_changes_nothing() {
    let server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let boris = TestClient::join(&server, "boris").await.account;
    let own = anna.account;
    let remove = |account| Command::RemoveContact { account };
    anna.commands(put(boris, "work", true)).await.unwrap();
    for (command, code) in [
        (put(boris, "work", true), FaultCode::ContactExists),
        (put(boris, GROUP_NEW, true), FaultCode::BadText),
        (put(boris, " new ", true), FaultCode::BadText),
        (put(boris, "a\nb", true), FaultCode::BadText),
        (
            put(boris, &"x".repeat(GROUP_BYTES + 1), true),
            FaultCode::TextTooLong,
        ),
        (put(own, "", false), FaultCode::NotToYourself),
        (put(AccountId(999), "", false), FaultCode::NoSuchAccount),
        (remove(own), FaultCode::NoSuchContact),
        (remove(AccountId(999)), FaultCode::NoSuchContact),
    ] {
        let shown = format!("{command:?}");
        assert_eq!(anna.may_not(command).await.code, code, "{shown}");
    }
    assert_eq!(contacts_of(&mut anna).await, [contact(boris, "work", true)]);
    let most = "x".repeat(GROUP_BYTES);
    anna.commands(put(boris, &most, true)).await.unwrap();
    anna.commands(remove(boris)).await.unwrap();
    let again = anna.may_not(remove(boris)).await;
    assert_eq!(again.code, FaultCode::NoSuchContact);
}

/// "When somebody opens a direct conversation between two people that was not there before, the other finds them
/// among the contacts in the group `new`, unless they have or block them already".
#[tokio::test]
async fn who_writes_first_is_new_and_may_be_moved() {
    let server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let mut boris = TestClient::join(&server, "boris").await;
    let mut clara = TestClient::join(&server, "clara").await;
    let (annas, boriss, claras) = (anna.account, boris.account, clara.account);
    anna.commands(put(claras, "work", false)).await.unwrap();

    // Three people are no acquaintance of two.
    boris.open_direct(&[annas, claras]).await.unwrap();
    boris.open_direct(&[annas]).await.unwrap();
    let new = EntryBody::ContactPut {
        contact: contact(boriss, GROUP_NEW, false),
    };
    anna.own_entry("boris is new", |body| *body == new).await;
    clara.open_direct(&[annas]).await.unwrap();
    let known = contact(claras, "work", false);
    assert_eq!(
        contacts_of(&mut anna).await,
        [contact(boriss, GROUP_NEW, false), known.clone()]
    );
    assert_eq!(contacts_of(&mut boris).await, []);
    assert_eq!(adders(&mut anna).await, [], "it is no notice");

    // Into a group, and out of the contacts: writing again does not bring them back.
    anna.commands(put(boriss, "", true)).await.unwrap();
    assert_eq!(
        contacts_of(&mut anna).await,
        [contact(boriss, "", true), known.clone()]
    );
    assert_eq!(
        adders(&mut boris).await.len(),
        0,
        "he was among them before"
    );
    let account = boriss;
    anna.commands(Command::RemoveContact { account })
        .await
        .unwrap();
    let direct = boris.open_direct(&[annas]).await.unwrap();
    boris.post(direct, "me again").await.unwrap();
    anna.hears(direct, "me again").await;
    assert_eq!(contacts_of(&mut anna).await, [known]);
}

/// "`contacts` answers with contacts, blocks and the *shared groups*, which administrators publish
/// (`put_shared_group`)...; everybody reads them, and the house feed tells of them".
#[tokio::test]
async fn administrators_publish_groups_for_all() {
    let server = TestServer::start().await;
    let mut anna = TestClient::join(&server, "anna").await;
    let mut boris = TestClient::join(&server, "boris").await;
    let (annas, boriss) = (anna.account, boris.account);
    let put = |name: &str, members: &[AccountId]| Command::PutSharedGroup {
        name: name.into(),
        members: members.to_vec(),
    };
    let remove = |name: &str| Command::RemoveSharedGroup { name: name.into() };
    for command in [put("sales", &[annas]), remove("sales")] {
        let fault = boris.may_not(command).await;
        assert_eq!(fault.code, FaultCode::NotAllowed);
    }
    let mut admin = Admin::at(&server).await;
    admin.appoints(annas, HouseRole::Administrator).await;
    anna.commands(put("sales", &[boriss, annas, boriss]))
        .await
        .unwrap();
    admin.commands(put("Kitchen", &[])).await.unwrap();
    let sales = SharedGroup {
        name: "sales".into(),
        members: vec![annas, boriss],
    };
    let told = EntryBody::GroupPut {
        group: sales.clone(),
    };
    boris.house_entry("the group", |body| *body == told).await;
    let groups = boris.contacts().await.unwrap().groups;
    assert_eq!(groups.len(), 2);
    assert!(groups.contains(&sales), "each once: {groups:?}");
    assert_eq!(admin.groups().await.unwrap(), groups);
    for (command, code) in [
        (put("", &[annas]), FaultCode::BadText),
        (put("a\tb", &[annas]), FaultCode::BadText),
        (
            put(&"x".repeat(GROUP_BYTES + 1), &[annas]),
            FaultCode::TextTooLong,
        ),
        (put("ghosts", &[AccountId(999)]), FaultCode::NoSuchAccount),
        (remove("nothing"), FaultCode::NoSuchGroup),
    ] {
        let shown = format!("{command:?}");
        assert_eq!(anna.may_not(command).await.code, code, "{shown}");
    }
    anna.commands(remove("Kitchen")).await.unwrap();
    anna.commands(put("sales", &[boriss])).await.unwrap();
    let told = EntryBody::GroupRemoved {
        name: "Kitchen".into(),
    };
    boris.house_entry("the end", |body| *body == told).await;
    let groups = boris.contacts().await.unwrap().groups;
    assert_eq!(groups[0].members, [boriss]);
    assert_eq!(groups.len(), 1);
}
