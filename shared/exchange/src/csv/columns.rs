//! What the columns of a table mean, where the table doesn't say: guessed, and then a person's to correct.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{dates::Dates, plain::words};
use crate::mapping::plain as lower;

/// How a table is to be read: what it doesn't say itself. Kept by whoever imports the next version of the same table.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Columns {
    /// What people call the place that it comes from (`helpdesk`): issues of two places never meet, and those of one
    /// do.
    pub origin: Option<Origin>,
    /// How its dates are meant.
    pub dates: Dates,
    /// What each column holds, by its name; none, and it is guessed by the names alone. Unused for formats that have
    /// columns of their own.
    pub columns: Vec<Column>,
}

/// A place that tables come from: 1 to 40 of a–z, 0–9 and “-”.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Origin(String);

/// A text that is no [`Origin`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” is no name for where a table comes from: use 1 to 40 of a–z, 0–9 and “-”")]
pub struct NoOrigin(String);

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Its name in the header.
    pub name: String,
    /// What it holds.
    pub holds: Use,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Use {
    /// What the issue is called there. Without it an issue is known by all that its row says.
    Key,
    /// The title.
    Title,
    /// The description.
    Description,
    /// Where it stands.
    Status,
    /// How it was resolved.
    Resolution,
    /// How bad it is.
    Severity,
    /// How soon it is wanted.
    Priority,
    /// The part of the software.
    Component,
    /// Who works on it.
    Assignee,
    /// Who reported it.
    Reporter,
    /// The reporter's organisation.
    Organisation,
    /// Labels, one or several.
    Labels,
    /// Affected versions, one or several.
    Affects,
    /// A comment.
    Comment,
    /// When it was made.
    Created,
    /// When it last changed.
    Updated,
    /// When it was resolved.
    Resolved,
    /// Its address there.
    Url,
    /// Nothing of Docket's: it is kept under its own name.
    Keep,
    /// It stays out.
    LeaveOut,
}

impl Use {
    /// All of them, in the order in which people read them.
    pub const ALL: [Self; 20] = [
        Self::Key,
        Self::Title,
        Self::Description,
        Self::Status,
        Self::Resolution,
        Self::Severity,
        Self::Priority,
        Self::Component,
        Self::Assignee,
        Self::Reporter,
        Self::Organisation,
        Self::Labels,
        Self::Affects,
        Self::Comment,
        Self::Created,
        Self::Updated,
        Self::Resolved,
        Self::Url,
        Self::Keep,
        Self::LeaveOut,
    ];

