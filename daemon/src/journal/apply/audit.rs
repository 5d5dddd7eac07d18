//! The audit log: a line for every act of those who have a say, chained so that a line that was changed or
//! taken out shows.

use super::{Apply, Stop};
use crate::store::read::parse;
use crate::store::record::{AuditRecord, encode};
use crate::store::schema::meta;
use chat_shared::audit::{ACTS, Act, Hash, START};
use chat_shared::{AccountId, Timestamp};

impl Apply<'_> {
    /// Appends a line: what was done (the name of the action in small letters), of whom or what, and how.
    pub(super) fn audit(
        &mut self,
        at: Timestamp,
        by: Option<AccountId>,
        act: &str,
        target: String,
        detail: String,
    ) -> Result<(), Stop> {
        debug_assert!(ACTS.contains(&act), "the act `{act}` stands in no list");
        let by_name = match by {
            Some(by) => self.account(by)?.name,
            None => String::new(),
        };
        let before = self.newest_hash()?;
        let number = self.count(meta::LAST_AUDIT, 1)?;
        let line = Act {
            number,
            at,
            by,
            by_name: &by_name,
            act,
            target: &target,
            detail: &detail,
        };
        let hash = line.hash(&before);
        let record = AuditRecord {
            at,
            by,
            by_name,
            act: act.to_owned(),
            target,
            detail,
            hash,
        };
        self.tables
            .audit
            .insert(number, encode(&record).as_slice())?;
        Ok(())
    }

    /// A newest line that is no longer there breaks the chain at the next one.
    fn newest_hash(&self) -> Result<Hash, Stop> {
        let last = self.tables.meta.get(meta::LAST_AUDIT)?;
        let Some(number) = last.map(|number| number.value()) else {
            return Ok(START);
        };
        match self.tables.audit.get(number)? {
            Some(record) => Ok(parse::<AuditRecord>(record.value(), "line of the audit log")?.hash),
            None => Ok(START),
        }
    }
}
