//! The changes of each attack. None is what the product's clients make; all are well-formed Automerge.

use std::error::Error;

use automerge::{
    ActorId, Automerge, AutomergeError, Change, ExpandedChange, ObjId, ObjType, ROOT, ReadDoc, ScalarValue,
    transaction::{Transactable, Transaction},
};
use docket_domain::{DocumentId, Kind, genesis};

/// What can be made:
/// - `fan`: 10,001 changes side by side, on an issue that is there already, whoever's;
/// - `stale`: 200 changes on 200 older states of a new issue with 20,000 changes;
/// - `actors`: a new issue written by 10,000 actors, one after the other;
/// - `titles`: a new issue, and 49,000 titles for it in one change, none of which knows of another;
/// - `long-actors`: 19,000 changes side by side by actors of 64 bytes, on an issue that is there already;
/// - `row`: a new issue whose row is as long as can be, and 60 edits of it;
/// - `full`: a new issue of 13 MB of comments.
pub(crate) const NAMES: [&str; 7] = ["fan", "stale", "actors", "titles", "long-actors", "row", "full"];

type Made<T> = Result<T, Box<dyn Error>>;
/// The changes of each message, in the order in which they are sent.
type Messages = Vec<Vec<Change>>;

/// The messages of an attack on `document` by `member`.
pub(crate) fn messages(name: &str, document: DocumentId, member: &str) -> Made<Messages> {
    // Whatever attacks the same document again does it by other actors.
    let salt = *DocumentId::random().as_bytes();
    let actor = |n: u64, bytes: usize| {
        let mut actor = salt.repeat(bytes.div_ceil(salt.len()));
        actor.truncate(bytes);
        let tail = actor.len().saturating_sub(8);
        if let Some(tail) = actor.get_mut(tail..) {
            tail.copy_from_slice(&n.to_be_bytes());
        }
        ActorId::from(actor)
    };
    match name {
        "fan" => Ok(vec![fan(document, 10_001, |n| actor(n, 16))?]),
        "long-actors" => Ok(vec![fan(document, 19_000, |n| actor(n, 64))?]),
        "stale" => stale(issue(document, member, actor(0, 16))?, |n| actor(n, 16)),
        "actors" => actors(issue(document, member, actor(0, 16))?, |n| actor(n, 16)),
        "titles" => titles(issue(document, member, actor(0, 16))?),
        "row" => row(issue(document, member, actor(0, 16))?, member),
        "full" => full(issue(document, member, actor(0, 16))?, member),
        _ => Err(format!("no attack is called '{name}': there are {}", NAMES.join(", ")).into()),
    }
}

