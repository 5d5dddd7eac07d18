//! A list over the messages: chosen from by keys alone, narrowed by typing.

use super::cells;
use super::theme::Role;
use super::wrap::wrap;
use crate::model::Invitation;
use crate::net::Order;
use chat_shared::{AccountId, ConversationId, Seq, Timestamp};
use cursive::{Printer, Vec2};

/// What rows are narrowed by at the most: more than any name.
const FILTER_BYTES: usize = 256;

/// What an overlay shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    /// Commands and keys.
    Help,
    /// The same, keys first.
    Keys,
    /// All that waits.
    Inbox,
    /// The rooms there are.
    Rooms,
    /// Contacts and groups.
    Contacts,
    /// People with this in name or profile.
    Found(String),
    /// Who is here, or was at this time or later.
    Who(Timestamp),
    /// All about somebody.
    Card(AccountId),
    /// What a room is like.
    Room(ConversationId),
    /// Who is banned, muted and invited.
    Restrictions(ConversationId),
    /// One's devices.
    Devices,
    /// Invitations into the house.
    Invitations,
    /// One that was just made, over the whole width: its link is to be copied.
    Link(Invitation),
}

/// Where an entry leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// To a conversation, and a message in it.
    Place(ConversationId, Option<Seq>),
    /// To what is to be done, with a word where it is not obvious.
    Do(Order),
    /// To all about somebody.
    Card(AccountId),
    /// To the conversation with somebody.
    Talk(AccountId),
    /// Into the line, to be gone on with.
    Write(String),
    /// To a text in full.
    Tell(String),
}

/// A row of an overlay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub text: String,
    pub role: Role,
    pub target: Option<Target>,
    /// What goes out of the inbox with it.
    pub waits: Option<Waits>,
}

/// What waits in the inbox until it is dismissed, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Waits {
    /// An item.
    Item(u64),
    /// An announcement to everybody.
    Announcement(u64),
}

impl Entry {
    /// A row that only says something.
    pub(super) fn says(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            role: Role::Plain,
            target: None,
            waits: None,
        }
    }

    /// A row above others.
    pub(super) fn heads(text: impl Into<String>) -> Self {
        Self {
            role: Role::Strong,
            ..Self::says(text)
        }
    }

    /// A row that leads somewhere.
    pub(super) fn leads(text: impl Into<String>, target: Target) -> Self {
        Self {
            target: Some(target),
            ..Self::says(text)
        }
    }
}

/// The list and what is chosen in it.
#[derive(Debug)]
pub(super) struct Overlay {
    pub subject: Subject,
    pub filter: String,
    title: String,
    /// All rows that the filter leaves.
    entries: Vec<Entry>,
    chosen: usize,
    first: usize,
    height: usize,
    /// All of the chosen row, where it is cut off.
    whole: Vec<String>,
    /// Where Enter goes only when it is pressed again.
    pub(super) asked: Option<Target>,
}

impl Overlay {
    /// Nothing in it yet.
    pub(super) fn new(subject: Subject, filter: String) -> Self {
        Self {
            subject,
            filter,
            title: String::new(),
            entries: Vec::new(),
            chosen: 0,
            first: 0,
            height: 0,
            whole: Vec::new(),
            asked: None,
        }
    }

    /// What the list holds now. What was chosen stays chosen where it is still there.
    pub(super) fn fill(&mut self, title: String, mut entries: Vec<Entry>) {
        let wanted = self.filter.to_lowercase();
        if !wanted.is_empty() {
            let fits = |text: &str| text.to_lowercase().contains(&wanted);
            entries.retain(|entry| entry.target.is_some() && fits(&entry.text));
        }
        // Two reports may lead to one message: what waits tells them apart.
        let before = self.chosen().filter(|entry| entry.target.is_some());
        let same = before.and_then(|before| {
            let is_same =
                |entry: &Entry| entry.target == before.target && entry.waits == before.waits;
            entries.iter().position(is_same)
        });
        self.title = title;
        self.entries = entries;
        self.chosen = same.unwrap_or(self.chosen);
        if self.chosen().is_none_or(|entry| entry.target.is_none()) {
            let mut targets = self.entries.iter();
            self.chosen = targets
                .position(|entry| entry.target.is_some())
                .unwrap_or_default();
        }
    }

