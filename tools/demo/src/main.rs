//! Fills a workspace for trying Docket: real issues, three organisations, and people to be.
//!
//! It reads what `scripts/serve` prints when it is ready from standard input, does as the people themselves would
//! (HTTP and the sync protocol, each with their own token), and prints a link for each. What is there already is left
//! alone, so it can run at every start, and again after it was interrupted.

mod cast;
mod edits;
mod http;
mod issues;
mod lists;

use std::{
    error::Error,
    io::{self, BufRead, Write},
    path::PathBuf,
    time::Duration,
};

use docket_domain::DocumentId;
use docket_peer::Peer;
use serde::Deserialize;

type Failure = Box<dyn Error + Send + Sync>;

/// How long the hub may take for anything. A cold machine is slow.
const PATIENCE: Duration = Duration::from_secs(300);

/// What `scripts/serve` says.
#[derive(Debug, Deserialize)]
struct Ready {
    url: String,
    workspace: String,
    sync: String,
    document: String,
    admin: String,
}

/// The workspace to fill.
struct Demo {
    ready: Ready,
    api: http::Api,
    workspace: DocumentId,
}

impl Demo {
    /// A client of the person with this token, which has the whole catalogue.
    fn peer(&self, token: &str) -> Result<Peer, Failure> {
        let mut peer = Peer::new(&self.ready.sync, token)?;
        peer.until(PATIENCE, "the catalogue", |peer| peer.complete)?;
        Ok(peer)
    }
}

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let usage = "usage: docket-demo ISSUES TOKENS, with what scripts/serve prints as input";
    let issues = PathBuf::from(arguments.next().ok_or(usage)?);
    let tokens = PathBuf::from(arguments.next().ok_or(usage)?);
    let mut line = String::new();
    if io::stdin().lock().read_line(&mut line)? == 0 {
        return Err("the hub did not start; see above".into());
    }
    let ready: Ready = serde_json::from_str(&line)?;
    let demo = Demo {
        api: http::Api::new(&ready.url, &ready.workspace)?,
        workspace: DocumentId::from_url(&ready.document)?,
        ready,
    };
    let people = cast::enter(&demo, &tokens)?;
    if !lists::is_agreed(&demo)? {
        lists::make(&demo)?;
        issues::bring(&demo, &people, &issues)?;
        edits::make(&demo, &people)?;
        lists::rank(&demo, &people)?;
    }
    print(&demo, &people)?;
    Ok(())
}

fn print(demo: &Demo, people: &[cast::Person]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let Ready { url, workspace, .. } = &demo.ready;
    writeln!(
        out,
        "\nDocket runs at {url}. Open a link to be that person; one browser profile holds one of them.\n"
    )?;
    for person in people {
        let whose = person
            .cast
            .organisation
            .map_or("", |organisation| organisation.name);
        writeln!(
            out,
            "{:<14} {:<8} {whose}",
            person.cast.name,
            person.cast.role_name()
        )?;
        writeln!(out, "  {url}/w/{workspace}/#token={}", person.token)?;
    }
    writeln!(out, "{:<14} {:<8}", "Admin", "admin")?;
    writeln!(out, "  {url}/w/{workspace}/#token={}\n", demo.ready.admin)?;
    out.flush()
}