fn write(
    document: &mut Automerge,
    edit: impl FnOnce(&mut Transaction<'_>) -> Result<(), AutomergeError>,
) -> Made<()> {
    document.transact(edit).map_err(|failure| failure.error)?;
    Ok(())
}

fn last(document: &Automerge) -> Made<Change> {
    Ok(document.get_last_local_change().ok_or("nothing was written")?)
}

fn place(tx: &Transaction<'_>, name: &str) -> Result<ObjId, AutomergeError> {
    tx.get(ROOT, name)?
        .map(|(_, object)| object)
        .ok_or(AutomergeError::InvalidObjId(name.to_owned()))
}

/// An issue as its reporter's client makes it.
fn issue(document: DocumentId, who: &str, actor: ActorId) -> Made<Automerge> {
    let mut made = genesis::create(Kind::Issue, document, actor)?;
    write(&mut made, |tx| {
        tx.put(ROOT, "title", "Mount hangs")?;
        tx.put(ROOT, "created_at", ScalarValue::Timestamp(1))?;
        tx.put(ROOT, "created_by", who)?;
        tx.put(ROOT, "reporter", who)?;
        tx.put(ROOT, "status", "new")
    })?;
    Ok(made)
}

/// Changes side by side, each of one operation and by an actor of its own. They build on what every issue begins with.
fn fan(document: DocumentId, count: u64, actor: impl Fn(u64) -> ActorId) -> Made<Vec<Change>> {
    let mut base = genesis::create(Kind::Issue, document, actor(0))?;
    write(&mut base, |tx| {
        let labels = place(tx, "labels")?;
        tx.put(&labels, "x", true)
    })?;
    let template = last(&base)?.decode();
    let change = |n| {
        Change::from(ExpandedChange {
            actor_id: actor(n),
            ..template.clone()
        })
    };
    Ok((1..=count).map(change).collect())
}

fn stale(mut document: Automerge, actor: impl Fn(u64) -> ActorId) -> Made<Messages> {
    for n in 0..20_000 {
        write(&mut document, |tx| tx.put(ROOT, "title", format!("{n}")))?;
    }
    let changes = document.get_changes(&[]);
    let mut messages: Messages = changes.chunks(5_000).map(<[Change]>::to_vec).collect();
    let states = changes.iter().skip(10).step_by(50).take(200);
    let beside = states.zip(1..).map(|(state, n)| {
        let mut copy = document.fork_at(&[state.hash()])?;
        copy.set_actor(actor(n));
        write(&mut copy, |tx| {
            let labels = place(tx, "labels")?;
            tx.put(&labels, format!("l{n}"), true)
        })?;
        last(&copy)
    });
    messages.push(beside.collect::<Made<_>>()?);
    Ok(messages)
}

fn actors(mut document: Automerge, actor: impl Fn(u64) -> ActorId) -> Made<Messages> {
    for n in 1..=10_000 {
        document.set_actor(actor(n));
        write(&mut document, |tx| tx.put(ROOT, "title", format!("{n}")))?;
    }
    Ok(document
        .get_changes(&[])
        .chunks(5_000)
        .map(<[Change]>::to_vec)
        .collect())
}

fn titles(mut document: Automerge) -> Made<Messages> {
    let start = document.get_changes(&[]);
    write(&mut document, |tx| tx.put(ROOT, "title", "a"))?;
    let mut crowd = last(&document)?.decode();
    let put = crowd.operations.first().ok_or("nothing was written")?.clone();
    crowd.operations = vec![put; 49_000];
    Ok(vec![start, vec![Change::from(crowd)]])
}

fn row(mut document: Automerge, member: &str) -> Made<Messages> {
    for round in 0..40 {
        write(&mut document, |tx| {
            let events = place(tx, "events")?;
            for n in 0..25 {
                let to = format!("{}{round}-{n}", "t".repeat(150));
                let event = tx.put_object(&events, format!("e{round}-{n}"), ObjType::Map)?;
                tx.put(&event, "at", ScalarValue::Timestamp(round * 100 + n))?;
                tx.put(&event, "by", member)?;
                tx.put(&event, "field", "assignee")?;
                tx.put(&event, "from", "f".repeat(300))?;
                tx.put(&event, "to", to.as_str())?;
                tx.put(ROOT, "assignee", to)?;
            }
            Ok(())
        })?;
    }
    let mut messages = vec![document.get_changes(&[])];
    for n in 0..60 {
        write(&mut document, |tx| tx.put(ROOT, "title", format!("x{n}")))?;
        messages.push(vec![last(&document)?]);
    }
    Ok(messages)
}

fn full(mut document: Automerge, member: &str) -> Made<Messages> {
    let mut messages = vec![document.get_changes(&[])];
    // Letters that don't compress to nothing.
    let mut state = 1_u64;
    let mut letter = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        char::from(b' ' + u8::try_from(state >> 33 & 63).unwrap_or_default())
    };
    for n in 0..26 {
        write(&mut document, |tx| {
            let comments = place(tx, "comments")?;
            for part in 0..5 {
                let entry = tx.put_object(&comments, format!("c{n}-{part}"), ObjType::Map)?;
                tx.put(&entry, "at", ScalarValue::Timestamp(n))?;
                tx.put(&entry, "by", member)?;
                tx.put(&entry, "body", (0..130_000).map(|_| letter()).collect::<String>())?;
            }
            Ok(())
        })?;
        messages.push(vec![last(&document)?]);
    }
    Ok(messages)
}
