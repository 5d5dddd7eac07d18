//! Who may what: the one table, and the ranks by which people may act upon each other.
//!
//! Pure. `docs/rights.md` is the same table for people, and a test holds both equal. What each action asks
//! of it is in [`super::access`].

use chat_shared::{AccountId, HouseRole, RoomRole};

/// Something that not everybody may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Right {
    CreateRoom,
    /// Into a public room.
    Join,
    /// Into any room that one knows of, and to know of all.
    JoinUninvited,
    OpenDirect,
    Write,
    /// Where others may not, or must wait.
    WriteFreely,
    SetTopic,
    Invite,
    /// Make a room read-only or slow.
    Restrain,
    /// Decide what a room is.
    Shape,
    SetRoomRole,
    /// Whatever of the house is not named elsewhere.
    RunHouse,
    /// In a room.
    KeepPeace,
    /// Take back one's own message, report another's.
    OwnMessage,
    /// In the house.
    KeepHouse,
    /// What concerns only oneself.
    OwnAffairs,
}

/// A line of the table: either of the two roles is enough.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    pub(super) right: Right,
    /// In the words of `docs/rights.md`.
    #[cfg_attr(not(test), expect(dead_code, reason = "for people, who read it there"))]
    pub(super) what: &'static str,
    /// The least role in the house that grants it, also in rooms that one is not in.
    pub(super) house: Option<HouseRole>,
    /// The least role in the room that grants it.
    pub(super) room: Option<RoomRole>,
    /// Who may, in the words of a refusal.
    pub(super) who: &'static str,
}

const fn line(
    right: Right,
    what: &'static str,
    house: Option<HouseRole>,
    room: Option<RoomRole>,
    who: &'static str,
) -> Line {
    Line {
        right,
        what,
        house,
        room,
        who,
    }
}

const HOUSE_GUEST: Option<HouseRole> = Some(HouseRole::Guest);
const HOUSE_MEMBER: Option<HouseRole> = Some(HouseRole::Member);
const HOUSE_MODERATOR: Option<HouseRole> = Some(HouseRole::Moderator);
const ADMINISTRATOR: Option<HouseRole> = Some(HouseRole::Administrator);
const GUEST: Option<RoomRole> = Some(RoomRole::Guest);
const MEMBER: Option<RoomRole> = Some(RoomRole::Member);
const MODERATOR: Option<RoomRole> = Some(RoomRole::Moderator);
const OWNER: Option<RoomRole> = Some(RoomRole::Owner);

/// The table, in the order of [`Right`].
#[rustfmt::skip]
pub(super) const TABLE: [Line; 16] = [
    line(Right::CreateRoom, "create a room", HOUSE_MEMBER, None, "members of the house"),
    line(Right::Join, "join a public room; see the directory (guests: the rooms that they are in or invited to)", HOUSE_MEMBER, None, "members of the house"),
    line(Right::JoinUninvited, "join a private or hidden room without an invitation; see hidden rooms, in the directory too", HOUSE_MODERATOR, None, "moderators of the house"),
    line(Right::OpenDirect, "open a direct conversation that is not there yet", HOUSE_MEMBER, None, "members of the house"),
    line(Right::Write, "write in a room", None, GUEST, "members of the room"),
    line(Right::WriteFreely, "as a member: write though the room is read-only; be free of slow mode", HOUSE_MODERATOR, MODERATOR, "moderators of the room"),
    line(Right::SetTopic, "set the topic", HOUSE_MODERATOR, MEMBER, "members of the room"),
    line(Right::Invite, "invite into a room; take that back", HOUSE_MODERATOR, MEMBER, "members of the room"),
    line(Right::Restrain, "make a room read-only or slow", HOUSE_MODERATOR, MODERATOR, "moderators of the room"),
    line(Right::Shape, "rename, archive or delete a room; its access, history and description", ADMINISTRATOR, OWNER, "owners of the room"),
    line(Right::SetRoomRole, "set roles in a room", ADMINISTRATOR, OWNER, "owners of the room"),
    line(Right::RunHouse, "choose the rooms for newcomers; restore a room; make one for somebody else; delete somebody else's account; everything of the house that is not named here", ADMINISTRATOR, None, "administrators"),
    line(Right::KeepPeace, "kick, ban and mute in a room; take that back; see who is banned, muted or invited; delete others' messages", HOUSE_MODERATOR, MODERATOR, "moderators of the room"),
    line(Right::OwnMessage, "delete one's own message; report another's", None, GUEST, "members of the room"),
    line(Right::KeepHouse, "announce; the panic switch; invite into the house; disable and enable accounts", HOUSE_MODERATOR, None, "moderators of the house"),
    line(Right::OwnAffairs, "one's own profile, status, contacts, blocks, inbox, devices, password; delete one's own account", HOUSE_GUEST, None, "people of the house"),
];

/// A line that is not in its place would grant another right.
const _: () = {
    let mut place = 0;
    while place < TABLE.len() {
        assert!(TABLE[place].right as usize == place);
        place += 1;
    }
};

impl Right {
    /// Its line of the table.
    pub(super) fn line(self) -> &'static Line {
        &TABLE[self as usize]
    }
}

/// Who acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Actor {
    /// The administrator at the machine, or the daemon itself: may everything.
    Machine,
    /// Somebody.
    Person {
        account: AccountId,
        house: HouseRole,
        /// In the room that it is about, where they are in it.
        room: Option<RoomRole>,
    },
}

impl Actor {
    /// Whether they may.
    pub(super) fn may(self, right: Right) -> bool {
        let line = right.line();
        match self {
            Actor::Machine => true,
            Actor::Person { house, room, .. } => {
                line.house.is_some_and(|least| house >= least)
                    || line
                        .room
                        .is_some_and(|least| room.is_some_and(|room| room >= least))
            }
        }
    }

    /// Whether they are in the room that it is about.
    pub(super) fn is_inside(self) -> bool {
        matches!(self, Actor::Person { room: Some(_), .. })
    }

    /// How much they have to say in the room that it is about.
    pub(super) fn rank(self) -> Rank {
        match self {
            Actor::Machine => Rank::Machine,
            Actor::Person { house, room, .. } => Rank::in_room(house, room),
        }
    }
}

/// How much somebody has to say in a room: who acts upon somebody has more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    Outside,
    Guest,
    Member,
    Moderator,
    Owner,
    Administrator,
    Machine,
}

impl Rank {
    /// Of somebody with these roles.
    pub(super) fn in_room(house: HouseRole, room: Option<RoomRole>) -> Self {
        let by_room = match room {
            None => Rank::Outside,
            Some(RoomRole::Guest) => Rank::Guest,
            Some(RoomRole::Member) => Rank::Member,
            Some(RoomRole::Moderator) => Rank::Moderator,
            Some(RoomRole::Owner) => Rank::Owner,
        };
        let by_house = match house {
            HouseRole::Guest | HouseRole::Member => Rank::Outside,
            HouseRole::Moderator => Rank::Moderator,
            HouseRole::Administrator => Rank::Administrator,
        };
        by_room.max(by_house)
    }
}
