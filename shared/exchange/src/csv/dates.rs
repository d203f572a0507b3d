//! Dates as people and programs write them, as the times of Jira's REST interface: `2012-05-16T07:56:00.000+0000`.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// The names of the months, by how they begin: in English, German and French, as Jira writes them in its users'
/// languages.
const MONTHS: [&[&str]; 12] = [
    &["jan"],
    &["feb", "fév"],
    &["mar", "mär", "mrz"],
    &["apr", "avr"],
    &["may", "mai"],
    &["jun", "juin"],
    &["jul", "juil"],
    &["aug", "aoû"],
    &["sep"],
    &["oct", "okt"],
    &["nov"],
    &["dec", "dez", "déc"],
];

/// How a file's dates are to be read: the file doesn't say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Dates {
    /// What `03/04/2024` is.
    pub order: Order,
    /// Where a time without a zone is meant.
    pub zone: Zone,
}

/// What comes first in a date of numbers alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Order {
    /// `31/12/2024`.
    #[default]
    DayFirst,
    /// `12/31/2024`.
    MonthFirst,
}

/// A fixed offset from UTC, in minutes to the east. Written `+0200`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Zone(i16);

/// A text that is no [`Zone`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” is no offset from UTC: write it as +0200, −0430 or Z")]
pub struct NoZone(String);

/// A date that has been read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Written {
    /// As Jira's REST interface writes it.
    pub(crate) iso: String,
    /// It had no zone: that of the file was taken.
    pub(crate) zoneless: bool,
}

impl Dates {
    /// Reads a date, with or without a time of day: `16/May/12 7:56 AM`, `2024-12-31 13:05`, `Dec 31, 2024`, ISO 8601
    /// and their mixtures. None for anything else. Whether there is such a day is left to who reads the answer.
    pub(crate) fn read(self, text: &str) -> Option<Written> {
        let mut cursor = Cursor(text.trim());
        let (year, month, day) = self.date(&mut cursor)?;
        cursor.skip(|char| char.is_whitespace() || char == ',');
        cursor.take("T");
        let clock = if cursor.0.is_empty() {
            "00:00:00.000".to_owned()
        } else {
            clock(&mut cursor)?
        };
        cursor.skip(char::is_whitespace);
        let zone = match cursor.0 {
            "" => None,
            "Z" | "z" | "UTC" | "GMT" => Some(Zone(0)),
            zone => Some(zone.parse().ok()?),
        };
        Some(Written {
            iso: format!(
                "{year:04}-{month:02}-{day:02}T{clock}{}",
                zone.unwrap_or(self.zone)
            ),
            zoneless: zone.is_none(),
        })
    }

    /// What comes first in the dates of these samples, where one of them tells.
    pub(crate) fn order_of<'a>(samples: impl Iterator<Item = &'a str>) -> Option<Order> {
        let first_two = |text: &str| {
            let mut cursor = Cursor(text.trim());
            let (first, _) = cursor.number()?;
            cursor.separator()?;
            let (second, _) = cursor.number()?;
            Some((first, second))
        };
        samples.filter_map(first_two).find_map(|numbers| match numbers {
            (13..=31, 1..=12) => Some(Order::DayFirst),
            (1..=12, 13..=31) => Some(Order::MonthFirst),
            _ => None,
        })
    }

    fn date(self, cursor: &mut Cursor<'_>) -> Option<(u32, u32, u32)> {
        let first = cursor.part()?;
        cursor.separator()?;
        let second = cursor.part()?;
        cursor.separator()?;
        let third = cursor.part()?;
        use Part::{Month, Number};
        let (year, month, day) = match (first, second, third) {
            (Number(year, 4), Number(month, _), Number(day, _)) => ((year, 4), month, day),
            (Number(year, 4), Month(month), Number(day, _)) => ((year, 4), month, day),
            (Number(day, _), Month(month), Number(year, digits))
            | (Month(month), Number(day, _), Number(year, digits)) => ((year, digits), month, day),
            (Number(first, _), Number(second, _), Number(year, digits)) => match self.order {
                Order::DayFirst => ((year, digits), second, first),
                Order::MonthFirst => ((year, digits), first, second),
            },
            _ => return None,
        };
        let year = match year {
            (year, 4) => year,
            // No tracker is older than 1970.
            (year, 2) => year + if year < 70 { 2000 } else { 1900 },
            _ => return None,
        };
        Some((year, month, day))
    }
}

