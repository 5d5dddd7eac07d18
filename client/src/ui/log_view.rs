//! The messages: which rows of a conversation are on the screen, and scrolling through it.
//!
//! Only what is visible is wrapped and drawn, so a key costs the same in a conversation of ten
//! lines and of a hundred thousand. At the bottom it follows what comes; scrolled up, its first row
//! is fixed to a line of the conversation, so that neither new messages nor older ones that are
//! fetched move what one reads. In the past, where other messages follow on the last one held, it is
//! always fixed so.

use super::cells;
use super::feed::{Feed, Key, above, first_seq, holds, key, last_seq, marker, newest};
use super::rows::{self, Row};
use super::theme::Role;
use crate::model::Line;
use chat_shared::Seq;
use cursive::{Printer, Vec2};
use std::collections::HashMap;
use std::sync::Arc;

/// Wrapped messages that are kept: many screens, so that scrolling back and forth wraps nothing twice.
const CACHE: usize = 2_000;

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

/// Where one goes on to: what is fetched when the end of what is held is in sight.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Heading {
    #[default]
    Older,
    Newer,
}

/// A row of a line: its index in the feed, and which of its rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    line: usize,
    row: usize,
}

/// What it takes to see an entry that cannot be seen.
struct Sight {
    /// Where it stands.
    place: Place,
    /// The first row with which it is just in sight.
    nearest: Place,
    seen: Seq,
}

/// The scrolled log.
#[derive(Debug, Default)]
pub(super) struct LogView {
    size: Vec2,
    anchor: Anchor,
    cache: HashMap<Seq, Arc<[Row]>>,
    /// What is drawn; fewer rows than the height stand at the bottom.
    visible: Vec<Row>,
    /// First and last entry among that.
    in_sight: Option<(Seq, Seq)>,
    is_top_near: bool,
    is_end_near: bool,
    heading: Heading,
}

impl LogView {
    /// Begins anew at the bottom: another conversation.
    pub(super) fn reset(&mut self) {
        self.follow();
        self.forget_rows();
    }

    /// What was wrapped may look different now, such as with another name.
    pub(super) fn forget_rows(&mut self) {
        self.cache.clear();
    }

    /// Goes to the newest line and follows it.
    pub(super) fn follow(&mut self) {
        self.anchor = Anchor::Bottom;
        self.heading = Heading::Older;
    }

    /// Whether the newest line is on the screen.
    pub(super) fn is_at_bottom(&self) -> bool {
        self.anchor == Anchor::Bottom
    }

    /// The first and the last entry on the screen.
    pub(super) fn in_sight(&self) -> Option<(Seq, Seq)> {
        self.in_sight
    }

    /// Whether there is nothing to show.
    pub(super) fn is_empty(&self) -> bool {
        self.visible.is_empty()
    }

    /// Whether the oldest line that is held is on the screen, or in the past a screen away.
    pub(super) fn is_top_near(&self) -> bool {
        self.is_top_near
    }

    /// The same for the newest line.
    pub(super) fn is_end_near(&self) -> bool {
        self.is_end_near
    }

    /// Where one goes on to.
    pub(super) fn heading(&self) -> Heading {
        self.heading
    }

    /// One goes on to older or newer lines.
    pub(super) fn head(&mut self, heading: Heading) {
        self.heading = heading;
    }

    /// Rows that a page moves by: one stays in sight, one is the marker.
    pub(super) fn page(&self) -> usize {
        self.size.y.saturating_sub(2).max(1)
    }

    /// Scrolls towards older lines.
    pub(super) fn scroll_up(&mut self, rows: usize, feed: &Feed) {
        self.heading = Heading::Older;
        let Some(top) = self.top(feed) else { return };
        let seen = self.seen(feed);
        let place = self.up(top, rows, feed);
        self.fix(place, seen, feed);
    }

    /// Scrolls towards newer lines, up to the bottom.
    pub(super) fn scroll_down(&mut self, rows: usize, feed: &Feed) {
        self.heading = Heading::Newer;
        let Anchor::Top { seen, .. } = self.anchor else {
            return;
        };
        let Some(top) = self.top(feed) else { return };
        let place = self.down(top, rows, feed);
        self.fix(place, seen, feed);
    }

    /// Scrolls no further than it takes to see an entry.
    pub(super) fn reveal(&mut self, seq: Seq, feed: &Feed) {
        self.settle(feed);
        if let Some(sight) = self.sight(seq, feed) {
            self.fix(sight.nearest, sight.seen, feed);
        }
    }

    /// Shows an entry that was gone to: in the middle, with what was said before it, where it cannot be
    /// seen already.
    pub(super) fn show(&mut self, seq: Seq, feed: &Feed) {
        self.settle(feed);
        if let Some(sight) = self.sight(seq, feed) {
            let first = self.up(sight.place, self.size.y / 2, feed);
            self.fix(first, sight.seen, feed);
        }
    }