    /// What people call it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Key => "Key",
            Self::Title => "Title",
            Self::Description => "Description",
            Self::Status => "Status",
            Self::Resolution => "Resolution",
            Self::Severity => "Severity",
            Self::Priority => "Priority",
            Self::Component => "Component",
            Self::Assignee => "Assignee",
            Self::Reporter => "Reporter",
            Self::Organisation => "Reporter’s organisation",
            Self::Labels => "Labels",
            Self::Affects => "Affected versions",
            Self::Comment => "Comment",
            Self::Created => "Reported on",
            Self::Updated => "Changed on",
            Self::Resolved => "Resolved on",
            Self::Url => "Its address there",
            Self::Keep => "Kept under its own name",
            Self::LeaveOut => "Left out",
        }
    }

    /// Can several columns hold it?
    #[must_use]
    pub const fn repeats(self) -> bool {
        matches!(
            self,
            Self::Labels | Self::Affects | Self::Comment | Self::Keep | Self::LeaveOut
        )
    }

    /// The names that columns of it have, in lower case with single spaces.
    const fn names(self) -> &'static [&'static str] {
        match self {
            Self::Key => &[
                "key",
                "id",
                "issue key",
                "issue id",
                "issue",
                "ticket",
                "ticket id",
                "ticket number",
                "ticket no",
                "bug id",
                "#",
                "no",
                "no.",
                "nr",
                "nr.",
                "number",
                "nummer",
                "case",
                "case number",
                "reference",
                "ref",
            ],
            Self::Title => &[
                "title",
                "summary",
                "subject",
                "name",
                "headline",
                "short description",
                "betreff",
                "titel",
            ],
            Self::Description => &[
                "description",
                "details",
                "body",
                "text",
                "long description",
                "beschreibung",
            ],
            Self::Status => &["status", "state", "stage", "zustand"],
            Self::Resolution => &["resolution", "outcome", "close reason"],
            Self::Severity => &["severity", "impact", "sev"],
            Self::Priority => &["priority", "prio", "urgency", "priorität"],
            Self::Component => &[
                "component",
                "components",
                "module",
                "area",
                "category",
                "subsystem",
                "product",
            ],
            Self::Assignee => &[
                "assignee",
                "assigned to",
                "owner",
                "assigned",
                "responsible",
                "bearbeiter",
            ],
            Self::Reporter => &[
                "reporter",
                "reported by",
                "author",
                "created by",
                "opened by",
                "requester",
                "submitter",
                "from",
            ],
            Self::Organisation => &[
                "organisation",
                "organization",
                "org",
                "company",
                "customer",
                "site",
            ],
            Self::Labels => &["labels", "label", "tags", "tag", "keywords"],
            Self::Affects => &[
                "affects",
                "affects version",
                "affects versions",
                "version",
                "versions",
                "found in",
            ],
            Self::Comment => &["comment", "comments", "note", "notes", "remarks"],
            Self::Created => &[
                "created",
                "created at",
                "created on",
                "creation date",
                "date created",
                "opened",
                "opened at",
                "reported",
                "date",
                "submitted",
                "erstellt",
            ],
            Self::Updated => &[
                "updated",
                "updated at",
                "updated on",
                "modified",
                "changed",
                "last updated",
                "last modified",
            ],
            Self::Resolved => &[
                "resolved",
                "resolved at",
                "resolution date",
                "closed",
                "closed at",
                "closed on",
                "date closed",
                "completed",
                "finished",
            ],
            Self::Url => &["url", "link", "address", "web url", "permalink"],
            Self::Keep | Self::LeaveOut => &[],
        }
    }
}

impl Columns {
    /// A guess, from the names of the columns and some rows: what has a name that is usual comes first, then what has
    /// values that only mean one thing.
    #[must_use]
    pub fn guess(header: &[String], rows: &[Vec<String>]) -> Self {
        let mut uses = vec![Use::Keep; header.len()];
        let mut taken: Vec<Use> = Vec::new();
        for (place, name) in uses.iter_mut().zip(header) {
            let name = plain(name);
            // “Ticket #”, “Owner:”, “Status *”
            let words = name.trim_end_matches([' ', '#', ':', '*', '?', '.']);
            let named = Use::ALL
                .into_iter()
                .find(|it| it.names().contains(&name.as_str()) || it.names().contains(&words));
            if let Some(it) = named.filter(|it| it.repeats() || !taken.contains(it)) {
                *place = it;
                taken.push(it);
            }
        }
        for (index, place) in uses.iter_mut().enumerate() {
            let cells = || {
                rows.iter()
                    .filter_map(move |row| row.get(index))
                    .map(String::as_str)
            };
            let told = told_by(cells).filter(|it| *place == Use::Keep && !taken.contains(it));
            if let Some(it) = told {
                *place = it;
                taken.push(it);
            }
        }
        if !taken.contains(&Use::Title)
            && let Some(longest) = wordiest(&uses, rows)
            && let Some(place) = uses.get_mut(longest)
        {
            *place = Use::Title;
        }
        let dates = uses
            .iter()
            .enumerate()
            .filter(|(_, it)| matches!(it, Use::Created | Use::Updated | Use::Resolved));
        let samples = dates.flat_map(|(index, _)| rows.iter().filter_map(move |row| row.get(index)));
        Self {
            origin: None,
            dates: Dates {
                order: Dates::order_of(samples.map(String::as_str)).unwrap_or_default(),
                ..Dates::default()
            },
            columns: header
                .iter()
                .zip(uses)
                .map(|(name, holds)| Column {
                    name: name.clone(),
                    holds,
                })
                .collect(),
        }
    }

