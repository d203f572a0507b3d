//! Which issues a list shows: a value that stands in the address, so that it can be shared.

use std::collections::BTreeSet;

use docket_domain::{
    Row, Who,
    row::IssueRow,
    words::{Priority, Severity, Status},
};

use crate::pages::router::{decode, encode};

/// The fields that can be filtered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Facet {
    Status,
    Severity,
    Priority,
    Component,
    Assignee,
    Organisation,
    Label,
    Flag,
}

impl Facet {
    /// All, in the order of the filter's panel.
    pub(crate) const ALL: [Self; 8] = [
        Self::Status,
        Self::Severity,
        Self::Priority,
        Self::Component,
        Self::Assignee,
        Self::Organisation,
        Self::Label,
        Self::Flag,
    ];

    /// Its name in the address.
    pub(crate) const fn key(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Severity => "severity",
            Self::Priority => "priority",
            Self::Component => "component",
            Self::Assignee => "assignee",
            Self::Organisation => "organisation",
            Self::Label => "label",
            Self::Flag => "show",
        }
    }

    /// Its name on the page.
    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::Status => "Status",
            Self::Severity => "Severity",
            Self::Priority => "Priority",
            Self::Component => "Component",
            Self::Assignee => "Assignee",
            Self::Organisation => "Organisation",
            Self::Label => "Label",
            Self::Flag => "Only",
        }
    }

    const fn place(self) -> usize {
        self as usize
    }
}

/// The value that stands for “not set” in the address.
pub(crate) const NONE: &str = "-";
/// Every value: as good as no filter, and a clearer link.
const ANY: &str = "any";
/// All statuses of open issues.
pub(crate) const OPEN: &str = "open";
/// Flags: needs attention, in conflict, not yet stored, deleted.
pub(crate) const ATTENTION: &str = "attention";
pub(crate) const CONFLICT: &str = "conflict";
pub(crate) const PENDING: &str = "pending";
pub(crate) const DELETED: &str = "deleted";

/// What is asked for. Within a field any of the values will do; all fields have to fit.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Filter {
    /// The words searched for.
    pub(crate) text: String,
    /// The values asked for, by facet.
    chosen: [BTreeSet<String>; 8],
    /// The order of all issues.
    pub(crate) sort: Sort,
}

/// The order of issues that have no rank.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Sort {
    #[default]
    Updated,
    Created,
    Severity,
    Priority,
    Key,
}

impl Sort {
    pub(crate) const ALL: [Self; 5] = [
        Self::Updated,
        Self::Created,
        Self::Severity,
        Self::Priority,
        Self::Key,
    ];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Updated => "updated",
            Self::Created => "created",
            Self::Severity => "severity",
            Self::Priority => "priority",
            Self::Key => "key",
        }
    }

    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::Updated => "Last changed",
            Self::Created => "Newest",
            Self::Severity => "Severity",
            Self::Priority => "Priority",
            Self::Key => "Key",
        }
    }

    pub(crate) fn parse(text: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|sort| sort.as_str() == text)
            .unwrap_or_default()
    }
}

impl Filter {
    /// The filter in an address's query. What isn't understood is passed over.
    pub(crate) fn parse(query: &str) -> Self {
        let mut filter = Self::default();
        for pair in query.split('&') {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            let value = decode(value);
            match key {
                "q" => filter.text = value,
                "sort" => filter.sort = Sort::parse(&value),
                _ => {
                    if let Some(facet) = Facet::ALL.into_iter().find(|facet| facet.key() == key) {
                        filter
                            .values_mut(facet)
                            .extend((!value.is_empty() && value != ANY).then_some(value));
                    }
                }
            }
        }
        filter
    }

    /// The filter as a query.
    pub(crate) fn query(&self) -> String {
        let mut pairs = Vec::new();
        if !self.text.trim().is_empty() {
            pairs.push(format!("q={}", encode(self.text.trim())));
        }
        for facet in Facet::ALL {
            pairs.extend(
                self.values(facet)
                    .iter()
                    .map(|value| format!("{}={}", facet.key(), encode(value))),
            );
        }
        if self.sort != Sort::default() {
            pairs.push(format!("sort={}", self.sort.as_str()));
        }
        pairs.join("&")
    }

    /// The values asked for in a field.
    pub(crate) fn values(&self, facet: Facet) -> &BTreeSet<String> {
        static NOTHING: BTreeSet<String> = BTreeSet::new();
        self.chosen.get(facet.place()).unwrap_or(&NOTHING)
    }

