//! The same as a table: a row an issue, what people read first, and the rest in cells of JSON, a line an entry.

use serde_json::{Map, Value};

use super::{ENTRIES, VERSION};
use crate::json::value::{canonical, text};

/// How a column's cell holds its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holds {
    /// As it is.
    Text,
    /// A number.
    Number,
    /// Texts, a line each.
    Lines,
    /// Entries as JSON, a line each; or an object as JSON.
    Json,
    /// A person's name, for people: the id is in a column of its own.
    Name(&'static str),
    /// Nothing that isn't elsewhere.
    Shown,
}

/// The columns: their names in the header, the names of what they hold, and how.
const TABLE: [(&str, &str, Holds); 34] = [
    ("Key", "key", Holds::Text),
    ("Title", "title", Holds::Text),
    ("Status", "status", Holds::Text),
    ("Resolution", "resolution", Holds::Text),
    ("Severity", "severity", Holds::Text),
    ("Priority", "priority", Holds::Text),
    ("Component", "component", Holds::Text),
    ("Assignee", "assignee", Holds::Name("assignee")),
    ("Organisation", "organisation", Holds::Text),
    ("Reporter", "reporter", Holds::Name("reporter")),
    ("Created", "created_at", Holds::Text),
    ("Updated", "updated_at", Holds::Text),
    ("Resolved", "resolved_at", Holds::Shown),
    ("Labels", "labels", Holds::Lines),
    ("Affects", "affects", Holds::Lines),
    ("Description", "description", Holds::Text),
    ("Comments", "comments", Holds::Json),
    ("History", "events", Holds::Json),
    ("Attention", "attention", Holds::Json),
    ("Links", "links", Holds::Json),
    ("Attachments", "attachments", Holds::Json),
    ("Deleted", "deleted_at", Holds::Text),
    ("Number", "number", Holds::Number),
    ("Document", "document", Holds::Text),
    ("Workspace", "workspace", Holds::Text),
    ("Assignee id", "assignee", Holds::Text),
    ("Reporter id", "reporter", Holds::Text),
    ("Created by", "created_by", Holds::Text),
    ("Deleted by", "deleted_by", Holds::Text),
    ("People", "people", Holds::Json),
    ("Source", "source", Holds::Json),
    ("Conflicts", "conflicts", Holds::Json),
    ("More", "", Holds::Json),
    ("Docket", "docket", Holds::Number),
];

/// The column by which the format is known: its version.
const MARK: &str = "Docket";

/// The header.
pub(crate) const COLUMNS: [&str; TABLE.len()] = {
    let mut names = [""; TABLE.len()];
    let mut index = 0;
    #[allow(clippy::indexing_slicing, reason = "evaluated when it is built")]
    while index < TABLE.len() {
        names[index] = TABLE[index].0;
        index += 1;
    }
    names
};

/// An issue's cells. When it was resolved is for people: its history says it.
pub(crate) fn cells(mut issue: Map<String, Value>, resolved: Option<&str>) -> Vec<String> {
    let names = issue.get("people").cloned().unwrap_or_default();
    let mut cells: Vec<String> = TABLE
        .iter()
        .map(|(_, name, holds)| match holds {
            Holds::Shown => resolved.unwrap_or_default().to_owned(),
            Holds::Name(of) => {
                let id = issue.get(*of).and_then(text).unwrap_or_default();
                names.get(&id).and_then(text).unwrap_or(id)
            }
            _ => issue
                .get(*name)
                .map(|value| cell(value, *holds))
                .unwrap_or_default(),
        })
        .collect();
    // What has no column is kept all the same.
    issue.retain(|name, _| !TABLE.iter().any(|(_, held, _)| held == name));
    if !issue.is_empty()
        && let Some(index) = TABLE.iter().position(|(_, name, _)| name.is_empty())
        && let Some(more) = cells.get_mut(index)
    {
        *more = canonical(&Value::Object(issue));
    }
    cells
}

fn cell(value: &Value, holds: Holds) -> String {
    let lines =
        |values: &[Value], line: fn(&Value) -> String| values.iter().map(line).collect::<Vec<_>>().join("\n");
    match (value, holds) {
        (Value::Array(values), Holds::Lines) => lines(values, |value| text(value).unwrap_or_default()),
        (Value::Array(values), _) => lines(values, canonical),
        (Value::Object(_), _) => canonical(value),
        _ => text(value).unwrap_or_default(),
    }
}

/// What the columns of a file hold.
#[derive(Debug)]
pub(crate) struct Layout(Vec<Option<(&'static str, Holds)>>);

impl Layout {
    /// The layout with this header; none if it isn't that of Docket's own table.
    pub(crate) fn of(header: &[String]) -> Option<Self> {
        let column = |name: &String| {
            let (_, held, holds) = TABLE.iter().find(|(column, ..)| name == column)?;
            Some((*held, *holds))
        };
        let marked = header.iter().any(|name| name == MARK) && header.iter().any(|name| name == "Key");
        marked.then(|| Self(header.iter().map(column).collect()))
    }

    /// The key in a row.
    pub(crate) fn key<'a>(&self, cells: &'a [String]) -> Option<&'a str> {
        let mut pairs = self.0.iter().zip(cells);
        let (_, key) = pairs.find(|(column, _)| column.is_some_and(|(name, _)| name == "key"))?;
        Some(key)
    }

    /// The issue in a row. A cell that doesn't hold what its column does is kept as the text it is.
    pub(crate) fn shape(&self, cells: Vec<String>) -> Value {
        let mut issue = Map::new();
        for (column, cell) in self.0.iter().zip(cells) {
            let Some((name, holds)) = column else { continue };
            if cell.is_empty() {
                continue;
            }
            let value = match holds {
                Holds::Text => cell.into(),
                Holds::Number => cell.trim().parse::<u64>().map_or(cell.into(), Value::from),
                Holds::Lines => cell.split('\n').map(Value::from).collect(),
                Holds::Json => json(name, &cell).unwrap_or_else(|| cell.into()),
                Holds::Name(_) | Holds::Shown => continue,
            };
            match value {
                Value::Object(more) if name.is_empty() => issue.extend(more),
                value => drop(issue.insert((*name).to_owned(), value)),
            }
        }
        issue.entry("docket").or_insert(VERSION.into());
        // An empty column says that there is nothing; without the column nobody says anything.
        for (name, holds) in self.0.iter().flatten() {
            if !name.is_empty() && !matches!(holds, Holds::Name(_) | Holds::Shown) {
                issue.entry(*name).or_insert(Value::Null);
            }
        }
        Value::Object(issue)
    }
}

/// Lines of JSON; a list of entries, or one object.
fn json(name: &str, cell: &str) -> Option<Value> {
    if !ENTRIES.iter().any(|list| list.name == name) {
        return serde_json::from_str(cell).ok();
    }
    let lines = cell.lines().filter(|line| !line.trim().is_empty());
    let entries: Result<Vec<Value>, _> = lines.map(serde_json::from_str).collect();
    entries.ok().map(Value::Array)
}
