//! What a list shows, in which order: the ranked issues first, then those that could be ranked.

use std::sync::Arc;

use docket_domain::{DocumentId, Row, Who, row::IssueRow};
use leptos::prelude::*;

use super::filter::{self, Facet, Filter, Sort};
use crate::{components::people, store::Store};

/// A list's lines.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Order {
    /// Every line, top to bottom.
    pub(super) lines: Vec<Line>,
    /// How many of them are ranked issues.
    pub(super) ranked: usize,
    /// How many issues the list ranks, shown or not.
    pub(super) of_ranked: usize,
    /// How many issues fit the filter.
    pub(super) found: usize,
    /// How many there are.
    pub(super) all: usize,
}

/// One line: all of one height.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Line {
    /// An issue, and its rank counted from 1; none where it has none.
    Issue(DocumentId, Option<u32>),
    /// The heading above the issues without a rank.
    NotRanked(u32),
}

impl Line {
    /// The issue on this line.
    pub(super) const fn issue(self) -> Option<DocumentId> {
        match self {
            Self::Issue(id, _) => Some(id),
            Self::NotRanked(_) => None,
        }
    }
}

impl Order {
    /// Looks at all rows. Tracks the list, the filter, and that any row changed, or was stored by the hub.
    pub(super) fn now(store: Store, list: Option<DocumentId>, filter: &Filter) -> Self {
        store.changed().track();
        let asks_pending = filter.values(Facet::Flag).contains(filter::PENDING);
        if asks_pending {
            // What is stored by the hub doesn't change by that.
            store.status().track();
        }
        let words = filter::words(&filter.text);
        let workspace = store.workspace().get();
        let who = workspace.who();
        let members = Names::of(store, &words);
        let ranking = list.map(|list| store.ranking(list).get());
        let fits = |row: &Row, issue: &IssueRow, id: DocumentId| {
            let name = if words.is_empty() {
                String::new()
            } else {
                issue.name(&workspace.prefix).to_lowercase()
            };
            let pending = asks_pending && store.is_pending(id);
            filter.fits(row, issue, &name, &words, pending, who)
                || members.fits(filter, row, issue, &name, pending, who)
        };
        store.with_rows(|rows| {
            let check = |id: DocumentId| {
                rows.get(&id).is_some_and(|row| {
                    row.with_untracked(|row| row.issue().is_some_and(|issue| fits(row, issue, id)))
                })
            };
            let mut lines = Vec::new();
            let ranked_ids = ranking
                .as_deref()
                .map(|ranking| ranking.issues.as_slice())
                .unwrap_or_default();
            for (n, id) in ranked_ids.iter().enumerate() {
                if check(*id) {
                    lines.push(Line::Issue(*id, u32::try_from(n + 1).ok()));
                }
            }
            let ranked = lines.len();
            let in_list: std::collections::HashSet<&DocumentId> = ranked_ids.iter().collect();
            let mut all = 0;
            let mut others: Vec<(SortKey, DocumentId)> = Vec::new();
            for (id, row) in rows {
                row.with_untracked(|row| {
                    let Some(issue) = row.issue() else { return };
                    all += usize::from(!row.deleted);
                    if !in_list.contains(id) && fits(row, issue, *id) {
                        others.push((SortKey::of(filter.sort, row, issue), *id));
                    }
                });
            }
            others.sort_unstable();
            let found = ranked + others.len();
            if list.is_some() && !others.is_empty() {
                lines.push(Line::NotRanked(u32::try_from(others.len()).unwrap_or(u32::MAX)));
            }
            lines.extend(others.into_iter().map(|(_, id)| Line::Issue(id, None)));
            Self {
                lines,
                ranked,
                of_ranked: ranked_ids.len(),
                found,
                all,
            }
        })
    }

    /// The line of an issue.
    pub(super) fn line_of(&self, issue: DocumentId) -> Option<usize> {
        self.lines.iter().position(|line| line.issue() == Some(issue))
    }
}

/// Members whose names a search could mean: rows hold only the ids of members.
struct Names {
    /// For each word of the search, the members whose names contain it.
    by_word: Vec<(String, Arc<[String]>)>,
}

impl Names {
    fn of(store: Store, words: &[String]) -> Self {
        if words.is_empty() {
            return Self { by_word: Vec::new() };
        }
        let members = store.members().get();
        let by_word = words.iter().map(|word| {
            let hits = members
                .iter()
                .filter(|member| member.name.to_lowercase().contains(word.as_str()));
            (word.clone(), hits.map(|member| member.id.to_string()).collect())
        });
        Self {
            by_word: by_word.collect(),
        }
    }

    /// Does the issue fit when the words that name its assignee are left out?
    fn fits(
        &self,
        filter: &Filter,
        row: &Row,
        issue: &IssueRow,
        name: &str,
        pending: bool,
        who: Who<'_>,
    ) -> bool {
        let Some(assignee) = issue.assignee.as_ref() else {
            return false;
        };
        let assignee = who.named(assignee.as_str());
        let named = |ids: &Arc<[String]>| ids.iter().any(|id| id == assignee);
        if !self.by_word.iter().any(|(_, ids)| named(ids)) {
            return false;
        }
        let rest = self
            .by_word
            .iter()
            .filter(|(_, ids)| !named(ids))
            .map(|(word, _)| word.clone());
        filter.fits(row, issue, name, &rest.collect::<Vec<_>>(), pending, who)
    }
}

/// The place of an issue without a rank: smaller is higher.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum SortKey {
    Number(i64, i64),
    Key(String, u64),
}

impl SortKey {
    fn of(sort: Sort, row: &Row, issue: &IssueRow) -> Self {
        match sort {
            Sort::Updated => Self::Number(-row.updated.0, 0),
            Sort::Created => Self::Number(-row.created.0, 0),
            Sort::Severity => Self::Number(issue.severity.map_or(9, |it| it as i64), -row.updated.0),
            Sort::Priority => Self::Number(issue.priority.map_or(9, |it| it as i64), -row.updated.0),
            Sort::Key => match issue.key.as_deref().and_then(|key| key.rsplit_once('-')) {
                // LU-9 before LU-10.
                Some((project, number)) => Self::Key(project.to_owned(), number.parse().unwrap_or(u64::MAX)),
                None => Self::Key(String::new(), issue.number.unwrap_or(u64::MAX)),
            },
        }
    }
}

/// A name for a person in a filter.
pub(super) fn person(store: Store, id: &str) -> String {
    people::name(store, &docket_domain::PersonId::from_stored(id), None)
}
