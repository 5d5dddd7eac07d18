//! Every key and what it may be: one table, so that files, variables and programs are measured alike.

use config::{Value, ValueKind};
use std::fmt;
use std::net::SocketAddr;

/// A key of the configuration.
pub(super) struct Key {
    /// `section.key`.
    pub(super) name: &'static str,
    /// What may stand there.
    pub(super) allowed: Allowed,
}

/// What may stand at a key.
pub(super) enum Allowed {
    /// A whole number within these bounds.
    Number(i64, i64),
    /// One of these.
    Word(&'static [&'static str]),
    /// Any text; what it is for.
    Text(&'static str),
    /// Levels, of all or of a part.
    Levels,
    /// Addresses with ports.
    Addresses,
    /// Addresses with ports that only this machine reaches.
    LoopbackAddresses,
}

const LEVELS: &[&str] = &["off", "error", "warn", "info", "debug", "trace"];

const fn number(name: &'static str, least: i64, most: i64) -> Key {
    Key {
        name,
        allowed: Allowed::Number(least, most),
    }
}

const fn text(name: &'static str, what: &'static str) -> Key {
    Key {
        name,
        allowed: Allowed::Text(what),
    }
}

/// In the order of `config/chatd.toml`. Bounds are where a value stops making sense, not where it stops
/// being wise: an hour of silence, a quarter of all memory of a small machine.
pub(super) const KEYS: &[Key] = &[
    Key {
        name: "listen.addresses",
        allowed: Allowed::Addresses,
    },
    Key {
        name: "listen.plain",
        allowed: Allowed::LoopbackAddresses,
    },
    text("listen.socket", "the path of a socket"),
    text("listen.socket_group", "the name of a group"),
    text("data.directory", "the path of a directory"),
    text("tls.certificate", "the path of a PEM file"),
    text("tls.key", "the path of a PEM file"),
    Key {
        name: "house.registration",
        allowed: Allowed::Word(&["open", "invite", "closed"]),
    },
    number(
        "login.iterations",
        chat_shared::scram::MIN_ITERATIONS as i64,
        chat_shared::scram::MAX_ITERATIONS as i64,
    ),
    number("login.failures_before_delay", 1, 1_000),
    number("login.max_delay_secs", 1, 3_600),
    Key {
        name: "accounts.deleted_messages",
        allowed: Allowed::Word(&["keep", "remove"]),
    },
    Key {
        name: "sessions.policy",
        allowed: Allowed::Word(&["multiple", "replace", "refuse"]),
    },
    number("sessions.limit", 1, 100_000),
    // A sign-in message is up to 1 KiB.
    number("limits.frame_before_login_bytes", 2_048, 65_536),
    number("limits.frame_bytes", 65_536, 4_194_304),
    // Answers and entries still have to fit into the 256 KiB that clients read.
    number("limits.message_bytes", 256, 131_072),
    number("limits.topic_bytes", 16, 4_096),
    number("limits.direct_members", 2, 32),
    number("limits.connections", 1, 1_000_000),
    number("limits.connections_per_address", 1, 1_000_000),
    number("limits.handshake_secs", 1, 300),
    number("limits.login_secs", 1, 300),
    number("limits.idle_ping_secs", 1, 3_600),
    number("limits.idle_timeout_secs", 2, 7_200),
    number("limits.requests_per_sec", 1, 1_000_000),
    number("limits.request_burst", 1, 1_000_000),
    number("limits.requests_in_flight", 1, 65_536),
    number("limits.outbound_bytes", 65_536, 268_435_456),
    number("journal.batch_commands", 1, 65_536),
    number("journal.waiting_commands", 1, 10_000_000),
    number("journal.cache_mib", 1, 1_048_576),
    number("threads.sessions", 0, 1_024),
    Key {
        name: "log.level",
        allowed: Allowed::Levels,
    },
];

/// The key of that name.
pub(super) fn key(name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.name == name)
}

/// The sections, each once.
pub(super) fn sections() -> Vec<&'static str> {
    let mut sections: Vec<_> = KEYS
        .iter()
        .filter_map(|key| key.name.split('.').next())
        .collect();
    sections.dedup();
    sections
}

