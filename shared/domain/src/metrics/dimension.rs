//! What figures are told apart by. Each dimension is one value in [`Dimension::ALL`].

use super::{Life, Month, Observation, Quarter};
use crate::{
    ids::{OrganisationId, PersonId},
    words::{Priority, Severity},
};

/// Something to tell figures apart by.
#[derive(Debug, Clone, Copy)]
pub struct Dimension {
    /// Its name for programs; never changes.
    pub id: &'static str,
    /// Its name for people.
    pub name: &'static str,
    keys: fn(&Life, &Observation) -> Vec<Key>,
}

/// A value of a dimension. What isn't known comes last.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// How bad it is.
    Severity(Severity),
    /// How soon it is wanted.
    Priority(Priority),
    /// A component, a label.
    Name(String),
    /// An organisation.
    Organisation(OrganisationId),
    /// A person, with a name for somebody of another tracker.
    Person(PersonId, Option<String>),
    /// A month.
    Month(Month),
    /// A quarter.
    Quarter(Quarter),
    /// An index into [`AGES`].
    Age(usize),
    /// It has none.
    None,
}

/// Ages in whole days: up to so many, and a name for people.
pub const AGES: [(i64, &str); 4] = [
    (30, "up to 30 days"),
    (90, "31 to 90 days"),
    (365, "91 to 365 days"),
    (i64::MAX, "over 365 days"),
];

impl Dimension {
    /// All dimensions, in the order in which people choose among them.
    pub const ALL: &'static [Self] = &[
        Self {
            id: "severity",
            name: "Severity",
            keys: |life, _| one(life.severity.map(Key::Severity)),
        },
        Self {
            id: "priority",
            name: "Priority",
            keys: |life, _| one(life.priority.map(Key::Priority)),
        },
        Self {
            id: "component",
            name: "Component",
            keys: |life, _| one(life.component.clone().map(Key::Name)),
        },
        Self {
            id: "organisation",
            name: "Reporter’s organisation",
            keys: |life, _| one(life.organisation.clone().map(Key::Organisation)),
        },
        Self {
            id: "assignee",
            name: "Assignee",
            keys: |life, _| {
                let person = life.assignee.clone();
                one(person.map(|person| Key::Person(person, life.assignee_name.clone())))
            },
        },
        Self {
            id: "label",
            name: "Label",
            keys: |life, _| {
                if life.labels.is_empty() {
                    return vec![Key::None];
                }
                life.labels.iter().cloned().map(Key::Name).collect()
            },
        },
        Self {
            id: "month",
            name: "Month",
            keys: |_, observation| vec![Key::Month(Month::of(observation.at))],
        },
        Self {
            id: "quarter",
            name: "Quarter",
            keys: |_, observation| vec![Key::Quarter(Quarter::of(observation.at))],
        },
        Self {
            id: "age",
            name: "Age on the day of the figures",
            keys: |life, _| {
                let days = (life.as_of.0 - life.reported.0).div_euclid(86_400_000);
                let age = AGES.iter().position(|(most, _)| days <= *most);
                one(age.map(Key::Age))
            },
        },
    ];

    /// The dimension with this name for programs.
    #[must_use]
    pub fn named(id: &str) -> Option<&'static Self> {
        Self::ALL.iter().find(|dimension| dimension.id == id)
    }

    /// The keys of an observation: at least one, several where the issue has several labels.
    #[must_use]
    pub fn keys(&self, life: &Life, observation: &Observation) -> Vec<Key> {
        (self.keys)(life, observation)
    }
}

fn one(key: Option<Key>) -> Vec<Key> {
    vec![key.unwrap_or(Key::None)]
}
