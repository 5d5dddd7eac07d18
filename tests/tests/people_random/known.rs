//! What a client knows that has only listened, and whether that is what a new one is told.

use chat_shared::state::{
    AccountState, ConversationState, DismissedAnnouncements, HouseState, ReadMark,
};
use chat_shared::{
    Announcement, ConversationId, ConversationKind, ConversationSummary, Cursor, Entry, EntryBody,
    Event, Feed, Member, Request, RoomInfo, Seq,
};
use chat_tests::{Connection, Contacts, Inbox, TestClient};
use std::collections::BTreeMap;

/// What somebody knows of a conversation.
#[derive(Clone, Debug, Default)]
struct Talk {
    /// Its entries, from some place on without a hole.
    entries: Vec<Entry>,
}

/// What a client knows.
#[derive(Debug, Default)]
pub(super) struct Known {
    account: AccountState,
    house: HouseState,
    /// The house when the inbox was asked: later announcements are above it.
    house_at_begin: Seq,
    announcements: BTreeMap<u64, Announcement>,
    talks: BTreeMap<ConversationId, Talk>,
    /// How many entries of each feed of this connection were taken in.
    heard: BTreeMap<Feed, usize>,
}

/// What somebody is told who asks for everything.
struct Told {
    synced: BTreeMap<ConversationId, ConversationSummary>,
    account: AccountState,
    house_seq: Seq,
    contacts: Contacts,
    inbox: Inbox,
}

/// Asks for everything until nothing happened meanwhile: read marks come late.
async fn ask(client: &mut TestClient, house: Seq, cursors: &[Cursor]) -> Told {
    for _ in 0..50 {
        client.entries.clear();
        client.opened.clear();
        let request = Request::Sync {
            house: Some(house),
            only: None,
            cursors: cursors.to_vec(),
            newest: 1000,
        };
        let synced = client.ask(request).await.expect("synced");
        let Event::Synced {
            account_seq,
            house_seq,
            conversations,
        } = synced
        else {
            panic!("{synced:?}")
        };
        let contacts = client.contacts().await.expect("contacts");
        let inbox = client.inbox().await.expect("inbox");
        let own = client.account;
        let status = client.card(own).await.expect("a card").presence.status;
        let devices = client.devices().await.expect("devices");
        if [contacts.account_seq, inbox.account_seq] != [account_seq; 2] {
            continue;
        }
        let mark = |summary: &ConversationSummary| ReadMark {
            seq: summary.read,
            posts: summary.read_posts,
        };
        let of_contacts = contacts.contacts.iter();
        let account = AccountState {
            seq: account_seq,
            conversations: conversations
                .iter()
                .map(|summary| (summary.conversation, mark(summary)))
                .collect(),
            devices: devices
                .into_iter()
                .map(|device| (device.device, device.label))
                .collect(),
            contacts: of_contacts
                .map(|contact| (contact.account, contact.clone()))
                .collect(),
            blocked: contacts.blocked.iter().copied().collect(),
            inbox: inbox
                .items
                .iter()
                .map(|item| (item.id, item.clone()))
                .collect(),
            dismissed: DismissedAnnouncements::default(),
            status: status.unwrap_or_default(),
        };
        return Told {
            synced: conversations
                .into_iter()
                .map(|summary| (summary.conversation, summary))
                .collect(),
            account,
            house_seq,
            contacts,
            inbox,
        };
    }
    panic!("something always happens");
}

impl Known {
    /// Takes in all at once, keeping what was known of feeds that go on from it.
    pub(super) async fn begin(client: &mut TestClient, before: Option<Known>) -> Self {
        let before = before.unwrap_or_default();
        let newest = |(conversation, talk): (&ConversationId, &Talk)| {
            let seq = talk.entries.last()?.seq;
            Some(Cursor {
                conversation: *conversation,
                seq,
            })
        };
        let cursors: Vec<_> = before.talks.iter().filter_map(newest).collect();
        let told = ask(client, before.house.seq, &cursors).await;
        let announcements = told.inbox.announcements.into_iter();
        let mut known = Self {
            account: told.account,
            house: before.house,
            house_at_begin: told.house_seq,
            announcements: announcements.map(|told| (told.id, told)).collect(),
            talks: BTreeMap::new(),
            heard: BTreeMap::new(),
        };
        for (conversation, summary) in told.synced {
            let before = before.talks.get(&conversation).cloned();
            let talk = before.unwrap_or_default();
            // A gap: what was known is dropped.
            let goes_on = talk
                .entries
                .last()
                .is_some_and(|last| last.seq == summary.after);
            let talk = if goes_on { talk } else { Talk::default() };
            known.talks.insert(conversation, talk);
        }
        known.listen(client);
        known
    }

