//! `/bundle`: the whole workspace as one file, out and in.
//!
//! Both ways are streams: out, batch by batch as the asker takes it; in, part by part, and piece by piece within a part
//! (`object::restoring`).

use std::rc::Rc;

use docket_domain::{DocumentId, Member, MemberId, WorkspaceSlug, row};
use docket_exchange::bundle::{About, Document, FORMAT, Name, Span, State, Withheld, Writer};
use docket_sync::hub::{HubError, Store, Whole};
use futures_util::{StreamExt, stream};
use serde::Serialize;
use worker::{Request, Response};

use super::{Caller, ask, body, broken, file, workspace};
use crate::{
    access::{members, secret::Secret},
    answer,
    error::Error,
    object::{Object, Restoration},
    store,
};

/// The token that the one who restores chose, so that they have it also where the last answer is lost.
const TOKEN: &str = "Docket-Admin-Token";

/// What a tar is called (there is no registered type).
const TAR: &str = "application/x-tar";

/// The most bytes of one part. Cloudflare takes 100 MB, and the largest document with all that belongs to it is smaller.
const PART_LIMIT: u64 = 64 << 20;

/// `GET /bundle`
pub(crate) fn give(object: &Rc<Object>, slug: &WorkspaceSlug, caller: &Caller) -> Result<Response, Error> {
    caller.admin()?;
    let founded = store::founded(&object.database)?;
    let limit = Name::Document(founded.document).limit();
    if let Some(document) = object.with_hub(|hub, _| hub.larger_than(limit))?? {
        return Err(Error::Conflict(format!(
            "the document {document} is larger than the {limit} bytes that a bundle holds of one: go on in a new one, and purge it"
        )));
    }
    let (workspace, version) = object.with_hub(|hub, _| (hub.workspace(), hub.store().version()))?;
    let workspace = workspace?;
    let about = About {
        format: FORMAT,
        workspace: founded.document,
        name: workspace.name,
        prefix: workspace.prefix,
        made_at: object.now(),
        made_by: env!("CARGO_PKG_VERSION").to_owned(),
        derivation: row::DERIVATION,
    };
    let mut begun = Vec::new();
    let writer = Writer::begin(&about, &mut begun).map_err(of_bundle)?;
    let giving = Giving {
        object: object.clone(),
        member: caller.member.id.clone(),
        writer,
        begun,
        state: State {
            version: Span {
                from: version.map_err(HubError::from)?,
                to: 0,
            },
            ..State::default()
        },
        after: None,
    };
    let bundle = stream::try_unfold(Some(giving), Giving::step);
    file(TAR, &format!("{slug}.tar"), bundle)
}

/// A bundle on its way.
struct Giving {
    object: Rc<Object>,
    member: MemberId,
    writer: Writer,
    /// Written, and not sent yet.
    begun: Vec<u8>,
    state: State,
    after: Option<DocumentId>,
}

impl Giving {
    async fn step(giving: Option<Self>) -> worker::Result<Option<(Vec<u8>, Option<Self>)>> {
        match giving {
            None => Ok(None),
            Some(giving) => giving.batch().map(Some).map_err(broken),
        }
    }

    /// The next documents; with the last of them, in the same turn, what comes after.
    fn batch(mut self) -> Result<(Vec<u8>, Option<Self>), Error> {
        let mut out = std::mem::take(&mut self.begun);
        let read = self
            .object
            .with_hub(|hub, now| hub.read_whole(&self.member, self.after, now))??;
        for whole in read.documents {
            self.writer
                .document(&document(whole), &mut out)
                .map_err(of_bundle)?;
        }
        let withheld = read.withheld.into_iter();
        self.state
            .withheld
            .extend(withheld.map(|(document, until)| Withheld { document, until }));
        self.after = read.next;
        if self.after.is_some() {
            return Ok((out, Some(self)));
        }
        let everybody = members::everybody(&self.object.database)?;
        let (version, last_number, purged) = self.object.with_hub(|hub, _| {
            let store = hub.store();
            (store.version(), store.last_number(), store.purged())
        })?;
        self.state.version.to = version.map_err(HubError::from)?;
        self.state.last_number = last_number.map_err(HubError::from)?;
        self.state.purged = purged.map_err(HubError::from)?;
        self.writer
            .finish(&everybody, &self.state, &mut out)
            .map_err(of_bundle)?;
        Ok((out, None))
    }
}

fn document(whole: Whole) -> Document {
    Document {
        id: whole.document,
        changes: whole.changes,
        facts: whole.facts,
        row: whole.row,
    }
}

#[derive(Serialize)]
struct Taken {
    /// The next part begins here.
    offset: u64,
    documents: u64,
    rows_differing: u64,
}

#[derive(Serialize)]
struct Opened<'a> {
    #[serde(flatten)]
    taken: Taken,
    document: &'a str,
    member: &'a Member,
    token: &'a str,
}

/// `POST /bundle?offset=&admin=`
pub(crate) async fn take(
    object: &Rc<Object>,
    slug: &WorkspaceSlug,
    mut request: Request,
) -> Result<Response, Error> {
    ask::founder(object, &request)?;
    let (offset, admin) = asked(&request)?;
    let chosen = chosen(&request)?;
    let too_large = || Error::TooLarge {
        limit: PART_LIMIT as usize,
    };
    if body::declared(&request)?.is_some_and(|length| length as u64 > PART_LIMIT) {
        return Err(too_large());
    }
    workspace::free(object, slug)?;
    let mut restoration = Restoration::take_up(object, offset)?;
    let mut size = 0_u64;
    if let Ok(mut pieces) = request.stream() {
        while let Some(piece) = pieces.next().await {
            let piece = piece?;
            size += piece.len() as u64;
            if size > PART_LIMIT {
                return Err(too_large());
            }
            restoration.feed(&piece)?;
        }
    }
    restoration.note()?;
    let progress = restoration.progress();
    let taken = Taken {
        offset: progress.offset(),
        documents: progress.documents(),
        rows_differing: restoration.differing(),
    };
    if !progress.is_verified() {
        return answer::json(202, &taken);
    }
    let opened = restoration.open(&admin, chosen)?;
    let opened = Opened {
        taken,
        document: &opened.document,
        member: &opened.member,
        token: opened.token.reveal(),
    };
    answer::json(201, &opened)
}

/// Where the part begins, and whose token is wanted.
fn asked(request: &Request) -> Result<(u64, String), Error> {
    let (mut offset, mut admin) = (0, String::new());
    for (name, value) in request.url()?.query_pairs() {
        match &*name {
            "offset" => {
                offset = value
                    .parse()
                    .map_err(|_| Error::Invalid("“offset” is a number of bytes".into()))?
            }
            "admin" => admin = members::name(&value)?,
            _ => {}
        }
    }
    if admin.is_empty() {
        let message = "say in “admin” whose token you want: the id or name of an admin, or a new one’s name";
        return Err(Error::Invalid(message.into()));
    }
    Ok((offset, admin))
}

fn chosen(request: &Request) -> Result<Option<Secret>, Error> {
    let Some(header) = request.headers().get(TOKEN)? else {
        return Ok(None);
    };
    let wrong = || {
        Error::Invalid(format!(
            "the token in “{TOKEN}” is “dkt_” and at least 43 random digits of base58"
        ))
    };
    Secret::chosen(&header).map(Some).ok_or_else(wrong)
}

/// A workspace that no bundle holds.
fn of_bundle(error: docket_exchange::bundle::BundleError) -> Error {
    Error::Conflict(error.to_string())
}
