//! What can be asked of how the house is kept in order: banned addresses, the panic switch, shared groups,
//! the audit log.

use super::read::parse;
use super::record::{AuditRecord, RestrictionRecord};
use super::schema::{self, meta};
use super::{Reader, StoreError};
use chat_shared::{AddressBan, AuditLine, SharedGroup, Timestamp, audit};
use redb::ReadableTable;

/// Which lines of the audit log are wanted; what is empty does not matter.
#[derive(Clone, Debug, Default)]
pub(crate) struct AuditFilter {
    pub(crate) since: Option<Timestamp>,
    /// The name of who did it.
    pub(crate) by: String,
    pub(crate) act: String,
}

impl AuditFilter {
    fn takes(&self, record: &AuditRecord) -> bool {
        self.since.is_none_or(|since| record.at >= since)
            && (self.by.is_empty() || self.by == record.by_name)
            && (self.act.is_empty() || self.act == record.act)
    }
}

impl Reader {
    /// Whether the panic switch is on.
    pub(crate) fn is_panic(&self) -> Result<bool, StoreError> {
        Ok(self.counter(meta::PANIC)? != 0)
    }

    /// The networks that no connections are taken from at this time, by name.
    pub(crate) fn address_bans(&self, at: Timestamp) -> Result<Vec<AddressBan>, StoreError> {
        let mut found = Vec::new();
        for row in self.table(schema::ADDRESS_BANS)?.iter()? {
            let (network, record) = row?;
            let record: RestrictionRecord = parse(record.value(), "ban of an address")?;
            if record.until.is_none_or(|until| until > at) {
                found.push(AddressBan {
                    network: network.value().to_owned(),
                    by: record.by,
                    at: record.at,
                    until: record.until,
                    reason: record.reason,
                });
            }
        }
        Ok(found)
    }

    /// The shared groups, by name.
    pub(crate) fn shared_groups(&self) -> Result<Vec<SharedGroup>, StoreError> {
        let table = self.table(schema::SHARED_GROUPS)?;
        table
            .iter()?
            .map(|row| parse(row?.1.value(), "shared group"))
            .collect()
    }

    /// Lines of the audit log after this number, the oldest first.
    pub(crate) fn audit_after(
        &self,
        after: u64,
        filter: &AuditFilter,
        limit: usize,
    ) -> Result<Vec<AuditLine>, StoreError> {
        let table = self.table(schema::AUDIT)?;
        let mut found = Vec::new();
        for row in table.range(after.saturating_add(1)..)? {
            let (number, record) = row?;
            let record: AuditRecord = parse(record.value(), "line of the audit log")?;
            if filter.takes(&record) {
                found.push(AuditLine {
                    number: number.value(),
                    at: record.at,
                    by: record.by,
                    by_name: record.by_name,
                    act: record.act,
                    target: record.target,
                    detail: record.detail,
                    hash: audit::hex(&record.hash),
                });
                if found.len() == limit {
                    break;
                }
            }
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_takes_what_fits_all_of_it() {
        let record = AuditRecord {
            at: Timestamp(10),
            by: None,
            by_name: "anna".into(),
            act: "ban".into(),
            target: "#lunch bo".into(),
            detail: String::new(),
            hash: audit::START,
        };
        let filter = |since, by: &str, act: &str| AuditFilter {
            since,
            by: by.into(),
            act: act.into(),
        };
        assert!(AuditFilter::default().takes(&record));
        assert!(filter(Some(Timestamp(10)), "anna", "ban").takes(&record));
        assert!(!filter(Some(Timestamp(11)), "anna", "ban").takes(&record));
        assert!(!filter(None, "bo", "").takes(&record));
        assert!(!filter(None, "", "kick").takes(&record));
    }
}
