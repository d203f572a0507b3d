//! Bundles: what is written is read, whatever the pieces; what is damaged is found; what is hostile isn't waited for.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::io::{Cursor, Read};

use docket_domain::{DocumentId, Member, Role, Timestamp};
use docket_exchange::bundle::{
    About, Audited, BundleError, Document, Entry, FORMAT, Item, Name, Participant, Progress, Reader, Span,
    State, Withheld, Writer,
};
use proptest::{prelude::*, sample::Index};
use serde_json::{Value, json};

fn id(n: u8) -> DocumentId {
    DocumentId::from_bytes([n; 16])
}

fn about() -> About {
    About {
        format: FORMAT,
        workspace: id(1),
        name: "Support".to_owned(),
        prefix: "SWG".to_owned(),
        made_at: Timestamp(1_700_000_000_123),
        made_by: "0.1.0".to_owned(),
        derivation: 1,
    }
}

fn participants() -> Vec<Participant> {
    let participant = |id: &str, revoked_at| Participant {
        member: Member {
            id: id.parse().unwrap(),
            name: format!("Name of {id}"),
            role: Role::Admin,
            organisation: Some("ornl".parse().unwrap()),
            duties: Vec::new(),
        },
        revoked_at,
    };
    vec![
        participant("m-1", None),
        participant("m-2", Some(Timestamp(1_600_000_000_000))),
    ]
}

fn state() -> State {
    State {
        version: Span { from: 7, to: 9 },
        last_number: 42,
        purged: vec![id(200)],
        withheld: vec![Withheld {
            document: id(201),
            until: Timestamp(1),
        }],
    }
}

/// Documents of these sizes; every third one isn't Docket's and has no row.
fn documents(sizes: &[usize]) -> Vec<Document> {
    let documents = (1..).zip(sizes).map(|(n, size)| Document {
        id: id(n),
        changes: (0..*size).map(|at| (at % 251) as u8 ^ n).collect(),
        facts: vec![n; size % 700],
        row: (n % 3 > 0).then(|| vec![n; size % 300]),
    });
    documents.collect()
}

fn items(documents: &[Document]) -> Vec<Item> {
    let mut items = vec![Item::About(about())];
    items.extend(documents.iter().cloned().map(Item::Document));
    items.extend([
        Item::Members(participants()),
        Item::State(state()),
        Item::Verified,
    ]);
    items
}

fn bundle(documents: &[Document]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut writer = Writer::begin(&about(), &mut out).unwrap();
    for document in documents {
        writer.document(document, &mut out).unwrap();
    }
    writer.finish(&participants(), &state(), &mut out).unwrap();
    out
}

fn read(reader: &mut Reader, bytes: &[u8], piece: usize) -> Result<Vec<Item>, BundleError> {
    let mut items = Vec::new();
    for piece in bytes.chunks(piece) {
        reader.feed(piece);
        while let Some(item) = reader.next_item()? {
            items.push(item);
        }
    }
    Ok(items)
}

fn read_whole(bytes: &[u8]) -> Result<Vec<Item>, BundleError> {
    let mut reader = Reader::new();
    let items = read(&mut reader, bytes, 10_000)?;
    reader.finish()?;
    Ok(items)
}

/// The names and contents of a tar's files, as the `tar` crate reads them.
fn files(bundle: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = tar::Archive::new(Cursor::new(bundle));
    let files = archive.entries().unwrap().map(|entry| {
        let mut entry = entry.unwrap();
        let name = entry.path().unwrap().to_str().unwrap().to_owned();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).unwrap();
        (name, content)
    });
    files.collect()
}

/// A tar of these files, as the `tar` crate writes it.
fn packed(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, content) in files {
        let mut header = tar::Header::new_ustar();
        header.set_size(content.len() as u64);
        header.set_mode(0o600);
        builder
            .append_data(&mut header, name, content.as_slice())
            .unwrap();
    }
    builder.into_inner().unwrap()
}

