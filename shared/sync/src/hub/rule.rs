//! Who may see what: the one place where the hub asks.

use docket_domain::{Audience, Member, Role, Timestamp, row};

use super::{Meta, Workspace, asker::Viewer};

/// May this member read the document?
pub(super) fn may_read(viewer: &Viewer, meta: &Meta, now: Timestamp) -> bool {
    !meta.purged && !meta.unknown && meta.audience.admits_lent(viewer, viewer.lent, now)
}

/// May this member be told who has the document open? Who reads what is sealed isn't told to anybody: it would be told to
/// all who have the same [`view`].
pub(super) fn shows_place(viewer: &Viewer, meta: &Meta, now: Timestamp) -> bool {
    let sealed = matches!(meta.audience, Audience::Sealed { until, .. } if until > now);
    !sealed && may_read(viewer, meta, now)
}

/// Could this member read the document in one of the versions after `told`, or in that one? Whoever could not isn't told
/// that it is there, or was.
pub(super) fn could_read(viewer: &Viewer, meta: &Meta, told: u64, now: Timestamp) -> bool {
    if meta.audience_version > told && meta.former.is_empty() {
        // Its audience changed before former ones were kept.
        return true;
    }
    // A purged document's audience is the last one it had.
    let last = meta.purged && meta.audience.admits_lent(viewer, viewer.lent, now);
    let former = meta.former.iter().filter(|former| former.until > told);
    last || former
        .into_iter()
        .any(|former| former.audience.admits_lent(viewer, viewer.lent, now))
}

/// Does it depend on more than the [`view`] who reads the document, now or before?
pub(super) fn is_personal(meta: &Meta) -> bool {
    let sealed = |audience: &Audience| matches!(audience, Audience::Sealed { .. });
    sealed(&meta.audience) || meta.former.iter().any(|former| sealed(&former.audience))
}

/// What a member may see and write, as far as it depends on the member alone: whoever has the same sees the same, but for
/// what is sealed ([`is_personal`]).
pub(super) fn view(member: &Member) -> String {
    let role = match member.role {
        Role::Admin => "a",
        Role::Member => "m",
        Role::Vendor => "v",
        Role::Viewer => "r",
    };
    match &member.organisation {
        Some(organisation) => format!("{role}-{organisation}"),
        None => role.to_owned(),
    }
}

/// The epoch a client is told. With another store, another derivation or another view, everything is compared anew;
/// so a row that a member may see no longer (or once more) needs no book-keeping.
pub(super) fn epoch(workspace: &Workspace, viewer: &Viewer) -> String {
    let lent = viewer.lent.map(|at| format!("-{}", at.0)).unwrap_or_default();
    format!("{}.{}.{}{lent}", workspace.epoch, row::DERIVATION, view(viewer))
}
