//! Which operations there are, and which value of which object each one wrote.
//!
//! Automerge doesn't tell where an operation acted, short of the whole change that holds it. Stored changes are so
//! decoded when an operation of theirs is asked for, once; those judged together are noted as they come.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use automerge::{ActorId, Automerge, Change, ChangeHash, legacy};
use docket_domain::{
    genesis::is_deterministic,
    operation::{Action, Key, OpId, Operation, object_id},
};

/// What an operation wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Slot {
    object: u32,
    value: Value,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Value {
    /// The value with this name in a map.
    Name(u32),
    /// A new element.
    Element,
    /// The value of an element that was there.
    Update(u32),
    /// None: it deletes, counts or marks.
    Nothing,
}

/// The operations of one change, by counter.
#[derive(Debug)]
struct Run {
    first: u64,
    slots: Vec<Slot>,
}

impl Run {
    fn get(&self, counter: u64) -> Option<Slot> {
        let index = usize::try_from(counter.checked_sub(self.first)?).ok()?;
        self.slots.get(index).copied()
    }
}

/// The operations there are.
#[derive(Debug)]
pub(super) struct Ledger<'d> {
    document: Option<&'d Automerge>,
    // Objects, updated elements and names as small numbers; 0 is the root.
    ids: HashMap<OpId, u32>,
    names: HashMap<String, u32>,
    stored: HashMap<ChangeHash, Arc<Run>>,
    allowed: HashMap<ActorId, Vec<Run>>,
    written: HashSet<Slot>,
    imported: HashSet<Slot>,
    made: HashSet<OpId>,
    pending: Option<(ActorId, Run)>,
    pending_written: HashSet<Slot>,
    pending_made: HashSet<OpId>,
}

impl<'d> Ledger<'d> {
    pub(super) fn new(document: Option<&'d Automerge>) -> Self {
        Self {
            document,
            ids: HashMap::new(),
            names: HashMap::new(),
            stored: HashMap::new(),
            allowed: HashMap::new(),
            written: HashSet::new(),
            imported: HashSet::new(),
            made: HashSet::new(),
            pending: None,
            pending_written: HashSet::new(),
            pending_made: HashSet::new(),
        }
    }

    /// Starts to note a change's operations.
    pub(super) fn begin(&mut self, change: &Change) {
        let run = Run {
            first: change.start_op().get(),
            slots: Vec::with_capacity(change.len()),
        };
        self.drop_pending();
        self.pending = Some((change.actor_id().clone(), run));
    }

    /// Notes the change's next operation.
    pub(super) fn note(&mut self, operation: &Operation) {
        let object = self.object(operation.object.as_ref());
        let writes = matches!(operation.action, Action::Put(_) | Action::Make(_));
        let value = match &operation.key {
            _ if !writes => Value::Nothing,
            Key::Name(name) => Value::Name(self.name(name)),
            Key::Element(_) | Key::Head if operation.insert => Value::Element,
            Key::Element(element) => Value::Update(self.id(element)),
            Key::Head => Value::Nothing,
        };
        let marks = operation.insert && value == Value::Nothing;
        let value = if marks { Value::Element } else { value };
        if let Action::Make(_) = operation.action {
            self.pending_made.insert(operation.id.clone());
        }
        let slot = Slot { object, value };
        if let Value::Name(_) = value {
            self.pending_written.insert(slot);
        }
        if let Some((_, run)) = &mut self.pending {
            run.slots.push(slot);
        }
    }

    /// The change is allowed: its operations are there.
    pub(super) fn keep(&mut self) {
        let Some((actor, run)) = self.pending.take() else {
            return;
        };
        let written = if is_deterministic(&actor) {
            &mut self.imported
        } else {
            &mut self.written
        };
        written.extend(self.pending_written.drain());
        self.made.extend(self.pending_made.drain());
        self.allowed.entry(actor).or_default().push(run);
    }

    /// The change is refused: its operations are not there.
    pub(super) fn drop_pending(&mut self) {
        self.pending = None;
        self.pending_written.clear();
        self.pending_made.clear();
    }

