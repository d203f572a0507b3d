//! A workspace out of a bundle, part by part.
//!
//! What comes is stored as it comes, one document at a time, and nothing of it is served before the bundle's manifest has
//! been found to fit all of it. Between two parts everything is in SQLite: a restore that broke off goes on where its
//! last whole part ended, or begins anew. A bundle that turns out to be damaged leaves nothing behind.

use std::rc::Rc;

use docket_domain::{Member, Timestamp, row};
use docket_exchange::bundle::{About, Document, Item, Progress, Reader, State};
use docket_sync::hub::{Config, Hub, RestoreError, Store};
use serde_json::json;

use super::{Object, WorkspaceHub};
use crate::{
    access::{
        audit::{self, Doing},
        credentials::{self, Kind, Making},
        members,
        secret::Secret,
    },
    error::{self, Error},
    store::{self, Documents, Founded, restoring, restoring::Restoring},
};

/// One part of a bundle being restored.
pub(crate) struct Restoration {
    object: Rc<Object>,
    /// Which restore it belongs to; none before the bundle has begun.
    restore: Option<String>,
    reader: Reader,
    hub: Option<WorkspaceHub>,
    /// Bytes that came before, and are passed over.
    known: u64,
    differing: u64,
}

/// A workspace that was restored.
pub(crate) struct Restored {
    /// The one whose token it is.
    pub(crate) member: Member,
    /// Their token.
    pub(crate) token: Secret,
    /// The workspace's document, as a URL.
    pub(crate) document: String,
}

impl Restoration {
    /// Takes up a part that begins at `offset`; at 0 the restore begins anew, whatever is there of an earlier one.
    pub(crate) fn take_up(object: &Rc<Object>, offset: u64) -> Result<Self, Error> {
        let mut restoration = Self {
            object: object.clone(),
            restore: None,
            reader: Reader::new(),
            hub: None,
            known: 0,
            differing: 0,
        };
        if offset == 0 {
            return Ok(restoration);
        }
        let database = &object.database;
        // Its tables are there, and up to date, if a restore has begun.
        let begun = if store::exists(database)? {
            restoring::restoring(database)?
        } else {
            None
        };
        let nothing = || Error::Conflict("no bundle is being restored here: begin at offset 0".into());
        let Restoring { restore, progress } = begun.ok_or_else(nothing)?;
        let progress = Progress::from_bytes(&progress).ok_or_else(nothing)?;
        let known = progress.offset().checked_sub(offset);
        restoration.known = known.ok_or_else(|| {
            Error::Conflict(format!(
                "the bundle was read up to byte {}: go on there",
                progress.offset()
            ))
        })?;
        restoration.restore = Some(restore);
        restoration.reader = Reader::resume(progress);
        restoration.hub = Some(restoration.awake()?);
        Ok(restoration)
    }

    /// How far the bundle was read.
    pub(crate) const fn progress(&self) -> &Progress {
        self.reader.progress()
    }

    /// How many rows of this part's documents aren't those that this version derives, though it should.
    pub(crate) const fn differing(&self) -> u64 {
        self.differing
    }

    /// Takes in a piece of the part. After an error it is of no more use.
    pub(crate) fn feed(&mut self, piece: &[u8]) -> Result<(), Error> {
        // Between two pieces others had their turn.
        self.is_ours()?;
        let known = usize::try_from(self.known).unwrap_or(usize::MAX).min(piece.len());
        self.known -= known as u64;
        self.reader.feed(piece.get(known..).unwrap_or_default());
        let taken = self.take_items();
        if matches!(taken, Err(Error::Invalid(_))) {
            self.give_up()?;
        }
        taken
    }

    fn take_items(&mut self) -> Result<(), Error> {
        while let Some(item) = self.reader.next_item().map_err(invalid)? {
            match item {
                Item::About(about) => self.begin(&about)?,
                Item::Document(document) => self.document(&document)?,
                Item::Members(everybody) => {
                    let database = &self.object.database;
                    database.atomically(|| members::restore(database, &everybody))?;
                }
                Item::Audit(entries) => {
                    let database = &self.object.database;
                    database.atomically(|| audit::restore(database, &entries))?;
                }
                Item::State(state) => self.state(&state)?,
                Item::Verified => self.has_workspace()?,
            }
        }
        Ok(())
    }

    /// The part has ended: notes how far the bundle was read.
    pub(crate) fn note(&self) -> Result<(), Error> {
        self.is_ours()?;
        if let Some(restore) = &self.restore {
            let restoring = Restoring {
                restore: restore.clone(),
                progress: self.reader.progress().to_bytes(),
            };
            restoring::note(&self.object.database, &restoring)?;
        }
        Ok(())
    }

