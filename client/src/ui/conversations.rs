//! The conversations at the left: rooms, then direct ones, with what is unread in each.

use super::cells;
use super::presence;
use super::theme::Role;
use crate::model::{Conversation, Kind, Model};
use chat_shared::ConversationId;
use cursive::Printer;

/// One row; nothing is the gap between rooms and people.
type Row = Option<Shown>;

#[derive(Clone, Debug, PartialEq, Eq)]
struct Shown {
    id: ConversationId,
    mark: &'static str,
    title: String,
    unread: u64,
    is_open: bool,
}

/// The list, and from which row on it is shown.
#[derive(Debug, Default)]
pub(super) struct ConversationList {
    rows: Vec<Row>,
    first: usize,
    height: usize,
}

impl ConversationList {
    /// Takes over what the model holds.
    pub(super) fn update(&mut self, model: &Model) {
        let open = model.open_conversation().map(Conversation::id);
        let mut rows = Vec::new();
        let mut before_was_room = false;
        for conversation in model.conversations() {
            if before_was_room && !conversation.is_room() {
                rows.push(None);
            }
            before_was_room = conversation.is_room();
            rows.push(Some(Shown {
                id: conversation.id(),
                mark: mark(conversation, model),
                title: model.title(conversation),
                unread: model.unread_in(conversation),
                is_open: open == Some(conversation.id()),
            }));
        }
        let moved = self.open_row() != open_row(&rows);
        self.rows = rows;
        if moved {
            self.show_open();
        }
    }

    /// How many rows there are to draw into.
    pub(super) fn layout(&mut self, height: usize) {
        if self.height != height {
            self.height = height;
            self.show_open();
        }
        self.first = self.first.min(self.rows.len().saturating_sub(height));
    }

    /// Turns the wheel over the list; negative is up.
    pub(super) fn scroll(&mut self, rows: isize) {
        let last = self.rows.len().saturating_sub(self.height);
        self.first = self.first.saturating_add_signed(rows).min(last);
    }

    /// The conversation in a row of the screen.
    pub(super) fn at(&self, y: usize) -> Option<ConversationId> {
        self.rows
            .get(self.first + y)?
            .as_ref()
            .map(|shown| shown.id)
    }

    /// Draws the rows that fit.
    pub(super) fn draw(&self, printer: &Printer) {
        let cells = printer.size.x;
        for (y, row) in self
            .rows
            .iter()
            .skip(self.first)
            .take(printer.size.y)
            .enumerate()
        {
            let Some(shown) = row else { continue };
            let count = if shown.unread > 0 {
                format!(" {} ", count(shown.unread))
            } else {
                String::new()
            };
            let room = cells.saturating_sub(2 + cells::width(&count));
            let title = cells::fit(&shown.title, room);
            let role = match (shown.is_open, shown.unread > 0) {
                (true, _) => Role::Selected,
                (false, true) => Role::Strong,
                (false, false) => Role::Plain,
            };
            printer.with_style(role.style(), |printer| {
                if shown.is_open {
                    printer.print((0, y), &" ".repeat(cells));
                }
                cells::print(printer, (0, y), shown.mark);
                cells::print(printer, (2, y), &title);
                cells::print(
                    printer,
                    (cells.saturating_sub(cells::width(&count)), y),
                    &count,
                );
            });
        }
    }

    fn open_row(&self) -> Option<usize> {
        open_row(&self.rows)
    }

    fn show_open(&mut self) {
        if let Some(open) = self.open_row() {
            let last_first = open.saturating_sub(self.height.saturating_sub(1));
            self.first = self.first.clamp(last_first.min(open), open);
        }
    }
}

fn open_row(rows: &[Row]) -> Option<usize> {
    rows.iter()
        .position(|row| row.as_ref().is_some_and(|shown| shown.is_open))
}

/// How many are unread, in at most four cells.
fn count(unread: u64) -> String {
    if unread > 999 {
        "999+".to_owned()
    } else {
        unread.to_string()
    }
}

/// The presence of the one other person; rooms and groups have none.
fn mark(conversation: &Conversation, model: &Model) -> &'static str {
    let Kind::Direct { members } = conversation.kind() else {
        return " ";
    };
    let mut others = members.iter().filter(|account| !model.is_me(**account));
    match (others.next(), others.next()) {
        (Some(other), None) => presence::mark(model.people().presence(*other)),
        _ => " ",
    }
}
