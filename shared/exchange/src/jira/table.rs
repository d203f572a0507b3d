//! Jira's own CSV: a row is shaped as its REST interface would give the issue, so that there is one mapping of Jira.
//!
//! A field with several values has several columns of one name. Comments are `date;author;text` in a cell,
//! attachments `date;author;file name;address`; links have a column for each kind and direction and hold keys. Times
//! have no zone. What has no place in the interface is kept under its column's name.

use serde_json::{Map, Value, json};

use super::relation;
use crate::csv::Dates;

/// What a column holds.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Column {
    Key,
    Id,
    /// A text of this name among the issue's fields.
    Text(&'static str),
    /// A time.
    Time(&'static str),
    /// An object with a name.
    Named(&'static str),
    /// One of a list of objects with names.
    Names(&'static str),
    /// What a person is called: their login at a server; in the cloud their name for people, beside their account.
    Person(&'static str),
    /// That person's account number in the cloud.
    Account(&'static str),
    /// A part of the project, of the parent.
    Part(&'static str, &'static str),
    Label,
    Comment,
    Attachment,
    Link {
        kind: String,
        side: &'static str,
    },
    /// Kept under its own name.
    Other(String),
}

/// What the columns of a file hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Layout(Vec<Column>);

impl Layout {
    /// The layout with this header; none if it isn't that of an export of Jira's.
    pub(crate) fn of(header: &[String]) -> Option<Self> {
        // Every row is asked, and most have hundreds of cells.
        let has = |name: &str| header.iter().any(|cell| cell.trim().eq_ignore_ascii_case(name));
        let is_one = has("issue key") && has("summary");
        is_one.then(|| Self(header.iter().map(|name| column(name)).collect()))
    }

    /// The key in a row.
    pub(crate) fn key<'a>(&self, cells: &'a [String]) -> Option<&'a str> {
        let mut pairs = self.0.iter().zip(cells);
        let (_, key) = pairs.find(|(column, cell)| **column == Column::Key && !cell.is_empty())?;
        Some(key)
    }

    /// The issue in a row. Answers whether a time in it had no zone.
    pub(crate) fn shape(&self, cells: Vec<String>, dates: Dates) -> (Value, bool) {
        let mut issue = Issue {
            dates,
            ..Issue::default()
        };
        for (column, cell) in self.0.iter().zip(cells) {
            if !cell.trim().is_empty() {
                issue.cell(column, cell);
            }
        }
        // An empty column says that there is nothing; without the column nobody says anything.
        for field in self.0.iter().filter_map(Column::field) {
            if !issue.fields.contains_key(field) {
                issue.fields.insert(field.to_owned(), Value::Null);
            }
        }
        issue.top.insert("fields".to_owned(), Value::Object(issue.fields));
        (Value::Object(issue.top), issue.zoneless)
    }
}

impl Column {
    /// The field that it holds, or a part of.
    fn field(&self) -> Option<&str> {
        match self {
            Self::Key | Self::Id => None,
            Self::Text(name)
            | Self::Time(name)
            | Self::Named(name)
            | Self::Names(name)
            | Self::Person(name)
            | Self::Account(name)
            | Self::Part(name, _) => Some(name),
            Self::Label => Some("labels"),
            Self::Comment => Some("comment"),
            Self::Attachment => Some("attachment"),
            Self::Link { .. } => Some("issuelinks"),
            Self::Other(name) => Some(name),
        }
    }
}

fn column(header: &str) -> Column {
    let name = header.trim().to_lowercase();
    for (side, prefix) in [
        ("outward", "outward issue link ("),
        ("inward", "inward issue link ("),
    ] {
        if name.starts_with(prefix) {
            let kind = header.trim().get(prefix.len()..).unwrap_or_default();
            let kind = kind.strip_suffix(')').unwrap_or(kind).to_owned();
            return Column::Link { kind, side };
        }
    }
    match name.as_str() {
        "issue key" => Column::Key,
        "issue id" => Column::Id,
        "summary" => Column::Text("summary"),
        "description" => Column::Text("description"),
        "environment" => Column::Text("environment"),
        "due date" => Column::Text("duedate"),
        "last viewed" => Column::Text("lastViewed"),
        "work ratio" => Column::Text("workratio"),
        "created" => Column::Time("created"),
        "updated" => Column::Time("updated"),
        "resolved" => Column::Time("resolutiondate"),
        "issue type" => Column::Named("issuetype"),
        "status" => Column::Named("status"),
        "priority" => Column::Named("priority"),
        "resolution" => Column::Named("resolution"),
        "security level" => Column::Named("security"),
        "component/s" | "components" => Column::Names("components"),
        "affects version/s" | "affects versions" => Column::Names("versions"),
        "fix version/s" | "fix versions" => Column::Names("fixVersions"),
        "assignee" => Column::Person("assignee"),
        "reporter" => Column::Person("reporter"),
        "creator" => Column::Person("creator"),
        "assignee id" => Column::Account("assignee"),
        "reporter id" => Column::Account("reporter"),
        "creator id" => Column::Account("creator"),
        "project key" => Column::Part("project", "key"),
        "project name" => Column::Part("project", "name"),
        "parent id" => Column::Part("parent", "id"),
        "parent key" => Column::Part("parent", "key"),
        "labels" => Column::Label,
        "comment" | "comments" => Column::Comment,
        "attachment" | "attachments" => Column::Attachment,
        _ => Column::Other(header.trim().to_owned()),
    }
}

/// An issue as it takes shape.
#[derive(Debug, Default)]
struct Issue {
    dates: Dates,
    zoneless: bool,
    top: Map<String, Value>,
    fields: Map<String, Value>,
}

impl Issue {
    fn cell(&mut self, column: &Column, cell: String) {
        match column {
            Column::Key => self.top("key", cell),
            Column::Id => self.top("id", cell),
            Column::Text(name) => self.first(name, cell.into()),
            Column::Time(name) => {
                let time = self.time(&cell);
                self.first(name, time.into());
            }
            // That there is none has a word of its own in some exports.
            Column::Named("resolution") if cell.eq_ignore_ascii_case("unresolved") => {}
            Column::Person("assignee") if cell.eq_ignore_ascii_case("unassigned") => {}
            Column::Named(name) => self.first(name, json!({ "name": cell })),
            Column::Names(name) => self.push(name, json!({ "name": cell })),
            Column::Person(name) => self.part(name, "displayName", cell),
            Column::Account(name) => self.part(name, "accountId", cell),
            Column::Part(name, part) => self.part(name, part, cell),
            Column::Label => self.push("labels", cell.into()),
            Column::Comment => {
                let comment = self.comment(&cell);
                self.push("comment", comment);
            }
            Column::Attachment => {
                let attachment = self.attachment(&cell);
                self.push("attachment", attachment);
            }
            Column::Link { kind, side } => self.push("issuelinks", link(kind, side, &cell)),
            Column::Other(name) => self.push(name, cell.into()),
        }
    }

    fn top(&mut self, name: &str, cell: String) {
        self.top.entry(name).or_insert_with(|| cell.trim().into());
    }

    /// A field of one value: of several columns of its name, the first that says something.
    fn first(&mut self, name: &str, value: Value) {
        self.fields.entry(name).or_insert(value);
    }

    /// One of several values of a field.
    fn push(&mut self, name: &str, value: Value) {
        let values = self
            .fields
            .entry(name)
            .or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(values) = values {
            values.push(value);
        }
    }

    fn part(&mut self, name: &str, part: &str, cell: String) {
        let object = self.fields.entry(name).or_insert_with(|| json!({}));
        if let Value::Object(object) = object {
            object.entry(part).or_insert(cell.into());
        }
    }

    /// A time as the REST interface has it; what can't be read stays as it is.
    fn time(&mut self, text: &str) -> String {
        match self.dates.read(text) {
            Some(written) => {
                self.zoneless |= written.zoneless;
                written.iso
            }
            None => text.to_owned(),
        }
    }

    /// `date;author;text`: the author can be missing, the text can hold semicolons. A cell that doesn't begin with a
    /// time is all text.
    fn comment(&mut self, cell: &str) -> Value {
        let Some((author, created, body)) = self.entry(cell) else {
            return json!({ "body": cell });
        };
        entry([
            ("author", author),
            ("created", created.into()),
            ("body", nonempty(body)),
        ])
    }

    /// `date;author;file name;address`.
    fn attachment(&mut self, cell: &str) -> Value {
        let Some((author, created, file)) = self.entry(cell) else {
            return json!({ "filename": cell });
        };
        let (name, address) = file.rsplit_once(';').unwrap_or((file, ""));
        entry([
            ("author", author),
            ("created", created.into()),
            ("filename", name.into()),
            ("content", nonempty(address)),
            ("id", number(address).map_or(Value::Null, Value::from)),
        ])
    }

    /// Author, time and the rest of `date;author;…`.
    fn entry<'a>(&mut self, cell: &'a str) -> Option<(Value, String, &'a str)> {
        let (date, rest) = cell.split_once(';')?;
        self.dates.read(date)?;
        let (author, rest) = rest.split_once(';').unwrap_or((rest, ""));
        let author = match author.trim() {
            "" => Value::Null,
            author => json!({ "name": author }),
        };
        Some((author, self.time(date), rest))
    }
}

fn nonempty(text: &str) -> Value {
    if text.is_empty() { Value::Null } else { text.into() }
}

fn entry<const N: usize>(parts: [(&str, Value); N]) -> Value {
    let parts = parts.into_iter().filter(|(_, value)| !value.is_null());
    Value::Object(parts.map(|(name, value)| (name.to_owned(), value)).collect())
}

fn link(kind: &str, side: &str, key: &str) -> Value {
    let (outward, inward) = relation::phrases(kind);
    json!({
        "type": { "name": kind, "outward": outward, "inward": inward },
        (format!("{side}Issue")): { "key": key.trim() },
    })
}

/// An attachment's number in its address: `…/secure/attachment/27724/name`, `…/attachment/content/10000`.
fn number(address: &str) -> Option<&str> {
    let (_, rest) = address.split_once("/attachment/")?;
    let rest = rest.strip_prefix("content/").unwrap_or(rest);
    let number = rest.split('/').next()?;
    let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    digits.then_some(number)
}
