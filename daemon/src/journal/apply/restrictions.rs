//! The lists that a room keeps of people: who is banned, who is muted, who is invited.

use super::Stop;
use super::tables::Lazy;
use crate::journal::outcome::Refusal;
use crate::store::read::parse;
use crate::store::record::{RestrictionRecord, encode};
use crate::store::schema::Record;
use chat_shared::limits::RESTRICTIONS;
use chat_shared::{AccountId, ConversationId, Timestamp};

/// Such a list, of all rooms.
pub(super) type RoomList<'t> = Lazy<'t, (u64, u64), Record>;

/// Puts somebody on a list, in place of what stood there of them; refuses more than there may be on that of
/// one room. `what` they are, for who is refused.
pub(super) fn put(
    list: &mut RoomList,
    conversation: ConversationId,
    account: AccountId,
    record: &RestrictionRecord,
    what: &'static str,
) -> Result<(), Stop> {
    let key = (conversation.0, account.0);
    if list.get(key)?.is_none() {
        let range = (conversation.0, 0)..=(conversation.0, u64::MAX);
        if list.range(range)?.take(RESTRICTIONS).count() >= RESTRICTIONS {
            let limit = RESTRICTIONS;
            return Err(Refusal::TooMany { what, limit }.into());
        }
    }
    list.insert(key, encode(record).as_slice())?;
    Ok(())
}

/// What a list says of somebody at this time.
pub(super) fn holding(
    list: &RoomList,
    conversation: ConversationId,
    account: AccountId,
    at: Timestamp,
) -> Result<Option<RestrictionRecord>, Stop> {
    let row = list.get((conversation.0, account.0))?;
    let record = row.map(|row| parse::<RestrictionRecord>(row.value(), "restriction"));
    Ok(record.transpose()?.filter(|record| record.holds(at)))
}

impl RestrictionRecord {
    /// Whether it has not expired.
    pub(super) fn holds(&self, at: Timestamp) -> bool {
        self.until.is_none_or(|until| until > at)
    }
}
