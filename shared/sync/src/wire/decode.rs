//! Bytes to frames.

use std::cell::Cell;

use docket_domain::{Duty, Member, MemberId, OrganisationId, Role, Timestamp};
use minicbor::Decoder;

use super::{
    Ephemeral, FRAME_LIMIT, Frame, ID_LIMIT, LIST_LIMIT, PeerId, PeerMetadata, Person, Refusal, RemoteHeads,
    RowUpdate, SyncData, TEXT_LIMIT, WireError,
    reader::{Fields, boolean, bytes, count, document, document_text, hash, integer, list, readable, text},
};

/// The most strings in a list of versions or storages.
const NAMES_LIMIT: usize = 1_000;
/// The most heads of one document that are read.
const HEADS_LIMIT: usize = 10_000;

impl Frame {
    /// Reads a frame.
    ///
    /// # Errors
    /// When the bytes are too many, are no CBOR map, or lack what their type needs. A type that isn't known is no
    /// error: it reads as [`Frame::Unknown`].
    pub fn decode(frame: &[u8]) -> Result<Self, WireError> {
        let (fields, kind) = fields(frame)?;
        Self::of_kind(&kind, &fields, None)
    }

    /// Reads a frame of a hub that may be newer than this client: what can't be read in it is passed over and counted.
    /// One of Docket's own frames that can't be read at all reads as [`Frame::Unknown`].
    ///
    /// # Errors
    /// As [`decode`](Self::decode), for frames of automerge-repo, and for what isn't a frame.
    pub fn decode_known(frame: &[u8]) -> Result<(Self, PassedOver), WireError> {
        let (fields, kind) = fields(frame)?;
        let passed = Passed::default();
        let read = Self::of_kind(&kind, &fields, Some(&passed));
        let frame = match read {
            Err(_) if kind.starts_with(OWN) => {
                passed.frames.set(1);
                unknown(&kind)
            }
            read => read?,
        };
        Ok((frame, passed.total()))
    }

    fn of_kind(kind: &str, fields: &Fields<'_>, passed: Option<&Passed>) -> Result<Self, WireError> {
        Ok(match kind {
            "join" => Self::Join {
                sender: fields.required("senderId", peer)?,
                metadata: fields.optional("peerMetadata", metadata)?.unwrap_or_default(),
                versions: fields.required("supportedProtocolVersions", list(NAMES_LIMIT, text(ID_LIMIT)))?,
            },
            "peer" => Self::Peer {
                sender: fields.required("senderId", peer)?,
                target: fields.required("targetId", peer)?,
                metadata: fields.optional("peerMetadata", metadata)?.unwrap_or_default(),
                version: fields.required("selectedProtocolVersion", text(ID_LIMIT))?,
            },
            "error" => Self::Error {
                sender: fields.optional("senderId", peer)?,
                target: fields.optional("targetId", peer)?,
                message: fields.required("message", text(TEXT_LIMIT))?,
            },
            "leave" => Self::Leave {
                sender: fields.required("senderId", peer)?,
            },
            "request" => Self::Request(sync(fields)?),
            "sync" => Self::Sync(sync(fields)?),
            "doc-unavailable" => Self::DocUnavailable {
                document: fields.required("documentId", document_text)?,
                sender: fields.required("senderId", peer)?,
                target: fields.required("targetId", peer)?,
            },
            "ephemeral" => Self::Ephemeral(Ephemeral {
                document: fields.required("documentId", document_text)?,
                sender: fields.required("senderId", peer)?,
                target: fields.required("targetId", peer)?,
                count: fields.required("count", count)?,
                session: fields.required("sessionId", text(ID_LIMIT))?,
                data: fields.required("data", bytes)?,
            }),
            "remote-subscription-change" => Self::RemoteSubscriptionChange {
                sender: fields.required("senderId", peer)?,
                target: fields.required("targetId", peer)?,
                add: fields
                    .optional("add", list(NAMES_LIMIT, text(ID_LIMIT)))?
                    .unwrap_or_default(),
                remove: fields
                    .optional("remove", list(NAMES_LIMIT, text(ID_LIMIT)))?
                    .unwrap_or_default(),
            },
            "remote-heads-changed" => Self::RemoteHeadsChanged {
                sender: fields.required("senderId", peer)?,
                target: fields.required("targetId", peer)?,
                document: fields.required("documentId", document_text)?,
                heads: fields.required("newHeads", remote_heads)?,
            },
            _ if kind.starts_with(OWN) => docket(kind, fields, passed)?,
            _ => unknown(kind),
        })
    }
}

