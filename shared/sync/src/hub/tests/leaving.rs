//! What leaves is shown to those who may read it.

use automerge::{ROOT, transaction::Transactable};
use docket_domain::{Action, Audience, read::Workspace};

use super::*;

fn shown(world: &mut World, member: &str) -> Vec<(DocumentId, Option<u64>)> {
    let (mut shown, mut after) = (Vec::new(), None);
    let now = world.now;
    loop {
        let next = world
            .hub()
            .show_issues(&member_id(member), after, now, |id, document, facts| {
                assert!(!document.is_empty());
                shown.push((id, facts.number));
            });
        after = next.unwrap();
        if after.is_none() {
            return shown;
        }
    }
}

#[test]
fn each_is_shown_what_they_may_read() {
    let mut world = World::new();
    let mut bob = world.join("bob", true);
    // More than are looked up at once, and other documents among them.
    for n in 0..200 {
        bob.create(id(n), &format!("issue {n}"), world.now);
        world.sync(&mut bob, id(n));
    }
    bob.edit(id(220), |tx| tx.put(ROOT, "title", "not Docket's"));
    world.sync(&mut bob, id(220));
    world.call(|hub, now| hub.set_audience(id(7), Audience::Group, now).unwrap());
    world.call(|hub, now| hub.purge(id(8), now).unwrap());
    let all = shown(&mut world, "cyd");
    assert_eq!(all.len(), 199);
    assert!(all.is_sorted());
    assert_eq!(all[0], (id(0), Some(1)));
    let (viewer, now) = (member_id("eve"), world.now);
    assert!(shown(&mut world, "eve").iter().all(|(shown, _)| *shown != id(7)));
    let mut rows = 0;
    world.hub().show_rows(&viewer, now, |_| rows += 1).unwrap();
    assert_eq!(rows, 198);
    let hub = world.hub();
    assert_eq!(hub.row_for(&viewer, id(7), now).unwrap(), None);
    assert_eq!(hub.row_for(&viewer, id(8), now).unwrap(), None);
    assert_eq!(
        hub.row_for(&viewer, id(6), now).unwrap().unwrap().title,
        "issue 6"
    );
    assert!(hub.show_rows(&member_id("nobody"), now, |_| ()).is_err());
}

#[test]
fn a_list_is_shown_to_those_who_may_read_it() {
    let mut world = World::new();
    let mut ann = world.join("ann", true);
    let list = Workspace::agreed_list(WORKSPACE);
    let action = Action::CreateList {
        name: "Agreed".to_owned(),
        organisation: None,
    };
    let command = Command::new(list, action);
    let mut copy = command
        .begin(ActorId::from(ann.peer.as_str().as_bytes()))
        .unwrap();
    command.apply(&mut copy, &ann.context(world.now)).unwrap();
    ann.put(list, copy);
    world.sync(&mut ann, list);
    ann.create(id(5), "an issue", world.now);
    world.sync(&mut ann, id(5));
    let (viewer, now) = (member_id("eve"), world.now);
    assert_eq!(world.hub().list_for(&viewer, list, now).unwrap().name, "Agreed");
    assert!(world.hub().list_for(&viewer, id(5), now).is_err());
    world.call(|hub, now| hub.set_audience(list, Audience::Group, now).unwrap());
    assert!(world.hub().list_for(&viewer, list, now).is_err());
}
