//! Which announcements to everybody somebody has seen.

use std::collections::BTreeSet;

/// Which announcements were dismissed: by their numbers, which count up. Times would not do, since several
/// are said within a millisecond, and clocks are set back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DismissedAnnouncements {
    /// All up to this one.
    up_to: u64,
    /// Of the later ones these.
    single: BTreeSet<u64>,
}

impl DismissedAnnouncements {
    /// All up to this one were dismissed.
    pub fn dismiss_up_to(&mut self, newest: u64) {
        self.up_to = newest.max(self.up_to);
        self.single = self.single.split_off(&self.up_to.saturating_add(1));
    }

    /// This one was dismissed.
    pub fn dismiss(&mut self, announcement: u64) {
        if announcement > self.up_to {
            self.single.insert(announcement);
        }
    }

    /// Whether this one was.
    #[must_use]
    pub fn has(&self, announcement: u64) -> bool {
        announcement <= self.up_to || self.single.contains(&announcement)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiting(dismissed: &DismissedAnnouncements) -> Vec<u64> {
        (1..=6).filter(|id| !dismissed.has(*id)).collect()
    }

    #[test]
    fn one_goes_alone_and_all_go_up_to_the_newest() {
        let mut dismissed = DismissedAnnouncements::default();
        assert_eq!(waiting(&dismissed), [1, 2, 3, 4, 5, 6]);
        dismissed.dismiss(2);
        dismissed.dismiss(5);
        assert_eq!(waiting(&dismissed), [1, 3, 4, 6]);
        dismissed.dismiss_up_to(3);
        assert_eq!(waiting(&dismissed), [4, 6]);
        dismissed.dismiss_up_to(1);
        assert_eq!(waiting(&dismissed), [4, 6], "nothing comes back");
        dismissed.dismiss(1);
        let mut same = DismissedAnnouncements::default();
        same.dismiss_up_to(3);
        same.dismiss(5);
        assert_eq!(dismissed, same, "only what is later is held");
    }
}
