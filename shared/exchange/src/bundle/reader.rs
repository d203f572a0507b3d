//! Reading a bundle out of a stream that comes in pieces, and going on where an earlier reader stopped.

use std::ops::Range;

use minicbor::{Decode, Encode};
use serde::de::DeserializeOwned;

use super::{
    About, Audited, BundleError, Document, Entry, FORMAT, Manifest, Name, Participant, State, audit,
    tar::{self, BLOCK, Header},
};

/// What a bundle holds, in its order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// Comes first.
    About(About),
    /// A document.
    Document(Document),
    /// Comes after all documents, in a bundle that has it.
    Audit(Vec<Audited>),
    /// Comes after all documents.
    Members(Vec<Participant>),
    /// Comes after the members.
    State(State),
    /// The manifest fits all that came: nothing is missing, too much or altered.
    Verified,
}

/// How far a bundle was read: with it, another [`Reader`] goes on at [`offset`](Self::offset).
#[derive(Debug, Clone, PartialEq, Eq, Default, Encode, Decode)]
#[cbor(map)]
pub struct Progress {
    #[n(0)]
    offset: u64,
    #[n(1)]
    about: Option<About>,
    #[n(2)]
    entries: Vec<Entry>,
    #[n(3)]
    verified: bool,
}

impl Progress {
    /// How many of the bundle's bytes have been read, up to the end of an item.
    #[must_use]
    pub const fn offset(&self) -> u64 {
        self.offset
    }

    /// The workspace's description, once it was read.
    #[must_use]
    pub const fn about(&self) -> Option<&About> {
        self.about.as_ref()
    }

    /// How many documents have been read.
    #[must_use]
    pub fn documents(&self) -> u64 {
        let documents = self.entries.iter();
        documents
            .filter(|entry| matches!(entry.name, Name::Document(_)))
            .count() as u64
    }

    /// Was all of it read, and found to be what its manifest says?
    #[must_use]
    pub const fn is_verified(&self) -> bool {
        self.verified
    }

    /// As bytes, to be kept.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        // Writing to a Vec can't fail.
        minicbor::to_vec(self).unwrap_or_default()
    }

    /// The progress in these bytes, which were kept.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        minicbor::decode(bytes).ok()
    }
}

/// Reads a bundle that comes in pieces of any size. It holds one entry at a time, whose size it checks before it waits
/// for it, and the list of those it has seen.
#[derive(Debug, Default)]
pub struct Reader {
    buffer: Vec<u8>,
    /// Everything before this was read.
    start: usize,
    /// What belongs to the document that is to come.
    ahead: Ahead,
    progress: Progress,
}

/// The row and the facts of the document that comes after them.
#[derive(Debug, Default)]
struct Ahead {
    entries: Vec<Entry>,
    /// How many bytes they took in the tar.
    bytes: u64,
    row: Option<Vec<u8>>,
    facts: Option<Vec<u8>>,
}

impl Reader {
    /// A reader at the beginning of a bundle.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A reader that goes on: feed it what comes after [`Progress::offset`].
    #[must_use]
    pub fn resume(progress: Progress) -> Self {
        Self {
            progress,
            ..Self::default()
        }
    }

    /// How far it has read: with that, a later one goes on after the last item.
    #[must_use]
    pub const fn progress(&self) -> &Progress {
        &self.progress
    }

    /// Takes in the next piece. Read all items with [`next_item`](Self::next_item) before giving another.
    pub fn feed(&mut self, piece: &[u8]) {
        self.buffer.drain(..self.start.min(self.buffer.len()));
        self.start = 0;
        self.buffer.extend_from_slice(piece);
    }

    /// The next item; none until more comes in.
    ///
    /// # Errors
    /// When it is no bundle, or a damaged one. The reader is of no more use then.
    pub fn next_item(&mut self) -> Result<Option<Item>, BundleError> {
        while let Some((name, content)) = self.next_entry()? {
            let taken = tar_size(content.len());
            let item = self.take(name, content)?;
            self.start += taken;
            self.ahead.bytes += taken as u64;
            if let Some(item) = item {
                let ahead = std::mem::take(&mut self.ahead);
                self.progress.offset += ahead.bytes;
                self.progress.entries.extend(ahead.entries);
                return Ok(Some(item));
            }
        }
        Ok(None)
    }

    /// The stream has ended.
    ///
    /// # Errors
    /// When it ended before the bundle did.
    pub fn finish(self) -> Result<(), BundleError> {
        if self.progress.verified {
            Ok(())
        } else {
            let at = self.progress.offset + self.ahead.bytes + self.rest().len() as u64;
            Err(BundleError::Truncated { at })
        }
    }

    fn rest(&self) -> &[u8] {
        self.buffer.get(self.start..).unwrap_or_default()
    }

