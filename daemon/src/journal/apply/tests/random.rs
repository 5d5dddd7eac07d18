//! What holds after any sequence of commands: the design's three invariants, checked against [`Model`],
//! and that the same commands give the same store however they are cut into batches.

use super::harness::{
    ANNA, BERT, GENERAL, NOW, TestHouse, add_device, command, create_room, direct, found, join,
    leave, mark, numbered, once, post, register, register_as, set_topic, verifier,
};
use super::model::Model;
use crate::journal::command::{Action, Admission, Command, NewInvite};
use crate::journal::outcome::{Outcome, Refusal};
use crate::store::{FeedKey, Reader, StoreError};
use chat_shared::state::{
    AccountState, ConversationState, HousePerson, HouseRoom, HouseState, ReadMark,
};
use chat_shared::{
    AccountId, ConversationId, DeviceId, Entry, EntryBody, InviteId, Seq, Timestamp,
};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// Some of them look alike.
const NAMES: [&str; 8] = [
    "anna", "bert", "cleo", "dora", "olga", "0lga", "otto", "0tt0",
];
const ROOMS: [&str; 5] = ["lunch", "pool", "p00l", "general", "news"];
const TOPICS: [&str; 3] = ["", "today", "tomorrow"];

/// What somebody is going to want; numbers pick from what there is by then.
#[derive(Clone, Debug)]
enum Wish {
    Register { name: u8, way: u8 },
    Enable { name: u8, enabled: bool },
    Reset { name: u8 },
    AddDevice { by: u8 },
    RevokeDevice { by: u8, device: u8 },
    AddInvite { uses: u8, lasts: u8, founding: bool },
    RevokeInvite(u8),
    Numbered(Deed, Number),
    Plain { by: u8, deed: Deed },
    Again(u8),
}

#[derive(Clone, Debug)]
enum Deed {
    CreateRoom { name: u8, topic: u8 },
    Join(u8),
    Leave(u8),
    SetTopic(u8, u8),
    Direct(Vec<u8>),
    Post(u8),
    MarkRead(u8, Vec<(u8, u8)>),
}

#[derive(Clone, Debug)]
struct Number {
    device: u8,
    stream: u8,
    /// 0: any; up to 2: far ahead; else the next.
    pick: u8,
    any: u8,
    settled: u8,
}

fn deed() -> impl Strategy<Value = Deed> {
    let n = any::<u8>;
    prop_oneof![
        2 => (n(), n()).prop_map(|(name, topic)| Deed::CreateRoom { name, topic }),
        3 => n().prop_map(Deed::Join),
        2 => n().prop_map(Deed::Leave),
        2 => (n(), n()).prop_map(|(room, topic)| Deed::SetTopic(room, topic)),
        2 => prop::collection::vec(n(), 0..3).prop_map(Deed::Direct),
        8 => n().prop_map(Deed::Post),
        3 => (n(), prop::collection::vec((n(), n()), 0..4))
            .prop_map(|(room, marks)| Deed::MarkRead(room, marks)),
    ]
}

fn wish() -> impl Strategy<Value = Wish> {
    let n = any::<u8>;
    let number =
        (n(), 0..3u8, 0..40u8, n(), n()).prop_map(|(device, stream, pick, any, settled)| Number {
            device,
            stream,
            pick,
            any,
            settled,
        });
    prop_oneof![
        3 => (n(), n()).prop_map(|(name, way)| Wish::Register { name, way }),
        2 => (n(), any::<bool>()).prop_map(|(name, enabled)| Wish::Enable { name, enabled }),
        1 => n().prop_map(|name| Wish::Reset { name }),
        3 => n().prop_map(|by| Wish::AddDevice { by }),
        1 => (n(), n()).prop_map(|(by, device)| Wish::RevokeDevice { by, device }),
        2 => (0..4u8, n(), any::<bool>())
            .prop_map(|(uses, lasts, founding)| Wish::AddInvite { uses, lasts, founding }),
        1 => n().prop_map(Wish::RevokeInvite),
        24 => (deed(), number).prop_map(|(deed, number)| Wish::Numbered(deed, number)),
        8 => (n(), deed()).prop_map(|(by, deed)| Wish::Plain { by, deed }),
        6 => n().prop_map(Wish::Again),
    ]
}

