//! The one place where the model changes; what the user does is in `own.rs`.

use super::{Changed, Connection, Conversation, Heard, Model, Update};
use crate::command::Command;
use chat_shared::state::ReadMark;
use chat_shared::{
    ConversationId, ConversationSummary, Entry, EntryBody, Event, Feed, Presence, Seq, Timestamp,
    clean,
};
use std::collections::BTreeSet;

impl Model {
    /// Takes in what happened. `now` is only for what passes by itself: typing and the time of notices.
    pub fn apply(&mut self, update: Update, now: Timestamp) -> Changed {
        let mut changed = Changed::default();
        match update {
            Update::Connection(connection) => self.set_connection(connection, &mut changed),
            Update::SignedIn(mut me) => {
                me.name = clean::line(&me.name).into_owned();
                self.me = Some(me);
                changed.list = true;
                changed.people = true;
            }
            Update::Event(event) => self.take_event(event, now, &mut changed),
            Update::Queued { ticket, order } => self.queue(ticket, &order, now, &mut changed),
            Update::Done {
                ticket,
                order,
                conversation,
                seq,
            } => {
                self.done(ticket, &order, conversation, seq, &mut changed);
            }
            Update::Refused {
                ticket,
                order,
                fault,
            } => {
                self.refuse(ticket, &order, &fault, now, &mut changed);
            }
            Update::Notice { conversation, text } => {
                self.notice(conversation, &text, now, &mut changed);
            }
            Update::Opened(id) => self.opened(id, &mut changed),
            Update::Seen { conversation, seq } => self.seen(conversation, seq, &mut changed),
            Update::WantsOlder(id) => self.wants_older(id, &mut changed),
            Update::Dismissed {
                conversation,
                ticket,
            } => {
                if let Some(c) = self.conversations.get_mut(&conversation) {
                    c.dismiss(ticket);
                    changed.conversations.insert(conversation);
                }
            }
        }
        changed
    }

    fn set_connection(&mut self, connection: Connection, changed: &mut Changed) {
        changed.connection = true;
        if self.connection.is_online() && !connection.is_online() {
            self.people.forget_presence();
            changed.people = true;
            for conversation in self.conversations.values_mut() {
                conversation.forget_typing();
            }
        }
        if !connection.is_online() {
            self.resyncing = false;
            for conversation in self.conversations.values_mut() {
                conversation.asking_older = false;
                conversation.asking_members = false;
            }
        }
        self.connection = connection;
    }

    fn take_event(&mut self, event: Event, now: Timestamp, changed: &mut Changed) {
        match event {
            Event::Synced {
                account_seq,
                house_seq,
                conversations,
            } => {
                self.synced(account_seq, house_seq, &conversations, changed);
            }
            Event::Opened { conversation } => {
                self.hold(&conversation, changed);
                changed.list = true;
                self.arrive(changed);
            }
            Event::Entries {
                feed: Feed::Conversation { conversation },
                entries,
            } => {
                self.conversation_entries(conversation, entries, changed);
            }
            Event::Entries {
                feed: Feed::Account,
                entries,
            } => {
                self.account_entries(&entries, changed);
            }
            Event::Entries {
                feed: Feed::House,
                entries,
            } => {
                for entry in entries {
                    if self.people.apply(entry).is_err() {
                        self.resync(changed);
                        break;
                    }
                }
                changed.people = true;
                changed.list = true;
            }
            Event::History {
                conversation,
                entries,
                newest,
            } => {
                if let Some(c) = self.conversations.get_mut(&conversation) {
                    c.add_page(entries, newest);
                    changed.conversations.insert(conversation);
                }
            }
            Event::Members {
                conversation,
                seq,
                members,
                more: _,
            } => {
                if let Some(c) = self.conversations.get_mut(&conversation) {
                    c.add_members(seq, &members);
                    changed.conversations.insert(conversation);
                }
            }
            Event::Rooms { rooms, more: _ } => {
                self.room_sizes
                    .extend(rooms.iter().map(|room| (room.conversation, room.members)));
                changed.people = true;
            }
            Event::Who { people } => {
                self.people.forget_presence();
                self.set_presence(&people, changed);
            }
            Event::PresenceChanged { people } => self.set_presence(&people, changed),
            Event::People { people } => {
                self.people.learn(people);
                changed.people = true;
                changed.list = true;
            }
            Event::TypingIn {
                conversation,
                account,
            } => {
                if !self.is_me(account)
                    && let Some(c) = self.conversations.get_mut(&conversation)
                {
                    c.set_typing(account, now);
                    changed.conversations.insert(conversation);
                }
            }
            Event::Devices { devices } => {
                self.devices = Some(devices);
                changed.devices = true;
            }
            _ => {}
        }
    }

    fn set_presence(&mut self, people: &[Presence], changed: &mut Changed) {
        for presence in people {
            self.people.set_presence(presence.account, presence.state);
        }
        changed.people = true;
        changed.list = true;
    }

    fn synced(
        &mut self,
        account_seq: Seq,
        house_seq: Seq,
        summaries: &[ConversationSummary],
        changed: &mut Changed,
    ) {
        self.synced = true;
        self.resyncing = false;
        self.account_seq = account_seq;
        if self.people.house_seq() > house_seq {
            // The daemon was set back to an older state: begin anew.
            self.people.reset_house();
            self.resync(changed);
        }
        let there: BTreeSet<_> = summaries
            .iter()
            .map(|summary| summary.conversation)
            .collect();
        self.conversations.retain(|id, _| there.contains(id));
        for summary in summaries {
            self.hold(summary, changed);
        }
        changed.list = true;
        changed.needs.push(Command::FetchWho);
        if let Some(id) = self.open.filter(|id| self.conversations.contains_key(id)) {
            self.fetch_members(id, changed);
        }
        self.arrive(changed);
    }

    fn hold(&mut self, summary: &ConversationSummary, changed: &mut Changed) {
        let id = summary.conversation;
        self.conversations
            .entry(id)
            .and_modify(|conversation| conversation.resume(summary))
            .or_insert_with(|| Conversation::new(summary));
        changed.conversations.insert(id);
    }

    fn conversation_entries(
        &mut self,
        id: ConversationId,
        entries: Vec<Entry>,
        changed: &mut Changed,
    ) {
        let me = self.me.as_ref().map(|me| me.account);
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
            match conversation.push(entry) {
                Ok(true) if is_message && by == me => conversation.clear_unread_line(),
                Ok(true) if is_message && seq > conversation.read() => {
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

    fn account_entries(&mut self, entries: &[Entry], changed: &mut Changed) {
        for entry in entries {
            if entry.seq <= self.account_seq {
                continue;
            }
            if entry.seq != self.account_seq.next() {
                return self.resync(changed);
            }
            self.account_seq = entry.seq;
            match &entry.body {
                // What it is comes by itself, as `opened`.
                EntryBody::ConversationAdded { .. } => {}
                EntryBody::ConversationRemoved { conversation } => {
                    self.conversations.remove(conversation);
                    changed.list = true;
                    changed.conversations.insert(*conversation);
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
                _ => {}
            }
        }
    }

    /// Asks for a sync, once until it is answered.
    fn resync(&mut self, changed: &mut Changed) {
        if !self.resyncing {
            self.resyncing = true;
            changed.needs.push(Command::Resync);
        }
    }

    /// Goes to where an own order led, once it is known.
    pub(super) fn arrive(&mut self, changed: &mut Changed) {
        if let Some(id) = self
            .awaited
            .take_if(|id| self.conversations.contains_key(id))
        {
            changed.go_to = Some(id);
        }
    }
}
