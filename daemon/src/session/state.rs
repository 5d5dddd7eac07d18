//! Where a connection stands, and which requests fit there: pure.

use super::faults;
use chat_shared::{Fault, Request};

/// The phases of a connection, each leading to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Nothing was said yet.
    Greeting,
    /// After `hello`: may register and sign in.
    Welcomed,
    /// Signed in.
    Ready,
    /// The last frame is on its way.
    Closing,
}

/// What a request needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Needs {
    Nothing,
    Greeting,
    Welcomed,
    /// After `hello`; who came by a token may prove the password later.
    WelcomedOrReady,
    Ready,
    /// The right to administer, in any phase after `hello`.
    Administrator,
}

fn needs(request: &Request) -> Needs {
    match request {
        Request::Hello { .. } => Needs::Greeting,
        Request::Ping {} | Request::Unknown => Needs::Nothing,
        Request::Register { .. } | Request::ResetPassword { .. } | Request::Resume { .. } => {
            Needs::Welcomed
        }
        Request::SaslStart { .. } | Request::SaslRespond { .. } => Needs::WelcomedOrReady,
        Request::AddDevice { .. }
        | Request::RevokeDevice { .. }
        | Request::OpenStream { .. }
        | Request::Sync { .. }
        | Request::Rooms { .. }
        | Request::Room { .. }
        | Request::Restrictions { .. }
        | Request::Members { .. }
        | Request::History { .. }
        | Request::Who { .. }
        | Request::Card { .. }
        | Request::SearchPeople { .. }
        | Request::Contacts { .. }
        | Request::Inbox { .. }
        | Request::People { .. }
        | Request::Devices {}
        | Request::Post { .. }
        | Request::CreateRoom { .. }
        | Request::Join { .. }
        | Request::Leave { .. }
        | Request::SetTopic { .. }
        | Request::OpenDirect { .. }
        | Request::Command { .. }
        | Request::InviteNew { .. }
        | Request::Invites { .. }
        | Request::MarkRead { .. }
        | Request::SetPresence { .. }
        | Request::Typing { .. } => Needs::Ready,
        Request::AdminStatus {}
        | Request::AdminAccountAdd { .. }
        | Request::AdminAccounts { .. }
        | Request::AdminAccountEnable { .. }
        | Request::AdminPasswordReset { .. }
        | Request::AdminInviteNew { .. }
        | Request::AdminInvites { .. }
        | Request::AdminInviteRevoke { .. }
        | Request::AdminCommand { .. }
        | Request::AdminRooms { .. }
        | Request::AdminMembers { .. }
        | Request::AdminCard { .. }
        | Request::AdminResetCode { .. }
        | Request::AdminBans { .. }
        | Request::AdminGroups { .. }
        | Request::AdminAudit { .. }
        | Request::AdminRestrictions { .. } => Needs::Administrator,
    }
}

/// Whether a request fits now; the one place where that is decided.
pub(crate) fn admit(
    phase: Phase,
    request: &Request,
    may_administer: Result<(), &str>,
) -> Result<(), Fault> {
    match (needs(request), phase) {
        (_, Phase::Closing) => Err(faults::wrong_state("this connection ends")),
        (Needs::Nothing, _)
        | (Needs::Greeting, Phase::Greeting)
        | (Needs::Welcomed, Phase::Welcomed)
        | (Needs::WelcomedOrReady, Phase::Welcomed | Phase::Ready)
        | (Needs::Ready, Phase::Ready) => Ok(()),
        (_, Phase::Greeting) => Err(faults::wrong_state("`hello` comes first")),
        (Needs::Greeting, _) => Err(faults::wrong_state("`hello` was said already")),
        (Needs::Welcomed, _) => Err(faults::wrong_state("this connection is signed in already")),
        (Needs::Ready, _) => Err(faults::wrong_state(
            "sign in first: `sasl_start`, or `resume` with a token",
        )),
        (Needs::Administrator, _) => may_administer.map_err(faults::not_allowed),
    }
}

