//! What tests need of a store and nobody else does: all that it holds, and a disk that can fail.

mod disk;
mod dump;

pub(crate) use disk::Disk;
pub(crate) use dump::Dump;
