//! An older place of a conversation, with what stands around it: shown instead of the newest entries until
//! one goes back, or until the two have become one.
//!
//! What is held of it follows on itself, as the newest entries do; between the two lies what nobody asked
//! for. Pages are added at either end. Where it reaches the newest entries it is joined to them.

use super::Conversation;
use super::window::Window;
use crate::command::Page;
use chat_shared::{Entry, Seq};

/// Entries held of the past at the most: ten pages of history, so that one can scroll to and fro without
/// asking again. Who goes on further gives up what is farthest from where they look.
pub const PAST_ENTRIES: usize = 2_000;

/// What is held around an older place.
#[derive(Clone, Debug)]
pub struct Past {
    window: Window,
    /// The place that was gone to.
    place: Seq,
    /// The page behind the last entry is on its way.
    asking_newer: bool,
}

/// An older place that one wants to see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Seeking {
    seq: Seq,
    /// The page around it is on its way.
    is_asked: bool,
}

impl Conversation {
    /// Whether the past is shown, and not the newest entries.
    pub fn is_past(&self) -> bool {
        self.past.is_some()
    }

    /// The place in the past that one went to.
    pub fn past_place(&self) -> Option<Seq> {
        self.past.as_ref().map(|past| past.place)
    }

    /// What is shown: the newest entries, or the past.
    pub fn shown(&self) -> &Window {
        self.past.as_ref().map_or(&self.window, |past| &past.window)
    }

    /// The place that one wants to see and that is not shown yet. It comes as soon as there is a
    /// connection.
    pub fn seeking(&self) -> Option<Seq> {
        self.seeking.map(|seeking| seeking.seq)
    }

    /// Whether newer entries of the past were asked for and have not come yet.
    pub fn is_asking_newer(&self) -> bool {
        self.past.as_ref().is_some_and(|past| past.asking_newer)
    }

    /// Somebody wants to see an entry.
    pub(super) fn seek(&mut self, seq: Seq) {
        if self.shown().item(seq).is_some() {
            self.seeking = None;
        } else if self.seeking() != Some(seq) {
            let is_asked = false;
            self.seeking = Some(Seeking { seq, is_asked });
            self.find_sought();
        }
    }

    /// The newest entries are shown again.
    pub(super) fn leave_past(&mut self) {
        self.past = None;
        self.seeking = None;
    }

    /// The newest entries begin anew, and end here. What was taken away meanwhile is not known, so nothing
    /// that is held may be shown.
    pub(super) fn forget_past(&mut self, newest: Seq) {
        self.past = None;
        self.seeking = self.seeking.filter(|seeking| seeking.seq <= newest);
    }

    /// No page that was asked for comes any more.
    pub(super) fn forget_pages(&mut self) {
        self.window.forget_page();
        if let Some(past) = &mut self.past {
            past.window.forget_page();
            past.asking_newer = false;
        }
        if let Some(seeking) = &mut self.seeking {
            seeking.is_asked = false;
        }
    }

    /// The page before what is shown, where it is to be asked for.
    pub(super) fn ask_older(&mut self) -> Option<Page> {
        match &mut self.past {
            Some(past) => past.window.ask_older(),
            None => self.window.ask_older(),
        }
    }

    /// The page behind what is shown of the past, where it is to be asked for.
    pub(super) fn ask_newer(&mut self) -> Option<Page> {
        let past = self.past.as_mut().filter(|past| !past.asking_newer)?;
        past.asking_newer = true;
        Some(Page::After(past.window.end()))
    }

    /// The page around the place that one wants to see, where it is to be asked for. What is above the
    /// oldest of the newest entries comes by itself.
    pub(super) fn ask_place(&mut self) -> Option<Page> {
        let base = self.window.base();
        let seeking = self.seeking.as_mut();
        let seeking = seeking.filter(|seeking| !seeking.is_asked && seeking.seq <= base)?;
        seeking.is_asked = true;
        Some(Page::Around(seeking.seq))
    }

    /// Adds a page below an entry, to what it was asked for.
    pub(super) fn add_older(&mut self, before: Seq, page: Vec<Entry>) {
        let is_newest = before == self.window.base().next();
        match self.past.as_mut().filter(|_| !is_newest) {
            Some(past) => {
                past.window.add_older(before, page);
                if past.window.keep_oldest(PAST_ENTRIES) {
                    past.asking_newer = false;
                }
            }
            None => self.window.add_older(before, page),
        }
        self.join();
    }

    /// Adds a page above an entry to the past.
    pub(super) fn add_newer(&mut self, after: Seq, page: Vec<Entry>) {
        let past = self.past.as_mut();
        let Some(past) = past.filter(|past| past.window.end() == after) else {
            return;
        };
        past.asking_newer = false;
        past.window.extend(page);
        if past.window.end() == after {
            // There is nothing between it and the newest entries, and yet they do not meet: the daemon
            // was set back to an older state.
            self.past = None;
        }
        self.join();
        if let Some(past) = &mut self.past {
            past.window.keep_newest(PAST_ENTRIES);
        }
    }

    /// Shows the past around the place that one wants to see.
    ///
    /// # Errors
    /// Where the place is not in the page: why.
    pub(super) fn add_around(&mut self, place: Seq, page: Vec<Entry>) -> Result<(), &'static str> {
        if self
            .seeking
            .take_if(|seeking| seeking.seq == place)
            .is_none()
        {
            // One went back, or elsewhere, in the meantime.
            return Ok(());
        }
        let window = Window::of(page);
        if window.item(place).is_none() {
            return Err(if window.base() >= place {
                "that message was said before you joined: here you read only what was said since"
            } else {
                "that message is not here any more"
            });
        }
        self.past = Some(Past {
            window,
            place,
            asking_newer: false,
        });
        self.join();
        Ok(())
    }

    /// A message was taken away.
    pub(super) fn take_away(&mut self, seq: Seq) {
        self.window.take_away([seq]);
        if let Some(past) = &mut self.past {
            past.window.take_away([seq]);
        }
    }

    /// Where the place that one wants to see is among the newest entries, they are shown.
    pub(super) fn find_sought(&mut self) {
        let sought = self.seeking.map(|seeking| seeking.seq);
        if sought.is_some_and(|seq| self.window.item(seq).is_some()) {
            self.leave_past();
        }
    }

    /// Makes one of the past and the newest entries where they meet. A page may have been read before
    /// something in it was taken away that the other tells of.
    fn join(&mut self) {
        let mut taken_away = self.window.taken_away();
        if let Some(past) = &mut self.past {
            taken_away.extend(past.window.taken_away());
            past.window.take_away(taken_away.iter().copied());
        }
        self.window.take_away(taken_away);
        let base = self.window.base();
        if let Some(past) = self.past.take_if(|past| past.window.end() >= base) {
            self.window.join(past.window);
        }
        self.find_sought();
    }
}
