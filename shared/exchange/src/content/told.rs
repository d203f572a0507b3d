//! What a record says anything of, be it that there is nothing. Not every export has all: what one leaves out isn't
//! gone there.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

/// What may follow a name where more is kept of it than it can hold.
const SUFFIXES: [&str; 4] = ["_names", "_other", "_rich", "_total"];

/// What a record says anything of.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Told {
    /// Of the document: `status`, `labels`, `links`, or the relation of some of the links.
    fields: BTreeSet<&'static str>,
    /// Of the imported fields.
    names: BTreeSet<String>,
    /// It would name every imported field that there is.
    all_names: bool,
}

impl Told {
    /// It says something of a field of the document, and of what is imported under that name.
    pub(crate) fn field(&mut self, field: &'static str) {
        self.fields.insert(field);
    }

    /// It says something of an imported field.
    pub(crate) fn name(&mut self, name: &str) {
        self.names.insert(name.to_owned());
    }

    /// It has every imported field that there is.
    pub(crate) const fn all_names(&mut self) {
        self.all_names = true;
    }

    /// Does it say anything of this field of the document?
    pub(crate) fn has(&self, field: &str) -> bool {
        self.fields.contains(field)
    }

    /// Does it say anything of this imported field?
    pub(crate) fn has_name(&self, name: &str) -> bool {
        let base = SUFFIXES.iter().find_map(|suffix| name.strip_suffix(suffix));
        let mut names = [Some(name), base].into_iter().flatten();
        self.all_names || names.any(|name| self.has(name) || self.names.contains(name))
    }

    /// A digest of a content, by its own, with what is told: what an update writes depends on both.
    pub(crate) fn digest(&self, content: &[u8; 32]) -> [u8; 32] {
        let mut digest = Sha256::new();
        digest.update(content);
        digest.update([u8::from(self.all_names)]);
        let fields = self.fields.iter().copied();
        for name in fields.chain([""]).chain(self.names.iter().map(String::as_str)) {
            digest.update((name.len() as u64).to_be_bytes());
            digest.update(name);
        }
        digest.finalize().into()
    }
}
