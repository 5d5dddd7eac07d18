//! The sections of the configuration and their defaults. What each key means stands in
//! `config/chatd.toml`, which a test holds equal to this; what it may be, in [`super::keys`].

use chat_shared::{RegistrationMode, limits, scram};
use serde::{Deserialize, Serialize, Serializer};
use std::net::{Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};

/// Where clients come in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ListenConfig {
    /// TLS addresses.
    pub addresses: Vec<SocketAddr>,
    /// Loopback addresses without TLS.
    pub plain: Vec<SocketAddr>,
    /// The Unix socket; empty: [`Config::socket_path`](super::Config::socket_path) finds a place.
    #[serde(serialize_with = "as_text")]
    pub socket: PathBuf,
    /// The group that may administer; empty: none.
    pub socket_group: String,
}

impl Default for ListenConfig {
    fn default() -> Self {
        Self {
            addresses: vec![SocketAddr::from((
                Ipv6Addr::UNSPECIFIED,
                limits::DEFAULT_PORT,
            ))],
            plain: Vec::new(),
            socket: PathBuf::new(),
            socket_group: String::new(),
        }
    }
}

/// Where everything is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DataConfig {
    /// Empty: [`Config::data_directory`](super::Config::data_directory) finds a place.
    #[serde(serialize_with = "as_text")]
    pub directory: PathBuf,
}

/// The own certificate; both paths or neither.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TlsConfig {
    /// PEM, the leaf first.
    #[serde(serialize_with = "as_text")]
    pub certificate: PathBuf,
    /// PEM.
    #[serde(serialize_with = "as_text")]
    pub key: PathBuf,
}

/// Who may come in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HouseConfig {
    /// Who may make an account.
    pub registration: RegistrationMode,
}

/// Passwords and the throttle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LoginConfig {
    pub iterations: u32,
    pub failures_before_delay: u32,
    pub max_delay_secs: u64,
}

impl Default for LoginConfig {
    fn default() -> Self {
        Self {
            iterations: scram::DEFAULT_ITERATIONS,
            failures_before_delay: 3,
            max_delay_secs: 60,
        }
    }
}

/// What becomes of the messages of somebody who deletes their account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeletedMessages {
    /// They stay, from a former member.
    #[default]
    Keep,
    /// They go.
    Remove,
}

/// Accounts and what remains of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AccountsConfig {
    pub deleted_messages: DeletedMessages,
}

/// What becomes of a second device of an account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionPolicy {
    /// Both are served.
    #[default]
    Multiple,
    /// The first is put out.
    Replace,
    /// The second is refused.
    Refuse,
}

/// How often somebody may be signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SessionsConfig {
    pub policy: SessionPolicy,
    /// Connections of one account.
    pub limit: usize,
}

impl Default for SessionsConfig {
    fn default() -> Self {
        Self {
            policy: SessionPolicy::default(),
            limit: 10,
        }
    }
}

/// What one connection, one address and all of them may use up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LimitsConfig {
    pub frame_before_login_bytes: usize,
    pub frame_bytes: usize,
    pub message_bytes: usize,
    pub topic_bytes: usize,
    pub direct_members: usize,
    pub connections: usize,
    pub connections_per_address: usize,
    pub handshake_secs: u64,
    pub login_secs: u64,
    pub idle_ping_secs: u64,
    pub idle_timeout_secs: u64,
    pub requests_per_sec: u32,
    pub request_burst: u32,
    pub requests_in_flight: usize,
    pub outbound_bytes: usize,
}

impl Default for LimitsConfig {
    fn default() -> Self {
        Self {
            frame_before_login_bytes: limits::FRAME_BEFORE_LOGIN,
            frame_bytes: limits::FRAME,
            message_bytes: limits::MESSAGE_BYTES,
            topic_bytes: limits::TOPIC_BYTES,
            direct_members: limits::DIRECT_MEMBERS,
            connections: 10_000,
            connections_per_address: 200,
            handshake_secs: 10,
            login_secs: 10,
            idle_ping_secs: 60,
            idle_timeout_secs: 90,
            requests_per_sec: 50,
            request_burst: 200,
            requests_in_flight: 128,
            outbound_bytes: 1024 * 1024,
        }
    }
}

/// The journal and its store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct JournalConfig {
    pub batch_commands: usize,
    pub waiting_commands: usize,
    pub cache_mib: usize,
}

impl Default for JournalConfig {
    fn default() -> Self {
        Self {
            batch_commands: 4_096,
            waiting_commands: 100_000,
            cache_mib: 16,
        }
    }
}

/// How the work is spread.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ThreadsConfig {
    /// 0: one for each core.
    pub sessions: usize,
}

/// What is logged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogConfig {
    /// Directives of `tracing_subscriber::EnvFilter`, of which only levels and targets are allowed.
    pub level: String,
}

impl Default for LogConfig {
    fn default() -> Self {
        Self {
            level: "info".to_owned(),
        }
    }
}

/// A path that is not UTF-8 can come from a flag; it must not make the checks fail.
fn as_text<S: Serializer>(path: &Path, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&path.to_string_lossy())
}
