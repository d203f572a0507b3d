//! Documents in bulk.

use automerge::Automerge;

use super::{
    catalogue::{pushed, read},
    *,
};
use crate::wire::record::{ChangesRecord, DocumentRecord, HeadsRecord, Record, StoredRecord};

fn chunks(copy: &Automerge) -> Vec<Vec<u8>> {
    let changes = copy.get_changes(&[]);
    changes.iter().map(|change| change.raw_bytes().to_vec()).collect()
}

#[test]
fn what_is_written_in_bulk_is_judged_stored_and_relayed() {
    let mut world = World::new();
    let (mut ann, mut bob) = (world.join("ann", false), world.join("bob", true));
    ann.create(id(5), "Mount hangs", world.now);
    world.sync(&mut ann, id(5));
    world.sync(&mut bob, id(5));
    bob.title(id(5), "in bulk", world.now);
    let refused = bob.edit(id(5), |tx| tx.put(automerge::ROOT, "severity", "catastrophic"));
    let record = ChangesRecord {
        document: id(5),
        changes: chunks(bob.copy(id(5))),
    };
    let answer = write(&mut world, &bob, &record);
    assert_eq!(answer.refused.len(), 1);
    assert_eq!(answer.refused[0].change, refused);
    assert_eq!(answer.heads, world.store().meta(id(5)).unwrap().unwrap().heads);
    assert!(!answer.facts.is_empty());
    world.settle(&mut [&mut ann]);
    assert_eq!(ann.heads(id(5)), answer.heads);
}

