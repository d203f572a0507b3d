//! What was refused once stays refused, whoever brings it again.

use docket_domain::words::Severity;

use super::{
    refusing::{refusals, shared, sync_data},
    *,
};

/// Gives a member another role, which ends their sockets.
fn promote(world: &mut World, name: &str, role: Role) {
    let member = world.store().member(&member_id(name)).unwrap().unwrap();
    world.store().put_member(Member { role, ..member });
    world.call(|hub, now| hub.member_changed(&member_id(name), now));
}

/// Brings a change again over a new socket, as another tab does; answers what is told of it.
fn again(world: &mut World, before: &mut Client, document: DocumentId, change: ChangeHash) -> Client {
    let name = before.member.to_string();
    let mut tab = world.join(&name, true);
    let copy = before.copy(document).clone();
    tab.put(document, copy);
    let frame = tab.bring(document, change);
    world.receive(tab.socket, &frame);
    tab.muted = true;
    world.settle(&mut [&mut tab]);
    tab
}

/// The command behind it was set aside, or carried out again in another change: taken now, its text would stand there
/// although it was set aside, or twice.
#[test]
fn what_was_refused_stays_refused_when_its_author_may_write_it_at_last() {
    let (mut world, mut clients) = shared(&mut [("ven", true)]);
    let ven = &mut clients[0];
    let severity = Action::SetSeverity {
        severity: Some(Severity::ALL[0]),
    };
    let refused = ven.act(id(5), severity.clone(), world.now);
    world.sync(ven, id(5));
    assert_eq!(refusals(ven), [(refused, "forbidden".to_owned())]);
    // As long as the reason lasts, it is told as it was.
    let tab = again(&mut world, ven, id(5), refused);
    assert_eq!(refusals(&tab), [(refused, "forbidden".to_owned())]);
    world.evict();
    promote(&mut world, "ven", Role::Member);
    let before = world.store().meta(id(5)).unwrap();
    let tab = again(&mut world, ven, id(5), refused);
    assert_eq!(refusals(&tab), [(refused, "refused-before".to_owned())]);
    assert_eq!(world.store().meta(id(5)).unwrap(), before);
    // What they do from now on is taken, in a fresh copy.
    let mut tab = world.join("ven", true);
    world.sync(&mut tab, id(5));
    tab.act(id(5), severity, world.now);
    world.sync(&mut tab, id(5));
    assert_eq!(refusals(&tab), []);
}

/// Layouts and imports are the same whoever brings them and whenever: they can't stand there twice.
#[test]
fn a_refused_creation_stays_refused_but_not_its_document() {
    let mut world = World::new();
    let mut eve = world.join("eve", true);
    eve.create(id(6), "by eve", world.now);
    let refused = eve.heads(id(6))[0];
    let frame = eve.bring_all(id(6));
    world.receive(eve.socket, &frame);
    world.settle(&mut [&mut eve]);
    assert_eq!(refusals(&eve).len(), 1, "the layout; the rest builds on it");
    promote(&mut world, "eve", Role::Member);
    let mut tab = world.join("eve", true);
    world.receive(
        tab.socket,
        &Frame::Sync(SyncData {
            sender: tab.peer.clone(),
            ..sync_data(frame)
        }),
    );
    world.settle(&mut [&mut tab]);
    assert_eq!(refusals(&tab), [(refused, "refused-before".to_owned())]);
    let mut tab = world.join("eve", true);
    tab.create(id(6), "once more", world.now);
    world.sync(&mut tab, id(6));
    assert_eq!(refusals(&tab), []);
    assert_eq!(
        world.store().meta(id(6)).unwrap().unwrap().heads,
        tab.heads(id(6))
    );
}

#[test]
fn what_was_out_of_reach_stays_refused_when_the_document_is_back() {
    let (mut world, mut clients) = shared(&mut [("bob", true)]);
    let bob = &mut clients[0];
    let llnl = docket_domain::Audience::Organisation {
        organisation: "llnl".parse().unwrap(),
    };
    world.call(|hub, now| hub.set_audience(id(5), llnl, now).unwrap());
    world.settle(&mut [bob]);
    let change = bob.title(id(5), "unseen", world.now);
    let tab = again(&mut world, bob, id(5), change);
    assert_eq!(refusals(&tab), [(change, "not-found".to_owned())]);
    world.call(|hub, now| {
        hub.set_audience(id(5), docket_domain::Audience::Public, now)
            .unwrap()
    });
    let tab = again(&mut world, bob, id(5), change);
    assert_eq!(refusals(&tab), [(change, "refused-before".to_owned())]);
}

/// Its author never heard that it was stored, and must not be told that it wasn't: they would make it again elsewhere.
#[test]
fn what_was_stored_before_it_went_out_of_reach_is_told_to_be() {
    let (mut world, mut clients) = shared(&mut [("bob", true)]);
    let bob = &mut clients[0];
    let stored = bob.title(id(5), "stored", world.now);
    let frame = bob.bring(id(5), stored);
    world.receive(bob.socket, &frame);
    world.inbox.clear();
    let llnl = docket_domain::Audience::Organisation {
        organisation: "llnl".parse().unwrap(),
    };
    world.call(|hub, now| hub.set_audience(id(5), llnl, now).unwrap());
    let tab = again(&mut world, bob, id(5), stored);
    assert_eq!(refusals(&tab), [(stored, "stored".to_owned())]);
    let late = bob.title(id(5), "too late", world.now);
    let tab = again(&mut world, bob, id(5), late);
    assert_eq!(refusals(&tab), [(late, "not-found".to_owned())]);
}

/// A stock client is told of no refusal, carries nothing out again, and would hold on to the change for ever.
#[test]
fn what_a_stock_client_was_refused_is_judged_anew() {
    let (mut world, mut clients) = shared(&mut [("ven", false)]);
    let ven = &mut clients[0];
    let severity = Action::SetSeverity {
        severity: Some(Severity::ALL[0]),
    };
    let change = ven.act(id(5), severity, world.now);
    world.sync(ven, id(5));
    promote(&mut world, "ven", Role::Member);
    let tab = again(&mut world, ven, id(5), change);
    assert_eq!(refusals(&tab), []);
    assert_eq!(world.store().meta(id(5)).unwrap().unwrap().heads, [change]);
}

#[test]
fn the_oldest_refusals_are_forgotten_first() {
    let (mut world, mut clients) = shared(&mut [("ven", true)]);
    let ven = &mut clients[0];
    let bar = |world: &mut World, n: u32| {
        let mut hash = [0; 32];
        hash[..4].copy_from_slice(&n.to_be_bytes());
        world.hub().bar(&member_id("ven"), &[ChangeHash(hash)]).unwrap();
    };
    let severity = Action::SetSeverity {
        severity: Some(Severity::ALL[0]),
    };
    let change = ven.act(id(5), severity, world.now);
    world.sync(ven, id(5));
    for n in 0..1_000 {
        bar(&mut world, n);
    }
    let barred = world.store().barred(&member_id("ven")).unwrap();
    assert_eq!(barred.len(), 1_000);
    assert!(!barred.contains(&change));
    let writes = world.store().writes();
    bar(&mut world, 999);
    assert_eq!(
        world.store().writes(),
        writes,
        "what is known isn't written again"
    );
}
