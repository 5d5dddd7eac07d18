//! Invitations into the house: made, told, listed.

use super::app::App;
use super::cells::window;
use super::lists::{Look, name_of, short, when};
use super::overlay::{Entry, Subject, Target};
use crate::model::Invitation;
use crate::net::Command;
use chat_shared::names::RoomName;
use chat_shared::{ConversationId, HouseRole, InviteInfo, Request};

impl App {
    /// Asks for an invitation. It is no order: the link is told once, to whoever waits for it here.
    pub(super) fn make_invitation(&mut self, uses: u32, for_ms: i64, rooms: &[RoomName]) {
        if !self.model.connection().is_online() {
            return self
                .tell("an invitation is made with a connection only: try again once it is up");
        }
        let mut ids = Vec::new();
        for room in rooms {
            match self.model.room_named(room.as_str()) {
                Some(id) => ids.push(id),
                None => {
                    return self.tell(format!(
                        "there is no room #{room}: /rooms tells those there are"
                    ));
                }
            }
        }
        self.send(Command::Ask(Request::InviteNew {
            uses,
            expires_secs: u64::try_from(for_ms / 1_000).unwrap_or_default(),
            rooms: ids,
            role: HouseRole::Member,
        }));
    }

    /// Tells what to give away.
    pub(super) fn tell_invitation(&mut self, made: &Invitation) {
        let until = when(made.expires_at, &self.setup.zone);
        let mut text = format!(
            "invitation {} until {until}, code {}; to give away:",
            made.invite, made.code
        );
        for link in &made.links {
            text.push_str(&format!("\nchatc '{link}'"));
        }
        self.tell(text);
        self.look_at(Subject::Link(made.clone()), "");
    }
}

/// One that was just made, in rows that are full from edge to edge, so that nothing gets into what is copied but
/// the ends of rows, and those `chatc` leaves out of a link.
pub(super) fn link(made: &Invitation, look: Look) -> (String, Vec<Entry>) {
    let until = when(made.expires_at, look.zone);
    let mut entries = vec![
        Entry::says(format!("code {}, until {until}", made.code)),
        Entry::says("The house keeps no copy. Copy it whole: chatc leaves out the ends of rows."),
    ];
    for link in &made.links {
        entries.push(Entry::says(""));
        let mut rest = format!("chatc '{link}'");
        while !rest.is_empty() {
            let (row, _) = window(&rest, 0..look.width);
            let row = if row.is_empty() {
                rest.clone()
            } else {
                row.to_owned()
            };
            rest = rest.split_off(row.len());
            entries.push(Entry::says(row));
        }
    }
    (format!("invitation {}", made.invite), entries)
}

/// Those that hold.
pub(super) fn list(look: Look) -> (String, Vec<Entry>) {
    let Some(invites) = look.model.invites() else {
        return ("the invitations are on their way …".to_owned(), Vec::new());
    };
    let title = match invites.len() {
        0 => "no invitation holds: /invitation makes one",
        _ => "invitations: /end-invitation ID ends one",
    };
    let rows = invites.iter().map(|invite| row(invite, look));
    (title.to_owned(), rows.collect())
}

fn row(invite: &InviteInfo, look: Look) -> Entry {
    let InviteInfo {
        invite: id,
        uses_left,
        ..
    } = invite;
    let until = short(invite.expires_at, look);
    let mut text = format!("{id}  {uses_left} left until {until}");
    if invite.role == HouseRole::Guest {
        text.push_str(" · as guest");
    }
    if invite.by.is_none_or(|by| !look.model.is_me(by)) {
        text = format!("{text} · by {}", name_of(invite.by, look));
    }
    if !invite.rooms.is_empty() {
        let rooms = invite.rooms.iter().map(|room| room_name(*room, look));
        text = format!("{text} · {}", rooms.collect::<Vec<_>>().join(", "));
    }
    Entry::leads(text, Target::Write(format!("/end-invitation {id}")))
}

/// What a room is called, as far as one can find it.
fn room_name(id: ConversationId, look: Look) -> String {
    let mut rooms = look.model.directory().into_iter();
    look.model
        .title_of(id)
        .or_else(|| {
            let room = rooms.find(|room| room.conversation == id)?;
            Some(format!("#{}", room.name))
        })
        .unwrap_or_else(|| "a room".to_owned())
}
