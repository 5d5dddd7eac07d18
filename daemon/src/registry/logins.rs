//! Who may try a secret, who comes in, and who is put out again.

use super::ended::Ended;
use super::messages::{
    AskDevices, AskLogin, AskSessions, BecameDevice, LoginTried, SessionEnded, SignIn,
};
use super::roll::Online;
use super::{Registry, address_banned};
use crate::abort::AbortOnPanic;
use crate::auth::throttle::Key;
use crate::clock::now;
use crate::journal::SessionKey;
use crate::room::messages::EndSession;
use crate::store::CommitNumber;
use actix::{Context, Handler};
use chat_shared::{Fault, FaultCode};
use std::net::IpAddr;

impl Registry {
    /// Ends sessions, and those whose sign-in is on its way.
    pub(super) fn end(&mut self, commit: CommitNumber, ended: Ended) {
        self.ended.note(commit, ended, now());
        let fault = ended.fault();
        self.end_where(&fault, |online| ended.covers(online));
    }

    /// Ends sessions.
    pub(super) fn end_where(&self, fault: &Fault, is_meant: impl Fn(Online) -> bool) {
        for (key, online) in self.roll.all() {
            if is_meant(online) {
                self.end_session(key, fault.clone());
            }
        }
    }

    fn end_session(&self, key: SessionKey, fault: Fault) {
        if let Some(link) = self.link(key.worker) {
            let _ = link.end.try_send(EndSession {
                session: key.session,
                fault,
            });
        }
    }

    fn sign_in(
        &mut self,
        session: SessionKey,
        online: Online,
        read_at: CommitNumber,
        ctx: &mut Context<Self>,
    ) -> Result<(), Fault> {
        let at = now();
        if let Some(address) = online.address
            && self.order.bans.cover(address, at)
        {
            return Err(address_banned());
        }
        if let Some(ended) = self.ended.hit(online, read_at, at) {
            return Err(ended.fault());
        }
        for other in self.roll.admit(online, self.rules)? {
            let text = "you signed in elsewhere, and one place at a time is all there may be here";
            self.end_session(other, Fault::new(FaultCode::SignedInElsewhere, text));
        }
        self.roll.add(session, online);
        self.manners.want(online.account);
        self.read_manners(ctx);
        Ok(())
    }

    fn login_keys(name: Option<String>, address: Option<IpAddr>) -> impl Iterator<Item = Key> {
        [name.map(Key::Name), address.map(Key::address)]
            .into_iter()
            .flatten()
    }
}

impl Handler<AskLogin> for Registry {
    type Result = ();

    fn handle(&mut self, ask: AskLogin, _: &mut Self::Context) {
        let _abort = AbortOnPanic("registry");
        let at = now();
        let longest = Self::login_keys(ask.name, ask.address)
            .filter_map(|key| self.throttle.check(&key, at).err())
            .max();
        let _ = ask.reply.send(longest.map_or(Ok(()), Err));
    }
}

impl Handler<LoginTried> for Registry {
    type Result = ();

    fn handle(&mut self, tried: LoginTried, _: &mut Self::Context) {
        let _abort = AbortOnPanic("registry");
        let at = now();
        if tried.succeeded {
            if let Some(name) = tried.name {
                self.throttle.succeeded(&Key::Name(name));
            }
        } else {
            for key in Self::login_keys(tried.name, tried.address) {
                self.throttle.failed(key, at);
            }
        }
    }
}

impl Handler<SignIn> for Registry {
    type Result = ();

    fn handle(&mut self, sign_in: SignIn, ctx: &mut Self::Context) {
        let _abort = AbortOnPanic("registry");
        let done = self.sign_in(sign_in.session, sign_in.online, sign_in.read_at, ctx);
        let _ = sign_in.reply.send(done);
    }
}

impl Handler<BecameDevice> for Registry {
    type Result = ();

    fn handle(&mut self, became: BecameDevice, _: &mut Self::Context) {
        let _abort = AbortOnPanic("registry");
        let is_there = self.roll.name_device(became.session, became.device);
        if is_there.is_some()
            && let Some(ended) = self.ended.device(became.device, now())
        {
            self.end_session(became.session, ended.fault());
        }
    }
}

impl Handler<SessionEnded> for Registry {
    type Result = ();

    fn handle(&mut self, ended: SessionEnded, ctx: &mut Self::Context) {
        let _abort = AbortOnPanic("registry");
        let Some(online) = self.roll.remove(ended.session) else {
            return;
        };
        // Who is invisible was not here.
        if !self.presence.is_hidden(online.account) {
            self.sightings.note(online, now());
        }
        self.presence.remove(online.account, ended.session);
        if !self.roll.is_online(online.account) {
            self.presence.forget(online.account);
            self.leaving.insert(online.account);
        }
        self.schedule_presence(ctx);
    }
}

impl Handler<AskSessions> for Registry {
    type Result = ();

    fn handle(&mut self, ask: AskSessions, _: &mut Self::Context) {
        let _abort = AbortOnPanic("registry");
        let counts = ask.accounts.iter().map(|id| self.roll.count(*id) as u64);
        let _ = ask.reply.send(counts.collect());
    }
}

impl Handler<AskDevices> for Registry {
    type Result = ();

    fn handle(&mut self, ask: AskDevices, _: &mut Self::Context) {
        let _abort = AbortOnPanic("registry");
        let devices = ask.devices.iter();
        let count = |id| self.roll.count_on(ask.account, id) as u64;
        let _ = ask.reply.send(devices.map(|id| count(*id)).collect());
    }
}
