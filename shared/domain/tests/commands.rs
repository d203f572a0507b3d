//! Commands, rows, conflicts and history, from the outside.

// A test that can't go on should fail right there.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use automerge::{ActorId, Automerge, ROOT, ReadDoc};
use docket_domain::{
    Action, Command, CommandError, Context, DocumentId, EntryId, Facts, Field, MemberId, Row, Timestamp,
    command::{NewIssue, Place, Splice},
    facts::{Author, Receipt},
    history::{self, What},
    metrics::Life,
    operation,
    read::{self, Issue, List},
    row::{Body, What as Moment},
    words::{Priority, Resolution, Severity, Status},
};
use proptest::prelude::*;

const ID: DocumentId = DocumentId::from_bytes([9; 16]);

fn context(seconds: i64) -> Context {
    Context {
        member: "m-ann".parse().unwrap(),
        now: Timestamp(seconds * 1_000),
    }
}

fn entry(n: u64) -> EntryId {
    format!("e{n}").parse().unwrap()
}

fn actor(n: u8) -> ActorId {
    ActorId::from([n; 16])
}

fn issue() -> Automerge {
    let new = NewIssue {
        title: "MDT  hangs\non mount".to_owned(),
        description: "Steps".to_owned(),
        ..NewIssue::default()
    };
    let command = Command::new(ID, Action::CreateIssue(Box::new(new)));
    let mut document = command.begin(actor(1)).unwrap();
    command.apply(&mut document, &context(10)).unwrap();
    document
}

fn run(document: &mut Automerge, seconds: i64, action: Action) -> Result<(), CommandError> {
    Command::new(ID, action)
        .apply(document, &context(seconds))
        .map(|_| ())
}

/// Two people's copies of an issue, in which each has set a title of their own: A and B.
fn titled_apart() -> (Automerge, Automerge) {
    let mut a = issue();
    let mut b = a.fork().with_actor(actor(2));
    for (copy, title) in [(&mut a, "A"), (&mut b, "B")] {
        let title = title.to_owned();
        run(copy, 20, Action::SetTitle { title }).unwrap();
    }
    (a, b)
}

fn status(n: u64, to: Status) -> Action {
    Action::SetStatus {
        id: entry(n),
        to,
        resolution: Some(Resolution::Fixed),
        reason: Some("because".to_owned()),
    }
}

#[test]
fn an_issue_goes_through_its_life() {
    let mut doc = issue();
    run(
        &mut doc,
        20,
        Action::SetSeverity {
            severity: Some(Severity::S1),
        },
    )
    .unwrap();
    run(
        &mut doc,
        21,
        Action::SetPriority {
            priority: Some(Priority::Blocker),
        },
    )
    .unwrap();
    run(&mut doc, 30, status(1, Status::InProgress)).unwrap();
    run(
        &mut doc,
        40,
        Action::AddComment {
            id: entry(2),
            body: "Seen too".to_owned(),
        },
    )
    .unwrap();
    run(
        &mut doc,
        50,
        Action::SetLabel {
            label: "mds".to_owned(),
            on: true,
        },
    )
    .unwrap();
    run(&mut doc, 60, status(3, Status::Resolved)).unwrap();
    let issue = Issue::read(&doc);
    assert_eq!(issue.title, "MDT hangs on mount");
    assert_eq!(
        (issue.status, issue.resolution),
        (Status::Resolved, Some(Resolution::Fixed))
    );
    assert_eq!(issue.labels, ["mds"]);

    let row = Row::derive(
        &doc,
        ID,
        &Facts {
            number: Some(42),
            ..Facts::default()
        },
    )
    .unwrap();
    assert_eq!(Row::from_bytes(&row.to_bytes()).unwrap(), row);
    assert_eq!(row.updated, Timestamp(60_000));
    let issue = row.issue().unwrap();
    assert_eq!(issue.name("SWG"), "SWG-42");
    assert_eq!(issue.comments, 1);
    let statuses: Vec<Status> = issue
        .timeline
        .iter()
        .filter_map(|moment| match moment.what {
            Moment::Status { to, .. } => Some(to),
            _ => None,
        })
        .collect();
    assert_eq!(statuses, [Status::InProgress, Status::Resolved]);
}