/// What the types of Docket's own frames begin with.
const OWN: &str = "docket-";

/// What was passed over in a frame because this version can't read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PassedOver {
    /// Frames of Docket's, whole.
    pub frames: u64,
    /// Rows of the catalogue.
    pub rows: u64,
    /// Members: those with a role that isn't known count as viewers.
    pub members: u64,
}

#[derive(Default)]
struct Passed {
    frames: Cell<u64>,
    rows: Cell<u64>,
    members: Cell<u64>,
}

impl Passed {
    fn total(&self) -> PassedOver {
        PassedOver {
            frames: self.frames.get(),
            rows: self.rows.get(),
            members: self.members.get(),
        }
    }
}

fn add(count: &Cell<u64>) {
    count.set(count.get() + 1);
}

/// A frame's fields, and its type.
fn fields(frame: &[u8]) -> Result<(Fields<'_>, String), WireError> {
    if frame.len() > FRAME_LIMIT {
        return Err(WireError::TooLarge {
            size: frame.len(),
            limit: FRAME_LIMIT,
        });
    }
    let fields = Fields::read(&mut Decoder::new(frame))?;
    let kind = fields.required("type", text(TEXT_LIMIT))?;
    Ok((fields, kind))
}

/// Docket's own frames.
fn docket(kind: &str, fields: &Fields<'_>, passed: Option<&Passed>) -> Result<Frame, WireError> {
    Ok(match kind {
        "docket-subscribe" => Frame::Subscribe {
            epoch: fields.optional("epoch", text(ID_LIMIT))?,
            version: fields.required("version", count)?,
            derivation: fields.required("derivation", small)?,
        },
        "docket-release" => Frame::Release {
            documents: fields.required("documents", list(LIST_LIMIT, document))?,
        },
        "docket-here" => Frame::Here {
            document: fields.optional("document", document)?,
            field: fields.optional("field", text(ID_LIMIT))?,
        },
        "docket-welcome" => Frame::Welcome {
            epoch: fields.required("epoch", text(ID_LIMIT))?,
            workspace: fields.required("workspace", document)?,
            member: fields.required("member", text(ID_LIMIT))?.parse()?,
            now: fields.required("now", integer).map(Timestamp)?,
        },
        "docket-rows" => Frame::Rows {
            epoch: fields.required("epoch", text(ID_LIMIT))?,
            version: fields.required("version", count)?,
            rows: match passed {
                None => fields.required("rows", list(LIST_LIMIT, row))?,
                Some(passed) => fields.required("rows", readable(LIST_LIMIT, row, || add(&passed.rows)))?,
            },
            more: fields.required("more", boolean)?,
        },
        "docket-members" => Frame::Members {
            members: match passed {
                None => fields.required("members", list(LIST_LIMIT, member))?,
                Some(passed) => {
                    let read = |decoder: &mut Decoder<'_>, _| known_member(decoder, passed);
                    fields.required("members", readable(LIST_LIMIT, read, || add(&passed.members)))?
                }
            },
        },
        "docket-facts" => Frame::Facts {
            document: fields.required("document", document)?,
            facts: fields.required("facts", bytes)?,
        },
        "docket-refused" => Frame::Refused {
            document: fields.required("document", document)?,
            refused: fields.required("refused", list(LIST_LIMIT, refusal))?,
            dependents: fields.required("dependents", list(LIST_LIMIT, hash))?,
        },
        "docket-purged" => Frame::Purged {
            document: fields.required("document", document)?,
        },
        "docket-presence" => Frame::Presence {
            whole: fields.required("whole", boolean)?,
            changed: fields.required("changed", list(LIST_LIMIT, person))?,
            gone: fields.required("gone", list(LIST_LIMIT, peer))?,
            more: fields.optional("more", count)?.unwrap_or_default(),
        },
        "docket-present" => Frame::Present {
            people: fields.required("people", list(LIST_LIMIT, person))?,
        },
        _ => unknown(kind),
    })
}

fn unknown(kind: &str) -> Frame {
    Frame::Unknown {
        name: kind.chars().take(64).collect(),
    }
}

