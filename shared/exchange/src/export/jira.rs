//! CSV as Jira has it, for moving on to another tracker: most read it.
//!
//! A field with several values has a column for each, as many as the issue with the most needs; so all issues are
//! looked at ([`JiraColumns::count`]) before the first is written.

use std::collections::BTreeMap;

use automerge::ROOT;
use docket_domain::{
    PersonId, Timestamp,
    metrics::Month,
    read::{Issue, string},
};

use super::{Home, Leaving, resolved};
use crate::{csv, jira, mapping::plain};

/// The columns of one value, before those of several.
const SINGLE: [&str; 17] = [
    "Summary",
    "Issue key",
    "Issue id",
    "Issue Type",
    "Status",
    "Project name",
    "Priority",
    "Resolution",
    "Assignee",
    "Reporter",
    "Creator",
    "Created",
    "Updated",
    "Resolved",
    "Description",
    "Custom field (Severity)",
    "Custom field (Organisation)",
];

/// Short names of the months, as Jira writes them.
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// How many columns of each name the issues need.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct JiraColumns(BTreeMap<String, usize>);

impl JiraColumns {
    /// Takes in what an issue needs.
    pub fn count(&mut self, issue: Leaving<'_>) {
        let read = Issue::read(issue.document);
        for (name, values) in several(&read, &|_| String::new(), &|target| target.to_owned()) {
            let most = self.0.entry(name).or_default();
            *most = values.len().max(*most);
        }
    }
}

/// Writes issues as a table in Jira's shape.
#[derive(Debug, Clone)]
pub struct JiraCsv {
    home: Home,
    columns: JiraColumns,
}

impl JiraCsv {
    /// For issues of this workspace, all of which were counted.
    #[must_use]
    pub const fn new(home: Home, columns: JiraColumns) -> Self {
        Self { home, columns }
    }

    /// Appends the header. It has no mark: Jira would take it for a part of the first name.
    pub fn header(&self, out: &mut Vec<u8>) {
        let several = self.columns.0.iter();
        let several = several.flat_map(|(name, most)| std::iter::repeat_n(name.as_str(), *most));
        csv::write(out, SINGLE.into_iter().chain(several));
    }

    /// Appends an issue.
    pub fn issue(&self, issue: Leaving<'_>, out: &mut Vec<u8>) {
        let read = Issue::read(issue.document);
        let mut cells = self.single(issue, &read);
        let mut found = several(&read, &|person| self.person(&read, person), &|target| {
            self.home.target(target).to_owned()
        });
        for (name, most) in &self.columns.0 {
            let mut values = found.remove(name).unwrap_or_default();
            values.resize(*most, String::new());
            cells.append(&mut values);
        }
        csv::write(out, cells.iter().map(String::as_str));
    }

    fn single(&self, issue: Leaving<'_>, read: &Issue) -> Vec<String> {
        let row = issue.row();
        let source = read
            .source
            .as_ref()
            .filter(|source| source.system == jira::SYSTEM);
        let before = |name: &str| {
            let field = source?.fields.iter().find(|(field, _)| field == name)?;
            Some(field.1.clone())
        };
        // The word there, as long as it still means what is here.
        let status = before("status").filter(|name| jira::words::status(&plain(name)) == Some(read.status));
        let priority = before("priority").filter(|name| jira::words::priority(&plain(name)) == read.priority);
        let resolution =
            before("resolution").filter(|name| jira::words::resolution(&plain(name)) == read.resolution);
        let number = issue.facts.number.map(|number| number.to_string());
        let person = |person: &Option<PersonId>| {
            let person = person.as_ref();
            person.map_or_else(String::new, |person| self.person(read, person))
        };
        let creator = string(issue.document, &ROOT, "created_by").map(PersonId::from_stored);
        let time = |at: Option<Timestamp>| at.map(written).unwrap_or_default();
        let organisation = read.organisation.as_ref().map(|id| id.as_str());
        vec![
            read.title.clone(),
            self.home.key(issue.id, read.source.as_ref(), issue.facts),
            before("id").or(number).unwrap_or_default(),
            before("type").unwrap_or_else(|| "Bug".to_owned()),
            status.unwrap_or_else(|| read.status.label().to_owned()),
            before("project").unwrap_or_default(),
            priority.unwrap_or_else(|| read.priority.map_or("", |it| it.label()).to_owned()),
            resolution.unwrap_or_else(|| read.resolution.map_or("", |it| it.label()).to_owned()),
            person(&read.assignee),
            person(&read.reporter),
            person(&creator),
            time(row.as_ref().map(|row| row.created).or(Some(read.created_at))),
            time(row.as_ref().map(|row| row.updated)),
            time(row.as_ref().and_then(resolved)),
            read.description.clone(),
            read.severity.map_or("", |it| it.label()).to_owned(),
            organisation
                .map(|id| self.home.organisations.get(id).map_or(id, String::as_str))
                .unwrap_or_default()
                .to_owned(),
        ]
    }