    /// What the columns of a file with this header hold. They are known by their names (columns of one name by their
    /// order), since the next version of a table has them elsewhere; those that aren't known are kept.
    pub(super) fn uses(&self, header: &[String]) -> Vec<Use> {
        let mut left: Vec<&Column> = self.columns.iter().collect();
        let mut find = |name: &String| {
            let place = left.iter().position(|column| column.name == *name)?;
            Some(left.remove(place).holds)
        };
        header
            .iter()
            .map(|name| find(name).unwrap_or(Use::Keep))
            .collect()
    }

    /// The name in the workspace's mappings under which the group keeps how tables with this header are read.
    #[must_use]
    pub fn kept_under(header: &[String]) -> String {
        let digest = Sha256::digest(header.join("\u{1f}"));
        let digest: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        format!("columns/{digest}")
    }

    /// The name that its issues' tracker has in documents: `csv-helpdesk`.
    #[must_use]
    pub fn system(&self) -> String {
        match &self.origin {
            Some(Origin(name)) => format!("{}-{name}", super::SYSTEM),
            None => super::SYSTEM.to_owned(),
        }
    }
}

/// What the values of a column can only be.
fn told_by<'a, I: Iterator<Item = &'a str>>(cells: impl Fn() -> I) -> Option<Use> {
    let all = |is: fn(&str) -> bool| {
        let mut filled = cells().filter(|cell| !cell.trim().is_empty()).peekable();
        filled.peek().is_some() && filled.all(is)
    };
    if all(|cell| words::severity(&lower(cell)).is_some()) {
        Some(Use::Severity)
    } else if all(|cell| words::priority(&lower(cell)).is_some()) {
        Some(Use::Priority)
    } else if all(|cell| words::status(&lower(cell)).is_some()) {
        Some(Use::Status)
    } else if all(|cell| cell.starts_with("https://") || cell.starts_with("http://")) {
        Some(Use::Url)
    } else {
        None
    }
}

/// The column that reads most like a title: one line of several words, another in each row.
fn wordiest(uses: &[Use], rows: &[Vec<String>]) -> Option<usize> {
    let score = |index: usize| {
        let cells: Vec<&str> = rows
            .iter()
            .filter_map(|row| row.get(index))
            .map(String::as_str)
            .collect();
        let one_line = cells
            .iter()
            .filter(|cell| cell.len() <= 200 && !cell.contains('\n'));
        let words: usize = one_line
            .map(|cell| cell.split_whitespace().count().saturating_sub(1))
            .sum();
        let different: BTreeSet<_> = cells.iter().collect();
        words * different.len()
    };
    let free = uses.iter().enumerate().filter(|(_, it)| **it == Use::Keep);
    let scored = free.map(|(index, _)| (score(index), index));
    let best = scored
        .filter(|(score, _)| *score > 0)
        .max_by_key(|(score, index)| (*score, usize::MAX - index));
    best.map(|(_, index)| index)
}

fn plain(name: &str) -> String {
    let words: Vec<String> = name
        .split(|char: char| char.is_whitespace() || char == '_')
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    words.join(" ")
}

impl std::str::FromStr for Origin {
    type Err = NoOrigin;

    fn from_str(text: &str) -> Result<Self, NoOrigin> {
        let plain = |byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
        if (1..=40).contains(&text.len()) && text.bytes().all(plain) {
            Ok(Self(text.to_owned()))
        } else {
            Err(NoOrigin(text.chars().take(60).collect()))
        }
    }
}

impl TryFrom<String> for Origin {
    type Error = NoOrigin;

    fn try_from(text: String) -> Result<Self, NoOrigin> {
        text.parse()
    }
}

impl From<Origin> for String {
    fn from(origin: Origin) -> Self {
        origin.0
    }
}
