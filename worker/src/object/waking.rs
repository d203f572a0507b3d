//! Waking: the hub is built from the store, and takes up the sockets that stayed open.

use std::collections::BTreeSet;

use docket_domain::{DocumentId, MemberId, Timestamp, limits};
use docket_sync::hub::{Config, Effect, Hub, HubError, PlainQuota, Usage};
use serde_json::Value;

use super::{Object, WorkspaceHub, number};
use crate::{
    access::audit::{self, Doing},
    error::Error,
    store::{self, Documents, StoreError},
};

/// The binding that says whether documents that aren't Docket's are kept: “yes”, within the usual quota.
const PLAIN_DOCUMENTS: &str = "DOCKET_PLAIN_DOCUMENTS";

/// The bindings that set other quotas than the usual ones.
const MOST_DOCUMENTS: &str = "DOCKET_MOST_DOCUMENTS";
const MOST_BYTES: &str = "DOCKET_MOST_BYTES";

impl Object {
    /// Lets the hub do something, now.
    pub(crate) fn with_hub<T>(
        &self,
        act: impl FnOnce(&mut WorkspaceHub, Timestamp) -> T,
    ) -> Result<T, Error> {
        self.wake()?;
        let mut hub = self
            .hub
            .try_borrow_mut()
            .map_err(|_| Error::Internal("the hub was asked while it was at work".into()))?;
        let hub = hub
            .as_mut()
            .ok_or_else(|| Error::Internal("the hub was gone after waking".into()))?;
        Ok(act(hub, self.now()))
    }

    /// Lets the hub do something and does what it then asks for.
    pub(crate) fn act(
        &self,
        act: impl FnOnce(&mut WorkspaceHub, Timestamp) -> Vec<Effect>,
    ) -> Result<(), Error> {
        let effects = self.with_hub(act)?;
        self.carry_out(effects);
        Ok(())
    }

    /// Lets the hub do something with a document as a whole, and notes that in the audit log, all or nothing. The hub
    /// answers what there is to say of it.
    pub(crate) fn hub_noting(
        &self,
        doing: Doing<'_>,
        what: &str,
        document: DocumentId,
        act: impl FnOnce(&mut WorkspaceHub, Timestamp) -> Result<(Vec<Effect>, Value), HubError>,
    ) -> Result<Vec<Effect>, Error> {
        let done = self.database.atomically(|| {
            let (effects, detail) = self.with_hub(act)??;
            let subject = document.to_string();
            audit::note(&self.database, doing, what, Some(&subject), &detail)?;
            Ok::<_, Error>(effects)
        });
        // What was taken back is forgotten in memory too.
        done.inspect_err(|error| {
            if !matches!(error, Error::Hub(HubError::NotFound(_) | HubError::Protocol(_))) {
                self.sleep();
            }
        })
    }

    /// Forgets everything in memory: after a store error it may be ahead of the store.
    pub(crate) fn sleep(&self) {
        self.hub.replace(None);
        self.ready.set(false);
    }

    /// A member was added, changed or revoked: their sockets, and everybody who is told of members, learn of it.
    pub(crate) fn member_changed(&self, member: &MemberId) -> Result<(), Error> {
        self.act(|hub, now| hub.member_changed(member, now))
    }

    fn wake(&self) -> Result<(), Error> {
        if self.hub.borrow().is_some() {
            return Ok(());
        }
        if !self.is_claimed()? {
            return Err(Error::Unauthorized);
        }
        let documents = Documents::new(self.database.clone(), self.plain_quota());
        let config = Config {
            quota: self.quota(),
            ..Config::default()
        };
        let mut hub = Hub::new(documents, config)?;
        let sockets = self.sockets();
        let open: BTreeSet<_> = sockets.iter().map(|(id, ..)| *id).collect();
        for gone in store::known(&self.database)? {
            if !open.contains(&gone) {
                match store::forget(&self.database, gone) {
                    // Whoever wants to read can do so all the same.
                    Ok(()) | Err(StoreError::Quota(_)) => {}
                    Err(error) => return Err(error.into()),
                }
            }
        }
        let now = self.now();
        let mut effects = Vec::new();
        for (id, _, session) in sockets {
            effects.extend(hub.resume(id, &session, now));
        }
        self.hub.replace(Some(hub));
        self.carry_out(effects);
        Ok(())
    }

    /// What the workspace's documents may take.
    pub(crate) fn quota(&self) -> Usage {
        Usage {
            documents: number(&self.env, MOST_DOCUMENTS).unwrap_or(limits::WORKSPACE_DOCUMENTS),
            bytes: number(&self.env, MOST_BYTES).unwrap_or(limits::WORKSPACE),
        }
    }

    fn plain_quota(&self) -> Option<PlainQuota> {
        let setting = self.env.var(PLAIN_DOCUMENTS).ok()?.to_string();
        (setting == "yes").then(PlainQuota::default)
    }
}
