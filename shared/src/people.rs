//! People and rooms as others see them: profiles, presence, roles, and what a room is like.

use crate::ids::{AccountId, ConversationId, Seq, Timestamp};
use serde::{Deserialize, Serialize};

/// What somebody tells the house about themselves. All may be empty; limits in [`crate::limits`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Profile {
    /// What they like to be called.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub display_name: String,
    /// As on their door.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub full_name: String,
    /// Where they read mail.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub email: String,
    /// Where they answer a telephone.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub phone: String,
    /// Where they belong.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub department: String,
    /// Anything else.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub about: String,
    /// Their time zone by its name, such as `Europe/Berlin`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub time_zone: String,
}

/// How available a person is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PresenceState {
    /// Not connected, or connected without saying that they are present.
    Offline,
    /// Connected, but not at the keyboard.
    Away,
    /// Here.
    Online,
    /// Here, and not to be notified of anything.
    DoNotDisturb,
    /// Here, but shown to others as offline. Only ever said by a client, and told to its own account.
    Invisible,
    /// A state of a newer daemon.
    #[serde(other)]
    Unknown,
}

/// What somebody says of themselves for now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusText {
    /// The text; empty: none.
    pub text: String,
    /// Until when it holds; nothing: until it is changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

/// What somebody may do in the house. Each may all that those before it may.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum HouseRole {
    /// Sees and writes only where they were invited.
    Guest,
    /// Everybody else.
    #[default]
    Member,
    /// Keeps the peace in all rooms.
    Moderator,
    /// Runs the house.
    Administrator,
}

/// What somebody may do in a room. Each may all that those before it may.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum RoomRole {
    /// Reads and writes, but invites nobody.
    Guest,
    /// Everybody else.
    #[default]
    Member,
    /// Keeps the peace.
    Moderator,
    /// Decides what the room is.
    Owner,
}

/// Who finds a room and comes in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// Everybody finds it and may join.
    #[default]
    Public,
    /// Everybody finds it; who was invited may join.
    Private,
    /// Only its members and who was invited know that it is there.
    Hidden,
}

/// From where on somebody who comes may read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HistoryFrom {
    /// All that was ever said.
    #[default]
    Beginning,
    /// What is said from their joining on.
    Joining,
}

/// What a room is like, besides its name and topic.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RoomSettings {
    /// Who finds it and comes in.
    pub access: Access,
    /// From where on who comes may read.
    pub history: HistoryFrom,
    /// What it is for, in more words than the topic.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Seconds that a member waits between two messages; 0: none.
    pub slow_secs: u32,
    /// Only its owners and moderators write.
    pub read_only: bool,
    /// Nobody writes, and it stands at the end of the directory.
    pub archived: bool,
    /// Every new account is put into it.
    pub for_newcomers: bool,
}

/// One of the [`RoomSettings`], by its name there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoomSetting {
    /// [`RoomSettings::access`].
    Access,
    /// [`RoomSettings::history`].
    History,
    /// [`RoomSettings::description`].
    Description,
    /// [`RoomSettings::slow_secs`].
    SlowSecs,
    /// [`RoomSettings::read_only`].
    ReadOnly,
    /// [`RoomSettings::archived`].
    Archived,
    /// [`RoomSettings::for_newcomers`].
    ForNewcomers,
    /// One of a newer daemon.
    #[serde(other)]
    Unknown,
}

impl RoomSettings {
    /// Which of them are other than they were.
    #[must_use]
    pub fn changed_since(&self, before: &RoomSettings) -> Vec<RoomSetting> {
        let RoomSettings {
            access,
            history,
            description,
            slow_secs,
            read_only,
            archived,
            for_newcomers,
        } = before;
        let differs = [
            (self.access != *access, RoomSetting::Access),
            (self.history != *history, RoomSetting::History),
            (self.description != *description, RoomSetting::Description),
            (self.slow_secs != *slow_secs, RoomSetting::SlowSecs),
            (self.read_only != *read_only, RoomSetting::ReadOnly),
            (self.archived != *archived, RoomSetting::Archived),
            (
                self.for_newcomers != *for_newcomers,
                RoomSetting::ForNewcomers,
            ),
        ];
        let differs = differs.into_iter().filter(|(differs, _)| *differs);
        differs.map(|(_, setting)| setting).collect()
    }
}

