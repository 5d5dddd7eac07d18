//! What keys and the mouse do.

use super::app::App;
use super::keys::{self, KeyAction};
use super::layout::is_in;
use super::overlay::Subject;
use crate::input::{Editor, Name, Words};
use crate::model::{PendingState, Update};
use crate::net::Command;
use chat_shared::{ConversationId, clean};
use cursive::Vec2;
use cursive::event::{Event, MouseButton, MouseEvent};
use std::collections::BTreeSet;

/// Rows that a notch of the wheel scrolls.
const WHEEL: usize = 3;

impl App {
    /// A key or the mouse.
    pub(super) fn press(&mut self, event: Event) {
        if let Event::Mouse {
            event, position, ..
        } = event
        {
            return self.mouse(event, position);
        }
        if !self.overlays.is_empty() {
            return self.press_in_overlay(&event);
        }
        let action = keys::action(&event);
        let letter = match event {
            Event::Char(letter) => Some(letter),
            _ => None,
        };
        if action.is_none() && letter.is_none() {
            return;
        }
        self.is_put_here = false;
        self.note = None;
        if action != Some(KeyAction::Interrupt) {
            self.quit_is_armed = false;
        }
        if !matches!(
            action,
            Some(KeyAction::Complete | KeyAction::CompleteBackwards)
        ) {
            self.completer.reset();
        }
        match (action, letter) {
            (Some(action), _) => self.key(action),
            (None, Some(letter)) => {
                self.insert(letter.encode_utf8(&mut [0; 4]));
                self.is_writing();
            }
            (None, None) => {}
        }
    }

    /// Text from the clipboard: it goes into the line, however many lines it has, and waits for Enter.
    pub(super) fn paste(&mut self, text: &str) {
        // Terminals send line breaks as the Enter key would.
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let text = clean::text(&text);
        // Copied lines end with a line break that nobody means.
        let text = text.strip_suffix('\n').unwrap_or(&text);
        if let Some(overlay) = self.overlays.last_mut() {
            return overlay.narrow(text);
        }
        self.is_put_here = false;
        self.completer.reset();
        self.insert(text);
        self.is_writing();
        let breaks = self.editor.text().matches('\n').count();
        if breaks > 0 {
            self.note = Some(format!(
                "Enter sends {} lines as one, Ctrl-C drops them",
                breaks + 1
            ));
        }
    }

    pub(super) fn insert(&mut self, text: &str) {
        self.history.edited();
        if !self.editor.insert(text) {
            self.note = Some("the line is full: send or delete something first".to_owned());
        }
    }

    /// Tells the others, but not of commands.
    fn is_writing(&mut self) {
        if let Some(conversation) = self.open_id()
            && self.setup.config.typing
            && self.asks_name.is_none()
            && !self.editor.is_empty()
            && !self.editor.text().starts_with('/')
        {
            self.send(Command::Typing { conversation });
        }
    }

    fn key(&mut self, action: KeyAction) {
        match action {
            KeyAction::Send => self.enter(),
            KeyAction::LineBreak => self.insert("\n"),
            KeyAction::Complete => self.complete(false),
            KeyAction::CompleteBackwards => self.complete(true),
            KeyAction::Left => self.editor.left(),
            KeyAction::Right => self.editor.right(),
            KeyAction::WordLeft => self.editor.word_left(),
            KeyAction::WordRight => self.editor.word_right(),
            KeyAction::Home => self.editor.home(),
            KeyAction::End if self.editor.is_empty() => self.go_to_newest(),
            KeyAction::End => self.editor.end(),
            KeyAction::Backspace => self.edit(Editor::backspace),
            KeyAction::Delete => self.edit(Editor::delete),
            KeyAction::DeleteWordLeft => self.edit(Editor::delete_word_left),
            KeyAction::DeleteWordRight => self.edit(Editor::delete_word_right),
            KeyAction::DeleteToStart => self.edit(Editor::delete_to_start),
            KeyAction::DeleteToEnd => self.edit(Editor::delete_to_end),
            KeyAction::Older => {
                if (self.editor.is_empty() || self.history.is_browsing())
                    && let Some(line) = self.history.older()
                {
                    self.editor.set(line.to_owned());
                }
            }
            KeyAction::Newer => {
                if let Some(line) = self.history.newer() {
                    self.editor.set(line.to_owned());
                }
            }
            KeyAction::PageUp => self.scroll_up(self.log.page()),
            KeyAction::PageDown => self.scroll_down(self.log.page()),
            KeyAction::Newest => self.escape(),
            KeyAction::Next => self.step(1),
            KeyAction::Previous => self.step(-1),
            KeyAction::NextUnread => self.next_unread(),
            KeyAction::TakeBack => self.take_back(),
            KeyAction::ChooseUp => self.choose_next(true),
            KeyAction::ChooseDown => self.choose_next(false),
            KeyAction::Unfold => self.toggle_folded(),
            KeyAction::Inbox => self.look_at(Subject::Inbox, ""),
            KeyAction::Contacts => self.look_at(Subject::Contacts, ""),
            KeyAction::Keys => self.look_at(Subject::Keys, ""),
            KeyAction::People => self.toggle_people(),
            KeyAction::RetryNow => self.send(Command::RetryNow),
            // Every key draws; this one also clears, which the loop does.
            KeyAction::Redraw => {}
            KeyAction::Interrupt => self.interrupt(),
            KeyAction::Quit => self.quit(),
        }
    }

