//! Lists that are longer than an answer: how to ask for the next page.
//!
//! Every list has its cursor, named in `docs/protocol.md`; this is the one place that knows them all.

use crate::event::{Event, Restriction};
use crate::ids::AccountId;
use crate::request::Request;

impl Request {
    /// What to ask for after this answer; nothing where it was the last page. A page that does not go on
    /// would be asked for without end, so it counts as the last.
    #[must_use]
    pub fn next_page(&self, answer: &Event) -> Option<Request> {
        let next = self.behind(answer)?;
        (next != *self).then_some(next)
    }

    /// The same question behind the last of an answer that says that there is more.
    fn behind(&self, answer: &Event) -> Option<Request> {
        let mut next = self.clone();
        match (&mut next, answer) {
            (Request::Rooms { after, .. }, Event::Rooms { rooms, more: true }) => {
                *after = rooms.last()?.conversation.max(*after);
            }
            (
                Request::Members { after, .. } | Request::AdminMembers { after, .. },
                Event::Members {
                    members,
                    more: true,
                    ..
                },
            ) => *after = members.last()?.account.max(*after),
            (Request::SearchPeople { after, .. }, Event::People { people, more: true }) => {
                *after = people.last()?.account.max(*after);
            }
            // Those that came need not be asked for again, and who is not there never comes.
            (Request::People { accounts, names }, Event::People { people, more: true }) => {
                let last = people.last()?.account;
                accounts.retain(|account| *account > last);
                names.retain(|name| people.iter().all(|person| person.name != *name));
            }
            (
                Request::Who { after, .. },
                Event::Who {
                    people,
                    seen,
                    more: true,
                },
            ) => {
                let here = people.iter().map(|presence| presence.account);
                let was = seen.iter().map(|seen| seen.account);
                *after = here.chain(was).max()?.max(*after);
            }
            (
                Request::Restrictions { after, .. } | Request::AdminRestrictions { after, .. },
                Event::Restrictions {
                    banned,
                    muted,
                    invited,
                    more: true,
                    ..
                },
            ) => *after = highest(&[banned, muted, invited])?.max(*after),
            (
                Request::Contacts { groups_after },
                Event::Contacts {
                    groups, more: true, ..
                },
            )
            | (
                Request::AdminGroups {
                    after: groups_after,
                },
                Event::AdminGroups { groups, more: true },
            ) => {
                let last = &groups.last()?.name;
                if *last > *groups_after {
                    groups_after.clone_from(last);
                }
            }
            (
                Request::Inbox { before },
                Event::Inbox {
                    items, more: true, ..
                },
            ) => {
                let first = items.first()?.id;
                *before = Some(before.map_or(first, |before| before.min(first)));
            }
            (
                Request::Invites { after } | Request::AdminInvites { after },
                Event::Invites {
                    invites,
                    more: true,
                },
            ) => *after = invites.last()?.invite.max(*after),
            (
                Request::AdminAccounts { after },
                Event::Accounts {
                    accounts,
                    more: true,
                },
            ) => *after = accounts.last()?.account.max(*after),
            (Request::AdminRooms { after }, Event::AdminRooms { rooms, more: true }) => {
                *after = rooms.last()?.room.conversation.max(*after);
            }
            (
                Request::AdminBans { after },
                Event::AdminBans {
                    addresses,
                    more: true,
                    ..
                },
            ) => {
                let last = &addresses.last()?.network;
                if *last > *after {
                    after.clone_from(last);
                }
            }
            (Request::AdminAudit { after, .. }, Event::Audit { lines, more: true }) => {
                *after = lines.last()?.number.max(*after);
            }
            _ => return None,
        }
        Some(next)
    }
}

