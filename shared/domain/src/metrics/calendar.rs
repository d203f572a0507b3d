//! Months and quarters, in UTC.

use std::str::FromStr;

use minicbor::{Decode, Decoder, Encode, Encoder, decode, encode};
use serde::{Deserialize, Serialize};

use crate::ids::Timestamp;

/// A calendar month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    /// The year.
    pub year: i64,
    /// 1 to 12.
    pub month: u8,
}

/// A calendar quarter. Kept as text: `2026-Q1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Quarter {
    /// The year.
    pub year: i64,
    /// 1 to 4.
    pub quarter: u8,
}

const DAY: i64 = 86_400_000;

impl Month {
    /// The month of a time. As in Howard Hinnant's `civil_from_days`: years begin in March, so that leap days end them.
    #[must_use]
    pub const fn of(at: Timestamp) -> Self {
        let days = at.0.div_euclid(DAY) + 719_468;
        let era = days.div_euclid(146_097);
        let of_era = days.rem_euclid(146_097);
        let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let shifted = (5 * of_year + 2) / 153;
        let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
        Self {
            year: year + era * 400 + (month <= 2) as i64,
            month: month as u8,
        }
    }

    /// When it begins.
    #[must_use]
    pub const fn begins(self) -> Timestamp {
        let (year, shifted) = if self.month <= 2 {
            (self.year - 1, self.month as i64 + 9)
        } else {
            (self.year, self.month as i64 - 3)
        };
        let of_era = year.rem_euclid(400);
        let days = of_era * 365 + of_era / 4 - of_era / 100 + (153 * shifted + 2) / 5;
        Timestamp((year.div_euclid(400) * 146_097 + days - 719_468) * DAY)
    }

    /// The one after it.
    #[must_use]
    pub const fn next(self) -> Self {
        if self.month < 12 {
            Self {
                year: self.year,
                month: self.month + 1,
            }
        } else {
            Self {
                year: self.year + 1,
                month: 1,
            }
        }
    }
}

impl Quarter {
    /// The quarter of a time.
    #[must_use]
    pub const fn of(at: Timestamp) -> Self {
        let Month { year, month } = Month::of(at);
        Self {
            year,
            quarter: (month - 1) / 3 + 1,
        }
    }

    /// When it begins.
    #[must_use]
    pub const fn begins(self) -> Timestamp {
        Month {
            year: self.year,
            month: self.quarter * 3 - 2,
        }
        .begins()
    }

    /// The one so many quarters later, or earlier.
    #[must_use]
    pub const fn plus(self, quarters: i64) -> Self {
        let index = self.year * 4 + self.quarter as i64 - 1 + quarters;
        Self {
            year: index.div_euclid(4),
            quarter: index.rem_euclid(4) as u8 + 1,
        }
    }
}

impl std::fmt::Display for Month {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

impl std::fmt::Display for Quarter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-Q{}", self.year, self.quarter)
    }
}

/// Not the text of a month or a quarter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a month is written 2026-03, a quarter 2026-Q1")]
pub struct NoPeriod;

impl FromStr for Month {
    type Err = NoPeriod;

    fn from_str(text: &str) -> Result<Self, NoPeriod> {
        let (year, month) = text.split_once('-').ok_or(NoPeriod)?;
        let found = Self {
            year: year.parse().ok().filter(in_use).ok_or(NoPeriod)?,
            month: month.parse().map_err(|_| NoPeriod)?,
        };
        (1..=12).contains(&found.month).then_some(found).ok_or(NoPeriod)
    }
}

impl FromStr for Quarter {
    type Err = NoPeriod;

    fn from_str(text: &str) -> Result<Self, NoPeriod> {
        let (year, quarter) = text.split_once("-Q").ok_or(NoPeriod)?;
        let found = Self {
            year: year.parse().ok().filter(in_use).ok_or(NoPeriod)?,
            quarter: quarter.parse().map_err(|_| NoPeriod)?,
        };
        (1..=4).contains(&found.quarter).then_some(found).ok_or(NoPeriod)
    }
}

