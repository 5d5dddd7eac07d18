//! What can be asked of rooms and of who is in them.

use super::read::{one, parse};
use super::record::{ConversationRecord, MemberRecord, RestrictionRecord};
use super::schema::{self, Record};
use super::{Reader, StoreError};
use chat_shared::{
    Access, AccountId, ConversationId, HistoryFrom, HouseRole, Member, RoomRole, Seq,
};
use redb::TableDefinition;

/// The lists of a room besides its members.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RoomList {
    Banned,
    Muted,
    Invited,
}

impl RoomList {
    fn table(self) -> TableDefinition<'static, (u64, u64), Record> {
        match self {
            RoomList::Banned => schema::BANS,
            RoomList::Muted => schema::MUTES,
            RoomList::Invited => schema::ROOM_INVITATIONS,
        }
    }
}

/// How an account stands to a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    /// As what it is in the house.
    pub(crate) house: HouseRole,
    /// As what it is in the room.
    pub(crate) member: Option<MemberRecord>,
    pub(crate) invited: bool,
}

impl Standing {
    /// Whether it may know that this room is there. Who keeps the peace of the house may.
    pub(crate) fn sees(&self, record: &ConversationRecord) -> bool {
        record.deleted_at.is_none()
            && (self.member.is_some()
                || record.room.is_some()
                    && (self.invited
                        || self.house >= HouseRole::Moderator
                        || self.house >= HouseRole::Member
                            && record.settings.access != Access::Hidden))
    }

    /// Whether it finds the room in the directory: wherever it may know of it, or who keeps the peace would have
    /// to ask for a hidden one by its number.
    fn finds(&self, record: &ConversationRecord) -> bool {
        record.room.is_some() && self.sees(record)
    }

    /// Whether it keeps the peace there.
    pub(crate) fn moderates(&self) -> bool {
        self.house >= HouseRole::Moderator
            || self
                .member
                .is_some_and(|member| member.role >= RoomRole::Moderator)
    }
}

/// Above which entry a member reads a conversation.
pub(crate) fn floor(record: &ConversationRecord, member: MemberRecord) -> Seq {
    let restricted =
        record.settings.history == HistoryFrom::Joining && member.role < RoomRole::Moderator;
    Seq(if restricted {
        member.joined.saturating_sub(1)
    } else {
        0
    })
}

/// Whether a room has this in name, topic or description; the text in small letters.
fn holds(record: &ConversationRecord, text: &str) -> bool {
    let name = record.room.iter();
    name.chain([&record.topic, &record.settings.description])
        .any(|place| place.to_lowercase().contains(text))
}

impl Reader {
    /// Somebody in a conversation that was not deleted.
    pub(crate) fn member(
        &self,
        conversation: ConversationId,
        account: AccountId,
    ) -> Result<Option<MemberRecord>, StoreError> {
        // The members of a deleted room wait for it to be restored, but it is none of theirs.
        let memberships = self.table(schema::MEMBERSHIPS)?;
        if memberships.get((account.0, conversation.0))?.is_none() {
            return Ok(None);
        }
        let members = self.table(schema::MEMBERS)?;
        one(&*members, (conversation.0, account.0), "member")
    }

    /// Members of a conversation after this account, by id.
    pub(crate) fn members_after(
        &self,
        conversation: ConversationId,
        after: AccountId,
        limit: usize,
    ) -> Result<Vec<AccountId>, StoreError> {
        let table = self.table(schema::MEMBERS)?;
        table
            .range((conversation.0, after.0.saturating_add(1))..=(conversation.0, u64::MAX))?
            .take(limit)
            .map(|row| Ok(AccountId(row?.0.value().1)))
            .collect()
    }

    /// The same with their roles.
    pub(crate) fn roles_after(
        &self,
        conversation: ConversationId,
        after: AccountId,
        limit: usize,
    ) -> Result<Vec<Member>, StoreError> {
        let table = self.table(schema::MEMBERS)?;
        table
            .range((conversation.0, after.0.saturating_add(1))..=(conversation.0, u64::MAX))?
            .take(limit)
            .map(|row| {
                let (key, record) = row?;
                let record: MemberRecord = parse(record.value(), "member")?;
                Ok(Member {
                    account: AccountId(key.value().1),
                    role: record.role,
                })
            })
            .collect()
    }

    /// How an account, of this role in the house, stands to a conversation.
    pub(crate) fn standing(
        &self,
        conversation: ConversationId,
        account: AccountId,
        house: HouseRole,
    ) -> Result<Standing, StoreError> {
        let invitations = self.table(schema::INVITED_TO)?;
        Ok(Standing {
            house,
            member: self.member(conversation, account)?,
            invited: invitations.get((account.0, conversation.0))?.is_some(),
        })
    }

