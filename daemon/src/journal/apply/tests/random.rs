//! What holds after any sequence of commands: the design's three invariants, checked against [`Model`],
//! and that the same commands give the same store however they are cut into batches.

use super::harness::TestHouse;
use super::model::Model;
use super::teller::{Teller, beginning, story};
use crate::journal::command::{Action, Command};
use crate::journal::outcome::{Outcome, Refusal};
use crate::store::rooms::RoomList;
use crate::store::{FeedKey, Reader, StoreError};
use chat_shared::state::{
    AccountState, ConversationState, HousePerson, HouseRoom, HouseState, ReadMark,
};
use chat_shared::{AccountId, ConversationId, Entry, EntryBody, HouseRole, Seq, Timestamp};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// What the tables say that readers of all feeds know.
#[derive(Clone, Debug, Default, PartialEq)]
struct Known {
    house: HouseState,
    accounts: BTreeMap<AccountId, AccountState>,
    conversations: BTreeMap<ConversationId, ConversationState>,
}

impl Known {
    /// From the tables, without a look at an entry.
    fn of_tables(reader: &Reader) -> Result<Self, StoreError> {
        let mut known = Known::default();
        known.house.seq = reader.head(FeedKey::House)?.seq;
        for (account, record) in reader.accounts_after(AccountId(0), usize::MAX)? {
            let contacts = reader.contacts(account)?.into_iter();
            let inbox = reader.inbox(account)?.into_iter();
            let state = AccountState {
                seq: reader.head(FeedKey::Account(account))?.seq,
                contacts: contacts.map(|contact| (contact.account, contact)).collect(),
                inbox: inbox.map(|item| (item.id, item)).collect(),
                conversations: reader.memberships(account)?.into_iter().collect(),
                devices: reader
                    .devices(account)?
                    .into_iter()
                    .map(|(device, record)| (device, record.label))
                    .collect(),
                ..AccountState::default()
            };
            known.accounts.insert(account, state);
            let person = HousePerson {
                name: record.name,
                profile: record.profile,
                role: record.role,
                enabled: record.enabled,
                deleted: record.deleted_at.is_some(),
            };
            known.house.people.insert(account, person);
        }
        for id in 1..=reader.conversation_count()? {
            let id = ConversationId(id);
            let record = reader.conversation(id)?.unwrap();
            let head = reader.head(FeedKey::Conversation(id))?;
            let members = reader.roles_after(id, AccountId(0), usize::MAX)?;
            assert_eq!(record.members, members.len() as u64, "{id}");
            let members = members.into_iter().map(|one| (one.account, one.role));
            let state = ConversationState {
                seq: head.seq,
                posts: head.posts,
                name: record.room.clone(),
                topic: record.topic.clone(),
                settings: record.settings.clone(),
                members: members.collect(),
                deleted: record.deleted_at.is_some(),
            };
            known.conversations.insert(id, state);
            let is_listed = record.is_listed();
            if let Some(name) = record.room.filter(|_| is_listed) {
                let room = HouseRoom {
                    name,
                    topic: record.topic,
                    settings: record.settings,
                };
                known.house.rooms.insert(id, room);
            }
        }
        Ok(known)
    }

    /// What it becomes by the entries that follow; those before it are given too and change nothing.
    fn with_entries(mut self, feeds: &BTreeMap<FeedKey, Vec<Entry>>) -> Self {
        for (feed, entries) in feeds {
            // Who came when the first room was gone has a feed without entries.
            if let FeedKey::Account(account) = feed {
                self.accounts.entry(*account).or_default();
            }
            for entry in entries {
                match feed {
                    FeedKey::House => self.house.apply(entry),
                    FeedKey::Account(account) => {
                        self.accounts.entry(*account).or_default().apply(entry)
                    }
                    FeedKey::Conversation(id) => {
                        self.conversations.entry(*id).or_default().apply(entry)
                    }
                }
                .unwrap();
            }
        }
        self
    }
}

fn known(house: &TestHouse) -> Known {
    house.store().read(Known::of_tables).unwrap()
}

