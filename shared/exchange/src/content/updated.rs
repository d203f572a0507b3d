//! When an issue was last changed, by which a later state is told from an earlier one.

use docket_domain::Timestamp;

use crate::mapping::time;

/// The imported field with the time of the last change in another Docket, for an issue that has one of its own tracker.
pub(crate) const BY_DOCKET: &str = "docket_updated";

/// When an issue was last changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct Updated {
    /// In its tracker.
    there: Option<Timestamp>,
    /// In the Docket that it went through.
    docket: Option<Timestamp>,
}

impl Updated {
    /// As the imported fields have it.
    pub(crate) fn read(text: impl Fn(&str) -> Option<String>) -> Self {
        let at = |name| time::parse(&text(name)?);
        Self {
            there: at("updated"),
            docket: at(BY_DOCKET),
        }
    }

    /// Do both say when, by one clock?
    pub(crate) const fn is_comparable(self, other: Self) -> bool {
        (self.there.is_some() && other.there.is_some()) || (self.docket.is_some() && other.docket.is_some())
    }

    /// Is it the time of an earlier state? What neither says isn't.
    pub(crate) fn is_before(self, other: Self) -> bool {
        let before = |ours: Option<Timestamp>, theirs: Option<Timestamp>| {
            let (ours, theirs) = ours.zip(theirs)?;
            (ours != theirs).then_some(ours < theirs)
        };
        let there = before(self.there, other.there);
        there
            .or_else(|| before(self.docket, other.docket))
            .unwrap_or(false)
    }
}
