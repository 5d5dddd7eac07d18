//! The messages: which rows of a conversation are on the screen, and scrolling through it.
//!
//! Only what is visible is wrapped and drawn, so a key costs the same in a conversation of ten
//! lines and of a hundred thousand. At the bottom it follows what comes; scrolled up, its first row
//! is fixed to a line of the conversation, so that neither new messages nor older ones that are
//! fetched move what one reads.

use super::cells;
use super::rows::{self, Context, Row};
use super::theme::Role;
use crate::command::Ticket;
use crate::model::{Item, Line};
use chat_shared::{Seq, Timestamp};
use cursive::{Printer, Vec2};
use std::collections::HashMap;
use std::sync::Arc;

/// Wrapped messages that are kept: many screens, so that scrolling back and forth wraps nothing twice.
const CACHE: usize = 2_000;

/// A conversation as it is to be shown.
pub(super) struct Feed<'a> {
    /// Top to bottom, without the model's unread line: where it stands is `unread_after`.
    pub lines: Vec<Line<'a>>,
    /// Behind which entry the unread line stands.
    pub unread_after: Option<Seq>,
    /// The message that is chosen.
    pub chosen: Option<Seq>,
    pub context: Context<'a>,
}

/// What a place in the log is fixed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Key {
    Entry(Seq),
    Notice(Timestamp, Seq),
    Pending(Ticket),
    None,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Anchor {
    /// The newest line is the last row.
    #[default]
    Bottom,
    /// The first row is this row of this line, counted from where the line itself begins: what
    /// stands above it (the day, the unread line) is below zero, since it goes when older lines
    /// come before it. `seen` is the newest entry that was there when one left the bottom.
    Top { key: Key, row: isize, seen: Seq },
}

/// A row of a line: its index in the feed, and which of its rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    line: usize,
    row: usize,
}

/// The scrolled log.
#[derive(Debug, Default)]
pub(super) struct LogView {
    size: Vec2,
    anchor: Anchor,
    cache: HashMap<Seq, Arc<[Row]>>,
    /// What is drawn; fewer rows than the height stand at the bottom.
    visible: Vec<Row>,
    is_top_visible: bool,
}

impl LogView {
    /// Begins anew at the bottom: another conversation.
    pub(super) fn reset(&mut self) {
        self.anchor = Anchor::Bottom;
        self.forget_rows();
    }

    /// What was wrapped may look different now, such as with another name.
    pub(super) fn forget_rows(&mut self) {
        self.cache.clear();
    }

    /// Goes to the newest line and follows it.
    pub(super) fn follow(&mut self) {
        self.anchor = Anchor::Bottom;
    }

    /// Whether the newest line is on the screen.
    pub(super) fn is_at_bottom(&self) -> bool {
        self.anchor == Anchor::Bottom
    }

    /// Whether there is nothing to show.
    pub(super) fn is_empty(&self) -> bool {
        self.visible.is_empty()
    }

    /// Whether the oldest line that is held is on the screen.
    pub(super) fn is_top_visible(&self) -> bool {
        self.is_top_visible
    }

    /// Rows that a page moves by: one stays in sight, one is the marker.
    pub(super) fn page(&self) -> usize {
        self.size.y.saturating_sub(2).max(1)
    }

    /// Scrolls towards older lines.
    pub(super) fn scroll_up(&mut self, rows: usize, feed: &Feed) {
        let Some(top) = self.top(feed) else { return };
        let seen = match self.anchor {
            Anchor::Bottom => newest(feed),
            Anchor::Top { seen, .. } => seen,
        };
        let place = self.up(top, rows, feed);
        self.fix(place, seen, feed);
    }

    /// Scrolls towards newer lines, up to the bottom.
    pub(super) fn scroll_down(&mut self, rows: usize, feed: &Feed) {
        let Anchor::Top { seen, .. } = self.anchor else {
            return;
        };
        let Some(top) = self.top(feed) else { return };
        let place = self.down(top, rows, feed);
        self.fix(place, seen, feed);
    }