    /// What the operation of a change that is judged now, or was allowed, wrote.
    pub(super) fn recent(&self, id: &OpId) -> Option<Slot> {
        if let Some(slot) = self.in_pending(id) {
            return Some(slot);
        }
        let runs = self.allowed.get(id.actor())?;
        let after = runs.partition_point(|run| run.first <= id.counter());
        runs.get(after.checked_sub(1)?)?.get(id.counter())
    }

    /// Is it an operation of the change that is judged now?
    pub(super) fn is_pending(&self, id: &OpId) -> bool {
        self.in_pending(id).is_some()
    }

    fn in_pending(&self, id: &OpId) -> Option<Slot> {
        self.pending
            .as_ref()
            .filter(|(actor, _)| actor == id.actor())
            .and_then(|(_, run)| run.get(id.counter()))
    }

    /// What a stored operation wrote.
    pub(super) fn stored(&mut self, id: &OpId) -> Option<Slot> {
        let document = self.document?;
        let hash = document.hash_for_opid(&object_id(id)?)?;
        if let Some(run) = self.stored.get(&hash) {
            return run.get(id.counter());
        }
        let change = automerge::ReadDoc::get_change_by_hash(document, &hash)?;
        let run = Arc::new(self.decode(&change));
        self.stored.insert(hash, run.clone());
        run.get(id.counter())
    }

    /// Was the object made by the change that is judged now, or by an allowed one?
    pub(super) fn is_new_object(&self, id: &OpId) -> bool {
        self.made.contains(id) || self.pending_made.contains(id)
    }

    /// Did the change that is judged now, or an allowed one, write this value of a map? Those of imports count unless
    /// `but_imports`, the change that is judged now always.
    pub(super) fn is_written(&mut self, object: Option<&OpId>, name: &str, but_imports: bool) -> bool {
        let slot = self.named(object, name);
        self.pending_written.contains(&slot)
            || self.written.contains(&slot)
            || (!but_imports && self.imported.contains(&slot))
    }

    /// The slot of a map's value.
    pub(super) fn named(&mut self, object: Option<&OpId>, name: &str) -> Slot {
        Slot {
            object: self.object(object),
            value: Value::Name(self.name(name)),
        }
    }

    /// The slot of a new element of a sequence.
    pub(super) fn element(&mut self, object: Option<&OpId>) -> Slot {
        Slot {
            object: self.object(object),
            value: Value::Element,
        }
    }

    /// The slot of an element's later value.
    pub(super) fn update(&mut self, object: Option<&OpId>, element: &OpId) -> Slot {
        Slot {
            object: self.object(object),
            value: Value::Update(self.id(element)),
        }
    }

    fn decode(&mut self, change: &Change) -> Run {
        let decoded = change.decode();
        let slots = decoded.operations.iter().map(|op| {
            let object = match &op.obj {
                legacy::ObjectId::Root => 0,
                legacy::ObjectId::Id(id) => self.id(id),
            };
            let writes = matches!(op.action, legacy::OpType::Put(_) | legacy::OpType::Make(_));
            let value = match &op.key {
                _ if op.insert => Value::Element,
                legacy::Key::Map(name) if writes => Value::Name(self.name(name)),
                legacy::Key::Seq(legacy::ElementId::Id(element)) if writes => Value::Update(self.id(element)),
                _ => Value::Nothing,
            };
            Slot { object, value }
        });
        let slots = slots.collect();
        Run {
            first: decoded.start_op.get(),
            slots,
        }
    }

    fn object(&mut self, object: Option<&OpId>) -> u32 {
        object.map_or(0, |id| self.id(id))
    }

    fn id(&mut self, id: &OpId) -> u32 {
        if let Some(number) = self.ids.get(id) {
            return *number;
        }
        // Fewer than there are operations, whose counters have 32 bits.
        let number = self.ids.len() as u32 + 1;
        self.ids.insert(id.clone(), number);
        number
    }

    fn name(&mut self, name: &str) -> u32 {
        if let Some(number) = self.names.get(name) {
            return *number;
        }
        let number = self.names.len() as u32;
        self.names.insert(name.to_owned(), number);
        number
    }
}
