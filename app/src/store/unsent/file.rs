//! The file of what wasn't sent: JSON, for a person to read and for a program to take up again
//! (docs/formats.md).

use docket_domain::{Command, DocumentId, Timestamp, metrics::Month};
use serde::Serialize;

use super::words::{self, Names};
use crate::store::SetAside;

/// What such a file calls itself.
pub(super) const FORMAT: &str = "docket-unsent";

/// The file.
#[derive(Debug, Serialize)]
pub(super) struct File {
    pub(super) format: &'static str,
    pub(super) version: u32,
    pub(super) workspace: String,
    pub(super) member: Option<String>,
    pub(super) saved_at: String,
    /// Commands that the hub hasn't stored.
    pub(super) changes: Vec<Change>,
    /// Commands that it refused.
    pub(super) refused: Vec<Change>,
    /// What was typed and not saved.
    pub(super) drafts: Vec<Typed>,
    /// Imported issues that it hasn't stored: the import's own file has them.
    pub(super) imported: Vec<Imported>,
    /// The Automerge changes of these documents that the hub hasn't stored.
    pub(super) untaken: Vec<Untaken>,
    /// Commands of a newer version: data only.
    pub(super) unreadable: Vec<String>,
}

/// A command in words and as data.
#[derive(Debug, Serialize)]
pub(super) struct Change {
    document: String,
    title: Option<String>,
    at: String,
    what: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    /// Why it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// The stored entry: CBOR, hexadecimal.
    data: String,
}

/// A draft.
#[derive(Debug, Serialize)]
pub(super) struct Typed {
    /// Where it was typed.
    pub(super) place: String,
    pub(super) text: String,
}

/// An imported issue.
#[derive(Debug, Serialize)]
pub(super) struct Imported {
    pub(super) document: String,
    pub(super) title: Option<String>,
}

/// The changes of a document that the hub hasn't stored.
#[derive(Debug, Serialize)]
pub(super) struct Untaken {
    document: String,
    /// Automerge change chunks, hexadecimal.
    changes: Vec<String>,
}

impl File {
    pub(super) fn text(&self) -> String {
        // These types have text keys only, so they can always be written.
        serde_json::to_string_pretty(self).unwrap_or_default()
    }
}

impl Change {
    pub(super) fn new(
        names: &Names<'_>,
        title: Option<String>,
        command: &Command,
        at: Timestamp,
        data: &[u8],
    ) -> Self {
        let (what, text) = words::of(names, &command.action);
        Self {
            document: command.document.to_string(),
            title,
            at: time(at),
            what,
            text,
            reason: None,
            data: hex(data),
        }
    }

    pub(super) fn refused(names: &Names<'_>, title: Option<String>, aside: &SetAside, data: &[u8]) -> Self {
        let (what, text) = words::of_aside(names, aside);
        Self {
            document: aside.document.to_string(),
            title,
            at: time(aside.at),
            what,
            text,
            reason: Some(aside.message.clone()),
            data: hex(data),
        }
    }
}

impl Untaken {
    pub(super) fn new(document: DocumentId, changes: &[Vec<u8>]) -> Self {
        Self {
            document: document.to_string(),
            changes: changes.iter().map(|change| hex(change)).collect(),
        }
    }
}

pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing to a String can't fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// A time as RFC 3339 has it, in UTC.
pub(super) fn time(at: Timestamp) -> String {
    const DAY: i64 = 86_400_000;
    let month = Month::of(at);
    let day = at.0.div_euclid(DAY) - month.begins().0.div_euclid(DAY) + 1;
    let of_day = at.0.rem_euclid(DAY);
    let (hours, minutes) = (of_day / 3_600_000, of_day / 60_000 % 60);
    let (seconds, thousandths) = (of_day / 1_000 % 60, of_day % 1_000);
    format!(
        "{:04}-{:02}-{day:02}T{hours:02}:{minutes:02}:{seconds:02}.{thousandths:03}Z",
        month.year, month.month
    )
}

#[cfg(test)]
mod tests {
    use docket_domain::{Action, read::Workspace};

    use super::*;

    #[test]
    fn a_command_stands_in_words_and_as_data() {
        let workspace = Workspace::read(&automerge::Automerge::new());
        let names = Names {
            workspace: &workspace,
            members: &[],
        };
        let action = Action::AddComment {
            id: docket_domain::EntryId::random(),
            body: "We see it, too.".to_owned(),
        };
        let command = Command::new(DocumentId::from_bytes([2; 16]), action);
        let data = minicbor::to_vec(&command).expect("CBOR");
        let change = Change::new(
            &names,
            Some("LNet drops".to_owned()),
            &command,
            Timestamp(1_700_000_000_000),
            &data,
        );
        let json = serde_json::to_value(&change).expect("JSON");
        assert_eq!(json["what"], "New comment");
        assert_eq!(json["text"], "We see it, too.");
        assert_eq!(json["title"], "LNet drops");
        assert_eq!(json["at"], "2023-11-14T22:13:20.000Z");
        assert_eq!(json["data"], hex(&data));
        assert!(json.get("reason").is_none());
    }
}
