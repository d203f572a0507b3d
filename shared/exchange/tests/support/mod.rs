//! What the tests of every tracker need: fixtures, an import into a store of documents, the hub's judgement.

#![allow(dead_code, reason = "each tracker's tests take what they need")]

pub mod gold;

use std::{
    collections::{BTreeMap, HashSet},
    fs,
    io::Read,
    path::PathBuf,
};

use automerge::{Automerge, ROOT};
use docket_domain::{
    DocumentId, Facts, Kind, Member, MemberId, Role, Row, Timestamp,
    facts::{Author, Receipt},
    read::Issue,
};
use docket_exchange::{Content, Existing, Format, Imported, Placed, Plan, Record, Report, Source, Words};
use docket_sync::{
    guard::{self, Input, Nature},
    inspect::{self, Limits},
};

pub const WORKSPACE: DocumentId = DocumentId::from_bytes([5; 16]);

/// A file of tests/fixtures.
pub fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../tests/fixtures")
        .join(name)
}

/// The content of a packed file of tests/fixtures.
pub fn unpacked(name: &str) -> Vec<u8> {
    let packed = fs::read(fixture(name)).unwrap();
    let mut content = Vec::new();
    flate2::read::GzDecoder::new(packed.as_slice())
        .read_to_end(&mut content)
        .unwrap();
    content
}

/// The records of a file that comes in pieces of this size.
pub fn records_of(format: Format, file: &[u8], piece: usize) -> Vec<Record> {
    records_from(&mut Source::open(format), file, piece)
}

/// As [`records_of`], from a source that was opened for the file.
pub fn records_from(source: &mut Source, file: &[u8], piece: usize) -> Vec<Record> {
    let mut records = Vec::new();
    for piece in file.chunks(piece) {
        source.feed(piece);
        records.extend(std::iter::from_fn(|| source.next_record()));
    }
    records.extend(std::iter::from_fn(|| source.finish()));
    records
}

/// A workspace's documents.
pub type Store = BTreeMap<DocumentId, Automerge>;

/// What came in, in order.
pub type Added = Vec<(DocumentId, Imported)>;

/// Imports a file into a store: what is new, and what is news of issues that are there, which the hub has to take.
pub fn import_as(format: Format, words: Words, file: &[u8], store: &mut Store) -> (Report, Added) {
    import_from(&mut Source::open(format), words, file, store)
}

/// As [`import_as`], from a source that was opened for the file.
pub fn import_from(source: &mut Source, words: Words, file: &[u8], store: &mut Store) -> (Report, Added) {
    let mut plan = Plan::new(WORKSPACE, source.format()).with_words(words);
    let mut added = Vec::new();
    for record in records_from(source, file, 65_536) {
        let Some(incoming) = plan.read(record) else {
            continue;
        };
        let placed = plan.place(&incoming, |id| {
            store.get(&id).map_or(Existing::Nothing, Existing::Document)
        });
        match placed {
            Placed::Add(id) => {
                let imported = incoming.content.document(id).unwrap();
                assert_read_alike(&incoming.content, id, &imported.document);
                let before = store.insert(id, imported.document.clone());
                assert!(before.is_none(), "an import never overwrites");
                added.push((id, imported));
            }
            Placed::Update(id, imported) => {
                let before = store.insert(id, imported.document.clone()).unwrap();
                assert_eq!(
                    send_to(Some(&before), id, &imported, Role::Member),
                    [] as [&str; 0]
                );
                added.push((id, *imported));
            }
            Placed::Nothing => {}
            Placed::Needs(id) => panic!("{id} was given whole"),
        }
    }
    (plan.finish(), added)
}

/// A content reads as its document does, and its row is the document's.
fn assert_read_alike(content: &Content, id: DocumentId, document: &Automerge) {
    let mut issue = Issue::read(document);
    let comments = issue.comments.iter_mut().map(|it| &mut it.object);
    let events = issue.events.iter_mut().map(|it| &mut it.object);
    let attention = issue.attention.iter_mut().map(|it| &mut it.object);
    comments
        .chain(events)
        .chain(attention)
        .for_each(|object| *object = ROOT);
    let source = issue.source.as_mut().unwrap();
    source.fields.retain(|(name, _)| name != "digest");
    assert_eq!(content.issue(), issue);
    let row = content.row(id);
    assert_eq!(Some(&row), Row::derive(document, id, &Facts::default()).as_ref());
    // The hub's number is all that its first facts say.
    let facts = first_facts(document);
    assert_eq!(row.numbered(&facts), Row::derive(document, id, &facts));
}

/// The hub's facts of a document that was just stored.
fn first_facts(document: &Automerge) -> Facts {
    let mut facts = Facts {
        number: Some(42),
        ..Facts::default()
    };
    for change in document.get_changes(&[]) {
        let receipt = Receipt {
            max_op: change.max_op(),
            received: Timestamp(2_000_000_000_000),
            contact: Timestamp(2_000_000_000_000),
        };
        facts.record(change.actor_id(), Author::Import(None), receipt);
    }
    facts
}

/// The issue in each of these.
pub fn issues(added: &Added) -> Vec<Issue> {
    added
        .iter()
        .map(|(_, made)| Issue::read(&made.document))
        .collect()
}

/// What an issue keeps under a name.
pub fn source<'a>(issue: &'a Issue, name: &str) -> Option<&'a str> {
    let source = issue.source.as_ref().unwrap();
    let field = source.fields.iter().find(|(key, _)| key == name);
    field.map(|(_, value)| value.as_str())
}

/// Sends a new issue to the hub; answers the refusals.
pub fn send(id: DocumentId, made: &Imported, role: Role) -> Vec<String> {
    send_to(None, id, made, role)
}

/// Sends an issue to a hub that has this of it; answers the refusals.
pub fn send_to(stored: Option<&Automerge>, id: DocumentId, made: &Imported, role: Role) -> Vec<String> {
    let limits = Limits::default();
    let changes: Vec<_> = made
        .changes
        .iter()
        .map(|chunk| inspect::change(chunk, &limits).unwrap())
        .collect();
    let operations: usize = changes.iter().map(automerge::Change::len).sum();
    assert!(operations <= limits.operations);
    let member = Member {
        id: MemberId::random(),
        name: "Ann".to_owned(),
        role,
        organisation: None,
        duties: Vec::new(),
    };
    let judgement = guard::judge(&Input {
        workspace: WORKSPACE,
        document: id,
        stored: stored.map(|document| (document, Nature::Docket(Kind::Issue))),
        facts: &Facts::default(),
        member: &member,
        plain_allowed: false,
        barred: &HashSet::new(),
        changes: &changes,
    });
    let refused = judgement.verdicts.iter().filter(|verdict| !verdict.is_allowed());
    refused.map(|verdict| format!("{verdict:?}")).collect()
}
