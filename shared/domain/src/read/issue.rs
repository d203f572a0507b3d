//! An issue, whole: what its page shows.

use automerge::{ObjId, ROOT, ReadDoc};

use super::access::{flag, object, scalar, string, timestamp};
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

/// What an issue is read from: a document, or what is to become one.
pub trait Origin {
    /// A map of values.
    type Map<'a>: Values
    where
        Self: 'a;

    /// The issue's own values.
    fn root(&self) -> Self::Map<'_>;

    /// The names that are true in the map at `key`, in alphabetical order.
    fn names(&self, key: &str) -> Vec<String>;

    /// The texts in the map at `key`, in the order of their names.
    fn texts(&self, key: &str) -> Vec<(String, String)>;

    /// The maps in the map at `key`, in the order of their ids.
    fn entries(&self, key: &str) -> Vec<(String, Self::Map<'_>)>;
}

/// The values of an issue, a comment, an event … A value of another type is none.
pub trait Values {
    /// The object in the document: of what isn't in one yet the root, whose claims stand.
    fn object(&self) -> ObjId;

    /// The text at `key`.
    fn text(&self, key: &str) -> Option<String>;

    /// The time at `key`.
    fn time(&self, key: &str) -> Option<Timestamp>;

    /// The number at `key`.
    fn number(&self, key: &str) -> Option<u64>;
}

impl Issue {
    /// Reads an issue. Absent values read as empty.
    pub fn read<D: ReadDoc>(document: &D) -> Self {
        Self::read_from(&InDocument(document))
    }

    /// As [`read`](Self::read), from what may not be a document yet.
    pub fn read_from<O: Origin>(origin: &O) -> Self {
        let root = origin.root();
        let text = |key: &str| root.text(key);
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
            created_at: root.time("created_at").unwrap_or_default(),
            deleted_at: root.time("deleted_at"),
            labels: origin.names("labels"),
            affects: origin.names("affects"),
            comments: sorted(origin, "comments", comment, |it| (it.at, it.id.clone())),
            events: sorted(origin, "events", event, |it| (it.at, it.id.clone())),
            attention: sorted(origin, "attention", attention, |it| (it.at, it.id.clone())),
            links: sorted(origin, "links", link, |it| {
                (it.relation.clone(), it.target.clone())
            }),
            attachments: sorted(origin, "attachments", attachment, |it| (it.at, it.id.clone())),
            source: source(origin),
            people: origin.texts("people"),
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

struct InDocument<'a, D>(&'a D);

struct Object<'a, D> {
    document: &'a D,
    id: ObjId,
}

impl<D: ReadDoc> InDocument<'_, D> {
    /// What `read` makes of each name in the map at `key`.
    fn each<T>(&self, key: &str, read: impl Fn(&ObjId, &str) -> Option<T>) -> Vec<(String, T)> {
        let Some(map) = object(self.0, &ROOT, key) else {
            return Vec::new();
        };
        let names: Vec<String> = self.0.keys(&map).collect();
        names
            .into_iter()
            .filter_map(|name| read(&map, &name).map(|found| (name, found)))
            .collect()
    }
}

impl<D: ReadDoc> Origin for InDocument<'_, D> {
    type Map<'a>
        = Object<'a, D>
    where
        Self: 'a;

    fn root(&self) -> Object<'_, D> {
        Object {
            document: self.0,
            id: ROOT,
        }
    }

    fn names(&self, key: &str) -> Vec<String> {
        let found = self.each(key, |map, name| flag(self.0, map, name).then_some(()));
        found.into_iter().map(|(name, ())| name).collect()
    }

    fn texts(&self, key: &str) -> Vec<(String, String)> {
        self.each(key, |map, name| string(self.0, map, name))
    }

    fn entries(&self, key: &str) -> Vec<(String, Object<'_, D>)> {
        self.each(key, |map, name| {
            Some(Object {
                document: self.0,
                id: object(self.0, map, name)?,
            })
        })
    }
}

impl<D: ReadDoc> Values for Object<'_, D> {
    fn object(&self) -> ObjId {
        self.id.clone()
    }

    fn text(&self, key: &str) -> Option<String> {
        string(self.document, &self.id, key)
    }

    fn time(&self, key: &str) -> Option<Timestamp> {
        timestamp(self.document, &self.id, key)
    }

    fn number(&self, key: &str) -> Option<u64> {
        scalar(self.document, &self.id, key)?.as_u64()
    }
}

fn sorted<'a, O: Origin, T, K: Ord>(
    origin: &'a O,
    key: &str,
    read: impl Fn(String, &O::Map<'a>) -> T,
    order: impl Fn(&T) -> K,
) -> Vec<T> {
    let entries = origin.entries(key).into_iter();
    let mut all: Vec<T> = entries.map(|(id, values)| read(id, &values)).collect();
    all.sort_by_cached_key(order);
    all
}

fn person(values: &impl Values) -> Option<PersonId> {
    values.text("by").map(PersonId::from_stored)
}

fn comment(id: String, values: &impl Values) -> Comment {
    Comment {
        id,
        object: values.object(),
        at: values.time("at").unwrap_or_default(),
        by: person(values),
        body: values.text("body").unwrap_or_default(),
        edited_at: values.time("edited_at"),
        deleted_at: values.time("deleted_at"),
    }
}

fn event(id: String, values: &impl Values) -> Event {
    Event {
        id,
        object: values.object(),
        at: values.time("at").unwrap_or_default(),
        by: person(values),
        field: values.text("field").unwrap_or_default(),
        from: values.text("from"),
        to: values.text("to"),
        reason: values.text("reason"),
        resolution: values
            .text("resolution")
            .and_then(|word| Resolution::parse(&word)),
    }
}

fn attention(id: String, values: &impl Values) -> Attention {
    Attention {
        id,
        object: values.object(),
        at: values.time("at").unwrap_or_default(),
        by: person(values),
        reason: values.text("reason").unwrap_or_default(),
        cleared_at: values.time("cleared_at"),
    }
}

fn link(id: String, values: &impl Values) -> Link {
    Link {
        id,
        relation: values.text("relation").unwrap_or_default(),
        target: values.text("target").unwrap_or_default(),
    }
}

fn attachment(id: String, values: &impl Values) -> Attachment {
    Attachment {
        id,
        name: values.text("name").unwrap_or_default(),
        size: values.number("size"),
        at: values.time("at").unwrap_or_default(),
        by: person(values),
    }
}

fn source(origin: &impl Origin) -> Option<Source> {
    let (mut system, mut key) = (None, None);
    let mut fields = origin.texts("source");
    fields.retain_mut(|(name, text)| {
        let own = match name.as_str() {
            "system" => &mut system,
            "key" => &mut key,
            _ => return true,
        };
        *own = Some(std::mem::take(text));
        false
    });
    Some(Source {
        system: system?,
        key: key?,
        fields,
    })
}
