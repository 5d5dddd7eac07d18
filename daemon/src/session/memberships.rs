//! Which changes of its account's memberships a session has still to act upon: without clock or I/O.
//!
//! A sync reads in one snapshot which conversations there are. That somebody came into one or left it is told
//! on another road, which may be slower: it may be in the snapshot already. The place of the change in the
//! account's feed decides: up to where the snapshot read that feed a change is told by it, and nothing is to
//! be done; above, it is told by itself, once. What was left is sent no more at once; what was come into is
//! followed when the feed has told of it, which may have to be read first.

use crate::room::messages::{Membership, MembershipChange};
use chat_shared::{ConversationId, Seq};
use std::collections::BTreeMap;

/// What a session knows of its account's memberships.
#[derive(Debug, Default)]
pub(crate) struct Memberships {
    /// Where the last sync read the account's feed; nothing while it reads.
    synced: Option<Seq>,
    /// What came while it reads, of each conversation the newest.
    waiting: BTreeMap<ConversationId, MembershipChange>,
    /// What is to be followed when the account's feed was sent up to there.
    coming: BTreeMap<ConversationId, Seq>,
}

impl Memberships {
    /// A sync begins: what comes from now on waits until it is known what the snapshot holds.
    pub(crate) fn begin(&mut self) {
        *self = Self::default();
    }

    /// The sync read the account's feed up to here; gives what must not be followed any longer.
    pub(crate) fn synced(&mut self, account_seq: Seq) -> Vec<ConversationId> {
        self.synced = Some(account_seq);
        let waiting = std::mem::take(&mut self.waiting).into_values();
        waiting.filter_map(|change| self.changed(change)).collect()
    }

    /// A change came; gives what must not be followed any longer. Who came into a conversation that is
    /// followed had left it before.
    pub(crate) fn changed(&mut self, change: MembershipChange) -> Option<ConversationId> {
        let MembershipChange {
            seq,
            conversation,
            now,
        } = change;
        let Some(synced) = self.synced else {
            self.waiting.insert(conversation, change);
            return None;
        };
        if seq <= synced {
            return None;
        }
        match now {
            Membership::Added => self.coming.insert(conversation, seq),
            Membership::Removed => self.coming.remove(&conversation),
        };
        Some(conversation)
    }

    /// The account's feed was sent up to here; gives what is to be followed.
    pub(crate) fn told(&mut self, account_seq: Seq) -> Vec<ConversationId> {
        let mut told = Vec::new();
        self.coming.retain(|conversation, seq| {
            let is_told = *seq <= account_seq;
            if is_told {
                told.push(*conversation);
            }
            !is_told
        });
        told
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Membership::{Added, Removed};

    const LUNCH: ConversationId = ConversationId(5);
    const TEA: ConversationId = ConversationId(6);
    const NOTHING: [ConversationId; 0] = [];

    fn change(seq: u64, conversation: ConversationId, now: Membership) -> MembershipChange {
        MembershipChange {
            seq: Seq(seq),
            conversation,
            now,
        }
    }

    #[test]
    fn what_the_snapshot_holds_is_not_told_again() {
        let mut memberships = Memberships::default();
        memberships.begin();
        assert_eq!(memberships.changed(change(7, LUNCH, Removed)), None);
        assert_eq!(memberships.changed(change(8, LUNCH, Added)), None);
        assert_eq!(memberships.synced(Seq(9)), NOTHING);
        // Nor where it comes only after the answer.
        assert_eq!(memberships.changed(change(9, TEA, Added)), None);
        assert_eq!(memberships.told(Seq(9)), NOTHING);
    }

    #[test]
    fn what_comes_after_the_snapshot_is_told_once() {
        let mut memberships = Memberships::default();
        memberships.begin();
        memberships.changed(change(7, LUNCH, Removed));
        memberships.changed(change(8, TEA, Added));
        memberships.changed(change(9, LUNCH, Added));
        assert_eq!(memberships.synced(Seq(8)), [LUNCH]);
        assert_eq!(memberships.told(Seq(9)), [LUNCH]);
        assert_eq!(memberships.told(Seq(9)), NOTHING);
        assert_eq!(memberships.changed(change(10, TEA, Removed)), Some(TEA));
        assert_eq!(memberships.told(Seq(10)), NOTHING);
    }

    #[test]
    fn who_left_and_came_back_after_the_snapshot_follows_anew() {
        let mut memberships = Memberships::default();
        memberships.begin();
        memberships.changed(change(7, LUNCH, Removed));
        memberships.changed(change(8, LUNCH, Added));
        assert_eq!(memberships.synced(Seq(6)), [LUNCH]);
        assert_eq!(memberships.told(Seq(8)), [LUNCH]);
    }

    #[test]
    fn a_conversation_is_followed_when_the_account_was_told_of_it() {
        let mut memberships = Memberships::default();
        memberships.synced(Seq(3));
        assert_eq!(memberships.changed(change(5, TEA, Added)), Some(TEA));
        assert_eq!(memberships.changed(change(6, LUNCH, Added)), Some(LUNCH));
        assert_eq!(memberships.told(Seq(4)), NOTHING, "it lags");
        assert_eq!(memberships.changed(change(7, LUNCH, Removed)), Some(LUNCH));
        assert_eq!(memberships.told(Seq(7)), [TEA]);
    }

    #[test]
    fn another_sync_begins_anew() {
        let mut memberships = Memberships::default();
        memberships.synced(Seq(1));
        memberships.changed(change(2, LUNCH, Added));
        memberships.begin();
        memberships.changed(change(8, TEA, Added));
        assert_eq!(memberships.synced(Seq(3)), [TEA]);
        assert_eq!(memberships.told(Seq(9)), [TEA]);
    }
}
