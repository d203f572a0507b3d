//! The working group's own words, as documents hold them or as people read them, in any case.

use docket_domain::words::{Priority, Resolution, Severity, Status};

/// A status.
pub(crate) fn status(name: &str) -> Option<Status> {
    find(Status::ALL, name, |it| (it.as_str(), it.label()))
}

/// A priority.
pub(crate) fn priority(name: &str) -> Option<Priority> {
    find(Priority::ALL, name, |it| (it.as_str(), it.label()))
}

/// A severity: of `S1 · outage` the beginning is enough.
pub(crate) fn severity(name: &str) -> Option<Severity> {
    let code = name.split(|char: char| !char.is_alphanumeric()).next();
    find(Severity::ALL, name, |it| (it.as_str(), it.label()))
        .or_else(|| Severity::parse(&code.unwrap_or_default().to_lowercase()))
}

/// A resolution.
pub(crate) fn resolution(name: &str) -> Option<Resolution> {
    find(Resolution::ALL, name, |it| (it.as_str(), it.label()))
}

fn find<T: Copy>(all: &[T], name: &str, names: impl Fn(T) -> (&'static str, &'static str)) -> Option<T> {
    let plain = |text: &str| text.trim().to_lowercase().replace('’', "'");
    let name = plain(name);
    all.iter().copied().find(|it| {
        let (word, label) = names(*it);
        word == name || plain(label) == name
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_labels_are_known() {
        for it in Status::ALL {
            assert_eq!(status(it.as_str()), Some(*it));
            assert_eq!(status(&it.label().to_uppercase()), Some(*it));
        }
        assert_eq!(severity("S2"), Some(Severity::S2));
        assert_eq!(severity("s1 – all down"), Some(Severity::S1));
        assert_eq!(resolution("Won't fix"), Some(Resolution::WontFix));
        assert_eq!(priority("soon"), None);
    }
}
