//! What a screen begins with.

use crate::config::Config;
use crate::net;

/// Everything that is settled before the screen comes up: who, where, and how it is to look. The
/// account exists and its device has a token by then.
#[derive(Debug)]
pub struct Startup {
    /// For [`net::start`].
    pub settings: net::Settings,
    /// What the user set.
    pub config: Config,
    /// The name of the account, for the time before the first connection.
    pub account: String,
    /// The account was made now, and administers the house.
    pub is_founder: bool,
    /// Where the daemon is, for people: `office.lan:7420`.
    pub server: String,
}
