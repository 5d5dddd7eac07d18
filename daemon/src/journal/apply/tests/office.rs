//! An office with everybody in it: an administrator, a moderator, a member and a guest, and what is asked of
//! it.

use super::harness::{
    ANNA, BERT, CLEO, Done, NOW, TestHouse, command, found, numbered, once, register, register_as,
};
use crate::journal::command::{Action, Admission, Command};
use crate::journal::outcome::Outcome;
use crate::store::order::AuditFilter;
use crate::store::record::AccountRecord;
use chat_shared::{AccountId, AuditLine, EntryBody, HouseRole, InboxAbout, InboxItem, Timestamp};

/// The guest; anna administers, bert moderates, cleo is a member.
pub(super) const DORA: AccountId = AccountId(4);

pub(super) fn office() -> TestHouse {
    let mut house = TestHouse::empty();
    house.does(None, found());
    house.does(None, register_as("anna", Admission::Local));
    for name in ["bert", "cleo", "dora"] {
        house.does(None, register(name));
    }
    house.does(None, set_role(BERT, HouseRole::Moderator));
    house.does(None, set_role(DORA, HouseRole::Guest));
    house
}

pub(super) fn set_role(account: AccountId, role: HouseRole) -> Action {
    Action::SetHouseRole { account, role }
}

pub(super) fn delete(remove_messages: bool) -> Action {
    Action::DeleteAccount { remove_messages }
}

pub(super) fn block(account: AccountId) -> Action {
    Action::Block { account }
}

pub(super) fn put_contact(account: AccountId, group: &str, favourite: bool) -> Action {
    Action::PutContact {
        account,
        group: group.into(),
        favourite,
    }
}

/// At another time than now.
pub(super) fn later(at: Timestamp, by: impl Into<Option<AccountId>>, action: Action) -> Command {
    Command {
        at,
        ..command(by, action)
    }
}

/// What the entries say that came of something.
pub(super) fn bodies(done: &Done) -> Vec<EntryBody> {
    let entries = done.1.iter().map(|appended| appended.entry.body.clone());
    entries.collect()
}

/// Carries a numbered command out, and then once more as a retry, also by another process: that says the
/// same and changes nothing.
pub(super) fn does_once(house: &mut TestHouse, by: AccountId, action: Action) -> Done {
    let device = house.device(by);
    let command = numbered(by, once(device, 0, 1, 0), action);
    let done = house.runs(command.clone()).unwrap();
    let before = house.dump();
    let again = (Outcome::DONE, vec![]);
    assert_eq!(house.runs(command.clone()), Ok(again.clone()));
    house.reopen();
    assert_eq!(house.runs(command), Ok(again));
    assert_eq!(house.dump(), before, "a retry changed something");
    done
}

pub(super) fn account(house: &TestHouse, account: AccountId) -> AccountRecord {
    let read = house.store().read(|reader| reader.account(account));
    read.unwrap().unwrap()
}

pub(super) fn inbox(house: &TestHouse, account: AccountId) -> Vec<InboxItem> {
    house.store().read(|reader| reader.inbox(account)).unwrap()
}

pub(super) fn abouts(house: &TestHouse, account: AccountId) -> Vec<InboxAbout> {
    let items = inbox(house, account).into_iter();
    items.map(|item| item.about).collect()
}

pub(super) fn item(id: u64, by: impl Into<Option<AccountId>>, about: InboxAbout) -> InboxItem {
    InboxItem {
        id,
        at: NOW,
        by: by.into(),
        about,
    }
}

pub(super) fn audit_lines(house: &TestHouse) -> Vec<AuditLine> {
    let filter = AuditFilter::default();
    let read = house
        .store()
        .read(|reader| reader.audit_after(0, &filter, usize::MAX));
    read.unwrap()
}

/// The newest line of the audit log, in short: by whom, what, of whom, how.
pub(super) fn last_act(house: &TestHouse) -> (String, String, String, String) {
    let line = audit_lines(house).pop().unwrap();
    (line.by_name, line.act, line.target, line.detail)
}

pub(super) fn act(
    by: &str,
    act: &str,
    target: &str,
    detail: &str,
) -> (String, String, String, String) {
    (by.into(), act.into(), target.into(), detail.into())
}

#[test]
fn everybody_is_what_they_are_in_the_office() {
    let house = office();
    let roles = [ANNA, BERT, CLEO, DORA].map(|who| account(&house, who).role);
    assert_eq!(
        roles,
        [
            HouseRole::Administrator,
            HouseRole::Moderator,
            HouseRole::Member,
            HouseRole::Guest
        ]
    );
}
