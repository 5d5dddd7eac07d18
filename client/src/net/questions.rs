//! The requests that only read, and what each is for.

use super::live::{Asked, Out};
use crate::command::{Command, Page};
use chat_shared::limits::HISTORY_PAGE;
use chat_shared::{AccountId, ConversationId, Request};

/// The request of a command that only reads.
pub fn reading(command: &Command) -> Option<Out> {
    let (request, about) = match command {
        Command::FetchHistory { conversation, page } => return Some(page_of(*conversation, *page)),
        Command::FetchMembers { conversation } => {
            return Some(members_after(*conversation, AccountId(0)));
        }
        Command::FetchRooms => return Some(rooms_after(ConversationId(0))),
        Command::FetchWho => {
            let (since, after) = (None, AccountId(0));
            return Some(list(Request::Who { since, after }, true));
        }
        Command::Ask(request @ Request::InviteNew { .. }) => {
            return Some(Out::Ask(request.clone(), Asked::Invite));
        }
        Command::Ask(
            request @ (Request::Who { .. }
            | Request::Inbox { .. }
            | Request::Invites { .. }
            | Request::Restrictions { .. }),
        ) => return Some(list(request.clone(), true)),
        Command::Ask(request) => (request.clone(), place_of(request)),
        Command::FetchDevices => (Request::Devices {}, None),
        _ => return None,
    };
    Some(Out::Ask(request, Asked::Reading(about)))
}

fn page_of(conversation: ConversationId, page: Page) -> Out {
    let (before, after, around) = match page {
        Page::Before(seq) => (Some(seq), None, None),
        Page::After(seq) => (None, Some(seq), None),
        Page::Around(seq) => (None, None, Some(seq)),
    };
    let request = Request::History {
        conversation,
        before,
        after,
        around,
        limit: HISTORY_PAGE,
    };
    Out::Ask(request, Asked::Page(conversation, page))
}

/// A list that the model puts together from its pages.
pub fn list(request: Request, is_first: bool) -> Out {
    let asked = Asked::List {
        request: Box::new(request.clone()),
        is_first,
    };
    Out::Ask(request, asked)
}

/// Who is in a conversation, from the one after this on.
pub fn members_after(conversation: ConversationId, after: AccountId) -> Out {
    Out::Ask(
        Request::Members {
            conversation,
            after,
        },
        Asked::Reading(Some(conversation)),
    )
}

/// The rooms behind this one.
pub fn rooms_after(after: ConversationId) -> Out {
    let text = String::new();
    Out::Ask(Request::Rooms { after, text }, Asked::Reading(None))
}

/// What a question is about.
pub fn place_of(request: &Request) -> Option<ConversationId> {
    match request {
        Request::Room { conversation } | Request::Restrictions { conversation, .. } => {
            Some(*conversation)
        }
        _ => None,
    }
}
