//! The second gate: whose change is it, and how does the document begin?

use automerge::{Automerge, Change, ChangeHash, ReadDoc};
use docket_domain::{
    DocumentId, Kind, Role, genesis, genesis::layouts as layouts_of, metrics::Quarter, read::Workspace,
};

use super::{Court, Nature, Refusal, policy::Whose};

/// What stands behind a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// A layout: known by its hash.
    Layout,
    /// An import: nobody's, brought by somebody who may.
    Import,
    /// An import of what changed in the other tracker since the import that it follows.
    Update,
    /// The one who brings it.
    Member,
}

impl Origin {
    /// Does it speak for another tracker?
    pub(super) const fn imports(self) -> bool {
        matches!(self, Self::Import | Self::Update)
    }
}

impl Court<'_> {
    /// Whose the change is; makes the document what its first change says.
    pub(super) fn origin(&mut self, change: &Change) -> Result<Origin, Refusal> {
        if genesis::is_deterministic(change.actor_id()) {
            return self.deterministic(change);
        }
        self.own_actor(change)?;
        match self.nature {
            // Everything in a Docket document builds on its genesis.
            Some(Nature::Docket(_)) if change.deps().is_empty() => Err(Refusal::FirstChange),
            // Where another document's name leads, an import comes first, which tells whether it belongs there.
            Some(Nature::Docket(Kind::Issue)) if self.blank && is_derived(self.input.document) => {
                Err(Refusal::WrongDocument)
            }
            Some(Nature::Docket(_)) => Ok(Origin::Member),
            Some(Nature::Plain) => self.plain(),
            None => {
                self.plain()?;
                self.nature = Some(Nature::Plain);
                Ok(Origin::Member)
            }
        }
    }

    fn own_actor(&mut self, change: &Change) -> Result<(), Refusal> {
        let actor = change.actor_id();
        match self.input.facts.member(actor) {
            Some(member) if *member == self.input.member.id => Ok(()),
            Some(_) => Err(Refusal::ActorNotYours),
            // Stored, but nobody's: a deterministic actor is no member's, and facts are never lost alone.
            None if self.input.facts.actor(actor).is_some() => Err(Refusal::ActorNotYours),
            None => Ok(()),
        }
    }

    fn plain(&self) -> Result<Origin, Refusal> {
        if !self.input.plain_allowed {
            return Err(Refusal::PlainNotAllowed);
        }
        let document = self.input.document;
        if self.nature.is_none() && (document == self.input.workspace || is_derived(document)) {
            return Err(Refusal::WrongDocument);
        }
        match self.input.member.role {
            Role::Admin | Role::Member => Ok(Origin::Member),
            role @ (Role::Vendor | Role::Viewer) => Err(Refusal::Forbidden {
                path: "documents that aren’t Docket’s".to_owned(),
                role,
            }),
        }
    }

    fn deterministic(&mut self, change: &Change) -> Result<Origin, Refusal> {
        let hash = change.hash();
        let kinds = match self.nature {
            Some(Nature::Docket(kind)) => vec![kind],
            Some(Nature::Plain) => return Err(Refusal::ActorReserved),
            None => Kind::ALL.to_vec(),
        };
        for kind in kinds {
            let layouts = layouts(kind, self.input.document)?;
            if layouts.contains(&hash) {
                if self.nature.is_none() {
                    self.may_begin(kind, &layouts)?;
                    self.nature = Some(Nature::Docket(kind));
                }
                return Ok(Origin::Layout);
            }
            let imports = kind == Kind::Issue && self.nature.is_some() && change.seq() == 1;
            // On one change alone, so that everybody who imports this makes the same change.
            if imports
                && let [dep] = change.deps()
                && let Some(origin) = self.import_on(dep, &layouts)
            {
                return self.may_import(origin);
            }
        }
        Err(match self.nature {
            Some(_) => Refusal::ActorReserved,
            None => Refusal::FirstChange,
        })
    }

    /// What an import is that builds on `dep` alone: nothing if that is neither a layout nor an import. So all that
    /// an import knows of are layouts and imports, never what a member wrote.
    fn import_on(&self, dep: &ChangeHash, layouts: &[ChangeHash]) -> Option<Origin> {
        if layouts.contains(dep) {
            return Some(Origin::Import);
        }
        let follows = self
            .causes
            .author(dep)
            .is_some_and(|actor| genesis::is_deterministic(&actor));
        follows.then_some(Origin::Update)
    }

    fn may_import(&self, origin: Origin) -> Result<Origin, Refusal> {
        match self.input.member.role {
            Role::Admin | Role::Member => Ok(origin),
            role @ (Role::Vendor | Role::Viewer) => Err(Refusal::Forbidden {
                path: "imports".to_owned(),
                role,
            }),
        }
    }

    /// May this member have a document of that kind begin here?
    fn may_begin(&mut self, kind: Kind, layouts: &[ChangeHash]) -> Result<(), Refusal> {
        let (workspace, document) = (self.input.workspace, self.input.document);
        let role = self.input.member.role;
        let forbidden = Err(Refusal::Forbidden {
            path: kind.as_str().to_owned(),
            role,
        });
        match kind {
            Kind::Workspace if document != workspace => Err(Refusal::WrongDocument),
            Kind::Workspace if role != Role::Admin => forbidden,
            Kind::List if document == workspace => Err(Refusal::WrongDocument),
            Kind::List => match (role, self.whose()) {
                (Role::Admin, _) | (Role::Member, Whose::Agreed | Whose::Own) => Ok(()),
                _ => forbidden,
            },
            Kind::Issue if document == workspace => Err(Refusal::WrongDocument),
            Kind::Issue if is_derived(document) && !self.comes_with_import(layouts) => {
                Err(Refusal::WrongDocument)
            }
            // Which quarter's it is, its first value tells.
            Kind::Report if !is_report(workspace, document) => Err(Refusal::WrongDocument),
            Kind::Report if !matches!(role, Role::Admin | Role::Member) => forbidden,
            Kind::Workspace | Kind::Issue | Kind::Report => Ok(()),
        }
    }

    fn comes_with_import(&self, layouts: &[ChangeHash]) -> bool {
        let mut changes = self.input.changes.iter();
        changes
            .any(|change| genesis::is_deterministic(change.actor_id()) && !layouts.contains(&change.hash()))
    }
}

