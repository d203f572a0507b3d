//! Who takes part. The names are invented.

use std::{collections::BTreeMap, fs, io::Write, os::unix::fs::OpenOptionsExt, path::Path};

use docket_domain::Member;
use serde::Deserialize;
use serde_json::json;

use crate::{Demo, Failure};

/// An organisation of the group.
#[derive(Debug)]
pub(crate) struct Organisation {
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
}

/// The group's organisations.
pub(crate) static ORGANISATIONS: [Organisation; 3] = [
    Organisation {
        id: "northfield",
        name: "Northfield National Laboratory",
    },
    Organisation {
        id: "cascade",
        name: "Cascade Supercomputing Center",
    },
    Organisation {
        id: "meridian",
        name: "Meridian Weather Institute",
    },
];

/// Somebody, as they enter.
#[derive(Debug)]
pub(crate) struct Cast {
    pub(crate) name: &'static str,
    role: &'static str,
    pub(crate) organisation: Option<&'static Organisation>,
    duties: &'static [&'static str],
}

impl Cast {
    /// The role as people read it.
    pub(crate) const fn role_name(&self) -> &'static str {
        self.role
    }

    /// Do they set priorities and ranks?
    pub(crate) fn is_member(&self) -> bool {
        self.role == "member"
    }

    /// Do they work for a vendor?
    pub(crate) fn is_vendor(&self) -> bool {
        self.role == "vendor"
    }
}

const fn cast(
    name: &'static str,
    role: &'static str,
    organisation: Option<&'static Organisation>,
    duties: &'static [&'static str],
) -> Cast {
    Cast {
        name,
        role,
        organisation,
        duties,
    }
}

static CAST: [Cast; 8] = {
    let [northfield, cascade, meridian] = &ORGANISATIONS;
    [
        cast(
            "Ines Okafor",
            "member",
            Some(northfield),
            &["coordinator", "representative"],
        ),
        cast("Tomasz Lind", "member", Some(northfield), &[]),
        cast("Priya Raman", "member", Some(cascade), &["representative"]),
        cast("Daniel Brandt", "member", Some(cascade), &["twg"]),
        cast("Yuki Sato", "member", Some(meridian), &["representative"]),
        cast("Amara Diallo", "member", Some(meridian), &["board"]),
        cast("Viktor Hale", "vendor", None, &[]),
        cast("Lena Fischer", "viewer", None, &[]),
    ]
};

/// Somebody who is in.
#[derive(Debug)]
pub(crate) struct Person {
    pub(crate) cast: &'static Cast,
    pub(crate) token: String,
}

#[derive(Deserialize)]
struct Members {
    members: Vec<Member>,
}

#[derive(Deserialize)]
struct One {
    member: Member,
}

#[derive(Deserialize)]
struct Token {
    token: String,
}

/// Makes them members. Their tokens are kept in a file that only its owner can read.
pub(crate) fn enter(demo: &Demo, file: &Path) -> Result<Vec<Person>, Failure> {
    let admin = &demo.ready.admin;
    let answer = demo.api.json(admin, "GET", "/members", None)?;
    let Members { members } = serde_json::from_value(answer)?;
    let mut tokens: BTreeMap<String, String> = match fs::read(file) {
        Ok(bytes) => serde_json::from_slice(&bytes)?,
        Err(_) => BTreeMap::new(),
    };
    let mut people = Vec::new();
    for cast in &CAST {
        let id = match members.iter().find(|member| member.name == cast.name) {
            Some(member) => member.id.clone(),
            None => {
                let organisation = cast.organisation.map(|organisation| organisation.id);
                let offer = json!({"name": cast.name, "role": cast.role, "organisation": organisation, "duties": cast.duties});
                let answer = demo.api.json(admin, "POST", "/members", Some(&offer))?;
                serde_json::from_value::<One>(answer)?.member.id
            }
        };
        let token = match tokens.get(id.as_str()) {
            Some(token) => token.clone(),
            None => {
                let answer = demo
                    .api
                    .json(admin, "POST", &format!("/members/{id}/tokens"), None)?;
                let Token { token } = serde_json::from_value(answer)?;
                tokens.insert(id.as_str().to_owned(), token.clone());
                keep(file, &serde_json::to_vec_pretty(&tokens)?)?;
                token
            }
        };
        people.push(Person { cast, token });
    }
    Ok(people)
}

fn keep(file: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let draft = file.with_extension("tmp");
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    options.open(&draft)?.write_all(bytes)?;
    fs::rename(draft, file)
}
