//! A house on a disk in memory, commands for it, and entries as they are expected.

use crate::journal::Appended;
use crate::journal::command::{Action, Admission, Command, Name, NewInvite, Once};
use crate::journal::engine::{Batch, Engine};
use crate::journal::outcome::{NotDone, Outcome, Refusal, Refused};
use crate::store::read::Page;
use crate::store::record::{AuditRecord, Verifier, decode};
use crate::store::testing::{Disk, Dump};
use crate::store::{FeedKey, Store};
use chat_shared::{
    Access, AccountId, ConversationId, DeviceId, Entry, EntryBody, HouseRole, InboxAbout, Nonce,
    RoomChange, RoomRole, RoomSettings, Seq, StreamId, Timestamp,
};
use std::sync::Arc;

/// When commands are given, unless a test says otherwise.
pub(super) const NOW: Timestamp = Timestamp(1_000_000);

pub(super) const ANNA: AccountId = AccountId(1);
pub(super) const BERT: AccountId = AccountId(2);
pub(super) const CLEO: AccountId = AccountId(3);
/// Who does not exist.
pub(super) const GHOST: AccountId = AccountId(99);

/// The first room.
pub(super) const GENERAL: ConversationId = ConversationId(1);
/// What does not exist.
pub(super) const NOWHERE: ConversationId = ConversationId(99);

pub(super) struct TestHouse {
    disk: Disk,
    engine: Option<Engine>,
    store: Option<Arc<Store>>,
}

/// An outcome with the entries that came of it.
pub(super) type Done = (Outcome, Vec<Appended>);

impl TestHouse {
    /// A store with nothing in it but its tables.
    pub(super) fn empty() -> Self {
        let disk = Disk::default();
        let mut house = Self {
            disk,
            engine: None,
            store: None,
        };
        house.reopen();
        house
    }

    /// With the first room and these people, who are in it: the first has id 1.
    pub(super) fn with(people: &[&str]) -> Self {
        let mut house = Self::empty();
        house.does(None, found());
        for name in people {
            house.does(None, register(name));
        }
        house
    }

    /// The same house on another disk.
    pub(super) fn copy(&self) -> Self {
        let mut house = Self {
            disk: self.disk.copy(),
            engine: None,
            store: None,
        };
        house.reopen();
        house
    }

    /// The daemon ends without a word, and begins anew.
    pub(super) fn reopen(&mut self) {
        self.engine = None;
        self.store = None;
        let store = Arc::new(self.disk.store().unwrap());
        self.engine = Some(Engine::new(store.clone()));
        self.store = Some(store);
    }

    /// The engine forgets what it has in memory.
    pub(super) fn forget(&mut self) {
        self.engine = Some(Engine::new(self.store().clone()));
    }

    pub(super) fn store(&self) -> &Arc<Store> {
        self.store.as_ref().unwrap()
    }

    pub(super) fn dump(&self) -> Dump {
        self.store().dump()
    }

    /// One commit. What it says it appended is in the store, at that place.
    pub(super) fn commits(
        &mut self,
        commands: Vec<Command>,
    ) -> (Vec<Result<Outcome, Refusal>>, Vec<Appended>) {
        let count = commands.len();
        let batch = self
            .engine
            .as_mut()
            .unwrap()
            .commit(commands.into_iter(), Batch::default())
            .unwrap();
        assert_eq!(batch.results.len(), count);
        for Appended { feed, entry } in &batch.appended {
            let mut stored = self.entry(*feed, entry.seq).unwrap();
            if stored.body == (EntryBody::Tombstone {}) {
                // It was taken away by a later command of the batch.
                assert!(matches!(entry.body, EntryBody::Posted { .. }), "{feed:?}");
                stored.body.clone_from(&entry.body);
            }
            assert_eq!(&stored, entry, "{feed:?}");
        }
        let results = batch.results.into_iter().map(|result| match result {
            Ok(outcome) => Ok(outcome),
            Err(NotDone::Refused(refused)) => Err(refused.refusal),
            Err(other) => panic!("an engine refuses or fails: {other:?}"),
        });
        (results.collect(), batch.appended)
    }

