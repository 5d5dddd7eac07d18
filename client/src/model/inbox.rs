//! What waits for one's eyes besides unread messages.

use super::Conversation;
use super::awaited::Awaited;
use crate::waits::Waits;
use chat_shared::limits::ANNOUNCEMENTS;
use chat_shared::state::DismissedAnnouncements;
use chat_shared::{
    Announcement, ConversationId, Entry, EntryBody, InboxAbout, InboxItem, Seq, Timestamp, clean,
};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// Announcements of which it is known that they were told: more than the daemon keeps.
const TOLD: usize = 2 * ANNOUNCEMENTS;

/// Items and announcements that were not dismissed. All text in it is safe to show.
#[derive(Clone, Debug, Default)]
pub struct Inbox {
    items: BTreeMap<u64, InboxItem>,
    announcements: BTreeMap<u64, Announcement>,
    dismissed: DismissedAnnouncements,
    /// Those that were told. By time and number: a daemon that was set back to an older state gives numbers
    /// out again.
    told: BTreeSet<(Timestamp, u64)>,
    awaited: Awaited,
    /// Announcements of the house feed up to here are in the answer, or were dismissed.
    house_seq: Seq,
    /// The newest announcement that was held when it was asked for: up to here the answer holds all that wait.
    held: u64,
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

impl Waiting<'_> {
    /// What to sort by.
    pub(super) fn place(&self) -> (Waits, Reverse<Option<Timestamp>>) {
        match self {
            Self::Unread(conversation) if conversation.is_room() => Waits::Room.place(None),
            Self::Unread(_) => Waits::Direct.place(None),
            Self::Item(item) => Waits::of(&item.about).place(Some(item.at)),
            Self::Announcement(announcement) => Waits::Announcement.place(Some(announcement.at)),
        }
    }
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

    /// Whether one is invited into a room.
    pub(super) fn invites_into(&self, room: ConversationId) -> bool {
        self.items.values().any(|item| match item.about {
            InboxAbout::RoomInvitation { conversation, .. } => conversation == room,
            _ => false,
        })
    }

    /// Whether somebody was mentioned in a conversation between these two entries, the first left out; yes
    /// also as long as that is not known.
    pub(super) fn may_mention(&self, id: ConversationId, above: Seq, up_to: Seq) -> bool {
        let is_there = |(conversation, seq)| conversation == id && seq > above && seq <= up_to;
        self.awaited.is_pending() || self.mentions().any(is_there)
    }

    /// Where one is mentioned, as far as that waits.
    pub(super) fn mentions(&self) -> impl Iterator<Item = (ConversationId, Seq)> {
        self.items.values().filter_map(|item| match item.about {
            InboxAbout::Mention { conversation, seq } => Some((conversation, seq)),
            _ => None,
        })
    }

    /// It is asked for, after a sync.
    pub(super) fn ask(&mut self, house_seq: Seq) {
        self.house_seq = house_seq;
        self.held = self.newest_announcement();
        self.dismissed = DismissedAnnouncements::default();
        self.awaited.begin();
    }

    /// The answer is here, with its newest items; whether older ones follow.
    pub(super) fn learn(
        &mut self,
        account_seq: Seq,
        items: Vec<InboxItem>,
        announcements: Vec<Announcement>,
        more: bool,
    ) {
        self.items = items
            .into_iter()
            .map(|item| (item.id, cleaned(item)))
            .collect();
        // One that came while the answer was under way may not be in it.
        let last = announcements.last().map_or(self.held, |last| last.id);
        let answered = last.max(self.held);
        self.announcements.retain(|id, _| *id > answered);
        for announcement in announcements {
            self.put(announcement);
        }
        self.go_over(account_seq, more);
    }

    /// A further part of it: older items.
    pub(super) fn learn_older(&mut self, account_seq: Seq, items: Vec<InboxItem>, more: bool) {
        self.items
            .extend(items.into_iter().map(|item| (item.id, cleaned(item))));
        self.go_over(account_seq, more);
    }

    /// What came of the feed since the daemon looked goes on top of its answer.
    fn go_over(&mut self, account_seq: Seq, more: bool) {
        let since = self.awaited.answered(account_seq);
        for entry in &since {
            self.apply(entry);
        }
        if more {
            self.awaited.goes_on(since);
        }
    }

    /// An entry of the account's feed; says whether it was about this.
    pub(super) fn apply(&mut self, entry: &Entry) -> bool {
        match &entry.body {
            EntryBody::InboxAdded { item } => {
                self.items.insert(item.id, cleaned(item.clone()));
            }
            EntryBody::InboxDismissed {
                item: Some(item), ..
            } => {
                self.items.remove(item);
            }
            EntryBody::InboxDismissed {
                item: None,
                announcements,
            } => {
                self.items.clear();
                // Where it is not told up to which: what is here.
                let newest = announcements.unwrap_or_else(|| self.newest_announcement());
                self.dismissed.dismiss_up_to(newest);
                self.drop_dismissed();
            }
            EntryBody::AnnouncementDismissed { announcement } => {
                self.dismissed.dismiss(*announcement);
                self.drop_dismissed();
            }
            _ => return false,
        }
        self.awaited.note(entry);
        true
    }

    /// An announcement of the house feed; says whether it is news, and not history that is told again. One's own
    /// waits for oneself no more than it does for the daemon.
    pub(super) fn announced(
        &mut self,
        seq: Seq,
        announcement: &Announcement,
        is_own: bool,
    ) -> bool {
        // Feeds come each on its own: it may have been dismissed on another device before it came here.
        let is_new = seq > self.house_seq && !self.dismissed.has(announcement.id);
        if is_new && !is_own {
            self.put(announcement.clone());
        }
        is_new
    }

    /// Whether an announcement is to be told; from now on it was. One comes live, and again in the answer after
    /// each sign-in until it is dismissed.
    pub(super) fn is_untold(&mut self, announcement: &Announcement) -> bool {
        if announcement.id == 0 {
            // It is not kept: it comes once, and has no number of its own.
            return true;
        }
        let is_untold = self.told.insert((announcement.at, announcement.id));
        if self.told.len() > TOLD {
            self.told.pop_first();
        }
        is_untold
    }

    /// Those that wait and were not told, the oldest first; from now on they were.
    pub(super) fn untold(&mut self) -> Vec<Announcement> {
        let mut waiting: Vec<_> = self.announcements.values().cloned().collect();
        waiting.retain(|announcement| self.is_untold(announcement));
        waiting
    }

    fn newest_announcement(&self) -> u64 {
        let newest = self.announcements.last_key_value();
        newest.map_or(0, |(id, _)| *id)
    }

    fn drop_dismissed(&mut self) {
        self.announcements.retain(|id, _| !self.dismissed.has(*id));
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
