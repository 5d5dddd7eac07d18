//! From the layouts of older programs to this one: each step in one transaction, so that a crash leaves
//! the file as it was or as it shall be.

use super::read::{head_of, parse};
use super::record::{AccountRecord, BodyRecord, EntryRecord, MemberRecord, encode};
use super::schema::{self, SCHEMA_VERSION, meta};
use super::{FeedKey, StoreError, create_tables_in, version};
use chat_shared::{AccountId, HouseRole, Timestamp};
use redb::{Database, ReadableTable, TableDefinition, WriteTransaction};

/// Who is in a conversation, in layout 1.
const MEMBERS_1: TableDefinition<(u64, u64), ()> = TableDefinition::new("members-1");
/// Where feeds end, in layout 1: told by their last entries now.
const HEADS_1: TableDefinition<(u8, u64), (u64, u64)> = TableDefinition::new("heads-1");
/// In layout 1 the number of all entries stood in the table of counters.
const ENTRIES_1: &str = "entries";

/// Whom an account blocks, in layout 2: since when was not told.
const BLOCKS_2: TableDefinition<(u64, u64), ()> = TableDefinition::new("blocks-1");

/// Brings a store to the layout of this program.
pub(super) fn migrate(database: &Database) -> Result<(), StoreError> {
    let Some(found) = version(database)?.filter(|found| *found < SCHEMA_VERSION) else {
        return Ok(());
    };
    tracing::info!("the store has layout {found} and is brought to layout {SCHEMA_VERSION}");
    let mut transaction = database.begin_write()?;
    transaction.set_quick_repair(true);
    if found < 2 {
        from_1_to_2(&transaction)?;
    }
    if found < 3 {
        from_2_to_3(&transaction)?;
    }
    // Layout 4 has a table more, where new entries gather; rows of the old one may be runs from now on.
    create_tables_in(&transaction)?;
    transaction
        .open_table(schema::META)?
        .insert(meta::SCHEMA, SCHEMA_VERSION)?;
    Ok(transaction.commit()?)
}

/// Members get a role and a place where they joined, administrators a role in the house.
fn from_1_to_2(transaction: &WriteTransaction) -> Result<(), StoreError> {
    create_tables_in(transaction)?;
    let member = encode(&MemberRecord::default());
    {
        let old = transaction.open_table(MEMBERS_1)?;
        let mut new = transaction.open_table(schema::MEMBERS)?;
        for row in old.iter()? {
            new.insert(row?.0.value(), member.as_slice())?;
        }
    }
    transaction.delete_table(MEMBERS_1)?;
    transaction.delete_table(HEADS_1)?;
    transaction.open_table(schema::META)?.remove(ENTRIES_1)?;
    let administrators = administrators(transaction)?;
    // Layout 1 counted those that were disabled too.
    let enabled = administrators.iter().filter(|(_, record)| record.enabled);
    transaction
        .open_table(schema::META)?
        .insert(meta::ADMINISTRATORS, enabled.count() as u64)?;
    for (account, mut record) in administrators {
        record.role = HouseRole::Administrator;
        transaction
            .open_table(schema::ACCOUNTS)?
            .insert(account.0, encode(&record).as_slice())?;
        let body = BodyRecord::HouseRoleSet(account, record.role);
        append_to_house(transaction, &record, body)?;
    }
    Ok(())
}

/// Blocks get the time since when they hold, which the feed of whoever blocks tells.
fn from_2_to_3(transaction: &WriteTransaction) -> Result<(), StoreError> {
    {
        let old = transaction.open_table(BLOCKS_2)?;
        let mut new = transaction.open_table(schema::BLOCKS)?;
        for row in old.iter()? {
            let (blocker, blocked) = row?.0.value();
            let since = blocked_at(transaction, AccountId(blocker), AccountId(blocked))?;
            new.insert((blocker, blocked), since.0)?;
        }
    }
    transaction.delete_table(BLOCKS_2)?;
    Ok(())
}

/// Long ago, where the feed does not tell it: then nothing is told of when somebody was here.
fn blocked_at(
    transaction: &WriteTransaction,
    blocker: AccountId,
    blocked: AccountId,
) -> Result<Timestamp, StoreError> {
    let (kind, id) = FeedKey::Account(blocker).key();
    let entries = transaction.open_table(schema::ENTRIES)?;
    let feed = entries.range((kind, id, 0)..=(kind, id, u64::MAX))?;
    for row in feed.rev() {
        let entry: EntryRecord = parse(row?.1.value(), "entry")?;
        if matches!(entry.body, BodyRecord::Blocked(account) if account == blocked) {
            return Ok(entry.at);
        }
    }
    Ok(Timestamp(0))
}

fn administrators(
    transaction: &WriteTransaction,
) -> Result<Vec<(AccountId, AccountRecord)>, StoreError> {
    let mut found = Vec::new();
    for row in transaction.open_table(schema::ACCOUNTS)?.iter()? {
        let (id, record) = row?;
        let record: AccountRecord = parse(record.value(), "account")?;
        if record.administrator {
            found.push((AccountId(id.value()), record));
        }
    }
    Ok(found)
}

