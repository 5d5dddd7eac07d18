//! Lines of a conversation as rows of a given width. Pure: no screen, no clock.

use super::cells::{fit, width};
use super::fold;
use super::theme::{NameColor, Role};
use super::wrap::wrap;
use crate::input::Notices;
use crate::model::{Line, Model, PendingState, What};
use chat_shared::{AccountId, Timestamp};
use jiff::tz::TimeZone;

/// Rows of one message at the most. The longest honest one (16 KiB in a narrow column) has fewer;
/// one of newlines alone would take an evening to scroll over.
const MESSAGE_ROWS: usize = 500;

/// Cells of the mark behind the time (`»` one's own, `*` what happened, ...) and the spaces around it.
const MARK_CELLS: usize = 3;

/// Cells of a name beside what is said; who calls themselves something longer is cut.
const NAME_CELLS: usize = 32;

/// A row of the log: pieces of text one after the other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Row {
    pub spans: Vec<Span>,
}

/// A piece of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub text: String,
    pub role: Role,
}

/// What has to be known to draw lines.
#[derive(Clone, Copy)]
pub(super) struct Context<'a> {
    /// For names, and who is oneself.
    pub model: &'a Model,
    /// For times and days.
    pub zone: &'a TimeZone,
    /// How times are written, in strftime's letters.
    pub time: &'a str,
    /// Cells of a row.
    pub width: usize,
    /// How comings and goings are told.
    pub notices: Notices,
    /// Whether messages of people whom one blocks are shown.
    pub unfolds: bool,
}

impl Row {
    fn of(spans: impl IntoIterator<Item = (String, Role)>) -> Self {
        Self {
            spans: spans
                .into_iter()
                .map(|(text, role)| Span { text, role })
                .collect(),
        }
    }

    /// The same row as the one that is chosen.
    pub(super) fn chosen(mut self) -> Self {
        for span in &mut self.spans {
            span.role = Role::Selected;
        }
        self
    }

    /// A line across with a word in its middle.
    pub(super) fn rule(word: &str, role: Role, cells: usize) -> Self {
        let word = fit(word, cells.saturating_sub(4));
        let left = cells.saturating_sub(width(&word) + 2) / 2;
        let right = cells.saturating_sub(width(&word) + 2 + left);
        Self::of([(
            format!("{} {word} {}", "─".repeat(left), "─".repeat(right)),
            role,
        )])
    }
}

/// When a line was.
pub(super) fn at(line: &Line) -> Option<Timestamp> {
    match line {
        Line::Entry(item) => Some(item.at()),
        Line::Moves(run) => run.last().map(|item| item.at()),
        Line::Notice(notice) => Some(notice.at),
        Line::Pending(pending) => Some(pending.at),
        Line::UnreadLine => None,
    }
}

/// The line above the first of a day; nothing where the line before is of the same day.
pub(super) fn day(before: Option<&Line>, line: &Line, context: Context) -> Option<Row> {
    let date = |line: &Line| zoned(at(line)?, context.zone).map(|zoned| zoned.date());
    let this = date(line)?;
    if before.and_then(date) == Some(this) {
        return None;
    }
    Some(Row::rule(
        &this.strftime("%A %-d %B %Y").to_string(),
        Role::Quiet,
        context.width,
    ))
}

/// The rows of a line.
pub(super) fn body(line: &Line, context: Context) -> Vec<Row> {
    match line {
        Line::UnreadLine => Vec::new(),
        Line::Notice(notice) => match &notice.traffic {
            Some(traffic) => {
                let text =
                    fold::traffic(&traffic.came, &traffic.went, context.notices, |account| {
                        label(account, context)
                    });
                plain(traffic.last, "-", &text, context)
            }
            None => plain(notice.at, "-", &notice.text, context),
        },
        Line::Moves(run) => {
            let text = fold::moves(run, |account| label(account, context));
            plain(at(line).unwrap_or_default(), "*", &text, context)
        }
        Line::Entry(item) => match item.what() {
            What::Said(_) if context.model.is_folded(item) && !context.unfolds => plain(
                item.at(),
                " ",
                "message of somebody you blocked (Alt-O shows it)",
                context,
            ),
            What::TakenAway => {
                let by = item
                    .by()
                    .map_or_else(|| "-".to_owned(), |by| label(by, context));
                plain(item.at(), " ", &format!("{by}: message deleted"), context)
            }
            What::Said(text) => {
                let by = item.by();
                let mark = if by.is_some_and(|by| context.model.is_me(by)) {
                    "»"
                } else {
                    " "
                };
                message(item.at(), mark, by, &text, context)
            }
            _ => {
                let happening = item.happening(|account| label(account, context));
                plain(item.at(), "*", &happening.unwrap_or_default(), context)
            }
        },
        Line::Pending(pending) => {
            let me = context.model.me().map(|me| me.account);
            match &pending.state {
                // On the daemon's disk: as good as said.
                PendingState::Sent(_) => message(pending.at, "»", me, &pending.text, context),
                PendingState::Queued => {
                    let mut rows = message(pending.at, "…", me, &pending.text, context);
                    rows.push(below(
                        pending.at,
                        "waiting to be sent",
                        Role::Quiet,
                        context,
                    ));
                    rows
                }
                PendingState::Refused(why) => {
                    let mut rows = message(pending.at, "!", me, &pending.text, context);
                    let reason = format!("not sent: {why} (Ctrl-X takes it back)");
                    let room = context.width.saturating_sub(indent(pending.at, context));
                    let reason = wrap(&reason, room);
                    rows.extend(
                        reason
                            .iter()
                            .map(|row| below(pending.at, row, Role::Alert, context)),
                    );
                    rows
                }
            }
        }
    }
}

