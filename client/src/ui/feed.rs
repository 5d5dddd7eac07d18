//! What the log shows: the lines of a conversation, and what each of them is.

use super::rows::{self, Context, Row};
use super::theme::Role;
use crate::command::Ticket;
use crate::model::{Conversation, Item, Line};
use chat_shared::{Seq, Timestamp};

/// A conversation as it is to be shown.
pub(super) struct Feed<'a> {
    /// Top to bottom, without the model's unread line: where it stands is `unread_after`.
    pub lines: Vec<Line<'a>>,
    /// Behind which entry the unread line stands.
    pub unread_after: Option<Seq>,
    /// The message that is chosen.
    pub chosen: Option<Seq>,
    /// These lines are of the past, and begin above this entry.
    pub past_above: Option<Seq>,
    pub context: Context<'a>,
}

/// What a place in the log is fixed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Key {
    Entry(Seq),
    Notice(Timestamp, Seq),
    Pending(Ticket),
    None,
}

/// What stands above a line: the day, and the unread line. Not kept, since it hangs on what is before.
pub(super) fn above(line: usize, feed: &Feed) -> Vec<Row> {
    let before = line.checked_sub(1).map(|before| &feed.lines[before]);
    let mut rows: Vec<_> = rows::day(before, &feed.lines[line], feed.context)
        .into_iter()
        .collect();
    let entry_before = || {
        feed.lines[..line]
            .iter()
            .rev()
            .find_map(last_seq)
            .or(feed.past_above)
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

/// What the last row says where the newest line is not on the screen. `left_at` is the newest entry that
/// was there when one left the bottom; nothing at the bottom.
pub(super) fn marker(feed: &Feed, left_at: Option<Seq>) -> Option<String> {
    let model = feed.context.model;
    let open = model.open_conversation();
    if feed.past_above.is_some() {
        let new = open.map_or(0, |open| model.unread_in(open));
        return Some(format!("the past · {new} new · Esc"));
    }
    let left_at = left_at?;
    let items = open.into_iter().flat_map(|open| open.items().rev());
    let new = items.take_while(|item| item.seq() > left_at);
    Some(match new.filter(|item| item.is_message()).count() {
        0 => "more below · Esc".to_owned(),
        new => format!("{new} new below · Esc"),
    })
}

pub(super) fn key(line: &Line) -> Key {
    match line {
        Line::Entry(item) => Key::Entry(item.seq()),
        Line::Moves(run) => run.first().map_or(Key::None, |item| Key::Entry(item.seq())),
        Line::Notice(notice) => Key::Notice(notice.at, notice.after),
        Line::Pending(pending) => Key::Pending(pending.ticket),
        Line::UnreadLine => Key::None,
    }
}

/// Whether an entry is told by this line.
pub(super) fn holds(line: &Line, seq: Seq) -> bool {
    match line {
        Line::Entry(item) => item.seq() == seq,
        Line::Moves(run) => run.iter().any(|item| item.seq() == seq),
        _ => false,
    }
}

/// The newest entry that is told by this line.
pub(super) fn last_seq(line: &Line) -> Option<Seq> {
    match line {
        Line::Entry(item) => Some(item.seq()),
        Line::Moves(run) => run.last().copied().map(Item::seq),
        _ => None,
    }
}

/// The oldest one.
pub(super) fn first_seq(line: &Line) -> Option<Seq> {
    match line {
        Line::Moves(run) => run.first().copied().map(Item::seq),
        _ => last_seq(line),
    }
}

pub(super) fn newest(feed: &Feed) -> Seq {
    let open = feed.context.model.open_conversation();
    open.map(Conversation::end).unwrap_or_default()
}
