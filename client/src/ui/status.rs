//! The status bar: how the connection is, who one is, who is here, what is unread.

use super::cells;
use super::presence;
use super::theme::Role;
use crate::model::{Connection, Model};
use chat_shared::{PresenceState, Timestamp};
use cursive::Printer;

/// What is always said at the right.
const HINT: &str = "F1 keys · /help";

/// Cells of the name of somebody who is writing.
const NAME_CELLS: usize = 24;

/// The text of the bar.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Status {
    left: String,
    right: String,
    /// What is at the right may go where there is not room for both.
    left_goes_first: bool,
}

impl Status {
    /// Says how things are. `note` is for the moment only and stands at the right.
    pub(super) fn of(model: &Model, account: &str, note: Option<&str>, now: Timestamp) -> Self {
        let connection = model.connection();
        let mark = match connection {
            Connection::Online => "●",
            Connection::Connecting { .. } => "◐",
            Connection::Lost { .. } | Connection::TurnedAway { .. } | Connection::Ended { .. } => {
                "○"
            }
        };
        let mut parts = vec![format!("{mark} {}", connection.status(now))];
        if model.waiting() > 0 {
            parts.push(format!("{} waiting", model.waiting()));
        }
        let name = model.me().map_or(account, |me| &me.name);
        let state = model.me().map_or(PresenceState::Offline, |me| {
            model.people().presence(me.account)
        });
        parts.push(match state {
            PresenceState::Away | PresenceState::DoNotDisturb | PresenceState::Invisible => {
                format!("{name} ({})", presence::short_word(state))
            }
            _ => name.to_owned(),
        });
        if connection.is_online() {
            parts.push(format!("{} here", model.people().present_count()));
        }
        if model.unread() > 0 {
            parts.push(format!("{} unread", model.unread()));
        }
        if !model.inbox().is_empty() {
            parts.push(format!("{} in /inbox", model.inbox().len()));
        }
        if let Some(writing) = writing(model, now) {
            parts.push(writing);
        }
        Self {
            // Reasons of a lost connection may come from the other side.
            left: chat_shared::clean::line(&parts.join(" · ")).into_owned(),
            right: note.unwrap_or(HINT).to_owned(),
            left_goes_first: note.is_none()
                || matches!(
                    connection,
                    Connection::Lost { .. }
                        | Connection::TurnedAway { .. }
                        | Connection::Ended { .. }
                ),
        }
    }

    /// Draws it over the whole width.
    pub(super) fn draw(&self, printer: &Printer) {
        let cells = printer.size.x;
        let right = cells::fit(&self.right, cells.saturating_sub(1) * 2 / 3);
        let fits = cells::width(&self.left) + cells::width(&right) + 4 <= cells;
        let right = if fits || !self.left_goes_first {
            right
        } else {
            String::new()
        };
        let right_at = cells.saturating_sub(cells::width(&right) + 1);
        let room = if right.is_empty() { cells } else { right_at };
        printer.with_style(Role::Selected.style(), |printer| {
            printer.print((0, 0), &" ".repeat(cells));
            cells::print(
                printer,
                (1, 0),
                &cells::fit(&self.left, room.saturating_sub(2)),
            );
            cells::print(printer, (right_at, 0), &right);
        });
    }
}

fn writing(model: &Model, now: Timestamp) -> Option<String> {
    let open = model.open_conversation()?;
    let names: Vec<_> = model
        .typing(open.id(), now)
        .into_iter()
        .map(|account| cells::fit(&model.people().label(account), NAME_CELLS))
        .collect();
    match names.as_slice() {
        [] => None,
        [one] => Some(format!("{one} is writing …")),
        [one, two] => Some(format!("{one} and {two} are writing …")),
        more => Some(format!("{} people are writing …", more.len())),
    }
}
