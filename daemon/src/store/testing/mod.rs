//! What tests need of a store and nobody else does: all that it holds, how far it has filed it, and a disk
//! that can fail.

mod disk;
mod dump;
mod filing;

pub(crate) use disk::{Disk, FEW};
pub(crate) use dump::Dump;
