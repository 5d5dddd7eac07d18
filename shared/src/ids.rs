//! Identifiers and counters, each a type of its own so that they cannot be mixed up.
//!
//! All are plain integers on the wire. Ids are given out by the daemon, counting up from 1;
//! 0 is never an id.

use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! number {
    ($(#[$doc:meta])* $name:ident($inner:ty)) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(pub $inner);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

number! {
    /// A person's account.
    AccountId(u64)
}
number! {
    /// A conversation: a room, or a direct one between people.
    ConversationId(u64)
}
number! {
    /// A device of an account: one place that holds a token and an outbox.
    DeviceId(u64)
}
number! {
    /// An invitation.
    InviteId(u64)
}
number! {
    /// The place of an entry in its feed: dense, the first is 1. 0 means "nothing yet".
    Seq(u64)
}
number! {
    /// A stream of numbered commands that a device opened: one per process that sends. The client
    /// picks the lowest number that none of its running processes uses.
    StreamId(u32)
}
number! {
    /// The number of a command within its stream: counts up from 1. Sent again with the same
    /// number, a command is not carried out again; its first outcome is answered.
    Nonce(u64)
}
number! {
    /// Chosen by the client for each request and repeated in the answer. 0 is what comes by itself.
    RequestId(u64)
}
number! {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    Timestamp(i64)
}

impl Seq {
    /// The place after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl Nonce {
    /// The number after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}
