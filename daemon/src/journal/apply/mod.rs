//! Applying a command: `(write transaction, command) -> Outcome | Refusal`, and nothing else.
//!
//! No clock, no network, no randomness, no configuration. Each action first checks all that can refuse
//! it and then writes, so that a refusal leaves no trace. [`Apply`] is what they share: the open tables,
//! the feeds, and the numbering that makes a retry harmless.

mod rights;
mod access;
mod house;
mod accounts;
mod invites;
mod newcomers;
mod passwords;
mod devices;
mod departure;
mod people;
mod contacts;
mod groups;
mod inbox;
mod announcements;
mod members;
mod conversations;
mod rooms;
mod restrictions;
mod invitations;
mod moderation;
mod messages;
mod posts;
mod expire;
mod audit;
mod naming;
mod feeds;
mod filing;
mod tables;
#[cfg(test)]
mod tests;

use super::Appended;
use super::command::{Action, Command, Once};
use super::outcome::{Outcome, Refusal, Refused};
use super::stream::{self, Known};
use crate::store::read::parse;
use crate::store::recent::{Changes, Recent};
use crate::store::record::{MemberRecord, StreamRecord};
use crate::store::{FeedKey, StoreError};
use accounts::Standing;
use chat_shared::limits::STREAMS_PER_DEVICE;
use chat_shared::{AccountId, ConversationId, DeviceId, StreamId, Timestamp};
use feeds::FeedEnd;
use filing::Filing;
use members::Facts;
use redb::{StorageError, WriteTransaction};
use rustc_hash::FxHashMap;
use tables::Tables;

/// Why a command did not end with an outcome.
#[derive(Debug)]
enum Stop {
    /// As things are it cannot be carried out; nothing was changed.
    Refused(Refusal),
    /// The store failed; the whole transaction is to be given up.
    Failed(StoreError),
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Stop::Refused(refusal)
    }
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Stop::Failed(error)
    }
}

impl From<StorageError> for Stop {
    fn from(error: StorageError) -> Self {
        Stop::Failed(error.into())
    }
}

/// Rows that nearly every post needs, kept between transactions. There is one writer, so they are what
/// the store holds; given up with a transaction that failed.
#[derive(Debug, Default)]
pub(crate) struct Cache {
    feeds: FxHashMap<FeedKey, FeedEnd>,
    streams: FxHashMap<(DeviceId, StreamId), StreamRecord>,
    members: FxHashMap<(ConversationId, AccountId), Option<MemberRecord>>,
    facts: FxHashMap<ConversationId, Facts>,
    /// Whether the panic switch is on; nothing: not asked yet. Whoever writes the row says so here.
    panic: Option<bool>,
    people: FxHashMap<AccountId, Standing>,
    /// Whether a mention may wait in the inbox of somebody.
    mentioned: FxHashMap<AccountId, bool>,
}

/// Rows of each kind in the cache: some ten megabytes. Beyond that it starts anew.
const CACHED_ROWS: usize = 100_000;

impl Cache {
    fn keep_bounded(&mut self) {
        if self.feeds.len() > CACHED_ROWS {
            self.feeds.clear();
        }
        if self.streams.len() > CACHED_ROWS {
            self.streams.clear();
        }
        if self.members.len() > CACHED_ROWS {
            self.members.clear();
        }
        if self.facts.len() > CACHED_ROWS {
            self.facts.clear();
        }
        if self.people.len() > CACHED_ROWS {
            self.people.clear();
        }
        if self.mentioned.len() > CACHED_ROWS {
            self.mentioned.clear();
        }
    }
}

/// One write transaction that commands are applied to.
pub(crate) struct Apply<'t> {
    tables: Tables<'t>,
    cache: &'t mut Cache,
    recent: &'t Recent,
    filing: Filing,
    appended: Vec<Appended>,
}

impl<'t> Apply<'t> {
    /// Begins; `appended` is an empty list to put new entries into.
    pub(crate) fn begin(
        transaction: &'t WriteTransaction,
        recent: &'t Recent,
        cache: &'t mut Cache,
        appended: Vec<Appended>,
    ) -> Self {
        cache.keep_bounded();
        Self {
            tables: Tables::of(transaction),
            cache,
            recent,
            filing: Filing::default(),
            appended,
        }
    }

