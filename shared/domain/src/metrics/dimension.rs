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
    parse: fn(&str) -> Option<Key>,
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
    /// A person.
    Person(PersonId),
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
            parse: |text| Severity::parse(text).map(Key::Severity),
        },
        Self {
            id: "priority",
            name: "Priority",
            keys: |life, _| one(life.priority.map(Key::Priority)),
            parse: |text| Priority::parse(text).map(Key::Priority),
        },
        Self {
            id: "component",
            name: "Component",
            keys: |life, _| one(life.component.clone().map(Key::Name)),
            parse: |text| Some(Key::Name(text.to_owned())),
        },
        Self {
            id: "organisation",
            name: "Reporter’s organisation",
            keys: |life, _| one(life.organisation.clone().map(Key::Organisation)),
            parse: |text| text.parse().ok().map(Key::Organisation),
        },
        Self {
            id: "assignee",
            name: "Assignee",
            keys: |life, _| one(life.assignee.clone().map(Key::Person)),
            parse: |text| Some(Key::Person(PersonId::from_stored(text))),
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
            parse: |text| Some(Key::Name(text.to_owned())),
        },
        Self {
            id: "month",
            name: "Month",
            keys: |_, observation| vec![Key::Month(Month::of(observation.at))],
            parse: |text| text.parse().ok().map(Key::Month),
        },
        Self {
            id: "quarter",
            name: "Quarter",
            keys: |_, observation| vec![Key::Quarter(Quarter::of(observation.at))],
            parse: |text| text.parse().ok().map(Key::Quarter),
        },
        Self {
            id: "age",
            name: "Age on the day of the figures",
            keys: |life, _| {
                let days = (life.as_of.0 - life.reported.0).div_euclid(86_400_000);
                let age = AGES.iter().position(|(most, _)| days <= *most);
                one(age.map(Key::Age))
            },
            parse: |text| text.parse().ok().filter(|age| *age < AGES.len()).map(Key::Age),
        },
    ];

    /// The dimension with this name for programs.
    #[must_use]
    pub fn named(id: &str) -> Option<&'static Self> {
        Self::ALL.iter().find(|dimension| dimension.id == id)
    }

    /// Can an issue have several of its keys at once?
    #[must_use]
    pub fn has_several(&self) -> bool {
        self.id == "label"
    }

    /// Is it a stretch of time? Then every period has its own keys, and they follow one another.
    #[must_use]
    pub fn is_time(&self) -> bool {
        matches!(self.id, "month" | "quarter")
    }

    /// The key that [`Key`]'s own text stands for, in this dimension.
    #[must_use]
    pub fn key(&self, text: &str) -> Option<Key> {
        if text == NONE {
            Some(Key::None)
        } else {
            (self.parse)(text)
        }
    }

    /// The keys of an observation: at least one, several where the issue has several labels.
    #[must_use]
    pub fn keys(&self, life: &Life, observation: &Observation) -> Vec<Key> {
        (self.keys)(life, observation)
    }
}

impl Key {
    /// The month or the quarter after it; none for what isn't one.
    #[must_use]
    pub fn next(&self) -> Option<Self> {
        match self {
            Self::Month(month) => Some(Self::Month(month.next())),
            Self::Quarter(quarter) => Some(Self::Quarter(quarter.plus(1))),
            _ => None,
        }
    }
}

/// The text of a key: for addresses. [`Dimension::key`] reads it.
impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Severity(word) => f.write_str(word.as_str()),
            Self::Priority(word) => f.write_str(word.as_str()),
            Self::Name(name) => f.write_str(name),
            Self::Organisation(id) => id.fmt(f),
            Self::Person(id) => f.write_str(id.as_str()),
            Self::Month(month) => month.fmt(f),
            Self::Quarter(quarter) => quarter.fmt(f),
            Self::Age(age) => age.fmt(f),
            Self::None => f.write_str(NONE),
        }
    }
}

/// The text of [`Key::None`].
const NONE: &str = "-";

fn one(key: Option<Key>) -> Vec<Key> {
    vec![key.unwrap_or(Key::None)]
}