/// Clients fold the house feed, so what holds now must stand in it. As of the account's beginning: there
/// is no better time without a clock.
fn append_to_house(
    transaction: &WriteTransaction,
    account: &AccountRecord,
    body: BodyRecord,
) -> Result<(), StoreError> {
    let key = FeedKey::House.key();
    let mut entries = transaction.open_table(schema::ENTRIES)?;
    let newest = entries.range((key.0, key.1, 0)..=(key.0, key.1, u64::MAX))?;
    let head = head_of({ newest }.next_back())?;
    let record = EntryRecord {
        at: account.created_at,
        by: None,
        posts: head.posts,
        body,
    };
    entries.insert(
        (key.0, key.1, head.seq.next().0),
        encode(&record).as_slice(),
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::read::Page;
    use crate::store::record::ConversationRecord;
    use crate::store::{Store, StoreError as Error};
    use chat_shared::{ConversationId, Entry, EntryBody, RoomRole, RoomSettings, Seq};
    use serde::Serialize;
    use std::path::{Path, PathBuf};
    use tempfile::TempDir;

    const CACHE: usize = 1024 * 1024;
    const ANNA: AccountId = AccountId(1);
    const BO: AccountId = AccountId(2);
    const LUNCH: ConversationId = ConversationId(1);

    /// An account as chatd 0.1.0 wrote it.
    #[derive(Serialize)]
    struct OldAccount<'a> {
        name: &'a str,
        administrator: bool,
        enabled: bool,
        created_at: i64,
        verifier: OldVerifier<'a>,
    }

    #[derive(Serialize)]
    struct OldVerifier<'a> {
        #[serde(with = "serde_bytes")]
        salt: &'a [u8],
        iterations: u32,
        #[serde(with = "serde_bytes")]
        stored_key: &'a [u8],
        #[serde(with = "serde_bytes")]
        server_key: &'a [u8],
    }

    /// A conversation as chatd 0.1.0 wrote it.
    #[derive(Serialize)]
    struct OldConversation<'a> {
        room: Option<&'a str>,
        topic: &'a str,
        members: u64,
        created_at: i64,
    }

    fn old_account(name: &str, administrator: bool) -> Vec<u8> {
        encode(&OldAccount {
            name,
            administrator,
            enabled: true,
            created_at: 77,
            verifier: OldVerifier {
                salt: &[1; 16],
                iterations: 4096,
                stored_key: &[2; 32],
                server_key: &[3; 32],
            },
        })
    }

    /// A store as chatd 0.1.0 left it: two people in one room, one of whom administers.
    fn old_store(path: &Path) {
        let database = Database::create(path).unwrap();
        let transaction = database.begin_write().unwrap();
        {
            let mut counters = transaction.open_table(schema::META).unwrap();
            for (name, value) in [
                (meta::SCHEMA, 1),
                (meta::LAST_ACCOUNT, 2),
                (meta::ADMINISTRATORS, 1),
                (meta::FIRST_ROOM, 1),
                (ENTRIES_1, 2),
            ] {
                counters.insert(name, value).unwrap();
            }
            let mut accounts = transaction.open_table(schema::ACCOUNTS).unwrap();
            let (anna, bo) = (old_account("anna", true), old_account("bo", false));
            accounts.insert(ANNA.0, anna.as_slice()).unwrap();
            accounts.insert(BO.0, bo.as_slice()).unwrap();
            let lunch = encode(&OldConversation {
                room: Some("lunch"),
                topic: "soup",
                members: 2,
                created_at: 66,
            });
            let mut conversations = transaction.open_table(schema::CONVERSATIONS).unwrap();
            conversations.insert(LUNCH.0, lunch.as_slice()).unwrap();
            let mut members = transaction.open_table(MEMBERS_1).unwrap();
            let mut memberships = transaction.open_table(schema::MEMBERSHIPS).unwrap();
            for account in [ANNA, BO] {
                members.insert((LUNCH.0, account.0), ()).unwrap();
                memberships.insert((account.0, LUNCH.0), (0, 0)).unwrap();
            }
            let mut heads = transaction.open_table(HEADS_1).unwrap();
            heads.insert(FeedKey::House.key(), (2, 0)).unwrap();
            let mut entries = transaction.open_table(schema::ENTRIES).unwrap();
            for (seq, account, name) in [(1, ANNA, "anna"), (2, BO, "bo")] {
                let entry = EntryRecord {
                    at: Timestamp(66),
                    by: None,
                    posts: 0,
                    body: BodyRecord::AccountAdded(account, name.into()),
                };
                let (kind, id) = FeedKey::House.key();
                entries
                    .insert((kind, id, seq), encode(&entry).as_slice())
                    .unwrap();
            }
            transaction.open_table(schema::SECRETS).unwrap();
        }
        transaction.commit().unwrap();
    }

    fn old() -> (TempDir, PathBuf) {
        let directory = TempDir::new().unwrap();
        let path = directory.path().join("chatd.redb");
        old_store(&path);
        (directory, path)
    }

    #[test]
    fn a_store_of_layout_1_is_brought_to_this_one_and_keeps_what_is_in_it() {
        let (_directory, path) = old();
        let store = Store::open(&path, CACHE).unwrap();
        let dump = store.dump();
        assert!(!dump.contains_key("members-1"));
        assert_eq!(dump["members-2"].len(), 2);
        store
            .read(|reader| {
                let anna = reader.account(ANNA)?.unwrap();
                assert_eq!((anna.name.as_str(), anna.administrator), ("anna", true));
                assert_eq!(anna.role, HouseRole::Administrator);
                assert_eq!(anna.verifier.server_key, [3; 32]);
                assert_eq!(reader.account(BO)?.unwrap().role, HouseRole::Member);
                let lunch: ConversationRecord = reader.conversation(LUNCH)?.unwrap();
                assert_eq!(lunch.topic, "soup");
                assert_eq!(lunch.settings, RoomSettings::default());
                let member = reader.member(LUNCH, BO)?.unwrap();
                assert_eq!((member.role, member.joined), (RoomRole::Member, 0));
                assert_eq!(reader.contacts(ANNA)?, []);
                Ok(())
            })
            .unwrap();
    }

    #[test]
    fn the_house_feed_tells_who_administers() {
        let (_directory, path) = old();
        let store = Store::open(&path, CACHE).unwrap();
        let page = Page {
            entries: 9,
            bytes: 9_000,
        };
        let read = store.read(|reader| {
            assert_eq!(reader.head(FeedKey::House)?.seq, Seq(3));
            assert_eq!(reader.entry_count()?, 3);
            reader.entries_after(FeedKey::House, Seq(2), page)
        });
        let expected = Entry {
            seq: Seq(3),
            at: Timestamp(77),
            by: None,
            posts: 0,
            body: EntryBody::HouseRoleSet {
                account: ANNA,
                role: HouseRole::Administrator,
            },
        };
        assert_eq!(read.unwrap(), [expected]);
    }

    #[test]
    fn since_when_somebody_blocks_is_taken_from_their_feed() {
        let (_directory, path) = old();
        drop(Store::open(&path, CACHE).unwrap());
        // As layout 2 was, with a block that was ended and made again.
        let database = Database::open(&path).unwrap();
        let transaction = database.begin_write().unwrap();
        {
            let mut counters = transaction.open_table(schema::META).unwrap();
            counters.insert(meta::SCHEMA, 2).unwrap();
            let mut blocks = transaction.open_table(BLOCKS_2).unwrap();
            blocks.insert((ANNA.0, BO.0), ()).unwrap();
            let (kind, id) = FeedKey::Account(ANNA).key();
            let mut entries = transaction.open_table(schema::ENTRIES).unwrap();
            for (seq, body) in [
                (1, BodyRecord::Blocked(BO)),
                (2, BodyRecord::Unblocked(BO)),
                (3, BodyRecord::Blocked(BO)),
                (4, BodyRecord::Blocked(ANNA)),
            ] {
                let (at, by, posts) = (Timestamp(100 + seq as i64), None, 0);
                let entry = encode(&EntryRecord {
                    at,
                    by,
                    posts,
                    body,
                });
                entries.insert((kind, id, seq), entry.as_slice()).unwrap();
            }
        }
        transaction.delete_table(schema::BLOCKS).unwrap();
        transaction.commit().unwrap();
        drop(database);

        let store = Store::open(&path, CACHE).unwrap();
        assert!(!store.dump().contains_key("blocks-1"));
        let since = store.read(|reader| Ok((reader.blocks(ANNA, BO)?, reader.blocks(BO, ANNA)?)));
        assert_eq!(since.unwrap(), (Some(Timestamp(103)), None));
    }

    #[test]
    fn it_is_brought_once() {
        let (_directory, path) = old();
        let once = Store::open(&path, CACHE).unwrap().dump();
        let twice = Store::open(&path, CACHE).unwrap().dump();
        assert_eq!(once, twice);
    }

    #[test]
    fn one_that_cannot_be_read_is_left_as_it_was() {
        let (_directory, path) = old();
        let database = Database::open(&path).unwrap();
        let transaction = database.begin_write().unwrap();
        let mut accounts = transaction.open_table(schema::ACCOUNTS).unwrap();
        accounts.insert(9, b"not a record".as_slice()).unwrap();
        drop(accounts);
        transaction.commit().unwrap();
        drop(database);
        let opened = Store::open(&path, CACHE);
        assert!(matches!(
            opened,
            Err(Error::Damaged {
                what: "account",
                ..
            })
        ));
        let database = Database::open(&path).unwrap();
        let transaction = database.begin_write().unwrap();
        assert_eq!(
            transaction
                .open_table(MEMBERS_1)
                .unwrap()
                .iter()
                .unwrap()
                .count(),
            2
        );
    }
}