    /// A person as Jira's CSV has them: by their login, if they come from there.
    fn person(&self, issue: &Issue, person: &PersonId) -> String {
        let login = person
            .as_str()
            .strip_prefix(jira::SYSTEM)
            .and_then(|rest| rest.strip_prefix(':'));
        let name = login.unwrap_or_else(|| self.home.name(person, issue.name_of(person)));
        // In the cells of comments a semicolon ends it.
        name.replace(';', ",")
    }
}

/// The values of the columns that can be several, by name.
fn several(
    issue: &Issue,
    person: &dyn Fn(&PersonId) -> String,
    target: &dyn Fn(&str) -> String,
) -> BTreeMap<String, Vec<String>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut add = |name: &str, value: String| match found.get_mut(name) {
        Some(values) => values.push(value),
        None => drop(found.insert(name.to_owned(), vec![value])),
    };
    let by = |by: &Option<PersonId>| by.as_ref().map_or_else(String::new, person);
    for label in &issue.labels {
        add("Labels", label.clone());
    }
    for version in &issue.affects {
        add("Affects Version/s", version.clone());
    }
    for component in components(issue) {
        add("Component/s", component);
    }
    for version in lines(issue, "fix_versions") {
        add("Fix Version/s", version.to_owned());
    }
    for link in &issue.links {
        let (kind, outward) = jira::kind(&link.relation);
        let side = if outward { "Outward" } else { "Inward" };
        add(&format!("{side} issue link ({kind})"), target(&link.target));
    }
    for file in &issue.attachments {
        add(
            "Attachment",
            format!("{};{};{};", written(file.at), by(&file.by), file.name),
        );
    }
    for comment in issue
        .comments
        .iter()
        .filter(|comment| comment.deleted_at.is_none())
    {
        add(
            "Comment",
            format!("{};{};{}", written(comment.at), by(&comment.by), comment.body),
        );
    }
    found
}

/// The components there, unless another was chosen here.
fn components(issue: &Issue) -> Vec<String> {
    let there = lines(issue, "components");
    if there.first().copied() == issue.component.as_deref() {
        return there.into_iter().map(str::to_owned).collect();
    }
    issue.component.iter().cloned().collect()
}

/// Names that an import kept, a line each.
fn lines<'a>(issue: &'a Issue, name: &str) -> Vec<&'a str> {
    let fields = issue.source.iter().flat_map(|source| &source.fields);
    let field = fields.into_iter().find(|(field, _)| field == name);
    field
        .map(|(_, value)| value.lines().collect())
        .unwrap_or_default()
}

/// A time as Jira writes it, in UTC: `16/May/12 7:56 AM`.
fn written(at: Timestamp) -> String {
    let month = Month::of(at);
    let minutes = (at.0 - month.begins().0) / 60_000;
    let (day, hour, minute) = (minutes / 1_440 + 1, minutes / 60 % 24, minutes % 60);
    let half = if hour < 12 { "AM" } else { "PM" };
    let hour = if hour % 12 == 0 { 12 } else { hour % 12 };
    let name = MONTHS
        .get(usize::from(month.month).wrapping_sub(1))
        .copied()
        .unwrap_or_default();
    format!(
        "{day:02}/{name}/{:02} {hour}:{minute:02} {half}",
        month.year.rem_euclid(100)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_jira_does() {
        for (at, text) in [
            (1_337_154_960_000, "16/May/12 7:56 AM"),
            (1_343_043_715_000, "23/Jul/12 11:41 AM"),
            (0, "01/Jan/70 12:00 AM"),
            (1_356_998_399_999, "31/Dec/12 11:59 PM"),
        ] {
            assert_eq!(written(Timestamp(at)), text);
        }
    }
}
