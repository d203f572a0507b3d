//! Counts and metrics of the imported documents against those computed from the file by other means.

use std::{collections::BTreeMap, time::Instant};

use docket_domain::{
    read::Issue,
    words::{Priority, Status},
};
use serde_json::Value;

use crate::{
    ALOY, Store, aloy, changelogs, import, source,
    support::gold::{count, gold},
};

fn tally<'a>(words: impl Iterator<Item = Option<&'a str>>) -> BTreeMap<String, u64> {
    let mut tally = BTreeMap::new();
    for word in words {
        *tally.entry(word.unwrap_or("(none)").to_owned()).or_default() += 1;
    }
    tally
}

#[test]
fn counts_equal_the_gold() {
    let gold = gold("jira_rest_1499");
    let (report, added) = (&ALOY.report, &ALOY.added);
    assert_eq!(report.refused, []);
    assert_eq!(report.collisions, []);
    assert_eq!(report.incoming.len(), count(&gold, "issues"));

    let issues: Vec<Issue> = added
        .iter()
        .map(|(_, made)| Issue::read(&made.document))
        .collect();
    let sum = |of: fn(&Issue) -> usize| issues.iter().map(of).sum::<usize>();
    let counts = &gold["counts"];
    for (name, found, reported) in [
        (
            "comments",
            sum(|issue| issue.comments.len()),
            report.counts.comments,
        ),
        ("links", sum(|issue| issue.links.len()), report.counts.links),
        (
            "attachments",
            sum(|issue| issue.attachments.len()),
            report.counts.attachments,
        ),
        ("labels", sum(|issue| issue.labels.len()), report.counts.labels),
    ] {
        assert_eq!(found, count(counts, name), "{name}");
        assert_eq!(reported, found, "{name}");
    }
    assert_eq!(report.counts.people.len(), count(counts, "people"));
    let parents = issues.iter().filter(|issue| source(issue, "parent").is_some());
    assert_eq!(parents.count(), count(counts, "subtasks_with_parent"));
    let keys: Vec<&str> = issues
        .iter()
        .map(|issue| issue.source.as_ref().unwrap().key.as_str())
        .collect();
    let outside = issues.iter().flat_map(|issue| &issue.links);
    let outside = outside.filter(|link| !keys.contains(&link.target.as_str()));
    assert_eq!(outside.count(), count(counts, "links_to_issues_not_in_file"));
    let authorless = issues
        .iter()
        .flat_map(|issue| &issue.comments)
        .filter(|comment| comment.by.is_none());
    assert_eq!(authorless.count(), count(counts, "comments_without_author"));

    let open = issues
        .iter()
        .filter(|issue| source(issue, "resolutiondate").is_none());
    assert_eq!(open.count(), count(&gold, "open"));
    for (name, key) in [
        ("by_status", "status"),
        ("by_resolution", "resolution"),
        ("by_type", "type"),
    ] {
        let found = tally(issues.iter().map(|issue| source(issue, key)));
        assert_eq!(serde_json::json!(found), gold[name], "{name}");
    }
    let priorities = tally(issues.iter().map(|issue| source(issue, "priority")));
    for (name, numbers) in gold["by_priority"].as_object().unwrap() {
        assert_eq!(priorities[name], numbers["issues"].as_u64().unwrap(), "{name}");
    }
    let high = issues
        .iter()
        .filter(|issue| issue.priority == Some(Priority::Major))
        .count();
    assert_eq!(high as u64, priorities["High"]);
    let without = issues.iter().filter(|issue| issue.priority.is_none()).count();
    assert_eq!(without as u64, priorities["(none)"] + priorities["None"]);
}

#[test]
fn the_changelog_becomes_events() {
    let gold = gold("jira_changelog_12");
    let (mut changes, mut reopened) = (0, 0);
    let mut transitions = BTreeMap::<String, u64>::new();
    for (name, file) in changelogs() {
        let (_, added) = import(&file, &mut Store::new());
        let issue = Issue::read(&added[0].1.document);
        let statuses: Vec<_> = issue
            .events
            .iter()
            .filter(|event| event.field == "status")
            .collect();
        assert!(statuses.is_sorted_by_key(|event| event.at), "{name}");
        assert_eq!(
            statuses.len(),
            count(&gold["per_item"][&name], "status_changes"),
            "{name}"
        );
        let last = statuses.last().unwrap().to.as_deref().unwrap();
        assert_eq!(last, issue.status.as_str(), "{name}");
        changes += statuses.len();
        let is_open = |word: &Option<String>| Status::parse(word.as_deref().unwrap()).unwrap().is_open();
        for event in &statuses {
            reopened += usize::from(!is_open(&event.from) && is_open(&event.to));
            assert_eq!(
                event.resolution.is_some(),
                !is_open(&event.to) && event == statuses.last().unwrap()
            );
        }
        let kept: Value = serde_json::from_str(source(&issue, "changelog").unwrap()).unwrap();
        for item in kept
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|history| history["items"].as_array().unwrap())
        {
            if item["field"] == "status" {
                let words = (
                    item["fromString"].as_str().unwrap(),
                    item["toString"].as_str().unwrap(),
                );
                *transitions
                    .entry(format!("{} -> {}", words.0, words.1))
                    .or_default() += 1;
            }
        }
    }
    assert_eq!(changes, count(&gold, "status_changes"));
    assert_eq!(reopened, count(&gold, "reopen_events"));
    assert_eq!(serde_json::json!(transitions), gold["transitions"]);
}

#[test]
fn sizes() {
    let json = aloy();
    let began = Instant::now();
    let (report, added) = import(&json, &mut Store::new());
    let took = began.elapsed();
    let sizes: Vec<usize> = added
        .iter()
        .map(|(_, made)| made.changes.iter().map(Vec::len).sum())
        .collect();
    let saved: usize = added.iter().map(|(_, made)| made.document.save().len()).sum();
    let total: usize = sizes.iter().sum();
    println!(
        "{} issues of {} KB JSON in {} ms: {} bytes of changes each ({} at most), {} bytes each when compacted",
        report.incoming.len(),
        json.len() / 1024,
        took.as_millis(),
        total / added.len(),
        sizes.iter().max().unwrap(),
        saved / added.len(),
    );
    assert!(
        total / added.len() < 6 * 1024,
        "an imported issue should stay small: {}",
        total / added.len()
    );
}
