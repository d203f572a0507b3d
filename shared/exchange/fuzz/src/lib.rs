//! What every fuzz target does with an input, and what has to hold whatever the input is.
//!
//! The first byte says where the rest, the file, is cut into pieces: its halves are two places in sixteenths.

use std::collections::HashSet;

use automerge::Automerge;
use docket_domain::{DocumentId, Facts, Row};
use docket_exchange::{
    Encoded, Existing, Format, Placed, Plan, Record, Source,
    bundle::{BundleError, Item, Progress, Reader},
};

const WORKSPACE: DocumentId = DocumentId::from_bytes([5; 16]);

/// The largest file: an importer that needs more to fail does so in `tests/`.
const LARGEST: usize = 64 * 1024;

/// Up to this size of the file, Automerge has to load what comes in.
const SMALL: usize = 4 * 1024;

/// The file in this input, in two or three pieces.
fn pieces(input: &[u8]) -> Option<[&[u8]; 3]> {
    let (places, file) = input.split_first()?;
    if file.len() > LARGEST {
        return None;
    }
    let place = |sixteenths: u8| file.len() * usize::from(sixteenths) / 16;
    let (one, two) = (place(places >> 4), place(places & 15));
    let (head, tail) = file.split_at(one.max(two));
    let (head, middle) = head.split_at(one.min(two));
    Some([head, middle, tail])
}

/// The records of a file, and its header.
fn records(format: Format, pieces: &[&[u8]]) -> (Vec<Record>, Vec<u8>) {
    let mut source = Source::open(format);
    let mut records = Vec::new();
    for piece in pieces {
        source.feed(piece);
        records.extend(std::iter::from_fn(|| source.next_record()));
    }
    records.extend(std::iter::from_fn(|| source.finish()));
    let length: usize = pieces.iter().map(|piece| piece.len()).sum();
    assert_eq!(source.consumed(), length as u64, "not all of the file was read");
    (records, source.heading())
}

/// Imports the file in this input into a workspace that has nothing.
pub fn import(format: Format, input: &[u8]) {
    let Some(pieces) = pieces(input) else { return };
    let file = pieces.concat();
    let _ = Format::detect(&file, "file");
    let (found, heading) = records(format, &pieces);
    let whole = records(format, &[&file]);
    assert_eq!((&found, &heading), (&whole.0, &whole.1), "the pieces matter");
    // What is kept to be given back: no more than the file, which becomes UTF-8.
    let kept: usize = found.iter().map(|record| record.raw.len()).sum();
    assert!(kept <= 3 * file.len(), "{kept} bytes of {}", file.len());
    assert!(found.iter().all(|record| record.line > 0), "lines count from 1");

    let mut plan = Plan::new(WORKSPACE, format);
    let mut added = HashSet::new();
    for record in found.iter().cloned() {
        let Some(incoming) = plan.read(record) else {
            continue;
        };
        match plan.place(&incoming, |_| Existing::Nothing) {
            Placed::Add(id) => {
                assert!(added.insert(id), "two issues are one document");
                let changes = incoming.changes(id).expect("Automerge makes every content");
                if file.len() <= SMALL {
                    let mut document = Automerge::new();
                    document
                        .load_incremental(&chunks(&changes))
                        .expect("Automerge loads it");
                    let made = changes.last().map(|change| change.hash);
                    assert_eq!(document.get_heads(), made.as_slice(), "a change is missing");
                    let derived = Row::derive(&document, id, &Facts::default());
                    assert_eq!(derived, Some(incoming.content.row(id)), "another row");
                }
            }
            Placed::Nothing => {}
            Placed::Update(id, _) | Placed::Needs(id) => panic!("{id} isn't here"),
        }
    }

    let report = plan.finish();
    assert_eq!(report.incoming.len(), added.len());
    let here = report.already.len() + report.updated.len();
    assert_eq!(here, 0, "nothing is here");
    // The older of two states in one file is listed as such.
    let passed_over = report.refused.len() + report.repeated.len() + report.older.len();
    let listed = report.incoming.len() + passed_over;
    assert_eq!(listed, found.len(), "a record isn't accounted for");
    // What is refused is a file again, whatever becomes of it.
    records(format, &[&heading, &report.mend.bytes]);
}

fn chunks(changes: &[Encoded]) -> Vec<u8> {
    changes.iter().flat_map(|change| &change.bytes).copied().collect()
}

/// Reads the bundle in this input as it is, and with headers whose checksums are right: no accident makes one.
pub fn bundle(input: &[u8]) {
    let Some(pieces) = pieces(input) else { return };
    let mut file = pieces.concat();
    read_bundle(&pieces);
    correct_checksums(&mut file);
    let (head, tail) = file.split_at(pieces[0].len());
    let (middle, tail) = tail.split_at(pieces[1].len());
    read_bundle(&[head, middle, tail]);
}

fn read_bundle(pieces: &[&[u8]; 3]) {
    let file = pieces.concat();
    let (items, end) = items(Reader::new(), pieces);
    let whole = self::items(Reader::new(), &[&file]);
    assert_eq!((&items, &end), (&whole.0, &whole.1), "the pieces matter");
    let kept: usize = items.iter().map(size).sum();
    assert!(kept <= file.len(), "{kept} bytes of {}", file.len());
    let read = matches!(end, Ok(()) | Err(BundleError::After));
    assert_eq!(read, items.last() == Some(&Item::Verified), "{end:?}");

    // Another reader goes on where the first one stopped.
    let mut first = Reader::new();
    first.feed(pieces[0]);
    let mut resumed = Vec::new();
    while let Ok(Some(item)) = first.next_item() {
        resumed.push(item);
    }
    let progress = Progress::from_bytes(&first.progress().to_bytes());
    assert_eq!(progress.as_ref(), Some(first.progress()), "progress is kept");
    let progress = progress.unwrap_or_default();
    let from = usize::try_from(progress.offset()).expect("an offset in the file");
    let rest = file.get(from..).expect("an offset in the file");
    let (later, later_end) = self::items(Reader::resume(progress), &[rest]);
    resumed.extend(later);
    assert_eq!((&resumed, &later_end), (&items, &end), "resuming matters");
}

/// All items up to the bundle's end, or to what is wrong with it.
fn items(mut reader: Reader, pieces: &[&[u8]]) -> (Vec<Item>, Result<(), BundleError>) {
    let mut items = Vec::new();
    for piece in pieces {
        reader.feed(piece);
        loop {
            match reader.next_item() {
                Ok(Some(item)) => items.push(item),
                Ok(None) => break,
                Err(error) => return (items, Err(error)),
            }
        }
    }
    (items, reader.finish())
}

/// The bytes of a document.
fn size(item: &Item) -> usize {
    match item {
        Item::Document(document) => {
            document.changes.len() + document.facts.len() + document.row.as_ref().map_or(0, Vec::len)
        }
        _ => 0,
    }
}

/// Writes into each header of a tar what its bytes come to.
fn correct_checksums(mut tar: &mut [u8]) {
    while let Some((header, rest)) = tar.split_first_chunk_mut::<512>() {
        if *header == [0; 512] {
            return;
        }
        header[148..156].fill(b' ');
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        let size = header[124..136]
            .split(|byte| *byte == 0)
            .next()
            .unwrap_or_default();
        let size = std::str::from_utf8(size).ok();
        let size = size.and_then(|size| usize::from_str_radix(size.trim_matches(' '), 8).ok());
        let Some(rest) = size
            .and_then(|size| size.checked_next_multiple_of(512))
            .and_then(|size| rest.get_mut(size..))
        else {
            return;
        };
        tar = rest;
    }
}
