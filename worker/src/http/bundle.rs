//! `/bundle`: the whole workspace as one file, out and in.
//!
//! Both ways are streams: out, batch by batch as the asker takes it; in, part by part, and piece by piece within a part
//! (`object::restoring`).

use docket_domain::{DocumentId, Member, row};
use docket_exchange::bundle::{
    About, Audited, Document, FORMAT, Name, Participant, Span, State, Withheld, Writer,
};
use docket_sync::hub::{HubError, Store, Whole, WholeBatch};
use futures_util::stream;
use serde::Serialize;
use serde_json::json;
use worker::{Response, Url};

use super::{Asked, Caller, Shown, file, workspace};
use crate::{
    access::{audit, members, naming, secret::Secret},
    answer,
    error::Error,
    object::Restoration,
    store,
};

/// The token that the one who restores chose, so that they have it also where the last answer is lost.
const TOKEN: &str = "Docket-Admin-Token";

/// What a tar is called (there is no registered type).
const TAR: &str = "application/x-tar";

/// The most bytes of one part. Cloudflare takes 100 MB, and the largest document with all that belongs to it is smaller.
const PART_LIMIT: usize = 64 << 20;

/// `GET /bundle`
pub(crate) fn give(asked: Asked) -> Result<Response, Error> {
    let shown = asked.bare();
    let (about, version) = shown.in_turn(begin)?;
    let mut begun = Vec::new();
    let writer = Writer::begin(&about, &mut begun).map_err(of_bundle)?;
    let name = format!("{}.tar", shown.slug());
    let giving = Giving {
        shown,
        writer,
        begun,
        state: State {
            version: Span { from: version, to: 0 },
            ..State::default()
        },
        after: None,
    };
    file(TAR, &name, stream::try_unfold(Some(giving), Giving::step))
}

/// What a bundle begins with, and the version of the workspace.
fn begin(caller: &Caller<'_>) -> Result<(About, u64), Error> {
    caller.admin()?;
    let object = caller.object();
    audit::note(
        &object.database,
        caller.doing(),
        "bundle-exported",
        None,
        &json!({}),
    )?;
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
    Ok((about, version.map_err(HubError::from)?))
}

/// A bundle on its way.
struct Giving {
    shown: Shown,
    writer: Writer,
    /// Written, and not sent yet.
    begun: Vec<u8>,
    state: State,
    after: Option<DocumentId>,
}

/// What is read in one turn: documents, and after the last of them who takes part and what else there is.
struct Turn {
    read: WholeBatch,
    end: Option<(Vec<Participant>, End)>,
    /// The audit log, with the end.
    log: Vec<Audited>,
}

struct End {
    version: u64,
    last_number: u64,
    purged: Vec<DocumentId>,
}

impl Giving {
    async fn step(giving: Option<Self>) -> worker::Result<Option<(Vec<u8>, Option<Self>)>> {
        match giving {
            None => Ok(None),
            Some(giving) => {
                giving.shown.pace().await;
                let broken = giving.shown.breaks();
                giving.batch().map(Some).map_err(broken)
            }
        }
    }

    /// The next documents; with the last of them, in the same turn, what comes after.
    fn batch(mut self) -> Result<(Vec<u8>, Option<Self>), Error> {
        let mut out = std::mem::take(&mut self.begun);
        let Turn { read, end, log } = self.shown.in_turn(|caller| turn(caller, self.after))?;
        let size = read.documents.iter().map(|whole| whole.changes.len()).sum();
        self.shown.send(size)?;
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
        let Some((everybody, end)) = end else {
            return Ok((out, Some(self)));
        };
        self.writer.audit(&log, &mut out).map_err(of_bundle)?;
        self.state.version.to = end.version;
        self.state.last_number = end.last_number;
        self.state.purged = end.purged;
        self.writer
            .finish(&everybody, &self.state, &mut out)
            .map_err(of_bundle)?;
        Ok((out, None))
    }
}

fn turn(caller: &Caller<'_>, after: Option<DocumentId>) -> Result<Turn, Error> {
    caller.admin()?;
    let (object, member) = (caller.object(), caller.asker());
    let read = object.with_hub(|hub, now| hub.read_whole(member, after, now))??;
    if read.next.is_some() {
        return Ok(Turn {
            read,
            end: None,
            log: Vec::new(),
        });
    }
    let everybody = members::everybody(&object.database)?;
    let end = object.with_hub(|hub, _| {
        let store = hub.store();
        Ok::<_, HubError>(End {
            version: store.version()?,
            last_number: store.last_number()?,
            purged: store.purged()?,
        })
    })??;
    Ok(Turn {
        read,
        end: Some((everybody, end)),
        log: audit::latest(&object.database, Name::Audit.limit())?,
    })
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
pub(crate) async fn take(asked: Asked) -> Result<Response, Error> {
    asked.knock_as_founder()?;
    let (offset, admin) = self::asked(asked.url())?;
    let chosen = chosen(&asked)?;
    let (shown, mut pieces) = asked.pieces(PART_LIMIT)?;
    let mut restoration = shown.as_founder(|object| {
        workspace::free(object, shown.slug())?;
        Restoration::take_up(object, offset)
    })?;
    while let Some(piece) = pieces.next().await? {
        shown.as_founder(|_| restoration.feed(&piece))?;
    }
    shown.as_founder(|_| {
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
        let opened = restoration.open(&admin, chosen, shown.from())?;
        let opened = Opened {
            taken,
            document: &opened.document,
            member: &opened.member,
            token: opened.token.reveal(),
        };
        answer::json(201, &opened)
    })
}

/// Where the part begins, and whose token is wanted.
fn asked(url: &Url) -> Result<(u64, String), Error> {
    let (mut offset, mut admin) = (0, String::new());
    for (name, value) in url.query_pairs() {
        match &*name {
            "offset" => {
                offset = value
                    .parse()
                    .map_err(|_| Error::Invalid("“offset” is a number of bytes".into()))?
            }
            "admin" => admin = naming::one_line(&value)?,
            _ => {}
        }
    }
    if admin.is_empty() {
        let message = "say in “admin” whose token you want: the id or name of an admin, or a new one’s name";
        return Err(Error::Invalid(message.into()));
    }
    Ok((offset, admin))
}

fn chosen(asked: &Asked) -> Result<Option<Secret>, Error> {
    let Some(header) = asked.header(TOKEN)? else {
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