fn sync(fields: &Fields<'_>) -> Result<SyncData, WireError> {
    let data = fields.required("data", bytes)?;
    if data.is_empty() {
        return Err(WireError::Field("data"));
    }
    Ok(SyncData {
        document: fields.required("documentId", document_text)?,
        sender: fields.required("senderId", peer)?,
        target: fields.required("targetId", peer)?,
        data,
    })
}

fn peer(decoder: &mut Decoder<'_>, name: &'static str) -> Result<PeerId, WireError> {
    PeerId::new(text(ID_LIMIT)(decoder, name)?)
}

fn small(decoder: &mut Decoder<'_>, name: &'static str) -> Result<u32, WireError> {
    count(decoder, name)?
        .try_into()
        .map_err(|_| WireError::Field(name))
}

fn metadata(decoder: &mut Decoder<'_>, _: &'static str) -> Result<PeerMetadata, WireError> {
    let fields = Fields::read(decoder)?;
    Ok(PeerMetadata {
        storage_id: fields.optional("storageId", text(ID_LIMIT))?,
        ephemeral: fields.optional("isEphemeral", boolean)?.unwrap_or_default(),
        docket: fields.optional("docket", small)?,
    })
}

fn remote_heads(decoder: &mut Decoder<'_>, name: &'static str) -> Result<Vec<RemoteHeads>, WireError> {
    Fields::read(decoder)?
        .into_entries()
        .into_iter()
        .map(|(storage, mut value)| {
            if storage.len() > ID_LIMIT {
                return Err(WireError::Field(name));
            }
            let fields = Fields::read(&mut value)?;
            Ok(RemoteHeads {
                storage: storage.to_owned(),
                heads: fields.required("heads", list(NAMES_LIMIT, text(ID_LIMIT)))?,
                at: fields.required("timestamp", integer).map(Timestamp)?,
            })
        })
        .collect()
}

fn row(decoder: &mut Decoder<'_>, _: &'static str) -> Result<RowUpdate, WireError> {
    let fields = Fields::read(decoder)?;
    Ok(RowUpdate {
        document: fields.required("document", document)?,
        heads: fields.required("heads", list(HEADS_LIMIT, hash))?,
        row: fields.optional("row", bytes)?,
    })
}

pub(super) fn refusal(decoder: &mut Decoder<'_>, _: &'static str) -> Result<Refusal, WireError> {
    let fields = Fields::read(decoder)?;
    Ok(Refusal {
        change: fields.required("change", hash)?,
        code: fields.required("code", text(ID_LIMIT))?,
        message: fields.required("message", text(TEXT_LIMIT))?,
    })
}

fn member(decoder: &mut Decoder<'_>, _: &'static str) -> Result<Member, WireError> {
    Ok(decoder.decode()?)
}

/// A member, as far as this version knows roles and duties: whoever has a role of a newer one may do least.
fn known_member(decoder: &mut Decoder<'_>, passed: &Passed) -> Result<Member, WireError> {
    #[derive(minicbor::Decode)]
    #[cbor(map)]
    struct Loose {
        #[n(0)]
        id: MemberId,
        #[n(1)]
        name: String,
        #[n(2)]
        role: u32,
        #[n(3)]
        organisation: Option<OrganisationId>,
        #[n(4)]
        duties: Vec<u32>,
    }
    let loose: Loose = decoder.decode()?;
    let known = |index: u32| minicbor::to_vec(index).unwrap_or_default();
    let role = minicbor::decode::<Role>(&known(loose.role)).ok();
    let duties = loose.duties.iter();
    let duties: Vec<Duty> = duties
        .filter_map(|duty| minicbor::decode(&known(*duty)).ok())
        .collect();
    if role.is_none() || duties.len() < loose.duties.len() {
        add(&passed.members);
    }
    Ok(Member {
        id: loose.id,
        name: loose.name,
        role: role.unwrap_or(Role::Viewer),
        organisation: loose.organisation,
        duties,
    })
}

fn person(decoder: &mut Decoder<'_>, _: &'static str) -> Result<Person, WireError> {
    let fields = Fields::read(decoder)?;
    Ok(Person {
        member: fields.required("member", text(ID_LIMIT))?.parse()?,
        name: fields.required("name", text(TEXT_LIMIT))?,
        peer: fields.required("peer", peer)?,
        document: fields.optional("document", document)?,
        field: fields.optional("field", text(ID_LIMIT))?,
    })
}