    /// Takes in what came since it was asked last.
    pub(super) fn listen(&mut self, client: &Connection) {
        for (feed, entries) in &client.entries {
            let heard = self.heard.entry(*feed).or_default();
            let news = &entries[*heard..];
            *heard = entries.len();
            for entry in news {
                match feed {
                    Feed::House => {
                        self.house.apply(entry).expect("dense");
                        if let EntryBody::Announced { announcement } = &entry.body
                            && entry.seq > self.house_at_begin
                        {
                            let announcement = announcement.clone();
                            self.announcements.insert(announcement.id, announcement);
                        }
                    }
                    Feed::Account => {
                        self.account.apply(entry).expect("dense");
                        if let EntryBody::ConversationRemoved { conversation, .. } = &entry.body {
                            let talk = self.talks.entry(*conversation).or_default();
                            talk.entries.clear();
                        }
                    }
                    Feed::Conversation { .. } => {}
                }
            }
            // After the account's feed, in which a conversation ends: what follows begins it anew.
            if let Feed::Conversation { conversation } = feed {
                let talk = self.talks.entry(*conversation).or_default();
                for entry in news {
                    let newest = talk.entries.last().map(|last| last.seq);
                    if newest.is_some_and(|newest| entry.seq != newest.next()) {
                        talk.entries.clear();
                    }
                    talk.entries.push(entry.clone());
                }
            }
        }
    }

    /// Whether it is what somebody new is told.
    pub(super) async fn check(
        &mut self,
        client: &mut TestClient,
        fresh: &mut TestClient,
        seed: u64,
    ) {
        let who = format!("seed {seed}, {}", client.name);
        let mut told = ask(fresh, Seq(0), &[]).await;
        let ends: Vec<_> = told
            .synced
            .values()
            .map(|summary| {
                let conversation = summary.conversation;
                (Feed::Conversation { conversation }, summary.seq)
            })
            .chain([
                (Feed::House, told.house_seq),
                (Feed::Account, told.account.seq),
            ])
            .collect();
        for (feed, end) in ends {
            let has_all = |known: &Self| match feed {
                Feed::House => known.house.seq >= end,
                Feed::Account => known.account.seq >= end,
                Feed::Conversation { conversation } => {
                    let talk = known.talks.get(&conversation);
                    talk.and_then(|talk| talk.entries.last())
                        .is_some_and(|last| last.seq >= end)
                }
            };
            let came = client.until(|client| {
                self.listen(client);
                has_all(self).then_some(())
            });
            came.await
                .unwrap_or_else(|e| panic!("{who}: {feed:?} up to {end}: {e}"));
        }
        // A mark that came since.
        if self.account.seq > told.account.seq {
            told = ask(fresh, Seq(0), &[]).await;
        }

        let dismissed = std::mem::take(&mut self.account.dismissed);
        assert_eq!(self.account, told.account, "{who}: the account");
        let own = fresh.account;
        let waits = |told: &&Announcement| told.by != Some(own) && !dismissed.has(told.id);
        let waiting: Vec<_> = self.announcements.values().filter(waits).cloned().collect();
        let over = waiting
            .len()
            .saturating_sub(chat_shared::limits::ANNOUNCEMENTS);
        assert_eq!(waiting[over..], told.inbox.announcements, "{who}");
        self.check_house(fresh, &told.contacts, &who).await;
        let members: Vec<_> = told.synced.into_values().collect();
        for summary in members {
            self.check_talk(fresh, &summary, &who).await;
        }
    }

