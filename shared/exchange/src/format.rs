//! The formats that can come in, told apart by what their files begin with.

use std::sync::Arc;

use serde_json::Value;

use crate::{
    bugzilla,
    content::Content,
    csv, docket, github, jira,
    json::{self, Shape},
    mapping::{Mapping, Words},
    record::{RECORD_LIMIT, Record},
    report::{Reason, Remark},
};

/// What a file is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// The JSON of Jira's REST interface.
    Jira,
    /// Jira's own CSV.
    JiraCsv,
    /// Docket's own JSON Lines.
    Docket,
    /// Docket's own CSV.
    DocketCsv,
    /// Any table, by [`Columns`](crate::csv::Columns).
    Csv,
    /// The JSON of GitHub's REST interface.
    GitHub,
    /// The JSON of Bugzilla's REST interface.
    Bugzilla,
}

impl Format {
    /// All of them, in the order in which people read them.
    pub const ALL: [Self; 7] = [
        Self::Jira,
        Self::JiraCsv,
        Self::GitHub,
        Self::Bugzilla,
        Self::Docket,
        Self::DocketCsv,
        Self::Csv,
    ];

    /// The tracker's name in documents: `jira:LU-4239`, `jira:jdoe`.
    #[must_use]
    pub const fn system(self) -> &'static str {
        match self {
            Self::Jira | Self::JiraCsv => jira::SYSTEM,
            Self::Docket | Self::DocketCsv => docket::SYSTEM,
            Self::Csv => csv::SYSTEM,
            Self::GitHub => github::SYSTEM,
            Self::Bugzilla => bugzilla::SYSTEM,
        }
    }

    /// The tracker's name for people.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Jira => "Jira",
            Self::JiraCsv => "Jira (CSV)",
            Self::Docket => "Docket",
            Self::DocketCsv => "Docket (CSV)",
            Self::Csv => "CSV",
            Self::GitHub => "GitHub",
            Self::Bugzilla => "Bugzilla",
        }
    }

    /// The format of a file that begins with these bytes (unpacked; some 64 KB tell every format apart). The file's name
    /// decides where the content leaves it open. None if it is none of these.
    #[must_use]
    pub fn detect(beginning: &[u8], file_name: &str) -> Option<Self> {
        let file_name = file_name.to_lowercase();
        let text = json::decoded(beginning);
        if docket::is_json(&text) {
            return Some(Self::Docket);
        }
        if !json::begins(&text) {
            return csv::detect(beginning, &file_name);
        }
        let names: Vec<&[u8]> = json::names(&text).map(|name| name.text).collect();
        let likeness = |format: &Self| {
            let marks = format.marks().iter();
            let found = marks.filter(|mark| names.contains(&mark.as_bytes())).count();
            (found, file_name.contains(format.system()))
        };
        let best = Self::ALL.into_iter().max_by_key(likeness)?;
        (likeness(&best).0 > 0).then_some(best)
    }

    /// The key of the issue that a record holds, where it can be read.
    #[must_use]
    pub fn key(self, record: &Record) -> Option<String> {
        match (&record.value, self) {
            (Err(broken), _) => broken.key.clone(),
            (Ok(value), Self::Jira | Self::JiraCsv) => jira::key(value),
            (Ok(value), Self::Docket | Self::DocketCsv) => docket::key(value),
            (Ok(value), Self::Csv) => csv::key(value),
            (Ok(value), Self::GitHub) => github::key(value),
            (Ok(value), Self::Bugzilla) => bugzilla::key(value),
        }
    }

    /// Makes the content of an issue from a record, with what there is to know about it.
    ///
    /// # Errors
    /// Why it can't come in.
    pub(crate) fn read(self, record: Record, words: &Arc<Words>) -> Result<(Content, Vec<Remark>), Reason> {
        let value = record.value.map_err(|broken| match broken.problem {
            Some(problem) => Reason::Unreadable(problem),
            None => Reason::TooLarge(RECORD_LIMIT),
        })?;
        let Value::Object(issue) = value else {
            return Err(Reason::NotAnIssue {
                of: self.name(),
                missing: self.shape().key,
            });
        };
        let mut mapping = Mapping::new(self, words);
        mapping.zoneless = record.zone.is_some();
        if record.repaired > 0 {
            mapping.remark(Remark::Repaired(record.repaired));
        }
        let mapping = match self {
            Self::Jira | Self::JiraCsv => jira::read(issue, mapping)?,
            Self::Docket | Self::DocketCsv => docket::read(issue, mapping)?,
            Self::Csv => csv::read(issue, mapping)?,
            Self::GitHub => github::read(issue, mapping)?,
            Self::Bugzilla => bugzilla::read(issue, mapping)?,
        };
        let (content, remarks) = mapping.finish();
        content.check()?;
        Ok((content, remarks))
    }

    /// Is it a table?
    #[must_use]
    pub const fn is_table(self) -> bool {
        matches!(self, Self::JiraCsv | Self::DocketCsv | Self::Csv)
    }

    /// The names by which its JSON is cut into records.
    pub(crate) const fn shape(self) -> Shape {
        match self {
            Self::Jira | Self::JiraCsv => jira::SHAPE,
            Self::Docket | Self::DocketCsv | Self::Csv => docket::SHAPE,
            Self::GitHub => github::SHAPE,
            Self::Bugzilla => bugzilla::SHAPE,
        }
    }

    /// What takes out of its values what says nothing about the issue.
    pub(crate) const fn cleaner(self) -> fn(&mut Value) {
        match self {
            Self::Jira | Self::JiraCsv => jira::clean,
            Self::Docket | Self::DocketCsv | Self::Csv => |_| (),
            Self::GitHub => github::clean,
            Self::Bugzilla => bugzilla::clean,
        }
    }

    /// Names that its records have and others don't.
    const fn marks(self) -> &'static [&'static str] {
        match self {
            Self::Jira => &jira::MARKS,
            Self::Docket => &docket::MARKS,
            Self::JiraCsv | Self::DocketCsv | Self::Csv => &[],
            Self::GitHub => &github::MARKS,
            Self::Bugzilla => &bugzilla::MARKS,
        }
    }
}

/// Does a file that begins with these bytes hold gzip, to be unpacked before it is read?
#[must_use]
pub fn is_gzip(beginning: &[u8]) -> bool {
    beginning.starts_with(&[0x1f, 0x8b])
}
