//! Reads another tracker's file: cuts it into records, places each, and hands the documents over if they are wanted.
//! It holds one piece, one record and one batch of documents at a time; of everything else only the report.

use std::collections::BTreeMap;

use automerge::Automerge;
use docket_domain::DocumentId;
use docket_exchange::{Existing, Format, Incoming, Placed, Plan, Source, Words};
use js_sys::{Array, Uint8Array};
use web_sys::{Blob, File};

use super::{
    file::{Pieces, is_packed},
    here::{Here, unreadable},
    message::{Answer, Batch, Item},
    reading::Read,
    scope::Scope,
    told,
};
use crate::store::{StoreError, now};

/// The most documents of a batch, and about how many bytes: the page stores one in a few milliseconds.
const BATCH: usize = 100;
const BATCH_BYTES: usize = 512 * 1024;
/// How often the page hears how far it is, in milliseconds.
const PROGRESS: i64 = 100;

/// What is read, and into what.
pub(super) struct Import<'a> {
    pub(super) file: &'a File,
    /// The workspace's document.
    pub(super) workspace: DocumentId,
    /// What the group says that other trackers' words mean.
    pub(super) mappings: &'a BTreeMap<String, String>,
    /// Hand the documents over? If not, it is a dry run.
    pub(super) documents: bool,
}

/// Reads the file, and tells what it comes to.
pub(super) async fn read(scope: &mut Scope, import: Import<'_>, here: Here) -> Result<(), StoreError> {
    let Import {
        file,
        workspace,
        mappings,
        documents,
    } = import;
    let pieces = Pieces::of(file)?;
    let mut piece = pieces.next().await?;
    // What is none of the formats is read as the most usual one, whose refusals then say what is wrong with it.
    let format = Format::detect(piece.as_deref().unwrap_or_default(), &file.name());
    let format = format.unwrap_or(Format::Jira);
    let mut reading = Read::of(format, piece.as_deref().unwrap_or_default(), mappings);
    let words = mappings
        .iter()
        .map(|(word, meaning)| (word.as_str(), meaning.as_str()));
    let mut plan = Plan::new(workspace, format).with_words(Words::of(&reading.system, words));
    let mut source = Source::table(format, reading.columns.clone());
    let (mut batch, mut bytes) = (Batch::default(), 0);
    let (mut records, mut told) = (0, now());
    loop {
        let ended = piece.is_none();
        if let Some(piece) = &piece {
            source.feed(piece);
        }
        loop {
            let record = if ended {
                source.finish()
            } else {
                source.next_record()
            };
            let Some(record) = record else { break };
            records += 1;
            let Some(incoming) = plan.read(record) else {
                continue;
            };
            reading.meet(&incoming);
            let placed = place(&here, &mut plan, &incoming).await?;
            let item = match placed {
                _ if !documents => continue,
                Placed::Add(id) => begun(&incoming, id)?,
                Placed::Update(id, made) => here.changed(id, &made.document).await?,
                Placed::Nothing | Placed::Needs(_) => continue,
            };
            bytes += item.chunk.len();
            batch.items.push(item);
            if batch.items.len() >= BATCH || bytes >= BATCH_BYTES {
                scope.hand_over(std::mem::take(&mut batch)).await;
                bytes = 0;
            }
        }
        if ended {
            break;
        }
        if now().0 - told.0 >= PROGRESS {
            told = now();
            let share = source.consumed() as f64 / file.size().max(1.0);
            scope.tell(&Answer::Progress {
                records,
                share: (!is_packed(file)).then_some(share.min(1.0)),
            });
        }
        piece = pieces.next().await?;
    }
    scope.hand_over(batch).await;
    scope.stored().await;
    let report = plan.finish();
    let mut files = vec![blob(told::text(&file.name(), &report).as_bytes())?];
    if !report.mend.bytes.is_empty() {
        files.push(blob(&[source.heading(), report.mend.bytes.clone()].concat())?);
    }
    let told = told::read(&report, reading.tell(&report));
    scope.post(&Answer::Read(told), &files);
    Ok(())
}

/// What becomes of the issue. Documents that changed since they were imported are looked into.
async fn place(here: &Here, plan: &mut Plan, incoming: &Incoming) -> Result<Placed, StoreError> {
    let mut open: Vec<(DocumentId, Automerge)> = Vec::new();
    loop {
        let existing = |id: DocumentId| match open.iter().find(|(known, _)| *known == id) {
            Some((_, document)) => Existing::Document(document),
            None => here.heads(id).map_or(Existing::Nothing, Existing::Heads),
        };
        match plan.place(incoming, existing) {
            Placed::Needs(id) => open.push((id, here.document(id).await?)),
            placed => return Ok(placed),
        }
    }
}

/// What the page stores of a new issue.
fn begun(incoming: &Incoming, id: DocumentId) -> Result<Item, StoreError> {
    let changes = incoming.changes(id).map_err(|error| unreadable(id, error))?;
    Ok(Item {
        document: id,
        begins: true,
        chunk: changes.iter().flat_map(|change| &change.bytes).copied().collect(),
        heads: changes.last().map(|change| change.hash).into_iter().collect(),
        acknowledged: Vec::new(),
        row: incoming.content.row(id).to_bytes(),
    })
}

fn blob(bytes: &[u8]) -> Result<Blob, StoreError> {
    let parts = Array::of1(&Uint8Array::from(bytes));
    Blob::new_with_u8_array_sequence(&parts).map_err(|_| StoreError::BrokeDown)
}
