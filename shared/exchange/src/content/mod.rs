//! What an issue of another tracker comes to: everything a document will hold, in one order whatever the source's.

mod entries;
mod read;
mod told;
mod updated;
mod write;

use std::collections::{BTreeMap, BTreeSet};

use docket_domain::{DocumentId, Timestamp};
use sha2::{Digest, Sha256};

pub use told::Told;
pub(crate) use updated::{BY_DOCKET, Updated};
pub use write::Imported;
pub(crate) use write::{Past, hex, pasts, source_at};

/// The longest title, in bytes; as commands have it.
pub(crate) const TITLE: usize = 1_000;
/// The longest name: a label, a version, a person, a link's target.
pub(crate) const NAME: usize = 200;
/// The longest reason that somebody gave.
pub(crate) const REASON: usize = 10_000;
/// The longest text: a comment, a description, a value of `source`.
pub(crate) const TEXT: usize = 400_000;
/// The most characters (UTF-16 units) of a description that come in as collaborative text: each is an operation,
/// and the hub takes 150,000 of them at once.
pub(crate) const COLLABORATIVE: usize = 100_000;
/// Names in `source` that the import itself gives.
pub(crate) const OWN: [&str; 4] = ["system", "key", "id", "digest"];
/// The most operations of one issue's change, its description's characters included.
pub(crate) const OPERATIONS: usize = 140_000;
/// The most bytes of one issue's change: what a record of the bulk interface can hold.
const BYTES: usize = 7 * 1024 * 1024;

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scalar {
    /// A text.
    Text(String),
    /// A time.
    Time(Timestamp),
    /// A number.
    Number(u64),
}

/// The values of a comment, an event, a link or an attachment.
pub type Entry = BTreeMap<&'static str, Scalar>;

/// An issue as it will be in its document.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Content {
    /// The tracker: `jira`.
    pub system: String,
    /// The key there.
    pub key: String,
    /// The number there, which stays when its key changes.
    pub number: Option<String>,
    /// One line.
    pub title: String,
    /// The description, or as much of it as is edited together.
    pub description: String,
    /// `status`, `priority` … by their keys in the document.
    pub fields: Entry,
    /// Labels.
    pub labels: BTreeSet<String>,
    /// Affected versions.
    pub affects: BTreeSet<String>,
    /// Comments by id.
    pub comments: BTreeMap<String, Entry>,
    /// Events by id.
    pub events: BTreeMap<String, Entry>,
    /// Flags for attention by id.
    pub attention: BTreeMap<String, Entry>,
    /// Links by id.
    pub links: BTreeMap<String, Entry>,
    /// Records of attached files by id.
    pub attachments: BTreeMap<String, Entry>,
    /// Names of people by their ids (`jira:jdoe`).
    pub people: BTreeMap<String, String>,
    /// Everything else, by name.
    pub source: BTreeMap<String, String>,
    /// For an issue of Docket's: the workspace that it left, and its document there. Says where the content was, and
    /// isn't part of it.
    pub left: Option<(DocumentId, DocumentId)>,
    /// What the record says anything of: an update leaves alone what it doesn't tell. Isn't part of the content either.
    pub told: Told,
    /// Where the time of the last change stands as it was written without a zone: the imported field, and its text. By it
    /// a state is known that was read in another zone. Isn't part of the content either.
    pub written: Option<(String, String)>,
    /// Keys that it had there before, the last first. Isn't part of the content either.
    pub former: Vec<String>,
}

/// What makes an issue too large to come in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("its {what} {has}, and the most that fits is {max}; shorten it there and import it again")]
pub struct Limit {
    /// What is too large.
    pub what: String,
    /// How large, with the unit.
    pub has: String,
    /// The most.
    pub max: usize,
}

