//! `/export` and `/lists/{id}/export`: what leaves for people and other programs, streamed as the asker takes it.
//!
//! Each asker gets what they may read, and names of issues they may read.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use docket_domain::{DocumentId, OrganisationId, read::Issue};
use docket_exchange::export::{Csv, Home, JiraColumns, JiraCsv, JsonLines, Leaving, ListCsv};
use docket_sync::hub::{Asker, HubError};
use futures_util::stream;
use worker::{Delay, Response};

use super::{Asked, Shown, documents::of_document, file, invalid};
use crate::{access::members, error::Error, object::Object, store};

const CSV: &str = "text/csv; charset=utf-8";
const JSON_LINES: &str = "application/jsonl; charset=utf-8";

/// Rows of a list that are written in one turn.
const ROWS: usize = 500;

/// `GET /export?format=&after=`
pub(crate) fn issues(asked: Asked) -> Result<Response, Error> {
    let shown = asked.bare();
    let (mut format, mut after) = (String::new(), None);
    for (name, value) in shown.url().query_pairs() {
        match &*name {
            "format" => format = value.into_owned(),
            "after" => {
                let id: DocumentId = value.parse().map_err(invalid)?;
                after = Some(id);
            }
            _ => {}
        }
    }
    let home = shown.in_turn(|caller| home(caller.object(), caller.asker()))?;
    let slug = shown.slug();
    let (form, kind, name) = match format.as_str() {
        "jsonl" => (
            Form::JsonLines(JsonLines::new(home)),
            JSON_LINES,
            format!("{slug}.jsonl"),
        ),
        "csv" => (Form::Csv(Csv::new(home)), CSV, format!("{slug}.csv")),
        "jira-csv" if after.is_some() => {
            return Err(Error::Invalid(
                "Jira’s table comes whole: its columns depend on all issues".into(),
            ));
        }
        "jira-csv" => {
            let counting = Form::Counting(home, JiraColumns::default());
            (counting, CSV, format!("{slug}-jira.csv"))
        }
        _ => return Err(Error::Invalid("“format” is jsonl, csv or jira-csv".into())),
    };
    let start = Issues {
        shown,
        form,
        after,
        // A table that goes on has had its header.
        begun: after.is_some(),
    };
    file(kind, &name, stream::try_unfold(Some(start), Issues::step))
}

/// How issues are written.
enum Form {
    JsonLines(JsonLines),
    Csv(Csv),
    /// Jira's table has as many columns as the issue with the most values needs: all are looked at first.
    Counting(Home, JiraColumns),
    Jira(JiraCsv),
}

impl Form {
    fn header(&self, out: &mut Vec<u8>) {
        match self {
            Self::Csv(csv) => csv.header(out),
            Self::Jira(csv) => csv.header(out),
            Self::JsonLines(_) | Self::Counting(..) => {}
        }
    }

    fn issue(&mut self, issue: Leaving<'_>, out: &mut Vec<u8>) {
        match self {
            Self::JsonLines(lines) => lines.issue(issue, out),
            Self::Csv(csv) => csv.issue(issue, out),
            // Another tracker would take a deleted issue for one that is there.
            Self::Counting(..) | Self::Jira(_) if Issue::read(issue.document).deleted_at.is_some() => {}
            Self::Counting(_, columns) => columns.count(issue),
            Self::Jira(csv) => csv.issue(issue, out),
        }
    }
}

/// Issues on their way.
struct Issues {
    shown: Shown,
    form: Form,
    after: Option<DocumentId>,
    begun: bool,
}

impl Issues {
    async fn step(issues: Option<Self>) -> worker::Result<Option<(Vec<u8>, Option<Self>)>> {
        let mut left = issues;
        while let Some(issues) = left {
            issues.shown.pace().await;
            let broken = issues.shown.breaks();
            let (out, rest) = issues.batch().map_err(&broken)?;
            if !out.is_empty() {
                if let Some(rest) = &rest {
                    rest.shown.send(out.len()).map_err(broken)?;
                }
                return Ok(Some((out, rest)));
            }
            left = rest;
            // Nothing to send yet: others get their turn all the same.
            Delay::from(Duration::ZERO).await;
        }
        Ok(None)
    }

