//! Times as trackers write them: `2012-07-23T11:41:55.000+0000`.

use docket_domain::{Timestamp, metrics::Month};

/// The last millisecond of the year 9999: documents have times from 1970 to then.
const LAST: i64 = 253_402_300_799_999;
/// Milliseconds of a day.
const DAY: i64 = 86_400_000;

/// Reads an ISO 8601 date and time with its zone. None for anything else (a time without a zone could be any of 26
/// hours), and for times that documents don't have.
pub(crate) fn parse(text: &str) -> Option<Timestamp> {
    let (date, rest) = text.split_once('T')?;
    let mut parts = date.splitn(3, '-');
    let (year, month, day) = (
        digits(parts.next()?, 4)?,
        digits(parts.next()?, 2)?,
        digits(parts.next()?, 2)?,
    );
    let zone_at = rest.find(['Z', '+', '-'])?;
    let (clock, zone) = rest.split_at_checked(zone_at)?;
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, ""));
    let mut parts = clock.splitn(3, ':');
    let (hour, minute) = (digits(parts.next()?, 2)?, digits(parts.next()?, 2)?);
    let second = parts.next().map_or(Some(0), |text| digits(text, 2))?;
    // 60 is a leap second.
    if !(1..=12).contains(&month)
        || day < 1
        || day > length(year, month)
        || hour > 23
        || minute > 59
        || second > 60
    {
        return None;
    }
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    // Finer than milliseconds is cut; the text is kept beside the time.
    let thousandths: String = fraction.chars().chain("000".chars()).take(3).collect();
    let seconds = days(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second - offset(zone)?;
    let at = seconds * 1_000 + digits(&thousandths, 3)?;
    (0..=LAST).contains(&at).then_some(Timestamp(at))
}

/// A time in UTC, as [`parse`] reads it: `2012-07-23T11:41:55.000Z`.
pub(crate) fn write(at: Timestamp) -> String {
    let at = Timestamp(at.0.clamp(0, LAST));
    let month = Month::of(at);
    let of_month = at.0 - month.begins().0;
    let (day, of_day) = (of_month / DAY + 1, of_month % DAY);
    format!(
        "{month}-{day:02}T{:02}:{:02}:{:02}.{:03}Z",
        of_day / 3_600_000,
        of_day / 60_000 % 60,
        of_day / 1_000 % 60,
        of_day % 1_000
    )
}

/// A time as the clock showed it: without the zone, if it has one.
pub(crate) fn clock(text: &str) -> &str {
    let zone_at = text
        .split_once('T')
        .filter(|_| parse(text).is_some())
        .and_then(|(date, rest)| Some(date.len() + 1 + rest.find(['Z', '+', '-'])?));
    zone_at.and_then(|at| text.get(..at)).unwrap_or(text)
}

/// Seconds east of Greenwich: `Z`, `+0530`, `+05:30`, `+05`.
fn offset(zone: &str) -> Option<i64> {
    if zone == "Z" {
        return Some(0);
    }
    let (sign, zone) = zone.split_at_checked(1)?;
    let (hours, minutes) = match zone.len() {
        2 => (zone, "00"),
        4 => zone.split_at_checked(2)?,
        _ => zone.split_once(':')?,
    };
    let (hours, minutes) = (digits(hours, 2)?, digits(minutes, 2)?);
    if hours > 23 || minutes > 59 {
        return None;
    }
    let seconds = hours * 3_600 + minutes * 60;
    Some(if sign == "-" { -seconds } else { seconds })
}

fn digits(text: &str, count: usize) -> Option<i64> {
    let fits = text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| text.parse().ok()).flatten()
}

const fn length(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01, as in Howard Hinnant's `days_from_civil`: years begin in March, so that leap days end them.
const fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_with_their_zones() {
        for (text, milliseconds) in [
            ("1970-01-01T00:00:00.000+0000", 0),
            ("2012-07-23T11:41:55.000+0000", 1_343_043_715_000),
            ("2012-07-23T13:41:55.250+0200", 1_343_043_715_250),
            ("2012-07-23T07:11:55-04:30", 1_343_043_715_000),
            ("2012-07-23T11:41:55Z", 1_343_043_715_000),
            ("2012-07-23T11:41:55.1239999Z", 1_343_043_715_123),
            ("2012-07-23T11:41Z", 1_343_043_660_000),
            ("2012-07-23T12:41:55+01", 1_343_043_715_000),
            ("2000-02-29T23:59:59.999+0000", 951_868_799_999),
            ("2024-12-31T23:59:60Z", 1_735_689_600_000),
            ("9999-12-31T23:59:59Z", 253_402_300_799_000),
        ] {
            assert_eq!(parse(text), Some(Timestamp(milliseconds)), "{text}");
        }
    }

    #[test]
    fn what_is_written_is_read() {
        for at in [0, 1, 951_868_799_999, 1_343_043_715_250, LAST] {
            assert_eq!(parse(&write(Timestamp(at))), Some(Timestamp(at)));
        }
        assert_eq!(write(Timestamp(1_343_043_715_250)), "2012-07-23T11:41:55.250Z");
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in [
            "",
            "2012-07-23",
            "2012-07-23T11:41:55",
            "2012-13-01T00:00:00Z",
            "2012-00-01T00:00:00Z",
            "2011-02-29T00:00:00Z",
            "1900-02-29T00:00:00Z",
            "2012-01-01T24:00:00Z",
            "2012-01-01T00:60:00Z",
            "2012-1-1T00:00:00Z",
            "2012-01-01T00:00:00+9900",
            "2012-01-01T00:00:00.+0000Z",
            "2012-01-01T00:00:00.12x+0000",
            "-012-01-01T00:00:00Z",
            "２０１２-01-01T00:00:00Z",
            "2012-01-01T00:00:00+é1",
            "23/Jul/12 11:41 AM",
            "1969-12-31T23:59:59.999Z",
            "0001-01-01T00:00:00Z",
            "9999-12-31T23:59:59-01:00",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
