//! What a person asks and wants done about people and rooms, in short words.

use crate::{Connection, Failure, TestClient, scram};
use chat_shared::{
    AccountId, Announcement, Card, Command, Contact, ConversationId, DeviceInfo, Entry, EntryBody,
    Event, Fault, Feed, HouseRole, InboxItem, InviteId, InviteInfo, Member, Nonce, Person,
    Presence, PresenceState, Request, Restriction, RoomInfo, RoomRole, Seen, Seq, SharedGroup,
    Timestamp,
};

/// The answer to `contacts`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contacts {
    /// Up to where in the account's feed.
    pub account_seq: Seq,
    /// The contacts.
    pub contacts: Vec<Contact>,
    /// Who is blocked.
    pub blocked: Vec<AccountId>,
    /// The shared groups.
    pub groups: Vec<SharedGroup>,
}

/// The answer to `inbox`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inbox {
    /// Up to where in the account's feed.
    pub account_seq: Seq,
    /// The items.
    pub items: Vec<InboxItem>,
    /// Announcements to everybody that were not dismissed.
    pub announcements: Vec<Announcement>,
}

/// The answer to `room`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoomView {
    /// What it is like.
    pub room: RoomInfo,
    /// One's own role.
    pub role: Option<RoomRole>,
}

/// The answer to `restrictions`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Restrictions {
    /// Who is kept out.
    pub banned: Vec<Restriction>,
    /// Who is silent.
    pub muted: Vec<Restriction>,
    /// Who is invited.
    pub invited: Vec<Restriction>,
}

/// The answer to `who`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Who {
    /// Who is here.
    pub people: Vec<Presence>,
    /// Who was.
    pub seen: Vec<Seen>,
}

/// The answer to `invite_new`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// Its id.
    pub invite: InviteId,
    /// Its code.
    pub code: String,
    /// Its links.
    pub links: Vec<String>,
    /// Until when.
    pub expires_at: Timestamp,
}

/// Takes the one answer that fits from a request, or panics.
macro_rules! answer {
    ($connection:expr, $request:expr, $pattern:pat => $value:expr) => {
        match $connection.ask($request).await? {
            $pattern => Ok($value),
            other => panic!("not an answer to this: {other:?}"),
        }
    };
}
pub(crate) use answer;

impl TestClient {
    /// Has something done; gives the entry that it became, where it became one in a conversation.
    ///
    /// # Errors
    /// Where the daemon refuses: then the number is free again.
    pub async fn commands(&mut self, command: Command) -> Result<Option<Seq>, Failure> {
        let nonce = self.next_nonce();
        let request = Request::Command {
            nonce,
            settled: Nonce(nonce.0 - 1),
            command,
        };
        match self.ask(request).await {
            Ok(Event::Done { seq, .. }) => Ok(seq),
            Ok(other) => panic!("done, not {other:?}"),
            Err(failure) => {
                if let Failure::Refused(_) = &failure {
                    self.nonce = Nonce(self.nonce.0 - 1);
                }
                Err(failure)
            }
        }
    }

    /// Wants something done that is to be refused.
    ///
    /// # Panics
    /// Where it is not.
    pub async fn may_not(&mut self, command: Command) -> Fault {
        let shown = format!("{command:?}");
        match self.commands(command).await {
            Err(Failure::Refused(fault)) => fault,
            other => panic!("{shown} was not refused: {other:?}"),
        }
    }

    /// `card`.
    ///
    /// # Errors
    /// Where the daemon refuses.
    pub async fn card(&mut self, account: AccountId) -> Result<Card, Failure> {
        answer!(self, Request::Card { account }, Event::Card { card } => card)
    }

    /// `contacts`.
    ///
    /// # Errors
    /// Where the daemon refuses.
    pub async fn contacts(&mut self) -> Result<Contacts, Failure> {
        let groups_after = String::new();
        let mut all: Option<Contacts> = None;
        for page in self.ask_all(Request::Contacts { groups_after }).await? {
            match page {
                Event::Contacts {
                    account_seq,
                    contacts,
                    blocked,
                    groups,
                    ..
                } => {
                    let all = all.get_or_insert(Contacts {
                        account_seq,
                        contacts,
                        blocked,
                        groups: Vec::new(),
                    });
                    all.groups.extend(groups);
                }
                other => panic!("contacts, not {other:?}"),
            }
        }
        Ok(all.expect("an answer"))
    }

