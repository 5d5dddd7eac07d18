//! Devices.

use super::harness::{
    ANNA, BERT, GENERAL, GHOST, NOW, TestHouse, add_device, in_own, numbered, once, post,
};
use crate::journal::command::Action;
use crate::journal::outcome::{Outcome, Refusal};
use chat_shared::limits::DEVICES_PER_ACCOUNT;
use chat_shared::{DeviceId, EntryBody};

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
    house.does(
        None,
        Action::EnableAccount {
            name: "anna".into(),
            enabled: false,
        },
    );
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
