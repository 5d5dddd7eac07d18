//! The house as a whole: its founding, the networks that it takes no connections from, the panic switch.

use super::rights::Right;
use super::{Apply, Stop};
use crate::journal::command::{Name, NewInvite};
use crate::journal::outcome::{Outcome, Refusal};
use crate::store::read::parse;
use crate::store::record::{RestrictionRecord, encode};
use crate::store::schema::meta;
use chat_shared::limits::ADDRESS_BANS;
use chat_shared::{AccountId, RoomSettings, Timestamp};

impl Apply<'_> {
    pub(super) fn found(
        &mut self,
        at: Timestamp,
        fake_salts: &[u8; 32],
        first_room: &Name,
        invite: Option<NewInvite>,
    ) -> Result<Outcome, Stop> {
        if self.tables.meta.get(meta::FIRST_ROOM)?.is_some() {
            return Err(Refusal::AlreadyFounded.into());
        }
        let room = self.add_room(at, None, first_room, String::new(), RoomSettings::default())?;
        self.tables
            .secrets
            .insert(meta::FAKE_SALTS, fake_salts.as_slice())?;
        self.tables.meta.insert(meta::FIRST_ROOM, room.0)?;
        match invite {
            Some(invite) => self.add_invite(at, None, invite),
            None => Ok(Outcome::DONE),
        }
    }

    /// Bans a network, or changes how long and why one is banned.
    pub(super) fn ban_address(
        &mut self,
        at: Timestamp,
        by: Option<AccountId>,
        network: String,
        until: Option<Timestamp>,
        reason: String,
    ) -> Result<Outcome, Stop> {
        self.require(by, Right::RunHouse, None)?;
        if self.tables.address_bans.get(network.as_str())?.is_none() {
            let bans = self.tables.address_bans.range::<&str>(..)?;
            if bans.take(ADDRESS_BANS).count() >= ADDRESS_BANS {
                return Err(Refusal::TooMany {
                    what: "banned networks",
                    limit: ADDRESS_BANS,
                }
                .into());
            }
        }
        let detail = match until {
            Some(until) => format!("until {until} {reason}").trim_end().to_owned(),
            None => reason.clone(),
        };
        let ban = RestrictionRecord {
            by,
            at,
            until,
            reason,
        };
        self.tables
            .address_bans
            .insert(network.as_str(), encode(&ban).as_slice())?;
        self.audit(at, by, "ban_address", network, detail)?;
        Ok(Outcome::DONE)
    }

    pub(super) fn unban_address(
        &mut self,
        at: Timestamp,
        by: Option<AccountId>,
        network: &str,
    ) -> Result<Outcome, Stop> {
        self.require(by, Right::RunHouse, None)?;
        if self.tables.address_bans.get(network)?.is_none() {
            return Err(Refusal::NoSuchNetwork(network.to_owned()).into());
        }
        self.tables.address_bans.remove(network)?;
        self.audit(at, by, "unban_address", network.to_owned(), String::new())?;
        Ok(Outcome::DONE)
    }

    /// Takes away bans of networks whose time is over, so many at the most, and says how many those were.
    pub(super) fn expire_address_bans(
        &mut self,
        at: Timestamp,
        limit: usize,
    ) -> Result<usize, Stop> {
        let mut expired = Vec::new();
        for row in self.tables.address_bans.range::<&str>(..)? {
            let (network, record) = row?;
            let ban: RestrictionRecord = parse(record.value(), "ban of a network")?;
            if !ban.holds(at) {
                expired.push(network.value().to_owned());
            }
        }
        expired.truncate(limit);
        for network in &expired {
            self.tables.address_bans.remove(network.as_str())?;
        }
        Ok(expired.len())
    }

    /// While it is on, nobody comes in by themselves, and who is new writes slowly.
    pub(super) fn panic(
        &mut self,
        at: Timestamp,
        by: Option<AccountId>,
        on: bool,
    ) -> Result<Outcome, Stop> {
        self.require(by, Right::KeepHouse, None)?;
        if self.is_panic()? == on {
            return Ok(Outcome::DONE);
        }
        self.set_panic(on)?;
        let word = if on { "on" } else { "off" };
        self.audit(at, by, "panic", word.to_owned(), String::new())?;
        Ok(Outcome::DONE)
    }
}