    /// `inbox`.
    ///
    /// # Errors
    /// Where the daemon refuses.
    pub async fn inbox(&mut self) -> Result<Inbox, Failure> {
        let mut all: Option<Inbox> = None;
        for page in self.ask_all(Request::Inbox { before: None }).await? {
            match page {
                Event::Inbox {
                    account_seq,
                    mut items,
                    announcements,
                    ..
                } => {
                    let all = all.get_or_insert(Inbox {
                        account_seq,
                        items: Vec::new(),
                        announcements,
                    });
                    items.append(&mut all.items);
                    all.items = items;
                }
                other => panic!("an inbox, not {other:?}"),
            }
        }
        Ok(all.expect("an answer"))
    }

    /// `room`: what a room is like and one's own place in it.
    ///
    /// # Errors
    /// Where the daemon refuses.
    pub async fn room_view(&mut self, conversation: ConversationId) -> Result<RoomView, Failure> {
        let request = Request::Room { conversation };
        answer!(self, request, Event::Room { room, role } => RoomView { room, role })
    }

    /// `rooms`: those of the directory with this in them, of all pages.
    ///
    /// # Errors
    /// Where the daemon refuses.
    pub async fn rooms(&mut self, text: &str) -> Result<Vec<RoomInfo>, Failure> {
        let mut all: Vec<RoomInfo> = Vec::new();
        loop {
            let after = all
                .last()
                .map_or(ConversationId(0), |room| room.conversation);
            let text = text.to_owned();
            match self.ask(Request::Rooms { after, text }).await? {
                Event::Rooms { rooms, more } => {
                    assert!(!more || !rooms.is_empty(), "a page on the way");
                    all.extend(rooms);
                    if !more {
                        return Ok(all);
                    }
                }
                other => panic!("rooms, not {other:?}"),
            }
        }
    }

    /// `members` of all pages.
    ///
    /// # Errors
    /// Where the daemon refuses.
    pub async fn members(&mut self, conversation: ConversationId) -> Result<Vec<Member>, Failure> {
        let mut all: Vec<Member> = Vec::new();
        loop {
            let request = Request::Members {
                conversation,
                after: all.last().map_or(AccountId(0), |member| member.account),
            };
            match self.ask(request).await? {
                Event::Members { members, more, .. } => {
                    assert!(!more || !members.is_empty(), "a page on the way");
                    all.extend(members);
                    if !more {
                        return Ok(all);
                    }
                }
                other => panic!("members, not {other:?}"),
            }
        }
    }

    /// Somebody's role in a conversation that this person is in, as far as they have one.
    ///
    /// # Errors
    /// Where the daemon refuses.
    pub async fn role_of(
        &mut self,
        conversation: ConversationId,
        account: AccountId,
    ) -> Result<Option<RoomRole>, Failure> {
        let members = self.members(conversation).await?;
        let member = members.iter().find(|member| member.account == account);
        Ok(member.map(|member| member.role))
    }

    /// `restrictions`.
    ///
    /// # Errors
    /// Where the daemon refuses.
    pub async fn restrictions(
        &mut self,
        conversation: ConversationId,
    ) -> Result<Restrictions, Failure> {
        let request = Request::Restrictions {
            conversation,
            after: AccountId(0),
        };
        let mut all = Restrictions::default();
        for page in self.ask_all(request).await? {
            match page {
                Event::Restrictions {
                    conversation: of,
                    banned,
                    muted,
                    invited,
                    ..
                } => {
                    assert_eq!(of, conversation);
                    all.banned.extend(banned);
                    all.muted.extend(muted);
                    all.invited.extend(invited);
                }
                other => panic!("restrictions, not {other:?}"),
            }
        }
        Ok(all)
    }

    /// `search_people` of all pages.
    ///
    /// # Errors
    /// Where the daemon refuses.
    pub async fn search_people(&mut self, text: &str) -> Result<Vec<Person>, Failure> {
        let mut all: Vec<Person> = Vec::new();
        loop {
            let request = Request::SearchPeople {
                text: text.into(),
                after: all.last().map_or(AccountId(0), |person| person.account),
            };
            match self.ask(request).await? {
                Event::People { people, more } => {
                    assert!(!more || !people.is_empty(), "a page on the way");
                    all.extend(people);
                    if !more {
                        return Ok(all);
                    }
                }
                other => panic!("people, not {other:?}"),
            }
        }
    }

    /// `people`, by name.
    ///
    /// # Errors
    /// Where the daemon refuses.
    pub async fn people_named(&mut self, names: &[&str]) -> Result<Vec<Person>, Failure> {
        let request = Request::People {
            accounts: Vec::new(),
            names: names.iter().map(|&name| name.to_owned()).collect(),
        };
        answer!(self, request, Event::People { people, .. } => people)
    }

