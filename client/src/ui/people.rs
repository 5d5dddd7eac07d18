//! The people at the right: favourite contacts on top, then those of the open conversation, those who
//! are here first.

use super::cells;
use super::presence;
use super::theme::{NameColor, Role};
use crate::model::room_words::role_word;
use crate::model::{Conversation, Model};
use chat_shared::{AccountId, PresenceState, RoomRole};
use cursive::Printer;
use std::collections::BTreeSet;

#[derive(Clone, Debug, PartialEq, Eq)]
struct Shown {
    account: AccountId,
    color: NameColor,
    name: String,
    /// What stands there where that is too long: never a beginning that could be somebody else's.
    short: String,
    state: PresenceState,
    /// What they are here, where they are more or less than others.
    role: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Row {
    Head(&'static str),
    Person(Shown),
}

/// The list, and from which row on it is shown.
#[derive(Debug, Default)]
pub(super) struct PeopleList {
    rows: Vec<Row>,
    title: String,
    first: usize,
    height: usize,
}

impl PeopleList {
    /// Takes over what the model holds.
    pub(super) fn update(&mut self, model: &Model) {
        let open = model.open_conversation();
        let members = open.and_then(|open: &Conversation| model.members(open.id()));
        // Until it is known who is in it: who is here.
        let accounts = members.unwrap_or_else(|| {
            let present = model.people().present().into_iter();
            present.map(|(account, _)| account).collect()
        });
        let state = |account: &AccountId| model.people().presence(*account);
        let is_here = |account: &&AccountId| state(account) != PresenceState::Offline;
        let present = accounts.iter().filter(is_here).count();
        // Without a connection nobody knows who is here.
        self.title = if model.connection().is_online() {
            format!("{present} of {} here", accounts.len())
        } else {
            format!("{} people", accounts.len())
        };
        let favourites: BTreeSet<_> = model.contacts().favourites().collect();
        let others = accounts
            .into_iter()
            .filter(|account| !favourites.contains(account));
        let others = sorted(others.collect(), model);
        self.rows.clear();
        if !favourites.is_empty() {
            self.rows.push(Row::Head("★ favourites"));
            let favourites = sorted(favourites.into_iter().collect(), model);
            self.rows
                .extend(favourites.into_iter().map(|account| row(account, model)));
            self.rows.push(Row::Head("─"));
        }
        self.rows
            .extend(others.into_iter().map(|account| row(account, model)));
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
        match self.rows.get(self.first + y.checked_sub(1)?)? {
            Row::Person(shown) => Some(shown.account),
            Row::Head(_) => None,
        }
    }

    /// Draws how many there are, and the rows that fit.
    pub(super) fn draw(&self, printer: &Printer) {
        let cells = printer.size.x;
        printer.with_style(Role::Quiet.style(), |printer| {
            cells::print(printer, (0, 0), &cells::fit(&self.title, cells));
        });
        let rows = self.rows.iter().skip(self.first).take(self.height);
        for (y, row) in rows.enumerate().map(|(row, shown)| (row + 1, shown)) {
            match row {
                Row::Head(head) => printer.with_style(Role::Quiet.style(), |printer| {
                    cells::print(printer, (0, y), &cells::fit(head, cells));
                }),
                Row::Person(shown) => draw_person(shown, y, printer),
            }
        }
    }
}

fn draw_person(shown: &Shown, y: usize, printer: &Printer) {
    let role = if shown.state == PresenceState::Offline {
        Role::Quiet
    } else {
        Role::Name(shown.color)
    };
    let mut x = 0;
    printer.with_style(role.style(), |printer| {
        cells::print(printer, (0, y), presence::mark(shown.state));
        let room = printer.size.x.saturating_sub(2);
        let name = if cells::width(&shown.name) <= room {
            &shown.name
        } else {
            &shown.short
        };
        let name = cells::fit(name, room);
        x = 2 + cells::width(&name);
        cells::print(printer, (2, y), &name);
    });
    // The name goes before what they are.
    if x + 1 + cells::width(shown.role) <= printer.size.x {
        printer.with_style(Role::Quiet.style(), |printer| {
            cells::print(printer, (x + 1, y), shown.role);
        });
    }
}

/// Those who can be talked to soonest first, then by name.
fn sorted(mut accounts: Vec<AccountId>, model: &Model) -> Vec<AccountId> {
    let people = model.people();
    accounts.sort_by_cached_key(|account| {
        let rank = presence::rank(people.presence(*account));
        (rank, people.name(*account).into_owned())
    });
    accounts
}

/// What somebody likes to be called, where nobody else is called so; else the name.
fn short_label(account: AccountId, model: &Model) -> String {
    let people = model.people();
    let (label, full) = (people.label(account), people.full_label(account));
    if label == full {
        people.name(account).into_owned()
    } else {
        label.into_owned()
    }
}

fn row(account: AccountId, model: &Model) -> Row {
    let people = model.people();
    let open = model.open_conversation().filter(|open| open.is_room());
    let role = match open.and_then(|open| open.role(account)) {
        Some(RoomRole::Member) | None => "",
        Some(role) => role_word(role),
    };
    Row::Person(Shown {
        account,
        color: NameColor::of(&people.name(account)),
        name: people.full_label(account).into_owned(),
        short: short_label(account, model),
        state: people.presence(account),
        role,
    })
}
