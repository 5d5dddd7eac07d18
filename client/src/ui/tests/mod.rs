//! Screens as they are drawn, and what keys make of them: [`bench`] is the stand, [`screens`]
//! compares whole screens, [`behaviour`] what happens.

mod behaviour;
mod bench;
mod screens;
