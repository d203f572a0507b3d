//! What a document has to say, in messages that a hub can judge.

use automerge::{Automerge, ChangeHash, sync::Message};

use super::storage::is_blank;
use crate::parts::split;

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
