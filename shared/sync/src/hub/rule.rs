//! Who may see what: the one place where the hub asks.

use docket_domain::{Member, Role, Timestamp, row};

use super::{Meta, Workspace};

/// May this member read the document?
pub(super) fn may_read(member: &Member, meta: &Meta, now: Timestamp) -> bool {
    !meta.purged && !meta.unknown && meta.audience.admits(member, now)
}

/// As [`may_read`], for many documents.
pub(super) fn may_read_row(member: &Member, now: Timestamp) -> impl Fn(&Meta) -> bool {
    move |meta| may_read(member, meta, now)
}

/// What a member may see and write, as far as it depends on the member alone: whoever has the same sees the same.
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
pub(super) fn epoch(workspace: &Workspace, member: &Member) -> String {
    format!("{}.{}.{}", workspace.epoch, row::DERIVATION, view(member))
}
