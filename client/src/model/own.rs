//! What the user does: orders on their way, and what is on the screen. Part of [`Model::apply`].

use super::item::duration;
use super::line::PendingState;
use super::room_words::settings_line;
use super::{Changed, Item, Model, Notice, notices::NOTICES};
use crate::command::{Command, Order, Ticket};
use crate::told;
use chat_shared::state::ReadMark;
use chat_shared::{
    Command as Act, ConversationId, Fault, Request, RoomChange, RoomSettings, Seq, Timestamp, clean,
};

impl Model {
    pub(super) fn queue(
        &mut self,
        ticket: Ticket,
        order: &Order,
        now: Timestamp,
        changed: &mut Changed,
    ) {
        if let Order::Act { act } = order {
            self.note_favourite(act);
        }
        if let Order::Act {
            act:
                Act::ChangeRoom {
                    conversation,
                    change,
                },
        } = order
            && let Some(c) = self.conversations.get(conversation)
            && c.settings().is_some_and(|settings| is_so(settings, change))
        {
            self.idle_changes.insert(ticket);
        }
        if let Order::Act {
            act: Act::InviteToRoom { conversation, .. },
        } = order
            && let Some(c) = self.conversations.get(conversation)
        {
            self.inviting.entry(ticket).or_insert(c.newest());
        }
        if let Order::Post { conversation, text } = order
            && let Some(c) = self.conversations.get_mut(conversation)
            && c.add_pending(ticket, text, now)
        {
            c.clear_unread_line();
            changed.conversations.insert(*conversation);
        }
    }

    /// Whether somebody is on top before this: only then is it news that they are no longer.
    fn note_favourite(&mut self, act: &Act) {
        if let Act::PutContact {
            account,
            favourite: false,
            ..
        } = act
            && self.contacts.favourites().any(|other| other == *account)
        {
            self.taken_down.insert(*account);
        }
    }

    pub(super) fn done(
        &mut self,
        ticket: Ticket,
        order: &Order,
        conversation: Option<ConversationId>,
        seq: Option<Seq>,
        now: Timestamp,
        changed: &mut Changed,
    ) {
        match order {
            Order::Post { conversation, .. } => {
                if let Some(c) = self.conversations.get_mut(conversation) {
                    c.settle(ticket, PendingState::Sent(seq.unwrap_or_default()));
                    changed.conversations.insert(*conversation);
                }
            }
            Order::CreateRoom { .. } | Order::Join { .. } | Order::OpenDirect { .. } => {
                self.awaited = conversation.or(order.conversation());
                self.arrive(changed);
            }
            Order::Leave { conversation } => {
                if self.conversations.contains_key(conversation) {
                    self.leaving.insert(*conversation);
                }
            }
            Order::SetTopic { .. } => {}
            Order::Act { act } => {
                let before = self.inviting.remove(&ticket);
                let line = match (act, before) {
                    (Act::InviteToRoom { account, .. }, Some(before)) => seq
                        .filter(|seq| *seq <= before)
                        .map(|_| told::invited_already(&self.people.full_label(*account))),
                    _ => self.done_line(act, now),
                };
                if let Act::PutContact { account, .. } = act {
                    self.taken_down.remove(account);
                }
                if let Some(line) = line {
                    self.notice(self.open, &line, now, changed);
                }
                if self.idle_changes.remove(&ticket) {
                    self.tell_settings(conversation, now, changed);
                }
            }
        }
    }

    /// What a room is like, where nothing had to be changed.
    fn tell_settings(&mut self, id: Option<ConversationId>, now: Timestamp, changed: &mut Changed) {
        let Some(conversation) = id.and_then(|id| self.conversations.get(&id)) else {
            return;
        };
        let Some(settings) = conversation.settings() else {
            return;
        };
        let title = self.title(conversation);
        let line = format!("{title} is so already: {}", settings_line(settings));
        self.notice(id, &line, now, changed);
    }