/// What is to be different in a room; what is not given stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RoomChange {
    /// See [`RoomSettings::access`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access: Option<Access>,
    /// See [`RoomSettings::history`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub history: Option<HistoryFrom>,
    /// See [`RoomSettings::description`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// See [`RoomSettings::slow_secs`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slow_secs: Option<u32>,
    /// See [`RoomSettings::read_only`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_only: Option<bool>,
    /// See [`RoomSettings::archived`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub archived: Option<bool>,
    /// See [`RoomSettings::for_newcomers`]; only administrators.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub for_newcomers: Option<bool>,
}

/// Somebody in a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Who.
    pub account: AccountId,
    /// As what.
    pub role: RoomRole,
}

/// Somebody whom an account wants to have at hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Who.
    pub account: AccountId,
    /// The group they stand in; empty: none; [`crate::limits::GROUP_NEW`]: they wrote first.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub group: String,
    /// Whether they stand on top.
    #[serde(default)]
    pub favourite: bool,
}

/// People whom the administrator put together for all, such as a department.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedGroup {
    /// What it is called.
    pub name: String,
    /// Who is in it.
    pub members: Vec<AccountId>,
}

/// A word to many.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Announcement {
    /// Counts up from 1; 0: it was for those online alone and is not kept.
    pub id: u64,
    /// When.
    pub at: Timestamp,
    /// Who; nothing: the administrator at the machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<AccountId>,
    /// What. Not yet cleaned for a terminal.
    pub text: String,
}

/// Whom an announcement is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Audience {
    /// Who is connected now.
    Online,
    /// Everybody; who is away finds it at the next login.
    Everybody,
    /// These people; who is away finds it at the next login.
    People {
        /// Who.
        accounts: Vec<AccountId>,
    },
}

/// Something that waits for an account: besides unread messages, what is worth a look.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InboxItem {
    /// Counts up from 1 for each account.
    pub id: u64,
    /// When.
    pub at: Timestamp,
    /// Who; nothing: the daemon or its administrator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<AccountId>,
    /// What.
    pub about: InboxAbout,
}

/// What waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum InboxAbout {
    /// A message names this account.
    Mention {
        /// Where.
        conversation: ConversationId,
        /// Which message.
        seq: Seq,
    },
    /// Somebody has this account among their contacts now.
    AddedAsContact {},
    /// An invitation into a room.
    RoomInvitation {
        /// Which one.
        conversation: ConversationId,
        /// What it is called: a hidden one is not in the directory.
        name: String,
    },
    /// An announcement to a list of people.
    Announcement {
        /// What.
        text: String,
    },
    /// A message was reported; to those who keep the peace.
    Report {
        /// Where.
        conversation: ConversationId,
        /// Which message.
        seq: Seq,
        /// Why.
        reason: String,
    },
    /// Of a newer daemon.
    #[serde(other)]
    Unknown,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_that_is_other_than_before_is_named_and_no_other() {
        let before = RoomSettings::default();
        assert_eq!(before.changed_since(&before), []);
        let after = RoomSettings {
            access: Access::Private,
            history: HistoryFrom::Joining,
            description: "who cooks".to_owned(),
            slow_secs: 30,
            read_only: true,
            archived: true,
            for_newcomers: true,
        };
        let all = [
            RoomSetting::Access,
            RoomSetting::History,
            RoomSetting::Description,
            RoomSetting::SlowSecs,
            RoomSetting::ReadOnly,
            RoomSetting::Archived,
            RoomSetting::ForNewcomers,
        ];
        assert_eq!(after.changed_since(&before), all);
        assert_eq!(before.changed_since(&after), all);
        let slow = RoomSettings {
            slow_secs: 60,
            ..after.clone()
        };
        assert_eq!(slow.changed_since(&after), [RoomSetting::SlowSecs]);
    }
}
