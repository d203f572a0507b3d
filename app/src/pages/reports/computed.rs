//! A report's figures from this device's rows: what freezing would keep.

use std::sync::Arc;

use docket_domain::{
    metrics::Quarter,
    report::{Figures, Top},
};
use leptos::prelude::*;

use crate::{
    components::{key::key_name, people},
    pages::figures::lives,
    store::Store,
};

/// How many issues of the agreed list a report names.
const TOP: usize = 10;

/// The figures of a quarter as they are now. Tracked.
pub(super) fn figures(store: Store, quarter: Quarter) -> Arc<Figures> {
    store.changed().track();
    let now_at = store.now();
    let as_of = Figures::as_of(quarter, now_at);
    let (now, before) = (
        lives(store, as_of),
        lives(store, Figures::as_of(quarter.plus(-1), now_at)),
    );
    let name = |key: &_| key_name(store, key);
    // What the group works on today says nothing of a quarter that is long over.
    let recent = quarter.plus(2).begins() > now_at;
    let top = if recent { top(store) } else { Vec::new() };
    Arc::new(Figures::of(quarter, as_of, &now, &before, name, top))
}

/// What the group works on first.
fn top(store: Store) -> Vec<Top> {
    let (agreed, prefix) = store
        .workspace()
        .with(|workspace| (workspace.agreed, workspace.prefix.clone()));
    let Some(agreed) = agreed else {
        return Vec::new();
    };
    let ranking = store.ranking(agreed).get();
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
    entries.take(TOP).collect()
}
