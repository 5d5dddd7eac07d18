//! What the tables hold: MessagePack maps, apart from the wire's types, so that either may change
//! without the other.

use bytes::Bytes;
use chat_shared::limits::STREAM_WINDOW;
use chat_shared::{
    AccountId, Announcement, Contact, ConversationId, DeviceId, Entry, EntryBody, HouseRole,
    InboxItem, Profile, RoomRole, RoomSetting, RoomSettings, Seq, SharedGroup, StatusText,
    Timestamp,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use smallvec::SmallVec;
use std::collections::BTreeSet;

/// Most records fit: a message writes two, and to grow from nothing costs each of them six allocations.
const USUAL_BYTES: usize = 256;

/// Encodes a record.
pub(crate) fn encode<T: Serialize>(record: &T) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(USUAL_BYTES);
    rmp_serde::encode::write_named(&mut bytes, record)
        .expect("records have string keys, and memory does not fail to write");
    bytes
}

/// As [`encode`], in no more memory than it needs: for what stays.
pub(crate) fn encode_to_keep<T: Serialize>(record: &T) -> Bytes {
    chat_shared::frame::encode_value(record)
}

/// Decodes a record; an error means that the store was damaged or written by another program.
pub(crate) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, rmp_serde::decode::Error> {
    rmp_serde::from_slice(bytes)
}

/// What is kept instead of a password.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Verifier {
    #[serde(with = "serde_bytes")]
    pub(crate) salt: [u8; 16],
    pub(crate) iterations: u32,
    #[serde(with = "serde_bytes")]
    pub(crate) stored_key: [u8; 32],
    #[serde(with = "serde_bytes")]
    pub(crate) server_key: [u8; 32],
}

impl std::fmt::Debug for Verifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Verifier {{ iterations: {}, .. }}", self.iterations)
    }
}

/// An account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AccountRecord {
    pub(crate) name: String,
    pub(crate) administrator: bool,
    pub(crate) enabled: bool,
    pub(crate) created_at: Timestamp,
    pub(crate) verifier: Verifier,
    /// Always administrator where `administrator` is, and the other way round.
    #[serde(default)]
    pub(crate) role: HouseRole,
    #[serde(default)]
    pub(crate) profile: Profile,
    #[serde(default)]
    pub(crate) status: StatusText,
    /// Left for good.
    #[serde(default)]
    pub(crate) deleted_at: Option<Timestamp>,
    /// A one-time code for another password.
    #[serde(default)]
    pub(crate) reset: Option<ResetCode>,
    /// The last item of its inbox that was given out.
    #[serde(default)]
    pub(crate) last_item: u64,
    /// Announcements up to this one were dismissed, or came before the account.
    #[serde(default)]
    pub(crate) announcements_seen: u64,
    /// Later ones that were dismissed one by one, as far as they are kept.
    #[serde(default)]
    pub(crate) announcements_dismissed: BTreeSet<u64>,
}

impl AccountRecord {
    /// Whether an announcement to everybody does not wait for this account any longer.
    pub(crate) fn has_dismissed(&self, announcement: u64) -> bool {
        announcement <= self.announcements_seen
            || self.announcements_dismissed.contains(&announcement)
    }
}

/// A one-time code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ResetCode {
    #[serde(with = "serde_bytes")]
    pub(crate) code_hash: [u8; 32],
    pub(crate) expires_at: Timestamp,
}

/// A device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DeviceRecord {
    pub(crate) account: AccountId,
    pub(crate) label: String,
    pub(crate) created_at: Timestamp,
    /// SHA-256 of the token's secret: it has 256 random bits, so a slow hash would add nothing.
    #[serde(with = "serde_bytes")]
    pub(crate) token_hash: [u8; 32],
}

/// An invitation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct InviteRecord {
    #[serde(with = "serde_bytes")]
    pub(crate) code_hash: [u8; 32],
    pub(crate) uses_left: u32,
    pub(crate) expires_at: Timestamp,
    pub(crate) created_at: Timestamp,
    /// Printed by the first start: whoever uses it first administers.
    pub(crate) founding: bool,
    #[serde(default)]
    pub(crate) by: Option<AccountId>,
    #[serde(default)]
    pub(crate) rooms: Vec<ConversationId>,
    #[serde(default)]
    pub(crate) role: HouseRole,
}

