//! Pages of history: what is asked for, and what comes. Part of [`Model::apply`].

use super::{Changed, Model};
use crate::command::{Command, Page};
use chat_shared::{ConversationId, Entry, Seq};

impl Model {
    pub(super) fn wants_older(&mut self, id: ConversationId, changed: &mut Changed) {
        if self.connection.is_online()
            && let Some(conversation) = self.conversations.get_mut(&id)
        {
            let page = conversation.ask_older();
            fetch(id, page, changed);
        }
    }

    pub(super) fn wants_newer(&mut self, id: ConversationId, changed: &mut Changed) {
        if self.connection.is_online()
            && let Some(conversation) = self.conversations.get_mut(&id)
        {
            let page = conversation.ask_newer();
            fetch(id, page, changed);
        }
    }

    pub(super) fn wants_place(&mut self, id: ConversationId, seq: Seq, changed: &mut Changed) {
        if let Some(conversation) = self.conversations.get_mut(&id) {
            conversation.seek(seq);
            changed.conversations.insert(id);
        }
        self.ask_for_places(changed);
    }

    pub(super) fn wants_newest(&mut self, id: ConversationId, changed: &mut Changed) {
        if let Some(conversation) = self.conversations.get_mut(&id) {
            conversation.leave_past();
            changed.conversations.insert(id);
        }
    }

    /// Asks for the places that somebody wants to see and that were not asked for on this connection.
    pub(super) fn ask_for_places(&mut self, changed: &mut Changed) {
        if !self.connection.is_online() {
            return;
        }
        for (id, conversation) in &mut self.conversations {
            let page = conversation.ask_place();
            fetch(*id, page, changed);
        }
    }

    /// A page is here.
    ///
    /// # Errors
    /// Where it does not hold what it was asked for: why.
    pub(super) fn take_page(
        &mut self,
        id: ConversationId,
        page: Page,
        entries: Vec<Entry>,
        newest: Seq,
        changed: &mut Changed,
    ) -> Result<(), &'static str> {
        let Some(conversation) = self.conversations.get_mut(&id) else {
            return Ok(());
        };
        changed.conversations.insert(id);
        // What was drawn of an entry before may be of a time before it was taken away.
        changed.rewritten |= matches!(page, Page::Around(_));
        conversation.newest = conversation.newest.max(newest);
        match page {
            Page::Before(seq) => conversation.add_older(seq, entries),
            Page::After(seq) => conversation.add_newer(seq, entries),
            Page::Around(seq) => conversation.add_around(seq, entries)?,
        }
        Ok(())
    }

    /// A page will not come. The newest entries are shown, where the reason is told; what was asked for
    /// stays marked as such, so that it is not asked for again and again.
    pub(super) fn miss_page(&mut self, id: ConversationId, page: Page, changed: &mut Changed) {
        let Some(conversation) = self.conversations.get_mut(&id) else {
            return;
        };
        let is_of_newest = page == Page::Before(conversation.window.base().next());
        if !is_of_newest {
            self.wants_newest(id, changed);
        }
    }
}

fn fetch(id: ConversationId, page: Option<Page>, changed: &mut Changed) {
    if let Some(page) = page {
        changed.conversations.insert(id);
        changed.needs.push(Command::FetchHistory {
            conversation: id,
            page,
        });
    }
}
