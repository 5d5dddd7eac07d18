//! What people may want, by chance: sensible often enough to be done, and senseless now and then.

use super::Chance;
use chat_shared::{
    Access, AccountId, Audience, Command, ConversationId, HistoryFrom, HouseRole, Nonce, Profile,
    Request, RoomChange, RoomRole, Seq,
};
use chat_tests::TestClient;
use std::collections::BTreeMap;

/// What there is, as far as those who act have to know.
pub(super) struct World {
    people: Vec<AccountId>,
    rooms: BTreeMap<ConversationId, String>,
    newest: u64,
    words: u64,
}

const ROLES: [RoomRole; 4] = [
    RoomRole::Guest,
    RoomRole::Member,
    RoomRole::Moderator,
    RoomRole::Owner,
];
const ACCESS: [Access; 4] = [
    Access::Public,
    Access::Public,
    Access::Private,
    Access::Hidden,
];

impl World {
    pub(super) fn new(people: Vec<AccountId>) -> Self {
        Self {
            people,
            rooms: BTreeMap::from([(ConversationId(1), "general".to_owned())]),
            newest: 1,
            words: 0,
        }
    }

    /// This was done.
    pub(super) fn done(&mut self, request: &Request, conversation: Option<ConversationId>) {
        let Some(conversation) = conversation else {
            return;
        };
        self.newest = self.newest.max(conversation.0);
        match request {
            Request::CreateRoom { name, .. }
            | Request::Command {
                command: Command::RenameRoom { name, .. },
                ..
            } => {
                self.rooms.insert(conversation, name.clone());
            }
            _ => {}
        }
    }

    /// A word that was never said.
    fn word(&mut self) -> String {
        self.words += 1;
        format!("w{}", self.words)
    }

    fn place(&self, chance: &mut Chance) -> ConversationId {
        ConversationId(1 + chance.below(self.newest))
    }

    /// A message of a conversation that the client knows, if it knows one.
    fn message(chance: &mut Chance, client: &TestClient, place: ConversationId) -> Seq {
        let newest = client
            .entries_of(place)
            .last()
            .map_or(1, |entry| entry.seq.0);
        Seq(1 + chance.below(newest))
    }

    /// What somebody wants now.
    pub(super) fn request(&mut self, chance: &mut Chance, client: &mut TestClient) -> Request {
        let place = self.place(chance);
        if chance.one_in(14) {
            let seq = Self::message(chance, client, ConversationId(1));
            let conversation = ConversationId(1);
            return Request::MarkRead { conversation, seq };
        }
        let nonce = client.next_nonce();
        let settled = Nonce(nonce.0 - 1);
        match chance.below(10) {
            0 | 1 => {
                let mut text = self.word();
                if chance.one_in(3) {
                    text.push_str(&format!(" @person{}", chance.below(7)));
                }
                Request::Post {
                    nonce,
                    settled,
                    conversation: if chance.one_in(2) {
                        ConversationId(1)
                    } else {
                        place
                    },
                    text,
                }
            }
            2 if chance.one_in(2) => {
                let topic = if chance.one_in(2) {
                    self.word()
                } else {
                    String::new()
                };
                let name = self.word();
                let access = chance.of(&ACCESS);
                Request::CreateRoom {
                    nonce,
                    settled,
                    name,
                    topic,
                    access,
                }
            }
            2 | 3 => Request::Join {
                nonce,
                settled,
                conversation: place,
            },
            4 if chance.one_in(2) => Request::Leave {
                nonce,
                settled,
                conversation: place,
            },
            4 => {
                let count = 1 + chance.below(2);
                Request::OpenDirect {
                    nonce,
                    settled,
                    with: (0..count).map(|_| chance.of(&self.people)).collect(),
                }
            }
            5 => Request::SetTopic {
                nonce,
                settled,
                conversation: place,
                topic: self.word(),
            },
            number => {
                let command = match number {
                    6 => self.own(chance),
                    7 => self.of_room(chance, place),
                    8 => self.of_peace(chance, client, place),
                    _ => self.of_house(chance),
                };
                Request::Command {
                    nonce,
                    settled,
                    command,
                }
            }
        }
    }

