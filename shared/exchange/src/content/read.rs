//! A content read as its document would be: without the document, which takes many times as long to make.

use automerge::{ObjId, ROOT};
use docket_domain::{
    DocumentId, Row, Timestamp,
    read::{Issue, Origin, Values},
};

use super::{Content, Entry, OWN, Scalar};

impl Content {
    /// The issue in the document with this content, but for the digest.
    #[must_use]
    pub fn issue(&self) -> Issue {
        Issue::read_from(self)
    }

    /// The row of that document, before the hub has it.
    #[must_use]
    pub fn row(&self, id: DocumentId) -> Row {
        Row::of_new(&self.issue(), id)
    }
}

/// A map of a content.
#[derive(Debug, Clone, Copy)]
pub enum Map<'a> {
    /// The issue's own values.
    Root(&'a Content),
    /// A comment, an event …
    Entry(&'a Entry),
}

impl Map<'_> {
    fn get(&self, key: &str) -> Option<&Scalar> {
        match self {
            Self::Root(content) => content.fields.get(key),
            Self::Entry(entry) => entry.get(key),
        }
    }
}

impl Origin for Content {
    type Map<'a> = Map<'a>;

    fn root(&self) -> Map<'_> {
        Map::Root(self)
    }

    fn names(&self, key: &str) -> Vec<String> {
        let names = match key {
            "labels" => &self.labels,
            "affects" => &self.affects,
            _ => return Vec::new(),
        };
        names.iter().cloned().collect()
    }

    fn texts(&self, key: &str) -> Vec<(String, String)> {
        let texts = match key {
            "people" => &self.people,
            "source" => &self.source,
            _ => return Vec::new(),
        };
        let mut texts: Vec<(String, String)> = texts.clone().into_iter().collect();
        if key == "source" {
            texts.retain(|(name, _)| !OWN.contains(&name.as_str()));
            let own = [Some(&self.system), Some(&self.key), self.number.as_ref()];
            let own = OWN.into_iter().zip(own);
            texts.extend(own.filter_map(|(name, text)| Some((name.to_owned(), text?.clone()))));
            texts.sort();
        }
        texts
    }

    fn entries(&self, key: &str) -> Vec<(String, Map<'_>)> {
        let found = self.containers().into_iter().find(|(name, _)| *name == key);
        let entries = found.into_iter().flat_map(|(_, entries)| entries);
        entries
            .map(|(id, entry)| (id.clone(), Map::Entry(entry)))
            .collect()
    }
}

impl Values for Map<'_> {
    fn object(&self) -> ObjId {
        ROOT
    }

    fn text(&self, key: &str) -> Option<String> {
        match (self, key) {
            (Self::Root(content), "title") => return Some(content.title.clone()),
            (Self::Root(content), "description") => return Some(content.description.clone()),
            _ => {}
        }
        match self.get(key)? {
            Scalar::Text(text) => Some(text.clone()),
            Scalar::Time(_) | Scalar::Number(_) => None,
        }
    }

    fn time(&self, key: &str) -> Option<Timestamp> {
        match self.get(key)? {
            Scalar::Time(at) => Some(*at),
            Scalar::Text(_) | Scalar::Number(_) => None,
        }
    }

    fn number(&self, key: &str) -> Option<u64> {
        match self.get(key)? {
            Scalar::Number(number) => Some(*number),
            // As Automerge reads one.
            Scalar::Time(at) => Some(at.0.cast_unsigned()),
            Scalar::Text(_) => None,
        }
    }
}