/// The bundle once its files were changed and packed again.
fn repacked(change: impl FnOnce(&mut Vec<(String, Vec<u8>)>)) -> Result<Vec<Item>, BundleError> {
    let mut files = files(&bundle(&documents(&[100, 200, 300])));
    change(&mut files);
    read_whole(&packed(&files))
}

fn place(files: &[(String, Vec<u8>)], name: Name) -> usize {
    let name = name.to_string();
    files.iter().position(|(other, _)| *other == name).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_written_is_read_whatever_the_pieces(
        sizes in proptest::collection::vec(0..20_000_usize, 0..8),
        piece in 1..5_000_usize,
    ) {
        let documents = documents(&sizes);
        let bundle = bundle(&documents);
        let mut reader = Reader::new();
        prop_assert_eq!(read(&mut reader, &bundle, piece).unwrap(), items(&documents));
        prop_assert_eq!(reader.finish(), Ok(()));
    }

    #[test]
    fn a_flipped_bit_is_found_or_harmless(
        sizes in proptest::collection::vec(0..600_usize, 1..5),
        place: Index,
        bit in 0..8_u8,
    ) {
        let documents = documents(&sizes);
        let mut bundle = bundle(&documents);
        *place.get_mut(&mut bundle) ^= 1 << bit;
        if let Ok(read) = read_whole(&bundle) {
            prop_assert_eq!(read, items(&documents));
        }
    }

    #[test]
    fn a_bundle_that_is_cut_off_is_found(
        sizes in proptest::collection::vec(0..600_usize, 1..5),
        place: Index,
    ) {
        let bundle = bundle(&documents(&sizes));
        // What is left out at the end are empty blocks and the manifest's padding.
        let manifest = bundle.iter().rposition(|byte| *byte != 0).unwrap();
        let cut = place.index(manifest);
        prop_assert_eq!(
            read_whole(&bundle[..cut]),
            Err(BundleError::Truncated { at: cut as u64 })
        );
    }

    #[test]
    fn another_reader_goes_on_where_one_stopped(
        sizes in proptest::collection::vec(0..3_000_usize, 1..5),
        cuts in proptest::collection::vec(any::<Index>(), 0..5),
    ) {
        let documents = documents(&sizes);
        let bundle = bundle(&documents);
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(bundle.len())).collect();
        cuts.sort_unstable();
        let (mut progress, mut all) = (Progress::default(), Vec::new());
        for cut in cuts.into_iter().chain([bundle.len()]) {
            let from = usize::try_from(progress.offset()).unwrap();
            let mut reader = Reader::resume(progress);
            all.extend(read(&mut reader, &bundle[from..cut.max(from)], 1_000).unwrap());
            progress = Progress::from_bytes(&reader.progress().to_bytes()).unwrap();
            prop_assert_eq!(&progress, reader.progress());
        }
        prop_assert!(progress.is_verified());
        prop_assert_eq!(progress.documents(), documents.len() as u64);
        prop_assert_eq!(progress.about(), Some(&about()));
        prop_assert_eq!(all, items(&documents));
    }

    #[test]
    fn whatever_comes_in_does_not_panic(bytes in proptest::collection::vec(any::<u8>(), 0..3_000), keep: Index) {
        let mut bundle = bundle(&documents(&[100]));
        bundle.truncate(keep.index(bundle.len()));
        bundle.extend(bytes);
        drop(read_whole(&bundle));
    }
}

#[test]
fn every_tar_reads_it() {
    let documents = documents(&[700, 20]);
    let files = files(&bundle(&documents));
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    let (one, two) = (id(1), id(2));
    assert_eq!(
        names[..2],
        ["workspace.json".to_owned(), format!("rows/{one}.cbor")]
    );
    assert_eq!(
        names[2..4],
        [format!("facts/{one}.cbor"), format!("documents/{one}.automerge")]
    );
    assert_eq!(names[4], format!("rows/{two}.cbor"));
    assert_eq!(names[7..], ["members.json", "state.json", "manifest.json"]);
    assert_eq!(files[3].1, documents[0].changes);
    let members: Value = serde_json::from_slice(&files[7].1).unwrap();
    assert_eq!(
        members[1],
        json!({
            "id": "m-2", "name": "Name of m-2", "role": "admin", "organisation": "ornl", "duties": [],
            "revoked_at": 1_600_000_000_000_i64
        })
    );
    let manifest: Value = serde_json::from_slice(&files[9].1).unwrap();
    assert_eq!(manifest["documents"], 2);
    assert_eq!(manifest["entries"].as_array().unwrap().len(), 9);
}

