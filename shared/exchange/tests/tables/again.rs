//! What leaves by Docket's own formats comes in again as it was: JSON Lines and CSV alike.

use std::collections::BTreeMap;

use automerge::{ActorId, Automerge};
use docket_domain::{
    Action, Command, Context, DocumentId, EntryId, Facts, Field, PersonId, Row, Timestamp,
    command::{NewIssue, Splice},
    facts::{Author, Receipt},
    read::Issue,
    row::{Body, What},
    words::{Priority, Resolution, Severity, Status},
};
use docket_exchange::{
    Format, Reason, Remark,
    csv::Columns,
    export::{Csv, Home, JsonLines, Leaving},
};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{
    Made, import, jira,
    support::{self, Added, Store, WORKSPACE},
};

/// The workspace that issues leave; they come into [`WORKSPACE`].
const HOME: DocumentId = DocumentId::from_bytes([9; 16]);

pub fn home() -> Home {
    let names = |names: &[(&str, &str)]| {
        let names = names
            .iter()
            .map(|(id, name)| ((*id).to_owned(), (*name).to_owned()));
        names.collect::<BTreeMap<_, _>>()
    };
    Home {
        workspace: HOME,
        prefix: "SWG".to_owned(),
        members: names(&[("m-ann", "Ann, A."), ("m-bob", "=Bob")]),
        organisations: names(&[("ornl", "Oak Ridge")]),
        keys: BTreeMap::from([(id(7), "SWG-7".to_owned())]),
    }
}

fn id(n: u8) -> DocumentId {
    DocumentId::from_bytes([n; 16])
}

type Issues<'a> = Vec<Leaving<'a>>;

/// Issues as both formats have them.
fn left(issues: &Issues<'_>) -> [(Format, Vec<u8>); 2] {
    let (lines, csv) = (JsonLines::new(home()), Csv::new(home()));
    let (mut json, mut table) = (Vec::new(), Vec::new());
    csv.header(&mut table);
    for issue in issues {
        lines.issue(*issue, &mut json);
        csv.issue(*issue, &mut table);
    }
    let formats = [(Format::Docket, json), (Format::DocketCsv, table)];
    for (format, file) in &formats {
        let beginning = &file[..file.len().min(65_536)];
        assert_eq!(Format::detect(beginning, "issues"), Some(*format));
    }
    formats
}

/// The row that an issue has after it came into another workspace: the differences that docs/formats.md names, and
/// no other.
fn expected(issue: Leaving<'_>, document: DocumentId) -> Row {
    let mut row = Row::derive(issue.document, issue.id, issue.facts).unwrap();
    let key = row.issue().unwrap().name("SWG");
    row.document = document;
    let Body::Issue(body) = &mut row.body else {
        panic!()
    };
    body.number = None;
    body.conflicts = Vec::new();
    body.key = Some(if key.ends_with('…') {
        issue.id.to_string()
    } else {
        key
    });
    // Of several standing flags the last one shows: there by the time that was claimed, here by the hub's.
    let read = Issue::read(issue.document);
    let standing = read.attention.iter().filter(|flag| flag.cleared_at.is_none());
    let last = standing.max_by_key(|flag| {
        (
            issue.facts.judge_object(&flag.object, flag.at).at,
            flag.id.clone(),
        )
    });
    body.attention = last.map(|flag| flag.reason[..flag.reason.floor_char_boundary(300)].to_owned());
    let moved = |person: &mut Option<PersonId>| {
        let member = person.clone().filter(|it| !it.is_external())?;
        *person = Some(PersonId::external("docket", member.as_str()));
        home().members.get(member.as_str()).cloned()
    };
    if let Some(name) = moved(&mut body.assignee) {
        body.assignee_name = Some(name);
    }
    if let Some(name) = moved(&mut body.reporter) {
        body.reporter_name = Some(name);
    }
    for moment in &mut body.timeline {
        moment.corrected = false;
        moved(&mut moment.by);
        if let What::Field { field, from, to } = &mut moment.what
            && field == "assignee"
        {
            for value in [from, to] {
                let mut person = value.clone().map(PersonId::from_stored);
                moved(&mut person);
                *value = person.map(|person| person.as_str().to_owned());
            }
        }
    }
    row
}

