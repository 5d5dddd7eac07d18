//! Random histories: what people are going to want, and the commands that come of it.

use super::harness::{
    ANNA, BERT, GENERAL, NOW, add_device, change, command, create_room, create_room_as,
    delete_message, delete_room, direct, enable, found, invite_in, join, kick, leave, mark,
    numbered, once, post, register, register_as, rename, report, restore, room_role, set_topic,
    unban, unmute, verifier,
};
use super::model::Model;
use crate::journal::command::{Action, Admission, Command, NewInvite};
use crate::journal::outcome::{Outcome, Refusal};
use crate::store::FeedKey;
use chat_shared::{
    Access, AccountId, ConversationId, DeviceId, Entry, EntryBody, HistoryFrom, HouseRole,
    InviteId, RoomChange, RoomRole, Timestamp,
};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// Some of them look alike.
const NAMES: [&str; 8] = [
    "anna", "bert", "cleo", "dora", "olga", "0lga", "otto", "0tt0",
];
const ROOMS: [&str; 5] = ["lunch", "pool", "p00l", "general", "news"];
const TOPICS: [&str; 3] = ["", "today", "tomorrow"];
const ACCESS: [Access; 3] = [Access::Public, Access::Private, Access::Hidden];
const HOUSE_ROLES: [HouseRole; 4] = [
    HouseRole::Guest,
    HouseRole::Member,
    HouseRole::Moderator,
    HouseRole::Administrator,
];
const ROOM_ROLES: [RoomRole; 4] = [
    RoomRole::Guest,
    RoomRole::Member,
    RoomRole::Moderator,
    RoomRole::Owner,
];

/// Between two commands, so that a slow room lets somebody write again after some.
const STEP_MS: i64 = 97;

/// What somebody is going to want; numbers pick from what there is by then.
#[derive(Clone, Debug)]
pub(super) enum Wish {
    Register {
        name: u8,
        way: u8,
    },
    Enable {
        who: u8,
        enabled: bool,
    },
    SetHouseRole {
        who: u8,
        role: u8,
    },
    Expire,
    Reset {
        name: u8,
    },
    AddDevice {
        by: u8,
    },
    RevokeDevice {
        by: u8,
        device: u8,
    },
    AddInvite {
        uses: u8,
        lasts: u8,
        founding: bool,
    },
    RevokeInvite(u8),
    /// Mostly something that waits.
    Dismiss {
        by: u8,
        item: u8,
    },
    Numbered(Deed, Number),
    Plain {
        by: u8,
        deed: Deed,
    },
    /// By the administrator at the machine.
    Machine(Deed),
    Again(u8),
}

#[derive(Clone, Debug)]
pub(super) enum Deed {
    CreateRoom {
        name: u8,
        topic: u8,
        access: u8,
    },
    Rename {
        room: u8,
        name: u8,
    },
    Change {
        room: u8,
        what: u8,
    },
    /// Mostly with the right name.
    DeleteRoom {
        room: u8,
        name: u8,
    },
    Restore(u8),
    /// What is done to somebody in a room.
    To {
        room: u8,
        who: u8,
        act: Act,
    },
    DeleteMessage {
        room: u8,
        seq: u8,
    },
    Report {
        room: u8,
        seq: u8,
    },
    Join(u8),
    Leave(u8),
    SetTopic(u8, u8),
    Direct(Vec<u8>),
    Post(u8),
    MarkRead(u8, Vec<(u8, u8)>),
}

#[derive(Clone, Debug)]
pub(super) enum Act {
    Invite,
    Uninvite,
    SetRole(u8),
    Kick,
    Ban(u8),
    Unban,
    Mute(u8),
    Unmute,
}

#[derive(Clone, Debug)]
pub(super) struct Number {
    device: u8,
    stream: u8,
    /// 0: any; up to 2: far ahead; else the next.
    pick: u8,
    any: u8,
    settled: u8,
}