/// Does the id derive from a name (UUID version 5)? The id of a new issue is random (version 4). Those of lists, reports
/// and imported issues can be computed before they are there, and nothing else may take their place.
pub(super) const fn is_derived(id: DocumentId) -> bool {
    let [_, _, _, _, _, _, version, _, variant, ..] = *id.as_bytes();
    version >> 4 == 5 && variant >> 6 == 0b10
}

fn is_report(workspace: DocumentId, id: DocumentId) -> bool {
    let mut quarters = (1970..=2100).flat_map(|year| (1..=4).map(move |quarter| Quarter { year, quarter }));
    quarters.any(|quarter| Workspace::report(workspace, quarter) == id)
}

/// Is there nothing in an issue's document but layouts?
pub(super) fn is_blank(id: DocumentId, document: &Automerge) -> bool {
    // A layout has nothing before it but layouts. The usual document has much more, and isn't asked twice.
    let heads = document.get_heads();
    let may_be = document.stats().num_changes <= layouts_of(Kind::Issue).len() as u64;
    may_be && layouts(Kind::Issue, id).is_ok_and(|layouts| heads.iter().all(|head| layouts.contains(head)))
}

/// The changes that lay a document of that kind out.
pub(super) fn layouts(kind: Kind, id: DocumentId) -> Result<Vec<ChangeHash>, Refusal> {
    // Making a layout doesn't fail; if it did, nothing deterministic could be known.
    let changes = genesis::changes(kind, id).map_err(|_| Refusal::FirstChange)?;
    Ok(changes.iter().map(Change::hash).collect())
}
