//! Devices.

use super::harness::{
    ANNA, BERT, CLEO, GENERAL, GHOST, NOW, TestHouse, add_device, enable, in_own, numbered, once,
    post,
};
use super::office::{DORA, act, bodies, delete, does_once, last_act, office};
use crate::journal::command::{Action, Sighting};
use crate::journal::outcome::{Outcome, Refusal};
use crate::store::record::SeenRecord;
use chat_shared::limits::DEVICES_PER_ACCOUNT;
use chat_shared::{AccountId, DeviceId, EntryBody, Timestamp};

fn revoke(device: u64) -> Action {
    Action::RevokeDevice {
        device: DeviceId(device),
    }
}

#[test]
fn a_device_is_told_to_the_others() {
    let mut house = TestHouse::with(&["anna"]);
    let device = DeviceId(1);
    let device_added = EntryBody::DeviceAdded {
        device,
        label: "laptop".into(),
    };
    assert_eq!(
        house.does(ANNA, add_device("laptop")),
        (
            Outcome::Device { device },
            vec![in_own(ANNA, 3, ANNA, device_added)]
        )
    );
    let devices = house.store().read(|reader| reader.devices(ANNA)).unwrap();
    let (id, record) = &devices[0];
    assert_eq!((*id, devices.len()), (device, 1));
    assert_eq!((record.account, record.label.as_str()), (ANNA, "laptop"));
    assert_eq!((record.token_hash, record.created_at), ([9; 32], NOW));
}

#[test]
fn a_device_needs_an_account_that_exists() {
    let mut house = TestHouse::with(&["anna"]);
    assert_eq!(
        house.refuses(GHOST, add_device("laptop")),
        Refusal::NoSuchAccount("number 99".into())
    );
}

#[test]
fn a_disabled_account_gets_no_device() {
    let mut house = TestHouse::with(&["anna"]);
    house.does(None, enable(ANNA, false));
    assert_eq!(
        house.refuses(ANNA, add_device("laptop")),
        Refusal::AccountDisabled
    );
}

#[test]
fn an_account_has_so_many_devices_and_one_more_after_it_ended_one() {
    let mut house = TestHouse::with(&["anna", "bert"]);
    assert_eq!(DEVICES_PER_ACCOUNT, 64);
    for _ in 0..64 {
        house.device(ANNA);
    }
    assert_eq!(
        house.refuses(ANNA, add_device("laptop")),
        Refusal::TooManyDevices
    );
    house.device(BERT);
    house.does(ANNA, revoke(7));
    assert_eq!(house.device(ANNA), DeviceId(66));
}

#[test]
fn a_revoked_device_is_gone_with_its_streams() {
    let mut house = TestHouse::with(&["anna"]);
    let (lost, kept) = (house.device(ANNA), house.device(ANNA));
    for device in [lost, kept] {
        for stream in [0, 63] {
            let once = once(device, stream, 1, 0);
            house
                .runs(numbered(ANNA, once, post(GENERAL, "hello")))
                .unwrap();
        }
    }
    let revoked = EntryBody::DeviceRevoked { device: lost };
    assert_eq!(
        house.does(ANNA, revoke(1)),
        (Outcome::DONE, vec![in_own(ANNA, 5, ANNA, revoked)])
    );
    let read = house
        .store()
        .read(|reader| Ok((reader.device(lost)?, reader.devices(ANNA)?)));
    let (device, devices) = read.unwrap();
    assert_eq!(device, None);
    assert_eq!(devices.iter().map(|row| row.0).collect::<Vec<_>>(), [kept]);
    assert_eq!(house.dump()["streams-1"].len(), 2);
}

#[test]
fn a_device_is_revoked_by_its_owner_only_and_once() {
    let mut house = TestHouse::with(&["anna", "bert"]);
    house.device(ANNA);
    house.device(ANNA);
    assert_eq!(
        house.refuses(BERT, revoke(1)),
        Refusal::NoSuchDevice(DeviceId(1))
    );
    assert_eq!(
        house.refuses(ANNA, revoke(3)),
        Refusal::NoSuchDevice(DeviceId(3))
    );
    house.does(ANNA, revoke(1));
    assert_eq!(
        house.refuses(ANNA, revoke(1)),
        Refusal::NoSuchDevice(DeviceId(1))
    );
}

#[test]
fn the_number_of_a_device_is_never_given_again() {
    let mut house = TestHouse::with(&["anna"]);
    house.device(ANNA);
    house.does(ANNA, revoke(1));
    house.reopen();
    assert_eq!(house.device(ANNA), DeviceId(2));
}