#[test]
fn a_long_talk_does_not_hide_what_happened() {
    let mut doc = issue();
    let mut n = 0;
    let mut talk = |doc: &mut Automerge, times: u64| {
        for _ in 0..times {
            n += 1;
            let (id, body) = (entry(n), "On it.".to_owned());
            run(doc, 20 + n as i64, Action::AddComment { id, body }).unwrap();
        }
    };
    talk(&mut doc, 600);
    run(&mut doc, 700, status(9_000, Status::Resolved)).unwrap();
    talk(&mut doc, 700);
    let row = Row::derive(&doc, ID, &Facts::default()).unwrap();
    let timeline = &row.issue().unwrap().timeline;
    assert_eq!(timeline.len(), 1_000);
    let resolved = |moment: &&docket_domain::row::Moment| matches!(moment.what, Moment::Status { .. });
    assert_eq!(timeline.iter().filter(resolved).count(), 1);
}

#[test]
fn commands_that_cannot_be_are_refused_and_change_nothing() {
    let mut doc = issue();
    let heads = doc.get_heads();
    let wrong = [
        Action::SetTitle {
            title: "  ".to_owned(),
        },
        Action::SetTitle {
            title: "x".repeat(2_000),
        },
        Action::SetTitle {
            title: "MDT hangs on mount".to_owned(),
        },
        Action::AddComment {
            id: entry(1),
            body: "\n".to_owned(),
        },
        Action::EditComment {
            id: entry(1),
            body: "x".to_owned(),
        },
        status(1, Status::Closed),
        status(1, Status::New),
        Action::SetStatus {
            id: entry(1),
            to: Status::Resolved,
            resolution: None,
            reason: None,
        },
        Action::ClearAttention { id: entry(1) },
        Action::Restore,
        Action::Settle {
            id: entry(1),
            field: Field::Title,
            value: None,
        },
        Action::Unrank { issue: ID },
        Action::CreateIssue(Box::new(NewIssue {
            title: "again".to_owned(),
            ..NewIssue::default()
        })),
    ];
    for action in wrong {
        let shown = format!("{action:?}");
        assert!(run(&mut doc, 20, action).is_err(), "{shown}");
        assert_eq!(doc.get_heads(), heads, "{shown}");
    }
}

#[test]
fn only_its_author_edits_a_comment() {
    let mut doc = issue();
    run(
        &mut doc,
        20,
        Action::AddComment {
            id: entry(1),
            body: "mine".to_owned(),
        },
    )
    .unwrap();
    let other = Context {
        member: MemberId::random(),
        now: Timestamp(30_000),
    };
    let edit = Command::new(
        ID,
        Action::EditComment {
            id: entry(1),
            body: "yours".to_owned(),
        },
    );
    assert!(matches!(
        edit.apply(&mut doc, &other),
        Err(CommandError::NotYours)
    ));
    edit.apply(&mut doc, &context(30)).unwrap();
    assert_eq!(Issue::read(&doc).comments[0].body, "yours");
}

#[test]
fn two_peoples_titles_are_a_conflict_until_one_is_chosen() {
    let (mut a, mut b) = titled_apart();
    run(
        &mut b,
        21,
        Action::SetPriority {
            priority: Some(Priority::Minor),
        },
    )
    .unwrap();
    run(
        &mut a,
        21,
        Action::SetPriority {
            priority: Some(Priority::Minor),
        },
    )
    .unwrap();
    a.merge(&mut b).unwrap();
    // The same priority, chosen twice, is no conflict.
    let conflicts = read::conflicts(&a);
    assert_eq!(conflicts.len(), 1);
    assert_eq!(conflicts[0].field, Field::Title);
    assert_eq!(conflicts[0].candidates.len(), 2);
    let row = Row::derive(&a, ID, &Facts::default()).unwrap();
    assert_eq!(row.issue().unwrap().conflicts, [Field::Title]);
    run(
        &mut a,
        30,
        Action::Settle {
            id: entry(1),
            field: Field::Title,
            value: Some("A".to_owned()),
        },
    )
    .unwrap();
    assert!(read::conflicts(&a).is_empty());
    assert_eq!(Issue::read(&a).title, "A");
}

/// Whichever of two statuses holds, and whichever is chosen: what happened says what the issue says.
#[test]
fn two_peoples_statuses_are_told_as_they_are() {
    let (resolved, working) = (Status::Resolved, Status::InProgress);
    for (ann, bob) in [(resolved, working), (working, resolved)] {
        for chosen in [None, Some(ann), Some(bob)] {
            let mut a = issue();
            let mut b = a.fork().with_actor(actor(2));
            // What the later one said doesn't hold: devices' clocks don't decide that.
            run(&mut a, 30, status(1, ann)).unwrap();
            run(&mut b, 20, status(2, bob)).unwrap();
            a.merge(&mut b).unwrap();
            if let Some(chosen) = chosen {
                let settle = Action::Settle {
                    id: entry(3),
                    field: Field::Status,
                    value: Some(chosen.as_str().to_owned()),
                };
                run(&mut a, 40, settle).unwrap();
            }
            let row = Row::derive(&a, ID, &Facts::default()).unwrap();
            let life = Life::of(&row, context(50).now).unwrap();
            assert_eq!(
                life.stays.last().unwrap().status,
                row.issue().unwrap().status,
                "{chosen:?}"
            );
        }
    }
}