    pub(super) fn runs(&mut self, command: Command) -> Result<Done, Refusal> {
        let (mut results, appended) = self.commits(vec![command]);
        results.remove(0).map(|outcome| (outcome, appended))
    }

    /// Carries out what must succeed.
    pub(super) fn does(&mut self, by: impl Into<Option<AccountId>>, action: Action) -> Done {
        self.runs(command(by, action)).unwrap()
    }

    /// Carries out what must succeed, so much later than [`NOW`].
    pub(super) fn does_later(
        &mut self,
        milliseconds: i64,
        by: impl Into<Option<AccountId>>,
        action: Action,
    ) -> Done {
        let mut command = command(by, action);
        command.at.0 += milliseconds;
        self.runs(command).unwrap()
    }

    /// Makes somebody this in the house.
    pub(super) fn appoint(&mut self, account: AccountId, role: HouseRole) {
        self.does(None, Action::SetHouseRole { account, role });
    }

    /// Makes somebody, who is in it, this in a room.
    pub(super) fn appoint_in(
        &mut self,
        conversation: ConversationId,
        account: AccountId,
        role: RoomRole,
    ) {
        self.does(None, room_role(conversation, account, role));
    }

    /// What must be refused: alone, in the midst of others, and numbered, and never leaving a trace.
    pub(super) fn refuses(&mut self, by: impl Into<Option<AccountId>>, action: Action) -> Refusal {
        self.refuses_at(NOW, by, action)
    }

    /// The same with names, as whoever asked is told.
    pub(super) fn refuses_in_words(&mut self, command: Command) -> Refused {
        let batch = self
            .engine
            .as_mut()
            .unwrap()
            .commit(std::iter::once(command), Batch::default())
            .unwrap();
        match &batch.results[..] {
            [Err(NotDone::Refused(refused))] => Refused::clone(refused),
            other => panic!("not refused: {other:?}"),
        }
    }

    pub(super) fn refuses_at(
        &mut self,
        at: Timestamp,
        by: impl Into<Option<AccountId>>,
        action: Action,
    ) -> Refusal {
        let mut command = command(by, action);
        command.at = at;
        let before = self.dump();
        let refusal = self.runs(command.clone()).unwrap_err();
        assert_eq!(self.dump(), before, "a refusal left a trace");

        self.forget();
        let batch = vec![command.clone(), command.clone()];
        let (results, appended) = self.commits(batch);
        let expected = [Err(refusal.clone()), Err(refusal.clone())];
        assert_eq!((results.as_slice(), appended), (&expected[..], vec![]));
        assert_eq!(self.dump(), before, "a refusal left a trace in a batch");

        if let Some(device) = self.any_device() {
            command.once = Some(once(device, 5, 7, 6));
            assert_eq!(self.runs(command), Err(refusal.clone()));
            assert_eq!(self.dump(), before, "a numbered refusal left a trace");
        }
        refusal
    }

    /// The tables in which an action changes anything.
    pub(super) fn tables_changed_by(
        &mut self,
        by: impl Into<Option<AccountId>>,
        action: Action,
    ) -> Vec<String> {
        let before = self.dump();
        self.does(by, action);
        let after = self.dump();
        let changed = before
            .into_iter()
            .filter(|(table, rows)| &after[table] != rows);
        changed.map(|(table, _)| table).collect()
    }

    pub(super) fn entry(&self, feed: FeedKey, seq: Seq) -> Option<Entry> {
        let found = self.entries_after(feed, Seq(seq.0 - 1), 1).pop();
        found.filter(|entry| entry.seq == seq)
    }

    /// A whole feed.
    pub(super) fn entries(&self, feed: FeedKey) -> Vec<Entry> {
        self.entries_after(feed, Seq(0), usize::MAX)
    }