    /// All of the bundle was read, and is whole: from here on the workspace is served. `admin` is the id or the name of
    /// an admin; where there is none, that one is made. Their token is the `chosen` one, or a new one.
    /// `from` is the network from which it is asked.
    pub(crate) fn open(
        &self,
        admin: &str,
        chosen: Option<Secret>,
        from: Option<&str>,
    ) -> Result<Restored, Error> {
        self.is_ours()?;
        let (database, now) = (&self.object.database, self.object.now());
        let token = chosen.map_or_else(Secret::random, Ok)?;
        let (member, document) = database.atomically(|| {
            let member = members::admin(database, admin)?;
            let making = Making {
                kind: Kind::Token,
                member: &member.id,
                name: "",
                by: None,
                lent: Some(now),
            };
            credentials::keep(database, &making, &token, now)?;
            store::sealed::fix_readers(database, now)?;
            let doing = Doing {
                at: now,
                by: None,
                from,
            };
            let detail = json!({"documents": self.progress().documents(), "bundle_made_at": self.made_at()});
            audit::note(
                database,
                doing,
                "workspace-restored",
                Some(member.id.as_str()),
                &detail,
            )?;
            restoring::over(database)?;
            Ok::<_, Error>((member, store::founded(database)?.document))
        })?;
        // Sealed documents that open, and whatever else is due. The token is told all the same: there is no other.
        if let Err(error) = self.object.ring() {
            error::log(
                "after a restore",
                &error.detail().unwrap_or_else(|| error.to_string()),
            );
        }
        Ok(Restored {
            member,
            token,
            document: document.url(),
        })
    }

    fn made_at(&self) -> Option<Timestamp> {
        self.progress().about().map(|about| about.made_at)
    }

    fn begin(&mut self, about: &About) -> Result<(), Error> {
        let (database, now) = (&self.object.database, self.object.now());
        let founded = Founded {
            document: about.workspace,
            name: members::tidied(&about.name),
            epoch: Founded::epoch(),
        };
        let restoring = Restoring {
            restore: restoring::name(),
            progress: Progress::default().to_bytes(),
        };
        database.atomically(|| {
            store::migrate(database, now.0)?;
            restoring::clear(database)?;
            store::found(database, &founded, now)?;
            restoring::note(database, &restoring)
        })?;
        self.restore = Some(restoring.restore);
        self.hub = Some(self.awake()?);
        Ok(())
    }

    fn document(&mut self, document: &Document) -> Result<(), Error> {
        let now = self.object.now();
        let restored = self
            .hub()?
            .restore_document(document.id, &document.changes, &document.facts, now);
        let row = restored.map_err(|error| match error {
            RestoreError::Hub(error) => Error::Hub(error),
            error => Error::Invalid(format!("the document {} can’t be restored. {error}", document.id)),
        })?;
        let about = self.reader.progress().about();
        let compares = about.is_some_and(|about| about.derivation == row::DERIVATION);
        self.differing += u64::from(compares && row != document.row);
        Ok(())
    }

    fn state(&mut self, state: &State) -> Result<(), Error> {
        for id in &state.purged {
            self.hub()?.restore_purged(*id).map_err(invalid)?;
        }
        if state.last_number > MOST_NUMBER {
            return Err(Error::Invalid("the bundle’s last number is too large".into()));
        }
        Ok(store::set_last_number(&self.object.database, state.last_number)?)
    }

    fn has_workspace(&mut self) -> Result<(), Error> {
        let document = store::founded(&self.object.database)?.document;
        let meta = self.hub()?.store().meta(document);
        let meta = meta.map_err(docket_sync::hub::HubError::from)?;
        if meta.and_then(|meta| meta.kind) == Some(docket_domain::Kind::Workspace) {
            Ok(())
        } else {
            Err(Error::Invalid(
                "the workspace’s own document isn’t in the bundle".into(),
            ))
        }
    }

    /// Goes on only as long as nobody made the workspace meanwhile, or began to restore it anew.
    fn is_ours(&self) -> Result<(), Error> {
        let database = &self.object.database;
        let ours = match &self.restore {
            None => !self.object.is_claimed()?,
            Some(restore) => restoring::under_way(database)?.as_ref() == Some(restore),
        };
        if ours {
            Ok(())
        } else {
            Err(Error::Conflict(
                "the workspace was made meanwhile, or another restore of it has begun".into(),
            ))
        }
    }

    fn give_up(&self) -> Result<(), Error> {
        if self.restore.is_some() {
            restoring::clear(&self.object.database)?;
        }
        Ok(())
    }

    /// A hub that writes to the store, and that no socket is given to.
    fn awake(&self) -> Result<WorkspaceHub, Error> {
        let documents = Documents::new(self.object.database.clone(), None);
        Ok(Hub::new(documents, Config::default())?)
    }

    fn hub(&mut self) -> Result<&mut WorkspaceHub, Error> {
        let none = || Error::Internal("a bundle's document came before its workspace".into());
        self.hub.as_mut().ok_or_else(none)
    }
}

/// Beyond this, integers don't come out of SQLite as they went in; and the next number is one more.
const MOST_NUMBER: u64 = (1 << 53) - 2;

fn invalid(error: impl std::fmt::Display) -> Error {
    Error::Invalid(error.to_string())
}
