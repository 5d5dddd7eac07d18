//! What the feeds bring, entry by entry. Part of [`Model::apply`].

use super::{Changed, Conversation, Heard, Item, Model};
use crate::clock;
use chat_shared::limits::GROUP_NEW;
use chat_shared::mentions::names_after_at;
use chat_shared::state::ReadMark;
use chat_shared::{
    AccountId, Announcement, ConversationId, Entry, EntryBody, InboxAbout, InboxItem,
    PresenceState, Timestamp, clean,
};

/// Announcements that are told again at the start, as long as they are not dismissed.
const TOLD_AT_START: usize = 3;

impl Model {
    pub(super) fn conversation_entries(
        &mut self,
        id: ConversationId,
        entries: Vec<Entry>,
        now: Timestamp,
        changed: &mut Changed,
    ) {
        let me = self.me.as_ref().map(|me| me.account);
        let name = self.me.as_ref().map(|me| me.name.clone());
        if !self.conversations.contains_key(&id)
            && let Some(end) = entries.iter().find(|entry| self.is_end(&entry.body))
        {
            // The account's feed told first that one is out; here is how that came.
            if let Some(how) = self.told_by_others(end) {
                self.notice(self.open, &how, now, changed);
            }
            return;
        }
        let Some(conversation) = self.conversations.get_mut(&id) else {
            // Of a conversation that nobody told of: only a sync tells what it is.
            return self.resync(changed);
        };
        changed.conversations.insert(id);
        changed.list = true;
        let mut is_gap = false;
        for entry in entries {
            let (seq, by) = (entry.seq, entry.by);
            let is_message = matches!(entry.body, EntryBody::Posted { .. });
            changed.rewritten |= matches!(entry.body, EntryBody::MessageDeleted { .. });
            let is_blocked = by.is_some_and(|by| self.contacts.is_blocked(by));
            let is_news = seq > conversation.newest() && by != me && !is_blocked;
            if is_news
                && let (EntryBody::Posted { text }, Some(name)) = (&entry.body, &name)
                && names_after_at(text).contains(name)
                && self.inbox.mentions().all(|told| told != (id, seq))
            {
                conversation.sight.call(seq);
            }
            match conversation.push(entry) {
                Ok(true) if is_message && by == me => conversation.clear_unread_line(),
                Ok(true) if is_message && !is_blocked && seq > conversation.read() => {
                    conversation.draw_unread_line();
                    changed.heard.extend(by.map(|by| Heard {
                        conversation: id,
                        by,
                        seq,
                    }));
                }
                Ok(_) => {}
                Err(_) => {
                    is_gap = true;
                    break;
                }
            }
        }
        if is_gap {
            self.resync(changed);
        }
    }

    pub(super) fn account_entries(
        &mut self,
        entries: &[Entry],
        now: Timestamp,
        changed: &mut Changed,
    ) {
        for entry in entries {
            if entry.seq <= self.account_seq {
                continue;
            }
            if entry.seq != self.account_seq.next() {
                return self.resync(changed);
            }
            self.account_seq = entry.seq;
            if self.contacts.apply(entry) {
                changed.people = true;
                changed.list = true;
                changed.rewritten = true;
            } else if self.inbox.apply(entry) {
                changed.inbox = true;
                self.settle_calls();
            }
            match &entry.body {
                // What it is comes by itself, as `opened`.
                EntryBody::ConversationAdded { .. } => {}
                EntryBody::ConversationRemoved {
                    conversation,
                    reason,
                    banned,
                    until,
                } => {
                    let ban = banned.then_some(*until);
                    self.removed(*conversation, entry.by, (reason, ban), now, changed);
                }
                EntryBody::Read {
                    conversation,
                    seq,
                    posts,
                } => {
                    let mark = ReadMark {
                        seq: *seq,
                        posts: *posts,
                    };
                    if let Some(c) = self.conversations.get_mut(conversation) {
                        changed.list |= c.set_read(mark);
                    }
                }
                EntryBody::InboxDismissed { item: None, .. } => {
                    for conversation in self.conversations.values_mut() {
                        conversation.sight.forget_calls();
                    }
                }
                EntryBody::InboxAdded { item } => self.arrived_in_inbox(item, now, changed),
                EntryBody::ContactPut { contact } if contact.group == GROUP_NEW => {
                    let who = self.people.full_label(contact.account);
                    let line = format!("{who} wrote to you first: a contact in the group new");
                    self.notice(self.open, &line, now, changed);
                }
                _ => {}
            }
        }
    }