    async fn check_house(&self, fresh: &mut TestClient, contacts: &Contacts, who: &str) {
        for (account, person) in &self.house.people {
            let card = fresh.card(*account).await.expect("a card");
            assert_eq!(person.name, card.name, "{who}");
            assert_eq!(person.profile, card.profile, "{who}: {}", person.name);
            assert_eq!(person.role, card.role, "{who}: {}", person.name);
            let flags = (person.enabled, person.deleted);
            assert_eq!(flags, (card.enabled, card.deleted), "{who}");
        }
        let groups = contacts.groups.iter();
        let groups: BTreeMap<_, _> = groups
            .map(|group| (group.name.clone(), group.members.clone()))
            .collect();
        assert_eq!(self.house.groups, groups, "{who}");
        // Guests find only their own rooms; others those of the house, and hidden ones of their own.
        for room in fresh.rooms("").await.expect("rooms") {
            let Some(listed) = self.house.rooms.get(&room.conversation) else {
                let access = room.settings.access;
                assert_eq!(access, chat_shared::Access::Hidden, "{who}: {room:?}");
                continue;
            };
            let listed = (&listed.name, &listed.topic, &listed.settings);
            assert_eq!(listed, (&room.name, &room.topic, &room.settings), "{who}");
        }
    }

    async fn check_talk(&self, fresh: &mut TestClient, summary: &ConversationSummary, who: &str) {
        let id = summary.conversation;
        let who = format!("{who}, conversation {id}");
        let entries = &self.talks[&id].entries;
        let history = fresh.whole_history(id).await;
        let first = history.first().expect("one's own coming").seq;
        let mine = transcript(entries, first);
        let theirs = transcript(&history, entries[0].seq);
        assert_eq!(mine, theirs, "{who}");
        assert!(!mine.is_empty(), "{who}: no word in common");

        let members = fresh.members(id).await.expect("members");
        let told = state(summary, members, room(fresh, summary).await);
        let mut state = ConversationState::default();
        if entries[0].seq != Seq(1) {
            // It was read from one's joining on: of that nobody folds the beginning. What was heard before
            // one left may lie just before it.
            let account = fresh.account;
            let own = EntryBody::Joined { account };
            let came = entries.iter().any(|entry| entry.body == own);
            assert!(came, "{who}: {:?}", entries[0]);
            return;
        }
        for entry in entries {
            state.apply(entry).expect("dense");
        }
        assert_eq!(state, told, "{who}");
    }
}

async fn room(fresh: &mut TestClient, summary: &ConversationSummary) -> Option<RoomInfo> {
    match summary.about {
        ConversationKind::Room { .. } => {
            let view = fresh.room_view(summary.conversation).await;
            Some(view.expect("a room").room)
        }
        ConversationKind::Direct { .. } => None,
    }
}

/// The state that the answers tell.
fn state(
    summary: &ConversationSummary,
    members: Vec<Member>,
    room: Option<RoomInfo>,
) -> ConversationState {
    assert_eq!(summary.members, members.len() as u64);
    ConversationState {
        seq: summary.seq,
        posts: summary.posts,
        name: room.as_ref().map(|room| room.name.clone()),
        topic: room
            .as_ref()
            .map(|room| room.topic.clone())
            .unwrap_or_default(),
        settings: room.map(|room| room.settings).unwrap_or_default(),
        members: members
            .into_iter()
            .map(|member| (member.account, member.role))
            .collect(),
        deleted: false,
    }
}

/// The entries from a place on, with what was deleted taken away, as a client does that has the message.
fn transcript(entries: &[Entry], from: Seq) -> Vec<Entry> {
    let gone: Vec<_> = entries
        .iter()
        .filter_map(|entry| match entry.body {
            EntryBody::MessageDeleted { seq, .. } => Some(seq),
            _ => None,
        })
        .collect();
    entries
        .iter()
        .filter(|entry| entry.seq >= from)
        .cloned()
        .map(|mut entry| {
            if gone.contains(&entry.seq) {
                entry.body = EntryBody::Tombstone {};
            }
            entry
        })
        .collect()
}