/// Nobody may delete a field, so settling writes, whichever value is chosen.
#[test]
fn a_conflict_is_settled_by_writing() {
    for chosen in ["A", "B"] {
        let (mut a, mut b) = titled_apart();
        a.merge(&mut b).unwrap();
        let before = a.get_heads();
        let value = Some(chosen.to_owned());
        run(
            &mut a,
            30,
            Action::Settle {
                id: entry(1),
                field: Field::Title,
                value,
            },
        )
        .unwrap();
        assert_eq!(Issue::read(&a).title, chosen);
        assert!(read::conflicts(&a).is_empty());
        let mut places = operation::Places::new(Some(&a));
        for change in a.get_changes(&before) {
            let deleted = places
                .read(&change)
                .iter()
                .any(|it| it.action == operation::Action::Delete);
            assert!(!deleted, "{chosen}");
        }
    }
}

/// Two say the same at once: whoever says it once more changes nothing, and whoever says something else deletes nothing.
#[test]
fn what_two_said_at_once_is_never_deleted() {
    let say = |priority| Action::SetPriority {
        priority: Some(priority),
    };
    let by = |document: &mut Automerge, member: &str, action: Action| {
        let context = Context {
            member: member.parse().unwrap(),
            ..context(40)
        };
        Command::new(ID, action).apply(document, &context).map(|_| ())
    };
    let mut a = issue();
    let mut b = a.fork().with_actor(actor(2));
    for (document, member) in [(&mut a, "m-ann"), (&mut b, "m-ben")] {
        by(document, member, say(Priority::Major)).unwrap();
        by(document, member, Action::Delete).unwrap();
    }
    a.merge(&mut b).unwrap();
    let before = a.get_heads();
    by(&mut a, "m-ann", Action::Restore).unwrap();
    assert!(matches!(
        by(&mut a, "m-ann", say(Priority::Major)),
        Err(CommandError::Unchanged)
    ));
    for member in ["m-ann", "m-ben"] {
        by(&mut a, member, Action::Delete).unwrap();
        let (deleted_by, _) = a.get(ROOT, "deleted_by").unwrap().unwrap();
        assert_eq!(deleted_by.into_string().unwrap(), member);
        by(&mut a, member, Action::Restore).unwrap();
    }
    by(&mut a, "m-ben", say(Priority::Minor)).unwrap();
    let mut places = operation::Places::new(Some(&a));
    for change in a.get_changes(&before) {
        let operations = places.read(&change);
        assert!(operations.iter().all(|it| it.action != operation::Action::Delete));
    }
}

#[test]
fn a_false_time_is_corrected_in_the_row() {
    let mut doc = issue();
    run(&mut doc, 20, status(1, Status::InProgress)).unwrap();
    let mut facts = Facts::default();
    let receipt = Receipt {
        max_op: 1_000,
        received: Timestamp(99_000),
        contact: Timestamp(90_000),
    };
    facts.record(&actor(1), Author::Member(&"m-ann".parse().unwrap()), receipt);
    let row = Row::derive(&doc, ID, &facts).unwrap();
    let last = row.issue().unwrap().timeline.last().unwrap().clone();
    assert_eq!((last.at, last.corrected), (Timestamp(99_000), true));
}

#[test]
fn the_history_tells_who_did_what() {
    let mut doc = issue();
    run(
        &mut doc,
        20,
        Action::SetTitle {
            title: "MDT hangs".to_owned(),
        },
    )
    .unwrap();
    run(&mut doc, 30, status(1, Status::InProgress)).unwrap();
    let edits = vec![Splice::between("Steps", "Steps: mount").unwrap()];
    run(&mut doc, 40, Action::EditDescription { edits }).unwrap();
    run(
        &mut doc,
        50,
        Action::AddComment {
            id: entry(2),
            body: "hello".to_owned(),
        },
    )
    .unwrap();
    run(
        &mut doc,
        60,
        Action::EditComment {
            id: entry(2),
            body: "hello you".to_owned(),
        },
    )
    .unwrap();
    let mut facts = Facts::default();
    let receipt = Receipt {
        max_op: 10_000,
        received: Timestamp(70_000),
        contact: Timestamp(0),
    };
    facts.record(&actor(1), Author::Member(&"m-ann".parse().unwrap()), receipt);
    let history = history::history(&doc, &facts);
    assert!(
        history
            .iter()
            .all(|entry| entry.member.as_ref().is_some_and(|who| who.as_str() == "m-ann"))
    );
    let what: Vec<&What> = history.iter().skip(1).flat_map(|entry| &entry.what).collect();
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(
        what[0],
        &What::Set {
            field: "title".to_owned(),
            from: text("MDT hangs on mount"),
            to: text("MDT hangs")
        }
    );
    assert_eq!(
        what[1],
        &What::Set {
            field: "status".to_owned(),
            from: text("new"),
            to: text("in-progress")
        }
    );
    assert!(
        matches!(what[2], What::Entry { container, text: Some(t), .. } if container == "events" && t == "because")
    );
    assert!(matches!(what[3], What::Edited { inserted, removed: 0, .. } if inserted == ": mount"));
    assert!(
        matches!(what[4], What::Entry { container, text: Some(t), .. } if container == "comments" && t == "hello")
    );
    assert!(
        matches!(what[5], What::Changed { from: Some(f), to: Some(t), .. } if f == "hello" && t == "hello you")
    );
}

