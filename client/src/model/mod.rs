//! What is true as far as this client knows.
//!
//! A [`Model`] is changed by [`Update`]s alone, in [`Model::apply`] alone. It does no I/O, reads no
//! clock and makes nothing random: views draw it, scripts print it, tests play scenarios through it.
//! What it needs from the daemon it returns as commands in [`Changed::needs`].
//!
//! In reading order: [`update`] what goes in and comes out, [`connection`] how the connection is,
//! [`item`] one entry made fit to show, [`room_words`] what became of a room in words, [`window`] the entries of a
//! conversation that are held, [`mod@line`]
//! what is drawn of it, `notices` the client's own lines, `membership` who is in it, [`conversation`] one conversation,
//! [`past`] an older place of it, `sight` what of it was on the screen; `looks` and [`people`] who there is, `awaited`, [`contacts`] and [`inbox`] what is
//! one's own, [`directory`] the rooms there are; `apply`, `feeds`, `pages`, `further` and `own` what changes it, and here all of
//! it together.

mod apply;
mod awaited;
pub mod connection;
pub mod contacts;
pub mod conversation;
pub mod directory;
mod feeds;
mod further;
pub mod inbox;
#[cfg(test)]
mod inbox_tests;
pub mod item;
pub mod line;
mod looks;
mod membership;
mod notices;
mod own;
mod pages;
pub mod past;
#[cfg(test)]
mod past_tests;
pub mod people;
#[cfg(test)]
mod people_tests;
pub mod room_words;
mod sight;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod told_tests;
pub mod update;
pub mod window;

pub use connection::Connection;
pub use contacts::Contacts;
pub use conversation::Conversation;
pub use directory::DirectoryRoom;
pub use inbox::{Inbox, Waiting};
pub use item::{Item, What};
pub use line::{Kind, Line, Notice, Pending, PendingState, Traffic};
pub use people::People;
pub use update::{Changed, Heard, Invitation, Me, Update};

use crate::command::Ticket;
use chat_shared::{
    AccountId, Card, ConversationId, DeviceInfo, HouseRole, InviteInfo, PresenceState, Restriction,
    RoomInfo, Seen, Seq, Timestamp,
};
use jiff::tz::TimeZone;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// Everything that a screen shows.
#[derive(Clone, Debug, Default)]
pub struct Model {
    me: Option<Me>,
    connection: Connection,
    /// The newest entry of the house feed when it was synced.
    house_until: Seq,
    people: People,
    conversations: BTreeMap<ConversationId, Conversation>,
    contacts: Contacts,
    inbox: Inbox,
    /// Rooms as the answers to `rooms` and `room` told them. All text is safe to show.
    listed: BTreeMap<ConversationId, RoomInfo>,
    /// How far the directory was read that is under way.
    listed_up_to: ConversationId,
    card: Option<Card>,
    restrictions: Option<Restrictions>,
    devices: Option<Vec<DeviceInfo>>,
    invites: Option<Vec<InviteInfo>>,
    seen: Vec<Seen>,
    notices: Vec<Notice>,
    account_seq: Seq,
    /// The conversation on the screen.
    open: Option<ConversationId>,
    /// Where to go as soon as it is known: what an own command made or joined.
    awaited: Option<ConversationId>,
    /// What one is leaving by oneself.
    leaving: BTreeSet<ConversationId>,
    /// Favourites that are being made mere contacts.
    taken_down: BTreeSet<AccountId>,
    /// Changes of rooms that are so already: no entry will tell of them.
    idle_changes: BTreeSet<Ticket>,
    /// Invitations into rooms under way, and the newest entry of the room before: who is invited already gives
    /// none.
    inviting: BTreeMap<Ticket, Seq>,
    /// What was wrong with the last line that meant nothing.
    last_mistake: Option<String>,
    /// Why one was not let in, as it was told last.
    told_why: Option<String>,
    /// Whether it asked to sync again and was not answered yet.
    resyncing: bool,
    /// Whether a first screen has arrived.
    synced: bool,
    /// Where the clock hangs by which times are told; nothing: UTC.
    zone: Option<TimeZone>,
}

/// Who is kept out of a room, silent in it, or invited. Reasons are safe to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restrictions {
    /// Which room.
    pub conversation: ConversationId,
    /// Who is kept out.
    pub banned: Vec<Restriction>,
    /// Who is silent.
    pub muted: Vec<Restriction>,
    /// Who is invited.
    pub invited: Vec<Restriction>,
}

impl Model {
    /// A client that knows nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same, which tells times as clocks show them in this zone.
    #[must_use]
    pub fn in_zone(mut self, zone: TimeZone) -> Self {
        self.zone = Some(zone);
        self
    }

