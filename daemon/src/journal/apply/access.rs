//! What each action asks before it does anything: what does `by` know of, what may they, and upon whom.

use super::rights::{Actor, Rank, Right};
use super::{Apply, Stop};
use crate::journal::outcome::Refusal;
use crate::store::record::ConversationRecord;
use chat_shared::{Access, AccountId, ConversationId, HouseRole, RoomRole};

/// A conversation that somebody knows of, and what they are there.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) id: ConversationId,
    pub(super) record: ConversationRecord,
    pub(super) actor: Actor,
}

impl Known {
    /// Refuses who may not. Who may as a mere member is told that they are none.
    pub(super) fn permits(&self, right: Right) -> Result<(), Stop> {
        let would_as_member = right
            .line()
            .room
            .is_some_and(|least| least <= RoomRole::Member);
        if self.actor.may(right) {
            Ok(())
        } else if would_as_member && !self.actor.is_inside() {
            Err(Refusal::NotAMember(self.id).into())
        } else {
            Err(Refusal::NotAllowed(right.line().who).into())
        }
    }

    /// The name of a room with its `#`, for the audit log.
    pub(super) fn title(&self) -> String {
        match self.record.room {
            Some(_) => self.record.title(),
            None => format!("conversation {}", self.id),
        }
    }
}

impl Apply<'_> {
    /// Refuses who has no such right: in the house, or in this room, which must be one that they know of.
    pub(super) fn require(
        &mut self,
        by: Option<AccountId>,
        right: Right,
        conversation: Option<ConversationId>,
    ) -> Result<(), Stop> {
        if let Some(conversation) = conversation {
            return self.room_for(by, right, conversation).map(drop);
        }
        if self.actor(by, None)?.may(right) {
            return Ok(());
        }
        Err(Refusal::NotAllowed(right.line().who).into())
    }

    /// A room in which `by` has a right.
    pub(super) fn room_for(
        &mut self,
        by: Option<AccountId>,
        right: Right,
        conversation: ConversationId,
    ) -> Result<Known, Stop> {
        let known = self.known_room(by, conversation)?;
        known.permits(right)?;
        Ok(known)
    }

    /// A room that `by` knows of.
    pub(super) fn known_room(
        &mut self,
        by: Option<AccountId>,
        conversation: ConversationId,
    ) -> Result<Known, Stop> {
        let known = self.known(by, conversation)?;
        if known.record.room.is_none() {
            return Err(Refusal::NotARoom(conversation).into());
        }
        Ok(known)
    }

    /// A conversation that `by` knows of. Of a room know who is in it or invited, who could join it, and the
    /// moderators of the house; of a direct conversation who is in it.
    pub(super) fn known(
        &mut self,
        by: Option<AccountId>,
        conversation: ConversationId,
    ) -> Result<Known, Stop> {
        let record = self.conversation(conversation)?;
        let mut actor = self.actor(by, Some(conversation))?;
        let knows = match (actor, &record.room) {
            (Actor::Machine, _) | (Actor::Person { room: Some(_), .. }, _) => true,
            (_, None) => false,
            (Actor::Person { account, .. }, Some(_)) => {
                (record.settings.access != Access::Hidden && actor.may(Right::Join))
                    || actor.may(Right::JoinUninvited)
                    || self.is_invited(conversation, account)?
            }
        };
        if !knows {
            return Err(Refusal::NoSuchConversation(conversation).into());
        }
        // In a direct conversation nobody has more to say than the others, whatever they are in the house.
        if let (None, Actor::Person { account, .. }) = (&record.room, actor) {
            actor = Actor::Person {
                account,
                house: HouseRole::Guest,
                room: Some(RoomRole::Guest),
            };
        }
        Ok(Known {
            id: conversation,
            record,
            actor,
        })
    }

    /// Refuses acting upon oneself, and upon those who have as much to say: in the house, or in a room.
    pub(super) fn outranks(
        &mut self,
        by: Option<AccountId>,
        account: AccountId,
        conversation: Option<ConversationId>,
    ) -> Result<(), Stop> {
        if by == Some(account) {
            return Err(Refusal::NotToYourself.into());
        }
        let house = self.account(account)?.role;
        let is_above = match (by, conversation) {
            (None, _) => true,
            (Some(by), None) => self.account(by)?.role > house,
            (Some(by), Some(conversation)) => {
                let room = self
                    .member(conversation, account)?
                    .map(|member| member.role);
                let actor = self.actor(Some(by), Some(conversation))?;
                actor.rank() > Rank::in_room(house, room)
            }
        };
        if is_above {
            return Ok(());
        }
        Err(Refusal::Outranked(account).into())
    }

    /// Who `by` is, in the house and in a conversation.
    pub(super) fn actor(
        &mut self,
        by: Option<AccountId>,
        conversation: Option<ConversationId>,
    ) -> Result<Actor, Stop> {
        let Some(account) = by else {
            return Ok(Actor::Machine);
        };
        let house = self.account(account)?.role;
        let room = match conversation {
            Some(conversation) => self.member(conversation, account)?,
            None => None,
        };
        Ok(Actor::Person {
            account,
            house,
            room: room.map(|member| member.role),
        })
    }
}