/// Batches of wishes, each with what comes after it: nothing, another engine, another process.
fn story() -> impl Strategy<Value = Vec<(Vec<Wish>, u8)>> {
    prop::collection::vec((prop::collection::vec(wish(), 1..16), 0..6u8), 1..14)
}

/// The people, devices and conversations that each story begins with.
fn beginning() -> Vec<Command> {
    vec![
        command(None, found()),
        command(None, register("anna")),
        command(None, register("bert")),
        command(ANNA, add_device("laptop")),
        command(BERT, add_device("phone")),
        command(BERT, add_device("laptop")),
        command(ANNA, create_room("lunch", "noon")),
        command(ANNA, direct(&[BERT])),
    ]
}

/// Makes commands of wishes, by what the model says there is.
#[derive(Default)]
struct Teller {
    model: Model,
    commands: u32,
    invites: u8,
    nonces: BTreeMap<(DeviceId, u8), u64>,
    sent: Vec<Command>,
}

impl Teller {
    fn tell(&mut self, wish: Wish) -> (Command, Result<Outcome, Refusal>) {
        let mut command = self.command(wish);
        self.commands += 1;
        command.at = Timestamp(NOW.0 + i64::from(self.commands));
        if command.once.is_some() {
            self.sent.push(command.clone());
        }
        let expected = self.model.apply(&command);
        (command, expected)
    }

    fn person(&self, pick: u8) -> AccountId {
        AccountId(u64::from(pick) % self.model.people.len() as u64 + 1)
    }

    /// One of those that are, or the next, which is not.
    fn talk(&self, pick: u8) -> ConversationId {
        ConversationId(u64::from(pick) % (self.model.talks.len() as u64 + 1) + 1)
    }

    fn command(&mut self, wish: Wish) -> Command {
        let name = |pick: u8| NAMES[usize::from(pick) % NAMES.len()];
        match wish {
            Wish::Register { name: pick, way } => {
                let admission = match way % 8 {
                    0..3 => Admission::Open,
                    3 => Admission::Local,
                    4 => Admission::ByAdministrator,
                    _ => Admission::Invited([way % (self.invites + 2); 32]),
                };
                command(None, register_as(name(pick), admission))
            }
            Wish::Enable {
                name: pick,
                enabled,
            } => command(
                None,
                Action::EnableAccount {
                    name: name(pick).into(),
                    enabled,
                },
            ),
            Wish::Reset { name: pick } => command(
                None,
                Action::ResetPassword {
                    name: name(pick).into(),
                    verifier: verifier(pick),
                },
            ),
            Wish::AddDevice { by } => command(self.person(by), add_device("another")),
            Wish::RevokeDevice { by, device } => {
                let device = DeviceId(u64::from(device % 8));
                command(self.person(by), Action::RevokeDevice { device })
            }
            Wish::AddInvite {
                uses,
                lasts,
                founding,
            } => {
                self.invites = self.invites.saturating_add(1);
                command(
                    None,
                    Action::AddInvite(NewInvite {
                        code_hash: [self.invites; 32],
                        uses: uses.into(),
                        expires_at: Timestamp(NOW.0 + i64::from(lasts)),
                        founding,
                    }),
                )
            }
            Wish::RevokeInvite(pick) => {
                let invite = InviteId(u64::from(pick) % (u64::from(self.invites) + 1));
                command(None, Action::RevokeInvite { invite })
            }
            Wish::Plain { by, deed } => command(self.person(by), self.action(deed)),
            Wish::Numbered(deed, number) => self.numbered(deed, &number),
            Wish::Again(pick) => match self.sent.len() {
                0 => command(ANNA, post(GENERAL, "nothing was sent yet")),
                sent => self.sent[sent - 1 - usize::from(pick) % sent.min(80)].clone(),
            },
        }
    }

    fn numbered(&mut self, deed: Deed, number: &Number) -> Command {
        let device = DeviceId(u64::from(number.device) % 6 + 1);
        let by = match self.model.devices.get(&device) {
            Some((owner, _)) => *owner,
            None => self.person(number.device),
        };
        let last = self.nonces.entry((device, number.stream)).or_default();
        let nonce = match number.pick {
            0 => u64::from(number.any),
            1 | 2 => *last + u64::from(number.any),
            _ => *last + 1,
        };
        *last = (*last).max(nonce);
        let settled = match number.settled {
            0 => u64::MAX,
            back @ 1..64 => nonce.saturating_sub(back.into()),
            _ => 0,
        };
        let once = once(device, number.stream.into(), nonce, settled);
        numbered(by, once, self.action(deed))
    }

