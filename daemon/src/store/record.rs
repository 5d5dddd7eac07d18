//! What the tables hold: MessagePack maps, apart from the wire's types, so that either may change
//! without the other.

use chat_shared::{AccountId, ConversationId, DeviceId, Entry, EntryBody, Seq, Timestamp};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// Encodes a record.
pub(crate) fn encode<T: Serialize>(record: &T) -> Vec<u8> {
    rmp_serde::to_vec_named(record)
        .expect("records have string keys, and memory does not fail to write")
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
}

/// A conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ConversationRecord {
    /// The name of a room; nothing for a direct conversation.
    pub(crate) room: Option<String>,
    pub(crate) topic: String,
    pub(crate) members: u64,
    pub(crate) created_at: Timestamp,
}

/// What of a stream was carried out: the highest number, and the outcomes that a retry could ask for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StreamRecord {
    /// The highest number that was carried out.
    pub(crate) last: u64,
    /// The client has the answers up to this number.
    #[serde(default)]
    pub(crate) settled: u64,
    /// (nonce, conversation or 0, seq or 0), ascending by nonce.
    pub(crate) outcomes: Vec<(u64, u64, u64)>,
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
    ConversationAdded(ConversationId),
    ConversationRemoved(ConversationId),
    Read(ConversationId, Seq, u64),
    DeviceAdded(DeviceId, String),
    DeviceRevoked(DeviceId),
    PasswordChanged,
    AccountAdded(AccountId, String),
    AccountEnabled(AccountId, bool),
    RoomAdded(ConversationId, String),
    RoomTopicSet(ConversationId, String),
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
            BodyRecord::ConversationAdded(conversation) => {
                EntryBody::ConversationAdded { conversation }
            }
            BodyRecord::ConversationRemoved(conversation) => {
                EntryBody::ConversationRemoved { conversation }
            }
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
