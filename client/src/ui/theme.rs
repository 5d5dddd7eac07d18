//! What parts of the screen look like: the only file that knows colours.
//!
//! The background is the terminal's own, and nothing is said by colour alone. Names have colours of the
//! 256-colour cube, which terminal themes leave alone, chosen so that each is readable on black and
//! on white (a contrast of 3 to 1 or more, held by a test).

use cursive::style::{BaseColor, Color, ColorStyle, Effect, Style};
use cursive::theme::Theme;

/// What a piece of text is, as far as its looks go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// What people say.
    Plain,
    /// Times, borders, what is beside the point.
    Quiet,
    /// Somebody's name, in its colour.
    Name(NameColor),
    /// What stands out: the title, an unread conversation.
    Strong,
    /// The conversation that is open.
    Selected,
    /// What happened, and lines of the client.
    System,
    /// The line above what is unread; a lost connection.
    Alert,
}

/// The colour of a name: the same one wherever and whenever the name is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NameColor(u8);

/// Red, green and blue in steps of the colour cube.
const NAME_COLORS: [(u8, u8, u8); 12] = [
    (5, 0, 0),
    (0, 2, 0),
    (1, 2, 5),
    (4, 0, 4),
    (0, 2, 2),
    (3, 2, 0),
    (5, 0, 3),
    (2, 2, 0),
    (3, 1, 5),
    (4, 1, 0),
    (0, 2, 4),
    (2, 2, 5),
];

impl NameColor {
    /// The colour of this name.
    pub(super) fn of(name: &str) -> Self {
        // FNV-1a: stable over versions and machines, which the hashers of std do not promise.
        let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        // The low bits of FNV mix badly for short names.
        let index = (hash ^ (hash >> 32)) % NAME_COLORS.len() as u64;
        Self(u8::try_from(index).unwrap_or(0))
    }
}

impl Role {
    /// The colours and effects.
    pub(super) fn style(self) -> Style {
        match self {
            Self::Plain => Style::terminal_default(),
            Self::Quiet | Self::System => Style::terminal_default().combine(Effect::Dim),
            Self::Strong => Style::terminal_default().combine(Effect::Bold),
            Self::Selected => Style::terminal_default()
                .combine(Effect::Reverse)
                .combine(Effect::Bold),
            Self::Name(NameColor(index)) => {
                let (red, green, blue) = NAME_COLORS[usize::from(index) % NAME_COLORS.len()];
                colored(Color::RgbLowRes(red, green, blue))
            }
            Self::Alert => colored(Color::Dark(BaseColor::Red)),
        }
    }
}

fn colored(front: Color) -> Style {
    Style::from(ColorStyle::new(front, Color::TerminalDefault)).combine(Effect::Bold)
}

/// Cursive's own theme: nothing but the terminal's colours.
pub(super) fn theme() -> Theme {
    Theme::terminal_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance (WCAG 2) of a colour of the cube.
    fn luminance((red, green, blue): (u8, u8, u8)) -> f64 {
        let part = |step: u8| {
            let value = if step == 0 {
                0.0
            } else {
                (55.0 + 40.0 * f64::from(step)) / 255.0
            };
            if value <= 0.03928 {
                value / 12.92
            } else {
                ((value + 0.055) / 1.055_f64).powf(2.4)
            }
        };
        0.2126 * part(red) + 0.7152 * part(green) + 0.0722 * part(blue)
    }

    #[test]
    fn every_name_is_readable_on_black_and_on_white() {
        for color in NAME_COLORS {
            let luminance = luminance(color);
            let (on_black, on_white) = ((luminance + 0.05) / 0.05, 1.05 / (luminance + 0.05));
            assert!(
                on_black >= 3.0 && on_white >= 3.0,
                "{color:?}: {on_black:.2} {on_white:.2}"
            );
        }
    }

    #[test]
    fn a_name_keeps_its_color_and_names_differ() {
        assert_eq!(NameColor::of("anna"), NameColor::of("anna"));
        let names = [
            "anna",
            "boris",
            "clara",
            "daniel",
            "eva",
            "феликс",
            "明",
            "nguyễn",
        ];
        let colors: std::collections::BTreeSet<_> =
            names.iter().map(|name| NameColor::of(name).0).collect();
        assert!(colors.len() >= 5, "{colors:?}");
    }
}