/// The known key or section that somebody may have meant: a slip or two away, or the right key in a
/// wrong section.
pub(super) fn nearest(unknown: &str) -> Option<&'static str> {
    let unknown = unknown.to_lowercase();
    let is_key = unknown.contains('.');
    let leaf = unknown.rsplit('.').next().unwrap_or_default();
    let sections = sections();
    let candidates = KEYS
        .iter()
        .map(|key| key.name)
        .chain(sections.into_iter().filter(|_| !is_key));
    candidates
        .map(|known| {
            let whole = strsim::damerau_levenshtein(&unknown, known);
            let known_leaf = known.rsplit('.').next().unwrap_or_default();
            // One more than the slips in the key itself, so that the same section wins.
            let elsewhere = strsim::damerau_levenshtein(leaf, known_leaf) + 1;
            (whole.min(elsewhere), known)
        })
        .min()
        .filter(|(distance, _)| *distance <= (leaf.len() / 3).clamp(2, 4))
        .map(|(_, known)| known)
}

impl Allowed {
    /// Whether a value of a file is allowed. Exact, where the `config` crate would make `2` of `1.9`
    /// and `1` of `true`.
    pub(super) fn fits(&self, value: &Value) -> bool {
        match (self, &value.kind) {
            (Self::Number(least, most), ValueKind::I64(n)) => (*least..=*most).contains(n),
            (Self::Number(least, most), ValueKind::U64(n)) => {
                i64::try_from(*n).is_ok_and(|n| (*least..=*most).contains(&n))
            }
            (Self::Word(words), ValueKind::String(word)) => words.contains(&word.as_str()),
            // No path and no name holds one, and the system's calls fail on it in odd places.
            (Self::Text(_), ValueKind::String(text)) => !text.contains('\0'),
            (Self::Levels, ValueKind::String(levels)) => levels.split(',').all(is_level),
            (Self::Addresses, ValueKind::Array(all)) => all
                .iter()
                .all(|one| address(one).is_some_and(|address| !address.ip().is_multicast())),
            (Self::LoopbackAddresses, ValueKind::Array(all)) => all
                .iter()
                .all(|one| address(one).is_some_and(|address| address.ip().is_loopback())),
            _ => false,
        }
    }

    /// The value that the text of a variable stands for; the text itself where it is none, for
    /// [`fits`](Self::fits) to refuse.
    pub(super) fn read(&self, text: &str) -> ValueKind {
        match self {
            Self::Number(..) => text
                .parse()
                .map_or_else(|_| ValueKind::String(text.to_owned()), ValueKind::I64),
            Self::Addresses | Self::LoopbackAddresses => ValueKind::Array(
                text.split(',')
                    .map(str::trim)
                    .filter(|one| !one.is_empty())
                    .map(Value::from)
                    .collect(),
            ),
            Self::Word(_) | Self::Text(_) | Self::Levels => ValueKind::String(text.to_owned()),
        }
    }
}

impl fmt::Display for Allowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(least, most) => write!(f, "a whole number from {least} to {most}"),
            Self::Word(words) => write!(f, "one of \"{}\"", words.join("\", \"")),
            Self::Text(what) => write!(f, "{what} as text in quotes, or \"\""),
            Self::Levels => write!(
                f,
                "one of {}, or with parts, such as \"info,chatd::net=debug\"",
                LEVELS.join(", ")
            ),
            Self::Addresses => f.write_str(
                "a list of addresses with ports, such as [\"192.0.2.7:7420\", \"[::]:7420\"]",
            ),
            Self::LoopbackAddresses => {
                f.write_str("a list of loopback addresses with ports, such as [\"127.0.0.1:7421\"]")
            }
        }
    }
}

/// `EnvFilter` takes `inof` for the name of a part and says nothing.
fn is_level(directive: &str) -> bool {
    let (part, level) = directive
        .trim()
        .rsplit_once('=')
        .unwrap_or(("_", directive.trim()));
    let is_part = !part.is_empty()
        && part
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | ':'));
    is_part && LEVELS.contains(&level)
}

fn address(value: &Value) -> Option<SocketAddr> {
    match &value.kind {
        ValueKind::String(text) => text.parse().ok(),
        _ => None,
    }
}
