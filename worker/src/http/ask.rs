//! Who asks, and when that is found out: after the last await.
//!
//! A body takes as long to come as its sender likes, and meanwhile somebody may be revoked or demoted. So a handler gets
//! [`Asked`], from which no [`Caller`] can be had. Only what comes of it once the body is there, [`Shown`], makes one,
//! anew for each turn, and lends it to a closure that can't wait. And only a caller leads to the [`Object`]: nothing can
//! be done but in a turn in which it was asked who does it. A stream asks again for each batch.

use std::{cell::RefCell, rc::Rc, time::Duration};

use docket_domain::{Member, MemberId, Role, WorkspaceSlug};
use docket_sync::hub;
use serde::de::DeserializeOwned;
use worker::{Delay, Method, Request, Url};

use super::body::{self, Pieces};
use crate::{
    access::{
        audit::Doing,
        cookie::{self, Sent},
        credentials::{self, Found, Kind},
        members, network, origin,
        secret::{Digest, Secret},
    },
    budget::{self, Flight},
    error::Error,
    object::Object,
    store,
};

/// A request whose body hasn't been read: nobody may do anything yet.
pub(crate) struct Asked {
    request: Request,
    shown: Shown,
}

/// A credential as a request's headers show it. What it is worth is asked in each turn.
pub(crate) struct Shown {
    object: Rc<Object>,
    slug: WorkspaceSlug,
    method: Method,
    url: Url,
    origin: Option<String>,
    upgrade: bool,
    address: String,
    /// The network of that address.
    from: Option<String>,
    way: Way,
    /// Did the session come in a cookie of the plain name?
    plain: bool,
    /// What it may take of the hub, once it was let in.
    place: RefCell<Option<Place>>,
}

struct Place {
    asker: budget::Asker,
    flight: Flight,
}

/// The way in that was shown.
enum Way {
    Nothing,
    /// An `Authorization` that can't be one of ours.
    Malformed,
    Token(Secret),
    /// In the cookie.
    Session(Secret),
}

/// Somebody who showed a valid way in, in this turn.
pub(crate) struct Caller<'a> {
    /// Who they are.
    pub(crate) member: Member,
    /// The way by which they came.
    pub(crate) way: Found,
    /// What is kept of its secret.
    pub(crate) digest: Digest,
    /// Is it a browser's session?
    pub(crate) is_session: bool,
    object: &'a Object,
    from: Option<&'a str>,
}

impl<'a> Caller<'a> {
    /// The workspace's object, for this turn.
    pub(crate) const fn object(&self) -> &'a Object {
        self.object
    }

    /// Who asks, for the hub.
    pub(crate) fn asker(&self) -> hub::Asker<'_> {
        hub::Asker {
            member: &self.member.id,
            lent: self.way.lent,
        }
    }

    /// Who does something now, for the audit log.
    pub(crate) fn doing(&self) -> Doing<'_> {
        Doing {
            at: self.object.now(),
            by: Some(&self.member.id),
            from: self.from,
        }
    }

    /// The network from which they ask, as far as it is known.
    pub(crate) const fn from(&self) -> Option<&'a str> {
        self.from
    }

    /// Goes on only for this member and for admins.
    pub(crate) fn themselves_or_admin(&self, id: &MemberId) -> Result<(), Error> {
        if self.member.id == *id {
            Ok(())
        } else {
            self.admin()
        }
    }

    /// Goes on only for admins.
    pub(crate) fn admin(&self) -> Result<(), Error> {
        if self.member.role == Role::Admin {
            Ok(())
        } else {
            Err(Error::Forbidden("only an admin of the workspace may do this"))
        }
    }

    /// Goes on only for those who may write.
    pub(crate) fn writer(&self) -> Result<(), Error> {
        if self.member.role.writes() {
            Ok(())
        } else {
            Err(Error::Forbidden("a viewer reads, and writes nothing"))
        }
    }
}

impl Asked {
    /// Reads a request's headers.
    pub(crate) fn new(object: &Rc<Object>, slug: WorkspaceSlug, request: Request) -> Result<Self, Error> {
        let shown = Shown::read(object, slug, &request)?;
        Ok(Self { request, shown })
    }