/// A conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ConversationRecord {
    /// The name of a room; nothing for a direct conversation.
    pub(crate) room: Option<String>,
    pub(crate) topic: String,
    pub(crate) members: u64,
    pub(crate) created_at: Timestamp,
    #[serde(default)]
    pub(crate) settings: RoomSettings,
    /// Deleted, and can be restored for a while.
    #[serde(default)]
    pub(crate) deleted_at: Option<Timestamp>,
}

impl ConversationRecord {
    /// What people call it: the name of a room with its `#`.
    pub(crate) fn title(&self) -> String {
        match &self.room {
            Some(name) => format!("#{name}"),
            None => "this direct conversation".into(),
        }
    }
}

/// Somebody in a conversation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct MemberRecord {
    #[serde(default)]
    pub(crate) role: RoomRole,
    /// The entry with which they came.
    #[serde(default)]
    pub(crate) joined: u64,
}

/// Somebody who is kept out of a room, silent in it, or invited to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RestrictionRecord {
    pub(crate) by: Option<AccountId>,
    pub(crate) at: Timestamp,
    pub(crate) until: Option<Timestamp>,
    pub(crate) reason: String,
}

/// When an account or device was connected last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SeenRecord {
    pub(crate) at: Timestamp,
    pub(crate) address: Option<String>,
}

/// Somebody among the contacts of an account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ContactRecord {
    pub(crate) group: String,
    pub(crate) favourite: bool,
}

/// A line of the audit log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AuditRecord {
    pub(crate) at: Timestamp,
    pub(crate) by: Option<AccountId>,
    pub(crate) by_name: String,
    pub(crate) act: String,
    pub(crate) target: String,
    pub(crate) detail: String,
    /// SHA-256 over the hash of the line before and this one.
    #[serde(with = "serde_bytes")]
    pub(crate) hash: [u8; 32],
}

/// What of a stream was carried out: the highest number, and the outcomes that a retry could ask for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StreamRecord {
    /// The highest number that was carried out.
    pub(crate) last: u64,
    /// The client has the answers up to this number.
    #[serde(default)]
    pub(crate) settled: u64,
    /// (nonce, conversation or 0, seq or 0), ascending by nonce. Who waits for each answer has one.
    pub(crate) outcomes: SmallVec<[(u64, u64, u64); 1]>,
}

/// What a stream's row says of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Number {
    /// It was not carried out.
    New,
    /// It was, with this conversation or 0 and seq or 0.
    Done(u64, u64),
    /// It is so old that nobody knows.
    Stale,
}

impl StreamRecord {
    /// Looks a number up.
    pub(crate) fn look_up(&self, nonce: u64) -> Number {
        if nonce <= self.settled || is_past(nonce, self.last) {
            return Number::Stale;
        }
        let place = self.outcomes.binary_search_by_key(&nonce, |one| one.0);
        place.map_or(Number::New, |place| {
            let (_, conversation, seq) = self.outcomes[place];
            Number::Done(conversation, seq)
        })
    }

    /// Remembers that a new number was carried out, and forgets what no retry can ask for: the client has the
    /// answers up to `settled`.
    pub(crate) fn settle(&mut self, nonce: u64, settled: u64, (conversation, seq): (u64, u64)) {
        let place = self.outcomes.partition_point(|outcome| outcome.0 < nonce);
        self.outcomes.insert(place, (nonce, conversation, seq));
        self.last = self.last.max(nonce);
        // A client that claims answers to what it has not sent yet only spoils its own retries; hold it to
        // what was carried out, so that its stream goes on.
        self.settled = self.settled.max(settled.min(nonce.saturating_sub(1)));
        let (floor, last) = (self.settled, self.last);
        self.outcomes
            .retain(|outcome| outcome.0 > floor && !is_past(outcome.0, last));
    }
}

