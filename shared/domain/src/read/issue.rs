//! An issue, whole: what its page shows.

use automerge::{ObjId, ROOT, ReadDoc};

use super::access::{entries, object, scalar, string, timestamp};
use crate::{
    ids::{OrganisationId, PersonId, Timestamp},
    words::{Priority, Resolution, Severity, Status},
};

/// An issue as its document has it.
#[derive(Debug, Clone, PartialEq)]
pub struct Issue {
    /// One line.
    pub title: String,
    /// Markdown, or the markup of the tracker it came from.
    pub description: String,
    /// How bad it is for the reporter.
    pub severity: Option<Severity>,
    /// How soon the group wants it.
    pub priority: Option<Priority>,
    /// Where it stands.
    pub status: Status,
    /// How it was resolved.
    pub resolution: Option<Resolution>,
    /// The part of the software.
    pub component: Option<String>,
    /// Who works on it.
    pub assignee: Option<PersonId>,
    /// The reporter's organisation.
    pub organisation: Option<OrganisationId>,
    /// Who reported it.
    pub reporter: Option<PersonId>,
    /// When it was made, as claimed.
    pub created_at: Timestamp,
    /// When it was deleted, if it is.
    pub deleted_at: Option<Timestamp>,
    /// Labels in alphabetical order.
    pub labels: Vec<String>,
    /// Affected versions in alphabetical order.
    pub affects: Vec<String>,
    /// Comments by time, deleted ones too.
    pub comments: Vec<Comment>,
    /// What happened, by time.
    pub events: Vec<Event>,
    /// Flags for attention, by time.
    pub attention: Vec<Attention>,
    /// Links to other issues.
    pub links: Vec<Link>,
    /// Records of attached files.
    pub attachments: Vec<Attachment>,
    /// Where it came from, if it was imported.
    pub source: Option<Source>,
    people: Vec<(String, String)>,
}

/// A comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// Its key.
    pub id: String,
    /// The object in the document, for [`Facts::judge_object`](crate::Facts::judge_object).
    pub object: ObjId,
    /// When, as claimed.
    pub at: Timestamp,
    /// By whom, as claimed. None where the other tracker didn't know.
    pub by: Option<PersonId>,
    /// The text.
    pub body: String,
    /// When it was last edited.
    pub edited_at: Option<Timestamp>,
    /// When it was deleted.
    pub deleted_at: Option<Timestamp>,
}

/// A change of a field that counts for the process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its key.
    pub id: String,
    /// The object in the document.
    pub object: ObjId,
    /// When, as claimed.
    pub at: Timestamp,
    /// By whom, as claimed.
    pub by: Option<PersonId>,
    /// The field's key.
    pub field: String,
    /// The value before.
    pub from: Option<String>,
    /// The value after.
    pub to: Option<String>,
    /// Why, in words.
    pub reason: Option<String>,
    /// For a status: the resolution that came with it.
    pub resolution: Option<Resolution>,
}

/// A flag that the issue needs attention.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attention {
    /// Its key.
    pub id: String,
    /// The object in the document.
    pub object: ObjId,
    /// When it was raised.
    pub at: Timestamp,
    /// By whom.
    pub by: Option<PersonId>,
    /// Why.
    pub reason: String,
    /// When it was lowered; none while it stands.
    pub cleared_at: Option<Timestamp>,
}

/// A link to another issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Its key.
    pub id: String,
    /// How they are related, read from this issue: `blocks`, `is duplicated by` …
    pub relation: String,
    /// The other issue: its URL, or its key in another tracker.
    pub target: String,
}

/// The record of an attached file. Docket doesn't hold the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Its key.
    pub id: String,
    /// The file's name.
    pub name: String,
    /// Its size in bytes.
    pub size: Option<u64>,
    /// When it was attached.
    pub at: Timestamp,
    /// By whom.
    pub by: Option<PersonId>,
}

/// Where an imported issue came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The kind of tracker: `jira`.
    pub system: String,
    /// The key there: `LU-4239`.
    pub key: String,
    /// Everything else the import kept, by name.
    pub fields: Vec<(String, String)>,
}

impl Issue {
    /// Reads an issue. Absent values read as empty.
    pub fn read<D: ReadDoc>(document: &D) -> Self {
        let text = |key: &str| string(document, &ROOT, key);
        let word = |key: &str| text(key).unwrap_or_default();
        Self {
            title: word("title"),
            description: word("description"),
            severity: Severity::parse(&word("severity")),
            priority: Priority::parse(&word("priority")),
            status: Status::parse(&word("status")).unwrap_or(Status::New),
            resolution: Resolution::parse(&word("resolution")),
            component: text("component"),
            assignee: text("assignee").map(PersonId::from_stored),
            organisation: text("organisation").and_then(|id| id.parse().ok()),
            reporter: text("reporter").map(PersonId::from_stored),
            created_at: timestamp(document, &ROOT, "created_at").unwrap_or_default(),
            deleted_at: timestamp(document, &ROOT, "deleted_at"),
            labels: names(document, "labels"),
            affects: names(document, "affects"),
            comments: sorted(document, "comments", comment, |it| (it.at, it.id.clone())),
            events: sorted(document, "events", event, |it| (it.at, it.id.clone())),
            attention: sorted(document, "attention", attention, |it| (it.at, it.id.clone())),
            links: sorted(document, "links", link, |it| {
                (it.relation.clone(), it.target.clone())
            }),
            attachments: sorted(document, "attachments", attachment, |it| (it.at, it.id.clone())),
            source: source(document),
            people: people(document),
        }
    }

