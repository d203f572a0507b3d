//! Many documents in one call.

use docket_domain::WorkspaceSlug;
use docket_sync::wire::record::{ChangesRecord, DocumentRecord, HeadsRecord, Record, StoredRecord};

use super::http::{self, Body};
use crate::store::StoreError;

/// Fetches those of `have` whose heads differ in the hub. An answer that breaks off gives what came until then.
pub(crate) async fn fetch(
    slug: &WorkspaceSlug,
    have: &[HeadsRecord],
) -> Result<Vec<DocumentRecord>, StoreError> {
    let request = HeadsRecord::encode_request(have);
    let response = http::call("POST", slug, "/documents", Body::Cbor(&request)).await?;
    Ok(records(&http::bytes(&response).await?))
}

/// Stores changes of many documents. Answers what the hub made of each that it judged.
pub(crate) async fn store(
    slug: &WorkspaceSlug,
    records_to_store: &[ChangesRecord],
) -> Result<Vec<StoredRecord>, StoreError> {
    let body: Vec<u8> = records_to_store.iter().flat_map(Record::encode).collect();
    let response = http::call("PUT", slug, "/documents", Body::Cbor(&body)).await?;
    Ok(records(&http::bytes(&response).await?))
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