    /// The inbox knows of these mentions: whether they wait is seen there.
    pub(super) fn settle_calls(&mut self) {
        for (conversation, seq) in self.inbox.mentions() {
            if let Some(conversation) = self.conversations.get_mut(&conversation) {
                conversation.sight.is_told(seq);
            }
        }
    }

    pub(super) fn house_entries(
        &mut self,
        entries: Vec<Entry>,
        now: Timestamp,
        changed: &mut Changed,
    ) {
        changed.people = true;
        changed.list = true;
        for entry in entries {
            let seq = entry.seq;
            let announcement = match &entry.body {
                EntryBody::Announced { announcement } => Some(announcement.clone()),
                _ => None,
            };
            let is_held = seq <= self.people.house_seq();
            let me = self.me.as_ref().map(|me| me.account);
            let by = announcement.as_ref().and_then(|said| said.by);
            let is_own = by.is_some() && by == me;
            if self.people.apply(entry).is_err() {
                return self.resync(changed);
            }
            if let Some(announcement) = announcement
                && !is_held
                && self.inbox.announced(seq, &announcement, is_own)
            {
                changed.inbox = true;
                self.announce(&announcement, now, changed);
            }
        }
    }

    /// A word to many came: it is told, once.
    pub(super) fn announce(
        &mut self,
        announcement: &Announcement,
        now: Timestamp,
        changed: &mut Changed,
    ) {
        if self.inbox.is_untold(announcement) {
            self.tell_announcement(announcement, "", now, changed);
        }
    }

    /// Tells a word to many where one is; `when` it was said, where that was not just now.
    fn tell_announcement(
        &mut self,
        announcement: &Announcement,
        when: &str,
        now: Timestamp,
        changed: &mut Changed,
    ) {
        let by = self.announcer(announcement.by);
        let line = format!("announcement of {by}{when}: {}", announcement.text);
        changed.calls = true;
        self.notice(self.open, &line, now, changed);
    }

    /// What came while one was away and was not dismissed yet: the newest of it is told, with the time when it was
    /// said.
    pub(super) fn tell_announcements(&mut self, now: Timestamp, changed: &mut Changed) {
        let news = self.inbox.untold();
        for announcement in &news[news.len().saturating_sub(TOLD_AT_START)..] {
            let when = format!(", {}", clock::short(announcement.at, now, &self.zone()));
            self.tell_announcement(announcement, &when, now, changed);
        }
    }

    fn announcer(&self, by: Option<AccountId>) -> String {
        by.map_or_else(
            || "the administrator".to_owned(),
            |by| self.people.full_label(by).into_owned(),
        )
    }

    fn arrived_in_inbox(&mut self, item: &InboxItem, now: Timestamp, changed: &mut Changed) {
        changed.calls = true;
        let by = self.announcer(item.by);
        let is_announcement = matches!(item.about, InboxAbout::Announcement { .. });
        if self.is_not_to_be_disturbed() && !is_announcement {
            // It waits in the inbox.
            return;
        }
        let line = match &item.about {
            InboxAbout::Mention { conversation, .. } if self.open == Some(*conversation) => return,
            InboxAbout::Mention { conversation, .. } => {
                let place = self.title_of(*conversation).unwrap_or_default();
                format!("{by} mentioned you in {place}: /inbox leads there")
            }
            InboxAbout::AddedAsContact {} => format!("{by} has you among their contacts now"),
            InboxAbout::RoomInvitation { name, .. } => {
                format!("{by} invited you into #{name}: /join #{name}")
            }
            InboxAbout::Announcement { text } => format!("announcement of {by}: {text}"),
            InboxAbout::Report { reason, .. } => {
                format!("{by} reported a message ({reason}): /inbox leads there")
            }
            InboxAbout::Unknown => return,
        };
        self.notice(self.open, &line, now, changed);
    }

