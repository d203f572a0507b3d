//! Whether a value is what belongs at its place: a word of the domain, a text of its length, one's own name.

use automerge::{ObjType, ReadDoc, ScalarValue};
use docket_domain::{
    DocumentId, EntryId, Field, MemberId, OrganisationId, PersonId, Rank, Role,
    limits::{LAST_TIME, NAME},
    metrics::Quarter,
    operation::{Action, Operation, object_id},
    read::Workspace,
    words::{Priority, Resolution, Severity, Status},
};

use super::{
    Court, Refusal,
    origin::is_derived,
    policy::{forbidden, malformed, shown},
    table::{Act, Name, Rule, Value},
};

/// Where an import says it comes from.
#[derive(Debug, Clone, Default)]
pub(super) struct Source {
    system: String,
    key: String,
    number: String,
    digest: String,
}

/// What the names of lists and reports begin with, from which their ids derive as those of imported issues do.
const OUR_NAMES: [&str; 2] = ["list:", "report:"];

impl Court<'_> {
    /// Notes from which issue of which tracker an import says it comes.
    fn note_source(&mut self, path: &[&str], text: Option<&str>) {
        if let (["source", field], Some(text)) = (path, text) {
            match *field {
                "system" => self.source.system = text.to_owned(),
                "key" => self.source.key = text.to_owned(),
                "id" => self.source.number = text.to_owned(),
                // As much of it as is in the id of an issue whose key and number were taken.
                "digest" => self.source.digest = text.chars().take(32).collect(),
                _ => {}
            }
        }
    }

    /// An import begins an issue, or belongs in the document that its own issue has (`docket_exchange::Plan`): what
    /// it says of times is taken as it is, so it may not be added to the issues that are kept here.
    pub(super) fn source_fits(&self) -> Result<(), Refusal> {
        let Source {
            system,
            key,
            number,
            digest,
        } = &self.source;
        let name = format!("{system}:{key}");
        let is_issues = !OUR_NAMES.iter().any(|ours| name.starts_with(ours));
        let names = [format!("{name}#{number}"), format!("{name}#{digest}"), name];
        let (workspace, document) = (self.input.workspace, self.input.document);
        let own = is_issues && names.iter().any(|name| workspace.derive(name) == document);
        if own || (self.blank && !is_derived(document)) {
            Ok(())
        } else {
            Err(Refusal::WrongDocument)
        }
    }

    /// Is what is written what the table's row takes?
    pub(super) fn value_fits(
        &mut self,
        rule: &Rule,
        path: &[&str],
        operation: &Operation,
        imports: bool,
    ) -> Result<(), Refusal> {
        let wrong = |expected| Err(malformed(path, expected));
        let value = match &operation.action {
            Action::Make(ObjType::Map) if rule.act == Act::Make => return Ok(()),
            Action::Make(_) if rule.act == Act::Make => return wrong("a map"),
            Action::Make(_) => return wrong("text"),
            Action::Delete if rule.act == Act::Delete => return Ok(()),
            Action::Delete => return self.characters(rule, path, operation),
            Action::Put(value) => value,
            _ => return wrong("a value"),
        };
        let text = match value {
            ScalarValue::Str(text) => Some(text.as_str()),
            _ => None,
        };
        if imports {
            self.note_source(path, text);
        }
        let null = *value == ScalarValue::Null;
        match rule.value {
            Value::Nothing => wrong("made, not written"),
            Value::Text(max) => fits(path, text, max),
            Value::TextOrNull(_) if null => Ok(()),
            Value::TextOrNull(max) => fits(path, text, max),
            Value::Any(max) => match value {
                ScalarValue::Str(text) => fits(path, Some(text), max),
                ScalarValue::Bytes(_) | ScalarValue::Counter(_) | ScalarValue::Unknown { .. } => {
                    wrong("text, a number, a time or a truth value")
                }
                _ => Ok(()),
            },
            Value::Severity | Value::Priority | Value::Resolution | Value::OrganisationOrNull if null => {
                Ok(())
            }
            Value::Severity => word(path, text.and_then(Severity::parse), "a severity"),
            Value::Priority => word(path, text.and_then(Priority::parse), "a priority"),
            Value::Status => word(path, text.and_then(Status::parse), "a status"),
            Value::Resolution => word(path, text.and_then(Resolution::parse), "a resolution"),
            Value::OrganisationOrNull => word(path, text.and_then(organisation), "an organisation’s id"),
            Value::Field => self.event(path, text),
            Value::ListOwner => self.list_owner(path, text),
            Value::ListUrl => {
                let name = rule.name_in(path).unwrap_or_default();
                let url = self.list_url(name);
                word(
                    path,
                    text.filter(|text| url.as_deref() == Some(*text)),
                    "the URL of that list",
                )
            }
            Value::ReportQuarter => {
                let quarter = text.and_then(quarter);
                let own =
                    quarter.filter(|quarter| Workspace::report(self.input.workspace, *quarter) == self.first);
                word(path, own, "the quarter whose report this is")
            }
            Value::ReportUrl => {
                let url = rule.name_in(path).and_then(quarter);
                let url = url.map(|quarter| Workspace::report(self.input.workspace, quarter).url());
                word(
                    path,
                    text.filter(|text| url.as_deref() == Some(*text)),
                    "the URL of that report",
                )
            }
            Value::MemberOrNull if null => Ok(()),
            Value::MemberOrNull => word(
                path,
                text.and_then(|text| text.parse::<MemberId>().ok()),
                "a member’s id",
            ),
            Value::TimeOrNull if null => Ok(()),
            Value::Time | Value::TimeOrNull => match value {
                ScalarValue::Timestamp(0..=LAST_TIME) => Ok(()),
                _ => wrong("a time, in milliseconds since 1970"),
            },
            // An import speaks for people of another tracker, and never for a member.
            Value::Myself if imports && text.is_some_and(|text| !text.contains(':')) => {
                Err(Refusal::Forged { path: shown(path) })
            }
            Value::Myself if imports => fits(path, text, NAME),
            Value::Myself if text == Some(self.input.member.id.as_str()) => Ok(()),
            Value::Myself => Err(Refusal::Forged { path: shown(path) }),
            Value::True => word(path, (*value == ScalarValue::Boolean(true)).then_some(()), "true"),
            Value::Rank => word(
                path,
                text.and_then(|text| Rank::parse(text).ok()),
                "a rank: pairs of 0–9, A–F",
            ),
            Value::Size => match value {
                ScalarValue::Uint(_) | ScalarValue::Int(0..) => Ok(()),
                _ => wrong("a number of bytes"),
            },
            Value::Characters(_) if text.is_some() && operation.insert => {
                self.characters(rule, path, operation)
            }
            Value::Characters(_) => wrong("text"),
        }
    }

    /// A vendor doesn't set severity and priority, and so doesn't record that they changed either.
    fn event(&self, path: &[&str], text: Option<&str>) -> Result<(), Refusal> {
        let role = self.input.member.role;
        match text.and_then(Field::parse) {
            Some(Field::Severity | Field::Priority | Field::Organisation) if role == Role::Vendor => {
                Err(forbidden(path, role))
            }
            Some(_) => Ok(()),
            None => Err(malformed(path, "the name of a field")),
        }
    }

    fn list_owner(&self, path: &[&str], text: Option<&str>) -> Result<(), Refusal> {
        let member = self.input.member;
        let owner: Option<OrganisationId> = text.and_then(|text| text.parse().ok());
        let owner =
            owner.filter(|owner| Workspace::organisation_list(self.input.workspace, owner) == self.first);
        match owner {
            Some(owner) if member.role == Role::Admin || member.organisation.as_ref() == Some(&owner) => {
                Ok(())
            }
            Some(_) => Err(forbidden(path, member.role)),
            None => Err(malformed(path, "the organisation whose list this is")),
        }
    }

    fn list_url(&self, name: &str) -> Option<String> {
        let workspace = self.input.workspace;
        if name == Workspace::AGREED {
            return Some(Workspace::agreed_list(workspace).url());
        }
        let organisation = name.parse().ok()?;
        Some(Workspace::organisation_list(workspace, &organisation).url())
    }

    /// Keeps count of a text's length over the changes that are judged together.
    fn characters(&mut self, rule: &Rule, path: &[&str], operation: &Operation) -> Result<(), Refusal> {
        let Value::Characters(max) = rule.value else {
            return Err(malformed(path, "text"));
        };
        let stored = self
            .input
            .stored
            .zip(operation.object.as_ref().and_then(object_id));
        let length = self
            .text_lengths
            .entry(rule.path)
            .or_insert_with(|| stored.map_or(0, |((document, _), object)| document.length(&object)));
        let Some(text) = operation.text() else {
            *length = length.saturating_sub(1);
            return Ok(());
        };
        *length += text.encode_utf16().count();
        if *length > max {
            return Err(Refusal::TooLarge {
                path: shown(path),
                max,
            });
        }
        Ok(())
    }
}

