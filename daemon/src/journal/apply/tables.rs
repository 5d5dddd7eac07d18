//! The tables of one write transaction, all open.

use crate::store::StoreError;
use crate::store::schema::{self, Record};
use redb::{Table, WriteTransaction};

pub(super) struct Tables<'t> {
    pub(super) meta: Table<'t, &'static str, u64>,
    pub(super) secrets: Table<'t, &'static str, Record>,
    pub(super) accounts: Table<'t, u64, Record>,
    pub(super) account_names: Table<'t, &'static str, u64>,
    pub(super) account_skeletons: Table<'t, &'static str, u64>,
    pub(super) devices: Table<'t, u64, Record>,
    pub(super) account_devices: Table<'t, (u64, u64), ()>,
    pub(super) streams: Table<'t, (u64, u32), Record>,
    pub(super) invites: Table<'t, u64, Record>,
    pub(super) invite_codes: Table<'t, &'static [u8; 32], u64>,
    pub(super) conversations: Table<'t, u64, Record>,
    pub(super) room_names: Table<'t, &'static str, u64>,
    pub(super) room_skeletons: Table<'t, &'static str, u64>,
    pub(super) directs: Table<'t, Record, u64>,
    pub(super) members: Table<'t, (u64, u64), ()>,
    pub(super) memberships: Table<'t, (u64, u64), (u64, u64)>,
    pub(super) heads: Table<'t, (u8, u64), (u64, u64)>,
    pub(super) entries: Table<'t, (u8, u64, u64), Record>,
}

impl<'t> Tables<'t> {
    pub(super) fn open(transaction: &'t WriteTransaction) -> Result<Self, StoreError> {
        Ok(Self {
            meta: transaction.open_table(schema::META)?,
            secrets: transaction.open_table(schema::SECRETS)?,
            accounts: transaction.open_table(schema::ACCOUNTS)?,
            account_names: transaction.open_table(schema::ACCOUNT_NAMES)?,
            account_skeletons: transaction.open_table(schema::ACCOUNT_SKELETONS)?,
            devices: transaction.open_table(schema::DEVICES)?,
            account_devices: transaction.open_table(schema::ACCOUNT_DEVICES)?,
            streams: transaction.open_table(schema::STREAMS)?,
            invites: transaction.open_table(schema::INVITES)?,
            invite_codes: transaction.open_table(schema::INVITE_CODES)?,
            conversations: transaction.open_table(schema::CONVERSATIONS)?,
            room_names: transaction.open_table(schema::ROOM_NAMES)?,
            room_skeletons: transaction.open_table(schema::ROOM_SKELETONS)?,
            directs: transaction.open_table(schema::DIRECTS)?,
            members: transaction.open_table(schema::MEMBERS)?,
            memberships: transaction.open_table(schema::MEMBERSHIPS)?,
            heads: transaction.open_table(schema::HEADS)?,
            entries: transaction.open_table(schema::ENTRIES)?,
        })
    }
}