    /// Scrolls so that an entry can be seen; says whether it is there.
    pub(super) fn reveal(&mut self, seq: Seq, feed: &Feed) -> bool {
        let Some(line) = feed.lines.iter().position(|line| holds(line, seq)) else {
            return false;
        };
        let seen = match self.anchor {
            Anchor::Bottom => newest(feed),
            Anchor::Top { seen, .. } => seen,
        };
        let Some(top) = self.top(feed) else {
            return false;
        };
        let begin = Place { line, row: 0 };
        if line < top.line || (line == top.line && top.row > 0) {
            self.fix(begin, seen, feed);
        } else {
            let end = Place {
                line,
                row: self.height(line, feed),
            };
            // One row is the marker of what is below.
            let first = self.up(end, self.size.y.saturating_sub(1), feed);
            if (first.line, first.row) > (top.line, top.row) {
                self.fix(first, seen, feed);
            }
        }
        true
    }

    /// Works out what is visible at this size.
    pub(super) fn layout(&mut self, size: Vec2, feed: &Feed) {
        if self.size.x != size.x {
            self.forget_rows();
        }
        self.size = size;
        self.settle(feed);
        let Some(top) = self.top(feed) else {
            self.visible.clear();
            self.is_top_visible = true;
            return;
        };
        self.is_top_visible = top == Place { line: 0, row: 0 };
        let height = if self.is_at_bottom() {
            size.y
        } else {
            size.y.saturating_sub(1)
        };
        let mut visible = self.rows_from(top, height, feed);
        if let Anchor::Top { seen, .. } = self.anchor {
            let new = feed.lines.iter().rev().map_while(|line| match line {
                Line::Entry(item) if item.seq() <= seen => None,
                Line::Entry(item) => Some(usize::from(item.is_message())),
                Line::Moves(_) if last_seq(line) <= Some(seen) => None,
                _ => Some(0),
            });
            let word = match new.sum::<usize>() {
                0 => "more below · Esc".to_owned(),
                new => format!("{new} new below · Esc"),
            };
            visible.push(Row::rule(&word, Role::Strong, size.x));
        }
        self.visible = visible;
    }

    /// Draws what [`Self::layout`] found, at the bottom of the printer's window.
    pub(super) fn draw(&self, printer: &Printer) {
        let first = printer.size.y.saturating_sub(self.visible.len());
        for (y, row) in self.visible.iter().enumerate() {
            let mut x = 0;
            for span in &row.spans {
                printer.with_style(span.role.style(), |printer| {
                    x = cells::print(printer, (x, first + y), &span.text);
                });
            }
        }
    }

    fn fix(&mut self, Place { line, row }: Place, seen: Seq, feed: &Feed) {
        let row = row.cast_signed() - above(line, feed).len().cast_signed();
        self.anchor = Anchor::Top {
            key: key(&feed.lines[line]),
            row,
            seen,
        };
        self.settle(feed);
    }

    /// Where what would be shown reaches the end, one is at the bottom again; so one is where the line
    /// that was read is gone.
    fn settle(&mut self, feed: &Feed) {
        let Anchor::Top { .. } = self.anchor else {
            return;
        };
        let is_over = self
            .top(feed)
            .is_none_or(|top| self.rows_from(top, self.size.y + 1, feed).len() <= self.size.y);
        if is_over {
            self.anchor = Anchor::Bottom;
        }
    }

    /// The first row on the screen; nothing where there are no lines or the anchor's line is gone.
    fn top(&mut self, feed: &Feed) -> Option<Place> {
        let last = feed.lines.len().checked_sub(1)?;
        match self.anchor {
            Anchor::Top {
                key: wanted, row, ..
            } => {
                let line = feed.lines.iter().rposition(|line| match wanted {
                    Key::Entry(seq) => holds(line, seq),
                    wanted => key(line) == wanted,
                })?;
                let row = row + above(line, feed).len().cast_signed();
                Some(match usize::try_from(row) {
                    Ok(row) => Place {
                        line,
                        row: row.min(self.height(line, feed).saturating_sub(1)),
                    },
                    Err(_) => self.up(Place { line, row: 0 }, row.unsigned_abs(), feed),
                })
            }
            Anchor::Bottom => {
                let end = Place {
                    line: last,
                    row: self.height(last, feed),
                };
                Some(self.up(end, self.size.y, feed))
            }
        }
    }