#[test]
fn what_was_typed_survives_a_replay_on_other_text() {
    let mut doc = issue();
    let edits = vec![Splice {
        at: 500,
        removed: "gone".to_owned(),
        inserted: "kept".to_owned(),
    }];
    run(&mut doc, 20, Action::EditDescription { edits }).unwrap();
    assert_eq!(Issue::read(&doc).description, "Stepskept");
}

fn list() -> Automerge {
    let command = Command::new(
        ID,
        Action::CreateList {
            name: "Agreed".to_owned(),
            organisation: None,
        },
    );
    let mut document = command.begin(actor(1)).unwrap();
    command.apply(&mut document, &context(1)).unwrap();
    document
}

fn order(document: &Automerge) -> Vec<DocumentId> {
    List::read(document)
        .entries
        .into_iter()
        .map(|entry| entry.issue)
        .collect()
}

fn id(n: u8) -> DocumentId {
    DocumentId::from_bytes([n; 16])
}

#[test]
fn concurrent_moves_into_one_gap_leave_room_for_the_next() {
    let mut a = list();
    run(
        &mut a,
        2,
        Action::Rank {
            issues: vec![id(1), id(2)],
            place: Place::Last,
        },
    )
    .unwrap();
    let ranks = read::object(&a, &automerge::ROOT, "ranks").unwrap();
    // Two people's equal ranks, as chance or a careless client makes them.
    a.transact::<_, _, automerge::AutomergeError>(|tx| {
        use automerge::transaction::Transactable;
        for n in [3, 4, 5] {
            tx.put(&ranks, id(n).url(), "40")?;
        }
        Ok(())
    })
    .unwrap();
    assert_eq!(order(&a), [id(3), id(4), id(5), id(1), id(2)]);
    run(
        &mut a,
        3,
        Action::Rank {
            issues: vec![id(6)],
            place: Place::After(id(3)),
        },
    )
    .unwrap();
    assert_eq!(order(&a), [id(3), id(6), id(4), id(5), id(1), id(2)]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// A list behaves as a vector does, whatever is moved where.
    #[test]
    fn a_list_is_ordered_as_asked(moves in prop::collection::vec((0_u8..12, 0_usize..14), 1..40)) {
        let mut doc = list();
        let mut model: Vec<DocumentId> = Vec::new();
        for (n, (issue, at)) in moves.into_iter().enumerate() {
            let issue = id(issue);
            let mut next = model.clone();
            next.retain(|other| *other != issue);
            next.insert(at.min(next.len()), issue);
            let done = run(&mut doc, n as i64, Action::Rank { issues: vec![issue], place: Place::At(at) });
            prop_assert_eq!(done.is_ok(), next != model);
            model = next;
            prop_assert_eq!(&order(&doc), &model);
        }
    }

    /// Commands survive the outbox.
    #[test]
    fn commands_are_stored_whole(text in ".{0,40}", at in 0_usize..9) {
        let command = Command::new(ID, Action::EditDescription { edits: vec![Splice { at, removed: text.clone(), inserted: text }] });
        let stored = minicbor::to_vec(&command).unwrap();
        prop_assert_eq!(minicbor::decode::<Command>(&stored).unwrap(), command);
    }
}

#[test]
fn a_list_row_counts_without_reading() {
    let mut doc = list();
    run(
        &mut doc,
        2,
        Action::Rank {
            issues: (0..100).map(id).collect(),
            place: Place::First,
        },
    )
    .unwrap();
    let row = Row::derive(&doc, ID, &Facts::default()).unwrap();
    assert_eq!(
        row.body,
        Body::List {
            organisation: None,
            entries: 100
        }
    );
}
