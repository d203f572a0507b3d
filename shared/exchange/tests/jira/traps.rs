//! The issues that are hard to import: one assertion for each class of trap in the data's own list.

use std::collections::BTreeMap;

use docket_domain::{read::Issue, words::Status};
use docket_exchange::{Remark, Report};
use serde_json::Value;

use crate::{TRAPS, source};

struct Traps {
    raw: BTreeMap<String, Value>,
    issues: BTreeMap<String, Issue>,
    report: Report,
}

impl Traps {
    fn load() -> Self {
        let text = String::from_utf8(TRAPS.json.clone()).unwrap();
        let raw = text.lines().map(|line| {
            let value: Value = serde_json::from_str(line).unwrap();
            (value["key"].as_str().unwrap().to_owned(), value)
        });
        let (report, added) = (TRAPS.report.clone(), &TRAPS.added);
        let issues = added.iter().zip(&report.incoming);
        Self {
            raw: raw.collect(),
            issues: issues
                .map(|((_, made), listed)| (listed.key.clone(), Issue::read(&made.document)))
                .collect(),
            report,
        }
    }

    fn fields(&self, key: &str) -> &Value {
        &self.raw[key]["fields"]
    }

    fn remarked(&self, key: &str, remark: &Remark) {
        let found = self
            .report
            .remarks
            .iter()
            .any(|it| it.key == key && it.remark == *remark);
        assert!(found, "{key}: {remark}");
    }
}

/// Every text of every issue is in its document, character by character.
#[test]
fn nothing_is_cut_or_altered() {
    let traps = Traps::load();
    assert_eq!(traps.report.refused, []);
    assert_eq!(traps.issues.len(), 51);
    for (key, issue) in &traps.issues {
        let fields = traps.fields(key);
        let whole = |name: &str| source(issue, name).map(str::to_owned);
        if let Some(summary) = fields["summary"].as_str() {
            assert!(
                issue.title == summary || whole("summary").as_deref() == Some(summary),
                "{key}"
            );
        }
        if let Some(description) = fields["description"].as_str() {
            let kept = whole("description");
            assert!(
                issue.description == description || kept.as_deref() == Some(description),
                "{key}"
            );
        }
        if let Some(environment) = fields["environment"].as_str().filter(|text| !text.is_empty()) {
            assert_eq!(whole("environment").as_deref(), Some(environment), "{key}");
        }
        let list = |name: &str| fields[name].as_array().map_or(&[][..], Vec::as_slice);
        let comments = fields["comment"]["comments"].as_array().unwrap();
        assert_eq!(issue.comments.len(), comments.len(), "{key}");
        for comment in comments {
            let found = issue
                .comments
                .iter()
                .find(|found| comment["id"] == found.id)
                .unwrap();
            assert_eq!(found.body, comment["body"].as_str().unwrap_or_default(), "{key}");
            let author = comment["author"]["name"]
                .as_str()
                .map(|name| format!("jira:{name}"));
            assert_eq!(
                found.by.as_ref().map(|by| by.as_str().to_owned()),
                author,
                "{key}"
            );
        }
        assert_eq!(issue.links.len(), list("issuelinks").len(), "{key}");
        for attachment in list("attachment") {
            let found = issue
                .attachments
                .iter()
                .find(|found| attachment["id"] == found.id)
                .unwrap();
            assert_eq!(attachment["filename"], found.name.as_str(), "{key}");
            assert_eq!(attachment["size"].as_u64(), found.size, "{key}");
        }
        assert_eq!(issue.attachments.len(), list("attachment").len(), "{key}");
        for label in list("labels") {
            assert!(issue.labels.iter().any(|found| label == found.as_str()), "{key}");
        }
    }
    let comments: usize = traps.issues.values().map(|issue| issue.comments.len()).sum();
    let links: usize = traps.issues.values().map(|issue| issue.links.len()).sum();
    assert_eq!((comments, links), (566, 372));
}

#[test]
fn what_is_missing_is_reported() {
    let traps = Traps::load();
    for key in ["AC-523", "AC-2241"] {
        assert_eq!(traps.issues[key].title, key);
        traps.remarked(key, &Remark::NoTitle);
    }
    assert_eq!(traps.issues["AC-3054"].reporter, None);
    traps.remarked("AC-3054", &Remark::NoReporter);
    for key in ["TIMOB-11360", "AC-1145"] {
        let bodiless = traps.issues[key]
            .comments
            .iter()
            .filter(|comment| comment.body.is_empty())
            .count();
        assert!(bodiless > 0, "{key}");
        traps.remarked(key, &Remark::CommentsWithoutBody(bodiless));
    }
    for key in ["TIMOB-16243", "TIMOB-7432"] {
        let nameless = traps.issues[key]
            .comments
            .iter()
            .filter(|comment| comment.by.is_none())
            .count();
        assert!(nameless > 0, "{key}");
        traps.remarked(key, &Remark::CommentsWithoutAuthor(nameless));
    }
    assert!(
        traps.issues["TIMOB-356"]
            .attachments
            .iter()
            .any(|file| file.by.is_none())
    );
    traps.remarked("TIMOB-356", &Remark::AttachmentsWithoutAuthor(1));
    assert!(
        traps.issues["AC-2676"]
            .attachments
            .iter()
            .any(|file| file.size == Some(0))
    );
    for (key, priority) in [
        ("AC-3335", None),
        ("TIMOB-17947", None),
        ("TIMOB-19553", Some("None")),
    ] {
        assert_eq!(traps.issues[key].priority, None);
        assert_eq!(source(&traps.issues[key], "priority"), priority, "{key}");
    }
    let undated = &traps.issues["TIMOB-28223"];
    assert!(!undated.status.is_open() && undated.events.is_empty());
    traps.remarked("TIMOB-28223", &Remark::DoneWithoutDate);
    let total = traps.fields("TIMOB-15875")["comment"]["total"].as_u64().unwrap();
    let present = traps.issues["TIMOB-15875"].comments.len();
    traps.remarked("TIMOB-15875", &Remark::CommentsMissing { present, total });
}