    /// Takes back what was begun, one thing at a time; with nothing begun, to the newest message.
    fn escape(&mut self) {
        if self.asks_name.take().is_some() {
            self.editor.take();
            self.note = Some("nothing was deleted".to_owned());
        } else if self.chosen.is_none() || self.has_arrived_at_chosen() {
            self.go_to_newest();
        } else {
            self.chosen = None;
        }
    }

    fn edit(&mut self, change: fn(&mut Editor)) {
        self.history.edited();
        change(&mut self.editor);
    }

    fn interrupt(&mut self) {
        if !self.editor.is_empty() {
            self.editor.take();
            self.history.edited();
        } else if self.quit_is_armed {
            self.quit();
        } else {
            self.quit_is_armed = true;
            self.note = Some("Ctrl-C again to quit".to_owned());
        }
    }

    fn mouse(&mut self, event: MouseEvent, at: Vec2) {
        if !self.overlays.is_empty() {
            return;
        }
        self.is_put_here = false;
        let layout = self.layout;
        let over = |part: Option<cursive::Rect>| part.filter(|part| is_in(*part, at));
        match event {
            MouseEvent::WheelUp | MouseEvent::WheelDown => {
                let up = event == MouseEvent::WheelUp;
                let rows = if up { -1 } else { 1 };
                if over(layout.conversations).is_some() {
                    self.conversations.scroll(rows);
                } else if over(layout.people).is_some() {
                    self.people.scroll(rows);
                } else if up {
                    self.scroll_up(WHEEL);
                } else {
                    self.scroll_down(WHEEL);
                }
            }
            MouseEvent::Press(MouseButton::Left) => {
                if let Some(part) = over(layout.conversations) {
                    if let Some(id) = self.conversations.at(at.y - part.top()) {
                        self.open(id);
                    }
                } else if let Some(part) = over(layout.people)
                    && let Some(account) = self.people.at(at.y - part.top())
                    && !self.model.is_me(account)
                {
                    self.talk_to(vec![account], None);
                }
            }
            _ => {}
        }
    }

    /// To the next conversation in the list, round and round.
    fn step(&mut self, by: isize) {
        let ids: Vec<ConversationId> = self
            .model
            .conversations()
            .iter()
            .map(|conversation| conversation.id())
            .collect();
        let count = isize::try_from(ids.len()).unwrap_or(isize::MAX);
        let here = ids
            .iter()
            .position(|id| Some(*id) == self.open_id())
            .unwrap_or(0);
        let here = isize::try_from(here).unwrap_or(0);
        if count > 0
            && let Ok(next) = usize::try_from((here + by).rem_euclid(count))
        {
            self.open(ids[next]);
        }
    }

    fn next_unread(&mut self) {
        let all = self.model.conversations();
        let here = all
            .iter()
            .position(|there| Some(there.id()) == self.open_id())
            .unwrap_or(0);
        let next = (1..=all.len())
            .map(|step| all[(here + step) % all.len()])
            .find(|there| self.model.unread_in(there) > 0)
            .map(|there| there.id());
        match next {
            Some(id) => self.open(id),
            None => self.note = Some("nothing is unread".to_owned()),
        }
    }

    /// The newest refused message goes back into the line.
    fn take_back(&mut self) {
        let Some(open) = self.model.open_conversation() else {
            return;
        };
        let refused = open
            .pending()
            .filter(|message| matches!(message.state, PendingState::Refused(_)))
            .last();
        let Some((ticket, text)) = refused.map(|message| (message.ticket, message.text.clone()))
        else {
            self.note = Some("no message was refused here".to_owned());
            return;
        };
        let conversation = open.id();
        self.take(Update::Dismissed {
            conversation,
            ticket,
        });
        self.insert(&text);
    }

    fn complete(&mut self, backwards: bool) {
        let words = self.words();
        self.history.edited();
        if !self.completer.step(&mut self.editor, &words, backwards) {
            self.note = Some("nothing to complete here".to_owned());
        }
    }

    /// People of this conversation first, then everybody else.
    fn words(&self) -> Words {
        let people = self.model.people();
        let members = self
            .open_id()
            .and_then(|id| self.model.members(id))
            .unwrap_or_default();
        let near: BTreeSet<_> = members.iter().copied().collect();
        let mut others: Vec<_> = people
            .all()
            .filter(|(account, person)| person.enabled && !near.contains(account))
            .map(|(account, _)| account)
            .collect();
        others.sort_by_cached_key(|account| people.name(*account).into_owned());
        let everybody = members
            .into_iter()
            .chain(others)
            .filter(|account| !self.model.is_me(*account));
        let names = everybody
            .map(|account| Name {
                name: people.name(account).into_owned(),
                called: people.called(account),
            })
            .collect();
        let rooms = self
            .model
            .directory()
            .iter()
            .map(|room| room.name.to_owned())
            .collect();
        Words {
            people: names,
            rooms,
        }
    }
}