#[test]
fn many_new_documents_are_written_and_read_in_batches() {
    let mut world = World::new();
    let mut bob = world.join("bob", true);
    for n in 0..200 {
        bob.create(id(n), &format!("issue {n}"), world.now);
        let record = ChangesRecord {
            document: id(n),
            changes: chunks(bob.copy(id(n))),
        };
        assert_eq!(write(&mut world, &bob, &record).refused, []);
    }
    let now = world.now;
    let (mut after, mut records) = (None, Vec::new());
    loop {
        let batch = world.hub().read_documents(&bob.member, after, 30, now).unwrap();
        let read = DocumentRecord::read_all(&batch.records).unwrap();
        assert_eq!(read.len(), batch.count);
        assert!(read.len() <= 30);
        records.extend(read);
        after = batch.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(records.len(), 200);
    assert!(records.windows(2).all(|pair| pair[0].document < pair[1].document));
    for record in &records {
        let mut copy = Automerge::new();
        copy.load_incremental(&record.chunk).unwrap();
        assert_eq!(copy.get_heads(), record.heads);
        assert_eq!(record.heads, bob.heads(record.document));
        let facts: Facts = minicbor::decode(&record.facts).unwrap();
        assert!(facts.number.is_some());
    }
    // Those that differ alone.
    bob.title(id(3), "changed", now);
    world.sync(&mut bob, id(3));
    let listed: Vec<HeadsRecord> = records
        .iter()
        .map(|record| HeadsRecord {
            document: record.document,
            heads: record.heads.clone(),
        })
        .collect();
    let batch = world.hub().read_differing(&bob.member, &listed, now).unwrap();
    assert_eq!(batch.handled, 200);
    let read = DocumentRecord::read_all(&batch.records).unwrap();
    assert_eq!(read.len(), 1);
    assert_eq!(read[0].document, id(3));
}

#[test]
fn a_viewer_and_a_stranger_write_nothing_in_bulk() {
    let mut world = World::new();
    let mut bob = world.join("bob", true);
    bob.create(id(5), "Mount hangs", world.now);
    let record = ChangesRecord {
        document: id(5),
        changes: chunks(bob.copy(id(5))),
    };
    let now = world.now;
    let records = [record];
    let (stored, _) = world
        .hub()
        .write_documents(&member_id("eve"), &records, now)
        .unwrap();
    assert_eq!(stored[0].refused[0].code, "read-only");
    assert_eq!(stored[0].heads, []);
    assert!(
        world
            .hub()
            .write_documents(&member_id("nobody"), &records, now)
            .is_err()
    );
    assert_eq!(world.store().meta(id(5)).unwrap(), None);
    let changes = vec![b"nonsense".to_vec()];
    let record = ChangesRecord {
        document: id(5),
        changes,
    };
    assert_eq!(write(&mut world, &bob, &record).refused[0].code, "malformed");
}

fn write(world: &mut World, client: &Client, record: &ChangesRecord) -> StoredRecord {
    write_all(world, client, std::slice::from_ref(record)).remove(0)
}

fn write_all(world: &mut World, client: &Client, records: &[ChangesRecord]) -> Vec<StoredRecord> {
    let mut answers = Vec::new();
    world.call(|hub, now| {
        let (stored, effects) = hub.write_documents(&client.member, records, now).unwrap();
        answers = stored;
        effects
    });
    answers
}

/// Thirty thousand frames of one row each would keep every open page busy for minutes.
#[test]
fn followers_are_told_of_a_bulk_write_once() {
    let mut world = World::new();
    let (mut ann, mut bob, mut eve) = (
        world.join("ann", true),
        world.join("bob", true),
        world.join("eve", true),
    );
    let records: Vec<ChangesRecord> = (0..40).map(|n| new_issue(&mut bob, id(n), world.now)).collect();
    let (epoch, ..) = read(&mut world, &mut ann, None, 0);
    read(&mut world, &mut eve, None, 0);
    let answers = write_all(&mut world, &bob, &records);
    assert!(answers.iter().map(|answer| answer.document).eq((0..40).map(id)));
    world.settle(&mut [&mut ann, &mut bob, &mut eve]);
    let version = world.store().version().unwrap();
    for client in [&ann, &eve] {
        let frames = client.received.iter().filter_map(|frame| match frame {
            Frame::Rows {
                version, rows, more, ..
            } => Some((*version, rows.len(), *more)),
            _ => None,
        });
        assert_eq!(frames.collect::<Vec<_>>(), [(version, 40, false)]);
    }
    assert_eq!(pushed(&bob), [], "who doesn't follow isn't told");
    // What comes after is told as ever, and nothing twice.
    ann.received.clear();
    let one = new_issue(&mut bob, id(50), world.now);
    write(&mut world, &bob, &one);
    world.settle(&mut [&mut ann]);
    assert_eq!(pushed(&ann).len(), 1);
    let mut again = world.join("ann", true);
    assert_eq!(read(&mut world, &mut again, Some(epoch), version).2.len(), 1);
}

fn new_issue(client: &mut Client, document: DocumentId, now: Timestamp) -> ChangesRecord {
    client.create(document, "Mount hangs", now);
    ChangesRecord {
        document,
        changes: chunks(client.copy(document)),
    }
}

/// A document with nothing but its layout is nobody's issue, and would stand in everybody's catalogue.
#[test]
fn a_creation_that_is_refused_in_bulk_leaves_nothing() {
    let mut world = World::new();
    let mut ven = world.join("ven", true);
    ven.create(id(6), "by ven", world.now);
    let whole = chunks(ven.copy(id(6)));
    ven.edit(id(6), |tx| tx.put(automerge::ROOT, "severity", "S1"));
    // What a vendor may make, but without the change that makes it an issue.
    let mut changes = chunks(ven.copy(id(6)));
    changes.remove(whole.len() - 1);
    for changes in [changes, vec![whole[0].clone(), b"no change".to_vec()]] {
        let record = ChangesRecord {
            document: id(6),
            changes,
        };
        let answer = write(&mut world, &ven, &record);
        assert_eq!(answer.refused.len(), 1);
        assert_eq!((answer.heads, answer.facts), (Vec::new(), Vec::new()));
        assert_eq!(world.store().meta(id(6)).unwrap(), None);
        assert_eq!(world.store().version().unwrap(), 0);
    }
    let record = ChangesRecord {
        document: id(6),
        changes: whole,
    };
    let answer = write(&mut world, &ven, &record);
    assert_eq!(answer.refused, []);
    assert_eq!(world.store().meta(id(6)).unwrap().unwrap().number, Some(1));
}

/// A socket tells when its client was last here; a call doesn't, so that any time could be claimed in it.
#[test]
fn what_is_written_in_bulk_counts_from_its_receipt() {
    let mut world = World::new();
    let mut bob = world.join("bob", true);
    let claimed = world.now.plus(-86_400_000);
    bob.create(id(6), "Mount hangs", claimed);
    let status = Action::SetStatus {
        id: "e1".parse().unwrap(),
        to: docket_domain::words::Status::InProgress,
        reason: None,
        resolution: None,
    };
    bob.act(id(6), status, claimed);
    let record = ChangesRecord {
        document: id(6),
        changes: chunks(bob.copy(id(6))),
    };
    assert_eq!(write(&mut world, &bob, &record).refused, []);
    let row = world.store().row(id(6)).unwrap().unwrap();
    let row = docket_domain::Row::from_bytes(&row).unwrap();
    let last = row.issue().unwrap().timeline.last().unwrap().clone();
    assert_eq!((last.at, last.corrected), (world.now, true));
}

#[test]
fn what_stored_nothing_is_not_answered_with_facts() {
    let mut world = World::new();
    let mut bob = world.join("bob", true);
    bob.create(id(5), "Mount hangs", world.now);
    let record = ChangesRecord {
        document: id(5),
        changes: chunks(bob.copy(id(5))),
    };
    let facts = write(&mut world, &bob, &record).facts;
    assert!(!facts.is_empty());
    // The answer was lost: what is there already is told again.
    assert_eq!(write(&mut world, &bob, &record).facts, facts);
    let empty = ChangesRecord {
        document: id(5),
        changes: Vec::new(),
    };
    let answer = write(&mut world, &bob, &empty);
    assert_eq!(answer.facts, b"");
    assert_eq!(answer.heads, bob.heads(id(5)));
    let refused = bob.edit(id(5), |tx| tx.put(automerge::ROOT, "severity", "catastrophic"));
    let wrong = ChangesRecord {
        document: id(5),
        changes: chunks(bob.copy(id(5))),
    };
    let answer = write(&mut world, &bob, &wrong);
    assert_eq!(answer.refused[0].change, refused);
    assert_eq!(answer.facts, b"");
    // A document that comes three times is told of once.
    let answers = write_all(&mut world, &bob, &[record.clone(), record.clone(), record]);
    let told: Vec<bool> = answers.iter().map(|answer| !answer.facts.is_empty()).collect();
    assert_eq!(told, [false, false, true]);
}