/// What happened at one time, in an order that doesn't depend on who claimed what: the hub gives one time to all whose
/// claims it doesn't believe, and they stood in the order of their claims.
fn in_any_order(row: &mut Row) {
    let Body::Issue(body) = &mut row.body else {
        panic!()
    };
    body.timeline
        .sort_by_cached_key(|moment| (moment.at, format!("{moment:?}")));
}

/// Sends issues away and takes them in again, by both formats; the hub takes them too.
fn come_again(issues: &Issues<'_>) -> [Made; 2] {
    left(issues).map(|(format, file)| {
        let made = import(&file, format, &Columns::default());
        assert_eq!(made.report.refused, [], "{format:?}");
        assert_eq!(made.added.len(), issues.len(), "{format:?}");
        for (issue, (document, imported)) in issues.iter().zip(&made.added) {
            let mut row = Row::derive(&imported.document, *document, &Facts::default()).unwrap();
            let mut expected = expected(*issue, *document);
            in_any_order(&mut row);
            in_any_order(&mut expected);
            assert_eq!(row, expected, "{format:?}");
            // The hub's judgement takes longer than all the rest, and knows issues of this kind.
            if made.added.len() < 200 {
                let refused = support::send(*document, imported, docket_domain::Role::Member);
                assert_eq!(refused, [] as [&str; 0], "{format:?}");
            }
        }
        made
    })
}

fn leaving<'a>(added: &'a Added, facts: &'a Facts) -> Issues<'a> {
    let leaving = added.iter().map(|(id, made)| Leaving {
        id: *id,
        document: &made.document,
        facts,
    });
    leaving.collect()
}

/// Issues of another tracker come again without any difference but the document: their content is the same.
fn come_again_whole(added: &Added) {
    let facts = Facts::default();
    let issues = leaving(added, &facts);
    for made in come_again(&issues) {
        for ((_, before), (_, after)) in added.iter().zip(&made.added) {
            let (before, mut after) = (Issue::read(&before.document), Issue::read(&after.document));
            // By this a later export of the Docket that it left is known as one.
            let source = after.source.as_mut().unwrap();
            source.fields.retain(|(name, _)| name != "docket_updated");
            assert_eq!(plain(&before), plain(&after));
        }
    }
}

/// All that is read of an issue, without the ids that objects have in their document.
fn plain(issue: &Issue) -> Value {
    let at = |at: Option<Timestamp>| at.map(|at| at.0);
    json!({
        "title": issue.title,
        "description": issue.description,
        "words": format!("{:?}{:?}{:?}{:?}", issue.status, issue.resolution, issue.severity, issue.priority),
        "people": [issue.assignee, issue.reporter],
        "component": issue.component,
        "labels": issue.labels,
        "affects": issue.affects,
        "times": [at(Some(issue.created_at)), at(issue.deleted_at)],
        "comments": issue.comments.iter().map(|it| {
            json!([it.id, it.at, it.by, it.body, at(it.edited_at), at(it.deleted_at)])
        }).collect::<Vec<_>>(),
        "events": issue.events.iter().map(|it| {
            json!([it.id, it.at, it.by, it.field, it.from, it.to, it.reason, it.resolution])
        }).collect::<Vec<_>>(),
        "attention": issue.attention.iter().map(|it| {
            json!([it.id, it.at, it.by, it.reason, at(it.cleared_at)])
        }).collect::<Vec<_>>(),
        "links": issue.links.iter().map(|it| json!([it.id, it.relation, it.target])).collect::<Vec<_>>(),
        "attachments": issue.attachments.iter().map(|it| {
            json!([it.id, it.name, it.size, it.at, it.by])
        }).collect::<Vec<_>>(),
        "source": issue.source.as_ref().map(|source| {
            let fields = source.fields.iter().filter(|(name, _)| name != "digest");
            format!("{} {} {:?}", source.system, source.key, fields.collect::<Vec<_>>())
        }),
    })
}

