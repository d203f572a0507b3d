//! The browser's session cookie.
//!
//! Over https its name begins with `__Host-`: browsers then take it from this very host alone, encrypted and for all
//! paths, so that neither a neighbour under the same domain nor the unencrypted site can plant one. Without https, on
//! one's own machine, it has the plain name. One of the plain name that was set before still counts over https, where
//! there is no other, until it is replaced.

use docket_domain::WorkspaceSlug;

use super::{credentials::SESSION, secret::Secret};

/// What browsers know a cookie of one host by (RFC 6265bis, section 4.1.3.2).
const HOST: &str = "__Host-";

/// A session's cookie, as it was sent.
pub(crate) struct Sent {
    /// The session's secret.
    pub(crate) secret: Secret,
    /// Did it come under the plain name?
    pub(crate) plain: bool,
}

/// The plain name: one for each workspace, so that a person can be in several.
fn name(slug: &WorkspaceSlug) -> String {
    format!("docket_{slug}")
}

/// The session in a `Cookie` header. Where there are two, the one with `__Host-` counts.
pub(crate) fn read(header: &str, slug: &WorkspaceSlug) -> Option<Sent> {
    let plain = name(slug);
    let value = |wanted: &str| {
        let pairs = header.split(';').filter_map(|pair| pair.trim().split_once('='));
        let mut values = pairs.filter(|(key, _)| *key == wanted).map(|(_, value)| value);
        values.next()
    };
    match value(&format!("{HOST}{plain}")) {
        Some(value) => Secret::sent(value).map(|secret| Sent { secret, plain: false }),
        None => Secret::sent(value(&plain)?).map(|secret| Sent { secret, plain: true }),
    }
}

/// The `Set-Cookie` headers that keep a session. Scripts can't read it and no other site's page can have it sent.
pub(crate) fn set(slug: &WorkspaceSlug, secret: &Secret, secure: bool) -> Vec<String> {
    let plain = name(slug);
    if secure {
        vec![
            write(&format!("{HOST}{plain}"), secret.reveal(), SESSION / 1000, true),
            write(&plain, "", 0, true),
        ]
    } else {
        vec![write(&plain, secret.reveal(), SESSION / 1000, false)]
    }
}

/// The `Set-Cookie` headers that forget it.
pub(crate) fn clear(slug: &WorkspaceSlug, secure: bool) -> Vec<String> {
    let plain = name(slug);
    let mut cookies = vec![write(&plain, "", 0, secure)];
    if secure {
        cookies.push(write(&format!("{HOST}{plain}"), "", 0, true));
    }
    cookies
}

fn write(name: &str, value: &str, seconds: i64, secure: bool) -> String {
    // The API and the socket have different first segments, so the path is the root.
    let end = if secure { "; Secure" } else { "" };
    format!("{name}={value}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}{end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_workspace_has_its_own() {
        let (a, b): (WorkspaceSlug, WorkspaceSlug) = ("a".parse().unwrap(), "b".parse().unwrap());
        let header = "x=1; docket_a=dkt_one; docket_ab=dkt_two";
        assert_eq!(read(header, &a).unwrap().secret.reveal(), "dkt_one");
        assert!(read(header, &b).is_none());
        assert!(read("docket_a=", &a).is_none());
    }

    #[test]
    fn the_host_s_own_counts() {
        let slug = "a".parse().unwrap();
        for header in [
            "docket_a=dkt_planted; __Host-docket_a=dkt_ours",
            "__Host-docket_a=dkt_ours; docket_a=dkt_planted",
        ] {
            let sent = read(header, &slug).unwrap();
            assert_eq!((sent.secret.reveal(), sent.plain), ("dkt_ours", false));
        }
        // A broken one doesn't let the other in.
        assert!(read("__Host-docket_a=; docket_a=dkt_planted", &slug).is_none());
        assert!(read("docket_a=dkt_older", &slug).unwrap().plain);
    }

    #[test]
    fn it_is_for_this_site_alone() {
        let slug = "a".parse().unwrap();
        let secret = Secret::sent("dkt_x").unwrap();
        assert_eq!(
            set(&slug, &secret, true),
            [
                "__Host-docket_a=dkt_x; Path=/; HttpOnly; SameSite=Strict; Max-Age=7776000; Secure",
                "docket_a=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0; Secure",
            ]
        );
        assert_eq!(
            set(&slug, &secret, false),
            ["docket_a=dkt_x; Path=/; HttpOnly; SameSite=Strict; Max-Age=7776000"]
        );
        assert_eq!(clear(&slug, false).len(), 1);
        assert!(
            clear(&slug, true)
                .iter()
                .all(|cookie| cookie.contains("Max-Age=0"))
        );
    }
}
