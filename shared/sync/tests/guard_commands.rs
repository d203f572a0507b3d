//! The guard takes what Docket's own commands make, from those whose commands they are.

// Helpers of tests may fail as tests do.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod world;

use automerge::{ROOT, transaction::Transactable};
use docket_domain::{
    Action, Command, Context, DocumentId, EntryId, Field, Kind, PersonId, Role, Timestamp,
    command::{NewIssue, Place, Splice},
    read::{self, Workspace},
    report::Section,
    words::{Priority, Resolution, Severity, Status},
};
use world::*;

fn entry(id: &str) -> EntryId {
    id.parse().unwrap()
}

fn context() -> Context {
    Context {
        member: me(Role::Member).id,
        now: Timestamp(1_700_000_000_000),
    }
}

/// The roles (`a`, `m`, `v`, `w`) whose command is taken.
fn taken(stored: &Stored, action: Action) -> String {
    let mut document = stored.document.clone();
    document.set_actor(actor(9));
    let before = document.get_heads();
    let name = format!("{action:?}");
    Command::new(stored.id, action)
        .apply(&mut document, &context())
        .unwrap_or_else(|error| panic!("{name}: {error}"));
    let changes = document.get_changes(&before);
    let roles = [
        (Role::Admin, 'a'),
        (Role::Member, 'm'),
        (Role::Vendor, 'v'),
        (Role::Viewer, 'w'),
    ];
    let takes = |role| {
        stored
            .judge(role, &changes)
            .iter()
            .all(|verdict| verdict.is_allowed())
    };
    roles
        .into_iter()
        .filter(|(role, _)| takes(*role))
        .map(|(_, letter)| letter)
        .collect()
}

#[test]
fn commands_on_an_issue() {
    let issue = Stored::issue();
    let text = |text: &str| text.to_owned();
    let new = EntryId::random;
    for (action, roles) in [
        (
            Action::SetTitle {
                title: text("Another"),
            },
            "amv",
        ),
        (
            Action::SetSeverity {
                severity: Some(Severity::S1),
            },
            "am",
        ),
        (Action::SetSeverity { severity: None }, "am"),
        (
            Action::SetPriority {
                priority: Some(Priority::Blocker),
            },
            "am",
        ),
        (
            Action::SetAssignee {
                assignee: Some(PersonId::from_stored("m-other")),
            },
            "amv",
        ),
        (
            Action::SetComponent {
                component: Some(text("ldiskfs")),
            },
            "amv",
        ),
        (
            Action::SetOrganisation {
                organisation: Some(organisation("ornl")),
            },
            "am",
        ),
        (
            Action::SetLabel {
                label: text("slow"),
                on: true,
            },
            "amv",
        ),
        (
            Action::SetLabel {
                label: text("old"),
                on: false,
            },
            "amv",
        ),
        (
            Action::SetAffects {
                version: text("2.15"),
                on: true,
            },
            "amv",
        ),
        (
            Action::EditDescription {
                edits: vec![Splice {
                    at: 5,
                    removed: text("words"),
                    inserted: text("wörds 😀"),
                }],
            },
            "amv",
        ),
        (
            Action::AddComment {
                id: new(),
                body: text("Hello"),
            },
            "amv",
        ),
        (
            Action::EditComment {
                id: entry(MINE),
                body: text("Better"),
            },
            "amv",
        ),
        (Action::DeleteComment { id: entry(MINE) }, "amv"),
        (Action::DeleteComment { id: entry(THEIRS) }, "a"),
        (
            Action::SetStatus {
                id: new(),
                to: Status::Triaged,
                resolution: None,
                reason: Some(text("Seen")),
            },
            "amv",
        ),
        (
            Action::SetStatus {
                id: new(),
                to: Status::Resolved,
                resolution: Some(Resolution::Fixed),
                reason: None,
            },
            "amv",
        ),
        (
            Action::RaiseAttention {
                id: new(),
                reason: text("Slow review"),
            },
            "amv",
        ),
        (Action::ClearAttention { id: entry(THEIRS) }, "amv"),
        (
            Action::AddLink {
                id: new(),
                relation: text("blocks"),
                target: text("LU-1"),
            },
            "amv",
        ),
        (Action::RemoveLink { id: entry(THEIRS) }, "amv"),
        (Action::Delete, "am"),
    ] {
        let name = format!("{action:?}");
        assert_eq!(taken(&issue, action), roles, "{name}");
    }
}

#[test]
fn an_issue_is_restored_and_a_conflict_settled() {
    let mut issue = Stored::issue();
    let mut copy = issue.clone();
    issue.write(3, &other(), |tx| tx.put(ROOT, "title", "One"));
    let two = copy.write(4, &other(), |tx| tx.put(ROOT, "title", "Two"));
    issue.store(&[two], &other());
    let settle = Action::Settle {
        id: EntryId::random(),
        field: Field::Title,
        value: Some("One".to_owned()),
    };
    assert_eq!(taken(&issue, settle), "amv");
    issue.write(3, &other(), |tx| tx.put(ROOT, "deleted_at", time(5)));
    assert_eq!(taken(&issue, Action::Restore), "am");
}