    pub(super) fn refuse(
        &mut self,
        ticket: Ticket,
        order: &Order,
        fault: &Fault,
        now: Timestamp,
        changed: &mut Changed,
    ) {
        if let Order::Post { conversation, text } = order
            && let Some(c) = self.conversations.get_mut(conversation)
        {
            c.add_pending(ticket, text, now);
            let why = clean::line(&fault.text).into_owned();
            c.settle(ticket, PendingState::Refused(why));
            changed.conversations.insert(*conversation);
            return;
        }
        if let Order::Act {
            act: Act::PutContact { account, .. },
        } = order
        {
            self.taken_down.remove(account);
        }
        self.idle_changes.remove(&ticket);
        self.inviting.remove(&ticket);
        let line = match order {
            Order::Post { text, .. } => {
                format!(
                    "could not {}: {} (it said: {text})",
                    order.verb(),
                    fault.text
                )
            }
            _ => format!("could not {}: {}", order.verb(), fault.text),
        };
        let here = order.conversation().or(self.open);
        self.answer(here, &line, now, changed);
    }

    pub(super) fn notice(
        &mut self,
        conversation: Option<ConversationId>,
        text: &str,
        now: Timestamp,
        changed: &mut Changed,
    ) {
        if let Some(id) = self.place_of(conversation)
            && let Some(c) = self.conversations.get_mut(&id)
        {
            c.add_notice(now, text);
            changed.conversations.insert(id);
        } else {
            if self.notices.len() == NOTICES {
                self.notices.remove(0);
            }
            let text = clean::text(text).into_owned();
            self.notices.push(Notice {
                at: now,
                after: Seq(0),
                text,
                traffic: None,
            });
            changed.notices = true;
        }
    }

    /// Where a line is told. What is about a room that one is not in, such as that one may not come in, is
    /// told where one is.
    fn place_of(&self, conversation: Option<ConversationId>) -> Option<ConversationId> {
        let here = [conversation, self.open].into_iter().flatten();
        let mut here = here.filter(|id| self.conversations.contains_key(id));
        here.next()
    }

    /// Tells what came of something that somebody did. The same again takes the place of itself: who tries
    /// twice in a row is not to read it twice.
    pub(super) fn answer(
        &mut self,
        conversation: Option<ConversationId>,
        text: &str,
        now: Timestamp,
        changed: &mut Changed,
    ) {
        let before = clean::text(text);
        let there = self.place_of(conversation);
        match there.and_then(|id| self.conversations.get_mut(&id)) {
            Some(conversation) => conversation.drop_last_notice(&before),
            None => {
                self.notices.pop_if(|last| last.text == before);
            }
        }
        self.notice(conversation, text, now, changed);
    }

    /// What was typed means nothing. What was wrong before is not told any more: somebody mends a line.
    pub(super) fn mistake(
        &mut self,
        conversation: Option<ConversationId>,
        text: &str,
        now: Timestamp,
        changed: &mut Changed,
    ) {
        if let Some(before) = self.last_mistake.replace(clean::text(text).into_owned()) {
            self.notices.retain(|notice| notice.text != before);
            for conversation in self.conversations.values_mut() {
                conversation.drop_notice(&before);
            }
        }
        self.notice(conversation, text, now, changed);
    }

    pub(super) fn opened(&mut self, id: Option<ConversationId>, changed: &mut Changed) {
        if self.open == id {
            return;
        }
        if let Some(before) = self.open.and_then(|id| self.conversations.get_mut(&id)) {
            before.clear_unread_line();
            before.draw_unread_line();
            before.leave_past();
            changed.conversations.insert(before.id());
        }
        self.open = id;
        let Some(id) = id else { return };
        if let Some(conversation) = self.conversations.get_mut(&id) {
            conversation.draw_unread_line();
            changed.conversations.insert(id);
            self.fetch_members(id, changed);
            self.fetch_room(id, changed);
        }
    }