#[test]
fn all_others_are_ended_but_this_one() {
    let mut house = TestHouse::with(&["anna", "bert"]);
    let [lost, kept] = [house.device(ANNA), house.device(ANNA)];
    house.device(BERT);
    let keep = Some(kept);
    let done = house.does(ANNA, Action::RevokeOtherDevices { keep });
    let revoked = EntryBody::DeviceRevoked { device: lost };
    assert_eq!(bodies(&done), [revoked]);
    let again = house.does(ANNA, Action::RevokeOtherDevices { keep });
    assert_eq!(again, (Outcome::DONE, vec![]));
    house.does(ANNA, Action::RevokeOtherDevices { keep: None });
    let left = house
        .store()
        .read(|reader| Ok((reader.devices(ANNA)?.len(), reader.devices(BERT)?.len())));
    assert_eq!(left.unwrap(), (0, 1));
}

#[test]
fn an_administrator_ends_a_device_of_somebody_and_it_stands_in_the_log() {
    let mut house = office();
    let device = house.device(CLEO);
    let of = |account, device| Action::RevokeDeviceOf { account, device };
    for by in [BERT, CLEO, DORA] {
        let refusal = house.refuses(by, of(CLEO, device));
        assert_eq!(refusal, Refusal::NotAllowed("administrators"));
    }
    let refusal = house.refuses(ANNA, of(BERT, device));
    assert_eq!(
        refusal,
        Refusal::NoSuchDeviceOf(BERT, device),
        "not of bert"
    );
    let done = does_once(&mut house, ANNA, of(CLEO, device));
    assert_eq!(bodies(&done), [EntryBody::DeviceRevoked { device }]);
    let line = act("anna", "revoke_device_of", "cleo", "device 1");
    assert_eq!(last_act(&house), line);
    let own = house.device(ANNA);
    house.does(ANNA, of(ANNA, own));
    house.does(CLEO, delete(false));
    let refusal = house.refuses(ANNA, of(CLEO, device));
    assert_eq!(refusal, Refusal::AccountDeleted(CLEO));
}

fn sighting(account: AccountId, device: Option<DeviceId>, at: i64, address: &str) -> Sighting {
    Sighting {
        account,
        device,
        at: Timestamp(at),
        address: Some(address.into()),
    }
}

fn record(at: i64, address: &str) -> Option<SeenRecord> {
    Some(SeenRecord {
        at: Timestamp(at),
        address: Some(address.into()),
    })
}

#[test]
fn who_was_here_is_noted_with_the_newest_alone() {
    let mut house = TestHouse::with(&["anna", "bert"]);
    let device = house.device(ANNA);
    let seen = |house: &TestHouse| {
        let read = house
            .store()
            .read(|reader| Ok((reader.seen(ANNA)?, reader.device_seen(device)?)));
        read.unwrap()
    };
    let first = vec![
        sighting(ANNA, Some(device), 10, "192.0.2.1"),
        sighting(ANNA, None, 20, "192.0.2.2"),
    ];
    let done = house.does(None, Action::Seen { seen: first });
    assert_eq!(done, (Outcome::DONE, vec![]));
    let noted = (record(20, "192.0.2.2"), record(10, "192.0.2.1"));
    assert_eq!(seen(&house), noted);
    let late = vec![sighting(ANNA, Some(device), 9, "192.0.2.3")];
    house.does(None, Action::Seen { seen: late });
    assert_eq!(seen(&house), noted);
    house.does(ANNA, revoke(device.0));
    assert_eq!(seen(&house), (noted.0, None));
}

#[test]
fn nothing_is_noted_of_who_or_what_is_gone() {
    let mut house = office();
    let [lost, other] = [house.device(CLEO), house.device(BERT)];
    house.does(CLEO, revoke(lost.0));
    house.does(DORA, delete(false));
    house.does(CLEO, add_device("phone"));
    let seen = vec![
        sighting(CLEO, Some(lost), 10, "192.0.2.1"),
        sighting(CLEO, Some(other), 11, "192.0.2.1"),
        sighting(DORA, None, 10, "192.0.2.1"),
        sighting(GHOST, None, 10, "192.0.2.1"),
    ];
    house.does(None, Action::Seen { seen });
    let dump = house.dump();
    assert_eq!(dump["seen-1"].len(), 1);
    assert_eq!(dump["devices_seen-1"], []);
}
