//! Many documents in one call.

use futures_util::future::{Either, select};

use docket_domain::WorkspaceSlug;
use docket_sync::wire::record::{ChangesRecord, DocumentRecord, HeadsRecord, Record, StoredRecord};

use super::http::{self, Body};
use crate::store::{StoreError, sleep};

/// How long one call may take, in milliseconds: one that hangs must not hold up all that follow.
const PATIENCE: u32 = 60_000;

/// Fetches those of `have` whose heads differ in the hub. An answer that breaks off gives what came until then.
pub(crate) async fn fetch(
    slug: &WorkspaceSlug,
    have: &[HeadsRecord],
) -> Result<Vec<DocumentRecord>, StoreError> {
    let request = HeadsRecord::encode_request(have);
    exchange("POST", slug, &request).await
}

/// Stores changes of many documents. Answers what the hub made of each that it judged.
pub(crate) async fn store(
    slug: &WorkspaceSlug,
    records_to_store: &[ChangesRecord],
) -> Result<Vec<StoredRecord>, StoreError> {
    let body: Vec<u8> = records_to_store.iter().flat_map(Record::encode).collect();
    exchange("PUT", slug, &body).await
}

async fn exchange<R: Record>(method: &str, slug: &WorkspaceSlug, body: &[u8]) -> Result<Vec<R>, StoreError> {
    let answer = async {
        let response = http::call(method, slug, "/documents", Body::Cbor(body)).await?;
        Ok(records(&http::bytes(&response).await?))
    };
    match select(Box::pin(answer), Box::pin(sleep(PATIENCE))).await {
        Either::Left((answer, _)) => answer,
        Either::Right(_) => Err(StoreError::Unreachable),
    }
}

/// The records of a stream, up to the first that is incomplete or malformed: that one is asked for again.
fn records<R: Record>(mut stream: &[u8]) -> Vec<R> {
    let mut all = Vec::new();
    while let Ok(Some((record, size))) = R::read(stream) {
        all.push(record);
        stream = stream.get(size..).unwrap_or_default();
    }
    all
}