    /// Turns away, before their body is read, those who couldn't do it now. It decides nothing: who may knock may be
    /// refused once the body is there. (A function without surroundings: it can't do anything but look.)
    pub(crate) fn knock(&self, may: fn(&Caller<'_>) -> Result<(), Error>) -> Result<(), Error> {
        self.shown.in_turn(|caller| {
            may(caller)?;
            let asker = budget::Asker::Member(caller.member.id.clone());
            self.shown.admit(asker, caller.member.role == Role::Admin)
        })
    }

    /// As [`knock`](Self::knock), for the deployment's own secret.
    pub(crate) fn knock_as_founder(&self) -> Result<(), Error> {
        self.shown.as_founder(|_| self.shown.admit_stranger())
    }

    /// As [`knock`](Self::knock), for what gives a way in: turns away pages of other sites. Whether anything is here is told
    /// only once all was read that could be wrong with what was sent, or it told taken names from free ones.
    pub(crate) fn knock_as_anybody(&self) -> Result<(), Error> {
        self.shown.not_another_page()?;
        self.shown.admit_stranger()
    }

    /// Nothing is read of a body.
    pub(crate) fn bare(self) -> Shown {
        self.shown
    }

    /// The whole body, as JSON.
    pub(crate) async fn json<T: DeserializeOwned>(mut self) -> Result<(Shown, T), Error> {
        let body = body::json(&self.shown, &mut self.request).await?;
        Ok((self.shown, body))
    }

    /// The same where a body isn't needed.
    pub(crate) async fn json_or_nothing<T: DeserializeOwned + Default>(
        mut self,
    ) -> Result<(Shown, T), Error> {
        let body = body::json_or_nothing(&self.shown, &mut self.request).await?;
        Ok((self.shown, body))
    }

    /// The whole body, of at most `limit` bytes.
    pub(crate) async fn bytes(mut self, limit: usize) -> Result<(Shown, Vec<u8>), Error> {
        let body = body::bytes(&self.shown, &mut self.request, limit).await?;
        Ok((self.shown, body))
    }

    /// The body piece by piece, at most `limit` bytes of it: each is a turn of its own.
    pub(crate) fn pieces(mut self, limit: usize) -> Result<(Shown, Pieces), Error> {
        let pieces = Pieces::of(&mut self.request, limit)?;
        Ok((self.shown, pieces))
    }

    /// A header that only one resource knows.
    pub(crate) fn header(&self, name: &str) -> Result<Option<String>, Error> {
        Ok(self.request.headers().get(name)?)
    }

    /// The address asked for.
    pub(crate) const fn url(&self) -> &Url {
        &self.shown.url
    }
}

impl Shown {
    fn read(object: &Rc<Object>, slug: WorkspaceSlug, request: &Request) -> Result<Self, Error> {
        let headers = request.headers();
        let upgrade = headers.get("Upgrade")?;
        let (way, plain) = match headers.get("Authorization")? {
            Some(header) => (bearer(&header), false),
            None => {
                let cookies = headers.get("Cookie")?.unwrap_or_default();
                match cookie::read(&cookies, &slug) {
                    Some(Sent { secret, plain }) => (Way::Session(secret), plain),
                    None => (Way::Nothing, false),
                }
            }
        };
        // The network address, as Cloudflare tells it.
        let address = headers.get("CF-Connecting-IP")?.unwrap_or_default();
        Ok(Self {
            object: object.clone(),
            slug,
            method: request.method(),
            url: request.url()?,
            origin: headers.get("Origin")?,
            upgrade: upgrade.is_some_and(|value| value.eq_ignore_ascii_case("websocket")),
            from: network::of(&address),
            address,
            way,
            plain,
            place: RefCell::default(),
        })
    }

    /// The workspace that was named.
    pub(crate) const fn slug(&self) -> &WorkspaceSlug {
        &self.slug
    }

    /// The address asked for.
    pub(crate) const fn url(&self) -> &Url {
        &self.url
    }

    /// Does the request ask for a WebSocket?
    pub(crate) const fn is_upgrade(&self) -> bool {
        self.upgrade
    }

