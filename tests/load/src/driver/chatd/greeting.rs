//! What a connection asks for at its start.

use super::super::Plan;
use chat_shared::Cursor;

/// How connections sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum SignIn {
    /// By a device's token, as a client that was here before.
    Token,
    /// By SCRAM with a cached key, as a new device.
    Password,
}

/// What connections ask for at the start.
#[derive(Clone, Debug)]
pub(crate) struct Greeting {
    pub(crate) sign_in: SignIn,
    /// Whether to open a stream, which posts need.
    pub(crate) stream: bool,
    /// So many people follow their rooms of the plan, the first ones.
    pub(crate) followers: usize,
    /// What people have already, by conversation: what is above it is caught up with.
    pub(crate) cursors: Vec<Cursor>,
}

impl Greeting {
    pub(crate) fn of(plan: &Plan) -> Self {
        Self {
            sign_in: SignIn::Token,
            stream: true,
            followers: plan.followers,
            cursors: Vec::new(),
        }
    }
}