/// What somebody is called in the log.
fn label(account: AccountId, context: Context) -> String {
    fit(&context.model.people().label(account), NAME_CELLS)
}

/// Where names and what happened begin.
fn indent(at: Timestamp, context: Context) -> usize {
    width(&clock(at, context)) + MARK_CELLS
}

fn below(at: Timestamp, text: &str, role: Role, context: Context) -> Row {
    Row::of([
        (" ".repeat(indent(at, context)), Role::Plain),
        (text.to_owned(), role),
    ])
}

/// What somebody said: time, mark, name, and the text set in beside them.
fn message(
    at: Timestamp,
    mark: &str,
    by: Option<AccountId>,
    text: &str,
    context: Context,
) -> Vec<Row> {
    let name = by.map_or_else(|| "-".to_owned(), |by| label(by, context));
    // The same colour wherever somebody is, whatever they call themselves today.
    let color = by.map_or("-".into(), |by| context.model.people().name(by));
    let head = Row::of([
        (format!("{} ", clock(at, context)), Role::Quiet),
        (format!("{mark} "), Role::Strong),
        (name, Role::Name(NameColor::of(&color))),
        ("  ".to_owned(), Role::Plain),
    ]);
    let head_cells = head.spans.iter().map(|span| width(&span.text)).sum();
    if head_cells * 2 <= context.width {
        beside(Some(head), head_cells, text, Role::Plain, context)
    } else {
        // A long name, or little room: the text begins below.
        let set_in = indent(at, context).min(context.width / 4);
        let mut rows = vec![head];
        rows.extend(beside(None, set_in, text, Role::Plain, context));
        rows
    }
}

/// What happened, or what the client has to say.
fn plain(at: Timestamp, mark: &str, text: &str, context: Context) -> Vec<Row> {
    let head = Row::of([
        (format!("{} ", clock(at, context)), Role::Quiet),
        (format!("{mark} "), Role::Strong),
    ]);
    beside(Some(head), indent(at, context), text, Role::System, context)
}

/// Text set in by some cells; its first row follows on `head` where there is one.
fn beside(
    mut head: Option<Row>,
    set_in: usize,
    text: &str,
    role: Role,
    context: Context,
) -> Vec<Row> {
    let room = context.width.saturating_sub(set_in);
    let mut pieces = text.split('\n').flat_map(|line| wrap(line, room));
    let margin = || Row::of([(" ".repeat(set_in), Role::Plain)]);
    let mut rows = Vec::new();
    for piece in pieces.by_ref().take(MESSAGE_ROWS) {
        let mut row = head.take().unwrap_or_else(margin);
        row.spans.push(Span {
            text: piece.to_owned(),
            role,
        });
        rows.push(row);
    }
    let more = pieces.count();
    if more > 0 {
        let mut row = margin();
        row.spans.push(Span {
            text: format!("… and {more} more rows"),
            role: Role::Quiet,
        });
        rows.push(row);
    }
    rows
}

/// The time of day, or a stand-in for a time that no calendar holds.
fn clock(at: Timestamp, context: Context) -> String {
    zoned(at, context.zone)
        .and_then(|zoned| jiff::fmt::strtime::format(context.time, &zoned).ok())
        .unwrap_or_else(|| "--:--".to_owned())
}

fn zoned(at: Timestamp, zone: &TimeZone) -> Option<jiff::Zoned> {
    jiff::Timestamp::from_millisecond(at.0)
        .ok()
        .map(|at| at.to_zoned(zone.clone()))
}