impl Content {
    /// A digest of all of it: equal contents, and only they, have the same.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        let mut digest = Sha256::new();
        let mut text = |part: &str| {
            digest.update((part.len() as u64).to_be_bytes());
            digest.update(part);
        };
        for part in [&self.system, &self.key, &self.title, &self.description] {
            text(part);
        }
        text(self.number.as_deref().unwrap_or_default());
        write_entry(&mut text, &self.fields);
        for names in [&self.labels, &self.affects] {
            text(&names.len().to_string());
            names.iter().for_each(|name| text(name));
        }
        for (_, entries) in self.containers() {
            text(&entries.len().to_string());
            for (id, entry) in entries {
                text(id);
                write_entry(&mut text, entry);
            }
        }
        for map in [&self.people, &self.source] {
            text(&map.len().to_string());
            for (key, value) in map {
                text(key);
                text(value);
            }
        }
        digest.finalize().into()
    }

    /// When the issue was last changed.
    pub(crate) fn updated(&self) -> Updated {
        Updated::read(|name| self.source.get(name).cloned())
    }

    /// Does it fit into a document?
    ///
    /// # Errors
    /// What doesn't.
    pub fn check(&self) -> Result<(), Limit> {
        let long = |what: &str, text: &str, max: usize| match text.len() {
            length if length > max => Err(Limit {
                what: what.to_owned(),
                has: format!("has {length} bytes"),
                max,
            }),
            _ => Ok(()),
        };
        long("key", &self.key, NAME)?;
        long("title", &self.title, TITLE)?;
        long("description", &self.description, TEXT)?;
        for names in [&self.labels, &self.affects] {
            names
                .iter()
                .try_for_each(|name| long("label or version", name, NAME))?;
        }
        for (id, name) in &self.people {
            long("list of people has a name that", id, NAME)?;
            long("list of people has a name that", name, NAME)?;
        }
        for (key, value) in &self.source {
            long("list of further fields has a name that", key, NAME)?;
            long(&format!("field “{key}”"), value, TEXT)?;
        }
        for (what, entries) in self.containers() {
            for entry in entries.values() {
                for (key, value) in entry {
                    if let Scalar::Text(text) = value {
                        let max = match *key {
                            "body" => TEXT,
                            "reason" => REASON,
                            "from" | "name" | "to" => TITLE,
                            _ => NAME,
                        };
                        long(&format!("{what} have a “{key}” that"), text, max)?;
                    }
                }
            }
        }
        let (operations, bytes) = self.size();
        if operations > OPERATIONS {
            return Err(Limit::of_operations(operations));
        }
        if bytes > BYTES {
            return Err(Limit {
                what: "content has too many bytes: it".to_owned(),
                has: format!("has {bytes}"),
                max: BYTES,
            });
        }
        Ok(())
    }

    /// The entries of each container.
    pub(crate) fn containers(&self) -> [(&'static str, &BTreeMap<String, Entry>); 5] {
        [
            ("attachments", &self.attachments),
            ("attention", &self.attention),
            ("comments", &self.comments),
            ("events", &self.events),
            ("links", &self.links),
        ]
    }

    /// Operations and bytes of the change, at most.
    fn size(&self) -> (usize, usize) {
        let characters = self.description.encode_utf16().count();
        let mut operations = characters + self.fields.len() + self.labels.len() + self.affects.len() + 8;
        operations += self.people.len() + self.source.len();
        let mut bytes = self.description.len() + self.title.len();
        for map in [&self.people, &self.source] {
            bytes += map
                .iter()
                .map(|(key, value)| key.len() + value.len())
                .sum::<usize>();
        }
        for (_, entries) in self.containers() {
            for (id, entry) in entries {
                operations += 1 + entry.len();
                bytes += id.len() + entry.values().map(Scalar::size).sum::<usize>();
            }
        }
        // An operation's own columns take a few bytes more.
        (operations, bytes + operations * 8)
    }
}

impl Limit {
    /// Too many operations for one change.
    pub(crate) fn of_operations(operations: usize) -> Self {
        Self {
            what: "content has too many operations: it".to_owned(),
            has: format!("has {operations}"),
            max: OPERATIONS,
        }
    }
}

impl Scalar {
    fn size(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Time(_) | Self::Number(_) => 8,
        }
    }
}

fn write_entry(text: &mut impl FnMut(&str), entry: &Entry) {
    text(&entry.len().to_string());
    for (key, value) in entry {
        text(key);
        match value {
            Scalar::Text(value) => {
                text("text");
                text(value);
            }
            Scalar::Time(at) => {
                text("time");
                text(&at.0.to_string());
            }
            Scalar::Number(number) => {
                text("number");
                text(&number.to_string());
            }
        }
    }
}