/// Whether a number is too far behind the newest to be asked for.
fn is_past(nonce: u64, last: u64) -> bool {
    last.saturating_sub(nonce) >= STREAM_WINDOW
}

/// An entry as stored; its seq is in the key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct EntryRecord {
    pub(crate) at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) by: Option<AccountId>,
    pub(crate) posts: u64,
    pub(crate) body: BodyRecord,
}

/// What happened, as stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum BodyRecord {
    Posted(String),
    Created(Option<String>),
    Joined(AccountId),
    Left(AccountId),
    TopicSet(String),
    Kicked(AccountId, String),
    Banned(AccountId, Option<Timestamp>, String),
    Unbanned(AccountId),
    Muted(AccountId, Option<Timestamp>, String),
    Unmuted(AccountId),
    RoleSet(AccountId, RoomRole),
    Invited(AccountId),
    Renamed(String),
    SettingsSet(RoomSettings),
    MessageDeleted(Seq, String),
    Tombstone,
    Deleted,
    Restored,
    ConversationAdded(ConversationId),
    ConversationRemoved(ConversationId),
    Read(ConversationId, Seq, u64),
    DeviceAdded(DeviceId, String),
    DeviceRevoked(DeviceId),
    PasswordChanged,
    ContactPut(Contact),
    ContactRemoved(AccountId),
    Blocked(AccountId),
    Unblocked(AccountId),
    InboxAdded(InboxItem),
    InboxDismissed(Option<u64>),
    StatusSet(StatusText),
    AccountAdded(AccountId, String),
    AccountEnabled(AccountId, bool),
    ProfileSet(AccountId, Box<Profile>),
    HouseRoleSet(AccountId, HouseRole),
    AccountDeleted(AccountId),
    RoomAdded(ConversationId, String),
    RoomRemoved(ConversationId),
    RoomRenamed(ConversationId, String),
    RoomSettingsSet(ConversationId, RoomSettings),
    RoomTopicSet(ConversationId, String),
    Announced(Announcement),
    GroupPut(SharedGroup),
    GroupRemoved(String),
    /// As `ConversationRemoved`, by somebody who said why.
    PutOut(ConversationId, String),
    /// As `Renamed`, which is no longer written, with the name before.
    RenamedFrom {
        name: String,
        from: String,
    },
    /// As `SettingsSet`, which is no longer written, with what became different.
    SettingsChanged(RoomSettings, Vec<RoomSetting>),
    /// As `InboxDismissed` of all, which is no longer written, with the announcements up to this one.
    InboxEmptied(u64),
    AnnouncementDismissed(u64),
    /// As `PutOut`, by a ban until then or for good; the reason may be empty.
    BannedFrom(ConversationId, Option<Timestamp>, String),
}

