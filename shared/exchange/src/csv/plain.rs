//! Any table of issues, by [`Columns`].

use docket_domain::{OrganisationId, words::Status};
use serde_json::{Map, Value, json};

use super::{
    SYSTEM,
    columns::{Columns, Use},
};
use crate::{
    json::value::{digest, take, text},
    mapping::{Loose, Mapping, is_name, time},
    report::{Reason, Remark},
};

/// What tables say (in small letters) for the working group's words: those of the group and those of Jira, which most
/// trackers share.
pub(super) mod words {
    use docket_domain::words::Severity;

    pub(in super::super) use crate::jira::words::{is_no_priority, priority, resolution, status};
    use crate::{jira, mapping::own};

    pub(in super::super) fn severity(name: &str) -> Option<Severity> {
        own::severity(name).or_else(|| jira::words::severity(name))
    }
}

/// The columns of one file.
#[derive(Debug)]
pub(super) struct Layout {
    columns: Columns,
    header: Vec<String>,
    uses: Vec<Use>,
}

impl Layout {
    /// The layout with this header. Where nobody said what the columns hold, their names do.
    pub(super) fn new(mut columns: Columns, header: Vec<String>) -> Self {
        if columns.columns.is_empty() {
            columns.columns = Columns::guess(&header, &[]).columns;
        }
        let uses = columns.uses(&header);
        Self {
            columns,
            header,
            uses,
        }
    }

    /// A row as an object: what has a [`Use`] under the name of that, the rest under `kept`. Answers whether a time in
    /// it had no zone.
    pub(super) fn shape(&self, cells: Vec<String>) -> (Value, bool) {
        let mut zoneless = false;
        let mut told = Vec::new();
        let mut row = Map::from_iter([("system".to_owned(), self.columns.system().into())]);
        if self.key(&cells).is_none() {
            row.insert("row".to_owned(), self.row_key(&cells).into());
        }
        let mut kept = Map::new();
        for ((name, holds), cell) in self.header.iter().zip(&self.uses).zip(cells) {
            if *holds == Use::LeaveOut {
                continue;
            }
            told.push(json!([name, object_name(*holds)]));
            if cell.trim().is_empty() {
                continue;
            }
            // The original of what is mapped is kept too: a word here may say less than one there.
            let value = match holds {
                Use::Created | Use::Updated | Use::Resolved => {
                    let written = self.columns.dates.read(&cell);
                    zoneless |= written.as_ref().is_some_and(|written| written.zoneless);
                    keep(&mut kept, name, cell.clone());
                    if *holds == Use::Updated {
                        row.insert("written".to_owned(), json!([name, cell]));
                    }
                    written.map_or(cell, |written| written.iso)
                }
                Use::Status | Use::Resolution | Use::Severity | Use::Priority | Use::Organisation => {
                    keep(&mut kept, name, cell.clone());
                    cell
                }
                Use::Keep => {
                    keep(&mut kept, name, cell);
                    continue;
                }
                _ => cell,
            };
            let name = object_name(*holds);
            let before = row.entry(name).or_insert_with(|| json!([]));
            if let Value::Array(values) = before {
                values.push(value.into());
            }
        }
        row.insert("kept".to_owned(), Value::Object(kept));
        row.insert("told".to_owned(), Value::Array(told));
        (Value::Object(row), zoneless)
    }

    /// The key of a row that has none: the same row is the same issue, whatever file it stands in, wherever its columns
    /// stand there, and however they are read.
    fn row_key(&self, cells: &[String]) -> String {
        let filled = self.header.iter().zip(cells);
        let mut filled: Vec<_> = filled.filter(|(_, cell)| !cell.trim().is_empty()).collect();
        // Columns of one name are known by their order.
        filled.sort_by_key(|(name, _)| *name);
        let digest = digest(&json!([self.columns.system(), filled]).to_string());
        format!("row-{}", digest.get(..12).unwrap_or(&digest))
    }

    /// The key in a row.
    pub(super) fn key<'a>(&self, cells: &'a [String]) -> Option<&'a str> {
        let mut pairs = self.uses.iter().zip(cells);
        let (_, key) = pairs.find(|(holds, cell)| **holds == Use::Key && !cell.trim().is_empty())?;
        Some(key)
    }

    pub(super) fn header(&self) -> &[String] {
        &self.header
    }
}