    /// Carries one command out, or finds that it was carried out before, or refuses it. After an error the
    /// whole transaction is to be given up.
    pub(crate) fn command(
        &mut self,
        command: Command,
    ) -> Result<Result<Outcome, Refused>, StoreError> {
        let by = command.by;
        match self.carry_out(command) {
            Ok(outcome) => Ok(Ok(outcome)),
            Err(Stop::Refused(refusal)) => self.named(by, refusal).map(Err),
            Err(Stop::Failed(error)) => Err(error),
        }
    }

    fn carry_out(&mut self, command: Command) -> Result<Outcome, Stop> {
        let Command {
            at,
            by,
            once,
            action,
        } = command;
        let Some(once) = once else {
            return self.act(at, by, action);
        };
        match stream::look_up(self.stream(once)?, once.nonce) {
            Known::Done(outcome) => return Ok(outcome),
            Known::Stale => return Err(Refusal::StaleNonce.into()),
            Known::New => {}
        }
        let outcome = self.act(at, by, action)?;
        let kept = stream::kept_of(&outcome);
        match self.stream(once) {
            Ok(record) => record.settle(once.nonce.0, once.settled.0, kept),
            // It ended its own device, and the stream with it: done all the same.
            Err(Stop::Refused(_)) => return Ok(outcome),
            Err(failed) => return Err(failed),
        }
        self.answered(once, kept);
        Ok(outcome)
    }

    /// Writes what was gathered, and gives the new entries, in the order in which they were appended, with
    /// what the commit changes of the recent ones.
    pub(crate) fn finish(mut self) -> Result<(Vec<Appended>, Changes), StoreError> {
        let changes = self.finish_filing()?;
        Ok((self.appended, changes))
    }

