//! Going to a message, and choosing one.

use super::app::App;
use super::shown::feed;
use crate::model::{Conversation, Item, Update};
use chat_shared::{ConversationId, Seq};

/// Pages of older messages that are fetched to reach one: what is further back is scrolled to.
const PAGES: usize = 25;

/// A message that is gone to; older ones may have to come first.
#[derive(Clone, Copy, Debug)]
pub(super) struct Goal {
    conversation: ConversationId,
    seq: Seq,
    pages: usize,
}

impl App {
    /// Goes to a conversation, and to a message in it.
    pub(super) fn go_to(&mut self, conversation: ConversationId, seq: Option<Seq>) {
        if self.model.conversation(conversation).is_none() {
            return self.tell("you are not in that conversation");
        }
        self.open(conversation);
        self.goal = seq.map(|seq| Goal {
            conversation,
            seq,
            pages: PAGES,
        });
    }

    /// On the way to a message: shows it once it is here.
    pub(super) fn pursue_goal(&mut self) {
        let Some(goal) = self.goal else { return };
        let Some(open) = self.model.open_conversation() else {
            return;
        };
        if open.id() != goal.conversation {
            self.goal = None;
        } else if open.item(goal.seq).is_some() {
            self.goal = None;
            self.choose(Some(goal.seq));
        } else if open.has_older() && goal.pages > 0 {
            if !open.is_asking_older() && open.end() >= open.newest() {
                self.goal = Some(Goal {
                    pages: goal.pages - 1,
                    ..goal
                });
                let older = Update::WantsOlder(goal.conversation);
                let changed = self.model.apply(older, (self.setup.clock)());
                self.react(changed);
            }
        } else if open.end() >= goal.seq {
            self.goal = None;
            self.note = Some("that message is too far back: scroll to it".to_owned());
        }
    }

    /// Chooses the message before or after the chosen one; behind the newest there is none.
    pub(super) fn choose_next(&mut self, up: bool) {
        let Some(open) = self.model.open_conversation() else {
            return;
        };
        let messages = || open.items().filter(|item| item.is_message()).map(Item::seq);
        let next = match (self.chosen, up) {
            (None, true) => messages().next_back(),
            (None, false) => None,
            (Some(at), true) => messages().rev().find(|seq| *seq < at).or(Some(at)),
            (Some(at), false) => messages().find(|seq| *seq > at),
        };
        if next.is_none() {
            self.log.follow();
        }
        self.choose(next);
    }

    /// Chooses a message, and shows it.
    pub(super) fn choose(&mut self, seq: Option<Seq>) {
        self.chosen = seq;
        if let Some(seq) = seq {
            let width = self.layout.log.width();
            let feed = feed(&self.model, &self.setup, &self.shown(), width);
            self.log.reveal(seq, &feed);
            self.note = Some("/delete or /report this message · Esc".to_owned());
        }
    }

    /// The chosen message, or else one's own last one.
    pub(super) fn chosen_or_own(&self) -> Option<Seq> {
        let own = |open: &Conversation| {
            let is_own = |item: &&Item| {
                item.is_message() && item.by().is_some_and(|by| self.model.is_me(by))
            };
            open.items().rev().find(is_own).map(Item::seq)
        };
        self.chosen
            .or_else(|| self.model.open_conversation().and_then(own))
    }
}
