//! Screens as they are drawn, and what keys make of them: [`bench`] is the stand, [`screens`]
//! compares whole screens, [`behaviour`] what happens, [`people`] and [`rooms`] the same for people and
//! rooms.

mod behaviour;
mod bench;
mod people;
mod rooms;
mod screens;
