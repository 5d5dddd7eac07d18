//! The one place where the model changes; what feeds bring is in `feeds.rs`, what the user does in
//! `own.rs`.

use super::people::clean_profile;
use super::{Changed, Connection, Conversation, Invitation, Model, Restrictions, Update};
use crate::command::Command;
use chat_shared::{
    Card, ConversationSummary, Event, Feed, Presence, Request, Restriction, Seq, Timestamp, clean,
};
use std::collections::BTreeSet;

impl Model {
    /// Takes in what happened. `now` is only for what passes by itself: typing and the time of notices.
    pub fn apply(&mut self, update: Update, now: Timestamp) -> Changed {
        let mut changed = Changed::default();
        match update {
            Update::Connection(connection) => self.set_connection(connection, now, &mut changed),
            Update::SignedIn(mut me) => {
                me.name = clean::line(&me.name).into_owned();
                self.me = Some(me);
                changed.list = true;
                changed.people = true;
            }
            Update::Event(event) => self.take_event(event, now, &mut changed),
            Update::Further(event) => self.take_further(event, &mut changed),
            Update::Page {
                conversation,
                page,
                entries,
                newest,
            } => {
                let taken = self.take_page(conversation, page, entries, newest, &mut changed);
                if let Err(why) = taken {
                    self.notice(Some(conversation), why, now, &mut changed);
                }
            }
            Update::NoPage {
                conversation,
                page,
                fault,
            } => {
                self.miss_page(conversation, page, &mut changed);
                let why = format!("could not read: {}", fault.text);
                self.notice(Some(conversation), &why, now, &mut changed);
            }
            Update::Queued { ticket, order } => self.queue(ticket, &order, now, &mut changed),
            Update::Done {
                ticket,
                order,
                conversation,
                seq,
            } => {
                self.done(ticket, &order, conversation, seq, now, &mut changed);
            }
            Update::Refused {
                ticket,
                order,
                fault,
            } => {
                self.refuse(ticket, &order, &fault, now, &mut changed);
            }
            Update::Notice { conversation, text } => {
                self.answer(conversation.or(self.open), &text, now, &mut changed);
            }
            Update::Mistake { conversation, text } => {
                self.mistake(conversation, &text, now, &mut changed);
            }
            Update::Opened(id) => self.opened(id, &mut changed),
            Update::Looked {
                conversation,
                first,
                last,
            } => {
                if let Some(c) = self.conversations.get_mut(&conversation) {
                    c.sight.look(first, last);
                }
            }
            Update::Seen { conversation, seq } => self.seen(conversation, seq, &mut changed),
            Update::WantsOlder(id) => self.wants_older(id, &mut changed),
            Update::WantsNewer(id) => self.wants_newer(id, &mut changed),
            Update::WantsPlace { conversation, seq } => {
                self.wants_place(conversation, seq, &mut changed);
            }
            Update::WantsNewest(id) => self.wants_newest(id, &mut changed),
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

    fn set_connection(&mut self, connection: Connection, now: Timestamp, changed: &mut Changed) {
        changed.connection = true;
        self.tell_why(&connection, now, changed);
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
                conversation.forget_pages();
                conversation.asking_members = false;
                conversation.asking_room = false;
            }
        }
        self.connection = connection;
        self.ask_for_places(changed);
    }

