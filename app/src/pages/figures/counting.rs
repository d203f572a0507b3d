//! Counting all issues without holding up the page: in turns, each a fraction of what a person notices, and again when a
//! row changed, with a rest in between.

use std::{cell::Cell, rc::Rc, sync::Arc};

use docket_domain::{
    Row, Timestamp,
    metrics::{self, Life},
};
use leptos::{prelude::*, task::spawn_local};

use crate::store::{Store, now, sleep};

/// How long one turn lasts, in milliseconds.
const TURN: i64 = 25;
/// How many lives are read between two looks at the clock.
const PART: usize = 250;
/// While rows keep changing (an upload, an import elsewhere), it rests so many times as long as counting took.
const REST: i64 = 10;

/// The turns of one counting. It ends when nobody waits for its outcome any more.
pub(crate) struct Turns {
    since: Timestamp,
    wanted: Box<dyn Fn() -> bool>,
}

impl Turns {
    /// Of a counting that is wanted whatever happens.
    pub(crate) fn whole() -> Self {
        Self::while_wanted(|| true)
    }

    fn while_wanted(wanted: impl Fn() -> bool + 'static) -> Self {
        Self {
            since: now(),
            wanted: Box::new(wanted),
        }
    }

    /// The page's turn, if this one was long enough. None: the outcome isn't wanted any more.
    pub(crate) async fn pause(&mut self) -> Option<()> {
        // A clock that is set back is no reason to go on for long.
        if !(0..TURN).contains(&(now().0 - self.since.0)) {
            sleep(0).await;
            self.since = now();
        }
        (self.wanted)().then_some(())
    }
}

/// All rows as they are now: whoever counts in turns counts one state.
pub(crate) fn rows(store: Store) -> Vec<Arc<Row>> {
    store.with_rows(|rows| rows.values().map(|row| row.get_untracked()).collect())
}

/// Now, as these rows have it.
pub(crate) fn present(store: Store, rows: &[Arc<Row>]) -> Timestamp {
    metrics::present(store.now(), rows.iter().map(Arc::as_ref))
}

/// The lives of these rows until that time; `tell` is told of each as it is read.
pub(crate) async fn lives(
    store: Store,
    rows: &[Arc<Row>],
    as_of: Timestamp,
    turns: &mut Turns,
    mut tell: impl FnMut(&Life),
) -> Option<Vec<Life>> {
    let workspace = store.workspace().get_untracked();
    let mut lives = Vec::with_capacity(rows.len());
    for part in rows.chunks(PART) {
        let of_part = part.iter();
        lives.extend(of_part.filter_map(|row| {
            let life = Life::among(row, as_of, workspace.who())?;
            tell(&life);
            Some(life)
        }));
        turns.pause().await?;
    }
    Some(lives)
}

/// When the first of these issues was reported; none where nobody knows.
pub(crate) fn first_reported(rows: &[Arc<Row>]) -> Option<Timestamp> {
    let reported = rows.iter().filter_map(|row| row.issue().map(|_| row.created));
    // 0 is no time.
    reported.filter(|at| at.0 > 0).min()
}

/// What `count` makes of what is asked for: at once when something else is, and again after rows changed. None until it
/// is counted, and while nothing is asked for.
pub(crate) fn counted<A, T, C>(
    store: Store,
    asked: impl Fn() -> Option<A> + 'static,
    count: C,
) -> Signal<Option<Arc<T>>>
where
    A: Clone + PartialEq + 'static,
    T: Send + Sync + 'static,
    C: AsyncFn(A, &mut Turns) -> Option<T> + 'static,
{
    let outcome = RwSignal::new(None);
    // Counts up with each thing asked for: only the last one's counting is wanted.
    let latest = StoredValue::new(0_u32);
    let stale = Rc::new(Cell::new(false));
    let idle = Rc::new(Cell::new(true));
    let count = Rc::new(count);
    Effect::new(move |before: Option<Option<A>>| {
        store.changed().track();
        store.workspace().track();
        store.members().track();
        let asked = asked();
        stale.set(true);
        let same = before.is_some_and(|before| before == asked);
        if same && !idle.get() {
            return asked;
        }
        latest.update_value(|run| *run = run.wrapping_add(1));
        let run = latest.get_value();
        let wanted = move || latest.try_get_value() == Some(run);
        let Some(what) = asked.clone() else {
            outcome.set(None);
            return asked;
        };
        idle.set(false);
        let (stale, idle, count) = (Rc::clone(&stale), Rc::clone(&idle), Rc::clone(&count));
        spawn_local(async move {
            while stale.replace(false) {
                let began = now();
                let mut turns = Turns::while_wanted(wanted);
                let Some(value) = count(what.clone(), &mut turns).await else {
                    return;
                };
                let _ = outcome.try_set(Some(Arc::new(value)));
                let rest = (now().0 - began.0).saturating_mul(REST);
                sleep(u32::try_from(rest).unwrap_or(0)).await;
                if !wanted() {
                    return;
                }
            }
            idle.set(true);
        });
        asked
    });
    outcome.into()
}
