//! What is measured. Each measure is one value in [`Measure::ALL`].

use serde::{Deserialize, Serialize};

use super::Life;
use crate::{ids::Timestamp, words::Status};

/// Something that is measured of each issue.
#[derive(Debug, Clone, Copy)]
pub struct Measure {
    /// Its name for programs; never changes.
    pub id: &'static str,
    /// Its name for people.
    pub name: &'static str,
    /// What its values are.
    pub unit: Unit,
    /// What exactly is measured, in words for people.
    pub definition: &'static str,
    observe: fn(&Life, &mut dyn FnMut(Observation)),
}

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// Hours.
    Hours,
    /// Whole days.
    Days,
    /// Each observation is one occurrence: `n` is the figure.
    Count,
    /// 1 or 0: the mean is the figure, a share.
    Share,
}

/// One value of one issue.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Observation {
    /// When it was complete: it belongs to this time's month and quarter.
    pub at: Timestamp,
    /// How much.
    pub value: f64,
}

impl Measure {
    /// All measures, in the order in which people read them.
    pub const ALL: &'static [Self] = &[
        Self {
            id: "created",
            name: "Reported",
            unit: Unit::Count,
            definition: "Issues reported, at the time of the report.",
            observe: |life, tell| tell(once(life.reported)),
        },
        Self {
            id: "resolved",
            name: "Resolved",
            unit: Unit::Count,
            definition: "Resolutions: each time an issue became resolved or closed. One that was reopened counts again.",
            observe: |life, tell| life.resolved.iter().copied().map(once).for_each(tell),
        },
        Self {
            id: "throughput",
            name: "Throughput",
            unit: Unit::Count,
            definition: "Issues brought to an end, at their last resolution. One that is open again doesn't count.",
            observe: |life, tell| {
                let last = life.resolved.last().filter(|_| life.is_resolved());
                last.copied().map(once).into_iter().for_each(tell);
            },
        },
        Self {
            id: "backlog",
            name: "Backlog",
            unit: Unit::Days,
            definition: "Issues reported and not resolved on the day of the figures; the value is their age, from the report \
                         to that day, in whole days. An issue that is done without a record of when counts as not resolved.",
            observe: |life, tell| {
                if !life.is_resolved() {
                    tell(Observation {
                        at: life.as_of,
                        value: (life.as_of.0 - life.reported.0).div_euclid(DAY) as f64,
                    });
                }
            },
        },
        Self {
            id: "first-response",
            name: "Time to first response",
            unit: Unit::Hours,
            definition: "From the report to the first comment or change of status by somebody who is known and isn't the \
                         reporter. Issues without one are left out.",
            observe: |life, tell| since_report(life, tell, life.responded),
        },
        Self {
            id: "first-resolution",
            name: "Time to first resolution",
            unit: Unit::Hours,
            definition: "From the report to the first time the issue became resolved or closed. Issues that never did are \
                         left out.",
            observe: |life, tell| since_report(life, tell, life.resolved.first().copied()),
        },
        Self {
            id: "total-resolution",
            name: "Time to last resolution",
            unit: Unit::Hours,
            definition: "From the report to the last time the issue became resolved or closed, with all its reopenings. \
                         Issues that are open are left out.",
            observe: |life, tell| {
                since_report(
                    life,
                    tell,
                    life.resolved.last().copied().filter(|_| life.is_resolved()),
                )
            },
        },
        Self {
            id: "reopen-rate",
            name: "Reopen rate",
            unit: Unit::Share,
            definition: "The share of resolutions after which the issue was reopened.",
            observe: |life, tell| {
                let reopened = |index: usize, at: &Timestamp| {
                    let next = life.resolved.get(index + 1);
                    let within = |again: &&Timestamp| *again >= at && next.is_none_or(|next| *again <= next);
                    life.reopened.iter().any(|again| within(&again))
                };
                let each = life.resolved.iter().enumerate();
                each.map(|(index, at)| Observation {
                    at: *at,
                    value: f64::from(u8::from(reopened(index, at))),
                })
                .for_each(tell);
            },
        },
        Self {
            id: "reassignments",
            name: "Reassignments",
            unit: Unit::Count,
            definition: "Changes of the assignee from one person to another. The first assignment isn't one.",
            observe: |life, tell| life.reassigned.iter().copied().map(once).for_each(tell),
        },
        Self {
            id: "waiting-reporter",
            name: "Waiting on the reporter",
            unit: Unit::Hours,
            definition: WAITING,
            observe: |life, tell| time_in(life, tell, Status::WaitingReporter),
        },
        Self {
            id: "waiting-vendor",
            name: "Waiting on the vendor",
            unit: Unit::Hours,
            definition: WAITING,
            observe: |life, tell| time_in(life, tell, Status::WaitingVendor),
        },
        Self {
            id: "time-new",
            name: "Time as new",
            unit: Unit::Hours,
            definition: STAY,
            observe: |life, tell| time_in(life, tell, Status::New),
        },
        Self {
            id: "time-triaged",
            name: "Time as triaged",
            unit: Unit::Hours,
            definition: STAY,
            observe: |life, tell| time_in(life, tell, Status::Triaged),
        },
        Self {
            id: "time-in-progress",
            name: "Time in progress",
            unit: Unit::Hours,
            definition: STAY,
            observe: |life, tell| time_in(life, tell, Status::InProgress),
        },
        Self {
            id: "time-reopened",
            name: "Time as reopened",
            unit: Unit::Hours,
            definition: STAY,
            observe: |life, tell| time_in(life, tell, Status::Reopened),
        },
        Self {
            id: "time-resolved",
            name: "Time as resolved",
            unit: Unit::Hours,
            definition: STAY,
            observe: |life, tell| time_in(life, tell, Status::Resolved),
        },
        Self {
            id: "time-closed",
            name: "Time as closed",
            unit: Unit::Hours,
            definition: STAY,
            observe: |life, tell| time_in(life, tell, Status::Closed),
        },
    ];

    /// The measure with this name for programs.
    #[must_use]
    pub fn named(id: &str) -> Option<&'static Self> {
        Self::ALL.iter().find(|measure| measure.id == id)
    }

    /// Tells each of the measure's values of one issue.
    pub fn each(&self, life: &Life, mut tell: impl FnMut(Observation)) {
        (self.observe)(life, &mut tell);
    }

    /// The measure's values of one issue.
    #[must_use]
    pub fn observe(&self, life: &Life) -> Vec<Observation> {
        let mut all = Vec::new();
        self.each(life, |observation| all.push(observation));
        all
    }
}

const DAY: i64 = 86_400_000;
const HOUR: f64 = 3_600_000.0;

const STAY: &str = "Each stretch of time in the status, at its end; one that lasts counts up to the day of the figures. \
                    Stretches whose beginning isn't on record are left out.";
const WAITING: &str = "Each stretch of time in which the answer of somebody else was waited for, at its end; one that lasts \
                       counts up to the day of the figures.";

const fn once(at: Timestamp) -> Observation {
    Observation { at, value: 1.0 }
}

fn hours(from: Timestamp, until: Timestamp) -> f64 {
    (until.0 - from.0) as f64 / HOUR
}

fn since_report(life: &Life, tell: &mut dyn FnMut(Observation), at: Option<Timestamp>) {
    if let Some(at) = at {
        tell(Observation {
            at,
            value: hours(life.reported, at),
        });
    }
}

fn time_in(life: &Life, tell: &mut dyn FnMut(Observation), status: Status) {
    for stay in life.stays.iter().filter(|stay| stay.status == status) {
        let until = stay.until.unwrap_or(life.as_of);
        // Two changes in one moment leave no time between them.
        if until != stay.from {
            tell(Observation {
                at: until,
                value: hours(stay.from, until),
            });
        }
    }
}