    /// Why one is not let in. What is tried by itself is refused by itself again and again, and told once.
    fn tell_why(&mut self, connection: &Connection, now: Timestamp, changed: &mut Changed) {
        let Some(why) = connection.whole_reason() else {
            if connection.is_online() {
                self.told_why = None;
            }
            return;
        };
        let is_by_itself = matches!(connection, Connection::TurnedAway { .. });
        if !is_by_itself || self.told_why.as_ref() != Some(&why) {
            self.answer(self.open, &why, now, changed);
        }
        self.told_why = Some(why);
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
            Event::Entries { feed, entries } => match feed {
                Feed::Conversation { conversation } => {
                    self.conversation_entries(conversation, entries, now, changed);
                }
                Feed::Account => self.account_entries(&entries, now, changed),
                Feed::House => self.house_entries(entries, now, changed),
            },
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
            Event::Rooms { rooms, more } => {
                self.learn_rooms(rooms, more);
                changed.people = true;
            }
            Event::Room { room, role } => {
                if let Some(c) = self.conversations.get_mut(&room.conversation) {
                    c.learn_room(room.settings.clone(), role);
                    changed.conversations.insert(room.conversation);
                }
                self.learn_room(room);
                changed.looked_up = true;
            }
            Event::Restrictions {
                conversation,
                banned,
                muted,
                invited,
                more: _,
            } => {
                self.restrictions = Some(Restrictions {
                    conversation,
                    banned: cleaned(banned),
                    muted: cleaned(muted),
                    invited: cleaned(invited),
                });
                changed.looked_up = true;
            }
            Event::Card { card } => {
                self.card = Some(clean_card(card));
                changed.looked_up = true;
            }
            Event::Contacts {
                account_seq,
                contacts,
                blocked,
                groups: _,
                more: _,
            } => {
                self.contacts.learn(account_seq, contacts, blocked);
                changed.people = true;
                changed.list = true;
                changed.rewritten = true;
            }
            Event::Inbox {
                account_seq,
                items,
                announcements,
                more,
            } => {
                self.inbox.learn(account_seq, items, announcements, more);
                self.settle_calls();
                self.tell_announcements(now, changed);
                changed.inbox = true;
            }
            Event::Announced { announcement } => self.announce(&announcement, now, changed),
            Event::Who { people, seen, more } => {
                // Who only asks who is here is told of nobody else; that takes back nothing.
                if !seen.is_empty() {
                    self.seen = seen;
                }
                self.people.set_present(people);
                self.people.go_over_presence(more);
                changed.people = true;
                changed.list = true;
            }
            Event::PresenceChanged { people } => self.set_presence(people, now, changed),
            Event::People { people, more: _ } => {
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
                changed.looked_up = true;
            }
            Event::Invites { invites, more: _ } => {
                self.invites = Some(invites);
                changed.looked_up = true;
            }
            Event::InviteMade {
                invite,
                code,
                links,
                expires_at,
            } => changed.invitations.push(Invitation {
                invite,
                code: clean::line(&code).into_owned(),
                links: links
                    .iter()
                    .map(|link| clean::line(link).into_owned())
                    .collect(),
                expires_at,
            }),
            _ => {}
        }
    }

    fn set_presence(&mut self, people: Vec<Presence>, now: Timestamp, changed: &mut Changed) {
        for presence in people {
            let account = presence.account;
            self.people.note_presence(&presence);
            if let Some(came) = self.people.set_presence(presence)
                && !self.is_me(account)
                && let Some(open) = self.open.and_then(|id| self.conversations.get_mut(&id))
                && open
                    .members()
                    .is_some_and(|members| members.contains(&account))
            {
                open.add_traffic(now, account, came);
                changed.conversations.insert(open.id());
            }
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
        self.house_until = house_seq;
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
        // Subscribed by now: what comes from here on goes on top of the answers.
        self.people.ask_present();
        self.contacts.ask();
        self.inbox.ask(house_seq);
        changed.needs.extend([
            Command::FetchWho,
            // The groups come with the house feed, all of them.
            Command::Ask(Request::Contacts {
                groups_after: String::new(),
            }),
            Command::Ask(Request::Inbox { before: None }),
        ]);
        if let Some(id) = self.open.filter(|id| self.conversations.contains_key(id)) {
            self.fetch_members(id, changed);
            self.fetch_room(id, changed);
        }
        self.arrive(changed);
    }

    fn hold(&mut self, summary: &ConversationSummary, changed: &mut Changed) {
        let id = summary.conversation;
        self.leaving.remove(&id);
        self.conversations
            .entry(id)
            .and_modify(|conversation| conversation.resume(summary))
            .or_insert_with(|| Conversation::new(summary));
        changed.conversations.insert(id);
    }

    /// Asks for a sync, once until it is answered.
    pub(super) fn resync(&mut self, changed: &mut Changed) {
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

pub(super) fn cleaned(mut restrictions: Vec<Restriction>) -> Vec<Restriction> {
    for restriction in &mut restrictions {
        restriction.reason = clean::line(&restriction.reason).into_owned();
    }
    restrictions
}

fn clean_card(mut card: Card) -> Card {
    card.name = clean::line(&card.name).into_owned();
    clean_profile(&mut card.profile);
    if let Some(status) = &mut card.presence.status {
        status.text = clean::line(&status.text).into_owned();
    }
    if let Some(address) = &mut card.last_address {
        *address = clean::line(address).into_owned();
    }
    card
}
