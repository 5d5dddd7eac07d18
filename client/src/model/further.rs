//! Lists that are longer than an answer: what goes on top of their beginning. Part of [`Model::apply`].

use super::apply::cleaned;
use super::{Changed, Model};
use chat_shared::Event;
use std::cmp::Reverse;

impl Model {
    /// Takes in what follows on the beginning of a list.
    pub(super) fn take_further(&mut self, event: Event, changed: &mut Changed) {
        match event {
            Event::Restrictions {
                conversation,
                banned,
                muted,
                invited,
                more: _,
            } => {
                let held = self.restrictions.as_mut();
                if let Some(held) = held.filter(|held| held.conversation == conversation) {
                    held.banned.extend(cleaned(banned));
                    held.muted.extend(cleaned(muted));
                    held.invited.extend(cleaned(invited));
                    changed.looked_up = true;
                }
            }
            Event::Inbox {
                account_seq,
                items,
                announcements: _,
                more,
            } => {
                self.inbox.learn_older(account_seq, items, more);
                self.settle_calls();
                changed.inbox = true;
            }
            Event::Who { people, seen, more } => {
                self.seen.extend(seen);
                self.seen
                    .sort_by_key(|seen| (Reverse(seen.at), seen.account));
                self.people.add_present(people);
                self.people.go_over_presence(more);
                changed.people = true;
                changed.list = true;
            }
            Event::Invites { invites, more: _ } => {
                self.invites.get_or_insert_default().extend(invites);
                changed.looked_up = true;
            }
            _ => {}
        }
    }
}
