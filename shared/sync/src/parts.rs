//! Sync messages in parts: what is too large for one goes out in several.

use automerge::sync::Message;
use docket_domain::limits;

/// Cuts a message with many changes into several of [`limits::PART`] bytes at most, unless a single change is larger. A
/// message is judged at a time: small ones let others have their turn. Changes stand in the order of their dependencies, so each part can
/// be taken on its own.
pub(crate) fn split(message: Message) -> Vec<Message> {
    let size: usize = message.changes.iter().map(<[u8]>::len).sum();
    if size <= limits::PART {
        return vec![message];
    }
    let mut parts: Vec<Vec<Vec<u8>>> = Vec::new();
    let mut room = 0;
    for change in message.changes.iter() {
        match parts.last_mut() {
            Some(part) if change.len() <= room => part.push(change.to_vec()),
            _ => {
                room = limits::PART;
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
