//! What the screen remembers of this account until the next start.

use super::app::App;
use super::here::Here;
use crate::state_dir::{AccountFolder, Remembered};
use chat_shared::ConversationId;

/// What was remembered, and where that is kept.
#[derive(Debug, Default)]
pub(super) struct Memory {
    /// Nothing in tests of the screen alone.
    pub folder: Option<AccountFolder>,
    pub remembered: Remembered,
}

impl Memory {
    /// How one is to be shown from the beginning on.
    pub(super) fn here(&self) -> Here {
        Here::of(self.remembered.presence)
    }
}

impl App {
    /// Keeps how one chose to be shown. At once: whoever is not to be seen would be after a crash.
    pub(super) fn remember_here(&mut self) {
        let presence = self.here.chosen();
        if self.setup.memory.remembered.presence != presence {
            self.setup.memory.remembered.presence = presence;
            self.remember();
        }
    }

    /// Keeps where one is. At the end: it is not worth a write at every step.
    pub(super) fn remember_place(&mut self) {
        self.setup.memory.remembered.open = self.open_id();
        self.remember();
    }

    fn remember(&mut self) {
        let memory = &self.setup.memory;
        if let Some(folder) = &memory.folder
            && let Err(error) = folder.remember(&memory.remembered)
        {
            self.note = Some(format!("this is forgotten at the end: {error}"));
        }
    }

    /// Where to begin: where one was, else the first with something unread, else the first.
    pub(super) fn first_place(&self) -> Option<ConversationId> {
        let before = self.setup.memory.remembered.open;
        let before = before.filter(|id| self.model.conversation(*id).is_some());
        let all = self.model.conversations();
        let unread = all.iter().find(|there| self.model.unread_in(there) > 0);
        before.or_else(|| unread.or(all.first()).map(|there| there.id()))
    }
}