    fn act(
        &mut self,
        at: Timestamp,
        by: Option<AccountId>,
        action: Action,
    ) -> Result<Outcome, Stop> {
        if let Some(by) = by {
            self.require_active(by)?;
        }
        match action {
            Action::Found {
                fake_salts,
                first_room,
                invite,
            } => self.found(at, &fake_salts, &first_room, invite.map(|invite| *invite)),
            Action::Register {
                name,
                verifier,
                admission,
            } => self.register(at, by, name, *verifier, &admission),
            Action::EnableAccount {
                account,
                enabled,
                reason,
            } => self.enable_account(at, by, account, enabled, reason),
            Action::ResetPassword { name, verifier } => {
                self.reset_password(at, by, &name, *verifier)
            }
            Action::AddDevice { label, token_hash } => {
                self.add_device(at, author(by)?, label, token_hash)
            }
            Action::RevokeDevice { device } => self.revoke_device(at, author(by)?, device),
            Action::ChangePassword { verifier, keep } => {
                self.change_password(at, author(by)?, *verifier, keep)
            }
            Action::AddResetCode {
                name,
                code_hash,
                expires_at,
            } => self.add_reset_code(at, by, &name, code_hash, expires_at),
            Action::UseResetCode {
                name,
                code_hash,
                verifier,
            } => self.use_reset_code(at, &name, &code_hash, *verifier),
            Action::DeleteAccount { remove_messages } => {
                self.delete_account(at, author(by)?, remove_messages)
            }
            Action::DeleteAccountOf {
                account,
                name,
                remove_messages,
            } => self.delete_account_of(at, by, account, &name, remove_messages),
            Action::RemoveMessages => self.remove_messages(at),
            Action::RevokeOtherDevices { keep } => self.revoke_other_devices(at, author(by)?, keep),
            Action::RevokeDeviceOf { account, device } => {
                self.revoke_device_of(at, by, account, device)
            }
            Action::Seen { seen } => self.seen(seen),
            Action::SetProfile { account, profile } => self.set_profile(at, by, account, *profile),
            Action::SetStatus { text, until } => self.set_status(at, author(by)?, text, until),
            Action::PutContact {
                account,
                group,
                favourite,
            } => self.put_contact(at, author(by)?, account, group, favourite),
            Action::RemoveContact { account } => self.remove_contact(at, author(by)?, account),
            Action::Block { account } => self.block(at, author(by)?, account),
            Action::Unblock { account } => self.unblock(at, author(by)?, account),
            Action::DismissInbox { item } => self.dismiss_inbox(at, author(by)?, item),
            Action::DismissAnnouncement { announcement } => {
                self.dismiss_announcement(at, author(by)?, announcement)
            }
            Action::Announce { to, text } => self.announce(at, by, to, text),
            Action::SetHouseRole { account, role } => self.set_house_role(at, by, account, role),
            Action::BanAddress {
                network,
                until,
                reason,
            } => self.ban_address(at, by, network, until, reason),
            Action::UnbanAddress { network } => self.unban_address(at, by, &network),
            Action::Panic { on } => self.panic(at, by, on),
            Action::PutSharedGroup { name, members } => {
                self.put_shared_group(at, by, name, members)
            }
            Action::RemoveSharedGroup { name } => self.remove_shared_group(at, by, &name),
            Action::AddInvite(invite) => self.add_invite(at, by, invite),
            Action::RevokeInvite { invite } => self.revoke_invite(at, by, invite),
            Action::CreateRoom {
                name,
                topic,
                change,
                owner,
            } => self.create_room(at, by, &name, topic, &change, owner),
            Action::RenameRoom { conversation, name } => {
                self.rename_room(at, by, conversation, &name)
            }
            Action::ChangeRoom {
                conversation,
                change,
            } => self.change_room(at, by, conversation, *change),
            Action::DeleteRoom { conversation, name } => {
                self.delete_room(at, by, conversation, &name)
            }
            Action::RestoreRoom { conversation } => self.restore_room(at, by, conversation),
            Action::Expire => self.expire(at),
            Action::InviteToRoom {
                conversation,
                account,
            } => self.invite_to_room(at, by, conversation, account),
            Action::UninviteFromRoom {
                conversation,
                account,
            } => self.uninvite_from_room(at, by, conversation, account),
            Action::SetRoomRole {
                conversation,
                account,
                role,
            } => self.set_room_role(at, by, conversation, account, role),
            Action::Kick {
                conversation,
                account,
                reason,
            } => self.kick(at, by, conversation, account, reason),
            Action::Ban {
                conversation,
                account,
                until,
                reason,
            } => self.ban(at, by, conversation, account, until, reason),
            Action::Unban {
                conversation,
                account,
            } => self.unban(at, by, conversation, account),
            Action::Mute {
                conversation,
                account,
                until,
                reason,
            } => self.mute(at, by, conversation, account, until, reason),
            Action::Unmute {
                conversation,
                account,
            } => self.unmute(at, by, conversation, account),
            Action::DeleteMessage {
                conversation,
                seq,
                reason,
            } => self.delete_message(at, by, conversation, seq, reason),
            Action::Report {
                conversation,
                seq,
                reason,
            } => self.report(at, author(by)?, conversation, seq, reason),
            Action::Join { conversation } => self.join(at, author(by)?, conversation),
            Action::Leave { conversation } => self.leave(at, author(by)?, conversation),
            Action::SetTopic {
                conversation,
                topic,
            } => self.set_topic(at, by, conversation, topic),
            Action::OpenDirect { with } => self.open_direct(at, author(by)?, &with),
            Action::Post { conversation, text } => self.post(at, author(by)?, conversation, text),
            Action::MarkRead {
                conversation,
                marks,
            } => self.mark_read(at, conversation, &marks),
        }
    }

    fn stream(&mut self, once: Once) -> Result<&mut StreamRecord, Stop> {
        let key = (once.device, once.stream);
        if !self.cache.streams.contains_key(&key) {
            if once.stream.0 >= STREAMS_PER_DEVICE
                || self.tables.devices.get(once.device.0)?.is_none()
            {
                return Err(Refusal::NoSuchDevice(once.device).into());
            }
            let record = match self.recent.stream(key) {
                Some(record) => record,
                None => match self.tables.streams.get((key.0.0, key.1.0))? {
                    Some(record) => parse(record.value(), "stream")?,
                    None => StreamRecord::default(),
                },
            };
            self.cache.streams.insert(key, record);
        }
        Ok(self.cache.streams.entry(key).or_default())
    }

    /// Adds to a counter and gives its new value.
    fn count(&mut self, name: &str, by: u64) -> Result<u64, StoreError> {
        let value = self.tables.meta.get(name)?.map_or(0, |value| value.value()) + by;
        self.tables.meta.insert(name, value)?;
        Ok(value)
    }
}

/// Commands of people come from sessions, which know who they are.
fn author(by: Option<AccountId>) -> Result<AccountId, Stop> {
    by.ok_or_else(|| Refusal::NoSuchAccount("of nobody".into()).into())
}