impl EntryRecord {
    /// The entry as it goes to clients.
    pub(crate) fn into_entry(self, seq: Seq) -> Entry {
        let body = match self.body {
            BodyRecord::Posted(text) => EntryBody::Posted { text },
            BodyRecord::Created(name) => EntryBody::Created { name },
            BodyRecord::Joined(account) => EntryBody::Joined { account },
            BodyRecord::Left(account) => EntryBody::Left { account },
            BodyRecord::TopicSet(topic) => EntryBody::TopicSet { topic },
            BodyRecord::Kicked(account, reason) => EntryBody::Kicked { account, reason },
            BodyRecord::Banned(account, until, reason) => EntryBody::Banned {
                account,
                until,
                reason,
            },
            BodyRecord::Unbanned(account) => EntryBody::Unbanned { account },
            BodyRecord::Muted(account, until, reason) => EntryBody::Muted {
                account,
                until,
                reason,
            },
            BodyRecord::Unmuted(account) => EntryBody::Unmuted { account },
            BodyRecord::RoleSet(account, role) => EntryBody::RoleSet { account, role },
            BodyRecord::Invited(account) => EntryBody::Invited { account },
            BodyRecord::Renamed(name) => EntryBody::Renamed {
                name,
                from: String::new(),
            },
            BodyRecord::RenamedFrom { name, from } => EntryBody::Renamed { name, from },
            BodyRecord::SettingsSet(settings) => EntryBody::SettingsSet {
                settings,
                changed: Vec::new(),
            },
            BodyRecord::SettingsChanged(settings, changed) => {
                EntryBody::SettingsSet { settings, changed }
            }
            BodyRecord::MessageDeleted(seq, reason) => EntryBody::MessageDeleted { seq, reason },
            BodyRecord::Tombstone => EntryBody::Tombstone {},
            BodyRecord::Deleted => EntryBody::Deleted {},
            BodyRecord::Restored => EntryBody::Restored {},
            BodyRecord::ContactPut(contact) => EntryBody::ContactPut { contact },
            BodyRecord::ContactRemoved(account) => EntryBody::ContactRemoved { account },
            BodyRecord::Blocked(account) => EntryBody::Blocked { account },
            BodyRecord::Unblocked(account) => EntryBody::Unblocked { account },
            BodyRecord::InboxAdded(item) => EntryBody::InboxAdded { item },
            BodyRecord::InboxDismissed(item) => EntryBody::InboxDismissed {
                item,
                announcements: None,
            },
            BodyRecord::InboxEmptied(announcements) => EntryBody::InboxDismissed {
                item: None,
                announcements: Some(announcements),
            },
            BodyRecord::AnnouncementDismissed(announcement) => {
                EntryBody::AnnouncementDismissed { announcement }
            }
            BodyRecord::StatusSet(status) => EntryBody::StatusSet { status },
            BodyRecord::ProfileSet(account, profile) => EntryBody::ProfileSet { account, profile },
            BodyRecord::HouseRoleSet(account, role) => EntryBody::HouseRoleSet { account, role },
            BodyRecord::AccountDeleted(account) => EntryBody::AccountDeleted { account },
            BodyRecord::RoomRemoved(conversation) => EntryBody::RoomRemoved { conversation },
            BodyRecord::RoomRenamed(conversation, name) => {
                EntryBody::RoomRenamed { conversation, name }
            }
            BodyRecord::RoomSettingsSet(conversation, settings) => EntryBody::RoomSettingsSet {
                conversation,
                settings,
            },
            BodyRecord::Announced(announcement) => EntryBody::Announced { announcement },
            BodyRecord::GroupPut(group) => EntryBody::GroupPut { group },
            BodyRecord::GroupRemoved(name) => EntryBody::GroupRemoved { name },
            BodyRecord::ConversationAdded(conversation) => {
                EntryBody::ConversationAdded { conversation }
            }
            BodyRecord::ConversationRemoved(conversation) => EntryBody::ConversationRemoved {
                conversation,
                reason: String::new(),
                banned: false,
                until: None,
            },
            BodyRecord::PutOut(conversation, reason) => EntryBody::ConversationRemoved {
                conversation,
                reason,
                banned: false,
                until: None,
            },
            BodyRecord::BannedFrom(conversation, until, reason) => EntryBody::ConversationRemoved {
                conversation,
                reason,
                banned: true,
                until,
            },
            BodyRecord::Read(conversation, seq, posts) => EntryBody::Read {
                conversation,
                seq,
                posts,
            },
            BodyRecord::DeviceAdded(device, label) => EntryBody::DeviceAdded { device, label },
            BodyRecord::DeviceRevoked(device) => EntryBody::DeviceRevoked { device },
            BodyRecord::PasswordChanged => EntryBody::PasswordChanged {},
            BodyRecord::AccountAdded(account, name) => EntryBody::AccountAdded { account, name },
            BodyRecord::AccountEnabled(account, enabled) => {
                EntryBody::AccountEnabled { account, enabled }
            }
            BodyRecord::RoomAdded(conversation, name) => {
                EntryBody::RoomAdded { conversation, name }
            }
            BodyRecord::RoomTopicSet(conversation, topic) => EntryBody::RoomTopicSet {
                conversation,
                topic,
            },
        };
        Entry {
            seq,
            at: self.at,
            by: self.by,
            posts: self.posts,
            body,
        }
    }
}
