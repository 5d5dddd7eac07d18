//! The screen as cursive sees it: one view, whose parts are laid out and drawn here.

use super::app::App;
use super::cells;
use super::layout::{GAP, Layout};
use super::presence;
use super::shown::feed;
use super::status::Status;
use super::theme::Role;
use crate::model::Kind;
use chat_shared::{AccountId, PresenceState};
use cursive::direction::Direction;
use cursive::event::{Event, EventResult};
use cursive::view::{CannotFocus, View};
use cursive::{Printer, Rect, Vec2};

impl View for App {
    fn layout(&mut self, size: Vec2) {
        self.layout = Layout::of(size, self.pane);
        let log = self.layout.log.size();
        self.pursue_goal();
        let feed = feed(&self.model, &self.setup, &self.shown(), log.x);
        self.log.layout(log, &feed);
        self.fetch_more();
        self.look();
        // What is read thereby is not counted in them any more.
        if std::mem::take(&mut self.lists_are_old) {
            self.conversations.update(&self.model);
            self.people.update(&self.model);
        }
        self.conversations
            .layout(self.layout.conversations.map_or(0, |part| part.height()));
        self.people
            .layout(self.layout.people.map_or(0, |part| part.height()));
        self.fill_overlay();
        if let Some(input) = self.layout.input {
            self.input.layout(input.width(), &self.editor);
            let caret = input.top_left() + (self.input.caret().min(input.width() - 1), 0);
            // What is typed goes into the list, while there is one.
            let is_typed_here = self.overlays.is_empty();
            self.setup.caret.set(is_typed_here.then_some(caret));
        } else {
            self.setup.caret.set(None);
        }
        let now = (self.setup.clock)();
        let question = self.question();
        let note = self.note.as_deref().or(question.as_deref());
        self.status = Status::of(&self.model, &self.setup.account, note, now);
    }

    fn draw(&self, printer: &Printer) {
        let layout = &self.layout;
        // A screen that shrank between layout and this is drawn right after the next one.
        if printer.size != layout.size {
            return;
        }
        let part = |rect: Rect| printer.offset(rect.top_left()).cropped(rect.size());
        if let Some(rect) = layout.conversations {
            self.conversations.draw(&part(rect));
            printer.with_style(Role::Quiet.style(), |printer| {
                printer.print_vline((rect.right() + GAP - 1, 0), rect.height(), "│");
            });
        }
        if let Some(rect) = layout.title {
            let (title, topic) = self.title_line();
            let printer = part(rect);
            let mut x = 0;
            printer.with_style(Role::Strong.style(), |printer| {
                x = cells::print(printer, (0, 0), &cells::fit(&title, rect.width()));
            });
            printer.with_style(Role::Quiet.style(), |printer| {
                let room = rect.width().saturating_sub(x + 2);
                cells::print(printer, (x + 2, 0), &cells::fit(&topic, room));
            });
        }
        let log = part(layout.log);
        self.log.draw(&log);
        if self.log.is_empty() {
            let lines = self.placeholder();
            let first = layout.log.height().saturating_sub(lines.len());
            log.with_style(Role::System.style(), |printer| {
                for (y, line) in lines.iter().enumerate() {
                    cells::print(
                        printer,
                        (0, first + y),
                        &cells::fit(line, layout.log.width()),
                    );
                }
            });
        }
        let overlay = self.overlays.last();
        if let Some(overlay) = overlay.filter(|overlay| !overlay.is_wide()) {
            overlay.draw(&part(layout.over(false)));
        }
        if let Some(rect) = layout.people {
            self.people.draw(&part(rect));
            printer.with_style(Role::Quiet.style(), |printer| {
                printer.print_vline((rect.left() - GAP + 1, 0), rect.height(), "│");
            });
        }
        if let Some(overlay) = overlay.filter(|overlay| overlay.is_wide()) {
            overlay.draw(&part(layout.over(true)));
        }
        if let Some(rect) = layout.status {
            self.status.draw(&part(rect));
        }
        if let Some(rect) = layout.input {
            self.input.draw(&part(rect));
        }
    }

    fn required_size(&mut self, constraint: Vec2) -> Vec2 {
        constraint
    }

    fn take_focus(&mut self, _: Direction) -> Result<EventResult, CannotFocus> {
        Ok(EventResult::consumed())
    }

    fn on_event(&mut self, event: Event) -> EventResult {
        self.press(event);
        EventResult::consumed()
    }
}

impl App {
    fn title_line(&self) -> (String, String) {
        let Some(open) = self.model.open_conversation() else {
            return Default::default();
        };
        let about = match open.kind() {
            Kind::Room { topic, .. } if !topic.is_empty() => topic.clone(),
            Kind::Room { .. } => match open.member_count() {
                1 => "only you".into(),
                count => format!("{count} people"),
            },
            Kind::Direct { members } => {
                let mut others = members
                    .iter()
                    .filter(|account| !self.model.is_me(**account));
                match (others.next(), others.next()) {
                    (Some(other), None) => self.about_person(*other),
                    _ => format!("{} people", members.len()),
                }
            }
        };
        (self.model.title(open), about)
    }

    /// Who one is talking to, and whether they are there to hear it.
    fn about_person(&self, account: AccountId) -> String {
        let people = self.model.people();
        let mut parts = Vec::new();
        let label = people.label(account);
        if label != people.name(account) {
            parts.push(label.into_owned());
        }
        if self.model.contacts().is_blocked(account) {
            parts.push("blocked".to_owned());
        }
        if people.presence(account) == PresenceState::Offline {
            if self.model.connection().is_online() {
                parts.push("not here: it waits for them".to_owned());
            }
        } else {
            parts.push(presence::word(people.presence(account)).to_owned());
        }
        if let Some(status) = people.status(account, (self.setup.clock)()) {
            parts.push(status.text.clone());
        }
        parts.join(" · ")
    }

    /// What stands where there is nothing to read yet.
    fn placeholder(&self) -> Vec<String> {
        let open = self.model.open_conversation();
        let lines: &[&str] = match (self.model.is_synced(), self.open_id()) {
            (false, _) => &["waiting for the first answer of the daemon …"],
            (true, Some(_)) if open.is_some_and(|open| open.end() < open.newest()) => {
                &["what was said here is on its way …"]
            }
            (true, Some(_)) => &["nothing was said here yet: write something and press Enter"],
            (true, None) => &[
                "you are in no conversation yet",
                "",
                "/rooms       which rooms there are",
                "/join #ROOM  go into one",
                "/msg NAME    write to somebody",
                "/help        everything else",
            ],
        };
        lines.iter().map(|line| (*line).to_owned()).collect()
    }
}
