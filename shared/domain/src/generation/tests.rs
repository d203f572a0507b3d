use super::*;
use crate::{
    Action, Command, Context, Facts, Row, Timestamp,
    command::{Place, Splice},
    metrics::Quarter,
    read::Workspace,
    report::Section,
};

const WORKSPACE: DocumentId = DocumentId::from_bytes([7; 16]);

fn issue(n: u16) -> DocumentId {
    WORKSPACE.derive(&format!("issue {n}"))
}

fn run(document: &mut Automerge, id: DocumentId, at: i64, action: Action) {
    let context = Context {
        member: "anna".parse().unwrap(),
        now: Timestamp(at),
    };
    Command::new(id, action).apply(document, &context).unwrap();
}

fn list() -> (DocumentId, Automerge) {
    let id = Workspace::agreed_list(WORKSPACE);
    let mut list = genesis::create(Kind::List, id, ActorId::from([1; 16])).unwrap();
    let name = "Agreed".to_owned();
    run(
        &mut list,
        id,
        0,
        Action::CreateList {
            name,
            organisation: None,
        },
    );
    for n in 0..200_u16 {
        let place = match n % 3 {
            0 => Place::First,
            1 => Place::Last,
            _ => Place::At(usize::from(n / 2)),
        };
        let issues = vec![issue(n)];
        run(&mut list, id, i64::from(n), Action::Rank { issues, place });
    }
    (id, list)
}

fn applied(changes: Vec<Change>) -> Automerge {
    let mut document = Automerge::new();
    document.apply_changes(changes).unwrap();
    document
}

#[test]
fn the_next_generation_is_the_same_wherever_it_is_made() {
    let (id, list) = list();
    // Another replica: loaded, of another actor.
    let mut other = Automerge::load(&list.save()).unwrap();
    let mut list = list;
    let next_id = following(id);
    let begun = begin(Kind::List, &list, id, next_id).unwrap();
    assert_eq!(begun, begin(Kind::List, &other, id, next_id).unwrap());
    let ended = end(&mut list, id, next_id).unwrap().unwrap();
    assert_eq!(Some(&ended), end(&mut other, id, next_id).unwrap().as_ref());
    assert_eq!(
        ended.raw_bytes(),
        other
            .get_change_by_hash(&other.get_heads()[0])
            .unwrap()
            .raw_bytes()
    );
    assert!(genesis::is_deterministic(ended.actor_id()));
    assert_eq!(begun.len(), genesis::layouts(Kind::List).len() + 1);
    assert!(
        begun
            .iter()
            .all(|change| genesis::is_deterministic(change.actor_id()) && change.timestamp() == 0)
    );
}

#[test]
fn a_list_goes_on_in_its_order() {
    let (id, mut list) = list();
    let next_id = following(id);
    let begun = applied(begin(Kind::List, &list, id, next_id).unwrap());
    end(&mut list, id, next_id).unwrap();
    let issues = |list: &List| list.entries.iter().map(|entry| entry.issue).collect::<Vec<_>>();
    let (before, after) = (List::read(&list), List::read(&begun));
    assert_eq!(before.entries.len(), 200);
    assert_eq!(issues(&before), issues(&after));
    assert_eq!(
        (&before.name, &before.organisation),
        (&after.name, &after.organisation)
    );
    assert_eq!(
        (next(&list), previous(&begun), first(&begun, next_id)),
        (Some(next_id), Some(id), id)
    );
    let row = |document: &Automerge, id| Row::derive(document, id, &Facts::default()).unwrap();
    assert_eq!(row(&list, id).next, Some(next_id));
    assert_eq!(row(&begun, next_id).next, None);
    // Also where it goes on a second time.
    let third = applied(begin(Kind::List, &begun, next_id, following(next_id)).unwrap());
    assert_eq!(first(&third, following(next_id)), id);
    assert_eq!(issues(&after), issues(&List::read(&third)));
    assert!(fits(&list, id) && fits(&begun, next_id) && fits(&third, following(next_id)));
    assert!(!fits(&third, next_id) && !fits(&list, issue(1)));
}

#[test]
fn an_ended_document_takes_no_command() {
    let (id, mut list) = list();
    end(&mut list, id, following(id)).unwrap();
    let context = Context {
        member: "anna".parse().unwrap(),
        now: Timestamp(1),
    };
    let command = Command::new(id, Action::Unrank { issue: issue(1) });
    let refused = command.apply(&mut list, &context);
    assert!(matches!(refused, Err(crate::CommandError::Moved(next)) if next == following(id)));
}

