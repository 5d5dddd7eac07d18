//! What commands mean. Names are in their canonical form.

use super::house::HouseAct;
use chat_shared::names::{AccountName, RoomName};
use chat_shared::{Access, DeviceId, InviteId, PresenceState, RoomChange, RoomRole};

/// What a command does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Become a member of a room and open it.
    Join(RoomName),
    /// Be a member no longer; of the open room where none is named.
    Leave(Option<RoomName>),
    /// Make a room.
    Create {
        /// Its name.
        room: RoomName,
        /// Who finds it and comes in.
        access: Access,
        /// Its topic, may be empty.
        topic: String,
    },
    /// Set the topic of the open room; show it where none is given.
    Topic(Option<String>),
    /// Open the direct conversation with these people, and say something there where it is given.
    Message {
        /// Who.
        to: Vec<AccountName>,
        /// What.
        text: Option<String>,
    },
    /// Take the selected message away; where none is, select one's own last.
    Delete(String),
    /// Tell those who keep the peace of the selected message.
    Report(String),
    /// Show or fold messages of people whom one blocked.
    Unfold,

    /// Show one's own profile, or set a field of it; empty: take it away.
    Profile(Option<(Field, String)>),
    /// Another status text; empty: none.
    Status {
        /// The text.
        text: String,
        /// For so many milliseconds; nothing: until it is changed.
        for_ms: Option<i64>,
    },
    /// Be here, away, not to be disturbed, or invisible.
    Be(PresenceState),
    /// Say who is here; with so many milliseconds, also who was here in that time.
    Who(Option<i64>),
    /// Show all about somebody; without a name, about oneself.
    Card(Option<AccountName>),
    /// Look for people.
    Find(String),
    /// Show contacts, groups, and people whom one blocked.
    Contacts,
    /// Change contacts.
    Contact(ContactAct),
    /// Be left alone by somebody.
    Block(AccountName),
    /// No longer.
    Unblock(AccountName),
    /// Show what waits.
    Inbox,
    /// Everything in the inbox is seen.
    Dismiss,
    /// A word to many.
    Announce {
        /// Who.
        to: Announced,
        /// What.
        text: String,
    },

    /// Show the directory, narrowed to rooms with this in name or topic.
    Rooms(String),
    /// Show what the open room is like.
    Room,
    /// Make the open room different.
    Change(RoomChange),
    /// Give the open room another name.
    Rename(RoomName),
    /// Delete the open room; without its name, ask for it.
    DeleteRoom(Option<String>),
    /// Let somebody into the open room.
    Invite(AccountName),
    /// Take that back.
    Uninvite(AccountName),
    /// Somebody's role in the open room.
    Role {
        /// Whose.
        who: AccountName,
        /// The new one.
        role: RoomRole,
    },
    /// Put somebody out of the open room.
    Kick {
        /// Who.
        who: AccountName,
        /// Why; may be empty.
        reason: String,
    },
    /// Put somebody out of the open room, and keep them out.
    Ban {
        /// Who.
        who: AccountName,
        /// For so many milliseconds; nothing: for good.
        for_ms: Option<i64>,
        /// Why; may be empty.
        reason: String,
    },
    /// Let them in again.
    Unban(AccountName),
    /// Let somebody read but not write in the open room.
    Mute {
        /// Who.
        who: AccountName,
        /// For so many milliseconds; nothing: for good.
        for_ms: Option<i64>,
        /// Why; may be empty.
        reason: String,
    },
    /// Let them write again.
    Unmute(AccountName),
    /// Show who is banned, muted and invited.
    Bans,

    /// Make an invitation into the house.
    Invitation {
        /// How many accounts can be made with it.
        uses: u32,
        /// For how many milliseconds it holds.
        for_ms: i64,
        /// Where who comes by it is put into.
        rooms: Vec<RoomName>,
    },
    /// Show the invitations that hold.
    Invitations,
    /// End one.
    EndInvitation(InviteId),

    /// Keep the house in order.
    House(HouseAct),

    /// Show one's devices.
    Devices,
    /// End devices.
    Revoke(Which),
    /// Another password: not from here.
    Passwd,
    /// How joins, leaves and presence are told; nothing: say how it is.
    Notices(Option<Notices>),
    /// Show or hide the people at the right.
    People,
    /// Say which commands and keys there are; with a word, those with it.
    Help(String),
    /// End the program.
    Quit,
}

/// To whom an announcement goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Announced {
    /// Who is here now.
    Online,
    /// Everybody, also those who come later.
    Everybody,
    /// These people.
    People(Vec<AccountName>),
}

/// What to do about contacts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContactAct {
    /// Have somebody at hand, in a group; empty: none.
    Add(AccountName, String),
    /// No longer.
    Remove(AccountName),
    /// On top, or no longer.
    Favourite(AccountName),
}

/// A field of the profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// What one likes to be called.
    Display,
    /// As on the door.
    Full,
    /// Mail.
    Email,
    /// Telephone.
    Phone,
    /// Where one belongs.
    Department,
    /// Anything else.
    About,
    /// Time zone.
    Zone,
}

/// Which devices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// All but this one.
    Others,
    /// This one of the list.
    One(DeviceId),
}

/// How joins, leaves and presence are told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Notices {
    /// Each in a line of its own.
    All,
    /// Those that come together in one line.
    #[default]
    Few,
    /// Not at all.
    Off,
}

impl Notices {
    /// The words of `/notices`, in the order of the variants.
    pub const WORDS: &'static [&'static str] = &["all", "few", "off"];

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Few => "few",
            Self::Off => "off",
        }
    }
}

impl Field {
    /// The words of `/profile`.
    pub const WORDS: &'static [&'static str] = &[
        "display_name",
        "full_name",
        "email",
        "phone",
        "department",
        "about",
        "time_zone",
    ];

    /// Which field a word means.
    pub fn named(word: &str) -> Option<Self> {
        Some(match word {
            "display_name" => Self::Display,
            "full_name" => Self::Full,
            "email" => Self::Email,
            "phone" => Self::Phone,
            "department" => Self::Department,
            "about" => Self::About,
            "time_zone" => Self::Zone,
            _ => return None,
        })
    }
}
