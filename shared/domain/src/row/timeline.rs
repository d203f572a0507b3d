//! A row's timeline: the events of its own document, small enough to be kept in the row, complete enough that
//! deadlines and metrics are computed from rows alone.

use minicbor::{Decode, Encode};

use crate::{
    facts::Facts,
    ids::{PersonId, Timestamp},
    read::Issue,
    words::{Resolution, Status},
};

/// The most moments a timeline keeps: the first half and the last half of more.
const MOST: usize = 1_000;

/// Something that happened to an issue.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct Moment {
    /// When, as judged by the hub's facts.
    #[n(0)]
    pub at: Timestamp,
    /// Was another time claimed, that can't be true?
    #[n(1)]
    pub corrected: bool,
    /// By whom.
    #[n(2)]
    pub by: Option<PersonId>,
    /// What.
    #[n(3)]
    pub what: What,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum What {
    /// It was reported.
    #[n(0)]
    Created,
    /// Somebody commented.
    #[n(1)]
    Commented,
    /// The status changed.
    #[n(2)]
    Status {
        /// From.
        #[n(0)]
        from: Option<Status>,
        /// To.
        #[n(1)]
        to: Status,
        /// With this resolution.
        #[n(2)]
        resolution: Option<Resolution>,
    },
    /// Another field whose history counts changed: assignee, severity, priority.
    #[n(3)]
    Field {
        /// The field's key.
        #[n(0)]
        field: String,
        /// From.
        #[n(1)]
        from: Option<String>,
        /// To.
        #[n(2)]
        to: Option<String>,
    },
    /// A flag for attention was raised.
    #[n(4)]
    Attention,
}

/// The timeline of an issue, in order of time.
pub(super) fn of(issue: &Issue, created: Timestamp, facts: &Facts) -> Vec<Moment> {
    let mut moments = vec![Moment {
        at: created,
        corrected: false,
        by: issue.reporter.clone(),
        what: What::Created,
    }];
    for comment in &issue.comments {
        let judged = facts.judge_object(&comment.object, comment.at);
        let (at, corrected) = (judged.at, judged.corrected);
        moments.push(Moment {
            at,
            corrected,
            by: comment.by.clone(),
            what: What::Commented,
        });
    }
    for event in &issue.events {
        let judged = facts.judge_object(&event.object, event.at);
        let status = |word: &Option<String>| word.as_deref().and_then(Status::parse);
        let what = match (event.field.as_str(), status(&event.to)) {
            ("status", Some(to)) => What::Status {
                from: status(&event.from),
                to,
                resolution: event.resolution,
            },
            _ => What::Field {
                field: super::short(&event.field),
                from: event.from.as_deref().map(super::short),
                to: event.to.as_deref().map(super::short),
            },
        };
        moments.push(Moment {
            at: judged.at,
            corrected: judged.corrected,
            by: event.by.clone(),
            what,
        });
    }
    for flag in &issue.attention {
        let judged = facts.judge_object(&flag.object, flag.at);
        let (at, corrected) = (judged.at, judged.corrected);
        moments.push(Moment {
            at,
            corrected,
            by: flag.by.clone(),
            what: What::Attention,
        });
    }
    // Stable: what happened at one time keeps the order above, which depends on the document alone.
    moments.sort_by_key(|moment| moment.at);
    // A long talk in the middle goes first: figures are made of the rest.
    let (mut excess, mut place) = (moments.len().saturating_sub(MOST), 0);
    moments.retain(|moment| {
        place += 1;
        let goes = excess > 0 && place > MOST / 2 && moment.what == What::Commented;
        excess -= usize::from(goes);
        !goes
    });
    if moments.len() > MOST {
        let tail = moments.len() - MOST / 2;
        moments.drain(MOST / 2..tail);
    }
    moments
}
