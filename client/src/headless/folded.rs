//! What of the unread is of people whom one blocks.

use super::exit::Stop;
use super::history::above;
use crate::model::Item;
use crate::net::session::Session;
use chat_shared::{AccountId, ConversationId, ConversationSummary};
use std::collections::{BTreeMap, BTreeSet};

/// Pages of unread messages of a conversation that are looked at for those of people whom one blocks.
const PAGES: usize = 5;

/// How many of the unread messages of each conversation are of people whom one blocks: those are folded on the
/// screen, and do not wait here either. Of very many unread only the oldest are looked at.
pub async fn folded(
    session: &mut Session,
    summaries: &[ConversationSummary],
    blocked: &BTreeSet<AccountId>,
) -> Result<BTreeMap<ConversationId, u64>, Stop> {
    let mut folded = BTreeMap::new();
    if blocked.is_empty() {
        return Ok(folded);
    }
    for summary in summaries {
        if summary.posts <= summary.read_posts {
            continue;
        }
        let mut after = summary.read;
        let mut count = 0;
        for _ in 0..PAGES {
            let items = above(session, summary.conversation, after).await?;
            let is_theirs = |item: &&Item| {
                item.is_message() && item.by().is_some_and(|by| blocked.contains(&by))
            };
            count += items.iter().filter(is_theirs).count() as u64;
            match items.last() {
                Some(last) if last.seq() < summary.seq => after = last.seq(),
                _ => break,
            }
        }
        folded.insert(summary.conversation, count);
    }
    Ok(folded)
}
