//! What is true as far as this client knows.
//!
//! A [`Model`] is changed by [`Update`]s alone, in [`Model::apply`] alone. It does no I/O, reads no
//! clock and makes nothing random: views draw it, scripts print it, tests play scenarios through it.
//! What it needs from the daemon it returns as commands in [`Changed::needs`].
//!
//! In reading order: [`update`] what goes in and comes out, [`connection`] how the connection is,
//! [`item`] one entry made fit to show, [`window`] the entries of a conversation that are held, [`mod@line`]
//! what is drawn of it, [`conversation`] one conversation, [`people`] who there is, and here all of it
//! together.

mod apply;
pub mod connection;
pub mod conversation;
pub mod item;
pub mod line;
mod own;
pub mod people;
#[cfg(test)]
mod tests;
pub mod update;
pub mod window;

pub use connection::Connection;
pub use conversation::Conversation;
pub use item::{Item, What};
pub use line::{Kind, Line, Notice, Pending, PendingState};
pub use people::People;
pub use update::{Changed, Heard, Me, Update};

use chat_shared::state::HouseRoom;
use chat_shared::{AccountId, ConversationId, DeviceInfo, Seq, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// Everything that a screen shows.
#[derive(Clone, Debug, Default)]
pub struct Model {
    me: Option<Me>,
    connection: Connection,
    people: People,
    conversations: BTreeMap<ConversationId, Conversation>,
    /// Members of public rooms, from the last answer to `rooms`.
    room_sizes: BTreeMap<ConversationId, u64>,
    devices: Option<Vec<DeviceInfo>>,
    notices: Vec<Notice>,
    account_seq: Seq,
    /// The conversation on the screen.
    open: Option<ConversationId>,
    /// Where to go as soon as it is known: what an own command made or joined.
    awaited: Option<ConversationId>,
    /// Whether it asked to sync again and was not answered yet.
    resyncing: bool,
    /// Whether a first screen has arrived.
    synced: bool,
}

/// A public room in the directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectoryRoom<'a> {
    /// Which one.
    pub conversation: ConversationId,
    /// Its name without `#`.
    pub name: &'a str,
    /// Its topic, may be empty.
    pub topic: &'a str,
    /// How many members it has, where that was asked for ([`crate::command::Command::FetchRooms`]).
    pub members: Option<u64>,
    /// Whether one is in it.
    pub joined: bool,
}

impl Model {
    /// A client that knows nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Who is signed in; nothing before the first connection.
    pub fn me(&self) -> Option<&Me> {
        self.me.as_ref()
    }

    /// Whether that is oneself.
    pub fn is_me(&self, account: AccountId) -> bool {
        self.me.as_ref().is_some_and(|me| me.account == account)
    }

    /// How the connection is; [`Connection::status`] is a line about it.
    pub fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Whether the first screen has arrived. Until then lists are empty because nothing is known.
    pub fn is_synced(&self) -> bool {
        self.synced
    }

    /// Who there is: names and presence.
    pub fn people(&self) -> &People {
        &self.people
    }

    /// The conversations one is in, in the order of the list: rooms by name, then direct ones by title.
    pub fn conversations(&self) -> Vec<&Conversation> {
        let mut all: Vec<_> = self
            .conversations
            .values()
            .map(|c| (!c.is_room(), self.title(c), c))
            .collect();
        all.sort_by(|a, b| (a.0, &a.1, a.2.id()).cmp(&(b.0, &b.1, b.2.id())));
        all.into_iter()
            .map(|(_, _, conversation)| conversation)
            .collect()
    }

    /// One of the conversations one is in.
    pub fn conversation(&self, id: ConversationId) -> Option<&Conversation> {
        self.conversations.get(&id)
    }

    /// The conversation on the screen, where it was told ([`Update::Opened`]) and still exists.
    pub fn open_conversation(&self) -> Option<&Conversation> {
        self.open.and_then(|id| self.conversations.get(&id))
    }

    /// What a conversation is called: `#general`, `@boris`, `@boris, @clara`. Safe to show.
    pub fn title(&self, conversation: &Conversation) -> String {
        match conversation.kind() {
            Kind::Room { name, .. } => format!("#{name}"),
            Kind::Direct { members } => {
                let mut names: Vec<_> = members
                    .iter()
                    .filter(|account| !self.is_me(**account))
                    .map(|account| format!("@{}", self.people.name(*account)))
                    .collect();
                names.sort();
                match (names.is_empty(), &self.me) {
                    (false, _) => names.join(", "),
                    (true, Some(me)) => format!("@{}", me.name),
                    (true, None) => "@".to_owned(),
                }
            }
        }
    }

    /// [`Self::title`] by id; nothing where one is not in it.
    pub fn title_of(&self, id: ConversationId) -> Option<String> {
        self.conversations
            .get(&id)
            .map(|conversation| self.title(conversation))
    }

    /// The conversation of one's own with this title (`#general`, `@boris`, `@boris, @clara`);
    /// upper and lower case are the same, a missing sign is not.
    pub fn find(&self, title: &str) -> Option<&Conversation> {
        let wanted = title.trim().to_lowercase();
        self.conversations
            .values()
            .find(|c| self.title(c).to_lowercase() == wanted)
    }

    /// Messages nobody read yet in all conversations together.
    pub fn unread(&self) -> u64 {
        self.conversations.values().map(Conversation::unread).sum()
    }

    /// The public rooms, by name.
    pub fn directory(&self) -> Vec<DirectoryRoom<'_>> {
        let mut rooms: Vec<_> = self
            .people
            .rooms()
            .map(|(id, HouseRoom { name, topic })| DirectoryRoom {
                conversation: id,
                name,
                topic,
                members: self.room_sizes.get(&id).copied(),
                joined: self.conversations.contains_key(&id),
            })
            .collect();
        rooms.sort_by(|a, b| a.name.cmp(b.name));
        rooms
    }

    /// The public room of this name, with or without `#`, whether or not one is in it.
    pub fn room_named(&self, name: &str) -> Option<ConversationId> {
        let wanted = name.trim().trim_start_matches('#').to_lowercase();
        let public = self
            .people
            .rooms()
            .find(|(_, room)| room.name.to_lowercase() == wanted);
        public
            .map(|(id, _)| id)
            .or_else(|| self.find(&format!("#{wanted}")).map(Conversation::id))
    }

    /// Who is in a conversation, by name. Nothing where it is not known yet: opening the
    /// conversation ([`Update::Opened`]) asks for it.
    pub fn members(&self, id: ConversationId) -> Option<Vec<AccountId>> {
        let mut members: Vec<_> = self
            .conversations
            .get(&id)?
            .members()?
            .iter()
            .copied()
            .collect();
        members.sort_by_cached_key(|account| self.people.name(*account).into_owned());
        Some(members)
    }

    /// Who is writing in a conversation now, oneself left out.
    pub fn typing(&self, id: ConversationId, now: Timestamp) -> BTreeSet<AccountId> {
        self.conversations
            .get(&id)
            .map(|c| c.typing(now))
            .unwrap_or_default()
    }

    /// One's own devices, where they were asked for.
    pub fn devices(&self) -> Option<&[DeviceInfo]> {
        self.devices.as_deref()
    }

    /// System lines that belong to no conversation, oldest first.
    pub fn notices(&self) -> &[Notice] {
        &self.notices
    }

    /// Orders that were not answered yet, in all conversations.
    pub fn waiting(&self) -> usize {
        self.conversations.values().map(Conversation::waiting).sum()
    }
}
