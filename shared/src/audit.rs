//! The chain of the audit log: what the daemon writes and what `chatctl audit --verify` computes again.
//!
//! The hash of a line is SHA-256 over the hash of the line before and one MessagePack array of the line
//! itself: number, at, by, by_name, act, target, detail. So no line can be changed, taken out or put
//! elsewhere without another hash in every line behind it. Who can write the store can make the whole
//! chain anew: only a hash that was noted elsewhere shows that.

use crate::event::AuditLine;
use crate::ids::{AccountId, Timestamp};
use ring::digest::{Context, SHA256};
use serde::Serialize;

/// SHA-256 of a line.
pub type Hash = [u8; 32];

/// What stands in place of the hash before the first line.
pub const START: Hash = [0; 32];

/// The words for what is done, as they stand in a line; a test of the daemon holds this to what it writes.
pub const ACTS: [&str; 30] = [
    "add_invite",
    "add_reset_code",
    "announce",
    "ban",
    "ban_address",
    "change_room",
    "create_room",
    "delete_account",
    "delete_message",
    "delete_room",
    "enable_account",
    "kick",
    "mute",
    "panic",
    "put_shared_group",
    "register",
    "remove_shared_group",
    "rename_room",
    "reset_password",
    "restore_room",
    "revoke_device_of",
    "revoke_invite",
    "set_house_role",
    "set_profile",
    "set_room_role",
    "set_topic",
    "unban",
    "unban_address",
    "unmute",
    "use_reset_code",
];

/// A line of the log without its hash. The order of the fields is that of the array that is hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Act<'a> {
    /// Counts up from 1, without holes.
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// Who; nothing: the administrator at the machine, or the daemon.
    pub by: Option<AccountId>,
    /// Their name then; may be empty.
    pub by_name: &'a str,
    /// What, in a word.
    pub act: &'a str,
    /// Of whom or what.
    pub target: &'a str,
    /// How; may be empty.
    pub detail: &'a str,
}

impl Act<'_> {
    /// The hash of this line after the line with that hash; [`START`] for the first.
    #[must_use]
    pub fn hash(&self, before: &Hash) -> Hash {
        let line = rmp_serde::to_vec(self).expect("numbers and strings are encoded into memory");
        let mut context = Context::new(&SHA256);
        context.update(before);
        context.update(&line);
        let mut hash = START;
        hash.copy_from_slice(context.finish().as_ref());
        hash
    }
}

impl AuditLine {
    /// The line without its hash.
    #[must_use]
    pub fn act(&self) -> Act<'_> {
        Act {
            number: self.number,
            at: self.at,
            by: self.by,
            by_name: &self.by_name,
            act: &self.act,
            target: &self.target,
            detail: &self.detail,
        }
    }
}

/// A hash as lines show it: 64 lower-case hexadecimal digits.
#[must_use]
pub fn hex(hash: &Hash) -> String {
    data_encoding::HEXLOWER.encode(hash)
}

/// The hash that was shown so; nothing where it is none.
#[must_use]
pub fn from_hex(text: &str) -> Option<Hash> {
    let bytes = data_encoding::HEXLOWER_PERMISSIVE
        .decode(text.as_bytes())
        .ok()?;
    bytes.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: Act<'static> = Act {
        number: 1,
        at: Timestamp(1_763_700_000_000),
        by: None,
        by_name: "",
        act: "panic",
        target: "",
        detail: "on",
    };
    const SECOND: Act<'static> = Act {
        number: 2,
        at: Timestamp(1_763_700_000_500),
        by: Some(AccountId(300)),
        by_name: "anna",
        act: "ban",
        target: "#lunch bo",
        detail: "for an hour: flood",
    };

    /// Stored logs hold these hashes: they must never come out otherwise. Computed by another program:
    /// `sha256(before + msgpack.packb([number, at, by, by_name, act, target, detail]))`.
    #[test]
    fn the_hashes_of_two_lines_are_these() {
        let first = FIRST.hash(&START);
        assert_eq!(
            hex(&first),
            "12e3836c55e2c8671cb31dbcdb0d86c71b43bea9f8a99dca1f05138dfcbbca8d"
        );
        assert_eq!(
            hex(&SECOND.hash(&first)),
            "65b136e495498a8fa8fd063a5a957644cc4f09b29798662e63a9eb94510063a4"
        );
    }

    #[test]
    fn every_field_and_the_line_before_change_the_hash() {
        let others = [
            Act {
                number: 3,
                ..SECOND
            },
            Act {
                at: Timestamp(0),
                ..SECOND
            },
            Act { by: None, ..SECOND },
            Act {
                by_name: "ann",
                act: "aban",
                ..SECOND
            },
            Act {
                act: "mute",
                ..SECOND
            },
            Act {
                target: "#lunch",
                ..SECOND
            },
            Act {
                detail: "",
                ..SECOND
            },
        ];
        let hash = SECOND.hash(&START);
        for other in others {
            assert_ne!(other.hash(&START), hash, "{other:?}");
        }
        assert_ne!(SECOND.hash(&hash), hash);
    }

    #[test]
    fn a_hash_reads_as_it_was_shown() {
        let hash = SECOND.hash(&START);
        assert_eq!(from_hex(&hex(&hash)), Some(hash));
        assert_eq!(from_hex(&hex(&hash).to_uppercase()), Some(hash));
        for wrong in ["", "00", "zz", &hex(&hash)[1..]] {
            assert_eq!(from_hex(wrong), None, "{wrong}");
        }
    }
}
