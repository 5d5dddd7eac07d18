//! How the connection is, in the words of a status line.

use chat_shared::Timestamp;

/// The state of the connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Connection {
    /// On the way: connecting, signing in, catching up.
    Connecting {
        /// Where to.
        to: String,
    },
    /// Signed in, caught up and live.
    Online,
    /// Lost or not found; it is tried again by itself.
    Lost {
        /// Why.
        reason: String,
        /// When it is tried again.
        retry_at: Timestamp,
    },
    /// Not let in, by what somebody may take back (a banned address, a disabled account): it is tried again
    /// by itself, seldom.
    TurnedAway {
        /// Why.
        reason: String,
        /// When it is tried again.
        retry_at: Timestamp,
    },
    /// Over for good: only a person here can change that (another pin, a revoked device).
    Ended {
        /// What there is to do, where that can be said in few words.
        todo: Option<&'static str>,
        /// Why.
        reason: String,
    },
}

impl Default for Connection {
    fn default() -> Self {
        Self::Connecting { to: String::new() }
    }
}

impl Connection {
    /// Whether what is typed goes out at once.
    pub fn is_online(&self) -> bool {
        matches!(self, Self::Online)
    }

    /// A line for people. A bar may cut it, so what to do comes first.
    pub fn status(&self, now: Timestamp) -> String {
        match self {
            Self::Connecting { to } if to.is_empty() => "connecting …".to_owned(),
            Self::Connecting { to } => format!("connecting to {to} …"),
            Self::Online => "online".to_owned(),
            Self::Lost { reason, retry_at } => match seconds_until(*retry_at, now) {
                0 => format!("connection lost, trying again … ({reason})"),
                seconds => format!("connection lost, trying again in {seconds} s ({reason})"),
            },
            Self::TurnedAway { reason, retry_at } => {
                let seconds = seconds_until(*retry_at, now);
                let reason = headline(reason);
                format!("Ctrl-R: try now, else in {seconds} s · {reason}")
            }
            Self::Ended {
                todo: Some(todo),
                reason,
            } => format!("{todo} · {}", headline(reason)),
            Self::Ended { todo: None, reason } => format!("not connected: {reason}"),
        }
    }

    /// The whole of why one is not let in, which the line has no room for.
    pub fn whole_reason(&self) -> Option<String> {
        match self {
            Self::TurnedAway { reason, .. } | Self::Ended { todo: None, reason } => {
                Some(format!("not connected: {reason}"))
            }
            Self::Ended {
                todo: Some(todo),
                reason,
            } => Some(format!("not connected: {reason} ({todo})")),
            Self::Connecting { .. } | Self::Online | Self::Lost { .. } => None,
        }
    }
}

/// A reason up to where it goes into details.
fn headline(reason: &str) -> &str {
    reason
        .split_once([',', ':', ';'])
        .map_or(reason, |(headline, _)| headline)
}

fn seconds_until(at: Timestamp, now: Timestamp) -> i64 {
    (at.0 - now.0).max(0).div_euclid(1_000)
}
