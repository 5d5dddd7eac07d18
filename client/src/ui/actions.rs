//! What a finished line does: it is said, or it is a command.

use super::app::{App, Here};
use super::layout::PeoplePane;
use super::presence;
use crate::input::{Action, Line, commands};
use crate::model::{Conversation, Kind};
use crate::net::{Command, Order};
use chat_shared::AccountId;
use chat_shared::names::{AccountName, RoomName};
use std::collections::BTreeSet;

impl App {
    pub(super) fn enter(&mut self) {
        let line = match commands::read(self.editor.text()) {
            Ok(line) => line,
            // The text stays in the line, to be mended.
            Err(why) => return self.tell(why),
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
                self.set_here(Here::Yes);
                self.send(Command::Do(Order::Post { conversation, text }));
                self.follow();
            }
            Line::Do(action) => {
                self.finish_line();
                self.act(action);
            }
        }
    }

    fn finish_line(&mut self) {
        let line = self.editor.take();
        self.history.push(&line);
    }

    fn act(&mut self, action: Action) {
        match action {
            Action::Join(room) => self.join(&room),
            Action::Leave(room) => self.leave(room.as_ref()),
            Action::Create { room, topic } => {
                self.send(Command::Do(Order::CreateRoom {
                    name: room.into(),
                    topic,
                }));
            }
            Action::Topic(text) => self.topic(text),
            Action::Message { to, text } => self.message(&to, text),
            Action::Who => self.who(),
            Action::Rooms => self.rooms(),
            Action::People => self.toggle_people(),
            Action::Away => self.set_here(Here::Away),
            Action::Back => self.set_here(Here::Yes),
            Action::Help => self.help(),
            Action::Quit => self.quit(),
        }
    }

    fn join(&mut self, room: &RoomName) {
        match self.model.room_named(room.as_str()) {
            Some(id) if self.model.conversation(id).is_some() => self.open(id),
            Some(conversation) => self.send(Command::Do(Order::Join { conversation })),
            None => self.tell(format!(
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

    fn message(&mut self, to: &[AccountName], text: Option<String>) {
        let mut with: Vec<AccountId> = Vec::new();
        for name in to {
            match self.model.people().named(name.as_str()) {
                Some(account) => with.push(account),
                None => return self.tell(format!("there is nobody called {name}")),
            }
        }
        self.talk_to(with, text);
    }

    /// Goes to the direct conversation with these people; where there is none yet, the daemon makes it.
    pub(super) fn talk_to(&mut self, with: Vec<AccountId>, text: Option<String>) {
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

    fn who(&mut self) {
        let people = self.model.people();
        let present: Vec<_> = people
            .present()
            .into_iter()
            .map(|(account, state)| {
                format!(
                    "{} {} ({})",
                    presence::mark(state),
                    people.name(account),
                    presence::word(state)
                )
            })
            .collect();
        let text = match present.len() {
            0 => "it is not known who is here".to_owned(),
            count => format!("{count} here\n{}", present.join("\n")),
        };
        self.tell(text);
    }

    fn rooms(&mut self) {
        let rooms: Vec<_> = self
            .model
            .directory()
            .iter()
            .map(|room| {
                let joined = if room.joined { "●" } else { " " };
                format!("{joined} #{}  {}", room.name, room.topic)
                    .trim_end()
                    .to_owned()
            })
            .collect();
        let text = match rooms.len() {
            0 => "there are no public rooms yet: /create #ROOM makes one".to_owned(),
            count => format!(
                "{count} public rooms, ● those you are in\n{}",
                rooms.join("\n")
            ),
        };
        self.tell(text);
    }

    fn help(&mut self) {
        let mut lines = commands::help();
        lines.push("//TEXT says a text that begins with a slash; F1 tells the keys".to_owned());
        self.tell(lines.join("\n"));
    }

    pub(super) fn toggle_people(&mut self) {
        self.pane = if self.layout.people.is_some() {
            PeoplePane::Hidden
        } else {
            PeoplePane::Shown
        };
    }
}
