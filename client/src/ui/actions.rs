//! What a finished line does: it is said, or it is a command.

use super::app::App;
use super::here::Here;
use super::layout::PeoplePane;
use super::overlay::Subject;
use crate::input::{Action, Line, Notices, Which, commands};
use crate::model::{Conversation, Kind, Update};
use crate::net::{Command, Order};
use chat_shared::names::RoomName;
use chat_shared::{AccountId, Command as Act};
use std::collections::BTreeSet;

impl App {
    pub(super) fn enter(&mut self) {
        if let Some(conversation) = self.asks_name.take() {
            let name = self.editor.take();
            return self.delete_named(conversation, &name);
        }
        let line = match commands::read(self.editor.text()) {
            Ok(line) => line,
            // The text stays in the line, to be mended.
            Err(why) => return self.tell_mistake(why),
        };
        match line {
            Line::Empty => {
                self.editor.take();
            }
            Line::Say(text) => {
                let Some(conversation) = self.open_id() else {
                    return self.tell(
                        "there is no conversation to say this in: /join #ROOM or /msg NAME first",
                    );
                };
                if text.len() > chat_shared::limits::MESSAGE_BYTES {
                    let limit = chat_shared::limits::MESSAGE_BYTES;
                    return self.tell(format!(
                        "this is {} bytes long, a message has at most {limit}",
                        text.len()
                    ));
                }
                self.finish_line();
                // What was chosen was not meant any more.
                self.chosen = None;
                if self.here == Here::Away {
                    self.set_here(Here::Yes);
                }
                self.send(Command::Do(Order::Post { conversation, text }));
                self.follow();
            }
            Line::Do(action) => {
                self.finish_line();
                self.postponed.push(action);
                self.act_on_postponed();
            }
        }
    }

    /// Does what was entered, once the names of people and rooms are known that it may be about.
    pub(super) fn act_on_postponed(&mut self) {
        if !self.model.is_learning_names() {
            for action in std::mem::take(&mut self.postponed) {
                self.act(action);
            }
        }
    }

    /// Tells why a line means nothing, in place of what was wrong with the one before.
    pub(super) fn tell_mistake(&mut self, text: String) {
        let conversation = self.open_id();
        self.take(Update::Mistake { conversation, text });
        self.follow();
    }

    fn finish_line(&mut self) {
        let line = self.editor.take();
        self.history.push(&line);
    }

    fn act(&mut self, action: Action) {
        match action {
            Action::Join(room) => self.join(&room),
            Action::Leave(room) => self.leave(room.as_ref()),
            Action::Create {
                room,
                access,
                topic,
            } => self.send(Command::Do(Order::CreateRoom {
                name: room.into(),
                topic,
                access,
            })),
            Action::Topic(text) => self.topic(text),
            Action::Message { to, text } => {
                if !self.is_name_cut(&to, text.as_deref())
                    && let Some(with) = self.persons(&to)
                {
                    self.talk_to(with, text);
                }
            }
            Action::Delete(reason) => self.delete_message(reason),
            Action::Report(reason) => self.report_message(reason),
            Action::Unfold => self.toggle_folded(),

            Action::Profile(change) => self.profile(change),
            Action::Status { text, for_ms } => {
                let until = self.ends(for_ms);
                self.act_on(Act::SetStatus { text, until });
            }
            Action::Be(state) => self.be(state),
            Action::Who(since_ms) => self.who(since_ms),
            Action::Card(name) => self.card(name.as_ref()),
            Action::Find(text) => self.look_at(Subject::Found(text), ""),
            Action::Contacts => self.look_at(Subject::Contacts, ""),
            Action::Contact(act) => self.contact(act),
            Action::Block(name) => {
                if let Some(account) = self.person(&name) {
                    self.act_on(Act::Block { account });
                }
            }
            Action::Unblock(name) => {
                if let Some(account) = self.person(&name) {
                    self.act_on(Act::Unblock { account });
                }
            }
            Action::Inbox => self.look_at(Subject::Inbox, ""),
            Action::Dismiss => self.dismiss_item(None),
            Action::Announce { to, text } => self.announce(to, text),

            Action::Rooms(text) => self.look_at(Subject::Rooms, &text),
            Action::Room => self.show_room(),
            Action::Change(change) => self.act_here(|conversation| Act::ChangeRoom {
                conversation,
                change,
            }),
            Action::Rename(name) => self.act_here(|conversation| Act::RenameRoom {
                conversation,
                name: name.into(),
            }),
            Action::DeleteRoom(name) => self.delete_room(name),
            Action::Bans => self.restrictions(),
            Action::Invite(_)
            | Action::Uninvite(_)
            | Action::Role { .. }
            | Action::Kick { .. }
            | Action::Ban { .. }
            | Action::Unban(_)
            | Action::Mute { .. }
            | Action::Unmute(_) => self.moderate(action),

            Action::Invitation {
                uses,
                for_ms,
                rooms,
            } => self.make_invitation(uses, for_ms, &rooms),
            Action::Invitations => self.look_at(Subject::Invitations, ""),
            Action::EndInvitation(invite) => self.act_on(Act::RevokeInvite { invite }),

            Action::House(act) => self.keep_house(act),

            Action::Devices => self.look_at(Subject::Devices, ""),
            Action::Revoke(Which::Others) => self.act_on(Act::RevokeOtherDevices {}),
            Action::Revoke(Which::One(device)) => self.send(Command::RevokeDevice { device }),
            Action::Passwd => self.tell(
                "a password is typed outside of the screen: /quit, then chatc passwd (it asks for both)",
            ),
            Action::Notices(wanted) => self.set_notices(wanted),
            Action::People => self.toggle_people(),
            Action::Help(word) => self.look_at(Subject::Help, &word),
            Action::Quit => self.quit(),
        }
    }