    /// The name of somebody of another tracker, where the document has it.
    #[must_use]
    pub fn name_of(&self, person: &PersonId) -> Option<&str> {
        let name = self.people.iter().find(|(id, _)| id == person.as_str());
        name.map(|(_, name)| name.as_str())
    }

    /// The standing flag for attention that was raised last.
    #[must_use]
    pub fn needs_attention(&self) -> Option<&Attention> {
        self.attention.iter().rev().find(|flag| flag.cleared_at.is_none())
    }
}

/// The names that are true in the map at `key`, in alphabetical order.
fn names<D: ReadDoc>(document: &D, key: &str) -> Vec<String> {
    let Some(map) = object(document, &ROOT, key) else {
        return Vec::new();
    };
    let keys: Vec<String> = document.keys(&map).collect();
    keys.into_iter()
        .filter(|name| super::flag(document, &map, name))
        .collect()
}

fn sorted<D: ReadDoc, T, K: Ord>(
    document: &D,
    key: &str,
    read: impl Fn(&D, String, ObjId) -> T,
    order: impl Fn(&T) -> K,
) -> Vec<T> {
    let mut all: Vec<T> = entries(document, key)
        .into_iter()
        .map(|(id, object)| read(document, id, object))
        .collect();
    all.sort_by_cached_key(order);
    all
}

fn person<D: ReadDoc>(document: &D, object: &ObjId) -> Option<PersonId> {
    string(document, object, "by").map(PersonId::from_stored)
}

fn comment<D: ReadDoc>(document: &D, id: String, object: ObjId) -> Comment {
    Comment {
        at: timestamp(document, &object, "at").unwrap_or_default(),
        by: person(document, &object),
        body: string(document, &object, "body").unwrap_or_default(),
        edited_at: timestamp(document, &object, "edited_at"),
        deleted_at: timestamp(document, &object, "deleted_at"),
        id,
        object,
    }
}

fn event<D: ReadDoc>(document: &D, id: String, object: ObjId) -> Event {
    Event {
        at: timestamp(document, &object, "at").unwrap_or_default(),
        by: person(document, &object),
        field: string(document, &object, "field").unwrap_or_default(),
        from: string(document, &object, "from"),
        to: string(document, &object, "to"),
        reason: string(document, &object, "reason"),
        resolution: string(document, &object, "resolution").and_then(|word| Resolution::parse(&word)),
        id,
        object,
    }
}

fn attention<D: ReadDoc>(document: &D, id: String, object: ObjId) -> Attention {
    Attention {
        at: timestamp(document, &object, "at").unwrap_or_default(),
        by: person(document, &object),
        reason: string(document, &object, "reason").unwrap_or_default(),
        cleared_at: timestamp(document, &object, "cleared_at"),
        id,
        object,
    }
}

fn link<D: ReadDoc>(document: &D, id: String, object: ObjId) -> Link {
    Link {
        relation: string(document, &object, "relation").unwrap_or_default(),
        target: string(document, &object, "target").unwrap_or_default(),
        id,
    }
}

fn attachment<D: ReadDoc>(document: &D, id: String, object: ObjId) -> Attachment {
    Attachment {
        name: string(document, &object, "name").unwrap_or_default(),
        size: scalar(document, &object, "size").and_then(|size| size.as_u64()),
        at: timestamp(document, &object, "at").unwrap_or_default(),
        by: person(document, &object),
        id,
    }
}

fn source<D: ReadDoc>(document: &D) -> Option<Source> {
    let map = object(document, &ROOT, "source")?;
    let system = string(document, &map, "system")?;
    let key = string(document, &map, "key")?;
    let keys: Vec<String> = document
        .keys(&map)
        .filter(|name| name != "system" && name != "key")
        .collect();
    let fields = keys
        .into_iter()
        .filter_map(|name| string(document, &map, &name).map(|value| (name, value)));
    Some(Source {
        system,
        key,
        fields: fields.collect(),
    })
}

fn people<D: ReadDoc>(document: &D) -> Vec<(String, String)> {
    let Some(map) = object(document, &ROOT, "people") else {
        return Vec::new();
    };
    let keys: Vec<String> = document.keys(&map).collect();
    keys.into_iter()
        .filter_map(|id| string(document, &map, &id).map(|name| (id, name)))
        .collect()
}