    /// What it takes to see an entry; nothing where it is seen, or not there.
    fn sight(&mut self, seq: Seq, feed: &Feed) -> Option<Sight> {
        let line = feed.lines.iter().position(|line| holds(line, seq))?;
        let top = self.top(feed)?;
        let seen = self.seen(feed);
        let place = Place { line, row: 0 };
        let is_above = line < top.line || (line == top.line && top.row > 0);
        let nearest = if is_above {
            place
        } else {
            let end = Place {
                line,
                row: self.height(line, feed),
            };
            // One row is the marker of what is below.
            self.up(end, self.size.y.saturating_sub(1), feed)
        };
        let is_below = (nearest.line, nearest.row) > (top.line, top.row);
        (is_above || is_below).then_some(Sight {
            place,
            nearest,
            seen,
        })
    }

    /// The newest entry that was there when one left the bottom.
    fn seen(&self, feed: &Feed) -> Seq {
        match self.anchor {
            Anchor::Bottom => newest(feed),
            Anchor::Top { seen, .. } => seen,
        }
    }

    /// Works out what is visible at this size.
    pub(super) fn layout(&mut self, size: Vec2, feed: &Feed) {
        if self.size.x != size.x {
            self.forget_rows();
        }
        self.size = size;
        self.settle(feed);
        self.visible.clear();
        self.in_sight = None;
        self.is_top_near = true;
        self.is_end_near = true;
        if let Some(top) = self.top(feed) {
            let height = self.height_of_lines(feed);
            // In the past there is more at either end: it is to be here before one gets there.
            let ahead = feed.past_above.map_or(0, |_| height);
            let mut visible = self.rows_from(top, height + ahead + 1, feed);
            self.is_top_near = self.up(top, ahead, feed) == Place { line: 0, row: 0 };
            self.is_end_near = visible.len() <= height + ahead;
            visible.truncate(height);
            self.visible = visible;
            self.in_sight = self.entries_from(top, height, feed);
        }
        let left_at = match self.anchor {
            Anchor::Bottom => None,
            Anchor::Top { seen, .. } => Some(seen),
        };
        if let Some(word) = marker(feed, left_at) {
            self.visible.push(Row::rule(&word, Role::Strong, size.x));
        }
    }

    /// Rows for lines: all but the marker's.
    fn height_of_lines(&self, feed: &Feed) -> usize {
        let has_marker = !self.is_at_bottom() || feed.past_above.is_some();
        self.size.y.saturating_sub(usize::from(has_marker))
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

    fn fix(&mut self, place: Place, seen: Seq, feed: &Feed) {
        self.anchor = anchor(place, seen, feed);
        self.settle(feed);
    }

    /// Where what would be shown reaches the end, one is at the bottom again; so one is where the line
    /// that was read is gone. In the past the last lines stay where they are.
    fn settle(&mut self, feed: &Feed) {
        let height = self.height_of_lines(feed);
        let room = if feed.past_above.is_some() {
            height
        } else {
            self.size.y
        };
        let is_fixed = self.anchor != Anchor::Bottom;
        let is_over = !is_fixed
            || self
                .top(feed)
                .is_none_or(|top| self.rows_from(top, room + 1, feed).len() <= room);
        if !is_over {
            return;
        }
        let seen = self.seen(feed);
        self.anchor = Anchor::Bottom;
        let last = feed.past_above.and(feed.lines.len().checked_sub(1));
        if let Some(line) = last {
            let end = Place {
                line,
                row: self.height(line, feed),
            };
            let top = self.up(end, room, feed);
            self.anchor = anchor(top, seen, feed);
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

    /// The first and the last entry of which something stands in so many rows.
    fn entries_from(&mut self, top: Place, rows: usize, feed: &Feed) -> Option<(Seq, Seq)> {
        let mut left = top.row + rows;
        let mut entries: Option<(Seq, Seq)> = None;
        for line in top.line..feed.lines.len() {
            // Of what stands above it nobody reads it.
            if left <= above(line, feed).len() {
                break;
            }
            if let (Some(first), Some(last)) =
                (first_seq(&feed.lines[line]), last_seq(&feed.lines[line]))
            {
                entries = Some((entries.map_or(first, |(first, _)| first), last));
            }
            left = left.saturating_sub(self.height(line, feed));
        }
        entries
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

/// Fixes the first row.
fn anchor(Place { line, row }: Place, seen: Seq, feed: &Feed) -> Anchor {
    Anchor::Top {
        key: key(&feed.lines[line]),
        row: row.cast_signed() - above(line, feed).len().cast_signed(),
        seen,
    }
}