#[test]
fn texts_come_in_as_they_are() {
    let traps = Traps::load();
    let all = |key: &str| {
        let issue = &traps.issues[key];
        let bodies = issue.comments.iter().map(|comment| comment.body.as_str());
        let texts = [issue.title.as_str(), issue.description.as_str()]
            .into_iter()
            .chain(bodies);
        let fields = issue
            .source
            .iter()
            .flat_map(|source| &source.fields)
            .map(|(_, value)| value.as_str());
        texts.chain(fields).collect::<Vec<_>>().join("\n")
    };
    let has = |key: &str, wanted: fn(char) -> bool| assert!(all(key).chars().any(wanted), "{key}");
    assert!(all("TIMOB-25146").replace("\r\n", "").contains('\r'));
    for key in ["AC-2783", "TIMOB-13600"] {
        has(key, |char| matches!(char, '\u{590}'..='\u{8ff}'));
    }
    has("TIMOB-10323", |char| matches!(char, '\u{e00}'..='\u{e7f}'));
    has("TIMOB-10323", |char| matches!(char, '\u{4e00}'..='\u{9fff}'));
    for key in ["AC-26", "AC-271"] {
        has(key, |char| matches!(char, '\u{2000}'..='\u{2bff}'));
    }
    has("TIMOB-19571", |char| matches!(char, '\u{300}'..='\u{36f}'));
    assert!(all("TIMOB-10965").matches('\u{a0}').count() > 100);
    assert!(all("TIMOB-12848").matches('\u{a0}').count() >= 1_335);
    has("TIMOB-18194", |char| char == '\u{fffd}');
    for key in ["AC-579", "AC-768", "AC-243", "AC-1943"] {
        has(key, |char| {
            char.is_control() && !matches!(char, '\n' | '\r' | '\t')
        });
    }
    assert!(traps.issues.keys().any(|key| all(key).contains('\0')));
    has("AC-3799", |char| char == '\u{2028}');
    for key in ["AC-640", "AC-2915"] {
        has(key, |char| matches!(char, '\u{200b}' | '\u{200f}'));
    }
    for (key, wanted) in [
        ("AC-698", "<"),
        ("AC-5923", "<script"),
        ("AC-6433", "[~user-0591 ]"),
        ("AC-2034", "[~User-0005]"),
    ] {
        assert!(all(key).contains(wanted), "{key}");
    }
    let dangerous = all("AC-1982").to_lowercase();
    assert!(dangerous.contains("javascript:") || dangerous.contains("onerror="));
    assert!(traps.issues["TIMOB-25504"].title.starts_with('-'));
    for key in ["TIMOB-17470", "TIMOB-7602"] {
        assert!(!traps.issues[key].title.contains(char::is_control));
        assert!(
            source(&traps.issues[key], "summary")
                .unwrap()
                .contains(['\t', '\n', '\r'])
        );
        traps.remarked(key, &Remark::TitleAltered);
    }
    assert_eq!(traps.issues["AC-3328"].title.chars().count(), 245);
}

#[test]
fn large_and_odd_issues_come_in_whole() {
    let traps = Traps::load();
    let longest = traps.fields("TIMOB-12757")["description"].as_str().unwrap();
    assert!(longest.len() > 200_000);
    assert_eq!(source(&traps.issues["TIMOB-12757"], "description"), Some(longest));
    traps.remarked(
        "TIMOB-12757",
        &Remark::DescriptionKeptWhole(longest.encode_utf16().count()),
    );
    for (key, comments) in [("TIMOB-26391", 224), ("TIMOB-12848", 123)] {
        assert_eq!(traps.issues[key].comments.len(), comments, "{key}");
    }
    assert_eq!(traps.issues["TIMOB-9901"].links.len(), 325);
    assert_eq!(traps.issues["AC-1639"].labels.len(), 37);
    assert!(
        traps.issues["AC-1364"]
            .labels
            .iter()
            .any(|label| label.ends_with(','))
    );
    assert!(
        traps.issues["TIMOB-15836"]
            .attachments
            .iter()
            .any(|file| file.name.contains(','))
    );
    assert!(!traps.issues["TIMOB-7421"].links.is_empty());
    // To one issue from both ends: two links.
    let links = traps.issues["AC-999"].links.iter();
    let links: Vec<_> = links
        .map(|link| (link.relation.as_str(), link.target.as_str()))
        .collect();
    assert_eq!(
        links,
        [("duplicates", "TISTUD-7385"), ("is duplicated by", "TISTUD-7385")]
    );
    assert!(source(&traps.issues["TIMOB-12039"], "parent").is_some());
    let early = &traps.issues["AC-4889"];
    assert!(early.comments[0].at < early.created_at);
    let instant = &traps.issues["TIMOB-151"];
    assert_eq!(
        (instant.events[0].at, instant.status.is_open()),
        (instant.created_at, false)
    );
    assert!(
        traps
            .issues
            .values()
            .all(|issue| issue.events.is_empty() || issue.status != Status::New)
    );
}
