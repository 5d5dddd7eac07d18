//! What waits for one's eyes besides unread messages.

use super::Conversation;
use super::awaited::Awaited;
use chat_shared::{
    Announcement, ConversationId, Entry, EntryBody, InboxAbout, InboxItem, Seq, clean,
};
use std::collections::BTreeMap;

/// Items and announcements that were not dismissed. All text in it is safe to show.
#[derive(Clone, Debug, Default)]
pub struct Inbox {
    items: BTreeMap<u64, InboxItem>,
    announcements: BTreeMap<u64, Announcement>,
    awaited: Awaited,
    /// Announcements of the house feed up to here are in the answer, or were dismissed.
    house_seq: Seq,
}

/// Something in the list of all that waits.
#[derive(Clone, Copy, Debug)]
pub enum Waiting<'a> {
    /// A conversation with unread messages.
    Unread(&'a Conversation),
    /// An item of the inbox.
    Item(&'a InboxItem),
    /// An announcement to everybody.
    Announcement(&'a Announcement),
}

impl Inbox {
    /// The items, the oldest first.
    pub fn items(&self) -> impl DoubleEndedIterator<Item = &InboxItem> {
        self.items.values()
    }

    /// Announcements to everybody, the oldest first.
    pub fn announcements(&self) -> impl DoubleEndedIterator<Item = &Announcement> {
        self.announcements.values()
    }

    /// How many of both there are.
    pub fn len(&self) -> usize {
        self.items.len() + self.announcements.len()
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The room of this name that one is invited to; hidden ones are not in the directory.
    pub(super) fn invited_to(&self, name: &str) -> Option<ConversationId> {
        self.items.values().find_map(|item| match &item.about {
            InboxAbout::RoomInvitation {
                conversation,
                name: room,
            } if room.to_lowercase() == name => Some(*conversation),
            _ => None,
        })
    }

    /// It is asked for, after a sync.
    pub(super) fn ask(&mut self, house_seq: Seq) {
        self.house_seq = house_seq;
        self.awaited.begin();
    }

    /// The answer is here.
    pub(super) fn learn(
        &mut self,
        account_seq: Seq,
        items: Vec<InboxItem>,
        announcements: Vec<Announcement>,
    ) {
        self.items = items
            .into_iter()
            .map(|item| (item.id, cleaned(item)))
            .collect();
        // One that came while the answer was under way may not be in it.
        let last = announcements.last().map_or(0, |last| last.id);
        self.announcements.retain(|id, _| *id > last);
        for announcement in announcements {
            self.put(announcement);
        }
        for entry in self.awaited.answered(account_seq) {
            self.apply(&entry);
        }
    }

    /// An entry of the account's feed; says whether it was about this.
    pub(super) fn apply(&mut self, entry: &Entry) -> bool {
        match &entry.body {
            EntryBody::InboxAdded { item } => {
                self.items.insert(item.id, cleaned(item.clone()));
            }
            EntryBody::InboxDismissed { item: Some(item) } => {
                self.items.remove(item);
            }
            EntryBody::InboxDismissed { item: None } => {
                self.items.clear();
                self.announcements
                    .retain(|_, announcement| announcement.at > entry.at);
            }
            _ => return false,
        }
        self.awaited.note(entry);
        true
    }

    /// An announcement of the house feed; says whether it is news, and not history that is told again.
    pub(super) fn announced(&mut self, seq: Seq, announcement: &Announcement) -> bool {
        let is_new = seq > self.house_seq;
        if is_new {
            self.put(announcement.clone());
        }
        is_new
    }

    fn put(&mut self, mut announcement: Announcement) {
        announcement.text = clean::text(&announcement.text).into_owned();
        self.announcements.insert(announcement.id, announcement);
    }
}

fn cleaned(mut item: InboxItem) -> InboxItem {
    let line = |text: &mut String| *text = clean::line(text).into_owned();
    match &mut item.about {
        InboxAbout::RoomInvitation { name, .. } => line(name),
        InboxAbout::Report { reason, .. } => line(reason),
        InboxAbout::Announcement { text } => *text = clean::text(text).into_owned(),
        InboxAbout::Mention { .. } | InboxAbout::AddedAsContact {} | InboxAbout::Unknown => {}
    }
    item
}