    /// Whether it stands over the whole width, without anything beside it.
    pub(super) fn is_wide(&self) -> bool {
        matches!(self.subject, Subject::Link(_))
    }

    /// How much room there is.
    pub(super) fn layout(&mut self, size: Vec2) {
        let last = self.first + self.height;
        let is_seen = (self.first..last).contains(&self.chosen);
        self.whole = self.whole_of_chosen(size);
        // The title above, the keys below.
        self.height = size.y.saturating_sub(2 + self.whole.len());
        if is_seen {
            // The room that it takes is not its own.
            self.first = self
                .first
                .max((self.chosen + 1).saturating_sub(self.height));
        }
        self.first = self
            .first
            .min(self.entries.len().saturating_sub(self.height));
    }

    /// The rows of what the chosen row says, where it does not fit beside the margins and there is room below
    /// the list: half of the screen at the most.
    fn whole_of_chosen(&self, size: Vec2) -> Vec<String> {
        let cells = size.x.saturating_sub(2);
        let chosen = self.chosen().filter(|entry| entry.target.is_some());
        let cut = chosen.filter(|entry| cells::width(&entry.text) > cells && !self.is_wide());
        let Some(entry) = cut else {
            return Vec::new();
        };
        let rows = wrap(&entry.text, cells);
        rows.into_iter()
            .take(size.y / 2)
            .map(str::to_owned)
            .collect()
    }

    /// The row that is chosen.
    pub(super) fn chosen(&self) -> Option<&Entry> {
        self.entries.get(self.chosen)
    }

    /// Chooses another row; where none leads anywhere, scrolls.
    pub(super) fn step(&mut self, by: isize) {
        let last = self.entries.len().saturating_sub(1);
        if self.entries.iter().all(|entry| entry.target.is_none()) {
            let last_first = self.entries.len().saturating_sub(self.height);
            self.first = self.first.saturating_add_signed(by).min(last_first);
            return;
        }
        let leads = |at: &usize| self.entries[*at].target.is_some();
        let wanted = self.chosen.saturating_add_signed(by).min(last);
        let found = if by < 0 {
            let back = (0..=wanted).rev().find(leads);
            back.or_else(|| (wanted..self.chosen).find(leads))
        } else {
            let on = (wanted..=last).find(leads);
            on.or_else(|| (self.chosen + 1..=wanted).rev().find(leads))
        };
        match found {
            Some(found) => self.chosen = found,
            // Above the first that leads somewhere there may be more to read.
            None if by < 0 => {
                self.first = 0;
                return;
            }
            None => {}
        }
        let lowest = (self.chosen + 1).saturating_sub(self.height);
        self.first = self.first.clamp(lowest.min(self.chosen), self.chosen);
    }

    /// Draws the title, the rows that fit, and which keys do what.
    pub(super) fn draw(&self, printer: &Printer) {
        let size = printer.size;
        for y in 0..size.y {
            printer.print((0, y), &" ".repeat(size.x));
        }
        let title = if self.filter.is_empty() {
            self.title.clone()
        } else {
            let count = self.entries.len();
            format!("{} · {count} with “{}”", self.title, self.filter)
        };
        printer.with_style(Role::Strong.style(), |printer| {
            cells::print(printer, (0, 0), &cells::fit(&title, size.x));
        });
        let rows = self.entries.iter().enumerate().skip(self.first);
        for (y, (index, entry)) in rows.take(self.height).enumerate() {
            let is_chosen = index == self.chosen && entry.target.is_some();
            let role = if is_chosen {
                Role::Selected
            } else {
                entry.role
            };
            printer.with_style(role.style(), |printer| {
                if is_chosen {
                    printer.print((0, y + 1), &" ".repeat(size.x));
                }
                let margin = usize::from(!self.is_wide());
                let text = cells::fit(&entry.text, size.x.saturating_sub(2 * margin));
                cells::print(printer, (margin, y + 1), &text);
            });
        }
        for (y, row) in self.whole.iter().enumerate() {
            printer.with_style(Role::Strong.style(), |printer| {
                cells::print(printer, (1, self.height + 1 + y), row);
            });
        }
        if size.y > 1 {
            printer.with_style(Role::Quiet.style(), |printer| {
                let keys = cells::fit(self.keys(), size.x);
                cells::print(printer, (0, size.y - 1), &keys);
            });
        }
    }

