//! Frames to bytes.

use std::convert::Infallible;

use automerge::ChangeHash;
use docket_domain::DocumentId;
use minicbor::Encoder;

use super::{Ephemeral, Frame, PeerId, PeerMetadata, Person, Refusal, RemoteHeads, RowUpdate, SyncData};

/// What encoding into memory answers. It doesn't fail: a `Vec` takes everything, and no value written here has a
/// fallible encoding.
pub(super) type Written = Result<(), minicbor::encode::Error<Infallible>>;

/// Writes CBOR maps whose keys are text. Lengths are left open, so that optional fields are simply left out.
pub(super) struct Writer(Encoder<Vec<u8>>);

impl Writer {
    /// The bytes of the map that `fields` writes the fields of.
    pub(super) fn map(fields: impl FnOnce(&mut Self) -> Written) -> Vec<u8> {
        let mut writer = Self(Encoder::new(Vec::new()));
        let written = writer.nested(fields);
        debug_assert!(written.is_ok(), "writing to memory failed");
        writer.0.into_writer()
    }

    fn nested(&mut self, fields: impl FnOnce(&mut Self) -> Written) -> Written {
        self.0.begin_map()?;
        fields(self)?;
        self.0.end()?.ok()
    }

    fn text(&mut self, name: &str, value: &str) -> Written {
        self.0.str(name)?.str(value)?.ok()
    }

    fn optional_text(&mut self, name: &str, value: Option<&str>) -> Written {
        value.map_or(Ok(()), |value| self.text(name, value))
    }

    fn peer(&mut self, name: &str, value: &PeerId) -> Written {
        self.text(name, value.as_str())
    }

    fn count(&mut self, name: &str, value: u64) -> Written {
        self.0.str(name)?.u64(value)?.ok()
    }

    /// A count for JavaScript, whose decoder makes a `BigInt` of a 64-bit integer, but a number of a float.
    fn number(&mut self, name: &str, value: u64) -> Written {
        if value <= u64::from(u32::MAX) || value > 1 << 53 {
            return self.count(name, value);
        }
        #[allow(
            clippy::cast_precision_loss,
            reason = "up to 2⁵³ every integer is a float of its own"
        )]
        self.0.str(name)?.f64(value as f64)?.ok()
    }

    fn integer(&mut self, name: &str, value: i64) -> Written {
        self.0.str(name)?.i64(value)?.ok()
    }

    fn boolean(&mut self, name: &str, value: bool) -> Written {
        self.0.str(name)?.bool(value)?.ok()
    }

    pub(super) fn bytes(&mut self, name: &str, value: &[u8]) -> Written {
        self.0.str(name)?.bytes(value)?.ok()
    }

    pub(super) fn document(&mut self, name: &str, value: DocumentId) -> Written {
        self.bytes(name, value.as_bytes())
    }

    fn optional_document(&mut self, name: &str, value: Option<DocumentId>) -> Written {
        value.map_or(Ok(()), |value| self.document(name, value))
    }

    pub(super) fn hashes(&mut self, name: &str, values: &[ChangeHash]) -> Written {
        self.list(name, values, |writer, hash| writer.0.bytes(&hash.0)?.ok())
    }

    fn texts(&mut self, name: &str, values: &[String]) -> Written {
        self.list(name, values, |writer, value| writer.0.str(value)?.ok())
    }

    pub(super) fn chunks(&mut self, name: &str, values: &[Vec<u8>]) -> Written {
        self.list(name, values, |writer, value| writer.0.bytes(value)?.ok())
    }

    pub(super) fn list<T>(
        &mut self,
        name: &str,
        values: &[T],
        mut write: impl FnMut(&mut Self, &T) -> Written,
    ) -> Written {
        self.0.str(name)?.array(values.len() as u64)?;
        values.iter().try_for_each(|value| write(self, value))
    }

    pub(super) fn maps<T>(
        &mut self,
        name: &str,
        values: &[T],
        mut fields: impl FnMut(&mut Self, &T) -> Written,
    ) -> Written {
        self.list(name, values, |writer, value| {
            writer.nested(|writer| fields(writer, value))
        })
    }

    fn metadata(&mut self, metadata: &PeerMetadata) -> Written {
        self.0.str("peerMetadata")?;
        self.nested(|writer| {
            writer.optional_text("storageId", metadata.storage_id.as_deref())?;
            writer.boolean("isEphemeral", metadata.ephemeral)?;
            match metadata.docket {
                Some(version) => writer.count("docket", u64::from(version)),
                None => Ok(()),
            }
        })
    }

    fn sync(&mut self, kind: &str, sync: &SyncData) -> Written {
        self.text("type", kind)?;
        self.text("documentId", &sync.document.to_string())?;
        self.peer("senderId", &sync.sender)?;
        self.peer("targetId", &sync.target)?;
        self.bytes("data", &sync.data)
    }
}

