//! The members of the workspace, as the hub keeps them.

use docket_domain::{Duty, Member, MemberId, OrganisationId, Role, Timestamp, limits};
use docket_exchange::bundle::Participant;
use serde::Deserialize;

use super::naming;
use crate::{
    error::Error,
    store::{Database, Row, StoreError, integer, text},
};

/// The most members of one workspace.
const MOST: usize = limits::MEMBERS;

/// A member to be made.
#[derive(Debug, Clone, Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Offer {
    /// What they may do.
    pub(crate) role: Role,
    /// The organisation they act for.
    #[serde(default)]
    pub(crate) organisation: Option<OrganisationId>,
    /// Their duties.
    #[serde(default)]
    pub(crate) duties: Vec<Duty>,
    /// Their name; in an invitation, the one proposed.
    #[serde(default)]
    pub(crate) name: Option<String>,
}

impl Offer {
    /// An admin of no organisation.
    pub(crate) const fn admin() -> Self {
        Self {
            role: Role::Admin,
            organisation: None,
            duties: Vec::new(),
            name: None,
        }
    }
}

/// What is to change of a member.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Amendment {
    name: Option<String>,
    role: Option<Role>,
    /// Present and null: none any more.
    #[serde(default, deserialize_with = "present")]
    organisation: Option<Option<OrganisationId>>,
    duties: Option<Vec<Duty>>,
}

fn present<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<OrganisationId>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// Goes on only if nobody is called so, or almost so. Members who are alike already stay as they are.
pub(crate) fn is_free(database: &Database, name: &str, except: Option<&MemberId>) -> Result<(), Error> {
    let taken = all(database)?
        .into_iter()
        .find(|member| Some(&member.id) != except && naming::alike(&member.name, name));
    match taken {
        None => Ok(()),
        Some(member) => Err(Error::Conflict(format!(
            "somebody here is called “{}”, which looks the same: take a name that tells you apart, with a surname or an organisation",
            member.name
        ))),
    }
}

/// A workspace's name as it is kept, from whatever its document calls it.
pub(crate) fn tidied(text: &str) -> String {
    let one_line = text.replace(char::is_control, " ");
    let short: String = one_line.trim().chars().take(limits::MEMBER_NAME).collect();
    match short.trim_end() {
        "" => "Workspace".to_owned(),
        name => name.to_owned(),
    }
}

/// All members whose access hasn't ended.
pub(crate) fn all(database: &Database) -> Result<Vec<Member>, StoreError> {
    database
        .rows(
            "SELECT member FROM members WHERE revoked_at IS NULL ORDER BY id",
            Vec::new(),
        )?
        .into_iter()
        .map(read)
        .collect()
}

/// One member, if their access hasn't ended.
pub(crate) fn get(database: &Database, id: &MemberId) -> Result<Option<Member>, StoreError> {
    database
        .row(
            "SELECT member FROM members WHERE id = ? AND revoked_at IS NULL",
            vec![text(id.as_str())],
        )?
        .map(read)
        .transpose()
}

/// Everybody who takes part or did, in the order of ids.
pub(crate) fn everybody(database: &Database) -> Result<Vec<Participant>, StoreError> {
    let rows = database.rows("SELECT revoked_at, member FROM members ORDER BY id", Vec::new())?;
    let read = |mut row: Row| {
        Ok(Participant {
            revoked_at: row.integer_or_none()?.map(Timestamp),
            member: read(row)?,
        })
    };
    rows.into_iter().map(read).collect()
}

/// Takes in everybody of a bundle, in the place of those who are here; to be run atomically. Nobody has a way in yet.
pub(crate) fn restore(database: &Database, everybody: &[Participant]) -> Result<(), Error> {
    let active = everybody.iter().filter(|one| one.revoked_at.is_none()).count();
    if active > MOST {
        return Err(Error::Invalid(format!("a workspace has at most {MOST} members")));
    }
    database.run("DELETE FROM members", Vec::new())?;
    for Participant { member, revoked_at } in everybody {
        let as_kept = naming::one_line(&member.name)? == member.name
            && member.duties.is_sorted_by(|a, b| a < b)
            && revoked_at.is_none_or(|at| (0..=limits::LAST_TIME).contains(&at.0));
        if !as_kept {
            return Err(Error::Invalid(format!(
                "there can't be such a member as {}",
                member.id
            )));
        }
        save(database, member)?;
        if let Some(at) = revoked_at {
            end(database, &member.id, *at)?;
        }
    }
    Ok(())
}

