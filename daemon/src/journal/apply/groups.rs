//! Groups of people whom the administrator put together for all, such as departments.

use super::rights::Right;
use super::{Apply, Stop};
use crate::journal::outcome::{Outcome, Refusal};
use crate::store::FeedKey;
use crate::store::read::parse;
use crate::store::record::{BodyRecord, encode};
use chat_shared::limits::{SHARED_GROUP_MEMBERS, SHARED_GROUPS};
use chat_shared::{AccountId, SharedGroup, Timestamp};
use std::collections::BTreeSet;

impl Apply<'_> {
    pub(super) fn put_shared_group(
        &mut self,
        at: Timestamp,
        by: Option<AccountId>,
        name: String,
        members: Vec<AccountId>,
    ) -> Result<Outcome, Stop> {
        self.require(by, Right::RunHouse, None)?;
        let members: BTreeSet<AccountId> = members.into_iter().collect();
        if members.len() > SHARED_GROUP_MEMBERS {
            return Err(too_many("people in a shared group", SHARED_GROUP_MEMBERS));
        }
        for member in &members {
            self.present(*member)?;
        }
        let group = SharedGroup {
            name,
            members: members.into_iter().collect(),
        };
        let before = self.shared_group(&group.name)?;
        if before.as_ref() == Some(&group) {
            return Ok(Outcome::DONE);
        }
        if before.is_none() {
            let groups = self.tables.shared_groups.range::<&str>(..)?;
            if groups.take(SHARED_GROUPS).count() >= SHARED_GROUPS {
                return Err(too_many("shared groups", SHARED_GROUPS));
            }
        }
        let (name, detail) = (
            group.name.clone(),
            format!("{} people", group.members.len()),
        );
        self.write_group(at, by, group)?;
        self.audit(at, by, "put_shared_group", name, detail)?;
        Ok(Outcome::DONE)
    }

    pub(super) fn remove_shared_group(
        &mut self,
        at: Timestamp,
        by: Option<AccountId>,
        name: &str,
    ) -> Result<Outcome, Stop> {
        self.require(by, Right::RunHouse, None)?;
        if self.shared_group(name)?.is_none() {
            return Err(Refusal::NoSuchGroup(name.to_owned()).into());
        }
        self.tables.shared_groups.remove(name)?;
        let removed = BodyRecord::GroupRemoved(name.to_owned());
        self.append(FeedKey::House, at, by, removed)?;
        self.audit(
            at,
            by,
            "remove_shared_group",
            name.to_owned(),
            String::new(),
        )?;
        Ok(Outcome::DONE)
    }

    /// Who leaves the house is in no group of it.
    pub(super) fn leave_shared_groups(
        &mut self,
        at: Timestamp,
        account: AccountId,
    ) -> Result<(), Stop> {
        let mut changed = Vec::new();
        for row in self.tables.shared_groups.range::<&str>(..)? {
            let mut group: SharedGroup = parse(row?.1.value(), "shared group")?;
            if group.members.contains(&account) {
                group.members.retain(|member| *member != account);
                changed.push(group);
            }
        }
        for group in changed {
            self.write_group(at, Some(account), group)?;
        }
        Ok(())
    }

    fn shared_group(&self, name: &str) -> Result<Option<SharedGroup>, Stop> {
        match self.tables.shared_groups.get(name)? {
            Some(record) => Ok(Some(parse(record.value(), "shared group")?)),
            None => Ok(None),
        }
    }

    fn write_group(
        &mut self,
        at: Timestamp,
        by: Option<AccountId>,
        group: SharedGroup,
    ) -> Result<(), Stop> {
        self.tables
            .shared_groups
            .insert(group.name.as_str(), encode(&group).as_slice())?;
        self.append(FeedKey::House, at, by, BodyRecord::GroupPut(group))?;
        Ok(())
    }
}

fn too_many(what: &'static str, limit: usize) -> Stop {
    Refusal::TooMany { what, limit }.into()
}
