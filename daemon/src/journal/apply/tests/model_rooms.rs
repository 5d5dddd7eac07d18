//! The rules of rooms once more: who knows of them, who may what, and what becomes of it.

use super::model::{Inside, Model, Talk};
use crate::journal::command::{Action, Name};
use crate::journal::outcome::{Outcome, Refusal};
use crate::store::FeedKey;
use chat_shared::{
    Access, AccountId, ConversationId, EntryBody, HistoryFrom, HouseRole, InboxAbout, InboxItem,
    RoomChange, RoomRole, RoomSetting, RoomSettings, Seq, Timestamp,
};
use std::collections::BTreeSet;
use std::collections::btree_map::Entry;

type Done = Result<Outcome, Refusal>;
type By = Option<AccountId>;

/// The least role in the house, the least in the room, and who that is.
type Right = (Option<HouseRole>, Option<RoomRole>, &'static str);

const TOPIC: Right = (
    Some(HouseRole::Moderator),
    Some(RoomRole::Member),
    "members of the room",
);
const PEACE: Right = (
    Some(HouseRole::Moderator),
    Some(RoomRole::Moderator),
    "moderators of the room",
);
const SHAPE: Right = (
    Some(HouseRole::Administrator),
    Some(RoomRole::Owner),
    "owners of the room",
);
const INSIDE: Right = (None, Some(RoomRole::Guest), "members of the room");
const RUN: Right = (Some(HouseRole::Administrator), None, "administrators");

impl Model {
    /// What acts upon a room that is there; nothing for other commands.
    pub(super) fn act_in_room(&mut self, at: Timestamp, by: By, action: &Action) -> Option<Done> {
        Some(match action {
            Action::SetTopic {
                conversation,
                topic,
            } => self.set_topic(at, by, *conversation, topic),
            Action::RenameRoom { conversation, name } => self.rename(at, by, *conversation, name),
            Action::ChangeRoom {
                conversation,
                change,
            } => self.change(at, by, *conversation, change),
            Action::DeleteRoom { conversation, name } => {
                self.delete_room(at, by, *conversation, name)
            }
            Action::RestoreRoom { conversation } => self.restore(at, by, *conversation),
            Action::InviteToRoom {
                conversation,
                account,
            } => self.invite(at, by, *conversation, *account),
            Action::UninviteFromRoom {
                conversation,
                account,
            } => self.uninvite(at, by, *conversation, *account),
            Action::SetRoomRole {
                conversation,
                account,
                role,
            } => self.set_role(at, by, *conversation, *account, *role),
            Action::Kick {
                conversation,
                account,
                reason,
            } => self.kick(at, by, *conversation, *account, reason),
            Action::Ban {
                conversation,
                account,
                until,
                reason,
            } => self.ban(at, by, *conversation, *account, (*until, reason)),
            Action::Mute {
                conversation,
                account,
                until,
                reason,
            } => self.mute(at, by, *conversation, *account, (*until, reason)),
            Action::Unban {
                conversation,
                account,
            } => self.unban(at, by, *conversation, *account),
            Action::Unmute {
                conversation,
                account,
            } => self.unmute(at, by, *conversation, *account),
            Action::DeleteMessage {
                conversation,
                seq,
                reason,
            } => self.delete_message(at, by, *conversation, *seq, reason),
            Action::Report {
                conversation,
                seq,
                reason,
            } => match by {
                Some(by) => self.report(at, by, *conversation, *seq, reason),
                None => Err(Refusal::NoSuchAccount("of nobody".into())),
            },
            _ => return None,
        })
    }

    pub(super) fn create_room(
        &mut self,
        at: Timestamp,
        by: By,
        name: &Name,
        topic: &str,
        access: Access,
    ) -> Done {
        if by.is_some_and(|by| self.people[&by].role == HouseRole::Guest) {
            return Err(Refusal::NotAllowed("members of the house"));
        }
        self.check_room_name(name, None)?;
        let id = self.add_room(at, by, name, topic, access);
        match by {
            Some(by) => self.add_member(at, id, by, RoomRole::Owner, by),
            None => {
                let detail = format!("access {access:?}").to_lowercase();
                self.note(by, "create_room", format!("#{}", name.name), detail);
            }
        }
        Ok(self.newest(id))
    }

    pub(super) fn add_room(
        &mut self,
        at: Timestamp,
        by: By,
        name: &Name,
        topic: &str,
        access: Access,
    ) -> ConversationId {
        let id = self.add_talk(at, by, Some(name.clone()));
        let talk = self.talks.get_mut(&id).unwrap();
        talk.settings.access = access;
        talk.topic = topic.into();
        if access != Access::Public {
            self.tell_settings(id, at, by, vec![RoomSetting::Access]);
        }
        if !topic.is_empty() {
            let topic = topic.into();
            self.tell(id, at, by, EntryBody::TopicSet { topic });
        }
        self.list(id, at, by);
        id
    }

    pub(super) fn join(&mut self, at: Timestamp, by: AccountId, id: ConversationId) -> Done {
        if self.inside(Some(by), id).is_some() {
            return Ok(self.newest(id));
        }
        self.know_room(Some(by), id)?;
        let talk = &self.talks[&id];
        if let Some(until) = holding(talk.bans.get(&by), at) {
            return Err(Refusal::Banned {
                conversation: id,
                account: by,
                until,
            });
        }
        if talk.settings.archived {
            return Err(Refusal::RoomArchived(id));
        }
        let role = self.people[&by].role;
        let is_open = talk.settings.access == Access::Public;
        if !is_open && !talk.invited.contains_key(&by) && role < HouseRole::Moderator {
            return Err(Refusal::InvitationNeeded(id));
        }
        self.withdraw(at, id, by);
        let role = if role == HouseRole::Guest {
            RoomRole::Guest
        } else {
            RoomRole::Member
        };
        self.add_member(at, id, by, role, by);
        Ok(self.newest(id))
    }

    pub(super) fn leave(&mut self, at: Timestamp, by: AccountId, id: ConversationId) -> Done {
        self.know(Some(by), id)?;
        let inside = self.inside(Some(by), id).ok_or(Refusal::NotAMember(id))?;
        self.know_room(Some(by), id)?;
        if inside.role == RoomRole::Owner {
            self.keep_an_owner(id, by)?;
        }
        self.put_out(at, Some(by), id, by, EntryBody::Left { account: by });
        Ok(self.newest(id))
    }

    pub(super) fn post(
        &mut self,
        at: Timestamp,
        by: AccountId,
        id: ConversationId,
        text: &str,
    ) -> Done {
        self.know(Some(by), id)?;
        let inside = self.inside(Some(by), id).ok_or(Refusal::NotAMember(id))?;
        let talk = &self.talks[&id];
        if talk.settings.archived {
            return Err(Refusal::RoomArchived(id));
        }
        if let Some(until) = holding(talk.mutes.get(&by), at) {
            return Err(Refusal::Muted {
                conversation: id,
                until,
            });
        }
        let is_moderator =
            inside.role >= RoomRole::Moderator || self.people[&by].role >= HouseRole::Moderator;
        if !is_moderator {
            if talk.settings.read_only {
                return Err(Refusal::RoomReadOnly(id));
            }
            let slow_ms = i64::from(talk.settings.slow_secs) * 1000;
            let next = talk
                .slow_since
                .get(&by)
                .map_or(at.0, |last| last.0 + slow_ms);
            if slow_ms > 0 && next > at.0 {
                return Err(Refusal::SlowMode {
                    wait_ms: (next - at.0) as u64,
                });
            }
            if slow_ms > 0 {
                let talk = self.talks.get_mut(&id).unwrap();
                talk.slow_since.insert(by, at);
            }
        }
        let posted = EntryBody::Posted { text: text.into() };
        self.tell(id, at, Some(by), posted);
        let seq = self.end_of(id).seq;
        // Each message of the test mentions one at the most, at its end.
        let named = text.split_once('@').and_then(|(_, name)| self.named(name));
        if let Some(account) = named
            && account != by
            && self.inside(Some(account), id).is_some()
        {
            let about = InboxAbout::Mention {
                conversation: id,
                seq,
            };
            self.notify(at, account, Some(by), about);
        }
        Ok(self.newest(id))
    }

    /// Nothing of rooms is old enough to go, but what has expired is taken away without a word.
    pub(super) fn expire(&mut self, at: Timestamp) -> Outcome {
        for talk in self.talks.values_mut() {
            talk.bans
                .retain(|_, until| holding(Some(until), at).is_some());
            talk.mutes
                .retain(|_, until| holding(Some(until), at).is_some());
        }
        self.invites.retain(|_, invite| invite.expires_at > at);
        Outcome::Swept { more: false }
    }

    fn set_topic(&mut self, at: Timestamp, by: By, id: ConversationId, topic: &str) -> Done {
        self.may(by, id, TOPIC)?;
        if self.talks[&id].topic != topic {
            let is_inside = by.is_some_and(|by| self.talks[&id].members.contains_key(&by));
            if !is_inside {
                self.note(by, "set_topic", self.title(id), format!("{topic:?}"));
            }
            self.talks.get_mut(&id).unwrap().topic = topic.into();
            let set = EntryBody::TopicSet {
                topic: topic.into(),
            };
            self.tell(id, at, by, set);
            if self.is_listed(id) {
                let set = EntryBody::RoomTopicSet {
                    conversation: id,
                    topic: topic.into(),
                };
                self.append(FeedKey::House, at, by, set);
            }
        }
        Ok(self.newest(id))
    }

    fn rename(&mut self, at: Timestamp, by: By, id: ConversationId, name: &Name) -> Done {
        self.may(by, id, SHAPE)?;
        let title = self.title(id);
        if title != format!("#{}", name.name) {
            self.check_room_name(name, Some(id))?;
            let before = self.talks.get_mut(&id).unwrap().room.replace(name.clone());
            let name = name.name.clone();
            let renamed = EntryBody::Renamed {
                name: name.clone(),
                from: before.unwrap().name,
            };
            self.tell(id, at, by, renamed);
            self.note(by, "rename_room", title, format!("#{name}"));
            if self.is_listed(id) {
                let renamed = EntryBody::RoomRenamed {
                    conversation: id,
                    name,
                };
                self.append(FeedKey::House, at, by, renamed);
            }
        }
        Ok(self.newest(id))
    }

    fn change(&mut self, at: Timestamp, by: By, id: ConversationId, change: &RoomChange) -> Done {
        self.may(by, id, PEACE)?;
        if change.access.is_some() || change.history.is_some() || change.archived.is_some() {
            self.may(by, id, SHAPE)?;
        }
        if change.for_newcomers.is_some() {
            self.may(by, id, RUN)?;
        }
        let before = self.talks[&id].settings.clone();
        let mut after = before.clone();
        let mut detail = Vec::new();
        if let Some(access) = change.access {
            after.access = access;
            detail.push(format!("access {}", format!("{access:?}").to_lowercase()));
        }
        if let Some(history) = change.history {
            after.history = history;
            detail.push(format!("history {}", format!("{history:?}").to_lowercase()));
        }
        if let Some(slow) = change.slow_secs {
            after.slow_secs = slow;
            detail.push(format!("slow {slow} s"));
        }
        if let Some(on) = change.read_only {
            after.read_only = on;
            detail.push(format!("read-only {on}"));
        }
        if let Some(on) = change.archived {
            after.archived = on;
            detail.push(format!("archived {on}"));
        }
        if let Some(on) = change.for_newcomers {
            after.for_newcomers = on;
            detail.push(format!("for newcomers {on}"));
        }
        let is_public = after.access == Access::Public;
        if change.for_newcomers == Some(true) && (!is_public || after.archived) {
            return Err(Refusal::NotForNewcomers(id));
        }
        after.for_newcomers &= is_public;
        if after == before {
            return Ok(self.newest(id));
        }
        let was_listed = self.is_listed(id);
        self.talks.get_mut(&id).unwrap().settings = after.clone();
        self.tell_settings(id, at, by, after.changed_since(&before));
        let conversation = id;
        let told = match (was_listed, self.is_listed(id)) {
            (true, true) => Some(EntryBody::RoomSettingsSet {
                conversation,
                settings: after,
            }),
            (true, false) => Some(EntryBody::RoomRemoved { conversation }),
            (false, _) => None,
        };
        match told {
            Some(told) => self.append(FeedKey::House, at, by, told),
            None => self.list(id, at, by),
        }
        self.note(by, "change_room", self.title(id), detail.join(", "));
        Ok(self.newest(id))
    }

    fn delete_room(&mut self, at: Timestamp, by: By, id: ConversationId, name: &str) -> Done {
        self.may(by, id, SHAPE)?;
        if self.title(id) != format!("#{name}") {
            let wanted = self.title(id).trim_start_matches('#').into();
            return Err(Refusal::NameMismatch { wanted });
        }
        let was_listed = self.is_listed(id);
        self.tell(id, at, by, EntryBody::Deleted {});
        if was_listed {
            let removed = EntryBody::RoomRemoved { conversation: id };
            self.append(FeedKey::House, at, by, removed);
        }
        let talk = self.talks.get_mut(&id).unwrap();
        talk.is_deleted = true;
        for account in talk.members.keys().copied().collect::<Vec<_>>() {
            let removed = EntryBody::ConversationRemoved {
                conversation: id,
                reason: String::new(),
                banned: false,
                until: None,
            };
            self.append(FeedKey::Account(account), at, by, removed);
        }
        for account in self.talks[&id].invited.clone().into_keys() {
            self.dismiss_invitation(at, id, account);
        }
        self.note(by, "delete_room", self.title(id), String::new());
        Ok(self.newest(id))
    }

    fn restore(&mut self, at: Timestamp, by: By, id: ConversationId) -> Done {
        if by.is_some_and(|by| self.people[&by].role < HouseRole::Administrator) {
            return Err(Refusal::NotAllowed("administrators"));
        }
        let talk = self.talks.get_mut(&id);
        let Some(talk) = talk.filter(|talk| talk.room.is_some()) else {
            return Err(Refusal::NoSuchConversation(id));
        };
        if !std::mem::take(&mut talk.is_deleted) {
            return Err(Refusal::NotDeleted(id));
        }
        let was_for_newcomers = std::mem::take(&mut talk.settings.for_newcomers);
        self.tell(id, at, by, EntryBody::Restored {});
        if was_for_newcomers {
            self.tell_settings(id, at, by, vec![RoomSetting::ForNewcomers]);
        }
        self.list(id, at, by);
        let mark = self.end_of(id);
        let talk = self.talks.get_mut(&id).unwrap();
        for inside in talk.members.values_mut() {
            inside.mark = mark;
        }
        for account in talk.members.keys().copied().collect::<Vec<_>>() {
            let added = EntryBody::ConversationAdded { conversation: id };
            self.append(FeedKey::Account(account), at, by, added);
            self.tell_mark(at, by, account, id);
        }
        for (account, host) in self.talks[&id].invited.clone() {
            self.notify_invited(at, host, id, account);
        }
        self.note(by, "restore_room", self.title(id), String::new());
        Ok(self.newest(id))
    }

    fn invite(&mut self, at: Timestamp, by: By, id: ConversationId, account: AccountId) -> Done {
        self.may(by, id, TOPIC)?;
        if by == Some(account) {
            return Err(Refusal::NotToYourself);
        }
        if self.inside(Some(account), id).is_some() {
            return Err(Refusal::AlreadyAMember(account));
        }
        let talk = self.talks.get_mut(&id).unwrap();
        if let Some(until) = holding(talk.bans.get(&account), at) {
            return Err(Refusal::Banned {
                conversation: id,
                account,
                until,
            });
        }
        if talk.settings.archived {
            return Err(Refusal::RoomArchived(id));
        }
        if let Entry::Vacant(place) = talk.invited.entry(account) {
            place.insert(by);
            self.tell(id, at, by, EntryBody::Invited { account });
        }
        self.notify_invited(at, by, id, account);
        Ok(self.newest(id))
    }

    /// Once for each room, by whomever.
    fn notify_invited(&mut self, at: Timestamp, by: By, id: ConversationId, account: AccountId) {
        let leads_there = |item: &InboxItem| matches!(&item.about, InboxAbout::RoomInvitation { conversation, .. } if *conversation == id);
        if !self.people[&account].inbox.values().any(leads_there) {
            let about = InboxAbout::RoomInvitation {
                conversation: id,
                name: self.talks[&id].room.as_ref().unwrap().name.clone(),
            };
            self.notify(at, account, by, about);
        }
    }

    fn uninvite(&mut self, at: Timestamp, by: By, id: ConversationId, account: AccountId) -> Done {
        self.may(by, id, TOPIC)?;
        if !self.withdraw(at, id, account) {
            return Err(Refusal::NotInvited {
                conversation: id,
                account,
            });
        }
        Ok(self.newest(id))
    }

    /// Somebody is not invited any more; whether they were.
    fn withdraw(&mut self, at: Timestamp, id: ConversationId, account: AccountId) -> bool {
        let invited = &mut self.talks.get_mut(&id).unwrap().invited;
        let was_invited = invited.remove(&account).is_some();
        if was_invited {
            self.dismiss_invitation(at, id, account);
        }
        was_invited
    }

    fn dismiss_invitation(&mut self, at: Timestamp, id: ConversationId, account: AccountId) {
        let inbox = &mut self.people.get_mut(&account).unwrap().inbox;
        let leads_there = |about: &InboxAbout| matches!(about, InboxAbout::RoomInvitation { conversation, .. } if *conversation == id);
        let over = inbox.extract_if(.., |_, item| leads_there(&item.about));
        for (item, _) in over.collect::<Vec<_>>() {
            let dismissed = EntryBody::InboxDismissed {
                item: Some(item),
                announcements: None,
            };
            self.append(FeedKey::Account(account), at, None, dismissed);
        }
    }

    fn set_role(
        &mut self,
        at: Timestamp,
        by: By,
        id: ConversationId,
        account: AccountId,
        role: RoomRole,
    ) -> Done {
        self.may(by, id, SHAPE)?;
        let Some(inside) = self.inside(Some(account), id) else {
            return Err(Refusal::NoRoleOutside {
                conversation: id,
                account,
            });
        };
        if by != Some(account) {
            self.check_rank(by, id, account)?;
        }
        if inside.role != role {
            if inside.role == RoomRole::Owner {
                self.keep_an_owner(id, account)?;
            }
            let talk = self.talks.get_mut(&id).unwrap();
            talk.members.get_mut(&account).unwrap().role = role;
            self.tell(id, at, by, EntryBody::RoleSet { account, role });
            let detail = format!("{role:?}").to_lowercase();
            self.note(by, "set_room_role", self.target(id, account), detail);
        }
        Ok(self.newest(id))
    }

    fn kick(
        &mut self,
        at: Timestamp,
        by: By,
        id: ConversationId,
        account: AccountId,
        reason: &str,
    ) -> Done {
        self.may(by, id, PEACE)?;
        self.check_rank(by, id, account)?;
        if self.inside(Some(account), id).is_none() {
            return Err(Refusal::NotInside {
                conversation: id,
                account,
            });
        }
        self.put_out(at, by, id, account, kicked(account, reason));
        self.note(by, "kick", self.target(id, account), reason.into());
        Ok(self.newest(id))
    }

    fn ban(
        &mut self,
        at: Timestamp,
        by: By,
        id: ConversationId,
        account: AccountId,
        (until, reason): (Option<Timestamp>, &str),
    ) -> Done {
        self.may(by, id, PEACE)?;
        self.check_rank(by, id, account)?;
        if self.inside(Some(account), id).is_some() {
            let removed = EntryBody::ConversationRemoved {
                conversation: id,
                reason: reason.into(),
                banned: true,
                until,
            };
            self.take_out(at, by, (id, account), kicked(account, reason), removed);
        }
        self.withdraw(at, id, account);
        let talk = self.talks.get_mut(&id).unwrap();
        talk.bans.insert(account, until);
        let reason = reason.to_owned();
        let detail = until.map_or(reason.clone(), |until| format!("until {until} {reason}"));
        let banned = EntryBody::Banned {
            account,
            until,
            reason,
        };
        self.tell(id, at, by, banned);
        self.note(by, "ban", self.target(id, account), detail);
        Ok(self.newest(id))
    }

    fn mute(
        &mut self,
        at: Timestamp,
        by: By,
        id: ConversationId,
        account: AccountId,
        (until, reason): (Option<Timestamp>, &str),
    ) -> Done {
        self.may(by, id, PEACE)?;
        self.check_rank(by, id, account)?;
        let talk = self.talks.get_mut(&id).unwrap();
        talk.mutes.insert(account, until);
        let reason = reason.to_owned();
        let detail = until.map_or(reason.clone(), |until| format!("until {until} {reason}"));
        let muted = EntryBody::Muted {
            account,
            until,
            reason,
        };
        self.tell(id, at, by, muted);
        self.note(by, "mute", self.target(id, account), detail);
        Ok(self.newest(id))
    }

    fn unban(&mut self, at: Timestamp, by: By, id: ConversationId, account: AccountId) -> Done {
        self.may(by, id, PEACE)?;
        if by == Some(account) {
            return Err(Refusal::NotToYourself);
        }
        let bans = &mut self.talks.get_mut(&id).unwrap().bans;
        if holding(bans.get(&account), at).is_none() {
            let how = "banned";
            return Err(Refusal::NotRestricted { account, how });
        }
        bans.remove(&account);
        self.tell(id, at, by, EntryBody::Unbanned { account });
        self.note(by, "unban", self.target(id, account), String::new());
        Ok(self.newest(id))
    }

    fn unmute(&mut self, at: Timestamp, by: By, id: ConversationId, account: AccountId) -> Done {
        self.may(by, id, PEACE)?;
        if by == Some(account) {
            return Err(Refusal::NotToYourself);
        }
        let mutes = &mut self.talks.get_mut(&id).unwrap().mutes;
        if holding(mutes.get(&account), at).is_none() {
            let how = "muted";
            return Err(Refusal::NotRestricted { account, how });
        }
        mutes.remove(&account);
        self.tell(id, at, by, EntryBody::Unmuted { account });
        self.note(by, "unmute", self.target(id, account), String::new());
        Ok(self.newest(id))
    }

    fn delete_message(
        &mut self,
        at: Timestamp,
        by: By,
        id: ConversationId,
        seq: Seq,
        reason: &str,
    ) -> Done {
        self.know(by, id)?;
        let keeps_peace = self.may_in_talk(by, id, PEACE);
        if keeps_peace.is_err() {
            self.may_in_talk(by, id, INSIDE)?;
        }
        let author = self.author(by, id, seq)?;
        if author != by || by.is_none() {
            keeps_peace?;
            self.check_rank(by, id, author.unwrap())?;
            let target = format!("{} message {seq}", self.title(id));
            self.note(by, "delete_message", target, reason.into());
        }
        let feed = self.feeds.get_mut(&FeedKey::Conversation(id)).unwrap();
        feed[seq.0 as usize - 1].body = EntryBody::Tombstone {};
        let reason = reason.into();
        self.tell(id, at, by, EntryBody::MessageDeleted { seq, reason });
        Ok(self.newest(id))
    }

    fn report(
        &mut self,
        at: Timestamp,
        by: AccountId,
        id: ConversationId,
        seq: Seq,
        reason: &str,
    ) -> Done {
        self.know(Some(by), id)?;
        self.may_in_talk(Some(by), id, INSIDE)?;
        let author = self.author(Some(by), id, seq)?;
        if author == Some(by) {
            return Err(Refusal::NotToYourself);
        }
        let concerned = [Some(by), author];
        let talk = &self.talks[&id];
        let members = talk.members.iter().filter(|_| talk.room.is_some());
        let mut told: Vec<AccountId> = members
            .filter(|(_, inside)| inside.role >= RoomRole::Moderator)
            .map(|(account, _)| *account)
            .filter(|account| !concerned.contains(&Some(*account)))
            .collect();
        if told.is_empty() {
            let people = self.people.iter();
            let moderators =
                people.filter(|(_, one)| one.enabled && one.role >= HouseRole::Moderator);
            told.extend(moderators.map(|(account, _)| *account));
            told.retain(|account| !concerned.contains(&Some(*account)));
        }
        for account in told {
            let mut waiting = self.people[&account].inbox.values();
            let is_known = waiting.any(|item| {
                let is_same = matches!(&item.about, InboxAbout::Report { conversation, seq: which, .. }
                    if *conversation == id && *which == seq);
                item.by == Some(by) && is_same
            });
            if !is_known {
                let about = InboxAbout::Report {
                    conversation: id,
                    seq,
                    reason: reason.into(),
                };
                self.notify(at, account, Some(by), about);
            }
        }
        Ok(self.newest(id))
    }

    /// Who wrote a message that is there and that `by` may read.
    fn author(&self, by: By, id: ConversationId, seq: Seq) -> Result<By, Refusal> {
        let is_joining = self.talks[&id].settings.history == HistoryFrom::Joining;
        let sees_all = !is_joining || self.may_in_talk(by, id, PEACE).is_ok();
        let from = match self.inside(by, id) {
            Some(inside) if !sees_all => inside.joined,
            _ => Seq(0),
        };
        let mut entries = self.feed(FeedKey::Conversation(id)).iter();
        let message = entries.find(|entry| entry.seq == seq && seq >= from);
        match message.map(|message| (&message.body, message.by)) {
            Some((EntryBody::Posted { .. }, author)) => Ok(author),
            _ => Err(Refusal::NoSuchMessage(seq)),
        }
    }

    fn inside(&self, account: By, id: ConversationId) -> Option<Inside> {
        let talk = self.talks.get(&id).filter(|talk| !talk.is_deleted)?;
        talk.members.get(&account?).copied()
    }

    fn know(&self, by: By, id: ConversationId) -> Result<&Talk, Refusal> {
        let knows = |talk: &&Talk| {
            let Some(by) = by else {
                return true;
            };
            let house = self.people[&by].role;
            let is_found = talk.settings.access != Access::Hidden && house > HouseRole::Guest;
            talk.members.contains_key(&by)
                || talk.room.is_some()
                    && (is_found || house >= HouseRole::Moderator || talk.invited.contains_key(&by))
        };
        let talk = self.talks.get(&id).filter(|talk| !talk.is_deleted);
        talk.filter(knows).ok_or(Refusal::NoSuchConversation(id))
    }

    fn know_room(&self, by: By, id: ConversationId) -> Result<(), Refusal> {
        match self.know(by, id)?.room {
            Some(_) => Ok(()),
            None => Err(Refusal::NotARoom(id)),
        }
    }

    fn may(&self, by: By, id: ConversationId, right: Right) -> Result<(), Refusal> {
        self.know_room(by, id)?;
        self.may_in_talk(by, id, right)
    }

    fn may_in_talk(&self, by: By, id: ConversationId, right: Right) -> Result<(), Refusal> {
        let (house, room, who) = right;
        let Some(account) = by else {
            return Ok(());
        };
        let is_room = self.talks[&id].room.is_some();
        let by_house = house.is_some_and(|least| is_room && self.people[&account].role >= least);
        let inside = self.inside(by, id);
        // Nobody is more than the others in a direct conversation.
        let own = inside.map(|inside| {
            if is_room {
                inside.role
            } else {
                RoomRole::Guest
            }
        });
        let by_room = room.is_some_and(|least| own.is_some_and(|own| own >= least));
        if by_house || by_room {
            Ok(())
        } else if inside.is_none() && room.is_some_and(|least| least <= RoomRole::Member) {
            Err(Refusal::NotAMember(id))
        } else {
            Err(Refusal::NotAllowed(who))
        }
    }

    /// Nobody acts upon themselves, or upon who has as much to say.
    fn check_rank(&self, by: By, id: ConversationId, account: AccountId) -> Result<(), Refusal> {
        let rank = |account: AccountId| {
            let room = match self.inside(Some(account), id).map(|inside| inside.role) {
                None => 0,
                Some(RoomRole::Guest) => 1,
                Some(RoomRole::Member) => 2,
                Some(RoomRole::Moderator) => 3,
                Some(RoomRole::Owner) => 4,
            };
            match self.people[&account].role {
                HouseRole::Administrator => 5,
                HouseRole::Moderator => room.max(3),
                HouseRole::Member | HouseRole::Guest => room,
            }
        };
        match by {
            Some(by) if by == account => Err(Refusal::NotToYourself),
            Some(by) if rank(by) <= rank(account) => Err(Refusal::Outranked(account)),
            _ => Ok(()),
        }
    }

    fn keep_an_owner(&self, id: ConversationId, owner: AccountId) -> Result<(), Refusal> {
        let mut others = self.talks[&id].members.clone();
        others.remove(&owner);
        let is_owned = others.values().any(|inside| inside.role == RoomRole::Owner);
        if others.is_empty() || is_owned {
            return Ok(());
        }
        Err(Refusal::LastOwner(id))
    }

    fn put_out(
        &mut self,
        at: Timestamp,
        by: By,
        id: ConversationId,
        account: AccountId,
        body: EntryBody,
    ) {
        let reason = match &body {
            EntryBody::Kicked { reason, .. } => reason.clone(),
            _ => String::new(),
        };
        let removed = EntryBody::ConversationRemoved {
            conversation: id,
            reason,
            banned: false,
            until: None,
        };
        self.take_out(at, by, (id, account), body, removed);
    }

    fn take_out(
        &mut self,
        at: Timestamp,
        by: By,
        (id, account): (ConversationId, AccountId),
        body: EntryBody,
        removed: EntryBody,
    ) {
        self.tell(id, at, by, body);
        self.talks.get_mut(&id).unwrap().members.remove(&account);
        self.append(FeedKey::Account(account), at, by, removed);
    }

    pub(super) fn is_listed(&self, id: ConversationId) -> bool {
        let talk = &self.talks[&id];
        talk.room.is_some() && talk.settings.access != Access::Hidden && !talk.is_deleted
    }

    fn list(&mut self, id: ConversationId, at: Timestamp, by: By) {
        if !self.is_listed(id) {
            return;
        }
        let talk = self.talks[&id].clone();
        let conversation = id;
        let name = talk.room.unwrap().name;
        let mut bodies = vec![EntryBody::RoomAdded { conversation, name }];
        if !talk.topic.is_empty() {
            let topic = talk.topic;
            bodies.push(EntryBody::RoomTopicSet {
                conversation,
                topic,
            });
        }
        if talk.settings != RoomSettings::default() {
            let settings = talk.settings;
            bodies.push(EntryBody::RoomSettingsSet {
                conversation,
                settings,
            });
        }
        for body in bodies {
            self.append(FeedKey::House, at, by, body);
        }
    }

    fn tell_settings(
        &mut self,
        id: ConversationId,
        at: Timestamp,
        by: By,
        changed: Vec<RoomSetting>,
    ) {
        let settings = self.talks[&id].settings.clone();
        self.tell(id, at, by, EntryBody::SettingsSet { settings, changed });
    }

    fn note(&mut self, by: By, act: &str, target: String, detail: String) {
        let name = by.map_or(String::new(), |by| self.people[&by].name.name.clone());
        self.audit.push([name, act.into(), target, detail]);
    }

    fn title(&self, id: ConversationId) -> String {
        match &self.talks[&id].room {
            Some(room) => format!("#{}", room.name),
            None => format!("conversation {id}"),
        }
    }

    fn target(&self, id: ConversationId, account: AccountId) -> String {
        format!("{} {}", self.title(id), self.people[&account].name.name)
    }

    /// Acts that are noted of rooms.
    pub(super) fn room_acts() -> BTreeSet<&'static str> {
        "create_room set_topic rename_room change_room delete_room restore_room set_room_role kick ban unban mute unmute \
         delete_message"
            .split_whitespace()
            .collect()
    }
}

fn kicked(account: AccountId, reason: &str) -> EntryBody {
    EntryBody::Kicked {
        account,
        reason: reason.into(),
    }
}

/// Until when something holds that has not expired.
fn holding(until: Option<&Option<Timestamp>>, at: Timestamp) -> Option<Option<Timestamp>> {
    until
        .copied()
        .filter(|until| until.is_none_or(|until| until > at))
}