    fn values_mut(&mut self, facet: Facet) -> &mut BTreeSet<String> {
        // `place` counts the facets, and there is one set for each.
        #[allow(clippy::indexing_slicing)]
        &mut self.chosen[facet.place()]
    }

    /// Asks for a value, or no longer.
    pub(crate) fn set(&mut self, facet: Facet, value: &str, on: bool) {
        if on {
            self.values_mut(facet).insert(value.to_owned());
        } else {
            self.values_mut(facet).remove(value);
        }
    }

    /// Is everything shown?
    pub(crate) fn is_empty(&self) -> bool {
        self.text.trim().is_empty() && self.chosen.iter().all(BTreeSet::is_empty)
    }

    /// Does the issue fit? `name` is what it is called, in lower case; `words` are this filter's [`words`]; `who` tells
    /// who an assignee of another tracker is here.
    pub(crate) fn fits(
        &self,
        row: &Row,
        issue: &IssueRow,
        name: &str,
        words: &[String],
        pending: bool,
        who: Who<'_>,
    ) -> bool {
        let flags = self.values(Facet::Flag);
        if row.deleted != flags.contains(DELETED) {
            return false;
        }
        let flags = (!flags.contains(ATTENTION) || issue.attention.is_some())
            && (!flags.contains(CONFLICT) || !issue.conflicts.is_empty())
            && (!flags.contains(PENDING) || pending);
        flags
            && Facet::ALL
                .into_iter()
                .all(|facet| self.fits_facet(facet, issue, who))
            && says(row, issue, name, words)
    }

    fn fits_facet(&self, facet: Facet, issue: &IssueRow, who: Who<'_>) -> bool {
        let asked = self.values(facet);
        if asked.is_empty() || facet == Facet::Flag {
            return true;
        }
        let mut fits = false;
        each_value(facet, issue, who, |value| {
            // An address may be from before somebody was known here.
            fits |= asked.contains(value)
                || asked
                    .iter()
                    .any(|asked| facet == Facet::Assignee && who.named(asked) == value);
        });
        fits
    }
}

/// Calls `tell` with every value that an issue has in a field; [`NONE`] if it has none.
pub(crate) fn each_value(facet: Facet, issue: &IssueRow, who: Who<'_>, mut tell: impl FnMut(&str)) {
    match facet {
        Facet::Status => {
            tell(issue.status.as_str());
            if issue.status.is_open() {
                tell(OPEN);
            }
        }
        Facet::Severity => tell(issue.severity.map_or(NONE, Severity::as_str)),
        Facet::Priority => tell(issue.priority.map_or(NONE, Priority::as_str)),
        Facet::Component => tell(issue.component.as_deref().unwrap_or(NONE)),
        Facet::Assignee => tell(
            issue
                .assignee
                .as_ref()
                .map_or(NONE, |person| who.named(person.as_str())),
        ),
        Facet::Organisation => tell(issue.organisation.as_ref().map_or(NONE, |id| id.as_str())),
        Facet::Label if issue.labels.is_empty() => tell(NONE),
        Facet::Label => issue.labels.iter().for_each(|label| tell(label)),
        Facet::Flag => {
            if issue.attention.is_some() {
                tell(ATTENTION);
            }
            if !issue.conflicts.is_empty() {
                tell(CONFLICT);
            }
        }
    }
}

/// The words of a search, in lower case.
pub(crate) fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_lowercase).collect()
}

/// Does the issue say all of these words: in its title, name, number, labels, component or assignee?
pub(crate) fn says(row: &Row, issue: &IssueRow, name: &str, words: &[String]) -> bool {
    if words.is_empty() {
        return true;
    }
    let title = row.title.to_lowercase();
    words.iter().all(|word| {
        let has = |text: &str| text.to_lowercase().contains(word.as_str());
        title.contains(word.as_str())
            || name.contains(word.as_str())
            || issue.labels.iter().any(|label| has(label))
            || issue.component.as_deref().is_some_and(has)
            || issue.assignee_name.as_deref().is_some_and(has)
    })
}

/// A value of a status filter in words.
pub(crate) fn status_words(value: &str) -> Option<&'static str> {
    if value == OPEN {
        Some("Open")
    } else {
        Status::parse(value).map(Status::label)
    }
}