/// The time of day, as `07:56:00.000`.
fn clock(cursor: &mut Cursor<'_>) -> Option<String> {
    let (mut hour, _) = cursor.number()?;
    let (mut minute, mut second, mut thousandths) = (0, 0, 0);
    if cursor.take(":") {
        (minute, _) = cursor.number()?;
        if cursor.take(":") {
            (second, _) = cursor.number()?;
            if cursor.take(".") || cursor.take(",") {
                let digits = cursor.digits();
                let digits: String = digits.chars().chain("000".chars()).take(3).collect();
                thousandths = digits.parse().ok()?;
            }
        }
    }
    cursor.skip(char::is_whitespace);
    let half = cursor.0.to_lowercase();
    if half.starts_with("am") || half.starts_with("pm") {
        cursor.0 = cursor.0.get(2..)?;
        if !(1..=12).contains(&hour) {
            return None;
        }
        hour = hour % 12 + if half.starts_with("pm") { 12 } else { 0 };
    }
    Some(format!("{hour:02}:{minute:02}:{second:02}.{thousandths:03}"))
}

/// A part of a date.
enum Part {
    /// A number, and of how many digits.
    Number(u32, usize),
    /// A month's name.
    Month(u32),
}

/// What is left of a text.
struct Cursor<'a>(&'a str);

impl<'a> Cursor<'a> {
    fn part(&mut self) -> Option<Part> {
        if let Some((number, digits)) = self.number() {
            return Some(Part::Number(number, digits));
        }
        let word = self.while_(char::is_alphabetic).to_lowercase();
        self.take(".");
        let is = |names: &&[&str]| names.iter().any(|name| word.starts_with(name));
        let month = MONTHS.iter().position(is)?;
        u32::try_from(month + 1).ok().map(Part::Month)
    }

    /// A number of at most four digits.
    fn number(&mut self) -> Option<(u32, usize)> {
        let before = self.0;
        let digits = self.digits();
        if digits.len() > 4 {
            self.0 = before;
            return None;
        }
        Some((digits.parse().ok()?, digits.len()))
    }

    fn digits(&mut self) -> &'a str {
        self.while_(|char| char.is_ascii_digit())
    }

    /// What stands between the parts of a date.
    fn separator(&mut self) -> Option<()> {
        let before = self.0.len();
        self.skip(|char| char.is_whitespace() || matches!(char, '/' | '-' | '.' | ','));
        (self.0.len() < before).then_some(())
    }

    fn take(&mut self, text: &str) -> bool {
        let rest = self.0.strip_prefix(text);
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }

    fn skip(&mut self, is: impl Fn(char) -> bool) {
        self.0 = self.0.trim_start_matches(is);
    }

    fn while_(&mut self, is: impl Fn(char) -> bool) -> &'a str {
        let rest = self.0.trim_start_matches(is);
        let taken = self.0.strip_suffix(rest).unwrap_or_default();
        self.0 = rest;
        taken
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { '-' } else { '+' };
        let minutes = self.0.unsigned_abs();
        write!(f, "{sign}{:02}{:02}", minutes / 60, minutes % 60)
    }
}

impl FromStr for Zone {
    type Err = NoZone;

    fn from_str(text: &str) -> Result<Self, NoZone> {
        let wrong = || NoZone(text.chars().take(20).collect());
        if text == "Z" {
            return Ok(Self(0));
        }
        let (sign, digits) = match text.strip_prefix(['-', '\u{2212}']) {
            Some(digits) => (-1, digits),
            None => (1, text.strip_prefix('+').ok_or_else(wrong)?),
        };
        let digits = digits.replacen(':', "", 1);
        let number = |range| digits.get(range).and_then(|text: &str| text.parse::<i16>().ok());
        let plain = matches!(digits.len(), 2 | 4) && digits.bytes().all(|byte| byte.is_ascii_digit());
        match (number(0..2), number(2..digits.len().max(2)).unwrap_or(0)) {
            (Some(hours @ 0..=23), minutes @ 0..=59) if plain => Ok(Self(sign * (hours * 60 + minutes))),
            _ => Err(wrong()),
        }
    }
}

