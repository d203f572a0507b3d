//! Every older layout still opens: tests/layouts holds one document of each kind and schema, as it was written then.
//! A new layout adds its files (`DOCKET_WRITE_LAYOUTS=1 cargo test -p docket-domain --test layouts`) and keeps the old.

// A test that can't go on should fail right there.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::{fs, path::PathBuf};

use automerge::{ActorId, Automerge};
use docket_domain::{
    Action, Command, Context, DocumentId, Facts, Kind, Row, Timestamp, command::NewIssue, command::Place,
    command::Splice, genesis, metrics::Quarter, read, read::Issue, read::List, read::Report, read::Workspace,
    report::Section,
};

const ID: DocumentId = DocumentId::from_bytes([4; 16]);
const QUARTER: Quarter = Quarter {
    year: 2026,
    quarter: 3,
};
const OTHER: DocumentId = DocumentId::from_bytes([5; 16]);

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/layouts")
}

fn newest(kind: Kind) -> u64 {
    genesis::layouts(kind).last().unwrap().schema
}

fn run(document: &mut Automerge, seconds: i64, action: Action) {
    let context = Context {
        member: "m-ann".parse().unwrap(),
        now: Timestamp(seconds * 1_000),
    };
    Command::new(ID, action).apply(document, &context).unwrap();
}

/// A document of `kind` with something in it.
fn sample(kind: Kind) -> Automerge {
    let action = match kind {
        Kind::Workspace => Action::SetupWorkspace {
            name: "Working group".to_owned(),
            prefix: "SWG".to_owned(),
        },
        Kind::List => Action::CreateList {
            name: "Agreed".to_owned(),
            organisation: None,
        },
        Kind::Issue => Action::CreateIssue(Box::new(NewIssue {
            title: "MDT hangs".to_owned(),
            description: "Steps".to_owned(),
            labels: vec!["mds".to_owned()],
            ..NewIssue::default()
        })),
        Kind::Report => Action::CreateReport { quarter: QUARTER },
    };
    let mut document = Command::new(ID, action.clone())
        .begin(ActorId::from([1; 16]))
        .unwrap();
    run(&mut document, 1, action);
    if kind == Kind::List {
        run(
            &mut document,
            2,
            Action::Rank {
                issues: vec![OTHER],
                place: Place::First,
            },
        );
    }
    document
}

#[test]
fn every_older_layout_opens_and_takes_a_command() {
    if std::env::var_os("DOCKET_WRITE_LAYOUTS").is_some() {
        for kind in Kind::ALL {
            let name = format!("{}-{}.automerge", kind.as_str(), newest(kind));
            fs::write(folder().join(name), sample(kind).save()).unwrap();
        }
    }
    for kind in Kind::ALL {
        for layout in genesis::layouts(kind) {
            let path = folder().join(format!("{}-{}.automerge", kind.as_str(), layout.schema));
            let bytes = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let mut document = Automerge::load(&bytes)
                .unwrap()
                .with_actor(ActorId::from([2; 16]));
            assert_eq!(read::kind(&document), Some(kind));
            match kind {
                Kind::Workspace => run(
                    &mut document,
                    9,
                    Action::AddComponent {
                        name: "mdt".to_owned(),
                    },
                ),
                Kind::List => run(
                    &mut document,
                    9,
                    Action::Rank {
                        issues: vec![ID],
                        place: Place::First,
                    },
                ),
                Kind::Issue => run(
                    &mut document,
                    9,
                    Action::SetTitle {
                        title: "MDT hangs again".to_owned(),
                    },
                ),
                Kind::Report => run(
                    &mut document,
                    9,
                    Action::EditSection {
                        section: Section::Summary,
                        edits: Splice::between("", "A calm quarter.").into_iter().collect(),
                    },
                ),
            }
            assert_eq!(read::schema(&document), Some(newest(kind)));
            match kind {
                Kind::Workspace => {
                    let workspace = Workspace::read(&document);
                    assert_eq!(
                        (workspace.prefix.as_str(), workspace.components.len()),
                        ("SWG", 1)
                    );
                }
                Kind::List => assert_eq!(List::read(&document).position(OTHER), Some(1)),
                Kind::Issue => assert_eq!(Issue::read(&document).labels, ["mds"]),
                Kind::Report => {
                    let report = Report::read(&document).unwrap();
                    assert_eq!(
                        (report.quarter, report.text(Section::Summary)),
                        (QUARTER, "A calm quarter.")
                    );
                }
            }
            assert!(Row::derive(&document, ID, &Facts::default()).is_some());
        }
    }
}

/// A document of a newer version, with fields this one doesn't know, keeps them through our edits.
#[test]
fn what_a_newer_version_wrote_survives() {
    use automerge::{AutomergeError, ROOT, ReadDoc, transaction::Transactable};
    let mut document = sample(Kind::Issue);
    document
        .transact::<_, _, AutomergeError>(|tx| {
            tx.put(ROOT, "schema", 99_u64)?;
            tx.put(ROOT, "mood", "grim")?;
            tx.put(ROOT, "severity", "s0")
        })
        .unwrap();
    run(
        &mut document,
        9,
        Action::SetTitle {
            title: "still here".to_owned(),
        },
    );
    let value = |key: &str| document.get(ROOT, key).unwrap().unwrap().0.into_string().ok();
    assert_eq!(value("mood").as_deref(), Some("grim"));
    assert_eq!(value("severity").as_deref(), Some("s0"));
    assert_eq!(read::schema(&document), Some(99));
}
