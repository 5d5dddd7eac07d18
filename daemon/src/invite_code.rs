//! The codes of invitations: short enough to read out over the telephone, too many to guess.
//!
//! 16 characters of Crockford's base 32, 80 bits. With a million codes open at once and a thousand
//! tries a second, guessing one takes 38 years on average. Only the hash of a code is stored.

use ring::digest;

/// Random bytes in a code.
pub(crate) const CODE_BYTES: usize = 10;

/// Without I, L, O and U: the first three look like digits, the last would make words.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Characters between two dashes.
const GROUP: usize = 4;

/// The code for these random bytes: `XXXX-XXXX-XXXX-XXXX`.
pub(crate) fn from_random(bytes: [u8; CODE_BYTES]) -> String {
    let bits = bytes
        .iter()
        .fold(0_u128, |bits, byte| (bits << 8) | u128::from(*byte));
    let count = CODE_BYTES * 8 / 5;
    let mut code = String::with_capacity(count + count / GROUP);
    for place in 0..count {
        if place > 0 && place % GROUP == 0 {
            code.push('-');
        }
        let shift = 5 * (count - 1 - place);
        let index = (bits >> shift) & 31;
        code.push(char::from(ALPHABET[index as usize]));
    }
    code
}

/// A code as it is compared, from whatever somebody typed: upper case, without spaces and dashes, and
/// the letters that were taken for digits as digits. Anything else stays and fits no code.
pub(crate) fn normalise(typed: &str) -> String {
    typed
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '_' | '\u{2010}'..='\u{2015}'))
        .map(|c| match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            c => c,
        })
        .collect()
}

/// What is stored and looked up in place of the code. A plain hash will do: 80 random bits cannot be
/// tried out as a password can.
pub(crate) fn hash(typed: &str) -> [u8; 32] {
    let mut hash = [0; 32];
    let normal = normalise(typed);
    hash.copy_from_slice(digest::digest(&digest::SHA256, normal.as_bytes()).as_ref());
    hash
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};

    #[test]
    fn a_code_shows_all_bits_in_four_groups() {
        assert_eq!(from_random([0; 10]), "0000-0000-0000-0000");
        assert_eq!(from_random([0xff; 10]), "ZZZZ-ZZZZ-ZZZZ-ZZZZ");
        assert_eq!(
            from_random([0, 0, 0, 0, 0, 0, 0, 0, 0, 1]),
            "0000-0000-0000-0001"
        );
        assert_eq!(
            from_random([8, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
            "1000-0000-0000-0000"
        );
    }

    #[test]
    fn what_people_make_of_a_code_is_forgiven() {
        for typed in [
            "01AB-CDEF-GHJK-MNPQ",
            "01abcdefghjkmnpq",
            " o1ab cdef ghjk mnpq\n",
            "OlAB–CDEF–GHJK–MNPQ",
            "0iAB_CDEF_GHJK_MNPQ",
        ] {
            assert_eq!(normalise(typed), "01ABCDEFGHJKMNPQ", "{typed}");
        }
        assert_ne!(hash("01AB-CDEF-GHJK-MNPQ"), hash("01AB-CDEF-GHJK-MNPR"));
    }

    proptest! {
        #[test]
        fn different_bytes_are_different_codes(a in any::<[u8; 10]>(), b in any::<[u8; 10]>()) {
            prop_assert_eq!(from_random(a) == from_random(b), a == b);
            prop_assert_eq!(hash(&from_random(a)), hash(&from_random(a).to_lowercase()));
        }

        #[test]
        fn a_normal_code_stays_as_it_is(typed in any::<String>()) {
            let normal = normalise(&typed);
            prop_assert_eq!(normalise(&normal), normal);
        }

        #[test]
        fn codes_hold_only_letters_of_the_alphabet(bytes in any::<[u8; 10]>()) {
            let code = normalise(&from_random(bytes));
            prop_assert!(code.len() == 16 && code.bytes().all(|byte| ALPHABET.contains(&byte)));
        }
    }
}
