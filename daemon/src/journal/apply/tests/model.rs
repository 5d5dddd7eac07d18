//! The rules once more, as plainly as they can be said: maps in memory, nothing forgotten, nothing cached.
//! Those of rooms are in [`super::model_rooms`].

use crate::journal::command::{Action, Admission, Command, Name, NewInvite};
use crate::journal::outcome::{Outcome, Refusal};
use crate::store::FeedKey;
use chat_shared::limits::{DEVICES_PER_ACCOUNT, DIRECT_MEMBERS, STREAM_WINDOW, STREAMS_PER_DEVICE};
use chat_shared::state::ReadMark;
use chat_shared::{
    Access, AccountId, Contact, ConversationId, DeviceId, Entry, EntryBody, HouseRole, InboxAbout,
    InboxItem, InviteId, Nonce, RoomRole, RoomSettings, Seq, StreamId, Timestamp,
};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Clone, Debug, Default)]
pub(super) struct Model {
    pub(super) people: BTreeMap<AccountId, Person>,
    pub(super) devices: BTreeMap<DeviceId, (AccountId, String)>,
    pub(super) invites: BTreeMap<InviteId, NewInvite>,
    pub(super) talks: BTreeMap<ConversationId, Talk>,
    pub(super) feeds: BTreeMap<FeedKey, Vec<Entry>>,
    /// What was done in rooms: by whose name, what, of whom or what, how.
    pub(super) audit: Vec<[String; 4]>,
    streams: BTreeMap<(DeviceId, StreamId), Stream>,
    last_device: u64,
    last_invite: u64,
    is_founded: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Person {
    pub(super) name: Name,
    pub(super) role: HouseRole,
    pub(super) enabled: bool,
    pub(super) contacts: BTreeSet<AccountId>,
    pub(super) inbox: BTreeMap<u64, InboxItem>,
    last_item: u64,
}

#[derive(Clone, Debug)]
pub(super) struct Talk {
    pub(super) room: Option<Name>,
    pub(super) topic: String,
    pub(super) settings: RoomSettings,
    pub(super) members: BTreeMap<AccountId, Inside>,
    pub(super) bans: BTreeMap<AccountId, Option<Timestamp>>,
    pub(super) mutes: BTreeMap<AccountId, Option<Timestamp>>,
    /// And by whom.
    pub(super) invited: BTreeMap<AccountId, Option<AccountId>>,
    pub(super) slow_since: BTreeMap<AccountId, Timestamp>,
    pub(super) is_deleted: bool,
}

/// Somebody in a conversation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Inside {
    pub(super) role: RoomRole,
    pub(super) joined: Seq,
    pub(super) mark: ReadMark,
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
        if let Some(by) = command.by
            && !self.people[&by].enabled
        {
            return Err(Refusal::AccountDisabled);
        }
        if let Some(result) = self.act_in_room(at, command.by, &command.action) {
            return result;
        }
        let author = command.by.ok_or(Refusal::NoSuchAccount("of nobody".into()));
        match &command.action {
            Action::Found { first_room, .. } => self.found(at, first_room),
            Action::Register {
                name, admission, ..
            } => self.register(at, name, admission),
            Action::EnableAccount {
                account, enabled, ..
            } => self.enable(at, *account, *enabled),
            Action::SetHouseRole { account, role } => self.set_house_role(at, *account, *role),
            Action::ResetPassword { name, .. } => self.reset(at, name),
            Action::AddDevice { label, .. } => self.add_device(at, author?, label),
            Action::RevokeDevice { device } => self.revoke_device(at, author?, *device),
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
            Action::Expire => Ok(self.expire(at)),
            Action::CreateRoom {
                name,
                topic,
                change,
                owner: None,
            } => {
                let access = change.access.unwrap_or_default();
                self.create_room(at, command.by, name, topic, access)
            }
            Action::Join { conversation } => self.join(at, author?, *conversation),
            Action::Leave { conversation } => self.leave(at, author?, *conversation),
            Action::OpenDirect { with } => self.open_direct(at, author?, with),
            Action::Post { conversation, text } => self.post(at, author?, *conversation, text),
            Action::DismissInbox { item: Some(item) } => self.dismiss(at, author?, *item),
            Action::MarkRead {
                conversation,
                marks,
            } => self.mark_read(at, *conversation, marks),
            other => panic!("not in the model: {other:?}"),
        }
    }

    fn found(&mut self, at: Timestamp, room: &Name) -> Result<Outcome, Refusal> {
        if self.is_founded {
            return Err(Refusal::AlreadyFounded);
        }
        self.check_room_name(room, None)?;
        self.is_founded = true;
        self.add_room(at, None, room, "", Access::Public);
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
        let role = if founding && self.administrators() == 0 {
            HouseRole::Administrator
        } else {
            HouseRole::Member
        };
        let account = AccountId(self.people.len() as u64 + 1);
        let person = Person {
            name: name.clone(),
            role,
            enabled: true,
            contacts: BTreeSet::new(),
            inbox: BTreeMap::new(),
            last_item: 0,
        };
        self.people.insert(account, person);
        let added = EntryBody::AccountAdded {
            account,
            name: name.name.clone(),
        };
        self.append(FeedKey::House, at, Some(account), added);
        if role != HouseRole::Member {
            let set = EntryBody::HouseRoleSet { account, role };
            self.append(FeedKey::House, at, Some(account), set);
        }
        let is_for_newcomers = |(id, talk): &(&ConversationId, &Talk)| {
            let settings = &talk.settings;
            let is_meant = settings.for_newcomers || **id == ConversationId(1);
            let is_open = settings.access == Access::Public && !settings.archived;
            talk.room.is_some() && is_meant && is_open && !talk.is_deleted
        };
        let rooms = self.talks.iter().filter(is_for_newcomers);
        for room in rooms.map(|(id, _)| *id).collect::<Vec<_>>() {
            self.add_member(at, room, account, RoomRole::Member, account);
        }
        Ok(Outcome::Account {
            account,
            name: name.name.clone(),
            administrator: role == HouseRole::Administrator,
        })
    }

    /// Those who can sign in.
    fn administrators(&self) -> usize {
        let people = self.people.values();
        let can = |person: &&Person| person.enabled && person.role == HouseRole::Administrator;
        people.filter(can).count()
    }

    fn is_last_administrator(&self, account: AccountId) -> bool {
        let person = &self.people[&account];
        let can = person.enabled && person.role == HouseRole::Administrator;
        can && self.administrators() == 1
    }

    fn enable(
        &mut self,
        at: Timestamp,
        account: AccountId,
        enabled: bool,
    ) -> Result<Outcome, Refusal> {
        if self.people[&account].enabled != enabled {
            if !enabled && self.is_last_administrator(account) {
                return Err(Refusal::LastAdministrator);
            }
            self.people.get_mut(&account).unwrap().enabled = enabled;
            let changed = EntryBody::AccountEnabled { account, enabled };
            self.append(FeedKey::House, at, None, changed);
        }
        Ok(Outcome::DONE)
    }

    fn set_house_role(
        &mut self,
        at: Timestamp,
        account: AccountId,
        role: HouseRole,
    ) -> Result<Outcome, Refusal> {
        if self.people[&account].role != role {
            if self.is_last_administrator(account) {
                return Err(Refusal::LastAdministrator);
            }
            self.people.get_mut(&account).unwrap().role = role;
            let set = EntryBody::HouseRoleSet { account, role };
            self.append(FeedKey::House, at, None, set);
            let text = match role {
                HouseRole::Administrator => "you are an administrator of this house now",
                HouseRole::Moderator => "you are a moderator of this house now",
                HouseRole::Member => "you are a member of this house now",
                _ => "you are a guest of this house now",
            };
            let text = text.to_owned();
            self.notify(at, account, None, InboxAbout::Announcement { text });
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
        if self.people[&by].role == HouseRole::Guest {
            return Err(Refusal::NotAllowed("members of the house"));
        }
        for member in &members {
            if !self.people[member].enabled {
                return Err(Refusal::NotReachable(*member));
            }
        }
        let id = self.add_talk(at, Some(by), None);
        for member in &members {
            self.add_member(at, id, *member, RoomRole::Member, by);
        }
        if let [one, two] = members[..] {
            let other = if one == by { two } else { one };
            self.people.get_mut(&other).unwrap().contacts.insert(by);
            let contact = Contact {
                account: by,
                group: "new".into(),
                favourite: false,
            };
            let put = EntryBody::ContactPut { contact };
            self.append(FeedKey::Account(other), at, Some(by), put);
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
            let talk = self.talks.get_mut(&id).filter(|talk| !talk.is_deleted);
            let Some(inside) = talk.and_then(|talk| talk.members.get_mut(account)) else {
                continue;
            };
            if seq > inside.mark.seq {
                let posts = entries[seq.0 as usize - 1].posts;
                inside.mark = ReadMark { seq, posts };
                self.tell_mark(at, Some(*account), *account, id);
                self.dismiss_mentions(at, *account, id, seq);
            }
        }
        Ok(Outcome::DONE)
    }

    pub(super) fn add_talk(
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
            settings: RoomSettings::default(),
            members: BTreeMap::new(),
            bans: BTreeMap::new(),
            mutes: BTreeMap::new(),
            invited: BTreeMap::new(),
            slow_since: BTreeMap::new(),
            is_deleted: false,
        };
        self.talks.insert(id, talk);
        let created = EntryBody::Created { name };
        self.append(FeedKey::Conversation(id), at, by, created);
        id
    }

    pub(super) fn add_member(
        &mut self,
        at: Timestamp,
        id: ConversationId,
        account: AccountId,
        role: RoomRole,
        by: AccountId,
    ) {
        self.tell(id, at, Some(by), EntryBody::Joined { account });
        let joined = self.end_of(id).seq;
        if role != RoomRole::Member {
            self.tell(id, at, Some(by), EntryBody::RoleSet { account, role });
        }
        let mark = self.end_of(id);
        let inside = Inside { role, joined, mark };
        let talk = self.talks.get_mut(&id).unwrap();
        talk.members.insert(account, inside);
        let added = EntryBody::ConversationAdded { conversation: id };
        self.append(FeedKey::Account(account), at, Some(by), added);
        self.tell_mark(at, Some(by), account, id);
    }

    pub(super) fn tell_mark(
        &mut self,
        at: Timestamp,
        by: Option<AccountId>,
        account: AccountId,
        id: ConversationId,
    ) {
        let mark = self.talks[&id].members[&account].mark;
        let read = EntryBody::Read {
            conversation: id,
            seq: mark.seq,
            posts: mark.posts,
        };
        self.append(FeedKey::Account(account), at, by, read);
    }

    /// Where a conversation ends.
    pub(super) fn end_of(&self, id: ConversationId) -> ReadMark {
        let newest = self.feed(FeedKey::Conversation(id)).last().unwrap();
        ReadMark {
            seq: newest.seq,
            posts: newest.posts,
        }
    }

    /// Something waits for somebody, unless it does already.
    pub(super) fn notify(
        &mut self,
        at: Timestamp,
        account: AccountId,
        by: Option<AccountId>,
        about: InboxAbout,
    ) {
        let person = self.people.get_mut(&account).unwrap();
        let mut waiting = person.inbox.values();
        if waiting.any(|item| item.by == by && item.about == about) {
            return;
        }
        person.last_item += 1;
        let id = person.last_item;
        let item = InboxItem { id, at, by, about };
        person.inbox.insert(id, item.clone());
        let added = EntryBody::InboxAdded { item };
        self.append(FeedKey::Account(account), at, by, added);
    }

    fn dismiss(&mut self, at: Timestamp, by: AccountId, item: u64) -> Result<Outcome, Refusal> {
        let waiting = &mut self.people.get_mut(&by).unwrap().inbox;
        if waiting.remove(&item).is_none() {
            return Err(Refusal::NoSuchItem(item));
        }
        let dismissed = EntryBody::InboxDismissed {
            item: Some(item),
            announcements: None,
        };
        self.append(FeedKey::Account(by), at, Some(by), dismissed);
        Ok(Outcome::DONE)
    }

    fn dismiss_mentions(
        &mut self,
        at: Timestamp,
        account: AccountId,
        id: ConversationId,
        up_to: Seq,
    ) {
        let person = self.people.get_mut(&account).unwrap();
        let is_read = |item: &InboxItem| {
            matches!(item.about, InboxAbout::Mention { conversation, seq }
                if conversation == id && seq <= up_to)
        };
        let read: Vec<u64> = person
            .inbox
            .iter()
            .filter(|(_, item)| is_read(item))
            .map(|(item, _)| *item)
            .collect();
        for item in read {
            self.people.get_mut(&account).unwrap().inbox.remove(&item);
            let dismissed = EntryBody::InboxDismissed {
                item: Some(item),
                announcements: None,
            };
            self.append(FeedKey::Account(account), at, Some(account), dismissed);
        }
    }

    pub(super) fn tell(
        &mut self,
        id: ConversationId,
        at: Timestamp,
        by: Option<AccountId>,
        body: EntryBody,
    ) {
        self.append(FeedKey::Conversation(id), at, by, body);
    }

    pub(super) fn append(
        &mut self,
        feed: FeedKey,
        at: Timestamp,
        by: Option<AccountId>,
        body: EntryBody,
    ) {
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

    pub(super) fn newest(&self, id: ConversationId) -> Outcome {
        Outcome::at(id, Seq(self.feed(FeedKey::Conversation(id)).len() as u64))
    }

    pub(super) fn named(&self, name: &str) -> Option<AccountId> {
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

    /// Whether no other room has the name, or one that looks like it.
    pub(super) fn check_room_name(
        &self,
        name: &Name,
        own: Option<ConversationId>,
    ) -> Result<(), Refusal> {
        let others = self.talks.iter().filter(|(id, _)| Some(**id) != own);
        let others: Vec<&Name> = others.filter_map(|(_, talk)| talk.room.as_ref()).collect();
        if others.iter().any(|room| room.name == name.name) {
            return Err(Refusal::NameTaken(format!("#{}", name.name)));
        }
        match others.iter().find(|room| room.skeleton == name.skeleton) {
            Some(room) => Err(Refusal::NameConfusable {
                wanted: format!("#{}", name.name),
                taken: format!("#{}", room.name),
            }),
            None => Ok(()),
        }
    }
}