#[test]
fn all_issues_of_a_tracker_come_again() {
    let began = std::time::Instant::now();
    come_again_whole(&jira::rest().added);
    println!(
        "{} issues by JSON Lines and by CSV: each row and all content equal ({} s)",
        jira::rest().added.len(),
        began.elapsed().as_secs()
    );
}

#[test]
fn the_traps_come_again() {
    let traps = std::fs::read(support::fixture("jira/jira_traps.jsonl")).unwrap();
    let traps = import(&traps, Format::Jira, &Columns::default());
    println!("{} traps", traps.added.len());
    come_again_whole(&traps.added);
}

#[test]
fn histories_come_again() {
    let folder = std::fs::read_dir(support::fixture("jira/jira_changelog_12")).unwrap();
    for file in folder {
        let file = std::fs::read(file.unwrap().path()).unwrap();
        come_again_whole(&import(&file, Format::Jira, &Columns::default()).added);
    }
    let bugs = support::unpacked("bugzilla/bugzilla_history_58.jsonl.gz");
    come_again_whole(&import(&bugs, Format::Bugzilla, &Columns::default()).added);
}

/// Into the workspace that it left, nothing comes that is still there.
#[test]
fn an_export_of_ones_own_adds_nothing() {
    let (document, facts) = made_here(&[Step::Comment("hello".to_owned())], Some(42));
    let issue = Leaving {
        id: id(3),
        document: &document,
        facts: &facts,
    };
    let mut own = home();
    own.workspace = WORKSPACE;
    let mut file = Vec::new();
    JsonLines::new(own).issue(issue, &mut file);
    let mut store = Store::from([(id(3), document.clone())]);
    let words = docket_exchange::Words::default();
    let (report, added) = support::import_as(Format::Docket, words.clone(), &file, &mut store);
    assert_eq!((added.len(), report.already.len()), (0, 1));
    // If it is gone from there, it comes in like from anywhere else.
    let (report, added) = support::import_as(Format::Docket, words, &file, &mut Store::new());
    assert_eq!((added.len(), report.incoming[0].key.as_str()), (1, "SWG-42"));
    assert_eq!(added[0].0, WORKSPACE.derive("docket:SWG-42"));
}

/// Two workspaces can both have an SWG-42.
#[test]
fn issues_of_two_workspaces_with_one_key_are_two() {
    let (document, facts) = made_here(&[], Some(42));
    let (other, _) = made_here(&[Step::Comment("another".to_owned())], Some(42));
    let issues = vec![
        Leaving {
            id: id(3),
            document: &document,
            facts: &facts,
        },
        Leaving {
            id: id(4),
            document: &other,
            facts: &facts,
        },
    ];
    for (format, file) in left(&issues) {
        let made = import(&file, format, &Columns::default());
        assert_eq!((made.added.len(), made.report.collisions.len()), (2, 1));
    }
}

#[test]
fn members_come_as_people_of_docket_with_their_names() {
    let steps = [Step::Assignee(Some("m-bob")), Step::Link("automerge")];
    let (document, facts) = made_here(&steps, Some(42));
    let issue = Leaving {
        id: id(3),
        document: &document,
        facts: &facts,
    };
    for made in come_again(&vec![issue]) {
        let issue = &made.issues()[0];
        let assignee = issue.assignee.as_ref().unwrap();
        assert_eq!(
            (assignee.as_str(), issue.name_of(assignee)),
            ("docket:m-bob", Some("=Bob"))
        );
        assert_eq!(issue.links[0].target, "SWG-7");
        assert_eq!(made.report.counts.people.len(), 2);
    }
}

