//! Entries are filed some time after they were committed. Nobody who reads notices, and nothing of what was
//! deleted stays.

use super::filing_model::Told;
use super::harness::{
    ANNA, BERT, CLEO, GENERAL, NOW, TestHouse, add_device, command, create_room, delete_message,
    delete_room, direct, join, mark, numbered, once, post, register,
};
use super::office::delete;
use crate::journal::command::{Action, Command};
use crate::journal::engine_tests::picker;
use crate::journal::outcome::{Outcome, Refusal};
use crate::store::{FeedKey, Reader};
use chat_shared::limits::RESTORE_MS;
use chat_shared::{AccountId, ConversationId, DeviceId, EntryBody, Timestamp};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Slow readers at a time.
const READERS: usize = 6;

/// A house in which all sorts of things happen, with some who read slowly.
struct Scene {
    house: TestHouse,
    told: Told,
    people: Vec<AccountId>,
    devices: Vec<(AccountId, DeviceId)>,
    conversations: Vec<ConversationId>,
    nonces: BTreeMap<(DeviceId, u32), u64>,
    /// Numbered commands that were carried out.
    done: Vec<Command>,
    readers: Vec<(Arc<Reader>, Told)>,
    pick: Box<dyn FnMut(usize) -> usize>,
    texts: usize,
}

impl Scene {
    fn new(seed: u64) -> Self {
        let mut scene = Self {
            house: TestHouse::empty(),
            told: Told::default(),
            people: Vec::new(),
            devices: Vec::new(),
            conversations: vec![GENERAL],
            nonces: BTreeMap::new(),
            done: Vec::new(),
            readers: Vec::new(),
            pick: Box::new(picker(seed)),
            texts: 0,
        };
        scene.commit(vec![command(None, super::harness::found())]);
        for name in ["anna", "bert", "cleo"] {
            scene.commit(vec![command(None, register(name))]);
        }
        for room in ["lunch", "news", "chess"] {
            scene.commit(vec![command(ANNA, create_room(room, ""))]);
        }
        scene.commit(vec![command(ANNA, direct(&[BERT]))]);
        scene.conversations.extend((2..=5).map(ConversationId));
        for account in [ANNA, BERT, CLEO] {
            let joins = scene
                .conversations
                .iter()
                .map(|id| command(account, join(*id)));
            let mut commands: Vec<_> = joins.collect();
            commands.extend((0..2).map(|_| command(account, add_device("laptop"))));
            scene.commit(commands);
        }
        scene
    }

    fn any<T: Copy>(&mut self, of: &[T]) -> T {
        of[(self.pick)(of.len())]
    }

    /// One commit, and what it told.
    fn commit(&mut self, commands: Vec<Command>) -> Vec<Result<Outcome, Refusal>> {
        let (results, appended) = self.house.commits(commands.clone());
        self.told.commit(&commands, &results, appended.clone());
        for appended in appended {
            match (appended.feed, appended.entry.body) {
                (FeedKey::House, EntryBody::AccountAdded { account, .. }) => {
                    self.people.push(account);
                }
                (FeedKey::House, EntryBody::AccountDeleted { account }) => {
                    self.people.retain(|one| *one != account);
                }
                (FeedKey::Account(account), EntryBody::DeviceAdded { device, .. }) => {
                    self.devices.push((account, device));
                }
                (_, EntryBody::DeviceRevoked { device }) => {
                    self.devices.retain(|(_, one)| *one != device);
                }
                _ => {}
            }
        }
        for (command, result) in commands.into_iter().zip(&results) {
            if command.once.is_some() && result.is_ok() {
                self.done.push(command);
            }
        }
        results
    }

    /// A message like no other, of 1 to 600 bytes.
    fn text(&mut self) -> String {
        self.texts += 1;
        let length = match (self.pick)(3) {
            0 => 1 + (self.pick)(600),
            _ => 1 + (self.pick)(60),
        };
        let mut text = format!("<{}>", self.texts).repeat(length);
        text.truncate(length);
        text
    }

    fn post(&mut self) -> Command {
        let (account, device) = self.any(&self.devices.clone());
        let conversation = self.any(&self.conversations.clone());
        let post = post(conversation, &self.text());
        if (self.pick)(4) == 0 {
            return command(account, post);
        }
        let stream = (self.pick)(2) as u32;
        let nonce = self.nonces.entry((device, stream)).or_default();
        *nonce += 1;
        let settled = match (self.pick)(3) {
            0 => nonce.saturating_sub(1 + (self.pick)(9) as u64),
            _ => 0,
        };
        numbered(account, once(device, stream, *nonce, settled), post)
    }

    fn delete(&mut self) -> Command {
        let conversation = self.any(&self.conversations.clone());
        let entries = &self.told.feeds[&FeedKey::Conversation(conversation)];
        // Some that this batch may post, too.
        let seq = 1 + (self.pick)(entries.len() + 4);
        let author = entries.get(seq - 1).and_then(|entry| entry.by);
        let by = author.filter(|_| (self.pick)(2) == 0);
        command(by, delete_message(conversation, seq as u64))
    }