/// Whether the requests behind this one wait for its answer, since it changes what they mean.
pub(crate) fn is_exclusive(request: &Request) -> bool {
    matches!(
        request,
        Request::Hello { .. }
            | Request::Register { .. }
            | Request::SaslStart { .. }
            | Request::SaslRespond { .. }
            | Request::ResetPassword { .. }
            | Request::Resume { .. }
            | Request::AddDevice { .. }
            | Request::OpenStream { .. }
            | Request::Sync { .. }
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use chat_shared::{Command, ConversationId, FaultCode, Nonce, VerifierData};
    use serde_bytes::ByteBuf;

    fn hello() -> Request {
        Request::Hello {
            client: "test".into(),
            version: 1,
        }
    }

    fn post() -> Request {
        Request::Post {
            nonce: Nonce(1),
            settled: Nonce(0),
            conversation: ConversationId(1),
            text: "hi".into(),
        }
    }

    fn resume() -> Request {
        Request::Resume {
            token: String::new(),
        }
    }

    fn sasl() -> Request {
        Request::SaslStart {
            mechanism: String::new(),
            data: ByteBuf::new(),
        }
    }

    fn command(command: Command) -> Request {
        Request::Command {
            nonce: Nonce(1),
            settled: Nonce(0),
            command,
        }
    }

    fn code(phase: Phase, request: &Request) -> Option<FaultCode> {
        admit(phase, request, Err("no"))
            .err()
            .map(|fault| fault.code)
    }

    #[test]
    fn requests_come_in_their_order() {
        let wrong = Some(FaultCode::WrongState);
        assert_eq!(code(Phase::Greeting, &hello()), None);
        assert_eq!(code(Phase::Greeting, &resume()), wrong);
        assert_eq!(code(Phase::Greeting, &post()), wrong);
        assert_eq!(code(Phase::Welcomed, &hello()), wrong);
        assert_eq!(code(Phase::Welcomed, &resume()), None);
        assert_eq!(code(Phase::Welcomed, &post()), wrong);
        assert_eq!(code(Phase::Ready, &resume()), wrong);
        assert_eq!(code(Phase::Greeting, &sasl()), wrong);
        assert_eq!(code(Phase::Welcomed, &sasl()), None);
        assert_eq!(code(Phase::Ready, &sasl()), None, "to prove the password");
        assert_eq!(code(Phase::Ready, &post()), None);
        assert_eq!(code(Phase::Closing, &post()), wrong);
        assert_eq!(code(Phase::Greeting, &Request::Ping {}), None);
    }

    #[test]
    fn only_who_may_administer_does() {
        let request = Request::AdminStatus {};
        assert_eq!(code(Phase::Ready, &request), Some(FaultCode::NotAllowed));
        assert_eq!(admit(Phase::Welcomed, &request, Ok(())), Ok(()));
        assert_eq!(code(Phase::Greeting, &request), Some(FaultCode::WrongState));
    }

    #[test]
    fn a_command_needs_a_person_or_the_machine() {
        let panic = || Command::Panic { on: true };
        let wrong = Some(FaultCode::WrongState);
        assert_eq!(code(Phase::Welcomed, &command(panic())), wrong);
        assert_eq!(code(Phase::Ready, &command(panic())), None);
        let request = Request::AdminCommand { command: panic() };
        assert_eq!(code(Phase::Ready, &request), Some(FaultCode::NotAllowed));
        assert_eq!(admit(Phase::Welcomed, &request, Ok(())), Ok(()));
    }

    #[test]
    fn a_forgotten_password_is_set_before_the_login() {
        let verifier = VerifierData {
            salt: ByteBuf::new(),
            iterations: 1,
            stored_key: ByteBuf::new(),
            server_key: ByteBuf::new(),
        };
        let reset = Request::ResetPassword {
            name: "anna".into(),
            code: "1".into(),
            verifier,
        };
        assert_eq!(code(Phase::Welcomed, &reset), None);
        assert_eq!(code(Phase::Ready, &reset), Some(FaultCode::WrongState));
        assert!(is_exclusive(&reset));
    }
}
