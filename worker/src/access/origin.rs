//! The origin check: a browser adds the cookie by itself, so what a cookie authorises must come from our own pages.

use worker::Url;

/// Does `origin`, as a browser sent it, name the site at `url`?
pub(crate) fn is_ours(origin: Option<&str>, url: &Url) -> bool {
    origin.is_some_and(|origin| origin == url.origin().ascii_serialization())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_scheme_host_and_port_are_ours() {
        let url: Url = "https://docket.example:8443/api/v1/x".parse().unwrap();
        assert!(is_ours(Some("https://docket.example:8443"), &url));
        for other in [
            None,
            Some("null"),
            Some(""),
            Some("http://docket.example:8443"),
            Some("https://docket.example"),
            Some("https://docket.example:8443.evil.example"),
        ] {
            assert!(!is_ours(other, &url), "{other:?}");
        }
    }
}
