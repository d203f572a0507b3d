//! Who asks: a member, and how they came in.

use std::ops::Deref;

use docket_domain::{Member, MemberId, Timestamp};

/// A member who asks for something.
#[derive(Debug, Clone, Copy)]
pub struct Asker<'a> {
    /// Who.
    pub member: &'a MemberId,
    /// When somebody else made the token by which they came in, or from which their session was made; none if they made
    /// it themselves. Documents that were sealed before aren't for it.
    pub lent: Option<Timestamp>,
}

impl<'a> From<&'a MemberId> for Asker<'a> {
    fn from(member: &'a MemberId) -> Self {
        Self { member, lent: None }
    }
}

/// A member as far as it matters for what they are shown.
#[derive(Debug, Clone)]
pub(super) struct Viewer {
    pub(super) member: Member,
    /// See [`Asker::lent`].
    pub(super) lent: Option<Timestamp>,
}

impl Deref for Viewer {
    type Target = Member;

    fn deref(&self) -> &Member {
        &self.member
    }
}
