//! The contract between `chatd` and its clients.
//!
//! - [`request`] is what a client may ask, [`event`] what the daemon says, [`entry`] what feeds are made
//!   of, [`fault`] every way in which a request can fail; [`frame`] puts them into bytes, [`pages`] goes on
//!   where a list is longer than an answer.
//! - [`people`] is what they say of people and rooms, [`command`] what may be done about them.
//! - [`state`] folds entries into what a reader knows, the same way on both sides.
//! - [`ids`], [`names`] and [`limits`] are the words they share.
//! - [`scram`] is the login, [`link`] the `chat://` link that joins somebody.
//! - [`clean`] makes text from others safe to show.
//! - [`audit`] is the chain that shows whether the audit log was changed.
//! - [`mentions`] finds whom a text names.
//! - [`told`] says in a line what is so once an act about the house was carried out.
//!
//! Nothing here does I/O, reads a clock or makes random numbers. `docs/protocol.md` describes the same
//! for those who write a client in another language.

#![deny(missing_docs)]

pub mod ids;
pub mod limits;
pub mod names;
pub mod people;
pub mod command;
pub mod request;
pub mod event;
pub mod entry;
pub mod state;
pub mod fault;
pub mod frame;
pub mod pages;
pub mod scram;
pub mod link;
pub mod clean;
pub mod audit;
pub mod mentions;
pub mod told;

pub use command::Command;
pub use entry::{Entry, EntryBody, Feed};
pub use event::{
    AccountInfo, AddressBan, AdminRoom, AuditLine, Card, ConversationKind, ConversationSummary,
    DeviceInfo, Event, InviteInfo, Limits, Person, Presence, RegistrationMode, Restriction,
    RoomInfo, Seen, Status,
};
pub use fault::{Fault, FaultCode};
pub use ids::{
    AccountId, ConversationId, DeviceId, InviteId, Nonce, RequestId, Seq, StreamId, Timestamp,
};
pub use people::{
    Access, Announcement, Audience, Contact, HistoryFrom, HouseRole, InboxAbout, InboxItem, Member,
    PresenceState, Profile, RoomChange, RoomRole, RoomSetting, RoomSettings, SharedGroup,
    StatusText,
};
pub use request::{Cursor, Envelope, Request, VerifierData};