fn highest(lists: &[&Vec<Restriction>]) -> Option<AccountId> {
    let all = lists.iter().flat_map(|list| list.iter());
    all.map(|one| one.account).max()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{InviteInfo, Person, Presence, Seen};
    use crate::ids::{ConversationId, InviteId, Timestamp};
    use crate::people::{HouseRole, InboxAbout, InboxItem, PresenceState, Profile, SharedGroup};

    fn invites(ids: &[u64], more: bool) -> Event {
        let invite = |id: &u64| InviteInfo {
            invite: InviteId(*id),
            uses_left: 1,
            expires_at: Timestamp(0),
            created_at: Timestamp(0),
            by: None,
            rooms: Vec::new(),
            role: HouseRole::Member,
        };
        let invites = ids.iter().map(invite).collect();
        Event::Invites { invites, more }
    }

    #[test]
    fn the_next_page_begins_behind_the_last_of_this_one() {
        let first = Request::AdminInvites { after: InviteId(0) };
        let next = first.next_page(&invites(&[3, 7], true));
        assert_eq!(next, Some(Request::AdminInvites { after: InviteId(7) }));
        assert_eq!(first.next_page(&invites(&[3, 7], false)), None);
    }

    #[test]
    fn a_page_that_does_not_go_on_is_the_last() {
        let asked = Request::Invites { after: InviteId(7) };
        for page in [&[][..], &[7], &[2, 5]] {
            assert_eq!(asked.next_page(&invites(page, true)), None, "{page:?}");
        }
        assert_eq!(asked.next_page(&Event::Pong {}), None);
    }

    #[test]
    fn two_lists_of_one_page_have_one_cursor() {
        let asked = Request::Who {
            since: Some(Timestamp(5)),
            after: AccountId(0),
        };
        let here = |account| Presence {
            account: AccountId(account),
            state: PresenceState::Online,
            status: None,
        };
        let was = |account| Seen {
            account: AccountId(account),
            at: Timestamp(9),
        };
        let page = Event::Who {
            people: vec![here(1), here(4)],
            seen: vec![was(6), was(2)],
            more: true,
        };
        let next = Request::Who {
            since: Some(Timestamp(5)),
            after: AccountId(6),
        };
        assert_eq!(asked.next_page(&page), Some(next));
        let banned = |account| Restriction {
            account: AccountId(account),
            by: None,
            at: Timestamp(0),
            until: None,
            reason: String::new(),
        };
        let conversation = ConversationId(3);
        let page = Event::Restrictions {
            conversation,
            banned: vec![banned(2)],
            muted: vec![banned(9)],
            invited: Vec::new(),
            more: true,
        };
        let asked = |after| Request::Restrictions {
            conversation,
            after: AccountId(after),
        };
        assert_eq!(asked(0).next_page(&page), Some(asked(9)));
    }

    #[test]
    fn an_inbox_is_read_from_its_newest_items_back() {
        let item = |id| InboxItem {
            id,
            at: Timestamp(0),
            by: None,
            about: InboxAbout::AddedAsContact {},
        };
        let page = |ids: &[u64]| Event::Inbox {
            account_seq: crate::Seq(1),
            items: ids.iter().map(|id| item(*id)).collect(),
            announcements: Vec::new(),
            more: true,
        };
        let asked = |before| Request::Inbox { before };
        assert_eq!(asked(None).next_page(&page(&[5, 6])), Some(asked(Some(5))));
        assert_eq!(asked(Some(5)).next_page(&page(&[3])), Some(asked(Some(3))));
        assert_eq!(asked(Some(3)).next_page(&page(&[3, 4])), None);
    }

    #[test]
    fn groups_go_on_behind_a_name() {
        let group = |name: &str| SharedGroup {
            name: name.into(),
            members: Vec::new(),
        };
        let page = Event::AdminGroups {
            groups: vec![group("Garden"), group("Sales")],
            more: true,
        };
        let asked = |after: &str| Request::AdminGroups {
            after: after.into(),
        };
        assert_eq!(asked("").next_page(&page), Some(asked("Sales")));
        assert_eq!(asked("Sales").next_page(&page), None);
    }

    #[test]
    fn people_that_came_are_not_asked_for_again() {
        let person = |account, name: &str| Person {
            account: AccountId(account),
            name: name.into(),
            profile: Profile::default(),
            deleted: false,
        };
        let page = Event::People {
            people: vec![person(1, "anna"), person(4, "boris")],
            more: true,
        };
        let asked = Request::People {
            accounts: vec![AccountId(1), AccountId(9)],
            names: vec!["boris".into(), "cleo".into()],
        };
        let next = Request::People {
            accounts: vec![AccountId(9)],
            names: vec!["cleo".into()],
        };
        assert_eq!(asked.next_page(&page), Some(next.clone()));
        assert_eq!(next.next_page(&page), None, "nothing new came");
    }
}