    /// Was the request encrypted on its way?
    pub(crate) fn is_secure(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// The network from which it is asked, as far as it is known.
    pub(crate) fn from(&self) -> Option<&str> {
        self.from.as_deref()
    }

    /// Did the session come in a cookie that is to be replaced by one of this host alone?
    pub(crate) fn is_to_be_replaced(&self) -> bool {
        self.plain && self.is_secure()
    }

    /// The secret of the session that was shown, to be set again when it is renewed.
    pub(crate) const fn session_secret(&self) -> Option<&Secret> {
        match &self.way {
            Way::Session(secret) => Some(secret),
            _ => None,
        }
    }

    /// One turn of whoever asks, if they still may: finds out who they are by token, else by session, and lets `act` do
    /// what it does before anybody else has theirs.
    pub(crate) fn in_turn<T>(&self, act: impl FnOnce(&Caller<'_>) -> Result<T, Error>) -> Result<T, Error> {
        let caller = self.caller()?;
        if caller.member.role == Role::Admin {
            self.object.database.as_admin(|| act(&caller))
        } else {
            act(&caller)
        }
    }

    /// One turn of somebody who shows nothing, or shows who they are: for what gives a way in.
    pub(crate) fn as_anybody<T>(
        &self,
        act: impl FnOnce(&Object, Option<&Caller<'_>>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.not_another_page()?;
        if !self.object.is_claimed()? {
            return Err(self.wrong());
        }
        let caller = match &self.way {
            // What programs show here is what they send.
            Way::Session(_) => self.caller().ok(),
            _ => None,
        };
        act(&self.object, caller.as_ref())
    }

    /// One turn of whoever holds the secret with which this deployment's workspaces are made.
    pub(crate) fn as_founder<T>(
        &self,
        act: impl FnOnce(&Rc<Object>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.not_another_page()?;
        match &self.way {
            Way::Token(secret) if self.object.is_setup_secret(secret) => act(&self.object),
            Way::Token(_) => Err(self.wrong()),
            _ => Err(Error::Unauthorized),
        }
    }

    /// A stream that breaks off: the asker sees that it does, and asks again.
    pub(crate) fn breaks(&self) -> impl Fn(Error) -> worker::Error + use<> {
        let object = self.object.clone();
        move |error| {
            object.note_error("a streamed answer broke off", &error);
            worker::Error::RustError("the answer broke off: ask again".into())
        }
    }

    /// Counts so many bytes as held for this request from now on, in place of those before.
    pub(crate) fn hold(&self, bytes: usize) -> Result<(), Error> {
        match &mut *self.place.borrow_mut() {
            Some(place) => place.flight.hold(bytes),
            None => Err(Error::Internal(
                "a request held bytes before it was let in".into(),
            )),
        }
    }

    /// Counts a part of the answer, which is held until the next.
    pub(crate) fn send(&self, bytes: usize) -> Result<(), Error> {
        self.hold(bytes)?;
        if let Some(place) = &*self.place.borrow() {
            let mut rates = self.object.rates.borrow_mut();
            rates.answer(&place.asker, bytes, self.object.now());
        }
        Ok(())
    }

    /// Waits as long as the asker has been answered more than their share: a stream that is too fast goes on slower.
    pub(crate) async fn pace(&self) {
        loop {
            let wait = match &*self.place.borrow() {
                Some(place) => self
                    .object
                    .rates
                    .borrow_mut()
                    .wait(&place.asker, self.object.now()),
                None => 0,
            };
            if wait == 0 {
                return;
            }
            Delay::from(Duration::from_millis(wait.min(1_000))).await;
        }
    }

    fn admit_stranger(&self) -> Result<(), Error> {
        self.admit(budget::Asker::Stranger(self.address.clone()), false)
    }

    /// Counts this request, once, if there is room for it.
    fn admit(&self, asker: budget::Asker, admin: bool) -> Result<(), Error> {
        let mut place = self.place.borrow_mut();
        if place.is_none() {
            self.object.rates.borrow_mut().ask(&asker, self.object.now())?;
            let flight = Flight::begin(&self.object.flights, asker.clone(), admin)?;
            *place = Some(Place { asker, flight });
        }
        Ok(())
    }

    fn caller(&self) -> Result<Caller<'_>, Error> {
        if !self.object.is_claimed()? {
            // Only who holds the deployment's secret is told that nobody has claimed this name.
            return Err(match &self.way {
                Way::Token(secret) if self.object.is_setup_secret(secret) => {
                    Error::NotFound("there is no workspace of this name yet: make it with POST")
                }
                Way::Token(_) => self.wrong(),
                _ => Error::Unauthorized,
            });
        }
        match &self.way {
            Way::Nothing | Way::Malformed => Err(Error::Unauthorized),
            Way::Token(secret) => {
                let (member, way) = self.by_token(secret)?;
                Ok(self.known(member, way, secret.digest(), false))
            }
            Way::Session(secret) => self.by_session(secret),
        }
    }

    /// Whose token `secret` is. A right one is never made to wait for the wrong ones of its address.
    pub(crate) fn by_token(&self, secret: &Secret) -> Result<(Member, Found), Error> {
        let found = self.found(Kind::Token, &secret.digest())?;
        found.ok_or_else(|| self.wrong())
    }

    /// The member whose way in it is; an error if their access was ended, and none if there is no such way in.
    fn found(&self, kind: Kind, digest: &Digest) -> Result<Option<(Member, Found)>, Error> {
        let (database, now) = (&self.object.database, self.object.now());
        let Some(found) = credentials::find(database, kind, digest, now)? else {
            return Ok(None);
        };
        let member = members::get(database, &found.member)?.ok_or(Error::Revoked)?;
        if let Err(error) = credentials::note_use(database, digest, &found, now) {
            // Whoever comes in to read isn't turned away for that.
            crate::error::log("noting that a credential is used", &error.to_string());
        }
        Ok(Some((member, found)))
    }

    fn known(&self, member: Member, way: Found, digest: Digest, is_session: bool) -> Caller<'_> {
        Caller {
            member,
            way,
            digest,
            is_session,
            object: &self.object,
            from: self.from.as_deref(),
        }
    }

    fn by_session(&self, secret: &Secret) -> Result<Caller<'_>, Error> {
        let digest = secret.digest();
        let found = self.found(Kind::Session, &digest)?;
        let (member, way) = found.ok_or(Error::Unauthorized)?;
        if self.is_to_be_replaced() && !self.is_of_before(&way)? {
            return Err(Error::Unauthorized);
        }
        if self.method != Method::Get || self.upgrade {
            self.own_page()?;
        }
        Ok(self.known(member, way, digest, true))
    }

    /// Was it made before cookies were of one host alone? A later one in a cookie of the plain name was planted by
    /// somebody else.
    fn is_of_before(&self, way: &Found) -> Result<bool, Error> {
        let done = store::done_at(&self.object.database, store::CREDENTIALS_STEP)?;
        Ok(done.is_some_and(|done| way.made_at < done))
    }

    /// The answer to a secret that is none.
    pub(crate) fn wrong(&self) -> Error {
        let now = self.object.now();
        let mut throttle = self.object.throttle.borrow_mut();
        if throttle.waits(&self.address, now) {
            return Error::TooMany;
        }
        throttle.wrong(&self.address, now);
        Error::Unauthorized
    }

    /// Goes on only if one of our own pages asks.
    fn own_page(&self) -> Result<(), Error> {
        if origin::is_ours(self.origin.as_deref(), &self.url) {
            Ok(())
        } else {
            Err(Error::Origin)
        }
    }

    /// As [`own_page`](Self::own_page), but programs, which send no origin, may ask too.
    fn not_another_page(&self) -> Result<(), Error> {
        if self.origin.is_some() {
            self.own_page()
        } else {
            Ok(())
        }
    }
}

/// The secret in `Bearer …`.
fn bearer(header: &str) -> Way {
    let (scheme, secret) = header.split_once(' ').unwrap_or((header, ""));
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Way::Malformed;
    }
    Secret::sent(secret.trim()).map_or(Way::Malformed, Way::Token)
}
