//! What lines do to the open room, and to messages in it.

use super::app::App;
use super::overlay::Subject;
use crate::model::Conversation;
use chat_shared::names::AccountName;
use chat_shared::{AccountId, Command as Act, ConversationId};

impl App {
    /// The open room; tells where there is none.
    pub(super) fn open_room(&mut self) -> Option<ConversationId> {
        let room = self.model.open_conversation().filter(|open| open.is_room());
        let id = room.map(Conversation::id);
        if id.is_none() {
            self.tell("this is for rooms: go into one first");
        }
        id
    }

    /// Does something to the open room.
    pub(super) fn act_here(&mut self, act: impl FnOnce(ConversationId) -> Act) {
        if let Some(conversation) = self.open_room() {
            self.act_on(act(conversation));
        }
    }

    /// Does something to somebody in the open room.
    pub(super) fn act_on_person(
        &mut self,
        name: &AccountName,
        act: impl FnOnce(ConversationId, AccountId) -> Act,
    ) {
        if let Some(conversation) = self.open_room()
            && let Some(account) = self.person(name)
        {
            self.act_on(act(conversation, account));
        }
    }

    /// Deletes the open room, once its name was typed to be sure.
    pub(super) fn delete_room(&mut self, name: Option<String>) {
        let Some(conversation) = self.open_room() else {
            return;
        };
        match name {
            Some(name) => self.delete_named(conversation, &name),
            None => self.asks_name = Some(conversation),
        }
    }

    /// The name that was asked for.
    pub(super) fn delete_named(&mut self, conversation: ConversationId, name: &str) {
        let typed = name.trim().trim_start_matches('#');
        let title = self.model.title_of(conversation).unwrap_or_default();
        if title.strip_prefix('#') != Some(typed) {
            return self.tell(format!(
                "{typed} is not the name of this room: nothing was deleted"
            ));
        }
        let name = typed.to_owned();
        self.act_on(Act::DeleteRoom { conversation, name });
    }

    /// What the next line answers.
    pub(super) fn question(&self) -> Option<String> {
        let title = self.model.title_of(self.asks_name?)?;
        Some(format!(
            "type {title} and Enter to delete it; Esc lets it be"
        ))
    }

    pub(super) fn delete_message(&mut self, reason: String) {
        let Some(conversation) = self.open_id() else {
            return self.tell("there is no message to delete here");
        };
        match self.chosen.take() {
            Some(seq) => self.act_on(Act::DeleteMessage {
                conversation,
                seq,
                reason,
            }),
            None => self.choose_own_last(),
        }
    }

    pub(super) fn report_message(&mut self, reason: String) {
        let (Some(conversation), Some(seq)) = (self.open_id(), self.chosen) else {
            return self.tell("choose the message first: Ctrl-Up or Alt-K, then /report REASON");
        };
        self.chosen = None;
        self.act_on(Act::Report {
            conversation,
            seq,
            reason,
        });
    }

    pub(super) fn restrictions(&mut self) {
        if let Some(room) = self.open_room() {
            self.look_at(Subject::Restrictions(room), "");
        }
    }

    pub(super) fn show_room(&mut self) {
        if let Some(room) = self.open_room() {
            self.look_at(Subject::Room(room), "");
        }
    }

    pub(super) fn toggle_folded(&mut self) {
        self.unfolds = !self.unfolds;
        self.log.forget_rows();
        self.note = Some(if self.unfolds {
            "messages of people whom you blocked are shown here".to_owned()
        } else {
            "messages of people whom you blocked are folded".to_owned()
        });
    }
}