    fn command(&mut self) -> Command {
        let anybody = self.any(&self.people.clone());
        let anywhere = self.any(&self.conversations.clone());
        match (self.pick)(100) {
            0..8 => self.delete(),
            8..14 => {
                let seq = 1 + (self.pick)(200) as u64;
                command(None, mark(anywhere, &[(anybody, seq)]))
            }
            14..18 if self.devices.len() > 3 => {
                let (account, device) = self.any(&self.devices.clone());
                command(account, Action::RevokeDevice { device })
            }
            14..19 => command(anybody, add_device("phone")),
            19..24 if !self.done.is_empty() => {
                let place = (self.pick)(self.done.len());
                self.done[place].clone()
            }
            24..26 => command(None, Action::RemoveMessages),
            26 if self.people.len() > 3 && anybody != ANNA => command(anybody, delete(true)),
            27 => command(None, register(&format!("p{}", self.texts))),
            28..30 => command(anybody, join(anywhere)),
            _ => self.post(),
        }
    }

    /// A room is made, people talk in it, and it is taken away for good.
    fn room_comes_and_goes(&mut self) {
        let done = self.commit(vec![command(ANNA, create_room("passing", ""))]);
        let Ok(Outcome::Done {
            conversation: Some(id),
            ..
        }) = done[0]
        else {
            panic!("{done:?}");
        };
        let talk: Vec<_> = (0..9)
            .map(|_| command(ANNA, post(id, &self.text())))
            .collect();
        let (first, second) = talk.split_at((self.pick)(9));
        self.commit(first.to_vec());
        self.keep_reading();
        self.commit(second.to_vec());
        let ends = command(None, delete_room(id, "passing"));
        let others = self.post();
        self.commit(vec![ends, others]);
        let mut expire = command(None, Action::Expire);
        expire.at = Timestamp(NOW.0 + RESTORE_MS + 1);
        let before = self.post();
        // Gone from the store, though it was told.
        self.commit(vec![before, expire]);
        self.told
            .feeds
            .insert(FeedKey::Conversation(id), Vec::new());
    }

    fn keep_reading(&mut self) {
        if self.readers.len() == READERS {
            let place = (self.pick)(READERS);
            let (reader, told) = self.readers.swap_remove(place);
            told.is_in(&reader, &self.told, &mut self.pick);
        }
        self.readers
            .push((self.house.store().snapshot(), self.told.clone()));
    }

    /// Each has what there was when it began.
    fn readers_end(&mut self) {
        for (reader, told) in std::mem::take(&mut self.readers) {
            told.is_in(&reader, &self.told, &mut self.pick);
        }
    }

    fn step(&mut self) {
        let count = 1 + (self.pick)(7);
        let commands = (0..count).map(|_| self.command()).collect();
        self.commit(commands);
        match (self.pick)(60) {
            0..15 => self.keep_reading(),
            15..18 => self.house.forget(),
            18 => {
                self.readers_end();
                self.house.reopen();
            }
            19 => {
                self.readers_end();
                self.house.store().reopen().unwrap();
                self.house.forget();
            }
            20 => self.room_comes_and_goes(),
            21 => self.readers_end(),
            _ => {}
        }
    }

    /// A number that was carried out gets the same answer, or none where it is too old, and does nothing.
    fn retries_do_nothing(&mut self) {
        let before = self.house.dump();
        for command in std::mem::take(&mut self.done) {
            let once = command.once.unwrap();
            let retried = self.house.runs(command);
            let Some(answers) = self.told.streams.get(&(once.device, once.stream)) else {
                assert_eq!(retried, Err(Refusal::NoSuchDevice(once.device)));
                continue;
            };
            match answers.is_kept(once.nonce.0) {
                true => {
                    let outcome = answers.outcomes[&once.nonce.0].clone();
                    assert_eq!(retried, Ok((outcome, Vec::new())));
                }
                false => assert_eq!(retried, Err(Refusal::StaleNonce)),
            }
        }
        assert_eq!(self.house.dump(), before);
    }

    fn nothing_deleted_stays(&self) {
        let are_unlike_others = self.told.deleted.iter().filter(|text| text.len() > 30);
        for text in are_unlike_others.rev().take(4) {
            assert_eq!(self.house.store().tables_with(text), [""; 0], "{text}");
        }
    }
}

#[test]
fn whatever_happens_readers_find_what_was_told_up_to_their_commit() {
    for seed in 0..8 {
        let mut scene = Scene::new(seed);
        for _ in 0..100 {
            scene.step();
        }
        scene.readers_end();
        scene.nothing_deleted_stays();
        scene.retries_do_nothing();
        scene.house.reopen();
        scene.keep_reading();
        scene.readers_end();
        scene.retries_do_nothing();
        assert!(
            scene.told.deleted.len() > 10,
            "{}",
            scene.told.deleted.len()
        );
    }
}
