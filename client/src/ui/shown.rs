//! What of the open conversation is shown, and how.

use super::app::{App, Setup};
use super::feed::Feed;
use super::fold::fold;

use super::rows::Context;
use crate::input::Notices;
use crate::model::{Line, Model};
use chat_shared::Seq;

/// All that decides it, besides the model.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shown {
    /// Behind which entry the unread line stands.
    pub unread_after: Option<Seq>,
    /// The message that is chosen.
    pub chosen: Option<Seq>,
    /// How comings and goings are told.
    pub notices: Notices,
    /// Whether messages of people whom one blocks are shown.
    pub unfolds: bool,
}

impl App {
    /// What of the open conversation is shown, and how.
    pub(super) fn shown(&self) -> Shown {
        Shown {
            unread_after: self.unread_after,
            chosen: self.chosen,
            notices: self.notices,
            unfolds: self.unfolds,
        }
    }
}

/// The open conversation as the log shows it; without one, what the client has to say.
pub(super) fn feed<'a>(
    model: &'a Model,
    setup: &'a Setup,
    shown: &Shown,
    width: usize,
) -> Feed<'a> {
    let mut lines = match model.open_conversation() {
        Some(open) => open.lines(),
        None => model.notices().iter().map(Line::Notice).collect(),
    };
    lines.retain(|line| *line != Line::UnreadLine);
    let context = Context {
        model,
        zone: &setup.zone,
        time: &setup.config.time,
        width,
        notices: shown.notices,
        unfolds: shown.unfolds,
    };
    let past = model.open_conversation().filter(|open| open.is_past());
    let past_above = past.map(|open| open.shown().base());
    let unread_after = match (shown.unread_after, past_above) {
        // The line would stand above all that is shown.
        (Some(after), Some(above)) if after < above => Some(after),
        (after, _) => after.and_then(|after| before_message(&lines, after)),
    };
    Feed {
        lines: fold(lines, shown.notices, unread_after),
        past_above,
        unread_after,
        chosen: shown.chosen,
        context,
    }
}

/// Behind what the first message above `after` stands: who came and went before it is not what was not read.
fn before_message(lines: &[Line], after: Seq) -> Option<Seq> {
    let mut items = lines.iter().filter_map(|line| match line {
        Line::Entry(item) if item.is_message() => Some(item.seq()),
        _ => None,
    });
    let first = items.find(|seq| *seq > after)?;
    Some(Seq(first.0.saturating_sub(1)))
}