    /// What is done to somebody in the open room.
    fn moderate(&mut self, action: Action) {
        match action {
            Action::Invite(who) => {
                self.act_on_person(&who, |conversation, account| Act::InviteToRoom {
                    conversation,
                    account,
                })
            }
            Action::Uninvite(who) => {
                self.act_on_person(&who, |conversation, account| Act::UninviteFromRoom {
                    conversation,
                    account,
                })
            }
            Action::Role { who, role } => {
                self.act_on_person(&who, |conversation, account| Act::SetRoomRole {
                    conversation,
                    account,
                    role,
                })
            }
            Action::Kick { who, reason } => {
                self.act_on_person(&who, |conversation, account| Act::Kick {
                    conversation,
                    account,
                    reason,
                })
            }
            Action::Ban {
                who,
                for_ms,
                reason,
            } => {
                let until = self.ends(for_ms);
                self.act_on_person(&who, |conversation, account| Act::Ban {
                    conversation,
                    account,
                    until,
                    reason,
                });
            }
            Action::Unban(who) => self.act_on_person(&who, |conversation, account| Act::Unban {
                conversation,
                account,
            }),
            Action::Mute {
                who,
                for_ms,
                reason,
            } => {
                let until = self.ends(for_ms);
                self.act_on_person(&who, |conversation, account| Act::Mute {
                    conversation,
                    account,
                    until,
                    reason,
                });
            }
            Action::Unmute(who) => self.act_on_person(&who, |conversation, account| Act::Unmute {
                conversation,
                account,
            }),
            _ => {}
        }
    }

    fn set_notices(&mut self, wanted: Option<Notices>) {
        self.notices = wanted.unwrap_or(self.notices);
        self.note = Some(format!("comings and goings: {}", self.notices.word()));
    }

    fn join(&mut self, room: &RoomName) {
        match self.model.room_named(room.as_str()) {
            Some(id) if self.model.conversation(id).is_some() => self.open(id),
            Some(conversation) => self.send(Command::Do(Order::Join { conversation })),
            None => self.tell_mistake(format!(
                "there is no room #{room}: /rooms tells those there are, /create #{room} makes it"
            )),
        }
    }

    fn leave(&mut self, room: Option<&RoomName>) {
        let id = match room {
            Some(room) => self.model.room_named(room.as_str()),
            None => self.open_id(),
        };
        match id.and_then(|id| self.model.conversation(id)) {
            None => self.tell("you are not in that room"),
            Some(there) if !there.is_room() => {
                self.tell("a direct conversation cannot be left, only rooms can");
            }
            Some(there) => self.send(Command::Do(Order::Leave {
                conversation: there.id(),
            })),
        }
    }

    fn topic(&mut self, text: Option<String>) {
        let Some(open) = self.model.open_conversation().filter(|open| open.is_room()) else {
            return self.tell("only rooms have a topic");
        };
        let conversation = open.id();
        match text {
            Some(topic) if topic.len() > chat_shared::limits::TOPIC_BYTES => {
                let limit = chat_shared::limits::TOPIC_BYTES;
                self.tell(format!(
                    "this is {} bytes long, a topic has at most {limit}",
                    topic.len()
                ));
            }
            Some(topic) => self.send(Command::Do(Order::SetTopic {
                conversation,
                topic,
            })),
            None if open.topic().is_empty() => self.tell("this room has no topic"),
            None => {
                let topic = open.topic().to_owned();
                self.tell(format!("the topic is: {topic}"));
            }
        }
    }

    /// Goes to the direct conversation with these people; where there is none yet, the daemon makes it.
    pub(super) fn talk_to(&mut self, with: Vec<AccountId>, text: Option<String>) {
        if with.iter().all(|account| self.model.is_me(*account)) {
            return self.tell("that is you: name somebody else");
        }
        let mut all: BTreeSet<_> = with.iter().copied().collect();
        all.extend(self.model.me().map(|me| me.account));
        let there = self
            .model
            .conversations()
            .into_iter()
            .find(|there| matches!(there.kind(), Kind::Direct { members } if *members == all));
        let Some(conversation) = there.map(Conversation::id) else {
            return self.send(Command::Do(Order::OpenDirect { with, say: text }));
        };
        self.open(conversation);
        if let Some(text) = text {
            self.send(Command::Do(Order::Post { conversation, text }));
        }
    }

    pub(super) fn toggle_people(&mut self) {
        self.pane = if self.layout.people.is_some() {
            PeoplePane::Hidden
        } else {
            PeoplePane::Shown
        };
    }
}
