//! Screens as they are drawn, and what keys make of them: [`bench`] is the stand, [`screens`]
//! compares whole screens, [`behaviour`] what happens, [`people`], [`rooms`] and [`invitations`]
//! the same for those.

mod behaviour;
mod bench;
mod invitations;
mod people;
mod rooms;
mod screens;
