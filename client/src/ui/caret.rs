//! Where the terminal's own cursor stands, which cursive has no word for: beside it input methods
//! show what is being composed.

use cursive::Vec2;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// Where the terminal's own cursor is to stand. Cursive has no word for it.
#[derive(Clone, Debug, Default)]
pub(super) struct Caret(Arc<AtomicU32>);

impl Caret {
    /// Says where; nothing hides it.
    pub(super) fn set(&self, at: Option<Vec2>) {
        let word = |n: usize| u32::try_from(n + 1).unwrap_or(u32::MAX).min(0xffff);
        self.0.store(
            at.map_or(0, |at| (word(at.y) << 16) | word(at.x)),
            Ordering::Relaxed,
        );
    }

    /// Column and row.
    pub(super) fn at(&self) -> Option<(u16, u16)> {
        let word = self.0.load(Ordering::Relaxed);
        let part = |n: u32| u16::try_from(n).unwrap_or(u16::MAX).saturating_sub(1);
        (word != 0).then(|| (part(word & 0xffff), part(word >> 16)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_caret_says_where_it_is() {
        let caret = Caret::default();
        assert_eq!(caret.at(), None);
        caret.set(Some(Vec2::new(0, 0)));
        assert_eq!(caret.at(), Some((0, 0)));
        caret.set(Some(Vec2::new(199, 59)));
        assert_eq!(caret.at(), Some((199, 59)));
        caret.set(None);
        assert_eq!(caret.at(), None);
    }
}
