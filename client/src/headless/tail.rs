//! `chatc tail`: follows conversations, over reconnects, and prints every entry once.

use super::context::Context;
use super::exit::Stop;
use super::history::{above, print_item};
use super::names::Names;
use super::place_in::{self, Where};
use super::sign_in::{SignedIn, connect};
use super::submit::submit;
use crate::command::Order;
use crate::model::Item;
use crate::net::backoff::{Backoff, jitter};
use crate::net::session::{Session, unexpected};
use chat_shared::{ConversationId, Cursor, Event, Fault, FaultCode, Feed, Request, Seq};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use std::collections::BTreeMap;
use std::os::fd::AsFd;
use tokio::time::sleep;

/// A conversation that is followed.
struct Followed {
    title: String,
    /// The newest entry printed; nothing before the first sync of one that begins now.
    printed: Option<Seq>,
}

/// What is followed and how much is left to print.
struct Tail<'a> {
    context: &'a Context,
    followed: BTreeMap<ConversationId, Followed>,
    names: Names,
    left: Option<u64>,
}

/// Runs the command.
pub async fn run(
    context: &Context,
    of: &[String],
    since: Option<u64>,
    count: Option<u64>,
) -> Result<(), Stop> {
    let of = of
        .iter()
        .map(|typed| Where::parse(typed))
        .collect::<Result<Vec<_>, _>>()?;
    let mut signed_in = connect(context).await?;
    let mut followed = BTreeMap::new();
    for place in of {
        let conversation = conversation(context, &mut signed_in, &place).await?;
        let printed = since.map(Seq);
        followed.insert(
            conversation,
            Followed {
                title: place.to_string(),
                printed,
            },
        );
    }
    end_with_the_reader()?;
    let mut tail = Tail {
        context,
        followed,
        names: Names::default(),
        left: count,
    };
    let mut backoff = Backoff::default();
    let mut session = Some(signed_in.session);
    while tail.left != Some(0) {
        let stop = match session.take() {
            Some(session) => tail.follow(session, &mut backoff).await.err(),
            None => match connect(context).await {
                Ok(signed_in) => {
                    session = Some(signed_in.session);
                    None
                }
                Err(stop) => Some(stop),
            },
        };
        match stop {
            None => {}
            Some(stop) if stop.is_passing() => {
                eprintln!("chatc: {stop}; trying again");
                sleep(backoff.pause(jitter())).await;
            }
            Some(stop) => return Err(stop),
        }
    }
    Ok(())
}

/// Ends when nobody reads the output any more, as after `| head`, also while nothing is said.
fn end_with_the_reader() -> Result<(), Stop> {
    let watch = || {
        let stdout = std::io::stdout();
        let mut watched = [PollFd::new(stdout.as_fd(), PollFlags::empty())];
        let is_told = poll(&mut watched, PollTimeout::NONE).is_ok();
        if is_told
            && watched[0]
                .revents()
                .is_some_and(|told| told.contains(PollFlags::POLLERR))
        {
            std::process::exit(0);
        }
    };
    std::thread::Builder::new()
        .name("reader".into())
        .spawn(watch)?;
    Ok(())
}

/// The conversation to follow; a direct one is begun where there is none, for its first message.
async fn conversation(
    context: &Context,
    signed_in: &mut SignedIn,
    place: &Where,
) -> Result<ConversationId, Stop> {
    let me = signed_in.me.account;
    if let Some(found) = place_in::existing(&mut signed_in.session, me, place).await? {
        return Ok(found);
    }
    let Where::Direct(names) = place else {
        return Err(Stop::usage(format!("{place} does not exist")));
    };
    let find = async |session: &mut Session, _| {
        let with = place_in::accounts(session, names).await?;
        Ok(Order::OpenDirect { with, say: None })
    };
    let done = submit(context, find).await?;
    done.conversation
        .ok_or_else(|| Stop::NoConnection("the daemon did not say where".into()))
}

impl Tail<'_> {
    /// Follows on one connection until it breaks or enough is printed.
    async fn follow(&mut self, mut session: Session, backoff: &mut Backoff) -> Result<(), Stop> {
        let cursors = self.followed.iter().filter_map(|(conversation, followed)| {
            followed.printed.map(|seq| Cursor {
                conversation: *conversation,
                seq,
            })
        });
        let request = Request::Sync {
            house: None,
            only: Some(self.followed.keys().copied().collect()),
            cursors: cursors.collect(),
            newest: 0,
        };
        let summaries = match session.ask(request).await? {
            Event::Synced { conversations, .. } => conversations,
            other => return Err(unexpected(&other).into()),
        };
        backoff.reset();
        let is_there = |id: &ConversationId| summaries.iter().any(|s| s.conversation == *id);
        if let Some((_, missing)) = self.followed.iter().find(|(id, _)| !is_there(id)) {
            let text = format!("you are not in {}, join it first", missing.title);
            return Err(Stop::Refused(Fault::new(FaultCode::NotAMember, text)));
        }
        for summary in summaries {
            let Some(followed) = self.followed.get_mut(&summary.conversation) else {
                continue;
            };
            let printed = *followed.printed.get_or_insert(summary.after);
            if summary.after > printed {
                self.catch_up(&mut session, summary.conversation).await?;
            }
        }
        while self.left != Some(0) {
            let Event::Entries {
                feed: Feed::Conversation { conversation },
                entries,
            } = session.news().await?
            else {
                continue;
            };
            let Some(followed) = self.followed.get(&conversation) else {
                continue;
            };
            let printed = followed.printed.unwrap_or_default();
            if entries
                .first()
                .is_some_and(|first| first.seq > printed.next())
            {
                self.catch_up(&mut session, conversation).await?;
            }
            let items: Vec<_> = entries.into_iter().map(Item::new).collect();
            self.print(&mut session, conversation, &items).await?;
        }
        Ok(())
    }

    /// Pages through what a sync left out.
    async fn catch_up(
        &mut self,
        session: &mut Session,
        conversation: ConversationId,
    ) -> Result<(), Stop> {
        while self.left != Some(0) {
            let printed = self
                .followed
                .get(&conversation)
                .and_then(|followed| followed.printed);
            let items = above(session, conversation, printed.unwrap_or_default()).await?;
            if items.is_empty() {
                break;
            }
            self.print(session, conversation, &items).await?;
        }
        Ok(())
    }

    /// Prints what was not printed yet.
    async fn print(
        &mut self,
        session: &mut Session,
        conversation: ConversationId,
        items: &[Item],
    ) -> Result<(), Stop> {
        self.names.learn_from(session, items).await?;
        let Some(followed) = self.followed.get_mut(&conversation) else {
            return Ok(());
        };
        for item in items {
            let is_next = item.seq() == followed.printed.unwrap_or_default().next();
            if !is_next || self.left == Some(0) {
                continue;
            }
            print_item(self.context, &followed.title, item, &self.names)?;
            followed.printed = Some(item.seq());
            self.left = self.left.map(|left| left - 1);
        }
        Ok(())
    }
}