#[test]
fn a_workspace_goes_on_with_all_that_it_names() {
    let mut workspace = genesis::create(Kind::Workspace, WORKSPACE, ActorId::from([1; 16])).unwrap();
    let quarter = Quarter {
        year: 2026,
        quarter: 1,
    };
    let text = str::to_owned;
    for action in [
        Action::SetupWorkspace {
            name: text("SWG"),
            prefix: text("SWG"),
        },
        Action::AddOrganisation {
            id: "ornl".parse().unwrap(),
            name: text("Oak Ridge"),
        },
        Action::AddComponent {
            name: text("ldiskfs"),
        },
        Action::LinkReport { quarter },
        Action::MapPerson {
            person: crate::PersonId::from_stored("jira:jdoe"),
            member: Some("anna".parse().unwrap()),
        },
        Action::MapWord {
            word: text("jira/status/Parked"),
            meaning: Some(text("waiting-vendor")),
        },
        Action::MapWord {
            word: text("jira/status/Lost"),
            meaning: Some(text("closed")),
        },
        Action::MapWord {
            word: text("jira/status/Lost"),
            meaning: None,
        },
    ] {
        run(&mut workspace, WORKSPACE, 0, action);
    }
    let next_id = following(WORKSPACE);
    let mut begun = applied(begin(Kind::Workspace, &workspace, WORKSPACE, next_id).unwrap());
    assert_eq!(Workspace::read(&workspace), Workspace::read(&begun));
    // What is named from now on has the id that it would have had before.
    let cea: crate::OrganisationId = "cea".parse().unwrap();
    let name = "CEA".to_owned();
    run(
        &mut begun,
        next_id,
        0,
        Action::AddOrganisation {
            id: cea.clone(),
            name,
        },
    );
    let read = Workspace::read(&begun);
    let list = read.organisations.iter().find(|one| one.id == cea).unwrap().list;
    assert_eq!(list, Some(Workspace::organisation_list(WORKSPACE, &cea)));
}

#[test]
fn a_report_goes_on_with_its_texts_and_the_figures_that_hold() {
    let quarter = Quarter {
        year: 2026,
        quarter: 1,
    };
    let id = Workspace::report(WORKSPACE, quarter);
    let mut report = genesis::create(Kind::Report, id, ActorId::from([1; 16])).unwrap();
    run(&mut report, id, 0, Action::CreateReport { quarter });
    let edits = vec![Splice {
        at: 0,
        removed: String::new(),
        inserted: "Quiet, but for 😀.".to_owned(),
    }];
    run(
        &mut report,
        id,
        0,
        Action::EditSection {
            section: Section::Summary,
            edits,
        },
    );
    for at in 1..4 {
        run(
            &mut report,
            id,
            at,
            Action::FreezeFigures {
                id: format!("f{at}").parse().unwrap(),
                data: format!("{{\"n\": {at}}}"),
            },
        );
    }
    let begun = applied(begin(Kind::Report, &report, id, following(id)).unwrap());
    assert_eq!(Report::read(&report), Report::read(&begun));
    assert_eq!(Report::read(&begun).unwrap().frozen.unwrap().at, Timestamp(3));
    let figures = read::object(&begun, &ROOT, "figures").unwrap();
    assert_eq!(begun.length(&figures), 1);
}

#[test]
fn a_value_that_is_contested_goes_on_as_it_is_shown() {
    let (id, list) = list();
    let mut ours = list.fork();
    let mut theirs = list.fork();
    ours.set_actor(ActorId::from([2; 16]));
    theirs.set_actor(ActorId::from([3; 16]));
    for (copy, place) in [(&mut ours, Place::First), (&mut theirs, Place::Last)] {
        let issues = vec![issue(5)];
        run(copy, id, 1, Action::Rank { issues, place });
    }
    ours.merge(&mut theirs).unwrap();
    theirs.merge(&mut ours).unwrap();
    let begun = [&ours, &theirs].map(|copy| begin(Kind::List, copy, id, following(id)).unwrap());
    assert_eq!(begun[0], begun[1]);
    let issues = |list: &List| list.entries.iter().map(|entry| entry.issue).collect::<Vec<_>>();
    let [begun, _] = begun;
    assert_eq!(issues(&List::read(&ours)), issues(&List::read(&applied(begun))));
}