impl From<Quarter> for String {
    fn from(quarter: Quarter) -> Self {
        quarter.to_string()
    }
}

impl TryFrom<String> for Quarter {
    type Error = NoPeriod;

    fn try_from(text: String) -> Result<Self, NoPeriod> {
        text.parse()
    }
}

impl<C> Encode<C> for Quarter {
    fn encode<W: encode::Write>(
        &self,
        encoder: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), encode::Error<W::Error>> {
        encoder.str(&self.to_string())?.ok()
    }
}

impl<'b, C> Decode<'b, C> for Quarter {
    fn decode(decoder: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
        decoder.str()?.parse().map_err(decode::Error::custom)
    }
}

/// Documents have times of these years.
fn in_use(year: &i64) -> bool {
    (1970..=9999).contains(year)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2012-02-29T23:59:59.999Z.
    const LEAP: Timestamp = Timestamp(1_330_559_999_999);

    #[test]
    fn known_days() {
        assert_eq!(Month::of(Timestamp(0)).to_string(), "1970-01");
        assert_eq!(Month::of(Timestamp(-1)).to_string(), "1969-12");
        assert_eq!(Month::of(LEAP).to_string(), "2012-02");
        assert_eq!(Month::of(LEAP.plus(1)).to_string(), "2012-03");
        assert_eq!(Quarter::of(LEAP).to_string(), "2012-Q1");
        // 2000-12-31T12:00Z: the last day of a year that the hundreds' rule doesn't shorten.
        assert_eq!(Quarter::of(Timestamp(978_264_000_000)).to_string(), "2000-Q4");
    }

    #[test]
    fn each_month_begins_where_the_one_before_ends() {
        let first = Month {
            year: 1899,
            month: 12,
        };
        let mut before = first;
        for index in 1..202 * 12 {
            let at = first.month as i64 - 1 + index;
            let month = Month {
                year: first.year + at / 12,
                month: (at % 12 + 1) as u8,
            };
            assert_eq!(Month::of(month.begins()), month);
            assert_eq!(Month::of(month.begins().plus(-1)), before);
            assert_eq!(before.next(), month);
            let days = (month.begins().0 - before.begins().0) / DAY;
            assert!((28..=31).contains(&days), "{before}: {days}");
            if month.year >= 1970 {
                assert_eq!(month.to_string().parse(), Ok(month));
            }
            before = month;
        }
    }

    #[test]
    fn what_is_no_period_is_refused() {
        for text in [
            "",
            "2026",
            "2026-13",
            "2026-00",
            "-1-01",
            "2026-Q1",
            "99999999999999999999-01",
        ] {
            assert_eq!(text.parse::<Month>(), Err(NoPeriod), "{text}");
        }
        for text in ["", "2026-Q0", "2026-Q5", "2026-01", "1000000-Q1"] {
            assert_eq!(text.parse::<Quarter>(), Err(NoPeriod), "{text}");
        }
    }

    #[test]
    fn each_quarter_is_three_months() {
        for index in 0..40 {
            let quarter = Quarter::of(LEAP).plus(index);
            for month in 0..3 {
                let month = Month {
                    year: quarter.year,
                    month: quarter.quarter * 3 - 2 + month,
                };
                assert_eq!(Quarter::of(month.begins()), quarter);
            }
            assert_eq!(Quarter::of(quarter.plus(1).begins().plus(-1)), quarter);
            assert_eq!(quarter.plus(1).plus(-1), quarter);
            assert_eq!(quarter.to_string().parse(), Ok(quarter));
        }
        assert_eq!(
            Quarter {
                year: 2024,
                quarter: 2
            }
            .plus(-4),
            Quarter {
                year: 2023,
                quarter: 2
            }
        );
    }
}
