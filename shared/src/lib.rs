//! The contract between `chatd` and its clients.
//!
//! - [`request`] is what a client may ask, [`event`] what the daemon says, [`entry`] what feeds are made
//!   of, [`fault`] every way in which a request can fail; [`frame`] puts them into bytes.
//! - [`state`] folds entries into what a reader knows, the same way on both sides.
//! - [`ids`], [`names`] and [`limits`] are the words they share.
//! - [`scram`] is the login, [`link`] the `chat://` link that joins somebody.
//! - [`clean`] makes text from others safe to show.
//!
//! Nothing here does I/O, reads a clock or makes random numbers. `docs/protocol.md` describes the same
//! for those who write a client in another language.

#![deny(missing_docs)]

pub mod ids;
pub mod limits;
pub mod names;
pub mod request;
pub mod event;
pub mod entry;
pub mod state;
pub mod fault;
pub mod frame;
pub mod scram;
pub mod link;
pub mod clean;

pub use entry::{Entry, EntryBody, Feed};
pub use event::{
    AccountInfo, ConversationKind, ConversationSummary, DeviceInfo, Event, InviteInfo, Limits,
    Person, Presence, RegistrationMode, RoomInfo, Status,
};
pub use fault::{Fault, FaultCode};
pub use ids::{
    AccountId, ConversationId, DeviceId, InviteId, Nonce, RequestId, Seq, StreamId, Timestamp,
};
pub use request::{Cursor, Envelope, PresenceState, Request, VerifierData};
