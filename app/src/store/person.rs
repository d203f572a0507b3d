//! Whose copy of the workspace this device holds, and how it passes from one person to another.
//!
//! The cookie is the browser's, and so one for all tabs; the stored copy, too. What one person made must never go out
//! under another's cookie. So a change of person stops every tab's line, waits for uploads that are under way, empties
//! the database, and sets the cookie last; all that holds one lock, and a page that is opened meanwhile waits for it.
//! What has to survive (a session that must still be ended, unsent work of somebody whose access ended) is written in
//! the transaction that empties the database: there is no moment in which neither is there.

use docket_domain::{Member, Timestamp, WorkspaceSlug};
use minicbor::{Decode, Encode};

use super::{
    Counts, StoreError,
    browser::locked,
    database::{Database, Write, to_cbor},
    replica::meta,
    tabs,
};
use crate::connection::session::{self, Session};

/// Whose copy this device holds, and what stands in the way of others.
#[derive(Debug, Clone, Default)]
pub(crate) struct Owner {
    /// Who; none for a device with nothing, or after signing out.
    pub(crate) member: Option<Member>,
    /// What they made that the hub doesn't have.
    pub(crate) unsent: Counts,
    /// They signed out without a network: their session still has to be ended.
    pub(crate) ending: bool,
    /// What is left of somebody whose access ended.
    pub(crate) left: Option<Left>,
}

/// What is left of somebody whose access ended.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct Left {
    /// Their name.
    #[n(0)]
    pub(crate) name: String,
    /// What they hadn't sent, in words; empty if nothing.
    #[n(1)]
    pub(crate) what: String,
    /// The file of it: its name and content.
    #[n(2)]
    pub(crate) file: Option<(String, String)>,
    /// When their access was found to have ended.
    #[n(3)]
    pub(crate) at: Timestamp,
}

/// Whose copy this device holds. Waits while another tab changes that.
pub(crate) async fn owner(slug: &WorkspaceSlug) -> Result<Owner, StoreError> {
    settled(slug).await;
    let database = Database::open(slug).await?;
    let (member, ..) = database.people().await?;
    Ok(Owner {
        member,
        unsent: Counts::of(&database).await?,
        ending: database.single::<bool>(meta::ENDING).await?.unwrap_or_default(),
        left: database.single(meta::LEFT).await?,
    })
}

/// Waits until no tab changes whose copy this device holds.
pub(super) async fn settled(slug: &WorkspaceSlug) {
    // A browser that fails here has no locks: there is nothing to wait for.
    let _ = locked(&lock(slug), async {}).await;
}

/// Lets somebody in on a device that is nobody's, or their own.
///
/// # Errors
/// As `begin` does; and [`StoreError::SignedInAs`] if the device has become another's meanwhile.
pub(crate) async fn enter(
    slug: WorkspaceSlug,
    begin: impl Future<Output = Result<Session, StoreError>> + 'static,
) -> Result<(), StoreError> {
    let name = lock(&slug);
    let work = async move {
        let database = Database::open(&slug).await?;
        let session = begin.await?;
        let (before, ..) = database.people().await?;
        match before {
            Some(before) if before.id != session.member.id => Err(StoreError::SignedInAs(Box::new(before))),
            _ => remember(&database, &session).await,
        }
    };
    locked(&name, work).await.unwrap_or(Err(StoreError::BrokeDown))
}

/// Lets somebody in in another's place: what the other has on this device leaves it. `begin` sets the cookie.
///
/// # Errors
/// As `begin` does: the device is nobody's then, and the other's session is ended before anybody comes in.
pub(crate) async fn replace(
    slug: WorkspaceSlug,
    begin: impl Future<Output = Result<Session, StoreError>> + 'static,
) -> Result<(), StoreError> {
    let name = lock(&slug);
    let work = async move {
        let database = Database::open(&slug).await?;
        tabs::tell_all_signed_out(&slug);
        quiet(&slug).await;
        database.clear(&[ending()]).await?;
        // Last: from here on the browser speaks for somebody else.
        let session = begin.await?;
        remember(&database, &session).await
    };
    locked(&name, work).await.unwrap_or(Err(StoreError::BrokeDown))
}

/// Empties this device's copy and ends the session; without a network, as soon as there is one.
pub(super) async fn leave(slug: WorkspaceSlug) -> Result<(), StoreError> {
    let name = lock(&slug);
    let work = async move {
        let database = Database::open(&slug).await?;
        tabs::tell_all_signed_out(&slug);
        quiet(&slug).await;
        database.clear(&[ending()]).await?;
        // What fails here is finished at the next start, before anybody comes in.
        let _ = end(&slug, &database).await;
        Ok(())
    };
    locked(&name, work).await.unwrap_or(Err(StoreError::BrokeDown))
}

/// Ends the session that somebody left behind who signed out without a network.
///
/// # Errors
/// When the hub can't be reached: it stays to be ended.
pub(crate) async fn finish(slug: WorkspaceSlug) -> Result<(), StoreError> {
    let name = lock(&slug);
    let work = async move {
        let database = Database::open(&slug).await?;
        match database.single::<bool>(meta::ENDING).await? {
            Some(true) => end(&slug, &database).await,
            _ => Ok(()),
        }
    };
    locked(&name, work).await.unwrap_or(Err(StoreError::BrokeDown))
}

/// Empties this device's copy, since its owner's access ended. What they hadn't sent stays until it is saved or
/// discarded.
pub(super) async fn wipe(slug: WorkspaceSlug, left: Left) -> Result<(), StoreError> {
    let name = lock(&slug);
    let work = async move {
        let database = Database::open(&slug).await?;
        tabs::tell_all_signed_out(&slug);
        quiet(&slug).await;
        database
            .clear(&[Write::Meta(meta::LEFT, to_cbor(&left)), ending()])
            .await?;
        // The cookie is worth nothing any more. It goes, too, where the hub takes it back.
        let _ = end(&slug, &database).await;
        Ok(())
    };
    locked(&name, work).await.unwrap_or(Err(StoreError::BrokeDown))
}

/// Forgets what was left of somebody whose access ended.
pub(crate) async fn forget_left(slug: &WorkspaceSlug) -> Result<(), StoreError> {
    let database = Database::open(slug).await?;
    database.write(&[Write::NoMeta(meta::LEFT)]).await
}

/// Waits for uploads that are under way: other tabs stop when they are told, and begin none.
async fn quiet(slug: &WorkspaceSlug) {
    // Without locks there are few tabs at most, and what they upload they read from the database first.
    let _ = locked(&format!("docket:{slug}:upload"), async {}).await;
}

async fn end(slug: &WorkspaceSlug, database: &Database) -> Result<(), StoreError> {
    session::end(slug).await?;
    database.write(&[Write::NoMeta(meta::ENDING)]).await
}

async fn remember(database: &Database, session: &Session) -> Result<(), StoreError> {
    let writes = [
        Write::Meta(meta::ME, to_cbor(&session.member)),
        Write::Meta(meta::WORKSPACE, to_cbor(&session.document)),
        Write::NoMeta(meta::ENDING),
    ];
    database.write(&writes).await
}

fn ending() -> Write {
    Write::Meta(meta::ENDING, to_cbor(&true))
}

fn lock(slug: &WorkspaceSlug) -> String {
    format!("docket:{slug}:person")
}
