//! The rooms there are: those of the house feed, and those that only the answers to `rooms` tell of.

use super::membership::cleaned;
use super::{Conversation, Model};
use chat_shared::{Access, ConversationId, HouseRole, RoomInfo, RoomSettings, clean};
use std::collections::BTreeSet;

/// A room in the directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectoryRoom<'a> {
    /// Which one.
    pub conversation: ConversationId,
    /// Its name without `#`.
    pub name: &'a str,
    /// Its topic, may be empty.
    pub topic: &'a str,
    /// What it is like.
    pub settings: &'a RoomSettings,
    /// How many members it has, where that was asked for ([`crate::command::Command::FetchRooms`]).
    pub members: Option<u64>,
    /// Whether one is in it.
    pub joined: bool,
    /// Whether one is invited into it.
    pub invited: bool,
}

impl Model {
    /// The rooms that one can find: those in use by name, then those that are archived.
    pub fn directory(&self) -> Vec<DirectoryRoom<'_>> {
        let is_guest = self.my_role() == HouseRole::Guest;
        let house = self.people.rooms().map(|(id, room)| DirectoryRoom {
            conversation: id,
            name: &room.name,
            topic: &room.topic,
            settings: &room.settings,
            members: self.listed.get(&id).map(|listed| listed.members),
            joined: self.conversations.contains_key(&id),
            invited: self.listed.get(&id).is_some_and(|listed| listed.invited),
        });
        let mut rooms: Vec<_> = house
            .filter(|room| !is_guest || room.joined || room.invited)
            .collect();
        let there: BTreeSet<_> = rooms.iter().map(|room| room.conversation).collect();
        // Hidden ones: one is in them, or invited, or keeps the peace.
        let sees_all = self.my_role() >= HouseRole::Moderator;
        let hidden = self.listed.values().filter(|listed| {
            let is_joined = self.conversations.contains_key(&listed.conversation);
            let is_hidden = listed.settings.access == Access::Hidden;
            !there.contains(&listed.conversation)
                && (listed.invited || is_joined || is_hidden && sees_all)
        });
        rooms.extend(hidden.map(|listed| DirectoryRoom {
            conversation: listed.conversation,
            name: &listed.name,
            topic: &listed.topic,
            settings: &listed.settings,
            members: Some(listed.members),
            joined: self.conversations.contains_key(&listed.conversation),
            invited: listed.invited,
        }));
        rooms.sort_by(|a, b| (a.settings.archived, a.name).cmp(&(b.settings.archived, b.name)));
        rooms
    }

    /// The room of this name, with or without `#`, whether or not one is in it.
    pub fn room_named(&self, name: &str) -> Option<ConversationId> {
        let wanted = name.trim().trim_start_matches('#').to_lowercase();
        let house = self
            .people
            .rooms()
            .find(|(_, room)| room.name.to_lowercase() == wanted);
        let listed = || {
            let mut listed = self.listed.values();
            listed.find(|listed| listed.name.to_lowercase() == wanted)
        };
        house
            .map(|(id, _)| id)
            .or_else(|| self.find(&format!("#{wanted}")).map(Conversation::id))
            .or_else(|| self.inbox.invited_to(&wanted))
            .or_else(|| listed().map(|listed| listed.conversation))
    }

    /// Whether one enters a room without being invited: a public one, and any as who keeps the peace.
    pub fn may_enter(&self, room: &DirectoryRoom) -> bool {
        room.settings.access == Access::Public
            || room.invited
            || self.my_role() >= HouseRole::Moderator
    }

    /// Whether one enters a room again that one was put out of. The invitation that one came by is used up.
    pub(super) fn may_come_back(&self, gone: &Conversation) -> bool {
        let listed = || {
            let mut rooms = self.people.rooms();
            rooms.find(|(id, _)| *id == gone.id())
        };
        let settings = gone.settings();
        let settings = settings.or_else(|| listed().map(|(_, room)| &room.settings));
        let is_open = |settings: &RoomSettings| {
            let may_enter = settings.access == Access::Public
                || self.inbox.invites_into(gone.id())
                || self.my_role() >= HouseRole::Moderator;
            may_enter && !settings.archived
        };
        settings.is_some_and(is_open)
    }

    /// A page of the directory. What it leaves out between its rooms is not there any more: of a hidden room
    /// nothing else tells that.
    pub(super) fn learn_rooms(&mut self, rooms: Vec<RoomInfo>, more: bool) {
        let first = rooms.first().map(|room| room.conversation);
        let last = rooms.last().map(|room| room.conversation);
        if first.is_some_and(|first| first <= self.listed_up_to) {
            self.listed_up_to = ConversationId(0);
        }
        let after = self.listed_up_to;
        let up_to = last.filter(|_| more).unwrap_or(ConversationId(u64::MAX));
        self.listed.retain(|id, _| *id <= after || *id > up_to);
        self.listed_up_to = if more { up_to } else { ConversationId(0) };
        for room in rooms {
            self.learn_room(room);
        }
    }

    /// Learns of a room.
    pub(super) fn learn_room(&mut self, mut room: RoomInfo) {
        room.name = clean::line(&room.name).into_owned();
        room.topic = clean::line(&room.topic).into_owned();
        room.settings = cleaned(room.settings);
        self.listed.insert(room.conversation, room);
    }
}