#[test]
fn what_is_not_docket_s_is_refused_or_kept() {
    let lines = [
        json!({"docket": 2, "key": "A-1"}),
        json!({"docket": 1}),
        json!({"key": "A-1"}),
        json!({
            "docket": 1, "key": "A-1", "title": "t", "status": "odd", "severity": "s9", "organisation": "Not An Id",
            "events": [{"field": "mood"}, 7, {"id": "e", "field": "status", "to": "closed", "resolution": "odd"}],
            "comments": {"body": "alone"}, "links": [{"relation": "r"}], "future": [1], "labels": ["a", "\u{1}"],
            "assignee": "x".repeat(300), "created_at": "soon",
        }),
    ];
    let file: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let made = import(file.as_bytes(), Format::Docket, &Columns::default());
    let reasons: Vec<_> = made.report.refused.iter().map(|it| it.reason.clone()).collect();
    assert_eq!(reasons[0], Reason::Newer(2));
    assert!(
        reasons[1..]
            .iter()
            .all(|it| matches!(it, Reason::NotAnIssue { .. }))
    );
    assert_eq!((reasons.len(), made.added.len()), (3, 1));
    let issue = &made.issues()[0];
    assert_eq!(
        (issue.status, issue.events.len(), issue.comments.len()),
        (Status::New, 1, 1)
    );
    for name in [
        "future",
        "events_other",
        "links_other",
        "severity_other",
        "status_other",
        "labels_names",
    ] {
        assert!(support::source(issue, name).is_some(), "{name}");
    }
    let remarks: Vec<_> = made.report.remarks.iter().map(|it| &it.remark).collect();
    assert!(remarks.contains(&&Remark::NoCreationDate));
    let (document, imported) = &made.added[0];
    let refused = support::send(*document, imported, docket_domain::Role::Member);
    assert_eq!(refused, [] as [&str; 0]);
}

/// Something that a member does.
#[derive(Debug, Clone)]
pub enum Step {
    Title(String),
    Severity(Option<Severity>),
    Priority(Option<Priority>),
    Component(Option<String>),
    Assignee(Option<&'static str>),
    Organisation(bool),
    Label(String),
    Affects(String),
    Describe(String),
    Comment(String),
    EditComment(String),
    DeleteComment,
    Status(Status, Option<Resolution>, Option<String>),
    Attention(String),
    Clear,
    Link(&'static str),
    Delete,
    Restore,
    /// What comes next is done by the other of two members; from the first of these on, neither knows what the other
    /// does until the end.
    Apart,
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[=+@'\t\r\n\",;a-cé𝄞\u{2028} -]{1,12}",
        any::<String>(),
        Just("'=1+1".to_owned()),
        Just("x".repeat(400)),
    ]
}

fn name() -> impl Strategy<Value = String> {
    "[=+@'\",;a-cé-]{1,8}"
}

pub fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        text().prop_map(Step::Title),
        prop::option::of(prop::sample::select(Severity::ALL)).prop_map(Step::Severity),
        prop::option::of(prop::sample::select(Priority::ALL)).prop_map(Step::Priority),
        prop::option::of(name()).prop_map(Step::Component),
        prop_oneof![
            Just(None),
            Just(Some("m-bob")),
            Just(Some("jira:x y")),
            Just(Some("m-gone"))
        ]
        .prop_map(Step::Assignee),
        any::<bool>().prop_map(Step::Organisation),
        name().prop_map(Step::Label),
        name().prop_map(Step::Affects),
        text().prop_map(Step::Describe),
        text().prop_map(Step::Comment),
        text().prop_map(Step::EditComment),
        Just(Step::DeleteComment),
        (
            prop::sample::select(Status::ALL),
            prop::option::of(prop::sample::select(Resolution::ALL)),
            prop::option::of(text())
        )
            .prop_map(|(to, resolution, reason)| Step::Status(to, resolution, reason)),
        text().prop_map(Step::Attention),
        Just(Step::Clear),
        prop_oneof![Just(Step::Link("automerge")), Just(Step::Link("LU-1"))],
        Just(Step::Delete),
        Just(Step::Restore),
        Just(Step::Apart),
    ]
}