/// Keeps a cell under its column's name; the cells of columns of one name together.
fn keep(kept: &mut Map<String, Value>, name: &str, cell: String) {
    let before = kept.remove(name);
    let value = match before {
        None => cell.into(),
        Some(Value::Array(mut cells)) => {
            cells.push(cell.into());
            Value::Array(cells)
        }
        Some(first) => json!([first, cell]),
    };
    kept.insert(name.to_owned(), value);
}

/// What stands for a use in a row's object.
const fn object_name(holds: Use) -> &'static str {
    match holds {
        Use::Key => "key",
        Use::Title => "title",
        Use::Description => "description",
        Use::Status => "status",
        Use::Resolution => "resolution",
        Use::Severity => "severity",
        Use::Priority => "priority",
        Use::Component => "component",
        Use::Assignee => "assignee",
        Use::Reporter => "reporter",
        Use::Organisation => "organisation",
        Use::Labels => "labels",
        Use::Affects => "affects",
        Use::Comment => "comments",
        Use::Created => "created",
        Use::Updated => "updated",
        Use::Resolved => "resolved",
        Use::Url => "url",
        Use::Keep | Use::LeaveOut => "kept",
    }
}

/// The key of the issue in a row.
pub(crate) fn key(row: &Value) -> Option<String> {
    row.get("key").and_then(first)
}

fn first(values: &Value) -> Option<String> {
    values.get(0).and_then(text)
}

/// Maps a row.
///
/// # Errors
/// Why it can't come in.
pub(crate) fn read(mut row: Map<String, Value>, mut out: Mapping) -> Result<Mapping, Reason> {
    tells(&take(&mut row, "told"), &mut out);
    let made = text(&take(&mut row, "row"));
    let written = take(&mut row, "written");
    let own = row.get("key").and_then(first).map(|key| key.trim().to_owned());
    let Some(key) = own.or(made) else {
        return Err(out.not_an_issue("key"));
    };
    out.content.key = key;
    out.content.system = text(&take(&mut row, "system")).unwrap_or_else(|| SYSTEM.to_owned());
    let mut row = Row(row);
    if row.0.len() <= 1 {
        return Err(out.not_an_issue("title"));
    }
    out.title("title", row.one("title").into());
    out.description(row.one("description"));
    dates_and_words(&mut row, &mut out);
    people(&mut row, &mut out);
    let component = row.one("component");
    if is_name(&component) {
        out.set("component", component.trim());
    } else if !component.is_empty() {
        out.remark(Remark::NameKept("component".to_owned()));
        out.keep_text("component", component);
    }
    let labels = row.several("labels");
    out.labels(labels.into());
    let affects = row.several("affects");
    out.affects(affects.into());
    let comments = row.list("comments").into_iter().map(|body| {
        let mut loose = Loose::new(Map::new());
        // Its times are the issue's, which may be read otherwise another time: it is known by what it says.
        loose.id = Some(digest(&body));
        loose.text("body", Some(body));
        out.times(&mut loose, "comments", ["created", "updated"]);
        loose
    });
    let comments: Vec<Loose> = comments.collect();
    out.remark_count(comments.len(), Remark::CommentsWithoutAuthor);
    out.content.comments = out.settle("comments", comments);
    let url = row.one("url");
    if !url.is_empty() {
        out.keep_text("url", url);
    }
    // Columns that are called as one of the names above stand beside them.
    out.keep_rest(row.kept());
    if let (Some(name), Some(cell)) = (first(&written), written.get(1).and_then(text))
        && out.zoneless
    {
        let source = &out.content.source;
        let mut names = [format!("{name}_other"), name].into_iter();
        let kept = names.find(|name| source.get(name) == Some(&cell));
        out.content.written = kept.map(|name| (name, cell));
    }
    Ok(out)
}

/// Notes what the columns tell: those that are kept their own names, the others also what they hold.
fn tells(columns: &Value, out: &mut Mapping) {
    let pairs = columns.as_array().into_iter().flatten();
    let names: Vec<[String; 2]> = pairs
        .filter_map(|pair| Some([text(pair.get(0)?)?, text(pair.get(1)?)?]))
        .collect();
    for [name, holds] in names {
        out.content.told.name(&name);
        here(&holds)
            .iter()
            .for_each(|field| out.content.told.field(field));
    }
}

