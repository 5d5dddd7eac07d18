//! Where everything stands on a screen of a given size. Pure.

use cursive::{Rect, Vec2};

/// From this width on people are shown unless somebody hid them; 80 columns are for messages.
const WIDE: usize = 110;

/// Under this width conversations are not shown: the messages need what there is.
const NARROW: usize = 48;

/// Under this width people are not shown even where somebody wants them.
const NARROW_FOR_PEOPLE: usize = 64;

/// Between two parts: a line with a space on either side.
pub(super) const GAP: usize = 3;

/// Whether the people at the right are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum PeoplePane {
    /// Where there is room.
    #[default]
    Auto,
    /// Somebody wants them.
    Shown,
    /// Somebody does not.
    Hidden,
}

/// The parts of the screen. A part for which there is no room is nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    pub size: Vec2,
    pub conversations: Option<Rect>,
    /// Name and topic of the open conversation.
    pub title: Option<Rect>,
    pub log: Rect,
    pub people: Option<Rect>,
    pub status: Option<Rect>,
    pub input: Option<Rect>,
}

impl Layout {
    /// Lays a screen out.
    pub(super) fn of(size: Vec2, people: PeoplePane) -> Self {
        let shows_people = match people {
            PeoplePane::Auto => size.x >= WIDE,
            PeoplePane::Shown => size.x >= NARROW_FOR_PEOPLE,
            PeoplePane::Hidden => false,
        };
        let left = if size.x >= NARROW {
            (size.x / 5).clamp(16, 30)
        } else {
            0
        };
        let right = if shows_people {
            // Names with their handles, as soon as there is room for more than messages.
            (size.x.saturating_sub(40) * 3 / 10).clamp(14, 25)
        } else {
            0
        };
        let middle_at = if left > 0 { left + GAP } else { 0 };
        let middle = size.x - middle_at - if right > 0 { right + GAP } else { 0 };
        // From the bottom up: what is needed first when there is little room.
        let has_input = size.y >= 2;
        let has_status = size.y >= 3;
        let has_title = size.y >= 6;
        let bottom = usize::from(has_input) + usize::from(has_status);
        let top = usize::from(has_title);
        let upper = size.y - bottom;
        let part = |x: usize, y: usize, width: usize, height: usize| {
            (width > 0 && height > 0).then(|| Rect::from_size((x, y), (width, height)))
        };
        Self {
            size,
            conversations: part(0, 0, left, upper),
            title: if has_title {
                part(middle_at, 0, middle, 1)
            } else {
                None
            },
            log: Rect::from_size((middle_at, top), (middle, upper - top)),
            people: part(size.x - right, 0, right, upper),
            status: if has_status {
                part(0, upper, size.x, 1)
            } else {
                None
            },
            input: if has_input {
                part(0, size.y - 1, size.x, 1)
            } else {
                None
            },
        }
    }
}

impl Layout {
    /// Where a list stands that is over the messages: title and log together, or the whole width.
    pub(super) fn over(&self, is_wide: bool) -> Rect {
        if is_wide {
            return Rect::from_size((0, 0), (self.size.x, self.log.bottom() + 1));
        }
        match self.title {
            Some(title) => Rect::from_corners(title.top_left(), self.log.bottom_right()),
            None => self.log,
        }
    }
}

/// Whether a place on the screen is in a part.
pub(super) fn is_in(part: Rect, at: Vec2) -> bool {
    at.fits(part.top_left()) && at.fits_in(part.bottom_right())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eighty_columns_are_for_messages_and_wider_screens_show_people() {
        assert_eq!(Layout::of(Vec2::new(80, 24), PeoplePane::Auto).people, None);
        assert!(
            Layout::of(Vec2::new(80, 24), PeoplePane::Shown)
                .people
                .is_some()
        );
        assert!(
            Layout::of(Vec2::new(200, 60), PeoplePane::Auto)
                .people
                .is_some()
        );
        assert_eq!(
            Layout::of(Vec2::new(200, 60), PeoplePane::Hidden).people,
            None
        );
    }

    #[test]
    fn every_part_lies_on_the_screen_at_any_size() {
        for x in 1..220 {
            for y in 1..12 {
                let size = Vec2::new(x, y);
                for people in [PeoplePane::Auto, PeoplePane::Shown, PeoplePane::Hidden] {
                    let layout = Layout::of(size, people);
                    let parts = [
                        layout.conversations,
                        layout.title,
                        layout.people,
                        layout.input,
                        layout.status,
                    ];
                    for part in parts.into_iter().flatten() {
                        assert!(
                            (part.bottom_right() + (1, 1)).fits_in(size),
                            "{size:?} {part:?}"
                        );
                    }
                    assert!((layout.log.top_left() + layout.log.size()).fits_in(size));
                    assert!(
                        layout.log.width() > 0 && layout.log.height() > 0,
                        "{size:?}"
                    );
                }
            }
        }
    }
}
