//! What is before somebody's eyes, and what is read thereby.

use super::app::App;
use crate::model::{Conversation, Update};
use chat_shared::Seq;

impl App {
    /// Whether what comes in is before somebody's eyes: not while the past is, or who opened it is on the
    /// way to another place.
    pub(super) fn is_reading(&self) -> bool {
        let is_elsewhere = |open: &Conversation| open.is_past() || self.is_on_the_way(open.id());
        let open = self.model.open_conversation();
        let is_here = self.focused && !self.is_put_here;
        is_here && self.log.is_at_bottom() && !open.is_some_and(is_elsewhere)
    }

    /// Tells what of the open conversation was drawn before somebody's eyes, at the bottom or elsewhere; and
    /// what is read thereby.
    pub(super) fn look(&mut self) {
        let is_seen = self.focused && !self.is_put_here && self.overlays.is_empty();
        if let Some(entries) = self.log.in_sight().filter(|_| is_seen) {
            self.has_in_sight(entries);
            self.mark_read();
        }
    }

    /// These entries of the open conversation are on the screen, the first and the last of them.
    pub(super) fn has_in_sight(&mut self, (first, last): (Seq, Seq)) {
        if let Some(conversation) = self.open_id() {
            let looked = Update::Looked {
                conversation,
                first,
                last,
            };
            self.model.apply(looked, (self.setup.clock)());
        }
    }

    /// Whoever stands at the bottom has read what is there.
    pub(super) fn mark_read(&mut self) {
        let Some(open) = self.model.open_conversation() else {
            return;
        };
        if self.is_reading() && open.end() > open.read() {
            let (conversation, seq) = (open.id(), open.end());
            let seen = Update::Seen { conversation, seq };
            let changed = self.model.apply(seen, (self.setup.clock)());
            self.react(changed);
        }
    }
}
