//! The records of bulk reading and writing over HTTP: a stream of CBOR maps, one after the other.

use automerge::ChangeHash;
use docket_domain::DocumentId;
use minicbor::Decoder;

use super::{
    FRAME_LIMIT, LIST_LIMIT, Refusal, WireError,
    decode::refusal,
    encode::{Writer, Written},
    reader::{Fields, bytes, document, hash, list},
};

/// The largest single record, in bytes: a document's chunk and facts, or a batch of changes.
pub const RECORD_LIMIT: usize = docket_domain::limits::RECORD;
/// The most heads of one document.
const HEADS_LIMIT: usize = 10_000;

/// A record of a stream.
pub trait Record: Sized {
    /// The record's bytes.
    fn encode(&self) -> Vec<u8>;

    /// Reads the record that `decoder` stands before.
    ///
    /// # Errors
    /// When the bytes are no such record.
    fn decode(decoder: &mut Decoder<'_>) -> Result<Self, WireError>;

    /// Reads the record at the beginning of `stream`, and answers how many bytes it took; none when `stream` ends
    /// before the record does, so that a reader can wait for more.
    ///
    /// # Errors
    /// When the bytes are no such record, or it is larger than [`RECORD_LIMIT`].
    fn read(stream: &[u8]) -> Result<Option<(Self, usize)>, WireError> {
        let mut decoder = Decoder::new(stream);
        match Self::decode(&mut decoder) {
            Ok(record) => Ok(Some((record, decoder.position()))),
            Err(_) if stream.len() > RECORD_LIMIT => Err(WireError::TooLarge {
                size: stream.len(),
                limit: RECORD_LIMIT,
            }),
            Err(WireError::Malformed(error)) if error.is_end_of_input() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Reads all records of a whole stream.
    ///
    /// # Errors
    /// When a record can't be read, or the stream ends within one.
    fn read_all(mut stream: &[u8]) -> Result<Vec<Self>, WireError> {
        let mut records = Vec::new();
        while !stream.is_empty() {
            let Some((record, size)) = Self::read(stream)? else {
                return Err(WireError::Missing("end of the record"));
            };
            records.push(record);
            stream = stream.get(size..).unwrap_or_default();
        }
        Ok(records)
    }
}

/// A document as the hub has it (`GET`/`POST …/documents`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentRecord {
    /// The document.
    pub document: DocumentId,
    /// Its heads.
    pub heads: Vec<ChangeHash>,
    /// `domain::Facts` in CBOR.
    pub facts: Vec<u8>,
    /// Automerge chunks, one after the other: for `Automerge::load`.
    pub chunk: Vec<u8>,
}

/// What the receiver has of a document (in the request of `POST …/documents`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeadsRecord {
    /// The document.
    pub document: DocumentId,
    /// Its heads there; empty when it isn't there.
    pub heads: Vec<ChangeHash>,
}

/// Changes of a document to be stored (`PUT …/documents`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangesRecord {
    /// The document.
    pub document: DocumentId,
    /// The changes, each a chunk of its own, dependencies first.
    pub changes: Vec<Vec<u8>>,
}

/// What came of a [`ChangesRecord`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRecord {
    /// The document.
    pub document: DocumentId,
    /// Its heads in the hub now: what they contain is stored.
    pub heads: Vec<ChangeHash>,
    /// `domain::Facts` in CBOR, as they are now; empty when the document isn't there or may not be read, when nothing of the
    /// record is stored, and when a later record of the same document tells them.
    pub facts: Vec<u8>,
    /// The changes that weren't taken.
    pub refused: Vec<Refusal>,
    /// Changes that weren't judged because they depend on refused ones.
    pub dependents: Vec<ChangeHash>,
}

impl Record for DocumentRecord {
    fn encode(&self) -> Vec<u8> {
        Writer::map(|w| {
            w.document("document", self.document)?;
            w.hashes("heads", &self.heads)?;
            w.bytes("facts", &self.facts)?;
            w.bytes("chunk", &self.chunk)
        })
    }

    fn decode(decoder: &mut Decoder<'_>) -> Result<Self, WireError> {
        let fields = Fields::read(decoder)?;
        Ok(Self {
            document: fields.required("document", document)?,
            heads: fields.required("heads", list(HEADS_LIMIT, hash))?,
            facts: fields.required("facts", bytes)?,
            chunk: fields.required("chunk", bytes)?,
        })
    }
}

impl Record for HeadsRecord {
    fn encode(&self) -> Vec<u8> {
        Writer::map(|w| {
            w.document("document", self.document)?;
            w.hashes("heads", &self.heads)
        })
    }

    fn decode(decoder: &mut Decoder<'_>) -> Result<Self, WireError> {
        let fields = Fields::read(decoder)?;
        Ok(Self {
            document: fields.required("document", document)?,
            heads: fields.required("heads", list(HEADS_LIMIT, hash))?,
        })
    }
}

impl HeadsRecord {
    /// The request of `POST …/documents`: `{documents: [{document, heads}]}`.
    #[must_use]
    pub fn encode_request(documents: &[Self]) -> Vec<u8> {
        Writer::map(|w| {
            w.maps("documents", documents, |w, record| -> Written {
                w.document("document", record.document)?;
                w.hashes("heads", &record.heads)
            })
        })
    }

    /// Reads the request of `POST …/documents`.
    ///
    /// # Errors
    /// When it is none, or larger than a frame may be ([`FRAME_LIMIT`]).
    pub fn decode_request(request: &[u8]) -> Result<Vec<Self>, WireError> {
        if request.len() > FRAME_LIMIT {
            return Err(WireError::TooLarge {
                size: request.len(),
                limit: FRAME_LIMIT,
            });
        }
        let fields = Fields::read(&mut Decoder::new(request))?;
        fields.required("documents", list(LIST_LIMIT, |decoder, _| Self::decode(decoder)))
    }
}

impl Record for ChangesRecord {
    fn encode(&self) -> Vec<u8> {
        Writer::map(|w| {
            w.document("document", self.document)?;
            w.chunks("changes", &self.changes)
        })
    }

    fn decode(decoder: &mut Decoder<'_>) -> Result<Self, WireError> {
        let fields = Fields::read(decoder)?;
        Ok(Self {
            document: fields.required("document", document)?,
            changes: fields.required("changes", list(LIST_LIMIT, bytes))?,
        })
    }
}

impl Record for StoredRecord {
    fn encode(&self) -> Vec<u8> {
        Writer::map(|w| {
            w.document("document", self.document)?;
            w.hashes("heads", &self.heads)?;
            w.bytes("facts", &self.facts)?;
            w.maps("refused", &self.refused, Writer::refusal)?;
            w.hashes("dependents", &self.dependents)
        })
    }

    fn decode(decoder: &mut Decoder<'_>) -> Result<Self, WireError> {
        let fields = Fields::read(decoder)?;
        Ok(Self {
            document: fields.required("document", document)?,
            heads: fields.required("heads", list(HEADS_LIMIT, hash))?,
            facts: fields.required("facts", bytes)?,
            refused: fields.required("refused", list(LIST_LIMIT, refusal))?,
            dependents: fields.required("dependents", list(LIST_LIMIT, hash))?,
        })
    }
}