fn act() -> impl Strategy<Value = Act> {
    let n = any::<u8>;
    prop_oneof![
        5 => Just(Act::Invite),
        1 => Just(Act::Uninvite),
        3 => n().prop_map(Act::SetRole),
        2 => Just(Act::Kick),
        2 => n().prop_map(Act::Ban),
        2 => Just(Act::Unban),
        3 => n().prop_map(Act::Mute),
        2 => Just(Act::Unmute),
    ]
}

fn deed() -> impl Strategy<Value = Deed> {
    let n = any::<u8>;
    prop_oneof![
        2 => (n(), n(), n())
            .prop_map(|(name, topic, access)| Deed::CreateRoom { name, topic, access }),
        1 => (n(), n()).prop_map(|(room, name)| Deed::Rename { room, name }),
        3 => (n(), n()).prop_map(|(room, what)| Deed::Change { room, what }),
        1 => (n(), n()).prop_map(|(room, name)| Deed::DeleteRoom { room, name }),
        2 => n().prop_map(Deed::Restore),
        8 => (n(), n(), act()).prop_map(|(room, who, act)| Deed::To { room, who, act }),
        2 => (n(), n()).prop_map(|(room, seq)| Deed::DeleteMessage { room, seq }),
        1 => (n(), n()).prop_map(|(room, seq)| Deed::Report { room, seq }),
        4 => n().prop_map(Deed::Join),
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
        2 => (n(), any::<bool>()).prop_map(|(who, enabled)| Wish::Enable { who, enabled }),
        2 => (n(), n()).prop_map(|(who, role)| Wish::SetHouseRole { who, role }),
        1 => Just(Wish::Expire),
        1 => n().prop_map(|name| Wish::Reset { name }),
        3 => n().prop_map(|by| Wish::AddDevice { by }),
        1 => (n(), n()).prop_map(|(by, device)| Wish::RevokeDevice { by, device }),
        2 => (0..4u8, n(), any::<bool>())
            .prop_map(|(uses, lasts, founding)| Wish::AddInvite { uses, lasts, founding }),
        1 => n().prop_map(Wish::RevokeInvite),
        4 => (n(), n()).prop_map(|(by, item)| Wish::Dismiss { by, item }),
        24 => (deed(), number).prop_map(|(deed, number)| Wish::Numbered(deed, number)),
        8 => (n(), deed()).prop_map(|(by, deed)| Wish::Plain { by, deed }),
        8 => deed().prop_map(Wish::Machine),
        6 => n().prop_map(Wish::Again),
    ]
}

/// Batches of wishes, each with what comes after it: nothing, another engine, another process.
pub(super) fn story() -> impl Strategy<Value = Vec<(Vec<Wish>, u8)>> {
    prop::collection::vec((prop::collection::vec(wish(), 1..16), 0..6u8), 1..14)
}

