//! Going to a message, and choosing one.

use super::app::App;
use super::log_view::Heading;
use super::shown::feed;
use crate::model::{Conversation, Item, Update};
use chat_shared::{ConversationId, Seq};

/// What can be done with a message that is chosen.
const CHOSEN: &str = "/delete or /report this message · Esc";

/// A message that is gone to; it may have to come first.
#[derive(Clone, Copy, Debug)]
pub(super) struct Goal {
    conversation: ConversationId,
    seq: Seq,
    /// The item of the inbox that led here.
    mention: Option<u64>,
}

impl App {
    /// Goes to a conversation, and to a message in it, by an item of the inbox where that is a mention.
    pub(super) fn go_to(
        &mut self,
        conversation: ConversationId,
        seq: Option<Seq>,
        mention: Option<u64>,
    ) {
        if self.model.conversation(conversation).is_none() {
            return self.tell("you are not in that conversation");
        }
        let Some(seq) = seq else {
            return self.open(conversation);
        };
        // Before it is opened: what lies between is not read by that.
        self.goal = Some(Goal {
            conversation,
            seq,
            mention,
        });
        if self.open_id() != Some(conversation) {
            self.open(conversation);
        }
        self.take(Update::WantsPlace { conversation, seq });
        let is_sought = self
            .model
            .conversation(conversation)
            .is_some_and(|there| there.seeking().is_some());
        if is_sought && self.model.connection().is_online() {
            self.note = Some("looking for that message …".to_owned());
        } else if is_sought {
            self.take(Update::Notice {
                conversation: Some(conversation),
                text: "that message comes with the next connection".to_owned(),
            });
        }
    }

    /// On the way to a message: shows it once it is here.
    pub(super) fn pursue_goal(&mut self) {
        let Some(goal) = self.goal else { return };
        let open = self.model.open_conversation();
        let Some(open) = open.filter(|open| open.id() == goal.conversation) else {
            self.goal = None;
            return;
        };
        let is_past = open.is_past();
        if open.shown().item(goal.seq).is_some() {
            self.goal = None;
            self.arrive(goal, is_past);
        } else if open.seeking() != Some(goal.seq) {
            // It will not come; why was told.
            self.goal = None;
            self.note = None;
            self.mark_read();
        }
    }

    fn arrive(&mut self, goal: Goal, is_past: bool) {
        self.chosen = Some(goal.seq);
        self.gone_to = Some(goal.seq);
        // How one gets away from the past stands below the messages.
        self.note = (!is_past).then(|| CHOSEN.to_owned());
        let width = self.layout.log.width();
        let feed = feed(&self.model, &self.setup, &self.shown(), width);
        self.log.show(goal.seq, &feed);
        self.has_in_sight((goal.seq, goal.seq));
        self.mark_read();
        let open = self.model.open_conversation();
        let is_read = open.is_some_and(|open| open.read() >= goal.seq);
        let waits = |item: &u64| self.model.inbox().items().any(|other| other.id == *item);
        if let Some(item) = goal.mention.filter(|item| !is_read && waits(item)) {
            self.dismiss_item(Some(item));
        }
    }

    /// Whether one is on the way to a message of this conversation.
    pub(super) fn is_on_the_way(&self, conversation: ConversationId) -> bool {
        self.goal
            .is_some_and(|goal| goal.conversation == conversation)
    }

    /// Whether the message that is chosen is the one that was gone to: whoever gives it up wants to be back
    /// where they were, however far back it is.
    pub(super) fn has_arrived_at_chosen(&self) -> bool {
        self.gone_to.is_some() && self.gone_to == self.chosen
    }

    /// Gives up everything chosen and sought, and shows the newest message.
    pub(super) fn go_to_newest(&mut self) {
        self.chosen = None;
        self.follow();
    }

    /// Shows the newest messages instead of the past, and gives up what was on its way.
    pub(super) fn leave_past(&mut self) {
        self.goal = None;
        self.gone_to = None;
        if let Some(open) = self.model.open_conversation()
            && (open.is_past() || open.seeking().is_some())
        {
            let newest = Update::WantsNewest(open.id());
            let changed = self.model.apply(newest, (self.setup.clock)());
            self.react(changed);
        }
    }

    /// Asks for what stands before or behind what is held, where the end of that is near.
    pub(super) fn fetch_more(&mut self) {
        let Some(open) = self.model.open_conversation() else {
            return;
        };
        let shown = open.shown();
        let wants_older = self.log.is_top_near() && shown.has_older() && !shown.is_asking_older();
        let wants = match self.log.heading() {
            // What is asked for may push out what is at the other end: only where one goes on to.
            Heading::Newer if open.is_past() => {
                let is_wanted = self.log.is_end_near() && !open.is_asking_newer();
                is_wanted.then(|| Update::WantsNewer(open.id()))
            }
            _ if open.is_past() => wants_older.then(|| Update::WantsOlder(open.id())),
            // Else what it begins with is still coming.
            _ if open.end() >= open.newest() => wants_older.then(|| Update::WantsOlder(open.id())),
            _ => None,
        };
        if let Some(update) = wants {
            let changed = self.model.apply(update, (self.setup.clock)());
            self.react(changed);
        }
    }

    /// Chooses the message before or after the chosen one; behind the newest there is none.
    pub(super) fn choose_next(&mut self, up: bool) {
        let Some(open) = self.model.open_conversation() else {
            return;
        };
        let is_past = open.is_past();
        let items = || open.shown().items();
        let messages = || items().filter(|item| item.is_message()).map(Item::seq);
        let next = match (self.chosen, up) {
            // In the past one begins where one went to, and not where it happens to end.
            (None, true) => open.past_place().or_else(|| messages().next_back()),
            (None, false) => None,
            (Some(at), true) => messages().rev().find(|seq| *seq < at).or(Some(at)),
            (Some(at), false) if is_past => messages().find(|seq| *seq > at).or(Some(at)),
            (Some(at), false) => messages().find(|seq| *seq > at),
        };
        if next.is_none() && !is_past {
            self.log.follow();
        }
        self.choose(next);
        self.log
            .head(if up { Heading::Older } else { Heading::Newer });
    }

    /// Chooses a message, and shows it.
    pub(super) fn choose(&mut self, seq: Option<Seq>) {
        self.chosen = seq;
        if let Some(seq) = seq {
            let width = self.layout.log.width();
            let feed = feed(&self.model, &self.setup, &self.shown(), width);
            self.log.reveal(seq, &feed);
            self.note = Some(CHOSEN.to_owned());
        }
    }

    /// Chooses one's own last message, so that one sees what the next `/delete` takes away.
    pub(super) fn choose_own_last(&mut self) {
        let own = |open: &Conversation| {
            let is_own = |item: &&Item| {
                item.is_message() && item.by().is_some_and(|by| self.model.is_me(by))
            };
            open.items().rev().find(is_own).map(Item::seq)
        };
        match self.model.open_conversation().and_then(own) {
            Some(seq) => {
                self.leave_past();
                self.choose(Some(seq));
                self.note = Some("take this away? /delete again · Esc: no".to_owned());
            }
            None => self.tell("there is no message of yours here: Ctrl-Up chooses another"),
        }
    }
}