    fn entries_after(&self, feed: FeedKey, after: Seq, entries: usize) -> Vec<Entry> {
        let page = Page {
            entries,
            bytes: usize::MAX,
        };
        let read = self
            .store()
            .read(|reader| reader.entries_after(feed, after, page));
        read.unwrap()
    }

    pub(super) fn members(&self, conversation: ConversationId) -> Vec<AccountId> {
        let read = self
            .store()
            .read(|reader| reader.members_after(conversation, AccountId(0), usize::MAX));
        read.unwrap()
    }

    /// What somebody is in, with seq and posts of the read mark.
    pub(super) fn memberships(&self, account: AccountId) -> Vec<(ConversationId, u64, u64)> {
        let read = self.store().read(|reader| reader.memberships(account));
        let marks = read.unwrap().into_iter();
        marks
            .map(|(id, mark)| (id, mark.seq.0, mark.posts))
            .collect()
    }

    pub(super) fn topic(&self, conversation: ConversationId) -> String {
        let read = self
            .store()
            .read(|reader| reader.conversation(conversation));
        read.unwrap().unwrap().topic
    }

    /// How many members a conversation says it has.
    pub(super) fn member_count(&self, conversation: ConversationId) -> u64 {
        let read = self
            .store()
            .read(|reader| reader.conversation(conversation));
        read.unwrap().unwrap().members
    }

    /// The settings of a room.
    pub(super) fn settings(&self, conversation: ConversationId) -> RoomSettings {
        let read = self
            .store()
            .read(|reader| reader.conversation(conversation));
        read.unwrap().unwrap().settings
    }

    /// What somebody is in a conversation.
    pub(super) fn role_in(
        &self,
        conversation: ConversationId,
        account: AccountId,
    ) -> Option<RoomRole> {
        let read = self
            .store()
            .read(|reader| reader.member(conversation, account));
        read.unwrap().map(|member| member.role)
    }

    /// What waits for somebody.
    pub(super) fn inbox(&self, account: AccountId) -> Vec<(Option<AccountId>, InboxAbout)> {
        let items = self.store().read(|reader| reader.inbox(account)).unwrap();
        items
            .into_iter()
            .map(|item| (item.by, item.about))
            .collect()
    }

    /// The audit log: by whose name, what, of whom or what, how.
    pub(super) fn audit(&self) -> Vec<[String; 4]> {
        let rows = &self.dump()["audit-1"];
        let lines = rows.iter().map(|(_, record)| {
            let line: AuditRecord = decode(record).unwrap();
            [line.by_name, line.act, line.target, line.detail]
        });
        lines.collect()
    }

    /// Another device of somebody.
    pub(super) fn device(&mut self, account: AccountId) -> DeviceId {
        match self.does(account, add_device("laptop")).0 {
            Outcome::Device { device } => device,
            other => panic!("{other:?}"),
        }
    }

    fn any_device(&self) -> Option<DeviceId> {
        let ids = 1..=100;
        ids.map(DeviceId)
            .find(|id| self.store().read(|r| r.device(*id)).unwrap().is_some())
    }
}

pub(super) fn command(by: impl Into<Option<AccountId>>, action: Action) -> Command {
    Command {
        at: NOW,
        by: by.into(),
        once: None,
        action,
    }
}

pub(super) fn numbered(by: AccountId, once: Once, action: Action) -> Command {
    Command {
        once: Some(once),
        ..command(by, action)
    }
}

pub(super) fn once(device: DeviceId, stream: u32, nonce: u64, settled: u64) -> Once {
    Once {
        device,
        stream: StreamId(stream),
        nonce: Nonce(nonce),
        settled: Nonce(settled),
    }
}

/// A name whose look-alikes are those that differ in `0` and `o`.
pub(super) fn name(name: &str) -> Name {
    Name {
        name: name.into(),
        skeleton: name.replace('0', "o"),
    }
}