    fn zone(&self) -> TimeZone {
        self.zone.clone().unwrap_or(TimeZone::UTC)
    }

    /// Who is signed in; nothing before the first connection.
    pub fn me(&self) -> Option<&Me> {
        self.me.as_ref()
    }

    /// Whether that is oneself.
    pub fn is_me(&self, account: AccountId) -> bool {
        self.me.as_ref().is_some_and(|me| me.account == account)
    }

    /// Whether there are people and rooms whose names have not come yet. So it is for a moment after each
    /// sign-in.
    pub fn is_learning_names(&self) -> bool {
        self.connection.is_online() && self.people.house_seq() < self.house_until
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

    /// The conversations one is in, in the order of the list: rooms by name, then direct ones, that in
    /// which something was said last on top.
    pub fn conversations(&self) -> Vec<&Conversation> {
        let mut all: Vec<_> = self.conversations.values().collect();
        all.sort_by_cached_key(|c| {
            let last = match c.kind() {
                Kind::Room { .. } => Timestamp(0),
                Kind::Direct { .. } => c.items().next_back().map_or(Timestamp(0), Item::at),
            };
            (!c.is_room(), Reverse(last), self.title(c), c.id())
        });
        all
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

    /// Messages that were not read in a conversation, those of people whom one blocks left out as far
    /// as they are held.
    pub fn unread_in(&self, conversation: &Conversation) -> u64 {
        let unread = conversation.unread();
        if unread == 0 || self.contacts.blocked().is_empty() {
            return unread;
        }
        if let Kind::Direct { members } = conversation.kind()
            && members
                .iter()
                .all(|account| self.is_me(*account) || self.contacts.is_blocked(*account))
        {
            return 0;
        }
        let folded = conversation
            .items()
            .rev()
            .take_while(|item| item.seq() > conversation.read())
            .filter(|item| item.is_message() && self.is_folded(item))
            .count();
        unread.saturating_sub(folded as u64)
    }

    /// Messages nobody read yet in all conversations together.
    pub fn unread(&self) -> u64 {
        self.conversations.values().map(|c| self.unread_in(c)).sum()
    }

    /// Whether it is of somebody whom one blocks.
    pub fn is_folded(&self, item: &Item) -> bool {
        item.by().is_some_and(|by| self.contacts.is_blocked(by))
    }

    /// Contacts and blocks.
    pub fn contacts(&self) -> &Contacts {
        &self.contacts
    }

    /// What waits besides unread messages.
    pub fn inbox(&self) -> &Inbox {
        &self.inbox
    }

    /// All that waits, in the order of [`crate::waits`].
    pub fn waiting_list(&self) -> Vec<Waiting<'_>> {
        let conversations = self.conversations().into_iter();
        let unread = conversations.filter(|there| self.unread_in(there) > 0);
        let items = self.inbox.items().rev().map(Waiting::Item);
        let announcements = self.inbox.announcements().rev();
        let mut all: Vec<_> = unread
            .map(Waiting::Unread)
            .chain(items)
            .chain(announcements.map(Waiting::Announcement))
            .collect();
        all.sort_by_key(Waiting::place);
        all
    }

    /// The card that was asked for last.
    pub fn card(&self) -> Option<&Card> {
        self.card.as_ref()
    }

    /// Who may not do what in a room, as it was asked for last.
    pub fn restrictions(&self) -> Option<&Restrictions> {
        self.restrictions.as_ref()
    }

    /// As what one is in the house.
    pub fn my_role(&self) -> HouseRole {
        let Some(me) = &self.me else {
            return HouseRole::default();
        };
        self.people
            .person(me.account)
            .map_or(me.role, |person| person.role)
    }

    /// Who is in a conversation, by name. Nothing where it is not known yet: opening the
    /// conversation ([`Update::Opened`]) asks for it.
    pub fn members(&self, id: ConversationId) -> Option<Vec<AccountId>> {
        let mut members: Vec<_> = self
            .conversations
            .get(&id)?
            .members()?
            .into_iter()
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

    /// The invitations that hold, where they were asked for.
    pub fn invites(&self) -> Option<&[InviteInfo]> {
        self.invites.as_deref()
    }

    /// Who was here at this time or later and is not now, the latest first, as far as it was asked for.
    pub fn seen_since(&self, since: Timestamp) -> impl Iterator<Item = &Seen> {
        self.seen.iter().filter(move |seen| {
            seen.at >= since && self.people.presence(seen.account) == PresenceState::Offline
        })
    }

    /// System lines that belong to no conversation, oldest first.
    pub fn notices(&self) -> &[Notice] {
        &self.notices
    }

    /// Messages that were not answered yet, in all conversations.
    pub fn waiting(&self) -> usize {
        self.conversations.values().map(Conversation::waiting).sum()
    }
}
