//! What each asker may have of the hub at a time, over HTTP: requests and bytes under way (`flight`), and how fast they
//! may ask and be answered (`rate`). What sockets may is the hub core's. All of it is in memory: who waits until the
//! object sleeps has waited long enough.

mod flight;
mod rate;

use docket_domain::MemberId;

pub(crate) use flight::{Flight, Flights, reserved};
pub(crate) use rate::Rates;

/// Whom a budget belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Asker {
    /// A member, however many tabs and devices they have.
    Member(MemberId),
    /// Who hasn't shown yet who they are: their network address.
    Stranger(String),
}