/// What is kept of a password, told apart by one byte.
pub(super) fn verifier(seed: u8) -> Verifier {
    Verifier {
        salt: [seed; 16],
        iterations: 4096,
        stored_key: [seed; 32],
        server_key: [seed; 32],
    }
}

pub(super) fn found() -> Action {
    Action::Found {
        fake_salts: [7; 32],
        first_room: name("general"),
        invite: None,
    }
}

pub(super) fn register(name: &str) -> Action {
    register_as(name, Admission::Open)
}

pub(super) fn register_as(account: &str, admission: Admission) -> Action {
    Action::Register {
        name: name(account),
        verifier: Box::new(verifier(1)),
        admission,
    }
}

pub(super) fn add_device(label: &str) -> Action {
    Action::AddDevice {
        label: label.into(),
        token_hash: [9; 32],
    }
}

pub(super) fn invite(code: u8, uses: u32) -> NewInvite {
    NewInvite {
        code_hash: [code; 32],
        uses,
        expires_at: Timestamp(NOW.0 + 1_000),
        founding: false,
        rooms: Vec::new(),
        role: HouseRole::Member,
    }
}

/// A public room.
pub(super) fn create_room(room: &str, topic: &str) -> Action {
    create_room_as(room, topic, Access::Public)
}

pub(super) fn create_room_as(room: &str, topic: &str, access: Access) -> Action {
    Action::CreateRoom {
        name: name(room),
        topic: topic.into(),
        change: Box::new(RoomChange {
            access: Some(access),
            ..RoomChange::default()
        }),
        owner: None,
    }
}

pub(super) fn enable(account: AccountId, enabled: bool) -> Action {
    Action::EnableAccount {
        account,
        enabled,
        reason: String::new(),
    }
}

pub(super) fn room_role(
    conversation: ConversationId,
    account: AccountId,
    role: RoomRole,
) -> Action {
    Action::SetRoomRole {
        conversation,
        account,
        role,
    }
}

pub(super) fn invite_in(conversation: ConversationId, account: AccountId) -> Action {
    Action::InviteToRoom {
        conversation,
        account,
    }
}

pub(super) fn kick(conversation: ConversationId, account: AccountId) -> Action {
    Action::Kick {
        conversation,
        account,
        reason: "loud".into(),
    }
}

/// For good, or until so many milliseconds after [`NOW`].
pub(super) fn ban(
    conversation: ConversationId,
    account: AccountId,
    until: impl Into<Option<i64>>,
) -> Action {
    Action::Ban {
        conversation,
        account,
        until: until.into().map(|until| Timestamp(NOW.0 + until)),
        reason: "loud".into(),
    }
}

pub(super) fn unban(conversation: ConversationId, account: AccountId) -> Action {
    Action::Unban {
        conversation,
        account,
    }
}

/// As [`ban`].
pub(super) fn mute(
    conversation: ConversationId,
    account: AccountId,
    until: impl Into<Option<i64>>,
) -> Action {
    Action::Mute {
        conversation,
        account,
        until: until.into().map(|until| Timestamp(NOW.0 + until)),
        reason: "loud".into(),
    }
}

pub(super) fn unmute(conversation: ConversationId, account: AccountId) -> Action {
    Action::Unmute {
        conversation,
        account,
    }
}

pub(super) fn delete_message(conversation: ConversationId, seq: u64) -> Action {
    Action::DeleteMessage {
        conversation,
        seq: Seq(seq),
        reason: "rude".into(),
    }
}

pub(super) fn report(conversation: ConversationId, seq: u64, reason: &str) -> Action {
    Action::Report {
        conversation,
        seq: Seq(seq),
        reason: reason.into(),
    }
}

pub(super) fn rename(conversation: ConversationId, room: &str) -> Action {
    Action::RenameRoom {
        conversation,
        name: name(room),
    }
}

pub(super) fn change(conversation: ConversationId, change: RoomChange) -> Action {
    Action::ChangeRoom {
        conversation,
        change: Box::new(change),
    }
}