    /// The next entry and where in the buffer its content is; none until all of it is there.
    fn next_entry(&mut self) -> Result<Option<(Name, Range<usize>)>, BundleError> {
        let rest = self.rest();
        if self.progress.verified {
            if rest.iter().any(|byte| *byte != 0) {
                return Err(BundleError::After);
            }
            self.start = self.buffer.len();
            return Ok(None);
        }
        let Some(block) = rest.first_chunk::<BLOCK>() else {
            return Ok(None);
        };
        let at = self.progress.offset + self.ahead.bytes;
        let Header { name, size } = tar::read(block).ok_or(match at {
            0 => BundleError::NoBundle,
            at => BundleError::Header { at },
        })?;
        let name: Name = name.parse().map_err(|()| BundleError::Unknown(name))?;
        self.expect(name)?;
        let too_large = || BundleError::TooLarge { name, size };
        let length = usize::try_from(size)
            .ok()
            .filter(|_| size <= name.limit())
            .ok_or_else(too_large)?;
        let Some(padding) = rest.get(BLOCK + length..BLOCK + length + tar::padding(length)) else {
            return Ok(None);
        };
        if padding.iter().any(|byte| *byte != 0) {
            return Err(BundleError::Altered(name));
        }
        let content = self.start + BLOCK;
        Ok(Some((name, content..content + length)))
    }

    /// Is it this entry's turn?
    fn expect(&self, name: Name) -> Result<(), BundleError> {
        let ahead = self.ahead.entries.last().map(|entry| entry.name);
        let before = ahead.or_else(|| self.progress.entries.last().map(|entry| entry.name));
        let follows = match (before, name) {
            (None, Name::About) => true,
            (None, _) => return Err(BundleError::NoBundle),
            (Some(Name::About), Name::Row(_) | Name::Facts(_) | Name::Audit | Name::Members) => true,
            (Some(Name::Document(last)), Name::Row(id) | Name::Facts(id)) => last < id,
            (Some(Name::Row(row)), Name::Facts(id)) => row == id,
            (Some(Name::Facts(facts)), Name::Document(id)) => facts == id,
            (Some(Name::Document(_)), Name::Audit | Name::Members)
            | (Some(Name::Audit), Name::Members)
            | (Some(Name::Members), Name::State)
            | (Some(Name::State), Name::Manifest) => true,
            _ => false,
        };
        if follows {
            Ok(())
        } else {
            Err(BundleError::Order(name))
        }
    }

    /// Takes an entry in; an item if that completes one.
    fn take(&mut self, name: Name, content: Range<usize>) -> Result<Option<Item>, BundleError> {
        let content = self.buffer.get(content).unwrap_or_default();
        self.ahead.entries.push(Entry::of(name, content));
        Ok(match name {
            Name::About => {
                let about: About = json(name, content)?;
                if about.format > FORMAT {
                    return Err(BundleError::Newer(about.format));
                }
                self.progress.about = Some(about.clone());
                Some(Item::About(about))
            }
            Name::Row(_) => {
                self.ahead.row = Some(content.to_vec());
                None
            }
            Name::Facts(_) => {
                self.ahead.facts = Some(content.to_vec());
                None
            }
            Name::Document(id) => Some(Item::Document(Document {
                id,
                changes: content.to_vec(),
                facts: self.ahead.facts.take().unwrap_or_default(),
                row: self.ahead.row.take(),
            })),
            Name::Audit => Some(Item::Audit(audit::read(content)?)),
            Name::Members => Some(Item::Members(members(content)?)),
            Name::State => Some(Item::State(json(name, content)?)),
            Name::Manifest => {
                self.verify(&json(name, content)?)?;
                self.progress.verified = true;
                Some(Item::Verified)
            }
        })
    }

    /// Holds what came against what the manifest lists.
    fn verify(&self, manifest: &Manifest) -> Result<(), BundleError> {
        let (came, listed) = (&self.progress.entries, &manifest.entries);
        let is_among = |entries: &[Entry], name| entries.iter().any(|entry| entry.name == name);
        for (came, listed_here) in came.iter().zip(listed) {
            if came == listed_here {
                continue;
            }
            return Err(if came.name == listed_here.name {
                BundleError::Altered(came.name)
            } else if is_among(listed, came.name) {
                BundleError::Missing(listed_here.name)
            } else {
                BundleError::Extra(came.name)
            });
        }
        if let Some(missing) = listed.get(came.len()) {
            return Err(BundleError::Missing(missing.name));
        }
        if let Some(extra) = came.get(listed.len()) {
            return Err(BundleError::Extra(extra.name));
        }
        if manifest.format > FORMAT || manifest.documents != self.progress.documents() {
            return Err(BundleError::Manifest);
        }
        Ok(())
    }
}

/// How many bytes an entry takes in the tar.
const fn tar_size(content: usize) -> usize {
    BLOCK + content + tar::padding(content)
}

fn json<T: DeserializeOwned>(name: Name, content: &[u8]) -> Result<T, BundleError> {
    serde_json::from_slice(content).map_err(|error| BundleError::Content {
        name,
        why: error.to_string(),
    })
}

fn members(content: &[u8]) -> Result<Vec<Participant>, BundleError> {
    let members: Vec<Participant> = json(Name::Members, content)?;
    let in_order = |pair: &[Participant]| matches!(pair, [a, b] if a.member.id < b.member.id);
    if !members.windows(2).all(in_order) {
        return Err(BundleError::Content {
            name: Name::Members,
            why: "members come in the order of their ids, each once".to_owned(),
        });
    }
    Ok(members)
}
