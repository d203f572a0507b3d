//! What a document has to say, in messages that a hub can judge.

use automerge::{Automerge, ChangeHash, sync::Message};

use super::storage::is_blank;

/// The most bytes of changes in one sync message, unless a single change is larger. The hub judges a message at a
/// time; small ones keep it responsive.
const MESSAGE_BYTES: usize = 256 * 1024;

/// What a document has to say.
pub(super) struct Outgoing {
    pub(super) messages: Vec<Message>,
    /// Nothing is here: the message asks whether the hub has the document.
    pub(super) asks: bool,
}

impl Outgoing {
    /// What `document` says in `message`.
    pub(super) fn new(document: &Automerge, mut message: Option<Message>) -> Self {
        if let Some(message) = &mut message {
            // They would invite the hub to send whole documents compressed, which can't be inspected.
            message.flags = None;
        }
        Self {
            asks: is_blank(document),
            messages: message.map(split).unwrap_or_default(),
        }
    }

    pub(super) const fn nothing() -> Self {
        Self {
            messages: Vec::new(),
            asks: false,
        }
    }
}

/// The changes of `document` that `heads` don't contain, in the order of their dependencies.
pub(super) fn since(document: &Automerge, heads: &[ChangeHash]) -> impl Iterator<Item = ChangeHash> {
    document
        .get_changes_meta(heads)
        .into_iter()
        .map(|change| change.hash)
}

/// Cuts a message with many changes into several. Changes stand in the order of their dependencies, so each part can
/// be taken on its own.
fn split(message: Message) -> Vec<Message> {
    let size: usize = message.changes.iter().map(<[u8]>::len).sum();
    if size <= MESSAGE_BYTES {
        return vec![message];
    }
    let mut parts: Vec<Vec<Vec<u8>>> = Vec::new();
    let mut room = 0;
    for change in message.changes.iter() {
        match parts.last_mut() {
            Some(part) if change.len() <= room => part.push(change.to_vec()),
            _ => {
                room = MESSAGE_BYTES;
                parts.push(vec![change.to_vec()]);
            }
        }
        room = room.saturating_sub(change.len());
    }
    let part = |changes: Vec<Vec<u8>>| Message {
        changes: changes.into(),
        ..message.clone()
    };
    parts.into_iter().map(part).collect()
}
