//! What the user does: orders on their way, and what is on the screen. Part of [`Model::apply`].

use super::line::PendingState;
use super::{Changed, Item, Model, Notice, notices::NOTICES};
use crate::command::{Command, Order, Ticket};
use chat_shared::state::ReadMark;
use chat_shared::{Command as Act, ConversationId, Fault, Request, Seq, Timestamp, clean};

impl Model {
    pub(super) fn queue(
        &mut self,
        ticket: Ticket,
        order: &Order,
        now: Timestamp,
        changed: &mut Changed,
    ) {
        if let Order::Post { conversation, text } = order
            && let Some(c) = self.conversations.get_mut(conversation)
            && c.add_pending(ticket, text, now)
        {
            c.clear_unread_line();
            changed.conversations.insert(*conversation);
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
                if let Some(line) = self.done_line(act) {
                    self.notice(self.open, &line, now, changed);
                }
            }
        }
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
        self.notice(here, &line, now, changed);
    }

    pub(super) fn notice(
        &mut self,
        conversation: Option<ConversationId>,
        text: &str,
        now: Timestamp,
        changed: &mut Changed,
    ) {
        // What is about a room that one is not in, such as that one may not come in, is told where one is.
        let here = [conversation, self.open].into_iter().flatten();
        let mut here = here.filter(|id| self.conversations.contains_key(id));
        if let Some(id) = here.next()
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

    pub(super) fn opened(&mut self, id: Option<ConversationId>, changed: &mut Changed) {
        if self.open == id {
            return;
        }
        if let Some(before) = self.open.and_then(|id| self.conversations.get_mut(&id)) {
            before.clear_unread_line();
            before.draw_unread_line();
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
        if conversation.set_read(ReadMark { seq, posts }) {
            changed.list = true;
            changed.needs.push(Command::MarkRead {
                conversation: id,
                seq,
            });
        }
    }

    pub(super) fn wants_older(&mut self, id: ConversationId, changed: &mut Changed) {
        let is_online = self.connection.is_online();
        let Some(conversation) = self.conversations.get_mut(&id) else {
            return;
        };
        if is_online && conversation.has_older() && !conversation.asking_older {
            conversation.asking_older = true;
            let before = conversation.items().next().map(Item::seq);
            changed.needs.push(Command::FetchHistory {
                conversation: id,
                before,
            });
            changed.conversations.insert(id);
        }
    }

    /// What to say of something that was done and does not show by itself.
    fn done_line(&self, act: &Act) -> Option<String> {
        let label = |account| self.people.full_label(account);
        Some(match act {
            Act::SetProfile { .. } => "your profile is changed: /card shows it".to_owned(),
            Act::SetStatus { text, .. } if text.is_empty() => "your status is empty".to_owned(),
            Act::SetStatus { text, .. } => format!("your status is: {text}"),
            Act::RevokeOtherDevices {} => "all other devices are signed out".to_owned(),
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
            _ => return None,
        })
    }
}
