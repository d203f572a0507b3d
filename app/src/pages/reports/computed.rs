//! A report's figures from this device's rows: what freezing would keep.

use docket_domain::{
    metrics::Quarter,
    report::{Counting, Figures, Top},
};
use leptos::prelude::*;

use crate::{
    components::{key::key_name, people},
    pages::figures::counting::{self, Turns, lives},
    store::Store,
};

/// How many issues of the agreed list a report names.
const TOP: usize = 10;

/// The figures of a quarter as they are now, with `top` in them.
pub(super) async fn figures(
    store: Store,
    quarter: Quarter,
    top: Vec<Top>,
    turns: &mut Turns,
) -> Option<Figures> {
    let rows = counting::rows(store);
    let now_at = counting::present(store, &rows);
    let as_of = Figures::as_of(quarter, now_at);
    let until = Figures::as_of(quarter.plus(-1), now_at);
    let now = lives(store, &rows, as_of, turns, |_| ()).await?;
    let before = lives(store, &rows, until, turns, |_| ()).await?;
    let name = |key: &_| untrack(|| key_name(store, key));
    let mut counting = Counting::new(quarter, as_of, (&now, &before), name, top);
    while counting.step() {
        turns.pause().await?;
    }
    Some(counting.figures())
}

/// What the group works on first; none while the agreed list isn't loaded. Tracked.
pub(super) fn top(store: Store, quarter: Quarter) -> Option<Vec<Top>> {
    // What it works on today says nothing of a quarter that is long over.
    if quarter.plus(2).begins() <= store.now() {
        return Some(Vec::new());
    }
    let (agreed, prefix) = store
        .workspace()
        .with(|workspace| (workspace.agreed, workspace.prefix.clone()));
    let Some(agreed) = agreed else {
        return Some(Vec::new());
    };
    let ranking = store.ranking(agreed).get();
    if !ranking.loaded {
        return None;
    }
    let entries = ranking.issues.iter().filter_map(|id| {
        let row = store.row(*id)?.get();
        let issue = row.issue().filter(|_| !row.deleted)?;
        let assignee = issue.assignee.as_ref();
        if row.restricted {
            // Everybody reads the report.
            return Some(Top {
                name: issue.name(&prefix),
                title: "(restricted)".to_owned(),
                status: String::new(),
                assignee: String::new(),
            });
        }
        Some(Top {
            name: issue.name(&prefix),
            title: row.title.clone(),
            status: issue.status.label().to_owned(),
            assignee: assignee
                .map(|person| people::name(store, person, issue.assignee_name.as_deref()))
                .unwrap_or_default(),
        })
    });
    Some(entries.take(TOP).collect())
}