/// The store says of everything what the model says.
fn agree(house: &TestHouse, model: &Model) {
    for (feed, entries) in &model.feeds {
        assert_eq!(&house.entries(*feed), entries, "{feed:?}");
        let head = house.store().read(|reader| reader.head(*feed)).unwrap();
        let newest = entries.last().unwrap();
        assert_eq!((head.seq, head.posts), (newest.seq, newest.posts));
    }
    let dump = house.dump();
    let entries: usize = model.feeds.values().map(Vec::len).sum();
    assert_eq!(dump["entries-1"].len(), entries);
    let read = house.store().read(|reader| {
        let people = reader.accounts_after(AccountId(0), usize::MAX)?;
        assert_eq!(people.len(), model.people.len());
        for (account, record) in people {
            let person = &model.people[&account];
            assert_eq!(record.name, person.name.name);
            assert_eq!(record.enabled, person.enabled);
            assert_eq!(record.role, person.role);
            assert_eq!(
                record.administrator,
                person.role == HouseRole::Administrator
            );
            assert_eq!(reader.account_named(&record.name)?, Some(account));
            let marks: BTreeMap<ConversationId, ReadMark> =
                reader.memberships(account)?.into_iter().collect();
            let talks = model.talks.iter();
            let there = talks.filter(|(_, talk)| !talk.is_deleted);
            let expected =
                there.filter_map(|(id, talk)| Some((*id, talk.members.get(&account)?.mark)));
            assert_eq!(marks, expected.collect());
            let inbox = reader.inbox(account)?;
            assert!(inbox.iter().eq(person.inbox.values()), "{inbox:?}");
            let contacts = reader.contacts(account)?.into_iter();
            let contacts: Vec<_> = contacts.map(|contact| contact.account).collect();
            assert!(contacts.iter().eq(&person.contacts), "{contacts:?}");
            let devices = reader.devices(account)?.into_iter();
            let devices: Vec<_> = devices.map(|(id, device)| (id, device.label)).collect();
            let own = model.devices.iter().filter(|(_, own)| own.0 == account);
            let expected: Vec<_> = own.map(|(id, own)| (*id, own.1.clone())).collect();
            assert_eq!(devices, expected);
        }
        assert_eq!(reader.conversation_count()?, model.talks.len() as u64);
        for (id, talk) in &model.talks {
            let record = reader.conversation(*id)?.unwrap();
            assert_eq!(
                (record.room.as_ref(), &record.topic),
                (talk.room.as_ref().map(|room| &room.name), &talk.topic)
            );
            let members = reader.members_after(*id, AccountId(0), usize::MAX)?;
            assert!(members.iter().eq(talk.members.keys()), "{members:?}");
            for (account, inside) in &talk.members {
                assert_eq!(
                    reader
                        .member(*id, *account)?
                        .map(|member| (member.role, member.joined)),
                    (!talk.is_deleted).then_some((inside.role, inside.joined.0))
                );
            }
            assert_eq!(record.settings, talk.settings);
            assert_eq!(record.deleted_at.is_some(), talk.is_deleted);
            let start = Timestamp(0);
            let banned = reader.room_list(RoomList::Banned, *id, start)?.into_iter();
            let banned = banned.map(|(account, row)| (account, row.until));
            assert!(banned.eq(talk.bans.clone()));
            let muted = reader.room_list(RoomList::Muted, *id, start)?.into_iter();
            let muted = muted.map(|(account, row)| (account, row.until));
            assert!(muted.eq(talk.mutes.clone()));
            let invited = reader.room_list(RoomList::Invited, *id, start)?.into_iter();
            let invited = invited.map(|(account, row)| (account, row.by));
            assert!(invited.eq(talk.invited.clone()));
        }
        let invites = reader.invites()?;
        let invites: Vec<_> = invites
            .iter()
            .map(|(id, row)| (*id, row.uses_left))
            .collect();
        let expected: Vec<_> = model
            .invites
            .iter()
            .map(|(id, row)| (*id, row.uses))
            .collect();
        assert_eq!(invites, expected);
        reader.entry_count()
    });
    assert_eq!(read.unwrap(), entries as u64);
    let acts = Model::room_acts();
    let mut audit = house.audit();
    audit.retain(|line| acts.contains(line[1].as_str()));
    assert_eq!(audit, model.audit);
}

/// Dense from 1, posts counted, whatever the model says.
fn feeds_are_dense(feeds: &BTreeMap<FeedKey, Vec<Entry>>) {
    for (feed, entries) in feeds {
        let mut posts = 0;
        for (index, entry) in entries.iter().enumerate() {
            assert_eq!(entry.seq, Seq(index as u64 + 1), "{feed:?}");
            posts += u64::from(matches!(
                entry.body,
                EntryBody::Posted { .. } | EntryBody::Tombstone {}
            ));
            assert_eq!(entry.posts, posts, "{feed:?}");
        }
    }
}

/// What readers do with their copy when they hear that a message was deleted.
fn take_messages_away(entries: &mut [Entry]) {
    for index in 0..entries.len() {
        if let EntryBody::MessageDeleted { seq, .. } = entries[index].body {
            entries[seq.0 as usize - 1].body = EntryBody::Tombstone {};
        }
    }
}

fn all_feeds(house: &TestHouse) -> BTreeMap<FeedKey, Vec<Entry>> {
    let known = known(house);
    let accounts = known.accounts.into_keys().map(FeedKey::Account);
    let conversations = known.conversations.into_keys().map(FeedKey::Conversation);
    let feeds = accounts.chain(conversations).chain([FeedKey::House]);
    feeds.map(|feed| (feed, house.entries(feed))).collect()
}

/// Fewer than proptest's own, so that the suite is quick; `PROPTEST_CASES` asks for others.
fn cases(cases: u32) -> ProptestConfig {
    let asked = std::env::var("PROPTEST_CASES").ok();
    let asked = asked.and_then(|asked| asked.parse().ok());
    ProptestConfig::with_cases(asked.unwrap_or(cases))
}