    /// `who`.
    ///
    /// # Errors
    /// Where the daemon refuses.
    pub async fn who(&mut self, since: Option<Timestamp>) -> Result<Who, Failure> {
        let after = AccountId(0);
        let mut all = Who::default();
        for page in self.ask_all(Request::Who { since, after }).await? {
            match page {
                Event::Who { people, seen, .. } => {
                    all.people.extend(people);
                    all.seen.extend(seen);
                }
                other => panic!("who, not {other:?}"),
            }
        }
        Ok(all)
    }

    /// `devices`.
    ///
    /// # Errors
    /// Where the daemon refuses.
    pub async fn devices(&mut self) -> Result<Vec<DeviceInfo>, Failure> {
        answer!(self, Request::Devices {}, Event::Devices { devices } => devices)
    }

    /// `invite_new`, for a day.
    ///
    /// # Errors
    /// Where the daemon refuses.
    pub async fn invite_new(
        &mut self,
        uses: u32,
        rooms: &[ConversationId],
        role: HouseRole,
    ) -> Result<Invitation, Failure> {
        let request = Request::InviteNew {
            uses,
            expires_secs: 24 * 3600,
            rooms: rooms.to_vec(),
            role,
        };
        made(self, request).await
    }

    /// `invites`.
    ///
    /// # Errors
    /// Where the daemon refuses.
    pub async fn invites(&mut self) -> Result<Vec<InviteInfo>, Failure> {
        listed(self, Request::Invites { after: InviteId(0) }).await
    }

    /// `set_presence`.
    ///
    /// # Panics
    /// Where the daemon refuses.
    pub async fn is(&mut self, state: PresenceState) {
        let noted = self.ask(Request::SetPresence { state }).await;
        assert_eq!(noted.expect("noted"), Event::Noted {});
    }

    /// `mark_read`.
    ///
    /// # Panics
    /// Where the daemon refuses.
    pub async fn has_read(&mut self, conversation: ConversationId, seq: Seq) {
        let noted = self.ask(Request::MarkRead { conversation, seq }).await;
        assert_eq!(noted.expect("noted"), Event::Noted {});
    }

    /// Reads until the presence of somebody is told that fulfils something; what was told before counts, each once.
    pub async fn sees(
        &mut self,
        account: AccountId,
        what: &str,
        good: impl Fn(&Presence) -> bool,
    ) -> Presence {
        let look = |event: &Event| match event {
            Event::PresenceChanged { people } => people
                .iter()
                .find(|presence| presence.account == account && good(presence))
                .cloned(),
            _ => None,
        };
        self.signal(what, look).await
    }

    /// Reads until an announcement comes to those online.
    pub async fn hears_announced(&mut self) -> Announcement {
        let look = |event: &Event| match event {
            Event::Announced { announcement } => Some(announcement.clone()),
            _ => None,
        };
        self.signal("an announcement", look).await
    }

    /// Reads until an entry of the account's feed fulfils something; one that is there already counts.
    pub async fn own_entry(&mut self, what: &str, good: impl Fn(&EntryBody) -> bool) -> Entry {
        self.entry(Feed::Account, what, |entry| good(&entry.body))
            .await
    }

    /// The same of the house feed.
    pub async fn house_entry(&mut self, what: &str, good: impl Fn(&EntryBody) -> bool) -> Entry {
        self.entry(Feed::House, what, |entry| good(&entry.body))
            .await
    }

    /// The same of a conversation.
    pub async fn entry_in(
        &mut self,
        conversation: ConversationId,
        what: &str,
        good: impl Fn(&EntryBody) -> bool,
    ) -> Entry {
        let feed = Feed::Conversation { conversation };
        self.entry(feed, what, |entry| good(&entry.body)).await
    }
}

/// Invitations of all pages.
pub(crate) async fn listed(
    connection: &mut Connection,
    request: Request,
) -> Result<Vec<InviteInfo>, Failure> {
    let mut all = Vec::new();
    for page in connection.ask_all(request).await? {
        match page {
            Event::Invites { invites, .. } => all.extend(invites),
            other => panic!("invitations, not {other:?}"),
        }
    }
    Ok(all)
}

/// A new invitation.
pub(crate) async fn made(
    connection: &mut Connection,
    request: Request,
) -> Result<Invitation, Failure> {
    answer!(connection, request, Event::InviteMade { invite, code, links, expires_at } => Invitation {
        invite,
        code,
        links,
        expires_at,
    })
}

/// `reset_password` on a connection that was welcomed.
///
/// # Errors
/// Where the daemon refuses.
pub async fn reset_password(
    connection: &mut Connection,
    name: &str,
    code: &str,
    password: &str,
) -> Result<(), Failure> {
    let request = Request::ResetPassword {
        name: name.into(),
        code: code.into(),
        verifier: scram::verifier(password, crate::ITERATIONS),
    };
    answer!(connection, request, Event::Done { .. } => ())
}
