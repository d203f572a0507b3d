//! The browser's session cookie.

use docket_domain::WorkspaceSlug;

use super::{credentials::SESSION, secret::Secret};

/// The cookie's name: one for each workspace, so that a person can be in several.
fn name(slug: &WorkspaceSlug) -> String {
    format!("docket_{slug}")
}

/// The session's secret in a `Cookie` header.
pub(crate) fn read(header: &str, slug: &WorkspaceSlug) -> Option<Secret> {
    let name = name(slug);
    header
        .split(';')
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .and_then(|(_, value)| Secret::sent(value))
}

/// The `Set-Cookie` that keeps a session. Scripts can't read it and no other site's page can have it sent.
pub(crate) fn set(slug: &WorkspaceSlug, secret: &Secret, secure: bool) -> String {
    write(slug, secret.reveal(), SESSION / 1000, secure)
}

/// The `Set-Cookie` that forgets it.
pub(crate) fn clear(slug: &WorkspaceSlug, secure: bool) -> String {
    write(slug, "", 0, secure)
}

fn write(slug: &WorkspaceSlug, value: &str, seconds: i64, secure: bool) -> String {
    // The API and the socket have different first segments, so the path is the root.
    let end = if secure { "; Secure" } else { "" };
    let name = name(slug);
    format!("{name}={value}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}{end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_workspace_has_its_own() {
        let (a, b): (WorkspaceSlug, WorkspaceSlug) = ("a".parse().unwrap(), "b".parse().unwrap());
        let header = "x=1; docket_a=dkt_one; docket_ab=dkt_two";
        assert_eq!(read(header, &a).unwrap().reveal(), "dkt_one");
        assert!(read(header, &b).is_none());
        assert!(read("docket_a=", &a).is_none());
    }

    #[test]
    fn it_is_for_this_site_alone() {
        let slug = "a".parse().unwrap();
        let text = set(&slug, &Secret::sent("dkt_x").unwrap(), true);
        assert_eq!(
            text,
            "docket_a=dkt_x; Path=/; HttpOnly; SameSite=Strict; Max-Age=7776000; Secure"
        );
        assert!(!set(&slug, &Secret::sent("dkt_x").unwrap(), false).contains("Secure"));
        assert!(clear(&slug, false).contains("Max-Age=0"));
    }
}
