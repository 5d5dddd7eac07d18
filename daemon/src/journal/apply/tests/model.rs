//! The rules once more, as plainly as they can be said: maps in memory, nothing forgotten, nothing cached.

use crate::journal::command::{Action, Admission, Command, Name, NewInvite};
use crate::journal::outcome::{Outcome, Refusal};
use crate::store::FeedKey;
use chat_shared::limits::{DEVICES_PER_ACCOUNT, DIRECT_MEMBERS, STREAM_WINDOW, STREAMS_PER_DEVICE};
use chat_shared::state::ReadMark;
use chat_shared::{
    AccountId, ConversationId, DeviceId, Entry, EntryBody, InviteId, Nonce, Seq, StreamId,
    Timestamp,
};
use std::collections::BTreeMap;

#[derive(Clone, Debug, Default)]
pub(super) struct Model {
    pub(super) people: BTreeMap<AccountId, Person>,
    pub(super) devices: BTreeMap<DeviceId, (AccountId, String)>,
    pub(super) invites: BTreeMap<InviteId, NewInvite>,
    pub(super) talks: BTreeMap<ConversationId, Talk>,
    pub(super) feeds: BTreeMap<FeedKey, Vec<Entry>>,
    streams: BTreeMap<(DeviceId, StreamId), Stream>,
    last_device: u64,
    last_invite: u64,
    is_founded: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Person {
    pub(super) name: Name,
    pub(super) administrator: bool,
    pub(super) enabled: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Talk {
    pub(super) room: Option<Name>,
    pub(super) topic: String,
    pub(super) members: BTreeMap<AccountId, ReadMark>,
}

#[derive(Clone, Debug, Default)]
struct Stream {
    done: BTreeMap<Nonce, Outcome>,
    last: u64,
    settled: u64,
}

impl Model {
    pub(super) fn apply(&mut self, command: &Command) -> Result<Outcome, Refusal> {
        let Some(once) = command.once else {
            return self.act(command);
        };
        if !self.devices.contains_key(&once.device) || once.stream.0 >= STREAMS_PER_DEVICE {
            return Err(Refusal::NoSuchDevice(once.device));
        }
        let key = (once.device, once.stream);
        let stream = self.streams.get(&key).cloned().unwrap_or_default();
        if once.nonce.0 <= stream.settled || once.nonce.0 + STREAM_WINDOW <= stream.last {
            return Err(Refusal::StaleNonce);
        }
        if let Some(first) = stream.done.get(&once.nonce) {
            return Ok(first.clone());
        }
        let outcome = self.act(command)?;
        let stream = self.streams.entry(key).or_default();
        stream.done.insert(once.nonce, outcome.clone());
        stream.last = stream.last.max(once.nonce.0);
        stream.settled = stream.settled.max(once.settled.0.min(once.nonce.0 - 1));
        Ok(outcome)
    }

    fn act(&mut self, command: &Command) -> Result<Outcome, Refusal> {
        let at = command.at;
        let by = command.by.unwrap_or_default();
        match &command.action {
            Action::Found { first_room, .. } => self.found(at, first_room),
            Action::Register {
                name, admission, ..
            } => self.register(at, name, admission),
            Action::EnableAccount { name, enabled } => self.enable(at, name, *enabled),
            Action::ResetPassword { name, .. } => self.reset(at, name),
            Action::AddDevice { label, .. } => self.add_device(at, by, label),
            Action::RevokeDevice { device } => self.revoke_device(at, by, *device),
            Action::AddInvite(invite) => {
                self.last_invite += 1;
                let id = InviteId(self.last_invite);
                self.invites.insert(id, invite.clone());
                Ok(Outcome::Invite {
                    invite: id,
                    expires_at: invite.expires_at,
                })
            }
            Action::RevokeInvite { invite } => match self.invites.remove(invite) {
                Some(_) => Ok(Outcome::DONE),
                None => Err(Refusal::NoSuchInvite(*invite)),
            },
            Action::CreateRoom { name, topic } => {
                self.check_room_name(name)?;
                let id = self.add_room(at, Some(by), name, topic);
                self.add_member(at, id, by, by);
                Ok(self.newest(id))
            }
            Action::Join { conversation } => self.join(at, by, *conversation),
            Action::Leave { conversation } => self.leave(at, by, *conversation),
            Action::SetTopic {
                conversation,
                topic,
            } => self.set_topic(at, by, *conversation, topic),
            Action::OpenDirect { with } => self.open_direct(at, by, with),
            Action::Post { conversation, text } => {
                self.check_member(*conversation, by)?;
                let text = text.clone();
                self.tell(*conversation, at, by, EntryBody::Posted { text });
                Ok(self.newest(*conversation))
            }
            Action::MarkRead {
                conversation,
                marks,
            } => self.mark_read(at, *conversation, marks),
        }
    }

    fn found(&mut self, at: Timestamp, room: &Name) -> Result<Outcome, Refusal> {
        if self.is_founded {
            return Err(Refusal::AlreadyFounded);
        }
        self.check_room_name(room)?;
        self.is_founded = true;
        self.add_room(at, None, room, "");
        Ok(Outcome::DONE)
    }

    fn register(
        &mut self,
        at: Timestamp,
        name: &Name,
        admission: &Admission,
    ) -> Result<Outcome, Refusal> {
        if self.named(&name.name).is_some() {
            return Err(Refusal::NameTaken(name.name.clone()));
        }
        let similar = |person: &&Person| person.name.skeleton == name.skeleton;
        if let Some(similar) = self.people.values().find(similar) {
            return Err(Refusal::NameConfusable {
                wanted: name.name.clone(),
                taken: similar.name.name.clone(),
            });
        }
        let mut founding = matches!(admission, Admission::Local | Admission::ByAdministrator);
        if let Admission::Invited(code) = admission {
            let invite = self.invites.iter_mut().find(|(_, invite)| {
                invite.code_hash == *code && invite.uses > 0 && at < invite.expires_at
            });
            let (id, invite) = invite.ok_or(Refusal::InviteInvalid)?;
            founding = invite.founding;
            invite.uses -= 1;
            if invite.uses == 0 {
                let id = *id;
                self.invites.remove(&id);
            }
        }
        let administrator = founding && self.people.values().all(|person| !person.administrator);
        let account = AccountId(self.people.len() as u64 + 1);
        let person = Person {
            name: name.clone(),
            administrator,
            enabled: true,
        };
        self.people.insert(account, person);
        let added = EntryBody::AccountAdded {
            account,
            name: name.name.clone(),
        };
        self.append(FeedKey::House, at, Some(account), added);
        if self.is_founded {
            self.add_member(at, ConversationId(1), account, account);
        }
        Ok(Outcome::Account {
            account,
            name: name.name.clone(),
            administrator,
        })
    }

    fn enable(&mut self, at: Timestamp, name: &str, enabled: bool) -> Result<Outcome, Refusal> {
        let account = self
            .named(name)
            .ok_or(Refusal::NoSuchAccount(name.into()))?;
        let person = self.people.get_mut(&account).unwrap();
        if person.enabled != enabled {
            person.enabled = enabled;
            let changed = EntryBody::AccountEnabled { account, enabled };
            self.append(FeedKey::House, at, None, changed);
        }
        Ok(Outcome::DONE)
    }

    fn reset(&mut self, at: Timestamp, name: &str) -> Result<Outcome, Refusal> {
        let account = self
            .named(name)
            .ok_or(Refusal::NoSuchAccount(name.into()))?;
        for device in self.devices_of(account) {
            self.end_device(at, None, account, device);
        }
        let changed = EntryBody::PasswordChanged {};
        self.append(FeedKey::Account(account), at, None, changed);
        Ok(Outcome::DONE)
    }

    fn add_device(
        &mut self,
        at: Timestamp,
        by: AccountId,
        label: &str,
    ) -> Result<Outcome, Refusal> {
        if !self.people[&by].enabled {
            return Err(Refusal::AccountDisabled);
        }
        if self.devices_of(by).len() == DEVICES_PER_ACCOUNT {
            return Err(Refusal::TooManyDevices);
        }
        self.last_device += 1;
        let device = DeviceId(self.last_device);
        self.devices.insert(device, (by, label.into()));
        let label = label.into();
        let added = EntryBody::DeviceAdded { device, label };
        self.append(FeedKey::Account(by), at, Some(by), added);
        Ok(Outcome::Device { device })
    }

    fn revoke_device(
        &mut self,
        at: Timestamp,
        by: AccountId,
        device: DeviceId,
    ) -> Result<Outcome, Refusal> {
        if !self.devices_of(by).contains(&device) {
            return Err(Refusal::NoSuchDevice(device));
        }
        self.end_device(at, Some(by), by, device);
        Ok(Outcome::DONE)
    }

    fn end_device(
        &mut self,
        at: Timestamp,
        by: Option<AccountId>,
        account: AccountId,
        device: DeviceId,
    ) {
        self.devices.remove(&device);
        self.streams.retain(|key, _| key.0 != device);
        let revoked = EntryBody::DeviceRevoked { device };
        self.append(FeedKey::Account(account), at, by, revoked);
    }

    fn join(
        &mut self,
        at: Timestamp,
        by: AccountId,
        id: ConversationId,
    ) -> Result<Outcome, Refusal> {
        let talk = self.talks.get(&id).ok_or(Refusal::NoSuchConversation(id))?;
        if !talk.members.contains_key(&by) {
            if talk.room.is_none() {
                return Err(Refusal::NoSuchConversation(id));
            }
            self.add_member(at, id, by, by);
        }
        Ok(self.newest(id))
    }

    fn leave(
        &mut self,
        at: Timestamp,
        by: AccountId,
        id: ConversationId,
    ) -> Result<Outcome, Refusal> {
        self.check_room_of_member(id, by)?;
        self.tell(id, at, by, EntryBody::Left { account: by });
        self.talks.get_mut(&id).unwrap().members.remove(&by);
        let removed = EntryBody::ConversationRemoved { conversation: id };
        self.append(FeedKey::Account(by), at, Some(by), removed);
        Ok(self.newest(id))
    }

    fn set_topic(
        &mut self,
        at: Timestamp,
        by: AccountId,
        id: ConversationId,
        topic: &str,
    ) -> Result<Outcome, Refusal> {
        self.check_room_of_member(id, by)?;
        if self.talks[&id].topic != topic {
            self.put_topic(at, Some(by), id, topic);
        }
        Ok(self.newest(id))
    }

    fn open_direct(
        &mut self,
        at: Timestamp,
        by: AccountId,
        with: &[AccountId],
    ) -> Result<Outcome, Refusal> {
        let mut members = with.to_vec();
        members.push(by);
        members.sort();
        members.dedup();
        if members.len() < 2 || members.len() > DIRECT_MEMBERS {
            return Err(Refusal::BadMembers);
        }
        let same = |talk: &Talk| talk.room.is_none() && talk.members.keys().eq(&members);
        if let Some((id, _)) = self.talks.iter().find(|(_, talk)| same(talk)) {
            return Ok(self.newest(*id));
        }
        for member in &members {
            if !self.people.get(member).is_some_and(|person| person.enabled) {
                return Err(Refusal::NoSuchAccount(format!("number {member}")));
            }
        }
        let id = self.add_talk(at, Some(by), None);
        for member in members {
            self.add_member(at, id, member, by);
        }
        Ok(self.newest(id))
    }

    fn mark_read(
        &mut self,
        at: Timestamp,
        id: ConversationId,
        marks: &[(AccountId, Seq)],
    ) -> Result<Outcome, Refusal> {
        let entries = self.feed(FeedKey::Conversation(id)).to_vec();
        for (account, seq) in marks {
            let seq = (*seq).min(Seq(entries.len() as u64));
            let talk = self.talks.get_mut(&id);
            let Some(mark) = talk.and_then(|talk| talk.members.get_mut(account)) else {
                continue;
            };
            if seq > mark.seq {
                let posts = entries[seq.0 as usize - 1].posts;
                *mark = ReadMark { seq, posts };
                self.tell_mark(at, *account, *account, id);
            }
        }
        Ok(Outcome::DONE)
    }

    fn add_room(
        &mut self,
        at: Timestamp,
        by: Option<AccountId>,
        name: &Name,
        topic: &str,
    ) -> ConversationId {
        let conversation = self.add_talk(at, by, Some(name.clone()));
        let name = name.name.clone();
        let added = EntryBody::RoomAdded { conversation, name };
        self.append(FeedKey::House, at, by, added);
        if !topic.is_empty() {
            self.put_topic(at, by, conversation, topic);
        }
        conversation
    }

    fn add_talk(
        &mut self,
        at: Timestamp,
        by: Option<AccountId>,
        room: Option<Name>,
    ) -> ConversationId {
        let id = ConversationId(self.talks.len() as u64 + 1);
        let name = room.as_ref().map(|room| room.name.clone());
        let talk = Talk {
            room,
            topic: String::new(),
            members: BTreeMap::new(),
        };
        self.talks.insert(id, talk);
        let created = EntryBody::Created { name };
        self.append(FeedKey::Conversation(id), at, by, created);
        id
    }

    fn put_topic(&mut self, at: Timestamp, by: Option<AccountId>, id: ConversationId, topic: &str) {
        self.talks.get_mut(&id).unwrap().topic = topic.into();
        let set = EntryBody::TopicSet {
            topic: topic.into(),
        };
        self.append(FeedKey::Conversation(id), at, by, set);
        let set = EntryBody::RoomTopicSet {
            conversation: id,
            topic: topic.into(),
        };
        self.append(FeedKey::House, at, by, set);
    }

    fn add_member(&mut self, at: Timestamp, id: ConversationId, account: AccountId, by: AccountId) {
        self.tell(id, at, by, EntryBody::Joined { account });
        let joined = self.feed(FeedKey::Conversation(id)).last().unwrap();
        let mark = ReadMark {
            seq: joined.seq,
            posts: joined.posts,
        };
        self.talks
            .get_mut(&id)
            .unwrap()
            .members
            .insert(account, mark);
        let added = EntryBody::ConversationAdded { conversation: id };
        self.append(FeedKey::Account(account), at, Some(by), added);
        self.tell_mark(at, by, account, id);
    }

    fn tell_mark(&mut self, at: Timestamp, by: AccountId, account: AccountId, id: ConversationId) {
        let mark = self.talks[&id].members[&account];
        let read = EntryBody::Read {
            conversation: id,
            seq: mark.seq,
            posts: mark.posts,
        };
        self.append(FeedKey::Account(account), at, Some(by), read);
    }

    fn tell(&mut self, id: ConversationId, at: Timestamp, by: AccountId, body: EntryBody) {
        self.append(FeedKey::Conversation(id), at, Some(by), body);
    }

    fn append(&mut self, feed: FeedKey, at: Timestamp, by: Option<AccountId>, body: EntryBody) {
        let feed = self.feeds.entry(feed).or_default();
        let is_post = matches!(body, EntryBody::Posted { .. });
        feed.push(Entry {
            seq: Seq(feed.len() as u64 + 1),
            at,
            by,
            posts: feed.last().map_or(0, |entry| entry.posts) + u64::from(is_post),
            body,
        });
    }

    pub(super) fn feed(&self, feed: FeedKey) -> &[Entry] {
        self.feeds.get(&feed).map_or(&[], Vec::as_slice)
    }

    fn newest(&self, id: ConversationId) -> Outcome {
        Outcome::at(id, Seq(self.feed(FeedKey::Conversation(id)).len() as u64))
    }

    fn named(&self, name: &str) -> Option<AccountId> {
        let found = self
            .people
            .iter()
            .find(|(_, person)| person.name.name == name);
        found.map(|(account, _)| *account)
    }

    fn devices_of(&self, account: AccountId) -> Vec<DeviceId> {
        let devices = self.devices.iter();
        let own = devices.filter(|(_, (owner, _))| *owner == account);
        own.map(|(device, _)| *device).collect()
    }

    fn check_room_name(&self, name: &Name) -> Result<(), Refusal> {
        let rooms = || self.talks.values().filter_map(|talk| talk.room.as_ref());
        if rooms().any(|room| room.name == name.name) {
            return Err(Refusal::NameTaken(format!("#{}", name.name)));
        }
        match rooms().find(|room| room.skeleton == name.skeleton) {
            Some(room) => Err(Refusal::NameConfusable {
                wanted: format!("#{}", name.name),
                taken: format!("#{}", room.name),
            }),
            None => Ok(()),
        }
    }

    fn check_member(&self, id: ConversationId, account: AccountId) -> Result<(), Refusal> {
        match self.talks.get(&id) {
            Some(talk) if talk.members.contains_key(&account) => Ok(()),
            Some(talk) if talk.room.is_some() => Err(Refusal::NotAMember(id)),
            _ => Err(Refusal::NoSuchConversation(id)),
        }
    }

    fn check_room_of_member(&self, id: ConversationId, account: AccountId) -> Result<(), Refusal> {
        self.check_member(id, account)?;
        match self.talks[&id].room {
            Some(_) => Ok(()),
            None => Err(Refusal::NotARoom(id)),
        }
    }
}
