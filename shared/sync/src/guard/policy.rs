//! The fourth gate: may they do that? And is it what belongs there (`value`)?

use automerge::{ROOT, ReadDoc, ScalarValue};
use docket_domain::{
    Kind, Role,
    genesis::is_deterministic,
    operation::{Action, Key, Operation, object_id, operation_id},
    read::Workspace,
};

use super::{
    Court, Refusal,
    origin::Origin,
    table::{Act, Rule, When},
    value::named,
};

/// Whose list a document is, to a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    /// The group's.
    Agreed,
    /// Their organisation's.
    Own,
    /// Another organisation's.
    Other,
}

impl Court<'_> {
    /// Whose list the document is.
    pub(super) fn whose(&mut self) -> Whose {
        let (workspace, document) = (self.input.workspace, self.first);
        *self.list.get_or_insert_with(|| {
            let own = self.input.member.organisation.as_ref();
            if document == Workspace::agreed_list(workspace) {
                Whose::Agreed
            } else if own.is_some_and(|own| document == Workspace::organisation_list(workspace, own)) {
                Whose::Own
            } else {
                Whose::Other
            }
        })
    }

    /// Holds one operation against the table.
    pub(super) fn permitted(
        &mut self,
        kind: Kind,
        operation: &Operation,
        origin: Origin,
    ) -> Result<(), Refusal> {
        let path = path(operation);
        let role = self.input.member.role;
        let act = match (&operation.key, &operation.action) {
            (Key::Element(_) | Key::Head, _) => Act::Splice,
            (Key::Name(_), Action::Delete) => Act::Delete,
            (Key::Name(_), Action::Make(_)) => Act::Make,
            (Key::Name(_), _) => Act::Put,
        };
        let Some(rule) = Rule::find(kind, &path, act) else {
            return Err(if Rule::is_container(kind, &path) {
                Refusal::Container { path: shown(&path) }
            } else {
                forbidden(&path, role)
            });
        };
        let imports = origin.imports();
        let beyond = origin == Origin::Update && !is_updated(&path);
        if !rule.roles.contains(&role) || (rule.when == When::Import && !imports) || beyond {
            return Err(forbidden(&path, role));
        }
        if let Some(name) = rule.name_in(&path) {
            named(rule.name, name).map_err(|expected| malformed(&path, expected))?;
        }
        self.value_fits(rule, &path, operation, imports)?;
        self.when_holds(rule, &path, operation, imports)
    }

    fn when_holds(
        &mut self,
        rule: &Rule,
        path: &[&str],
        operation: &Operation,
        imports: bool,
    ) -> Result<(), Refusal> {
        let admin = self.input.member.role == Role::Admin;
        let (own, unset, list) = match rule.when {
            When::Always | When::Import => return Ok(()),
            When::Unset => (true, true, true),
            When::Myself => (admin || self.is_about_writer(operation), false, true),
            When::OwnEntry => (self.is_own(operation, imports), false, true),
            When::OwnEntryOrAdmin => (admin || self.is_own(operation, imports), false, true),
            When::OwnEntryUnset => (self.is_own(operation, imports), true, true),
            When::OurList => (true, false, admin || self.whose() != Whose::Other),
            When::OwnList => (true, false, admin || self.whose() == Whose::Own),
        };
        if !list {
            return Err(forbidden(path, self.input.member.role));
        }
        if !own {
            return Err(Refusal::NotYours { path: shown(path) });
        }
        if unset && self.is_set(operation) {
            return Err(match rule.act {
                Act::Make => Refusal::Container { path: shown(path) },
                _ => Refusal::AlreadySet { path: shown(path) },
            });
        }
        Ok(())
    }

    /// Does the operation say that somebody is its writer, or take that back?
    fn is_about_writer(&self, operation: &Operation) -> bool {
        let me = self.input.member.id.as_str();
        match (&operation.action, &operation.key) {
            (Action::Put(ScalarValue::Str(text)), _) => text == me,
            (Action::Put(ScalarValue::Null), Key::Name(name)) => {
                let stored = self.input.stored.map(|(document, _)| document);
                let people = stored.and_then(|document| {
                    let people = document.get(ROOT, "people").ok().flatten()?.1;
                    document.get_all(people, name).ok()
                });
                let people = people.unwrap_or_default();
                people.iter().all(|(value, _)| value.as_str() == Some(me))
            }
            _ => false,
        }
    }

    /// Did the one who writes make the entry? An import's entries are nobody's but the imports'.
    fn is_own(&self, operation: &Operation, imports: bool) -> bool {
        let Some(entry) = &operation.object else {
            return false;
        };
        if imports || is_deterministic(entry.actor()) {
            return imports && is_deterministic(entry.actor());
        }
        if self.ledger.is_new_object(entry) {
            return true;
        }
        self.input.facts.member(entry.actor()) == Some(&self.input.member.id)
    }

    /// Was the value ever written, as far as it can be seen? To an import, only what isn't of another one counts:
    /// two imports of an issue, of an older and a newer export, meet in one document.
    fn is_set(&mut self, operation: &Operation) -> bool {
        let Key::Name(name) = &operation.key else {
            return true;
        };
        let object = operation.object.as_ref();
        let imports = is_deterministic(operation.id.actor());
        if self.ledger.is_written(object, name, imports) {
            return true;
        }
        if object.is_some_and(|object| self.ledger.is_new_object(object)) {
            return false;
        }
        let Some((document, _)) = self.input.stored else {
            return false;
        };
        let object = object.map_or(Some(automerge::ROOT), object_id);
        let values = object.and_then(|object| document.get_all(&object, name).ok());
        values.is_none_or(|values| {
            let mut writers = values.iter().filter_map(|(_, id)| operation_id(id));
            writers.any(|id| !imports || !is_deterministic(id.actor()))
        })
    }
}

/// May an update write there? It says what changed in the other tracker: which issue of which tracker it is has been
/// said, and whether it is shown here, and needs attention here, is decided here.
fn is_updated(path: &[&str]) -> bool {
    match path {
        ["source", field] => !matches!(*field, "system" | "key" | "id"),
        ["deleted_at" | "deleted_by" | "organisation"]
        | ["attention", ..]
        | ["comments", _, "deleted_at"] => false,
        _ => true,
    }
}

/// The path of what an operation concerns: a text is concerned as a whole.
fn path(operation: &Operation) -> Vec<&str> {
    operation.path().unwrap_or_else(|| {
        let place = operation.place.as_ref();
        place
            .map(|place| place.path.iter().map(String::as_str).collect())
            .unwrap_or_default()
    })
}

pub(super) fn malformed(path: &[&str], expected: &'static str) -> Refusal {
    Refusal::Malformed {
        path: shown(path),
        expected,
    }
}

pub(super) fn forbidden(path: &[&str], role: Role) -> Refusal {
    Refusal::Forbidden {
        path: shown(path),
        role,
    }
}

/// The path as people read it, cut where it is long: keys come from outside.
pub(super) fn shown(path: &[&str]) -> String {
    path.join("/").chars().take(200).collect()
}