impl TryFrom<String> for Zone {
    type Error = NoZone;

    fn try_from(text: String) -> Result<Self, NoZone> {
        text.parse()
    }
}

impl From<Zone> for String {
    fn from(zone: Zone) -> Self {
        zone.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, order: Order) -> Option<(String, bool)> {
        let zone = "+0530".parse().unwrap();
        let written = Dates { order, zone }.read(text)?;
        Some((written.iso, written.zoneless))
    }

    #[test]
    fn dates_of_many_programs_are_read() {
        for (text, iso) in [
            ("16/May/12 7:56 AM", "2012-05-16T07:56:00.000+0530"),
            ("16/May/12 12:05 am", "2012-05-16T00:05:00.000+0530"),
            ("16/Dez/2012 12:05\u{202f}PM", "2012-12-16T12:05:00.000+0530"),
            ("16/mai/12 19:56", "2012-05-16T19:56:00.000+0530"),
            ("16. März 2012, 19:56", "2012-03-16T19:56:00.000+0530"),
            ("2012-05-16 19:56", "2012-05-16T19:56:00.000+0530"),
            ("2012-05-16 19:56:03.25", "2012-05-16T19:56:03.250+0530"),
            ("2012-05-16", "2012-05-16T00:00:00.000+0530"),
            ("2012/5/6", "2012-05-06T00:00:00.000+0530"),
            ("May 16, 2012 7:56:01 PM", "2012-05-16T19:56:01.000+0530"),
            ("16.05.2012 9:03", "2012-05-16T09:03:00.000+0530"),
            ("1/2/98", "1998-02-01T00:00:00.000+0530"),
        ] {
            assert_eq!(
                read(text, Order::DayFirst),
                Some((iso.to_owned(), true)),
                "{text}"
            );
        }
        let american = read("5/16/2012 7:56 PM", Order::MonthFirst);
        assert_eq!(american, Some(("2012-05-16T19:56:00.000+0530".to_owned(), true)));
    }

    #[test]
    fn a_zone_in_the_text_counts() {
        for (text, iso) in [
            ("2012-05-16T19:56:03.123+0200", "2012-05-16T19:56:03.123+0200"),
            ("2012-05-16T19:56Z", "2012-05-16T19:56:00.000+0000"),
            ("2012-05-16 19:56:03 UTC", "2012-05-16T19:56:03.000+0000"),
            ("2012-05-16 19:56:03 -04:30", "2012-05-16T19:56:03.000-0430"),
        ] {
            assert_eq!(
                read(text, Order::DayFirst),
                Some((iso.to_owned(), false)),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in [
            "",
            "soon",
            "5",
            "2012",
            "2012-05",
            "16/Foo/12",
            "16/May/12 13:05 PM",
            "2012-05-16 noon",
            "123456-05-16",
            "2012-05-16T19:56 Mars/Base",
            "16/May/123",
            "1.2.3.4",
        ] {
            assert_eq!(read(text, Order::DayFirst), None, "{text}");
        }
    }

    #[test]
    fn samples_tell_the_order() {
        let order = |samples: &[&str]| Dates::order_of(samples.iter().copied());
        assert_eq!(
            order(&["1/2/2024", "12/31/2024 8:00 PM"]),
            Some(Order::MonthFirst)
        );
        assert_eq!(order(&["31.12.2024", "1/2/2024"]), Some(Order::DayFirst));
        assert_eq!(order(&["1/2/2024", "2024-12-31", "x"]), None);
    }

    #[test]
    fn zones_read_back() {
        for text in ["+0000", "-0430", "+1345"] {
            assert_eq!(text.parse::<Zone>().unwrap().to_string(), text);
        }
        for wrong in ["", "2", "+2", "+2500", "+02:60", "+éé", "+0x"] {
            assert!(wrong.parse::<Zone>().is_err(), "{wrong}");
        }
    }
}
