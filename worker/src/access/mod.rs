//! Who may come in, and as whom: secrets, credentials, members, invitations, cookies, the origin check,
//! names, and the log of who did what.
//!
//! Roles live here, in the hub's own database, never in a document: a role in a document could merge back after it
//! was taken away.

pub(crate) mod audit;
pub(crate) mod cookie;
pub(crate) mod credentials;
pub(crate) mod invitations;
pub(crate) mod members;
pub(crate) mod naming;
pub(crate) mod network;
pub(crate) mod origin;
pub(crate) mod secret;
pub(crate) mod throttle;
