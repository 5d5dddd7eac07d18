//! What those are called whom a refusal is about. Asked only once something was refused.

use super::Apply;
use crate::journal::outcome::{Refusal, Refused};
use crate::store::StoreError;
use crate::store::read::parse;
use crate::store::record::{AccountRecord, ConversationRecord};
use chat_shared::{AccountId, ConversationId};

impl Apply<'_> {
    /// The refusal of what `by` wanted, in names.
    pub(super) fn named(
        &self,
        by: Option<AccountId>,
        refusal: Refusal,
    ) -> Result<Refused, StoreError> {
        let account = refusal.account();
        Ok(Refused {
            who: account.map_or(Ok(String::new()), |account| self.name_of(account))?,
            is_asker: account.is_some() && account == by,
            place: match refusal.conversation() {
                Some(conversation) => self.title_of(conversation)?,
                None => String::new(),
            },
            refusal,
        })
    }

    fn name_of(&self, account: AccountId) -> Result<String, StoreError> {
        let Some(row) = self.tables.accounts.get(account.0)? else {
            return Ok(format!("account {account}"));
        };
        Ok(parse::<AccountRecord>(row.value(), "account")?.name)
    }

    fn title_of(&self, conversation: ConversationId) -> Result<String, StoreError> {
        let Some(row) = self.tables.conversations.get(conversation.0)? else {
            return Ok(format!("conversation {conversation}"));
        };
        Ok(parse::<ConversationRecord>(row.value(), "conversation")?.title())
    }
}
