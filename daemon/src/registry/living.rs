//! Which rooms live: made when the first session follows a conversation, ended with the last, and made again
//! where one died.

use super::Registry;
use super::messages::{CloseRoom, OpenRooms};
use crate::abort::AbortOnPanic;
use crate::journal::WorkerId;
use crate::room::messages::{EndRoom, Interest, RoomDied};
use crate::room::{Room, RoomId, Start};
use actix::{Addr, Context, Handler};
use chat_shared::ConversationId;
use std::collections::BTreeSet;

/// A room and who follows it.
pub(super) struct LiveRoom {
    id: RoomId,
    pub(super) addr: Addr<Room>,
    interested: BTreeSet<WorkerId>,
}

impl Registry {
    fn open_room(&mut self, conversation: ConversationId, worker: WorkerId) -> Addr<Room> {
        let Some(room) = self.rooms.get_mut(&conversation) else {
            return self.start_room(conversation, BTreeSet::from([worker]), Start::First);
        };
        if room.interested.insert(worker) {
            let interest = Interest {
                worker,
                follows: true,
            };
            let _ = room.addr.try_send(interest);
        }
        if room.addr.connected() {
            return room.addr.clone();
        }
        // It died, and the word of that is still on its way.
        let interested = room.interested.clone();
        self.start_room(conversation, interested, Start::Again)
    }

    fn start_room(
        &mut self,
        conversation: ConversationId,
        interested: BTreeSet<WorkerId>,
        start: Start,
    ) -> Addr<Room> {
        self.last_incarnation += 1;
        let id = RoomId {
            conversation,
            incarnation: self.last_incarnation,
        };
        let addr = Room::open(id, interested.clone(), &self.around, start);
        let room = LiveRoom {
            id,
            addr: addr.clone(),
            interested,
        };
        self.rooms.insert(conversation, room);
        addr
    }
}

impl Handler<OpenRooms> for Registry {
    type Result = ();

    fn handle(&mut self, open: OpenRooms, _: &mut Context<Self>) {
        let _abort = AbortOnPanic("registry");
        let rooms = open.conversations.into_iter();
        let opened = rooms
            .map(|room| (room, self.open_room(room, open.worker)))
            .collect();
        let _ = open.reply.send(opened);
    }
}

impl Handler<CloseRoom> for Registry {
    type Result = ();

    fn handle(&mut self, close: CloseRoom, _: &mut Self::Context) {
        let _abort = AbortOnPanic("registry");
        let Some(room) = self.rooms.get_mut(&close.conversation) else {
            return;
        };
        room.interested.remove(&close.worker);
        if room.interested.is_empty() {
            // First, so that no commit is told to a room that ends before it has heard of it.
            self.around.journal.unwatch(close.conversation);
            let _ = room.addr.try_send(EndRoom);
            self.rooms.remove(&close.conversation);
        } else {
            let _ = room.addr.try_send(Interest {
                worker: close.worker,
                follows: false,
            });
        }
    }
}

impl Handler<RoomDied> for Registry {
    type Result = ();

    fn handle(&mut self, died: RoomDied, _: &mut Self::Context) {
        let _abort = AbortOnPanic("registry");
        let conversation = died.room.conversation;
        // Another may have taken its place already.
        if self
            .rooms
            .get(&conversation)
            .is_some_and(|room| room.id == died.room)
            && let Some(room) = self.rooms.remove(&conversation)
        {
            tracing::error!(%conversation, "a room died and is made again");
            self.start_room(conversation, room.interested, Start::Again);
        }
    }
}