    fn action(&self, deed: Deed) -> Action {
        let topic = |pick: u8| TOPICS[usize::from(pick) % TOPICS.len()];
        match deed {
            Deed::CreateRoom { name, topic: pick } => {
                create_room(ROOMS[usize::from(name) % ROOMS.len()], topic(pick))
            }
            Deed::Join(room) => join(self.talk(room)),
            Deed::Leave(room) => leave(self.talk(room)),
            Deed::SetTopic(room, pick) => set_topic(self.talk(room), topic(pick)),
            Deed::Direct(with) => {
                let with: Vec<_> = with.into_iter().map(|pick| self.person(pick)).collect();
                direct(&with)
            }
            Deed::Post(room) => post(self.talk(room), &format!("post {}", self.commands)),
            Deed::MarkRead(room, marks) => {
                let room = self.talk(room);
                let newest = self.model.feed(FeedKey::Conversation(room)).len() as u64;
                let marks = marks
                    .into_iter()
                    .map(|(who, seq)| (self.person(who), u64::from(seq) % (newest + 2)));
                mark(room, &marks.collect::<Vec<_>>())
            }
        }
    }
}

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
            let state = AccountState {
                seq: reader.head(FeedKey::Account(account))?.seq,
                conversations: reader.memberships(account)?.into_iter().collect(),
                devices: reader
                    .devices(account)?
                    .into_iter()
                    .map(|(device, record)| (device, record.label))
                    .collect(),
            };
            known.accounts.insert(account, state);
            let person = HousePerson {
                name: record.name,
                enabled: record.enabled,
            };
            known.house.people.insert(account, person);
        }
        for id in 1..=reader.conversation_count()? {
            let id = ConversationId(id);
            let record = reader.conversation(id)?.unwrap();
            let head = reader.head(FeedKey::Conversation(id))?;
            let members = reader.members_after(id, AccountId(0), usize::MAX)?;
            assert_eq!(record.members, members.len() as u64, "{id}");
            let state = ConversationState {
                seq: head.seq,
                posts: head.posts,
                name: record.room.clone(),
                topic: record.topic.clone(),
                members: members.into_iter().collect(),
            };
            known.conversations.insert(id, state);
            if let Some(name) = record.room {
                let room = HouseRoom {
                    name,
                    topic: record.topic,
                };
                known.house.rooms.insert(id, room);
            }
        }
        Ok(known)
    }

    /// What it becomes by the entries that follow; those before it are given too and change nothing.
    fn with_entries(mut self, feeds: &BTreeMap<FeedKey, Vec<Entry>>) -> Self {
        for (feed, entries) in feeds {
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
            assert_eq!(record.administrator, person.administrator);
            assert_eq!(reader.account_named(&record.name)?, Some(account));
            let marks: BTreeMap<ConversationId, ReadMark> =
                reader.memberships(account)?.into_iter().collect();
            let talks = model.talks.iter();
            let expected = talks.filter_map(|(id, talk)| Some((*id, *talk.members.get(&account)?)));
            assert_eq!(marks, expected.collect());
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
}

/// Dense from 1, posts counted, whatever the model says.
fn feeds_are_dense(feeds: &BTreeMap<FeedKey, Vec<Entry>>) {
    for (feed, entries) in feeds {
        let mut posts = 0;
        for (index, entry) in entries.iter().enumerate() {
            assert_eq!(entry.seq, Seq(index as u64 + 1), "{feed:?}");
            posts += u64::from(matches!(entry.body, EntryBody::Posted { .. }));
            assert_eq!(entry.posts, posts, "{feed:?}");
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
                prop_assert_eq!(entry.body, EntryBody::Posted { text: text.clone() });
            }
        }

        // Dense, and what was told to those who follow is what is read later.
        let feeds = all_feeds(&house);
        feeds_are_dense(&feeds);
        heard.retain(|_, entries| !entries.is_empty());
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