    /// Who is on a list of a room, by account; what has expired is left out.
    pub(crate) fn room_list(
        &self,
        list: RoomList,
        conversation: ConversationId,
        at: chat_shared::Timestamp,
    ) -> Result<Vec<(AccountId, RestrictionRecord)>, StoreError> {
        let table = self.table(list.table())?;
        let mut found = Vec::new();
        for row in table.range((conversation.0, 0)..=(conversation.0, u64::MAX))? {
            let (key, record) = row?;
            let record: RestrictionRecord = parse(record.value(), "restriction")?;
            if record.until.is_none_or(|until| until > at) {
                found.push((AccountId(key.value().1), record));
            }
        }
        Ok(found)
    }

    /// The room of this exact name, also one that was deleted.
    pub(crate) fn room_named(&self, name: &str) -> Result<Option<ConversationId>, StoreError> {
        let table = self.table(schema::ROOM_NAMES)?;
        Ok(table.get(name)?.map(|id| ConversationId(id.value())))
    }

    /// All rooms after this conversation, by id: hidden and deleted ones too.
    pub(crate) fn rooms_after(
        &self,
        after: ConversationId,
        limit: usize,
    ) -> Result<Vec<(ConversationId, ConversationRecord)>, StoreError> {
        let mut found = Vec::new();
        self.each_room(after, |id, record| {
            found.push((id, record));
            Ok(found.len() < limit)
        })?;
        Ok(found)
    }

    /// The rooms that an account finds, with this in them, after this conversation, by id.
    pub(crate) fn directory(
        &self,
        account: AccountId,
        house: HouseRole,
        text: &str,
        after: ConversationId,
        limit: usize,
    ) -> Result<Vec<(ConversationId, ConversationRecord, Standing)>, StoreError> {
        let text = text.to_lowercase();
        let mut found = Vec::new();
        self.each_room(after, |id, record| {
            if holds(&record, &text) {
                let standing = self.standing(id, account, house)?;
                if standing.finds(&record) {
                    found.push((id, record, standing));
                }
            }
            Ok(found.len() < limit)
        })?;
        Ok(found)
    }

    fn each_room(
        &self,
        after: ConversationId,
        mut see: impl FnMut(ConversationId, ConversationRecord) -> Result<bool, StoreError>,
    ) -> Result<(), StoreError> {
        let table = self.table(schema::CONVERSATIONS)?;
        for row in table.range(after.0.saturating_add(1)..)? {
            let (id, record) = row?;
            let record: ConversationRecord = parse(record.value(), "conversation")?;
            if record.room.is_some() && !see(ConversationId(id.value()), record)? {
                break;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chat_shared::{RoomSettings, Timestamp};

    fn room(access: Access) -> ConversationRecord {
        ConversationRecord {
            room: Some("lunch".into()),
            topic: "Soup".into(),
            members: 0,
            created_at: Timestamp(0),
            settings: RoomSettings {
                access,
                ..RoomSettings::default()
            },
            deleted_at: None,
        }
    }

    fn somebody(house: HouseRole) -> Standing {
        Standing {
            house,
            member: None,
            invited: false,
        }
    }

    #[test]
    fn who_finds_a_room_depends_on_its_access() {
        let finds = |house, access| somebody(house).finds(&room(access));
        assert!(finds(HouseRole::Member, Access::Public));
        assert!(finds(HouseRole::Member, Access::Private));
        assert!(!finds(HouseRole::Member, Access::Hidden));
        assert!(!finds(HouseRole::Guest, Access::Public));
        assert!(finds(HouseRole::Moderator, Access::Hidden));
        let invited = Standing {
            invited: true,
            ..somebody(HouseRole::Guest)
        };
        assert!(invited.finds(&room(Access::Hidden)));
        let gone = ConversationRecord {
            deleted_at: Some(Timestamp(1)),
            ..room(Access::Public)
        };
        assert!(!invited.sees(&gone));
        assert!(!somebody(HouseRole::Administrator).sees(&gone));
    }

    #[test]
    fn a_direct_conversation_is_seen_by_its_members_alone() {
        let direct = ConversationRecord {
            room: None,
            ..room(Access::Public)
        };
        assert!(!somebody(HouseRole::Administrator).sees(&direct));
        let inside = Standing {
            member: Some(MemberRecord::default()),
            ..somebody(HouseRole::Guest)
        };
        assert!(inside.sees(&direct));
        assert!(!inside.finds(&direct));
    }

    #[test]
    fn a_room_is_found_by_name_topic_or_description() {
        let mut record = room(Access::Public);
        record.settings.description = "Für alle".into();
        for text in ["", "lun", "soup", "für"] {
            assert!(holds(&record, text), "{text}");
        }
        assert!(!holds(&record, "dinner"));
    }

    #[test]
    fn history_begins_at_the_joining_where_the_room_says_so_but_not_for_moderators() {
        let mut record = room(Access::Public);
        let mut member = MemberRecord {
            role: RoomRole::Member,
            joined: 7,
        };
        assert_eq!(floor(&record, member), Seq(0));
        record.settings.history = HistoryFrom::Joining;
        assert_eq!(floor(&record, member), Seq(6));
        member.role = RoomRole::Moderator;
        assert_eq!(floor(&record, member), Seq(0));
    }
}