pub(super) fn delete_room(conversation: ConversationId, name: &str) -> Action {
    Action::DeleteRoom {
        conversation,
        name: name.into(),
    }
}

pub(super) fn restore(conversation: ConversationId) -> Action {
    Action::RestoreRoom { conversation }
}

pub(super) fn join(conversation: ConversationId) -> Action {
    Action::Join { conversation }
}

pub(super) fn leave(conversation: ConversationId) -> Action {
    Action::Leave { conversation }
}

pub(super) fn set_topic(conversation: ConversationId, topic: &str) -> Action {
    Action::SetTopic {
        conversation,
        topic: topic.into(),
    }
}

pub(super) fn direct(with: &[AccountId]) -> Action {
    Action::OpenDirect {
        with: with.to_vec(),
    }
}

pub(super) fn post(conversation: ConversationId, text: &str) -> Action {
    Action::Post {
        conversation,
        text: text.into(),
    }
}

pub(super) fn mark(conversation: ConversationId, marks: &[(AccountId, u64)]) -> Action {
    Action::MarkRead {
        conversation,
        marks: marks.iter().map(|(who, seq)| (*who, Seq(*seq))).collect(),
    }
}

pub(super) fn at(conversation: ConversationId, seq: u64) -> Outcome {
    Outcome::Done {
        conversation: Some(conversation),
        seq: Some(Seq(seq)),
    }
}

/// An entry of the house feed as it is expected.
pub(super) fn in_house(seq: u64, by: impl Into<Option<AccountId>>, body: EntryBody) -> Appended {
    expected(FeedKey::House, seq, by.into(), 0, body)
}

/// An entry of somebody's own feed as it is expected.
pub(super) fn in_own(
    account: AccountId,
    seq: u64,
    by: impl Into<Option<AccountId>>,
    body: EntryBody,
) -> Appended {
    expected(FeedKey::Account(account), seq, by.into(), 0, body)
}

/// An entry of a conversation as it is expected, with its posts.
pub(super) fn inside(
    conversation: ConversationId,
    (seq, posts): (u64, u64),
    by: impl Into<Option<AccountId>>,
    body: EntryBody,
) -> Appended {
    let feed = FeedKey::Conversation(conversation);
    expected(feed, seq, by.into(), posts, body)
}

fn expected(
    feed: FeedKey,
    seq: u64,
    by: Option<AccountId>,
    posts: u64,
    body: EntryBody,
) -> Appended {
    Appended {
        feed,
        entry: Entry {
            seq: Seq(seq),
            at: NOW,
            by,
            posts,
            body,
        },
    }
}

pub(super) fn role_set(account: AccountId, role: RoomRole) -> EntryBody {
    EntryBody::RoleSet { account, role }
}

pub(super) fn joined(account: AccountId) -> EntryBody {
    EntryBody::Joined { account }
}

pub(super) fn added(conversation: ConversationId) -> EntryBody {
    EntryBody::ConversationAdded { conversation }
}

pub(super) fn removed(conversation: ConversationId) -> EntryBody {
    put_out(conversation, "")
}

pub(super) fn put_out(conversation: ConversationId, reason: &str) -> EntryBody {
    EntryBody::ConversationRemoved {
        conversation,
        reason: reason.into(),
        banned: false,
        until: None,
    }
}

/// The same by a ban; nothing: for good.
pub(super) fn banned_from(
    conversation: ConversationId,
    until: Option<i64>,
    reason: &str,
) -> EntryBody {
    EntryBody::ConversationRemoved {
        conversation,
        reason: reason.into(),
        banned: true,
        until: until.map(|until| Timestamp(NOW.0 + until)),
    }
}

pub(super) fn read(conversation: ConversationId, seq: u64, posts: u64) -> EntryBody {
    EntryBody::Read {
        conversation,
        seq: Seq(seq),
        posts,
    }
}

pub(super) fn posted(text: &str) -> EntryBody {
    EntryBody::Posted { text: text.into() }
}