/// What a document has of a use.
fn here(holds: &str) -> &'static [&'static str] {
    match holds {
        "title" => &["title"],
        "description" => &["description"],
        // Where a table has no status, that an issue was resolved tells.
        "status" | "resolved" => &["status"],
        "resolution" => &["resolution"],
        "severity" => &["severity"],
        "priority" => &["priority"],
        "component" => &["component"],
        "assignee" => &["assignee"],
        "reporter" => &["reporter"],
        "labels" => &["labels"],
        "affects" => &["affects", "versions"],
        "created" => &["created_at"],
        "url" => &["url"],
        _ => &[],
    }
}

fn dates_and_words(row: &mut Row, out: &mut Mapping) {
    let mut date = |name: &str| {
        let written = row.one(name);
        let at = time::parse(&written);
        if at.is_none() && !written.is_empty() {
            out.not_a_time(name, &written);
        }
        at
    };
    let (created, updated, resolved) = (date("created"), date("updated"), date("resolved"));
    out.created(created, updated);
    // By this a later version of the table is known as one.
    if let Some(at) = updated {
        out.keep_text("updated", time::write(at));
    }
    match row.one("status") {
        // Where a table has no status, that an issue was resolved tells.
        status if status.is_empty() => {
            let stands = resolved.map_or(Status::New, |_| Status::Resolved);
            out.status(Some(String::new()), Some(stands), stands);
        }
        status => {
            let known = out.status_of(&status, words::status);
            out.status(Some(status), known, Status::New);
        }
    }
    let priority = row.one("priority");
    if !words::is_no_priority(&priority) {
        let known = out.priority_of(&priority, words::priority);
        out.priority(priority, known);
    }
    let severity = row.one("severity");
    match out.severity_of(&severity, words::severity) {
        Some(known) => out.set("severity", known.as_str()),
        None if !severity.trim().is_empty() => out.remark(Remark::UnknownSeverity(severity)),
        None => {}
    }
    let resolution = row.one("resolution");
    let known = out.resolution_of(&resolution, words::resolution);
    if !resolution.is_empty() {
        out.resolution(resolution, known);
    }
    match (out.status.filter(|status| !status.is_open()), resolved) {
        (Some(status), Some(at)) => out.resolved(status, known, at),
        (Some(_), None) => out.remark(Remark::DoneWithoutDate),
        (None, Some(_)) => out.remark(Remark::OpenWithDate),
        (None, None) => {}
    }
}

fn people(row: &mut Row, out: &mut Mapping) {
    for field in ["assignee", "reporter"] {
        let name = row.one(field);
        if name.trim().is_empty() {
            if field == "reporter" {
                out.remark(Remark::NoReporter);
            }
            continue;
        }
        let person = out.person(name.trim(), name.trim());
        out.set(field, &person);
    }
    // An organisation has an id here: where the name is none, the imported field has it.
    let organisation = row.one("organisation").trim().to_lowercase();
    if let Ok(id) = organisation.parse::<OrganisationId>() {
        out.set("organisation", id.as_str());
    }
}

/// A row's object.
struct Row(Map<String, Value>);

impl Row {
    fn list(&mut self, name: &str) -> Vec<String> {
        match take(&mut self.0, name) {
            Value::Array(values) => values.iter().filter_map(text).collect(),
            _ => Vec::new(),
        }
    }

    fn one(&mut self, name: &str) -> String {
        self.list(name).into_iter().next().unwrap_or_default()
    }

    /// Names, of which a cell holds one or several: between semicolons, commas or lines.
    fn several(&mut self, name: &str) -> Vec<String> {
        let cells = self.list(name);
        let parts = cells.iter().flat_map(|cell| cell.split([',', ';', '\n', '\r']));
        parts
            .map(|name| name.trim().to_owned())
            .filter(|name| !name.is_empty())
            .collect()
    }

    fn kept(&mut self) -> Map<String, Value> {
        match take(&mut self.0, "kept") {
            Value::Object(kept) => kept,
            _ => Map::new(),
        }
    }
}
