//! Proving the password on a connection that signed in by a token: for what a token alone is not enough, such as
//! another password. The connection stays the device that it is, so that one keeps one's own.

use super::super::{Session, faults};
use super::login::signed_in;
use crate::store::record::AccountRecord;
use chat_shared::{AccountId, RequestId};

/// Somebody proved the password of this account; `data` proves the daemon to them.
pub(super) fn of_password(
    session: &mut Session,
    id: RequestId,
    account: AccountId,
    record: AccountRecord,
    data: Vec<u8>,
) {
    let own = session.person.as_mut();
    let Some(person) = own.filter(|person| person.account == account) else {
        let text = "this connection is signed in as somebody else: begin another for that account";
        return session.refuse(id, faults::wrong_state(text));
    };
    person.by_password = true;
    let device = person.device;
    session.answer(id, signed_in(account, record, device, Some(data)));
}