/// The people, devices and conversations that each story begins with.
pub(super) fn beginning() -> Vec<Command> {
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
pub(super) struct Teller {
    pub(super) model: Model,
    commands: u32,
    invites: u8,
    nonces: BTreeMap<(DeviceId, u8), u64>,
    sent: Vec<Command>,
}

impl Teller {
    pub(super) fn tell(&mut self, wish: Wish) -> (Command, Result<Outcome, Refusal>) {
        let mut command = self.command(wish);
        self.commands += 1;
        command.at = Timestamp(NOW.0 + i64::from(self.commands) * STEP_MS);
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
            Wish::Enable { who, enabled } => command(None, enable(self.person(who), enabled)),
            Wish::SetHouseRole { who, role } => {
                let account = self.person(who);
                let role = HOUSE_ROLES[usize::from(role) % HOUSE_ROLES.len()];
                command(None, Action::SetHouseRole { account, role })
            }
            Wish::Expire => command(None, Action::Expire),
            Wish::Machine(deed) => command(None, self.action(deed)),
            Wish::Reset { name: pick } => command(
                None,
                Action::ResetPassword {
                    name: name(pick).into(),
                    verifier: Box::new(verifier(pick)),
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
                        expires_at: Timestamp(NOW.0 + i64::from(lasts) * STEP_MS),
                        founding,
                        rooms: Vec::new(),
                        role: HouseRole::Member,
                    }),
                )
            }
            Wish::RevokeInvite(pick) => {
                let invite = InviteId(u64::from(pick) % (u64::from(self.invites) + 1));
                command(None, Action::RevokeInvite { invite })
            }
            Wish::Dismiss { by, item } => {
                let (by, item) = self.waiting(by, item);
                command(by, Action::DismissInbox { item: Some(item) })
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
            Deed::CreateRoom {
                name,
                topic: pick,
                access,
            } => create_room_as(
                room_name(name),
                topic(pick),
                ACCESS[usize::from(access) % ACCESS.len()],
            ),
            Deed::Rename { room, name } => rename(self.room(room), room_name(name)),
            Deed::Change { room, what } => change(self.room(room), room_change(what)),
            Deed::DeleteRoom { room, name } => {
                let room = self.room(room);
                let talk = self.model.talks.get(&room);
                let own = talk.and_then(|talk| talk.room.as_ref());
                match own {
                    Some(own) if name < 200 => delete_room(room, &own.name),
                    _ => delete_room(room, room_name(name)),
                }
            }
            Deed::Restore(pick) => restore(self.restorable(pick)),
            Deed::To { room, who, act } => self.to(self.room(room), who, act),
            Deed::DeleteMessage { room, seq } => {
                let room = self.talk(room);
                delete_message(room, self.message(room, seq))
            }
            Deed::Report { room, seq } => {
                let room = self.talk(room);
                report(room, self.message(room, seq), topic(seq))
            }
            Deed::Join(room) => join(self.room(room)),
            Deed::Leave(room) => leave(self.talk(room)),
            Deed::SetTopic(room, pick) => set_topic(self.talk(room), topic(pick)),
            Deed::Direct(with) => {
                let with: Vec<_> = with.into_iter().map(|pick| self.person(pick)).collect();
                direct(&with)
            }
            Deed::Post(room) => {
                let number = self.commands;
                let mention = match room % 3 {
                    0 => format!("post {number} for @{}", NAMES[room as usize % NAMES.len()]),
                    _ => format!("post {number}"),
                };
                post(self.talk(room), &mention)
            }
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

impl Teller {
    /// Mostly a room.
    fn room(&self, pick: u8) -> ConversationId {
        let rooms = self
            .model
            .talks
            .iter()
            .filter(|(_, talk)| talk.room.is_some());
        let rooms: Vec<_> = rooms.map(|(id, _)| *id).collect();
        match rooms.len() {
            count if count > 0 && pick < 224 => rooms[usize::from(pick) % count],
            _ => self.talk(pick),
        }
    }

    /// Mostly one of these.
    fn one_of<'a>(&self, people: impl Iterator<Item = &'a AccountId>, pick: u8) -> AccountId {
        let people: Vec<_> = people.collect();
        match people.len() {
            count if count > 0 && pick < 224 => *people[usize::from(pick) % count],
            _ => self.person(pick),
        }
    }

    /// Something in somebody's inbox, where there is anything in any.
    fn waiting(&self, who: u8, pick: u8) -> (AccountId, u64) {
        let people = self.model.people.iter();
        let items = people.flat_map(|(account, person)| {
            let items = person.inbox.keys();
            items.map(|item| (*account, *item))
        });
        let items: Vec<_> = items.collect();
        match items.len() {
            count if count > 0 && who < 224 => items[usize::from(pick) % count],
            _ => (self.person(who), pick.into()),
        }
    }

    /// One that was deleted, where there is one.
    fn restorable(&self, pick: u8) -> ConversationId {
        let deleted = self.model.talks.iter().filter(|(_, talk)| talk.is_deleted);
        let deleted: Vec<_> = deleted.map(|(id, _)| *id).collect();
        match deleted.len() {
            0 => self.talk(pick),
            count => deleted[usize::from(pick) % count],
        }
    }

    /// A place in a conversation; mostly of a message, where there is one.
    fn message(&self, room: ConversationId, pick: u8) -> u64 {
        let entries = self.model.feed(FeedKey::Conversation(room));
        let is_post = |entry: &&Entry| matches!(entry.body, EntryBody::Posted { .. });
        let posts: Vec<u64> = entries
            .iter()
            .filter(is_post)
            .map(|entry| entry.seq.0)
            .collect();
        match posts.len() {
            count if count > 0 && pick < 200 => posts[usize::from(pick) % count],
            _ => u64::from(pick) % (entries.len() as u64 + 2),
        }
    }

    fn to(&self, conversation: ConversationId, who: u8, act: Act) -> Action {
        let account = match (self.model.talks.get(&conversation), &act) {
            // Half of them are invited already.
            (Some(talk), Act::Invite) if who.is_multiple_of(2) => {
                self.one_of(talk.invited.keys(), who)
            }
            (Some(talk), Act::Uninvite) => self.one_of(talk.invited.keys(), who),
            (Some(talk), Act::Unban) => self.one_of(talk.bans.keys(), who),
            (Some(talk), Act::Unmute) => self.one_of(talk.mutes.keys(), who),
            (Some(talk), Act::SetRole(_) | Act::Kick | Act::Mute(_)) => {
                self.one_of(talk.members.keys(), who)
            }
            _ => self.person(who),
        };
        let until = |lasts: u8| {
            let last = NOW.0 + i64::from(self.commands) * STEP_MS + i64::from(lasts) * 10;
            (!lasts.is_multiple_of(4)).then_some(Timestamp(last))
        };
        let reason = "reason".into();
        match act {
            Act::Invite => invite_in(conversation, account),
            Act::Uninvite => Action::UninviteFromRoom {
                conversation,
                account,
            },
            Act::SetRole(role) => {
                let role = ROOM_ROLES[usize::from(role) % ROOM_ROLES.len()];
                room_role(conversation, account, role)
            }
            Act::Kick => kick(conversation, account),
            Act::Ban(lasts) => Action::Ban {
                conversation,
                account,
                until: until(lasts),
                reason,
            },
            Act::Unban => unban(conversation, account),
            Act::Mute(lasts) => Action::Mute {
                conversation,
                account,
                until: until(lasts),
                reason,
            },
            Act::Unmute => unmute(conversation, account),
        }
    }
}

fn room_name(pick: u8) -> &'static str {
    ROOMS[usize::from(pick) % ROOMS.len()]
}

fn room_change(what: u8) -> RoomChange {
    let on = what & 1 == 0;
    let none = RoomChange::default();
    match what >> 1 & 7 {
        0 | 1 => RoomChange {
            access: Some(ACCESS[usize::from(what) % ACCESS.len()]),
            ..none
        },
        2 => RoomChange {
            history: Some(if on {
                HistoryFrom::Beginning
            } else {
                HistoryFrom::Joining
            }),
            ..none
        },
        3 => RoomChange {
            archived: Some(on),
            ..none
        },
        4 => RoomChange {
            read_only: Some(on),
            slow_secs: Some(u32::from(on)),
            ..none
        },
        5 => RoomChange {
            slow_secs: Some(u32::from(on)),
            ..none
        },
        6 => RoomChange {
            for_newcomers: Some(on),
            access: on.then_some(Access::Public),
            archived: on.then_some(false),
            ..none
        },
        _ => RoomChange {
            access: Some(Access::Public),
            archived: Some(false),
            read_only: Some(false),
            ..none
        },
    }
}