    fn up(&mut self, from: Place, rows: usize, feed: &Feed) -> Place {
        let Place { mut line, mut row } = from;
        let mut left = rows;
        while left > row {
            if line == 0 {
                return Place { line: 0, row: 0 };
            }
            left -= row;
            line -= 1;
            row = self.height(line, feed);
        }
        row -= left;
        Place { line, row }
    }

    fn down(&mut self, from: Place, rows: usize, feed: &Feed) -> Place {
        let Place { mut line, row } = from;
        let mut row = row + rows;
        loop {
            let height = self.height(line, feed);
            if row < height {
                return Place { line, row };
            }
            if line + 1 >= feed.lines.len() {
                return Place {
                    line,
                    row: height.saturating_sub(1),
                };
            }
            row -= height;
            line += 1;
        }
    }

    fn rows_from(&mut self, top: Place, count: usize, feed: &Feed) -> Vec<Row> {
        let mut found = Vec::with_capacity(count);
        let mut skip = top.row;
        for line in top.line..feed.lines.len() {
            let is_chosen = feed.chosen.is_some() && last_seq(&feed.lines[line]) == feed.chosen;
            let body = self.body(line, feed);
            let mut body: Vec<_> = body.iter().cloned().collect();
            if is_chosen {
                body = body.into_iter().map(Row::chosen).collect();
            }
            for row in above(line, feed).into_iter().chain(body) {
                if found.len() == count {
                    return found;
                }
                if skip > 0 {
                    skip -= 1;
                } else {
                    found.push(row);
                }
            }
        }
        found
    }

    fn height(&mut self, line: usize, feed: &Feed) -> usize {
        above(line, feed).len() + self.body(line, feed).len()
    }

    fn body(&mut self, line: usize, feed: &Feed) -> Arc<[Row]> {
        let Line::Entry(item) = &feed.lines[line] else {
            return rows::body(&feed.lines[line], feed.context).into();
        };
        if let Some(rows) = self.cache.get(&item.seq()) {
            return Arc::clone(rows);
        }
        if self.cache.len() >= CACHE {
            self.cache.clear();
        }
        let rows: Arc<[Row]> = rows::body(&feed.lines[line], feed.context).into();
        self.cache.insert(item.seq(), Arc::clone(&rows));
        rows
    }
}

/// What stands above a line: the day, and the unread line. Not kept, since it hangs on what is before.
fn above(line: usize, feed: &Feed) -> Vec<Row> {
    let before = line.checked_sub(1).map(|before| &feed.lines[before]);
    let mut rows: Vec<_> = rows::day(before, &feed.lines[line], feed.context)
        .into_iter()
        .collect();
    let entry_before = || {
        feed.lines[..line]
            .iter()
            .rev()
            .find_map(last_seq)
            .unwrap_or_default()
    };
    if let (Some(unread_after), Some(this)) = (feed.unread_after, last_seq(&feed.lines[line]))
        && this > unread_after
        && entry_before() <= unread_after
    {
        rows.push(Row::rule("unread", Role::Alert, feed.context.width));
    }
    rows
}

fn key(line: &Line) -> Key {
    match line {
        Line::Entry(item) => Key::Entry(item.seq()),
        Line::Moves(run) => run.first().map_or(Key::None, |item| Key::Entry(item.seq())),
        Line::Notice(notice) => Key::Notice(notice.at, notice.after),
        Line::Pending(pending) => Key::Pending(pending.ticket),
        Line::UnreadLine => Key::None,
    }
}

/// Whether an entry is told by this line.
fn holds(line: &Line, seq: Seq) -> bool {
    match line {
        Line::Entry(item) => item.seq() == seq,
        Line::Moves(run) => run.iter().any(|item| item.seq() == seq),
        _ => false,
    }
}

/// The newest entry that is told by this line.
fn last_seq(line: &Line) -> Option<Seq> {
    match line {
        Line::Entry(item) => Some(item.seq()),
        Line::Moves(run) => run.last().copied().map(Item::seq),
        _ => None,
    }
}

fn newest(feed: &Feed) -> Seq {
    feed.lines
        .iter()
        .rev()
        .find_map(last_seq)
        .unwrap_or_default()
}