#[test]
fn a_new_issue() {
    let blank = Stored::new(Kind::Issue, ISSUE);
    let mut new = NewIssue {
        title: "New".to_owned(),
        description: "All about it".to_owned(),
        component: Some("ldiskfs".to_owned()),
        labels: vec!["slow".to_owned()],
        affects: vec!["2.15".to_owned()],
        ..NewIssue::default()
    };
    assert_eq!(taken(&blank, Action::CreateIssue(Box::new(new.clone()))), "amv");
    new.severity = Some(Severity::S2);
    new.priority = Some(Priority::Major);
    new.organisation = Some(organisation("ornl"));
    assert_eq!(taken(&blank, Action::CreateIssue(Box::new(new))), "am");
}

#[test]
fn commands_on_lists() {
    let rank = |id: DocumentId| Action::Rank {
        issues: vec![id],
        place: Place::First,
    };
    for (list, roles) in [
        (Stored::agreed(), "am"),
        (Stored::own_list(), "am"),
        (Stored::other_list(), "a"),
    ] {
        assert_eq!(taken(&list, rank(PLAIN)), roles);
        assert_eq!(taken(&list, Action::Unrank { issue: ISSUE }), roles);
    }
    for (id, owner, roles) in [
        (Workspace::agreed_list(WORKSPACE), None, "a"),
        (
            Workspace::organisation_list(WORKSPACE, &organisation("ornl")),
            Some("ornl"),
            "am",
        ),
        (
            Workspace::organisation_list(WORKSPACE, &organisation("llnl")),
            Some("llnl"),
            "a",
        ),
    ] {
        let create = Action::CreateList {
            name: "A list".to_owned(),
            organisation: owner.map(organisation),
        };
        assert_eq!(taken(&Stored::new(Kind::List, id), create), roles);
    }
}

#[test]
fn commands_on_the_workspace() {
    let workspace = Stored::workspace();
    for action in [
        Action::SetupWorkspace {
            name: "SWG".to_owned(),
            prefix: "SWG".to_owned(),
        },
        Action::AddOrganisation {
            id: organisation("ornl"),
            name: "Oak Ridge".to_owned(),
        },
        Action::AddComponent {
            name: "ldiskfs".to_owned(),
        },
    ] {
        assert_eq!(taken(&workspace, action), "a");
    }
    for action in [
        Action::LinkReport { quarter: QUARTER },
        Action::MapWord {
            word: "jira/status/Parked".to_owned(),
            meaning: Some("waiting-vendor".to_owned()),
        },
    ] {
        assert_eq!(taken(&workspace, action), "am");
    }
}

/// Who somebody of another tracker is here, an admin says, or that member.
#[test]
fn nobody_is_said_to_be_somebody_by_others() {
    let workspace = Stored::workspace();
    let said = |member: &str| {
        let action = Action::MapPerson {
            person: PersonId::external("jira", "jdoe"),
            member: Some(member.parse().unwrap()),
        };
        taken(&workspace, action)
    };
    assert_eq!(said(me(Role::Member).id.as_str()), "amv");
    assert_eq!(said("m-other"), "a");
}

/// A workspace made before reports were takes the layout that holds them from whoever needs it first.
#[test]
fn an_older_workspace_takes_a_report() {
    let mut old = Stored::workspace();
    let genesis = old.document.get_changes(&[]);
    let mut document = automerge::Automerge::new();
    document.apply_changes(genesis.into_iter().take(1)).unwrap();
    assert_eq!(read::schema(&document), Some(1));
    old.document = document;
    assert_eq!(taken(&old, Action::LinkReport { quarter: QUARTER }), "am");
}

#[test]
fn commands_on_a_report() {
    let quarter = Action::CreateReport { quarter: QUARTER };
    let report = Stored::report();
    let blank = Stored::new(Kind::Report, report.id);
    assert_eq!(taken(&blank, quarter), "am");
    let elsewhere = Stored::new(Kind::Report, Workspace::report(WORKSPACE, QUARTER.plus(1)));
    assert_eq!(taken(&elsewhere, Action::CreateReport { quarter: QUARTER }), "");
    let edit = Action::EditSection {
        section: Section::Summary,
        edits: Splice::between("Some words", "Some wörds").into_iter().collect(),
    };
    assert_eq!(taken(&report, edit), "am");
    let freeze = Action::FreezeFigures {
        id: EntryId::random(),
        data: "{}".to_owned(),
    };
    assert_eq!(taken(&report, freeze), "am");
}

/// A replay that finds the entry made already changes nothing, so the guard never sees an entry made twice.
#[test]
fn a_comment_is_not_made_twice() {
    let issue = Stored::issue();
    let mut copy = issue.document.clone();
    copy.set_actor(actor(9));
    let again = Action::AddComment {
        id: entry(MINE),
        body: "Again".to_owned(),
    };
    assert!(Command::new(ISSUE, again).apply(&mut copy, &context()).is_err());
    assert_eq!(copy.get_heads(), issue.document.get_heads());
}
