//! A row's timeline: the events of its own document, small enough to be kept in the row, complete enough that
//! deadlines and metrics are computed from rows alone.

use minicbor::{Decode, Encode};

use crate::{
    facts::Facts,
    ids::{PersonId, Timestamp},
    limits,
    read::Issue,
    words::{Resolution, Status},
};

/// The most moments a timeline keeps: the first half and the last half of more.
const MOST: usize = 1_000;
/// The most bytes of a timeline in CBOR: what a row has, without two times fifty names.
const SIZE: usize = limits::ROW - (40 << 10);
/// The most bytes a moment takes in CBOR beside its texts.
const AROUND: usize = 48;

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
    shortened(moments)
}

/// As many moments as a row has room for: the first ones and the last ones. A long talk in the middle goes first, since
/// figures are made of the rest.
fn shortened(mut moments: Vec<Moment>) -> Vec<Moment> {
    let mut count = moments.len();
    let mut size: usize = moments.iter().map(Moment::size).sum();
    let mut place = 0;
    moments.retain(|moment| {
        place += 1;
        let goes = (count > MOST || size > SIZE) && place > MOST / 2 && moment.what == What::Commented;
        if goes {
            count -= 1;
            size -= moment.size();
        }
        !goes
    });
    if count <= MOST && size <= SIZE {
        return moments;
    }
    let head = fitting(moments.iter());
    let tail = fitting(moments.iter().skip(head).rev());
    moments.drain(head..moments.len() - tail);
    moments
}

/// How many of these moments half of a timeline has room for.
fn fitting<'m>(moments: impl Iterator<Item = &'m Moment>) -> usize {
    let mut size = 0;
    let fits = moments.take(MOST / 2).take_while(|moment| {
        size += moment.size();
        size <= SIZE / 2
    });
    fits.count()
}

impl Moment {
    /// At least as many bytes as it has in CBOR.
    fn size(&self) -> usize {
        let by = self.by.as_ref().map_or(0, |by| by.as_str().len());
        let texts = match &self.what {
            What::Field { field, from, to } => {
                field.len() + from.as_ref().map_or(0, String::len) + to.as_ref().map_or(0, String::len)
            }
            _ => 0,
        };
        AROUND + by + texts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(at: i64, text: usize, what: fn(String) -> What) -> Moment {
        Moment {
            at: Timestamp(at),
            corrected: true,
            by: Some(PersonId::from_stored("jira:somebody")),
            what: what("x".repeat(text)),
        }
    }

    fn field(text: String) -> What {
        What::Field {
            field: "assignee".to_owned(),
            from: Some(text.clone()),
            to: Some(text),
        }
    }

    #[test]
    fn a_timeline_keeps_within_its_bytes_whatever_is_in_it() {
        for (count, text) in [
            (0, 0),
            (10, 300),
            (900, 0),
            (5_000, 0),
            (1_000, 300),
            (40_000, 300),
        ] {
            let all: Vec<_> = (0..count).map(|at| moment(at, text, field)).collect();
            let kept = shortened(all.clone());
            assert!(kept.len() <= MOST);
            let size: usize = kept.iter().map(Moment::size).sum();
            assert!(size <= SIZE, "{size}");
            assert!(minicbor::to_vec(&kept).unwrap().len() <= SIZE + 10);
            assert_eq!((kept.first(), kept.last()), (all.first(), all.last()));
            if all.len() <= 900 {
                assert_eq!(kept, all);
            }
        }
    }

    #[test]
    fn talk_goes_first() {
        let all: Vec<_> = (0..3_000)
            .map(|at| moment(at, 0, if at % 2 == 0 { field } else { |_| What::Commented }))
            .collect();
        let kept = shortened(all);
        assert_eq!(kept.len(), MOST);
        let told = kept
            .iter()
            .filter(|moment| moment.what == What::Commented)
            .count();
        assert_eq!(told, 250);
    }
}