#[test]
fn it_may_be_packed_again_by_another_tar() {
    assert_eq!(repacked(|_| ()).unwrap(), items(&documents(&[100, 200, 300])));
}

#[test]
fn the_manifest_tells_what_was_done_to_it() {
    let facts = Name::Facts(id(2));
    let altered = repacked(|files| {
        let place = place(files, facts);
        files[place].1[0] ^= 1;
    });
    assert_eq!(altered, Err(BundleError::Altered(facts)));
    let longer = repacked(|files| {
        let place = place(files, facts);
        files[place].1.push(0);
    });
    assert_eq!(longer, Err(BundleError::Altered(facts)));
    let missing = repacked(|files| {
        let place = place(files, Name::Row(id(2)));
        files.drain(place..place + 3);
    });
    assert_eq!(missing, Err(BundleError::Missing(Name::Row(id(2)))));
    let extra = repacked(|files| {
        let place = place(files, Name::Members);
        files.insert(place, (Name::Document(id(9)).to_string(), vec![1]));
        files.insert(place, (Name::Facts(id(9)).to_string(), vec![1]));
    });
    assert_eq!(extra, Err(BundleError::Extra(Name::Facts(id(9)))));
    let last = repacked(|files| {
        let place = place(files, Name::Row(id(2)));
        files.drain(place..place + 5);
    });
    assert_eq!(last, Err(BundleError::Missing(Name::Row(id(2)))));
}

#[test]
fn what_is_out_of_place_is_refused() {
    let swapped = repacked(|files| files.swap(1, 4));
    assert_eq!(swapped, Err(BundleError::Order(Name::Facts(id(1)))));
    let twice = repacked(|files| {
        let place = place(files, Name::Row(id(1)));
        let again = files[place..place + 3].to_vec();
        files.splice(place..place, again);
    });
    assert_eq!(twice, Err(BundleError::Order(Name::Row(id(1)))));
    let unknown = repacked(|files| files.insert(1, ("secrets.json".to_owned(), Vec::new())));
    assert_eq!(unknown, Err(BundleError::Unknown("secrets.json".to_owned())));
    let members = repacked(|files| {
        let place = place(files, Name::Members);
        let mut list: Vec<Value> = serde_json::from_slice(&files[place].1).unwrap();
        list.swap(0, 1);
        files[place].1 = serde_json::to_vec(&list).unwrap();
    });
    assert!(matches!(
        members,
        Err(BundleError::Content {
            name: Name::Members,
            ..
        })
    ));
    let mut out = Vec::new();
    let mut writer = Writer::begin(&about(), &mut out).unwrap();
    let document = &documents(&[1])[0];
    writer.document(document, &mut out).unwrap();
    let again = writer.document(document, &mut out);
    assert_eq!(again, Err(BundleError::Order(Name::Document(id(1)))));
}

#[test]
fn what_is_no_bundle_is_told_apart() {
    assert_eq!(read_whole(&[0x1f; 600]), Err(BundleError::NoBundle));
    assert_eq!(
        read_whole(&packed(&[("a.txt".to_owned(), Vec::new())])),
        Err(BundleError::Unknown("a.txt".to_owned()))
    );
    assert_eq!(read_whole(&[]), Err(BundleError::Truncated { at: 0 }));
    let newer = repacked(|files| {
        let mut about: Value = serde_json::from_slice(&files[0].1).unwrap();
        about["format"] = json!(FORMAT + 1);
        files[0].1 = serde_json::to_vec(&about).unwrap();
    });
    assert_eq!(newer, Err(BundleError::Newer(FORMAT + 1)));
    let mut followed = bundle(&documents(&[1]));
    followed.push(b'x');
    assert_eq!(read_whole(&followed), Err(BundleError::After));
}