impl Frame {
    /// The frame's bytes.
    ///
    /// [`Frame::Unknown`] is written with its name alone.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        Writer::map(|writer| self.write(writer))
    }

    fn write(&self, w: &mut Writer) -> Written {
        match self {
            Self::Join {
                sender,
                metadata,
                versions,
            } => {
                w.text("type", "join")?;
                w.peer("senderId", sender)?;
                w.metadata(metadata)?;
                w.texts("supportedProtocolVersions", versions)
            }
            Self::Peer {
                sender,
                target,
                metadata,
                version,
            } => {
                w.text("type", "peer")?;
                w.peer("senderId", sender)?;
                w.peer("targetId", target)?;
                w.metadata(metadata)?;
                w.text("selectedProtocolVersion", version)
            }
            Self::Error {
                sender,
                target,
                message,
            } => {
                w.text("type", "error")?;
                w.optional_text("senderId", sender.as_ref().map(PeerId::as_str))?;
                w.optional_text("targetId", target.as_ref().map(PeerId::as_str))?;
                w.text("message", message)
            }
            Self::Leave { sender } => {
                w.text("type", "leave")?;
                w.peer("senderId", sender)
            }
            Self::Request(sync) => w.sync("request", sync),
            Self::Sync(sync) => w.sync("sync", sync),
            Self::DocUnavailable {
                document,
                sender,
                target,
            } => {
                w.text("type", "doc-unavailable")?;
                w.text("documentId", &document.to_string())?;
                w.peer("senderId", sender)?;
                w.peer("targetId", target)
            }
            Self::Ephemeral(message) => w.ephemeral(message),
            Self::RemoteSubscriptionChange {
                sender,
                target,
                add,
                remove,
            } => {
                w.text("type", "remote-subscription-change")?;
                w.peer("senderId", sender)?;
                w.peer("targetId", target)?;
                w.texts("add", add)?;
                w.texts("remove", remove)
            }
            Self::RemoteHeadsChanged {
                sender,
                target,
                document,
                heads,
            } => {
                w.text("type", "remote-heads-changed")?;
                w.peer("senderId", sender)?;
                w.peer("targetId", target)?;
                w.text("documentId", &document.to_string())?;
                w.remote_heads(heads)
            }
            _ => self.write_docket(w),
        }
    }

    /// Docket's own frames.
    fn write_docket(&self, w: &mut Writer) -> Written {
        match self {
            Self::Subscribe {
                epoch,
                version,
                derivation,
            } => {
                w.text("type", "docket-subscribe")?;
                w.optional_text("epoch", epoch.as_deref())?;
                w.count("version", *version)?;
                w.count("derivation", u64::from(*derivation))
            }
            Self::Release { documents } => {
                w.text("type", "docket-release")?;
                w.list("documents", documents, |w, id| w.0.bytes(id.as_bytes())?.ok())
            }
            Self::Here { document, field } => {
                w.text("type", "docket-here")?;
                w.optional_document("document", *document)?;
                w.optional_text("field", field.as_deref())
            }
            Self::Welcome {
                epoch,
                workspace,
                member,
                now,
            } => {
                w.text("type", "docket-welcome")?;
                w.text("epoch", epoch)?;
                w.document("workspace", *workspace)?;
                w.text("member", member.as_str())?;
                w.integer("now", now.0)
            }
            Self::Rows {
                epoch,
                version,
                rows,
                more,
            } => {
                w.text("type", "docket-rows")?;
                w.text("epoch", epoch)?;
                w.count("version", *version)?;
                w.maps("rows", rows, Writer::row)?;
                w.boolean("more", *more)
            }
            Self::Members { members } => {
                w.text("type", "docket-members")?;
                w.list("members", members, |w, member| w.0.encode(member)?.ok())
            }
            Self::Facts { document, facts } => {
                w.text("type", "docket-facts")?;
                w.document("document", *document)?;
                w.bytes("facts", facts)
            }
            Self::Refused {
                document,
                refused,
                dependents,
            } => {
                w.text("type", "docket-refused")?;
                w.document("document", *document)?;
                w.maps("refused", refused, Writer::refusal)?;
                w.hashes("dependents", dependents)
            }
            Self::Purged { document } => {
                w.text("type", "docket-purged")?;
                w.document("document", *document)
            }
            Self::Presence {
                whole,
                changed,
                gone,
                more,
            } => {
                w.text("type", "docket-presence")?;
                w.boolean("whole", *whole)?;
                w.maps("changed", changed, Writer::person)?;
                w.list("gone", gone, |writer, peer| writer.0.str(peer.as_str())?.ok())?;
                w.number("more", *more)
            }
            Self::Present { people } => {
                w.text("type", "docket-present")?;
                w.maps("people", people, Writer::person)
            }
            Self::Unknown { name } => w.text("type", name),
            // The frames of automerge-repo are written by `write`.
            _ => Ok(()),
        }
    }
}

impl Writer {
    fn ephemeral(&mut self, message: &Ephemeral) -> Written {
        self.text("type", "ephemeral")?;
        self.text("documentId", &message.document.to_string())?;
        self.peer("senderId", &message.sender)?;
        self.peer("targetId", &message.target)?;
        self.number("count", message.count)?;
        self.text("sessionId", &message.session)?;
        self.bytes("data", &message.data)
    }

    fn remote_heads(&mut self, heads: &[RemoteHeads]) -> Written {
        self.0.str("newHeads")?;
        self.nested(|w| {
            heads.iter().try_for_each(|heads| {
                w.0.str(&heads.storage)?;
                w.nested(|w| {
                    w.texts("heads", &heads.heads)?;
                    w.integer("timestamp", heads.at.0)
                })
            })
        })
    }

    fn row(&mut self, row: &RowUpdate) -> Written {
        self.document("document", row.document)?;
        self.hashes("heads", &row.heads)?;
        match &row.row {
            Some(bytes) => self.bytes("row", bytes),
            None => Ok(()),
        }
    }

    pub(super) fn refusal(&mut self, refusal: &Refusal) -> Written {
        self.bytes("change", &refusal.change.0)?;
        self.text("code", &refusal.code)?;
        self.text("message", &refusal.message)
    }

    fn person(&mut self, person: &Person) -> Written {
        self.text("member", person.member.as_str())?;
        self.text("name", &person.name)?;
        self.peer("peer", &person.peer)?;
        self.optional_document("document", person.document)?;
        self.optional_text("field", person.field.as_deref())
    }
}