    /// Whether Enter leads there now. Into a room that one is not in only where it is pressed again: others
    /// are told that one came.
    pub(super) fn is_sure(&mut self, target: &Target) -> bool {
        let is_joining = matches!(target, Target::Do(Order::Join { .. }));
        let is_sure = !is_joining || self.asked.as_ref() == Some(target);
        self.asked = (!is_sure).then(|| target.clone());
        is_sure
    }

    fn keys(&self) -> &'static str {
        if self.asked.is_some() {
            return "join this room? Enter again · any other key: no";
        }
        match self.subject {
            Subject::Inbox => "Enter goes · Del dismisses · type to narrow · Esc closes",
            Subject::Card(_) | Subject::Room(_) => "Up Down Enter · Esc closes",
            Subject::Link(_) => "Esc closes · chatc invite new prints a link bare",
            Subject::Help | Subject::Keys => "Enter writes it · type to narrow · Esc closes",
            Subject::Devices | Subject::Restrictions(_) | Subject::Invitations => {
                "Enter writes the command · Esc closes"
            }
            Subject::Rooms | Subject::Contacts | Subject::Found(_) | Subject::Who(_) => {
                "Enter goes there · type to narrow · Esc closes"
            }
        }
    }

    /// Something was typed: leaves the rows with it. Cards are short, and shown whole.
    pub(super) fn narrow(&mut self, text: &str) {
        let is_whole = matches!(
            self.subject,
            Subject::Card(_) | Subject::Room(_) | Subject::Link(_)
        );
        if !is_whole && self.filter.len() + text.len() <= FILTER_BYTES {
            self.filter.push_str(&text.replace('\n', " "));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(leads: &[bool], height: usize) -> Overlay {
        let mut overlay = Overlay::new(Subject::Rooms, String::new());
        let entry = |(n, leads): (usize, &bool)| match leads {
            true => Entry::leads(format!("row {n}"), Target::Write(n.to_string())),
            false => Entry::heads(format!("row {n}")),
        };
        overlay.fill(String::new(), leads.iter().enumerate().map(entry).collect());
        overlay.layout(Vec2::new(20, height + 2));
        overlay
    }

    #[test]
    fn steps_go_from_row_to_row_that_leads_somewhere() {
        let mut overlay = list(&[false, true, false, true, true], 10);
        assert_eq!(overlay.chosen, 1);
        overlay.step(1);
        assert_eq!(overlay.chosen, 3);
        overlay.step(-1);
        assert_eq!(overlay.chosen, 1);
        overlay.step(-1);
        assert_eq!(overlay.chosen, 1);
        overlay.step(100);
        assert_eq!(overlay.chosen, 4);
        overlay.step(100);
        assert_eq!(overlay.chosen, 4);
    }

    #[test]
    fn what_is_chosen_is_in_sight() {
        let mut overlay = list(&[true; 50], 5);
        for _ in 0..60 {
            overlay.step(1);
            assert!((overlay.first..overlay.first + 5).contains(&overlay.chosen));
        }
        overlay.step(-100);
        assert_eq!((overlay.chosen, overlay.first), (0, 0));
    }

    #[test]
    fn a_list_that_leads_nowhere_scrolls() {
        let mut overlay = list(&[false; 10], 4);
        overlay.step(100);
        assert_eq!(overlay.first, 6);
        overlay.step(-2);
        assert_eq!(overlay.first, 4);
    }

    #[test]
    fn typing_leaves_what_has_the_text_and_the_choice_stays() {
        let mut overlay = list(&[true; 12], 10);
        overlay.step(10);
        overlay.filter = "ROW 1".to_owned();
        let rows = overlay.entries.clone();
        overlay.fill(String::new(), rows);
        assert_eq!(overlay.entries.len(), 3);
        assert_eq!(overlay.chosen().unwrap().text, "row 10");
    }
}