/// Is the name one that the row's place takes? What it expects, if not.
pub(super) fn named(kind: Name, name: &str) -> Result<(), &'static str> {
    let (fits, expected) = match kind {
        Name::Fixed => (true, ""),
        Name::Entry => (name.parse::<EntryId>().is_ok(), "under a key of a–z, 0–9 and “-”"),
        Name::Line => (is_line(name), "under a name on one line"),
        Name::External => (
            is_line(name) && PersonId::from_stored(name).is_external(),
            "under a person of another tracker",
        ),
        Name::Organisation => (organisation(name).is_some(), "under an organisation’s id"),
        Name::Document => (
            DocumentId::from_url(name).is_ok_and(|id| id.url() == name),
            "under a document’s URL",
        ),
        Name::Quarter => (quarter(name).is_some(), "under a quarter, as 2026-Q1"),
        Name::List => (
            name == Workspace::AGREED || organisation(name).is_some(),
            "under “agreed” or an organisation’s id",
        ),
    };
    if fits { Ok(()) } else { Err(expected) }
}

/// A quarter as it is written; `02026-Q1` would be the same one under another key.
fn quarter(text: &str) -> Option<Quarter> {
    let quarter: Option<Quarter> = text.parse().ok();
    quarter.filter(|quarter| quarter.to_string() == text)
}

fn organisation(text: &str) -> Option<OrganisationId> {
    text.parse().ok()
}

fn is_line(name: &str) -> bool {
    (1..=NAME).contains(&name.len()) && !name.chars().any(char::is_control)
}

fn fits(path: &[&str], text: Option<&str>, max: usize) -> Result<(), Refusal> {
    match text {
        None => Err(malformed(path, "text")),
        Some(text) if text.len() > max => Err(Refusal::TooLarge {
            path: shown(path),
            max,
        }),
        Some(_) => Ok(()),
    }
}

fn word<T>(path: &[&str], found: Option<T>, expected: &'static str) -> Result<(), Refusal> {
    found.map(|_| ()).ok_or_else(|| malformed(path, expected))
}