    fn is_not_to_be_disturbed(&self) -> bool {
        self.me
            .as_ref()
            .is_some_and(|me| self.people.presence(me.account) == PresenceState::DoNotDisturb)
    }

    /// Whether one is in a conversation no longer after this.
    fn is_end(&self, body: &EntryBody) -> bool {
        match body {
            EntryBody::Kicked { account, .. } | EntryBody::Left { account } => self.is_me(*account),
            EntryBody::Deleted {} => true,
            _ => false,
        }
    }

    /// What happened, where somebody else did it.
    fn told_by_others(&self, entry: &Entry) -> Option<String> {
        let name = |account| self.people.label(account).into_owned();
        let is_own = entry.by.is_some_and(|by| self.is_me(by));
        (!is_own).then(|| Item::new(entry.clone()).happening(name))?
    }

    /// One is in a conversation no longer: where that was not one's own doing, it is told.
    fn removed(
        &mut self,
        id: ConversationId,
        by: Option<AccountId>,
        (reason, ban): (&str, Option<Option<Timestamp>>),
        now: Timestamp,
        changed: &mut Changed,
    ) {
        changed.list = true;
        changed.conversations.insert(id);
        let Some(gone) = self.conversations.remove(&id) else {
            return;
        };
        if self.leaving.remove(&id) || by.is_some_and(|by| self.is_me(by)) {
            return;
        }
        let line = match ban {
            Some(until) => self.banned_words(&gone, by, (until, reason), now),
            None => self.removed_words(&gone, by, reason),
        };
        // Where it was on the screen, the first of the list will be.
        let first = self.conversations().first().map(|first| first.id());
        let place = self.open.filter(|open| *open != id).or(first);
        self.notice(place, &line, now, changed);
    }

    fn banned_words(
        &self,
        gone: &Conversation,
        by: Option<AccountId>,
        (until, reason): (Option<Timestamp>, &str),
        now: Timestamp,
    ) -> String {
        let (by, title) = (self.announcer(by), self.title(gone));
        let end = until.map_or_else(String::new, |until| {
            format!(" until {}", clock::short(until, now, &self.zone()))
        });
        let line = format!("{by} has banned you from {title}{end}");
        match reason {
            "" => line,
            reason => format!("{line}: {reason}"),
        }
    }

    fn removed_words(&self, gone: &Conversation, by: Option<AccountId>, reason: &str) -> String {
        let title = self.title(gone);
        // What comes before one's joining is of another time.
        let is_joining = |body: &EntryBody| matches!(body, EntryBody::Joined { account } if self.is_me(*account));
        let last = gone
            .items()
            .rev()
            .map(|item| item.raw())
            .take_while(|entry| !is_joining(&entry.body))
            .take(8)
            .find(|entry| self.is_end(&entry.body));
        let kick = match last.map(|entry| (entry.by, &entry.body)) {
            _ if !reason.is_empty() => Some((by, reason)),
            Some((by, EntryBody::Kicked { reason, .. })) => Some((by, reason.as_str())),
            _ => None,
        };
        if let Some((by, reason)) = kick {
            return self.put_out_words(gone, by, reason);
        }
        let how = match (last, by) {
            (Some(entry), _) => self.told_by_others(entry),
            (None, Some(by)) => Some(format!("by {}", self.people.label(by))),
            (None, None) => None,
        };
        match how {
            Some(how) => format!("you are in {title} no longer: {how}"),
            None => format!("you are in {title} no longer"),
        }
    }

    fn put_out_words(&self, gone: &Conversation, by: Option<AccountId>, reason: &str) -> String {
        let (by, title) = (self.announcer(by), self.title(gone));
        let why = match reason {
            "" => String::new(),
            reason => format!(": {}", clean::line(reason)),
        };
        let back = match self.may_come_back(gone) {
            true => " (you may come back)",
            false => "",
        };
        format!("{by} has put you out of {title}{why}{back}")
    }
}