    fn batch(mut self) -> Result<(Vec<u8>, Option<Self>), Error> {
        let mut out = Vec::new();
        if !std::mem::replace(&mut self.begun, true) {
            self.form.header(&mut out);
        }
        let form = &mut self.form;
        self.after = self.shown.in_turn(|caller| {
            let (object, member) = (caller.object(), caller.asker());
            Ok(object.with_hub(|hub, now| {
                hub.show_issues(member, self.after, now, |id, document, facts| {
                    form.issue(Leaving { id, document, facts }, &mut out);
                })
            })??)
        })?;
        let rest = match (self.after, self.form) {
            (Some(_), form) => Some(Self { form, ..self }),
            (None, Form::Counting(home, columns)) => Some(Self {
                form: Form::Jira(JiraCsv::new(home, columns)),
                begun: false,
                ..self
            }),
            (None, _) => None,
        };
        Ok((out, rest))
    }
}

/// `GET /lists/{id}/export`
pub(crate) fn list(asked: Asked, id: DocumentId) -> Result<Response, Error> {
    let shown = asked.bare();
    let (list, home) = shown.in_turn(|caller| {
        let (object, member) = (caller.object(), caller.asker());
        let list = object.with_hub(|hub, now| hub.list_for(member, id, now))?;
        Ok((list.map_err(of_document)?, home(object, member)?))
    })?;
    let whose = list
        .organisation
        .as_ref()
        .map_or("agreed", OrganisationId::as_str);
    let name = format!("{}-{whose}.csv", shown.slug());
    let csv = ListCsv::new(home);
    let mut header = Vec::new();
    csv.header(&mut header);
    let start = Ranked {
        shown,
        csv,
        header,
        left: list.entries.into_iter().map(|entry| entry.issue).collect(),
        rank: 0,
    };
    file(CSV, &name, stream::try_unfold(start, Ranked::step))
}

/// A list on its way.
struct Ranked {
    shown: Shown,
    csv: ListCsv,
    /// Written, and not sent yet.
    header: Vec<u8>,
    left: VecDeque<DocumentId>,
    rank: usize,
}

impl Ranked {
    async fn step(mut self) -> worker::Result<Option<(Vec<u8>, Self)>> {
        let mut out = std::mem::take(&mut self.header);
        while !self.left.is_empty() {
            self.shown.pace().await;
            let broken = self.shown.breaks();
            self.rows(&mut out).map_err(&broken)?;
            self.shown.send(out.len()).map_err(broken)?;
            if !out.is_empty() {
                break;
            }
            Delay::from(Duration::ZERO).await;
        }
        Ok((!out.is_empty()).then_some((out, self)))
    }

    fn rows(&mut self, out: &mut Vec<u8>) -> Result<(), Error> {
        let batch: Vec<DocumentId> = self.left.drain(..ROWS.min(self.left.len())).collect();
        let rows = self.shown.in_turn(|caller| {
            let member = caller.asker();
            Ok(caller.object().with_hub(|hub, now| {
                let rows = batch.into_iter().map(|id| hub.row_for(member, id, now));
                rows.collect::<Result<Vec<_>, HubError>>()
            })??)
        })?;
        // As the list shows it: what was deleted, or isn't for them, takes no place.
        for row in rows.into_iter().flatten().filter(|row| !row.deleted) {
            if row.issue().is_some() {
                self.rank += 1;
                self.csv.issue(self.rank, &row, out);
            }
        }
        Ok(())
    }
}

/// The names that people know things by here.
fn home(object: &Object, member: Asker<'_>) -> Result<Home, Error> {
    let founded = store::founded(&object.database)?;
    let workspace = object.with_hub(|hub, _| hub.workspace())??;
    let prefix = workspace.prefix;
    let mut keys = BTreeMap::new();
    object.with_hub(|hub, now| {
        hub.show_rows(member, now, |row| {
            if let Some(issue) = row.issue() {
                keys.insert(row.document, issue.name(&prefix));
            }
        })
    })??;
    let everybody = members::everybody(&object.database)?.into_iter();
    let organisations = workspace.organisations.into_iter();
    Ok(Home {
        workspace: founded.document,
        prefix,
        members: everybody
            .map(|one| (one.member.id.to_string(), one.member.name))
            .collect(),
        organisations: organisations.map(|one| (one.id.to_string(), one.name)).collect(),
        keys,
    })
}