/// The admin of that id or name; made where there is none.
pub(crate) fn admin(database: &Database, asked: &str) -> Result<Member, Error> {
    let found = all(database)?
        .into_iter()
        .find(|member| member.role == Role::Admin && (member.id.as_str() == asked || member.name == asked));
    found.map_or_else(|| add(database, Offer::admin(), asked), Ok)
}

/// Makes a member.
pub(crate) fn add(database: &Database, offer: Offer, chosen: &str) -> Result<Member, Error> {
    if all(database)?.len() >= MOST {
        return Err(Error::Conflict(format!("a workspace has at most {MOST} members")));
    }
    let mut duties = offer.duties;
    duties.sort();
    duties.dedup();
    let member = Member {
        id: MemberId::random(),
        name: naming::name(chosen)?,
        role: offer.role,
        organisation: offer.organisation,
        duties,
    };
    is_free(database, &member.name, None)?;
    save(database, &member)?;
    Ok(member)
}

/// Changes a member. Answers what they were, and what they are.
pub(crate) fn amend(
    database: &Database,
    id: &MemberId,
    amendment: Amendment,
) -> Result<(Member, Member), Error> {
    let before = existing(database, id)?;
    let mut member = before.clone();
    if let Some(text) = amendment.name
        && text.trim() != before.name
    {
        member.name = naming::name(&text)?;
        is_free(database, &member.name, Some(id))?;
    }
    if let Some(role) = amendment.role {
        if member.role == Role::Admin && role != Role::Admin {
            keep_an_admin(database, id)?;
        }
        member.role = role;
    }
    if let Some(organisation) = amendment.organisation {
        member.organisation = organisation;
    }
    if let Some(mut duties) = amendment.duties {
        duties.sort();
        duties.dedup();
        member.duties = duties;
    }
    save(database, &member)?;
    Ok((before, member))
}

/// Ends a member's access. Their tokens and sessions are kept, so that who comes by one is told that. Answers who it was.
pub(crate) fn revoke(database: &Database, id: &MemberId, now: Timestamp) -> Result<Member, Error> {
    let member = existing(database, id)?;
    if member.role == Role::Admin {
        keep_an_admin(database, id)?;
    }
    end(database, id, now)?;
    Ok(member)
}

fn end(database: &Database, id: &MemberId, at: Timestamp) -> Result<(), StoreError> {
    database.run(
        "UPDATE members SET revoked_at = ? WHERE id = ?",
        vec![integer(at.0)?, text(id.as_str())],
    )
}

/// The member, or the answer that there is none.
pub(crate) fn existing(database: &Database, id: &MemberId) -> Result<Member, Error> {
    get(database, id)?.ok_or(Error::NotFound("there is no such member in this workspace"))
}

/// A workspace without an admin could never get one again.
fn keep_an_admin(database: &Database, leaving: &MemberId) -> Result<(), Error> {
    let another = all(database)?
        .iter()
        .any(|member| member.role == Role::Admin && member.id != *leaving);
    if another {
        Ok(())
    } else {
        Err(Error::Conflict(
            "this is the last admin: make somebody else an admin first".into(),
        ))
    }
}

fn save(database: &Database, member: &Member) -> Result<(), StoreError> {
    let json = serde_json::to_string(member).map_err(|error| StoreError::Unexpected(error.to_string()))?;
    database.run(
        "INSERT INTO members (id, member) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET member = excluded.member",
        vec![text(member.id.as_str()), text(json)],
    )
}

fn read(mut row: Row) -> Result<Member, StoreError> {
    serde_json::from_str(&row.text()?).map_err(|error| StoreError::Unexpected(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_name_of_a_workspace_is_kept_on_one_line() {
        let long = "é".repeat(200);
        for (text, kept) in [
            ("Support", "Support"),
            (" a\nb\t", "a b"),
            ("", "Workspace"),
            ("\n \u{7f}", "Workspace"),
            (&long, &"é".repeat(120)),
            (&format!("{} b", "a".repeat(119)), &"a".repeat(119)),
        ] {
            assert_eq!(tidied(text), kept);
            assert_eq!(naming::one_line(&tidied(text)).unwrap(), kept);
        }
    }

    #[test]
    fn an_amendment_tells_absent_from_null() {
        let absent: Amendment = serde_json::from_str("{}").unwrap();
        let null: Amendment = serde_json::from_str(r#"{"organisation": null}"#).unwrap();
        let some: Amendment = serde_json::from_str(r#"{"organisation": "ornl"}"#).unwrap();
        assert!(absent.organisation.is_none());
        assert_eq!(null.organisation, Some(None));
        assert_eq!(some.organisation, Some(Some("ornl".parse().unwrap())));
        assert!(serde_json::from_str::<Amendment>(r#"{"id": "m-1"}"#).is_err());
    }
}
