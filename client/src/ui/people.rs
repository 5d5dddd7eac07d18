//! The people of the open conversation at the right, those who are here first.

use super::cells;
use super::presence;
use super::theme::{NameColor, Role};
use crate::model::{Conversation, Model};
use chat_shared::{AccountId, PresenceState};
use cursive::Printer;
use std::cmp::Reverse;

#[derive(Clone, Debug, PartialEq, Eq)]
struct Shown {
    account: AccountId,
    name: String,
    state: PresenceState,
}

/// The list, and from which row on it is shown.
#[derive(Debug, Default)]
pub(super) struct PeopleList {
    rows: Vec<Shown>,
    title: String,
    first: usize,
    height: usize,
}

impl PeopleList {
    /// Takes over what the model holds.
    pub(super) fn update(&mut self, model: &Model) {
        let members = model
            .open_conversation()
            .and_then(|open: &Conversation| model.members(open.id()));
        // Until it is known who is in it: who is here.
        let accounts = members.unwrap_or_else(|| {
            model
                .people()
                .present()
                .into_iter()
                .map(|(account, _)| account)
                .collect()
        });
        self.rows = accounts
            .into_iter()
            .map(|account| Shown {
                account,
                name: model.people().name(account).into_owned(),
                state: model.people().presence(account),
            })
            .collect();
        self.rows.sort_by_key(|shown| Reverse(shown.state));
        let present = self
            .rows
            .iter()
            .filter(|shown| shown.state != PresenceState::Offline)
            .count();
        // Without a connection nobody knows who is here.
        self.title = if model.connection().is_online() {
            format!("{present} of {} here", self.rows.len())
        } else {
            format!("{} people", self.rows.len())
        };
    }

    /// How many rows there are to draw into.
    pub(super) fn layout(&mut self, height: usize) {
        self.height = height.saturating_sub(1);
        self.first = self.first.min(self.rows.len().saturating_sub(self.height));
    }

    /// Turns the wheel over the list; negative is up.
    pub(super) fn scroll(&mut self, rows: isize) {
        let last = self.rows.len().saturating_sub(self.height);
        self.first = self.first.saturating_add_signed(rows).min(last);
    }

    /// The person in a row of the screen.
    pub(super) fn at(&self, y: usize) -> Option<AccountId> {
        Some(self.rows.get(self.first + y.checked_sub(1)?)?.account)
    }

    /// Draws how many there are, and the rows that fit.
    pub(super) fn draw(&self, printer: &Printer) {
        printer.with_style(Role::Quiet.style(), |printer| {
            cells::print(printer, (0, 0), &cells::fit(&self.title, printer.size.x));
        });
        for (row, shown) in self
            .rows
            .iter()
            .skip(self.first)
            .take(self.height)
            .enumerate()
        {
            let is_here = shown.state != PresenceState::Offline;
            let role = if is_here {
                Role::Name(NameColor::of(&shown.name))
            } else {
                Role::Quiet
            };
            printer.with_style(role.style(), |printer| {
                cells::print(printer, (0, row + 1), presence::mark(shown.state));
                let name = cells::fit(&shown.name, printer.size.x.saturating_sub(2));
                cells::print(printer, (2, row + 1), &name);
            });
        }
    }
}