    /// About oneself, contacts, blocks, the inbox.
    fn own(&mut self, chance: &mut Chance) -> Command {
        let account = chance.of(&self.people);
        match chance.below(9) {
            0 | 1 => Command::SetProfile {
                account: chance.one_in(3).then_some(account),
                profile: Profile {
                    display_name: self.word(),
                    about: if chance.one_in(2) {
                        self.word()
                    } else {
                        String::new()
                    },
                    ..Profile::default()
                },
            },
            2 => Command::SetStatus {
                text: if chance.one_in(3) {
                    String::new()
                } else {
                    self.word()
                },
                until: None,
            },
            3 | 4 => Command::PutContact {
                account,
                group: chance.of(&["", "work", "friends"]).to_owned(),
                favourite: chance.one_in(2),
            },
            5 => Command::RemoveContact { account },
            6 => Command::Block { account },
            7 => Command::Unblock { account },
            _ => Command::DismissInbox {
                item: Some(1 + chance.below(12)),
            },
        }
    }

    /// What a room is like.
    fn of_room(&mut self, chance: &mut Chance, conversation: ConversationId) -> Command {
        let change = |change| Command::ChangeRoom {
            conversation,
            change,
        };
        let some = RoomChange::default;
        match chance.below(9) {
            0 => Command::RenameRoom {
                conversation,
                name: self.word(),
            },
            1 => change(RoomChange {
                access: Some(chance.of(&ACCESS)),
                ..some()
            }),
            2 => change(RoomChange {
                description: Some(self.word()),
                read_only: Some(chance.one_in(4)),
                ..some()
            }),
            3 => change(RoomChange {
                archived: Some(chance.one_in(3)),
                ..some()
            }),
            4 => change(RoomChange {
                history: Some(if chance.one_in(2) {
                    HistoryFrom::Joining
                } else {
                    HistoryFrom::Beginning
                }),
                ..some()
            }),
            5 => change(RoomChange {
                for_newcomers: Some(chance.one_in(2)),
                ..some()
            }),
            // Never the first room: then nothing would happen any more.
            6 if conversation != ConversationId(1) => Command::DeleteRoom {
                conversation,
                name: self.rooms.get(&conversation).cloned().unwrap_or_default(),
            },
            _ => Command::RestoreRoom { conversation },
        }
    }

    /// Who is in it and as what, and what they said.
    fn of_peace(
        &mut self,
        chance: &mut Chance,
        client: &TestClient,
        conversation: ConversationId,
    ) -> Command {
        let account = chance.of(&self.people);
        let reason = || "for a reason".to_owned();
        match chance.below(12) {
            0 | 1 => Command::InviteToRoom {
                conversation,
                account,
            },
            2 => Command::UninviteFromRoom {
                conversation,
                account,
            },
            3 | 4 => Command::SetRoomRole {
                conversation,
                account,
                role: chance.of(&ROLES),
            },
            5 => Command::Kick {
                conversation,
                account,
                reason: reason(),
            },
            6 => Command::Ban {
                conversation,
                account,
                until: None,
                reason: reason(),
            },
            7 => Command::Unban {
                conversation,
                account,
            },
            8 => Command::Mute {
                conversation,
                account,
                until: None,
                reason: String::new(),
            },
            9 => Command::Unmute {
                conversation,
                account,
            },
            10 => Command::DeleteMessage {
                conversation,
                seq: Self::message(chance, client, conversation),
                reason: String::new(),
            },
            _ => Command::Report {
                conversation,
                seq: Self::message(chance, client, conversation),
                reason: reason(),
            },
        }
    }

    fn of_house(&mut self, chance: &mut Chance) -> Command {
        let account = chance.of(&self.people);
        match chance.below(8) {
            0 => Command::Announce {
                to: Audience::Everybody,
                text: self.word(),
            },
            1 => Command::Announce {
                to: Audience::People {
                    accounts: vec![account],
                },
                text: self.word(),
            },
            2 | 3 => Command::PutSharedGroup {
                name: chance.of(&["sales", "kitchen"]).to_owned(),
                members: vec![account],
            },
            4 => Command::RemoveSharedGroup {
                name: "sales".into(),
            },
            // Of the last one alone: somebody must be left who may do something.
            5 => Command::SetHouseRole {
                account: self.people[self.people.len() - 2],
                role: chance.of(&[HouseRole::Guest, HouseRole::Member, HouseRole::Moderator]),
            },
            6 => Command::DismissAnnouncement {
                announcement: 1 + chance.below(6),
            },
            _ => Command::DismissInbox { item: None },
        }
    }
}
