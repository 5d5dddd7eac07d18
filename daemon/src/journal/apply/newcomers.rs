//! New accounts: who may make one, as what they come, and the rooms that they find themselves in.

use super::conversations::role_of_newcomer;
use super::rights::Right;
use super::{Apply, Stop};
use crate::journal::command::{Admission, Name};
use crate::journal::outcome::{Outcome, Refusal};
use crate::store::FeedKey;
use crate::store::record::{AccountRecord, BodyRecord, InviteRecord, Verifier};
use crate::store::schema::meta;
use chat_shared::{AccountId, ConversationId, HouseRole, Profile, StatusText, Timestamp};
use std::collections::BTreeSet;

impl Apply<'_> {
    pub(super) fn register(
        &mut self,
        at: Timestamp,
        by: Option<AccountId>,
        name: Name,
        verifier: Verifier,
        admission: &Admission,
    ) -> Result<Outcome, Stop> {
        let invite = match admission {
            Admission::ByAdministrator => {
                self.require(by, Right::RunHouse, None)?;
                None
            }
            Admission::Local => None,
            Admission::Open | Admission::Invited(_) if self.is_panic()? => {
                let who = "administrators, while the panic switch is on";
                return Err(Refusal::NotAllowed(who).into());
            }
            Admission::Open => None,
            Admission::Invited(code_hash) => Some(code_hash),
        };
        let Name { name, skeleton } = name;
        self.check_account_name(&name, &skeleton)?;
        let invite = match invite {
            Some(code_hash) => Some(self.valid_invite(code_hash, at)?),
            None => None,
        };
        let founding = match &invite {
            Some((_, invite)) => invite.founding,
            None => *admission != Admission::Open,
        };
        let role = self.role_for_newcomer(founding, invite.as_ref().map(|(_, invite)| invite))?;
        let invited_to = match invite {
            Some((id, invite)) => {
                let rooms = invite.rooms.clone();
                self.use_invite(id, invite)?;
                rooms
            }
            None => Vec::new(),
        };

        let account = AccountId(self.count(meta::LAST_ACCOUNT, 1)?);
        self.tables.account_names.insert(name.as_str(), account.0)?;
        self.tables
            .account_skeletons
            .insert(skeleton.as_str(), account.0)?;
        let announcements_seen = self.newest_announcement()?;
        let record = AccountRecord {
            name: name.clone(),
            administrator: role == HouseRole::Administrator,
            enabled: true,
            created_at: at,
            verifier,
            role,
            profile: Profile::default(),
            status: StatusText::default(),
            deleted_at: None,
            reset: None,
            last_item: 0,
            announcements_seen,
            announcements_dismissed: BTreeSet::new(),
        };
        self.put_account(account, &record)?;
        let added = BodyRecord::AccountAdded(account, name.clone());
        self.append(FeedKey::House, at, Some(account), added)?;
        if role != HouseRole::default() {
            let set = BodyRecord::HouseRoleSet(account, role);
            self.append(FeedKey::House, at, Some(account), set)?;
        }
        if announcements_seen > 0 {
            // They are none of theirs, for whoever folds the feed too.
            let dismissed = BodyRecord::InboxEmptied(announcements_seen);
            self.append(FeedKey::Account(account), at, None, dismissed)?;
        }
        self.let_in(at, account, role, &invited_to)?;
        // Also who comes by themselves and has a say from the start.
        let is_made = *admission == Admission::ByAdministrator;
        if is_made || role >= HouseRole::Moderator {
            let by = if is_made { by } else { Some(account) };
            let word = format!("{role:?}").to_lowercase();
            self.audit(at, by, "register", name.clone(), word)?;
        }
        Ok(Outcome::Account {
            account,
            name,
            administrator: record.administrator,
        })
    }

    /// Puts somebody new into their rooms, each once: the first room and those for newcomers, unless they
    /// are a guest, and those of their invitation. A room that is no longer what it was then is left out.
    fn let_in(
        &mut self,
        at: Timestamp,
        account: AccountId,
        role: HouseRole,
        invited_to: &[ConversationId],
    ) -> Result<(), Stop> {
        let mut rooms = Vec::new();
        if role != HouseRole::Guest {
            for room in self.rooms_for_newcomers()? {
                if self.is_open_to_newcomers(room)? {
                    rooms.push(room);
                }
            }
        }
        for room in invited_to {
            if self.takes_members(*room)? {
                rooms.push(*room);
            }
        }
        let mut inside = Vec::with_capacity(rooms.len());
        for room in rooms {
            if !inside.contains(&room) {
                self.add_member(at, room, account, role_of_newcomer(role), Some(account))?;
                inside.push(room);
            }
        }
        Ok(())
    }

    fn rooms_for_newcomers(&self) -> Result<Vec<ConversationId>, Stop> {
        let first = self.tables.meta.get(meta::FIRST_ROOM)?;
        let mut rooms: Vec<_> = first.map(|first| first.value()).into_iter().collect();
        for row in self.tables.newcomer_rooms.range::<u64>(..)? {
            rooms.push(row?.0.value());
        }
        Ok(rooms.into_iter().map(ConversationId).collect())
    }

    fn takes_members(&self, room: ConversationId) -> Result<bool, Stop> {
        let record = self.stored_conversation(room)?;
        Ok(record.is_some_and(|record| {
            record.room.is_some() && record.deleted_at.is_none() && !record.settings.archived
        }))
    }

    fn check_account_name(&self, name: &str, skeleton: &str) -> Result<(), Stop> {
        if self.find_account_named(name)?.is_some() {
            return Err(Refusal::NameTaken(name.to_owned()).into());
        }
        let similar = self.tables.account_skeletons.get(skeleton)?;
        if let Some(similar) = similar {
            let taken = self.account(AccountId(similar.value()))?.name;
            let wanted = name.to_owned();
            return Err(Refusal::NameConfusable { wanted, taken }.into());
        }
        Ok(())
    }

    /// The first who comes as a founder administers. Nobody comes as more than who invited them is by now.
    fn role_for_newcomer(
        &mut self,
        founding: bool,
        invite: Option<&InviteRecord>,
    ) -> Result<HouseRole, Stop> {
        if founding {
            return Ok(match self.administrators()? {
                0 => HouseRole::Administrator,
                _ => HouseRole::Member,
            });
        }
        let Some(invite) = invite else {
            return Ok(HouseRole::Member);
        };
        let host = self.role_of_host(invite.by)?.unwrap_or(HouseRole::Guest);
        Ok(invite.role.min(host))
    }
}
