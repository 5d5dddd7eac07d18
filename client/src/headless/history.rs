//! `chatc history`: prints what was said.

use super::context::Context;
use super::entry_line::entry_line;
use super::exit::Stop;
use super::names::Names;
use super::place_in::{self, Where};
use super::print;
use super::sign_in::connect;
use crate::model::Item;
use crate::net::{Failure, session::Session, session::unexpected};
use chat_shared::limits::HISTORY_PAGE;
use chat_shared::{ConversationId, Event, Request, Seq};

/// Which entries are wanted.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    /// So many.
    pub limit: u32,
    /// Below this place.
    pub before: Option<u64>,
    /// Around this place.
    pub around: Option<u64>,
}

/// Runs the command.
pub async fn run(context: &Context, of: &str, part: Part) -> Result<(), Stop> {
    let of = Where::parse(of)?;
    let mut signed_in = connect(context).await?;
    let session = &mut signed_in.session;
    let Some(conversation) = place_in::existing(session, signed_in.me.account, &of).await? else {
        // Nothing was ever said there.
        return Ok(());
    };
    let items = match part.around {
        Some(seq) => around(session, conversation, Seq(seq), part.limit).await?,
        None => newest_pages(session, conversation, part).await?,
    };
    let mut names = Names::default();
    names.learn_from(session, &items).await?;
    let title = of.to_string();
    items
        .iter()
        .try_for_each(|item| print_item(context, &title, item, &names))
}

async fn newest_pages(
    session: &mut Session,
    conversation: ConversationId,
    part: Part,
) -> Result<Vec<Item>, Failure> {
    let mut pages: Vec<Vec<Item>> = Vec::new();
    let mut left = part.limit;
    let mut before = part.before.map(Seq);
    while left > 0 && before != Some(Seq(1)) {
        let items = newest(session, conversation, before, left.min(HISTORY_PAGE)).await?;
        let Some(first) = items.first() else { break };
        before = Some(first.seq());
        left = left.saturating_sub(u32::try_from(items.len()).unwrap_or(u32::MAX));
        pages.push(items);
    }
    Ok(pages.into_iter().rev().flatten().collect())
}

/// Prints one entry.
pub fn print_item(context: &Context, title: &str, item: &Item, names: &Names) -> Result<(), Stop> {
    let name = |account| names.name(account);
    if context.json {
        print::json(&entry_line(title, item, name))
    } else {
        print::line(&print::entry_plain(title, item, name))
    }
}

async fn newest(
    session: &mut Session,
    conversation: ConversationId,
    before: Option<Seq>,
    limit: u32,
) -> Result<Vec<Item>, Failure> {
    let request = Request::History {
        conversation,
        before,
        after: None,
        around: None,
        limit,
    };
    items(session.ask(request).await?)
}

/// The oldest entries above a place.
pub async fn above(
    session: &mut Session,
    conversation: ConversationId,
    after: Seq,
) -> Result<Vec<Item>, Failure> {
    let after = Some(after);
    let limit = HISTORY_PAGE;
    let request = Request::History {
        conversation,
        before: None,
        after,
        around: None,
        limit,
    };
    items(session.ask(request).await?)
}

async fn around(
    session: &mut Session,
    conversation: ConversationId,
    around: Seq,
    limit: u32,
) -> Result<Vec<Item>, Failure> {
    let request = Request::History {
        conversation,
        before: None,
        after: None,
        around: Some(around),
        limit: limit.min(HISTORY_PAGE),
    };
    items(session.ask(request).await?)
}

fn items(answer: Event) -> Result<Vec<Item>, Failure> {
    match answer {
        Event::History { entries, .. } => Ok(entries.into_iter().map(Item::new).collect()),
        other => Err(unexpected(&other)),
    }
}
