//! What changes the model, and what a change means.

use super::Connection;
use crate::command::{Command, Order, Page, Ticket};
use chat_shared::{
    AccountId, ConversationId, Entry, Event, Fault, HouseRole, InviteId, Seq, Timestamp,
};
use std::collections::BTreeSet;

/// Who is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Me {
    /// The account.
    pub account: AccountId,
    /// Its name.
    pub name: String,
    /// Whether it may administer the daemon.
    pub administrator: bool,
    /// As what one is here, when one signed in.
    pub role: HouseRole,
}

/// What happened. The connection sends most of them; a screen sends those under "the screen".
#[derive(Clone, Debug)]
pub enum Update {
    /// The connection is another one.
    Connection(Connection),
    /// Signed in, at each connect.
    SignedIn(Me),
    /// The daemon said this: what comes by itself, and the answers that anybody may learn from
    /// (`synced`, `opened`, `members`, `rooms`, `room`, `restrictions`, `who`, `people`, `card`,
    /// `contacts`, `inbox`, `devices`, `invite_made`, `invites`). Others are ignored.
    Event(Event),
    /// The daemon said this as a further part of a list (`restrictions`, `who`, `inbox`, `invites`): it goes on
    /// top of what came before.
    Further(Event),
    /// A page of history is here.
    Page {
        /// Of which conversation.
        conversation: ConversationId,
        /// As which it was asked for.
        page: Page,
        /// What is in it, oldest first.
        entries: Vec<Entry>,
        /// The newest entry that there is.
        newest: Seq,
    },
    /// A page of history will not come.
    NoPage {
        /// Of which conversation.
        conversation: ConversationId,
        /// As which it was asked for.
        page: Page,
        /// Why.
        fault: Fault,
    },
    /// An own order is written down and will be carried out.
    Queued {
        /// Its number.
        ticket: Ticket,
        /// What it is.
        order: Order,
    },
    /// An own order was carried out and is on the daemon's disk.
    Done {
        /// Its number.
        ticket: Ticket,
        /// What it was.
        order: Order,
        /// Where it happened.
        conversation: Option<ConversationId>,
        /// The entry that it became.
        seq: Option<Seq>,
    },
    /// An own order will never be carried out.
    Refused {
        /// Its number.
        ticket: Ticket,
        /// What it was.
        order: Order,
        /// Why.
        fault: Fault,
    },
    /// Something to tell that is no entry, such as the refusal of what is no order.
    Notice {
        /// In which conversation; nothing: none in particular.
        conversation: Option<ConversationId>,
        /// The line.
        text: String,
    },

    /// What was typed means nothing: told in place of the one before.
    Mistake {
        /// In which conversation; nothing: none in particular.
        conversation: Option<ConversationId>,
        /// The line.
        text: String,
    },

    // The screen.
    /// This conversation is on the screen now; nothing: none is.
    Opened(Option<ConversationId>),
    /// These entries are on the screen before somebody's eyes.
    Looked {
        /// Where.
        conversation: ConversationId,
        /// The first of them.
        first: Seq,
        /// The last of them.
        last: Seq,
    },
    /// Somebody stands at the newest entry: all is read, unless a mention waits that was never on the screen
    /// ([`Update::Looked`]).
    Seen {
        /// Where.
        conversation: ConversationId,
        /// The newest entry.
        seq: Seq,
    },
    /// Somebody scrolls to the beginning of what is shown. May be said often; it asks once.
    WantsOlder(ConversationId),
    /// Somebody scrolls to the end of what is shown of the past. May be said often; it asks once.
    WantsNewer(ConversationId),
    /// Somebody wants to see an entry, however old.
    WantsPlace {
        /// Where.
        conversation: ConversationId,
        /// Which one.
        seq: Seq,
    },
    /// Somebody goes back to the newest entries.
    WantsNewest(ConversationId),
    /// Take a refused message off the screen.
    Dismissed {
        /// Where.
        conversation: ConversationId,
        /// Which one.
        ticket: Ticket,
    },
}

/// A message of somebody else that has just come in and was not read: for a bell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heard {
    /// Where.
    pub conversation: ConversationId,
    /// Who said it.
    pub by: AccountId,
    /// Which entry.
    pub seq: Seq,
}

/// An invitation into the house that was just made. Its texts are safe to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// Its number.
    pub invite: InviteId,
    /// Its code, which nobody tells again.
    pub code: String,
    /// The whole links to give away.
    pub links: Vec<String>,
    /// Until when it holds.
    pub expires_at: Timestamp,
}

/// What an update changed, and what it calls for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changed {
    /// The state of the connection.
    pub connection: bool,
    /// Which conversations there are, what they are called, or how much is unread in them.
    pub list: bool,
    /// Names, presence, or the directory of rooms.
    pub people: bool,
    /// Conversations with other contents: entries, pending messages, notices, topic, members, typing.
    pub conversations: BTreeSet<ConversationId>,
    /// Notices that belong to no conversation.
    pub notices: bool,
    /// What was asked for to be looked at: devices, a card, restrictions, invitations.
    pub looked_up: bool,
    /// What waits in the inbox.
    pub inbox: bool,
    /// Entries that were there look different: a message was taken away, somebody was blocked.
    pub rewritten: bool,
    /// Something came that asks for attention and is no message: a mention, an announcement.
    pub calls: bool,
    /// Show this conversation: an own order made or joined it.
    pub go_to: Option<ConversationId>,
    /// Invitations that were made, to be told.
    pub invitations: Vec<Invitation>,
    /// Messages of others that came in unread.
    pub heard: Vec<Heard>,
    /// To be handed to the connection ([`crate::net::Handle::send`]), all of them, in this order.
    pub needs: Vec<Command>,
}

impl Changed {
    /// Whether a screen has to be drawn again.
    pub fn is_visible(&self) -> bool {
        self.connection
            || self.list
            || self.people
            || self.notices
            || self.looked_up
            || self.inbox
            || self.rewritten
            || self.go_to.is_some()
            || !self.conversations.is_empty()
    }

    /// Both together, for many updates with one drawing.
    pub fn merge(&mut self, later: Self) {
        self.connection |= later.connection;
        self.list |= later.list;
        self.people |= later.people;
        self.notices |= later.notices;
        self.looked_up |= later.looked_up;
        self.inbox |= later.inbox;
        self.rewritten |= later.rewritten;
        self.calls |= later.calls;
        self.conversations.extend(later.conversations);
        self.go_to = later.go_to.or(self.go_to);
        self.invitations.extend(later.invitations);
        self.heard.extend(later.heard);
        self.needs.extend(later.needs);
    }
}
