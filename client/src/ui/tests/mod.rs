//! Screens as they are drawn, and what keys make of them: [`bench`] is the stand, [`screens`]
//! compares whole screens, [`beginning`] where a screen begins, [`behaviour`] what happens, [`cut`] what is too long for its row, [`reading`] what is read by being seen, [`people`], [`rooms`], [`invitations`], the [`house`] and the
//! [`past`] the same for those.

mod behaviour;
mod beginning;
mod bench;
mod cut;
mod house;
mod invitations;
mod past;
mod people;
mod reading;
mod rooms;
mod screens;