/// An issue that members made with commands, and what their hub knows of it.
pub fn made_here(steps: &[Step], number: Option<u64>) -> (Automerge, Facts) {
    let create = NewIssue {
        title: "Hangs on mount".to_owned(),
        ..NewIssue::default()
    };
    let create = Command::new(id(3), Action::CreateIssue(Box::new(create)));
    let mut document = create.begin(ActorId::from([1; 16])).unwrap();
    let context = |second: usize, bob: bool| Context {
        member: if bob { "m-bob" } else { "m-ann" }.parse().unwrap(),
        now: Timestamp(i64::try_from(second).unwrap() * 1_000 + 17),
    };
    create.apply(&mut document, &context(1, false)).unwrap();
    let mut aside: Option<Automerge> = None;
    let mut bob = false;
    for (second, step) in steps.iter().enumerate() {
        let second = second + 2;
        if matches!(step, Step::Apart) {
            let fork = || document.fork().with_actor(ActorId::from([2; 16]));
            let mut other = aside.take().unwrap_or_else(fork);
            std::mem::swap(&mut document, &mut other);
            aside = Some(other);
            bob = !bob;
            continue;
        }
        // Most of what is tried at random can't be done as things stand: that is no concern here.
        let _ = act(&mut document, step, &context(second, bob), second);
    }
    if let Some(mut other) = aside {
        document.merge(&mut other).unwrap();
    }
    let mut facts = Facts {
        number,
        ..Facts::default()
    };
    // The hub doesn't believe the times of the first member's first operations.
    let receipt = |max_op, received| Receipt {
        max_op,
        received: Timestamp(received),
        contact: Timestamp(received - 500),
    };
    let member = "m-ann".parse().unwrap();
    facts.record(
        &ActorId::from([1; 16]),
        Author::Member(&member),
        receipt(60, 900_000),
    );
    (document, facts)
}

fn act(document: &mut Automerge, step: &Step, context: &Context, second: usize) -> Option<()> {
    let issue = Issue::read(document);
    let entry = |prefix: &str| -> EntryId { format!("{prefix}{second}").parse().unwrap() };
    let first = |ids: Vec<&String>| -> Option<EntryId> { ids.first()?.parse().ok() };
    let comment = || first(issue.comments.iter().map(|it| &it.id).collect());
    let action = match step.clone() {
        Step::Title(title) => Action::SetTitle { title },
        Step::Severity(severity) => Action::SetSeverity { severity },
        Step::Priority(priority) => Action::SetPriority { priority },
        Step::Component(component) => Action::SetComponent { component },
        Step::Assignee(person) => Action::SetAssignee {
            assignee: person.map(PersonId::from_stored),
        },
        Step::Organisation(set) => Action::SetOrganisation {
            organisation: set.then(|| "ornl".parse().unwrap()),
        },
        Step::Label(label) => Action::SetLabel {
            on: !issue.labels.contains(&label),
            label,
        },
        Step::Affects(version) => Action::SetAffects { version, on: true },
        Step::Describe(text) => Action::EditDescription {
            edits: vec![Splice::between(&issue.description, &text)?],
        },
        Step::Comment(body) => Action::AddComment { id: entry("c"), body },
        Step::EditComment(body) => Action::EditComment { id: comment()?, body },
        Step::DeleteComment => Action::DeleteComment { id: comment()? },
        Step::Status(to, resolution, reason) => Action::SetStatus {
            id: entry("s"),
            to,
            resolution,
            reason,
        },
        Step::Attention(reason) => Action::RaiseAttention {
            id: entry("a"),
            reason,
        },
        Step::Clear => Action::ClearAttention {
            id: first(issue.attention.iter().map(|it| &it.id).collect())?,
        },
        Step::Link(target) => Action::AddLink {
            id: entry("l"),
            relation: "blocks".to_owned(),
            target: if target == "automerge" {
                id(7).url()
            } else {
                target.to_owned()
            },
        },
        Step::Delete => Action::Delete,
        Step::Restore => Action::Restore,
        Step::Apart => return None,
    };
    Command::new(id(3), action)
        .apply(document, context)
        .ok()
        .map(|_| ())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 96 } else { 4_096 }))]

    /// Whatever members do, the issue comes again, by either format; conflicts and corrected times among it.
    #[test]
    fn issues_made_by_commands_come_again(
        steps in prop::collection::vec(step(), 0..30),
        number in prop::option::of(1_u64..100_000),
    ) {
        let (document, facts) = made_here(&steps, number);
        let issue = Leaving { id: id(3), document: &document, facts: &facts };
        for made in come_again(&vec![issue]) {
            let (before, after) = (Issue::read(&document), &made.issues()[0]);
            prop_assert_eq!(&before.description, &after.description);
            prop_assert_eq!(&before.title, &after.title);
            let bodies = |issue: &Issue| {
                let all = issue.comments.iter().map(|it| (it.id.clone(), it.body.clone()));
                all.collect::<BTreeMap<_, _>>()
            };
            prop_assert_eq!(bodies(&before), bodies(after));
        }
    }
}

