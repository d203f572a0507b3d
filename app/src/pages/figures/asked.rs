//! What is asked for: a value that stands in the address.

use std::collections::BTreeMap;

use docket_domain::metrics::{Dimension, Key, Measure, Quarter, Selection};

use crate::pages::router::{decode, encode};

/// What the page shows.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    /// What is told apart below the cards.
    pub(super) measure: &'static Measure,
    /// By what.
    pub(super) by: &'static Dimension,
    /// Of which quarter; none for all time.
    pub(super) period: Option<Quarter>,
    /// With what it is compared.
    pub(super) comparison: Comparison,
    /// What else the issues must be.
    pub(super) only: Vec<(&'static Dimension, Key)>,
    /// The figure whose issues are listed: all, or those with a key.
    pub(super) behind: Option<Behind>,
}

/// Which issues are listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Behind {
    /// All that the measure counts.
    All,
    /// Those with this key.
    Key(Key),
}

/// What a period is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Comparison {
    #[default]
    Nothing,
    Before,
    YearBefore,
}

impl Comparison {
    pub(super) const ALL: [Self; 3] = [Self::Nothing, Self::Before, Self::YearBefore];

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Nothing => "",
            Self::Before => "quarter",
            Self::YearBefore => "year",
        }
    }

    pub(super) const fn label(self) -> &'static str {
        match self {
            Self::Nothing => "Nothing",
            Self::Before => "The quarter before",
            Self::YearBefore => "The same quarter a year before",
        }
    }

    pub(super) fn parse(text: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|comparison| comparison.as_str() == text)
            .unwrap_or_default()
    }
}

// Measures and dimensions are told apart by their names.
impl PartialEq for Asked {
    fn eq(&self, other: &Self) -> bool {
        self.query() == other.query()
    }
}

impl Default for Asked {
    fn default() -> Self {
        // There are measures and dimensions.
        #[allow(clippy::indexing_slicing)]
        Self {
            measure: Measure::named("first-response").unwrap_or(&Measure::ALL[0]),
            by: &Dimension::ALL[0],
            period: None,
            comparison: Comparison::Nothing,
            only: Vec::new(),
            behind: None,
        }
    }
}

impl Asked {
    /// What an address's query asks for. What isn't understood is passed over.
    pub(super) fn parse(query: &str) -> Self {
        let mut asked = Self::default();
        let mut behind = None;
        for pair in query.split('&') {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let value = decode(value);
            match name {
                "measure" => asked.measure = Measure::named(&value).unwrap_or(asked.measure),
                "by" => asked.by = Dimension::named(&value).unwrap_or(asked.by),
                "period" => asked.period = value.parse().ok(),
                "compare" => asked.comparison = Comparison::parse(&value),
                "issues" => behind = Some(value),
                _ => {
                    let dimension = Dimension::named(name);
                    asked
                        .only
                        .extend(dimension.and_then(|dimension| Some((dimension, dimension.key(&value)?))));
                }
            }
        }
        asked.behind = behind.and_then(|text| match text.as_str() {
            "" => Some(Behind::All),
            text => asked.by.key(text).map(Behind::Key),
        });
        asked
    }

    /// It as a query.
    pub(super) fn query(&self) -> String {
        let mut pairs = vec![
            format!("measure={}", self.measure.id),
            format!("by={}", self.by.id),
        ];
        pairs.extend(self.period.map(|period| format!("period={period}")));
        if self.comparison != Comparison::Nothing {
            pairs.push(format!("compare={}", self.comparison.as_str()));
        }
        let only = self.only.iter();
        pairs.extend(only.map(|(dimension, key)| format!("{}={}", dimension.id, encode(&key.to_string()))));
        match &self.behind {
            Some(Behind::All) => pairs.push("issues=".to_owned()),
            Some(Behind::Key(key)) => pairs.push(format!("issues={}", encode(&key.to_string()))),
            None => {}
        }
        pairs.join("&")
    }

    /// Tells another measure apart.
    pub(super) fn choose(&mut self, measure: &'static Measure) {
        self.measure = measure;
        self.behind = None;
    }

    /// Asks for a key, or no longer.
    pub(super) fn toggle(&mut self, dimension: &'static Dimension, key: &Key) {
        let before = self.only.len();
        self.only
            .retain(|(other, one)| other.id != dimension.id || one != key);
        if self.only.len() == before {
            self.only.push((dimension, key.clone()));
        }
        self.behind = None;
    }

    /// Which observations count.
    pub(super) fn selection(&self) -> Selection {
        self.of(self.period)
    }

    /// Which count in the period that is compared with, if there is one.
    pub(super) fn compared(&self) -> Option<Selection> {
        let period = self.period?;
        let before = match self.comparison {
            Comparison::Nothing => return None,
            Comparison::Before => period.plus(-1),
            Comparison::YearBefore => period.plus(-4),
        };
        Some(self.of(Some(before)))
    }

    fn of(&self, period: Option<Quarter>) -> Selection {
        let mut only: BTreeMap<&'static str, _> = BTreeMap::new();
        for (dimension, key) in &self.only {
            let keys: &mut std::collections::BTreeSet<Key> = only.entry(dimension.id).or_default();
            keys.insert(key.clone());
        }
        Selection {
            from: period.map(Quarter::begins),
            until: period.map(|period| period.plus(1).begins()),
            only,
        }
    }
}
