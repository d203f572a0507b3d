//! The third gate: can the operations be done?
//!
//! Automerge applies whatever it decodes: an insertion after an element that isn't there panics, an overwritten
//! operation that isn't there is passed over by one replica and not by another, and one that belongs to another
//! value is deleted all the same. So each operation's object, element and predecessors have to be where it says,
//! and known to the change.

use automerge::{Change, ObjType, ReadDoc};
use docket_domain::{
    limits,
    operation::{Action, Key, OpId, Operation, Places, object_id, operation_id},
};

use super::{
    Court, Nature, Refusal, cause::Standing, ledger::Slot, origin::Origin, value::Source, whole::Entries,
};

/// The deepest nesting: reading a document calls itself for each level.
const MOST_DEPTH: usize = 64;

impl Court<'_> {
    /// Judges a change's operations one by one.
    pub(super) fn operations(
        &mut self,
        change: &Change,
        standing: &Standing,
        origin: Origin,
    ) -> Result<(), Refusal> {
        self.ledger.begin(change);
        self.widths.begin();
        self.entries = Entries::default();
        self.source = Source::default();
        // One after the other: all at once they take as much memory as the document they make.
        let mut places = std::mem::replace(&mut self.places, Places::new(None));
        let mut operations = places.each(change);
        let judged = operations.try_for_each(|operation| self.operation(&operation, standing, origin));
        drop(operations);
        self.places = places;
        judged?;
        match (origin, self.nature) {
            (Origin::Import, _) => self.source_fits(),
            // Imports tell of what another tracker knew, which may be less.
            (Origin::Member, Some(Nature::Docket(kind))) => self.entries.are_whole(kind),
            // The import that it follows says where it comes from.
            (Origin::Layout | Origin::Update | Origin::Member, _) => Ok(()),
        }
    }

    fn operation(
        &mut self,
        operation: &Operation,
        standing: &Standing,
        origin: Origin,
    ) -> Result<(), Refusal> {
        if origin != Origin::Layout {
            self.possible(operation, standing)?;
            self.width(operation)?;
            match self.nature {
                Some(Nature::Docket(kind)) => self.permitted(kind, operation, origin)?,
                Some(Nature::Plain) | None => plain(operation)?,
            }
        }
        self.ledger.note(operation);
        if origin == Origin::Member {
            self.entries.note(operation);
        }
        Ok(())
    }

    /// Leaves the operation room for its value?
    fn width(&mut self, operation: &Operation) -> Result<(), Refusal> {
        let Key::Name(name) = &operation.key else {
            return Ok(());
        };
        self.values_written += 1;
        if self.values_written > limits::TURN_VALUES {
            return Err(Refusal::TooLarge {
                path: "what you send at once".to_owned(),
                max: limits::TURN_VALUES,
            });
        }
        let object = operation.object.as_ref();
        let slot = self.ledger.named(object, name);
        let new = object.is_some_and(|object| self.ledger.is_new_object(object));
        self.widths.note(operation, slot, new)
    }

    /// Can the operation be done?
    pub(super) fn possible(&mut self, operation: &Operation, standing: &Standing) -> Result<(), Refusal> {
        let there = self.has_object(operation, standing)?;
        let Some(place) = operation.place.as_ref().filter(|_| there) else {
            return impossible("it acts on an object that isn’t there");
        };
        if place.path.len() > MOST_DEPTH {
            return impossible("it nests too deeply");
        }
        if matches!(operation.action, Action::Make(ObjType::Table)) {
            return impossible("it makes a table");
        }
        if matches!(operation.action, Action::Mark(_) | Action::EndMark) {
            // A document whose marks end before they begin can't be loaded again, and only loading tells.
            return impossible("it marks text, which isn’t kept yet");
        }
        match (place.kind, &operation.key) {
            (ObjType::Map, Key::Name(name)) => self.value(operation, name, standing),
            (ObjType::List | ObjType::Text, Key::Element(_) | Key::Head) => self.element(operation, standing),
            _ => impossible("it takes a map for a sequence, or a sequence for a map"),
        }
    }

    fn has_object(&mut self, operation: &Operation, standing: &Standing) -> Result<bool, Refusal> {
        let Some(id) = &operation.object else {
            return Ok(true);
        };
        if self.ledger.is_new_object(id) {
            return Ok(self.ledger.is_pending(id) || standing.knows(id));
        }
        let document = self.input.stored.map(|(document, _)| document);
        let stored = document
            .zip(object_id(id))
            .is_some_and(|(document, id)| document.object_type(&id).is_ok());
        Ok(stored && self.causes.knew(&standing.frontier, id)?)
    }

    fn value(&mut self, operation: &Operation, name: &str, standing: &Standing) -> Result<(), Refusal> {
        if operation.insert {
            return impossible("it inserts into a map");
        }
        if operation.overwrites.is_empty() {
            return match operation.action {
                Action::Delete | Action::Increment(_) => impossible("it changes a value that isn’t there"),
                _ => Ok(()),
            };
        }
        let slot = self.ledger.named(operation.object.as_ref(), name);
        let mut visible = None;
        for id in &operation.overwrites {
            if let Some(found) = self.ledger.recent(id) {
                self.is_at(id, Some(found), slot, standing)?;
                continue;
            }
            let visible = visible.get_or_insert_with(|| self.visible(operation, name, standing));
            if !visible.contains(id) {
                return impossible("it overwrites what isn’t there");
            }
        }
        Ok(())
    }

    /// The operations that made the values which a change with that standing saw.
    fn visible(&self, operation: &Operation, name: &str, standing: &Standing) -> Vec<OpId> {
        let Some((document, _)) = self.input.stored else {
            return Vec::new();
        };
        let object = match &operation.object {
            None => Some(automerge::ROOT),
            Some(id) => object_id(id),
        };
        let Some(object) = object else { return Vec::new() };
        let values = if self.causes.is_current(&standing.frontier) {
            document.get_all(&object, name)
        } else {
            document.get_all_at(&object, name, &standing.frontier)
        };
        let values = values.unwrap_or_default();
        values.iter().filter_map(|(_, id)| operation_id(id)).collect()
    }

    fn element(&mut self, operation: &Operation, standing: &Standing) -> Result<(), Refusal> {
        let object = operation.object.as_ref();
        let element = match &operation.key {
            Key::Element(element) => {
                let slot = self.ledger.element(object);
                self.exists(element, slot, standing)?;
                Some(element)
            }
            _ => None,
        };
        match (&operation.action, operation.insert, element) {
            (Action::Put(_) | Action::Make(_), true, _) if operation.overwrites.is_empty() => Ok(()),
            (Action::Put(_) | Action::Make(_), false, Some(element)) => {
                self.overwritten(operation, element, standing)
            }
            (Action::Delete | Action::Increment(_), false, Some(element))
                if !operation.overwrites.is_empty() =>
            {
                self.overwritten(operation, element, standing)
            }
            _ => impossible("it does to an element what can’t be done to one"),
        }
    }

    fn overwritten(
        &mut self,
        operation: &Operation,
        element: &OpId,
        standing: &Standing,
    ) -> Result<(), Refusal> {
        for id in operation.overwrites.iter().filter(|id| *id != element) {
            let slot = self.ledger.update(operation.object.as_ref(), element);
            self.exists(id, slot, standing)?;
        }
        Ok(())
    }

    fn exists(&mut self, id: &OpId, slot: Slot, standing: &Standing) -> Result<(), Refusal> {
        if let Some(found) = self.ledger.recent(id) {
            return self.is_at(id, Some(found), slot, standing);
        }
        let found = self.ledger.stored(id) == Some(slot);
        if found && self.causes.knew(&standing.frontier, id)? {
            Ok(())
        } else {
            impossible("it refers to an element that isn’t there")
        }
    }

    fn is_at(&self, id: &OpId, found: Option<Slot>, slot: Slot, standing: &Standing) -> Result<(), Refusal> {
        if found == Some(slot) && (self.ledger.is_pending(id) || standing.knows(id)) {
            Ok(())
        } else {
            impossible("it refers to what isn’t there")
        }
    }
}

/// A plain document may hold anything but what would make it one of Docket's.
fn plain(operation: &Operation) -> Result<(), Refusal> {
    match (&operation.object, &operation.key) {
        (None, Key::Name(name)) if name == "kind" => Err(Refusal::FirstChange),
        _ => Ok(()),
    }
}

const fn impossible<T>(why: &'static str) -> Result<T, Refusal> {
    Err(Refusal::Impossible { why })
}
