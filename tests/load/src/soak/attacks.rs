//! What a vendor does who wants to stop the workspace: each over and over, until its time is up.

use std::{
    io::Write,
    net::TcpStream,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use docket_domain::DocumentId;
use docket_sync::wire::{
    Frame,
    record::{ChangesRecord, Record},
};

use super::{Failure, Shared, raw::Raw};
use crate::random::Random;

/// The attacks, in this order.
pub(super) const ALL: [&str; 12] = [
    "fan",
    "stale",
    "actors",
    "titles",
    "long-actors",
    "row",
    "full",
    "posts",
    "records",
    "sockets",
    "subscribes",
    "deaf",
];
/// Sockets that one member tries to open.
const SOCKETS: usize = 60;

/// How often it was done, and with how many bytes.
#[derive(Default)]
struct Done {
    rounds: usize,
    bytes: usize,
    /// How often the hub closed a socket or refused a request.
    cut: usize,
}

/// Attacks until then; answers what was done, in words.
pub(super) fn run(shared: &Shared, name: &str, until: Instant) -> Result<String, Failure> {
    let mut done = Done::default();
    let mut random = Random(7);
    while Instant::now() < until {
        match name {
            "posts" => posts(shared, &mut done, until)?,
            "records" => records(shared, &mut done)?,
            "sockets" => sockets(shared, &mut done, until)?,
            "subscribes" => subscribes(shared, &mut done, until, true)?,
            "deaf" => subscribes(shared, &mut done, until, false)?,
            _ => changes(shared, name, &mut random, &mut done)?,
        }
        done.rounds += 1;
    }
    Ok(format!(
        "{} times, {:.1} MB sent, cut off {} times",
        done.rounds,
        done.bytes as f64 / 1e6,
        done.cut
    ))
}

/// Changes that `docket-sync`'s example `attack` makes, with what time the others leave.
fn changes(shared: &Shared, name: &str, random: &mut Random, done: &mut Done) -> Result<(), Failure> {
    // What is done to an issue that is there is done to one that others work on.
    let document = match name {
        "fan" | "long-actors" => random.choose(&shared.issues).ok_or("no issues")?,
        _ => DocumentId::random(),
    };
    let Some(mut socket) = Raw::open(shared)? else {
        done.cut += 1;
        thread::sleep(Duration::from_millis(200));
        return Ok(());
    };
    let program = std::env::current_exe()?
        .parent()
        .ok_or("no folder")?
        .join("examples/attack");
    let made = Command::new("nice")
        .args(["-n", "19"])
        .arg(program)
        .args([name, &document.to_string(), &socket.peer, &shared.vendor()?.0])
        .stderr(Stdio::inherit())
        .output()?;
    if !made.status.success() {
        return Err("'attack' failed: see above".into());
    }
    let mut rest = made.stdout.as_slice();
    let mut open = socket.read(Duration::from_millis(5));
    while let Some((length, more)) = rest.split_first_chunk::<4>() {
        let length = usize::try_from(u32::from_be_bytes(*length))?;
        let (frame, more) = more.split_at_checked(length).ok_or("half a frame")?;
        rest = more;
        open = open && socket.send(frame.to_vec()) && socket.read(Duration::from_millis(1));
    }
    open = open && socket.read(Duration::from_millis(300));
    done.cut += usize::from(!open);
    done.bytes += socket.sent;
    Ok(())
}

fn request(shared: &Shared, method: &str, length: usize) -> Result<TcpStream, Failure> {
    let mut stream = TcpStream::connect(("127.0.0.1", shared.port))?;
    stream.set_write_timeout(Some(Duration::from_millis(500)))?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    write!(
        stream,
        "{method} /api/v1/workspaces/{}/documents HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/cbor-seq\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n",
        shared.workspace,
        shared.vendor()?.1,
    )?;
    Ok(stream)
}

/// Two dozen requests of 8 MB without their last byte.
fn posts(shared: &Shared, done: &mut Done, until: Instant) -> Result<(), Failure> {
    let body = vec![0; 64 << 10];
    let mut all = Vec::new();
    for _ in 0..24 {
        let mut stream = request(shared, "POST", 8 << 20)?;
        for _ in 0..127 {
            if stream.write_all(&body).is_err() {
                done.cut += 1;
                break;
            }
            done.bytes += body.len();
        }
        all.push(stream);
    }
    thread::sleep(
        until
            .saturating_duration_since(Instant::now())
            .min(Duration::from_secs(5)),
    );
    Ok(())
}

/// A hundred thousand records without changes, of a document that everybody works on.
fn records(shared: &Shared, done: &mut Done) -> Result<(), Failure> {
    let record = ChangesRecord {
        document: shared.list,
        changes: Vec::new(),
    };
    let body = record.encode().repeat(100_000);
    let mut stream = request(shared, "PUT", body.len())?;
    done.bytes += body.len();
    if stream.write_all(&body).is_err() || std::io::copy(&mut stream, &mut std::io::sink()).is_err() {
        done.cut += 1;
    }
    Ok(())
}

/// Sockets, as many as there may be, each of which is somewhere else all the time.
fn sockets(shared: &Shared, done: &mut Done, until: Instant) -> Result<(), Failure> {
    let mut all = Vec::new();
    for _ in 0..SOCKETS {
        match Raw::open(shared)? {
            Some(socket) => all.push(socket),
            None => done.cut += 1,
        }
    }
    let end = until.min(Instant::now() + Duration::from_secs(10));
    let mut n = 0;
    while Instant::now() < end && !all.is_empty() {
        for socket in &mut all {
            let here = Frame::Here {
                document: shared.issues.get(n % shared.issues.len()).copied(),
                field: None,
            };
            n += 1;
            socket.send(here.encode());
        }
        all.retain_mut(|socket| socket.read(Duration::from_millis(1)));
    }
    Ok(())
}

/// The catalogue, from its beginning, again and again; and whether anybody reads it.
fn subscribes(shared: &Shared, done: &mut Done, until: Instant, reads: bool) -> Result<(), Failure> {
    let subscribe = Frame::Subscribe {
        epoch: None,
        version: 0,
        derivation: docket_domain::row::DERIVATION,
    };
    let Some(mut socket) = Raw::open(shared)? else {
        done.cut += 1;
        thread::sleep(Duration::from_millis(200));
        return Ok(());
    };
    let end = until.min(Instant::now() + Duration::from_secs(20));
    let mut open = true;
    while open && Instant::now() < end {
        for _ in 0..20 {
            open = open && socket.send(subscribe.encode());
        }
        if reads {
            open = open && socket.read(Duration::from_millis(10));
        } else {
            thread::sleep(Duration::from_millis(10));
        }
    }
    done.cut += usize::from(!open);
    done.bytes += socket.sent;
    Ok(())
}