    pub(super) fn fetch_room(&mut self, id: ConversationId, changed: &mut Changed) {
        if let Some(conversation) = self.conversations.get_mut(&id)
            && conversation.ask_room()
        {
            let request = Request::Room { conversation: id };
            changed.needs.push(Command::Ask(request));
        }
    }

    pub(super) fn fetch_members(&mut self, id: ConversationId, changed: &mut Changed) {
        if let Some(conversation) = self.conversations.get_mut(&id)
            && conversation.members().is_none()
            && !conversation.asking_members
        {
            conversation.asking_members = true;
            changed
                .needs
                .push(Command::FetchMembers { conversation: id });
        }
    }

    pub(super) fn seen(&mut self, id: ConversationId, seq: Seq, changed: &mut Changed) {
        let Some(conversation) = self.conversations.get_mut(&id) else {
            return;
        };
        let Some(posts) = conversation.item(seq).map(Item::posts) else {
            return;
        };
        // What is read is gone from the inbox. A mention that was never on the screen was not seen by anybody.
        let sight = &conversation.sight;
        let may_wait = |(above, up_to): &(Seq, Seq)| {
            self.inbox.may_mention(id, *above, *up_to) || sight.calls(*above, *up_to)
        };
        if sight.unseen(conversation.read(), seq).iter().any(may_wait) {
            return;
        }
        if conversation.set_read(ReadMark { seq, posts }) {
            changed.list = true;
            changed.needs.push(Command::MarkRead {
                conversation: id,
                seq,
            });
        }
    }

    /// What to say of something that was done and does not show by itself.
    fn done_line(&self, act: &Act, now: Timestamp) -> Option<String> {
        let label = |account| self.people.full_label(account);
        Some(match act {
            Act::SetProfile { .. } => "your profile is changed: /card shows it".to_owned(),
            Act::SetStatus { text, .. } if text.is_empty() => "your status is empty".to_owned(),
            Act::SetStatus { text, until } => {
                let lasting = until.map(|until| format!(" (for {})", duration(until.0 - now.0)));
                format!("your status is: {text}{}", lasting.unwrap_or_default())
            }
            Act::RevokeOtherDevices {} => "all other devices are signed out".to_owned(),
            Act::PutContact {
                account,
                favourite: true,
                ..
            } => format!("{} stands on top of your contacts now", label(*account)),
            Act::PutContact { account, .. } if self.taken_down.contains(account) => {
                format!(
                    "{} stands on top no longer, and is a contact",
                    label(*account)
                )
            }
            Act::PutContact { account, .. } => format!("{} is a contact", label(*account)),
            Act::RemoveContact { account } => format!("{} is no contact", label(*account)),
            Act::Block { account } => format!("{} is blocked", label(*account)),
            Act::Unblock { account } => format!("{} is not blocked any more", label(*account)),
            Act::UninviteFromRoom { account, .. } => {
                format!("{} is not invited any more", label(*account))
            }
            Act::Report { .. } => "those who keep the peace were told".to_owned(),
            Act::Announce { .. } => "it was announced".to_owned(),
            Act::DeleteRoom { name, .. } => {
                format!("#{name} is deleted; an administrator can restore it for 30 days")
            }
            Act::RevokeInvite { invite } => format!("invitation {invite} is ended"),
            _ => return told::of_house(act, now, |account| label(account).into_owned()),
        })
    }
}

/// Whether a change of a room would change nothing.
fn is_so(settings: &RoomSettings, change: &RoomChange) -> bool {
    let RoomChange {
        access,
        history,
        description,
        slow_secs,
        read_only,
        archived,
        for_newcomers,
    } = change;
    access.is_none_or(|access| access == settings.access)
        && history.is_none_or(|history| history == settings.history)
        && description
            .as_ref()
            .is_none_or(|text| *text == settings.description)
        && slow_secs.is_none_or(|secs| secs == settings.slow_secs)
        && read_only.is_none_or(|on| on == settings.read_only)
        && archived.is_none_or(|on| on == settings.archived)
        && for_newcomers.is_none_or(|on| on == settings.for_newcomers)
}