/// What the issues of the test above are: some have conflicts, some times that the hub corrected.
#[test]
fn issues_made_by_commands_are_of_every_kind() {
    let apart = [
        Step::Apart,
        Step::Severity(Some(Severity::S1)),
        Step::Apart,
        Step::Severity(Some(Severity::S2)),
    ];
    let (document, facts) = made_here(&apart, Some(1));
    let row = Row::derive(&document, id(3), &facts).unwrap();
    assert_eq!(row.issue().unwrap().conflicts, [Field::Severity]);
    assert_eq!(row.created, Timestamp(900_000));
    let mut line = Vec::new();
    let issue = Leaving {
        id: id(3),
        document: &document,
        facts: &facts,
    };
    JsonLines::new(home()).issue(issue, &mut line);
    let line: Value = serde_json::from_slice(&line).unwrap();
    assert_eq!(line["conflicts"]["severity"].as_array().unwrap().len(), 2);
    assert_eq!(line["created_at"], "1970-01-01T00:15:00.000Z");
    assert_eq!(line["claimed_at"], "1970-01-01T00:00:01.017Z");
    assert_eq!(line["people"]["m-ann"], "Ann, A.");
}

/// A later export brings what changed; an earlier one, given after it, changes nothing.
#[test]
fn a_later_export_updates() {
    let first = [
        Step::Comment("one".to_owned()),
        Step::Severity(Some(Severity::S1)),
    ];
    let later = [
        &first[..],
        &[
            Step::Attention("look".to_owned()),
            Step::Title("Renamed".to_owned()),
            Step::Status(Status::Resolved, Some(Resolution::Fixed), None),
        ],
    ]
    .concat();
    let (document, facts) = made_here(&first, Some(42));
    let (changed, _) = made_here(&later, Some(42));
    let exports = [&document, &changed].map(|document| {
        left(&vec![Leaving {
            id: id(3),
            document,
            facts: &facts,
        }])
    });
    let [before, after] = &exports;
    for ((format, before), (_, after)) in before.iter().zip(after) {
        let mut store = Store::new();
        let mut take =
            |file: &[u8]| support::import_as(*format, docket_exchange::Words::default(), file, &mut store).0;
        assert_eq!(take(before).incoming.len(), 1);
        assert_eq!(take(after).updated.len(), 1);
        assert_eq!(take(before).older.len(), 1);
        assert_eq!(take(after).already.len(), 1);
        let (at, here) = store.first_key_value().unwrap();
        let mut row = Row::derive(here, *at, &Facts::default()).unwrap();
        let mut wanted = expected(
            Leaving {
                id: id(3),
                document: &changed,
                facts: &facts,
            },
            *at,
        );
        assert_eq!(row.title, "Renamed");
        // What needs attention here is decided here.
        let Body::Issue(body) = &mut wanted.body else {
            panic!()
        };
        body.attention = None;
        body.timeline.retain(|moment| moment.what != What::Attention);
        in_any_order(&mut row);
        in_any_order(&mut wanted);
        wanted.updated = row.updated;
        assert_eq!(row, wanted);
    }
}
