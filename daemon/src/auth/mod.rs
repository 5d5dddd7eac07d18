//! Proving who one is: the throttle on wrong passwords, and devices' tokens. SCRAM itself is shared with
//! the client (`chat_shared::scram`).

pub(crate) mod throttle;
pub(crate) mod tokens;
