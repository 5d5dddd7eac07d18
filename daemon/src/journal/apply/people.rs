//! What people tell of themselves.

use super::rights::Right;
use super::{Apply, Stop};
use crate::journal::outcome::{Outcome, Refusal};
use crate::store::FeedKey;
use crate::store::record::BodyRecord;
use chat_shared::{AccountId, Profile, StatusText, Timestamp};

impl Apply<'_> {
    /// Another profile: one's own, or as an administrator that of somebody with less to say.
    pub(super) fn set_profile(
        &mut self,
        at: Timestamp,
        by: Option<AccountId>,
        account: Option<AccountId>,
        profile: Profile,
    ) -> Result<Outcome, Stop> {
        let account = account.or(by);
        let account = account.ok_or_else(|| Refusal::NoSuchAccount("of nobody".into()))?;
        let is_own = by == Some(account);
        if !is_own {
            self.require(by, Right::RunHouse, None)?;
            self.outranks(by, account, None)?;
        }
        let mut record = self.present(account)?;
        if record.profile == profile {
            return Ok(Outcome::DONE);
        }
        let fields = different(&record.profile, &profile);
        record.profile.clone_from(&profile);
        self.put_account(account, &record)?;
        let set = BodyRecord::ProfileSet(account, Box::new(profile));
        self.append(FeedKey::House, at, by, set)?;
        if !is_own {
            self.audit(at, by, "set_profile", record.name, fields)?;
        }
        Ok(Outcome::DONE)
    }

    /// Another status text. Not for the house feed: who is blocked is not to see it.
    pub(super) fn set_status(
        &mut self,
        at: Timestamp,
        by: AccountId,
        text: String,
        until: Option<Timestamp>,
    ) -> Result<Outcome, Stop> {
        let mut record = self.account(by)?;
        // No text has no end either.
        let until = until.filter(|_| !text.is_empty());
        let status = StatusText { text, until };
        if record.status == status {
            return Ok(Outcome::DONE);
        }
        record.status.clone_from(&status);
        self.put_account(by, &record)?;
        let set = BodyRecord::StatusSet(status);
        self.append(FeedKey::Account(by), at, Some(by), set)?;
        Ok(Outcome::DONE)
    }
}

/// The fields that are not the same, by name: what stands in them is not for the log.
fn different(before: &Profile, after: &Profile) -> String {
    let Profile {
        display_name,
        full_name,
        email,
        phone,
        department,
        about,
        time_zone,
    } = before;
    let fields = [
        ("display_name", display_name != &after.display_name),
        ("full_name", full_name != &after.full_name),
        ("email", email != &after.email),
        ("phone", phone != &after.phone),
        ("department", department != &after.department),
        ("about", about != &after.about),
        ("time_zone", time_zone != &after.time_zone),
    ];
    let changed = fields.iter().filter(|(_, is_other)| *is_other);
    let names: Vec<_> = changed.map(|(name, _)| *name).collect();
    names.join(", ")
}
