//! What the changes of older states knew: which stored changes come before a frontier.
//!
//! Changes and what they depend on are numbered once, when the first older state is met. Each further frontier costs one
//! walk over numbers and a bit for each change. Who edits many older states of a long history at once is asked to merge
//! first: walks are counted, and end.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};

use automerge::{Automerge, ChangeHash};

use super::Refusal;

/// The most frontiers that are remembered: each takes a bit for each change.
const MOST_FRONTIERS: usize = 256;

/// A set of numbered changes.
type Bits = Vec<u64>;

/// The ancestry of a document's changes, as far as it was asked for.
#[derive(Debug)]
pub(super) struct Ancestry {
    graph: Option<Graph>,
    before: HashMap<Arc<[ChangeHash]>, Bits>,
    /// The frontiers in `before`, the oldest first.
    order: VecDeque<Arc<[ChangeHash]>>,
    /// How many steps may still be made.
    left: usize,
}

#[derive(Debug)]
struct Graph {
    numbers: HashMap<ChangeHash, u32>,
    /// The dependencies of all changes, one after the other.
    dependencies: Vec<u32>,
    /// Where those of each change end.
    ends: Vec<u32>,
}

impl Ancestry {
    /// Nothing yet; `steps` may be spent: one for each change or dependency that is passed.
    pub(super) fn new(steps: usize) -> Self {
        Self {
            graph: None,
            before: HashMap::new(),
            order: VecDeque::new(),
            left: steps,
        }
    }

    /// Is the stored change `hash` one of `frontier`, or before it?
    ///
    /// # Errors
    /// When the steps are spent.
    pub(super) fn is_before(
        &mut self,
        document: &Automerge,
        frontier: &Arc<[ChangeHash]>,
        hash: &ChangeHash,
    ) -> Result<bool, Refusal> {
        let graph = self.graph.get_or_insert_with(|| Graph::of(document));
        let Some(number) = graph.numbers.get(hash).copied() else {
            return Ok(false);
        };
        if !self.before.contains_key(frontier) {
            let (bits, steps) = graph.before(frontier, self.left);
            self.left = self.left.checked_sub(steps).ok_or(Refusal::Crowded {
                what: "many older states of it are edited at once",
            })?;
            if self.order.len() >= MOST_FRONTIERS
                && let Some(oldest) = self.order.pop_front()
            {
                self.before.remove(&oldest);
            }
            self.order.push_back(frontier.clone());
            self.before.insert(frontier.clone(), bits);
        }
        let bits = self.before.get(frontier);
        Ok(bits.is_some_and(|bits| has(bits, number)))
    }
}

impl Graph {
    fn of(document: &Automerge) -> Self {
        let changes = document.get_changes_meta(&[]);
        // A document has fewer changes than 2³².
        let numbers: HashMap<_, _> = changes.iter().map(|change| change.hash).zip(0_u32..).collect();
        let (mut dependencies, mut ends) = (Vec::new(), Vec::with_capacity(changes.len()));
        for change in &changes {
            dependencies.extend(change.deps.iter().filter_map(|hash| numbers.get(hash).copied()));
            ends.push(dependencies.len() as u32);
        }
        Self {
            numbers,
            dependencies,
            ends,
        }
    }

    /// The changes of a frontier and those before it, and how many steps that took: one more than `most` if it took too
    /// many.
    fn before(&self, frontier: &[ChangeHash], most: usize) -> (Bits, usize) {
        let mut bits = vec![0; self.ends.len().div_ceil(64)];
        let mut steps = bits.len();
        let mut open: Vec<u32> = frontier
            .iter()
            .filter_map(|hash| self.numbers.get(hash).copied())
            .collect();
        while let Some(number) = open.pop() {
            if steps > most {
                return (bits, most + 1);
            }
            steps += 1;
            if !add(&mut bits, number) {
                continue;
            }
            let dependencies = self.dependencies_of(number);
            steps += dependencies.len();
            open.extend(dependencies.iter().filter(|number| !has(&bits, **number)));
        }
        (bits, steps)
    }

    fn dependencies_of(&self, number: u32) -> &[u32] {
        let number = number as usize;
        let start = number
            .checked_sub(1)
            .and_then(|before| self.ends.get(before))
            .copied()
            .unwrap_or_default();
        let end = self.ends.get(number).copied().unwrap_or_default();
        self.dependencies
            .get(start as usize..end as usize)
            .unwrap_or_default()
    }
}

fn has(bits: &Bits, number: u32) -> bool {
    bits.get(number as usize / 64)
        .is_some_and(|word| word >> (number % 64) & 1 == 1)
}

/// Answers whether it wasn't there.
fn add(bits: &mut Bits, number: u32) -> bool {
    let Some(word) = bits.get_mut(number as usize / 64) else {
        return false;
    };
    let before = *word;
    *word |= 1 << (number % 64);
    *word != before
}

#[cfg(test)]
mod tests {
    use automerge::{AutomergeError, ROOT, transaction::Transactable};
    use proptest::prelude::*;

    use super::*;

    fn edit(document: &mut Automerge, n: usize) {
        document
            .transact::<_, _, AutomergeError>(|tx| tx.put(ROOT, "n", n as u64))
            .unwrap();
    }

    proptest! {
        #[test]
        fn it_is_as_automerge_says(steps in proptest::collection::vec((0..4_usize, 0..5_usize), 1..40)) {
            let mut documents: Vec<_> = (0..4_u8)
                .map(|n| Automerge::new().with_actor(automerge::ActorId::from([n; 16])))
                .collect();
            let mut frontiers: Vec<Arc<[ChangeHash]>> = Vec::new();
            for (n, (one, other)) in steps.into_iter().enumerate() {
                match other {
                    4 => edit(&mut documents[one], n),
                    other => {
                        let mut copy = documents[other].clone();
                        documents[one].merge(&mut copy).unwrap();
                    }
                }
                frontiers.push(documents[one].get_heads().into());
            }
            let mut all = Automerge::new();
            for document in &mut documents {
                all.merge(document).unwrap();
            }
            let mut ancestry = Ancestry::new(usize::MAX);
            for frontier in frontiers {
                let beside: Vec<_> = all.get_changes_meta(&frontier).iter().map(|meta| meta.hash).collect();
                for change in all.get_changes(&[]) {
                    let before = ancestry.is_before(&all, &frontier, &change.hash()).unwrap();
                    prop_assert_eq!(before, !beside.contains(&change.hash()));
                }
            }
        }
    }

    #[test]
    fn walks_end_when_their_steps_are_spent() {
        let mut document = Automerge::new();
        let mut frontiers: Vec<Arc<[ChangeHash]>> = Vec::new();
        for n in 0..1_000 {
            edit(&mut document, n);
            frontiers.push(document.get_heads().into());
        }
        let first = document.get_changes(&[])[0].hash();
        // A walk back to the first takes a thousand steps or two.
        let mut ancestry = Ancestry::new(100_000);
        let mut asked = frontiers
            .iter()
            .map(|frontier| ancestry.is_before(&document, frontier, &first));
        assert!(asked.next().unwrap().unwrap());
        assert!(asked.any(|answer| answer.is_err()));
    }
}
