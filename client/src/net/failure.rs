//! Every way in which talking to a daemon can fail.

use super::Place;
use chat_shared::link::Pin;
use chat_shared::scram::ScramError;
use chat_shared::{Fault, FaultCode};

/// Why something did not come about. The texts are for people.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Nobody answers there.
    #[error("could not reach {place}: {error}")]
    Unreachable {
        /// Where.
        place: Place,
        /// Why.
        error: String,
    },
    /// The daemon shows another key than the one it is known by.
    #[error(
        "the key of {place} is not the one it is known by!\n  \
         known: {known}\n  shown: {shown}\n\
         Somebody may be listening in between, or the daemon was set up anew. Nothing was sent.\n\
         Ask its administrator for the fingerprint; if it is the one shown, accept it once with\n  \
         --pin {shown}"
    )]
    PinDiffers {
        /// Where.
        place: Place,
        /// The key it is known by.
        known: Pin,
        /// The key it showed.
        shown: Pin,
    },
    /// The user did not confirm the fingerprint of a new server.
    #[error("the fingerprint was not confirmed, nothing was sent")]
    NotConfirmed,
    /// The connection broke.
    #[error("the connection was lost: {0}")]
    Lost(String),
    /// What was said there is not what a daemon says.
    #[error("the daemon sent nonsense: {0}")]
    Nonsense(String),
    /// Whoever answers there does not know the protocol.
    #[error("this is no chatd, or a much newer one")]
    NotChatd,
    /// The daemon said no.
    #[error("{0}")]
    Refused(#[from] Fault),
    /// The login is not possible.
    #[error("could not sign in: {0}")]
    Login(#[from] ScramError),
    /// No token here, and no password was given.
    #[error("{0}")]
    NoPassword(String),
    /// Own files cannot be read or written.
    #[error("could not use the state folder: {0}")]
    State(#[from] std::io::Error),
}

impl Failure {
    /// Whether it goes once somebody takes back what they did: worth trying again, seldom.
    pub fn may_be_lifted(&self) -> bool {
        matches!(
            self,
            Self::Refused(fault)
                if matches!(fault.code, FaultCode::AddressBanned | FaultCode::AccountDisabled)
        )
    }

    /// Whether it may go by itself: worth trying again.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::Lost(_) | Self::Nonsense(_) | Self::NotChatd => true,
            Self::Refused(fault) => fault.is_passing(),
            Self::PinDiffers { .. }
            | Self::NotConfirmed
            | Self::Login(_)
            | Self::NoPassword(_)
            | Self::State(_) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_somebody_may_take_back_is_tried_again_and_being_put_out_by_oneself_is_not() {
        let refused = |code| Failure::Refused(Fault::new(code, "no"));
        for code in [FaultCode::AddressBanned, FaultCode::AccountDisabled] {
            assert!(refused(code).may_be_lifted() && !refused(code).is_passing());
        }
        for code in [FaultCode::SignedInElsewhere, FaultCode::TokenInvalid] {
            assert!(!refused(code).may_be_lifted() && !refused(code).is_passing());
        }
    }
}