#[test]
fn a_hostile_size_is_refused_before_anything_is_held() {
    let mut bundle = bundle(&documents(&[100]));
    let first = bundle[512..]
        .iter()
        .position(|byte| *byte == 0)
        .unwrap()
        .next_multiple_of(512)
        + 512;
    // The row's header says that 7 GB follow.
    let header = &mut bundle[first..first + 512];
    header[124..135].copy_from_slice(b"67777777777");
    header[148..156].fill(b' ');
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    let mut reader = Reader::new();
    let refused = read(&mut reader, &bundle[..first + 512], 512).unwrap_err();
    assert!(
        matches!(refused, BundleError::TooLarge { name: Name::Row(_), size } if size == 0o67_777_777_777)
    );
}

#[test]
fn what_is_too_large_is_not_written() {
    let mut out = Vec::new();
    let mut writer = Writer::begin(&about(), &mut out).unwrap();
    let mut document = documents(&[1]).remove(0);
    document.row = Some(vec![0; (1 << 20) + 1]);
    assert!(matches!(
        writer.document(&document, &mut out),
        Err(BundleError::TooLarge {
            name: Name::Row(_),
            ..
        })
    ));
}

#[test]
fn an_entry_is_told_by_its_digest() {
    let entry = Entry::of(Name::Members, b"abc");
    let text = serde_json::to_value(entry).unwrap();
    assert_eq!(text["name"], "members.json");
    assert_eq!(text["size"], 3);
    assert_eq!(
        text["sha256"],
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
    assert_eq!(serde_json::from_value::<Entry>(text).unwrap(), entry);
}

fn audited(ids: std::ops::RangeInclusive<i64>, detail: &str) -> Vec<Audited> {
    let entry = |id| Audited {
        id,
        at: Timestamp(1_700_000_000_000 + id),
        by: (id % 2 == 0).then(|| "m-1".parse().unwrap()),
        from: Some("203.0.113.0/24".to_owned()),
        what: "member-changed".to_owned(),
        subject: Some("m-2".to_owned()),
        detail: json!({"role": {"from": "member", "to": detail}}),
    };
    ids.map(entry).collect()
}

fn with_audit(entries: &[Audited]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut writer = Writer::begin(&about(), &mut out).unwrap();
    for document in documents(&[5]) {
        writer.document(&document, &mut out).unwrap();
    }
    writer.audit(entries, &mut out).unwrap();
    writer.finish(&participants(), &state(), &mut out).unwrap();
    out
}

fn audit_of(bundle: &[u8]) -> Result<Vec<Audited>, BundleError> {
    let mut reader = Reader::new();
    reader.feed(bundle);
    let mut found = None;
    while let Some(item) = reader.next_item()? {
        if let Item::Audit(entries) = item {
            assert!(found.replace(entries).is_none());
        }
    }
    reader.finish()?;
    Ok(found.unwrap())
}

#[test]
fn the_audit_log_is_read_back() {
    let entries = audited(3..=9, "admin");
    assert_eq!(audit_of(&with_audit(&entries)).unwrap(), entries);
    // Too long: the latest.
    let long = audited(1..=2_000, &"x".repeat(8_000));
    let read = audit_of(&with_audit(&long)).unwrap();
    assert!(read.len() > 900 && read.len() < 1_100, "{}", read.len());
    assert_eq!(read.last(), long.last());
    // Numbers that don't grow are no log of ours.
    let mut twice = audited(3..=4, "admin");
    twice[1].id = 3;
    assert!(matches!(
        audit_of(&with_audit(&twice)),
        Err(BundleError::Content {
            name: Name::Audit,
            ..
        })
    ));
}