proptest! {
    #![proptest_config(cases(160))]

    #[test]
    fn any_sequence_of_commands_keeps_the_invariants(story in story()) {
        let mut teller = Teller::default();
        let mut house = TestHouse::empty();
        for command in beginning() {
            prop_assert_eq!(teller.model.apply(&command), Ok(house.runs(command).unwrap().0));
        }
        let mut moments = vec![Known::default(), known(&house)];
        let mut acknowledged = Vec::new();
        let mut heard: BTreeMap<FeedKey, Vec<Entry>> = all_feeds(&house);
        for (wishes, after) in story {
            let told: Vec<_> = wishes.into_iter().map(|wish| teller.tell(wish)).collect();
            let (commands, expected): (Vec<_>, Vec<_>) = told.into_iter().unzip();
            let (results, appended) = house.commits(commands.clone());
            prop_assert_eq!(&results, &expected);
            for appended in appended {
                heard.entry(appended.feed).or_default().push(appended.entry);
            }
            acknowledged.extend(commands.into_iter().zip(results));
            moments.push(known(&house));
            match after {
                0 => house.reopen(),
                1 => house.forget(),
                _ => {}
            }
        }

        // What was acknowledged is there in the next process.
        house.reopen();
        agree(&house, &teller.model);
        let mut first = BTreeMap::new();
        for (command, result) in &acknowledged {
            let Ok(outcome) = result else {
                continue;
            };
            // A number that was given to two commands is the one's that was carried out.
            let numbered = command.once.map(|once| (once.device, once.stream, once.nonce));
            let action = match numbered {
                Some(number) => *first.entry(number).or_insert(&command.action),
                None => &command.action,
            };
            if let (Action::Post { text, .. }, Outcome::Done { conversation, seq }) =
                (action, outcome)
            {
                let feed = FeedKey::Conversation(conversation.unwrap());
                let entry = house.entry(feed, seq.unwrap()).unwrap();
                if entry.body != (EntryBody::Tombstone {}) {
                    prop_assert_eq!(entry.body, EntryBody::Posted { text: text.clone() });
                }
            }
        }

        // Dense, and what was told to those who follow is what is read later.
        let feeds = all_feeds(&house);
        feeds_are_dense(&feeds);
        heard.retain(|_, entries| !entries.is_empty());
        for entries in heard.values_mut() {
            take_messages_away(entries);
        }
        let mut read = feeds.clone();
        read.retain(|_, entries| !entries.is_empty());
        prop_assert_eq!(heard, read);

        // Whatever was known at any moment becomes by the entries what the tables say now.
        let now = known(&house);
        for moment in moments {
            prop_assert_eq!(&moment.with_entries(&feeds), &now);
        }
    }
}

/// Runs commands on a store of their own; after each batch as `after` says.
fn run(
    batches: Vec<Vec<Command>>,
    after: impl Fn(&mut TestHouse),
) -> (TestHouse, Vec<Result<Outcome, Refusal>>) {
    let mut house = TestHouse::empty();
    let mut results = Vec::new();
    for batch in batches {
        results.extend(house.commits(batch).0);
        after(&mut house);
    }
    (house, results)
}

fn one_by_one(commands: &[Command]) -> Vec<Vec<Command>> {
    commands
        .iter()
        .map(|command| vec![command.clone()])
        .collect()
}

proptest! {
    #![proptest_config(cases(64))]

    #[test]
    fn the_same_commands_give_the_same_store_however_they_are_batched_and_cached(story in story()) {
        let mut teller = Teller::default();
        let mut commands = beginning();
        for command in &commands {
            teller.model.apply(command).unwrap();
        }
        let wishes = story.into_iter().flat_map(|(wishes, _)| wishes);
        let (told, mut expected): (Vec<_>, Vec<_>) =
            wishes.map(|wish| teller.tell(wish)).unzip();
        commands.extend(told);

        let (house, results) = run(vec![commands.clone()], |_| {});
        prop_assert_eq!(&results[beginning().len()..], &expected);
        let dump = house.dump();
        expected.clone_from(&results);

        // Again, and with a store that was made anew.
        let (house, results) = run(vec![commands.clone()], TestHouse::reopen);
        prop_assert_eq!((&house.dump(), &results), (&dump, &expected));
        // Each alone, with a warm cache.
        let (house, results) = run(one_by_one(&commands), |_| {});
        prop_assert_eq!((&house.dump(), &results), (&dump, &expected));
        // Each alone, with a cold one.
        let (house, results) = run(one_by_one(&commands), TestHouse::forget);
        prop_assert_eq!((&house.dump(), &results), (&dump, &expected));
        // Without those that were refused.
        let done = commands.iter().zip(&expected).filter(|(_, result)| result.is_ok());
        let done: Vec<Command> = done.map(|(command, _)| command.clone()).collect();
        let (house, _) = run(vec![done], |_| {});
        prop_assert_eq!(&house.dump(), &dump);
    }
}
