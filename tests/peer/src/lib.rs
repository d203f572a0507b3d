//! A native Docket client: [`docket_sync::client`] over a blocking WebSocket.
//!
//! It keeps its documents in memory for as long as it lives and connects again by itself, so that a test can kill the
//! hub under it. The app's own core does the talking; here are only the socket and the clock.

use std::{
    collections::{BTreeMap, HashMap},
    net::TcpStream,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use automerge::{Automerge, ChangeHash};
use docket_domain::{Command, Context, DocumentId, MemberId, Row, Timestamp, command::CommandError};
use docket_sync::{
    client::{Actors, Client, Cursor, Event, Output, outbox},
    wire::{CROWDED, PeerId},
};
use tungstenite::{Message, WebSocket, client::IntoClientRequest, http::HeaderValue};

/// What can go wrong that isn't the network: that is waited for.
#[derive(Debug, thiserror::Error)]
pub enum PeerError {
    /// The address or token can't be used.
    #[error("{0} is no WebSocket address of a workspace, or the token has odd characters")]
    Address(String),
    /// A peer id can't be made.
    #[error(transparent)]
    Wire(#[from] docket_sync::wire::WireError),
    /// A command failed.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// The document isn't open.
    #[error("{0} isn't open")]
    Closed(DocumentId),
    /// What was waited for didn't come in time.
    #[error("after {0:?} still no sign of {1}")]
    Late(Duration, &'static str),
}

/// How long one read waits for a frame.
const PATIENCE: Duration = Duration::from_millis(5);

/// A connected (or reconnecting) client.
pub struct Peer {
    sync: String,
    token: String,
    client: Client,
    socket: Option<WebSocket<TcpStream>>,
    retry: Instant,
    failures: u32,
    /// Who the hub takes this client for, once it has said so.
    pub member: Option<MemberId>,
    /// The workspace document, once the hub has said so.
    pub workspace: Option<DocumentId>,
    /// The catalogue.
    pub rows: BTreeMap<DocumentId, Row>,
    /// Is the catalogue whole?
    pub complete: bool,
    /// The heads that the hub has acknowledged, by document.
    pub acknowledged: HashMap<DocumentId, Vec<ChangeHash>>,
    /// What the hub refused, in words.
    pub refused: Vec<String>,
    /// What changes became that others had crowded out: their commands were carried out again.
    pub again: HashMap<ChangeHash, Vec<ChangeHash>>,
    outbox: HashMap<DocumentId, Vec<outbox::Entry>>,
    commands: u64,
    /// How often a socket was opened.
    pub connections: u32,
}

impl Peer {
    /// A client of the workspace at the WebSocket address `sync`, with `token`. Connects as it is [pumped](Self::pump).
    ///
    /// # Errors
    /// None are known: a random peer id is always one.
    pub fn new(sync: &str, token: &str) -> Result<Self, PeerError> {
        let name = uuid::Uuid::new_v4();
        Ok(Self {
            sync: sync.to_owned(),
            token: token.to_owned(),
            client: Client::new(
                PeerId::new(format!("peer-{}", name.simple()))?,
                Actors::new(uuid::Uuid::new_v4().into_bytes()),
                Cursor::default(),
            ),
            socket: None,
            retry: Instant::now(),
            failures: 0,
            member: None,
            workspace: None,
            rows: BTreeMap::new(),
            complete: false,
            acknowledged: HashMap::new(),
            refused: Vec::new(),
            again: HashMap::new(),
            outbox: HashMap::new(),
            commands: 0,
            connections: 0,
        })
    }

    /// Takes a document into the sync.
    pub fn open(&mut self, document: DocumentId) {
        let output = self.client.open(document, None, &[]);
        self.carry(output);
    }

    /// The document isn't needed any more.
    pub fn close(&mut self, document: DocumentId) {
        let output = self.client.close(document);
        self.carry(output);
    }

    /// An open document, as far as it has come.
    #[must_use]
    pub fn document(&self, document: DocumentId) -> Option<&Automerge> {
        self.client.document(document)
    }

    /// Has the hub everything of this document?
    #[must_use]
    pub fn is_pending(&self, document: DocumentId) -> bool {
        self.client.is_pending(document)
    }

    /// Carries out a command; answers the changes it made.
    ///
    /// # Errors
    /// The command's, and when the document isn't open.
    pub fn run(&mut self, command: &Command) -> Result<Vec<ChangeHash>, PeerError> {
        let context = Context {
            member: self.member.clone().unwrap_or_else(MemberId::random),
            now: now(),
        };
        let change = |document: &mut Automerge| outbox::carry_out(document, command, &context);
        let edited = if command.creates() {
            self.client.create(command.document, change)?
        } else {
            self.client
                .edit(command.document, change)
                .map_err(|error| match error {
                    docket_sync::client::NotEdited::Closed(id) => PeerError::Closed(id),
                    docket_sync::client::NotEdited::Change(error) => PeerError::Command(error),
                })?
        };
        let changes = edited.changes;
        self.commands += 1;
        let entry = outbox::Entry {
            id: self.commands,
            command: command.clone(),
            at: context.now,
            changes: changes.clone(),
        };
        self.outbox.entry(command.document).or_default().push(entry);
        let output = self.client.stored(command.document);
        self.carry(output);
        Ok(changes)
    }

    /// Reads what has come, for at most `time`, connecting first where needed.
    ///
    /// # Errors
    /// When the address can't be used.
    pub fn pump(&mut self, time: Duration) -> Result<(), PeerError> {
        let until = Instant::now() + time;
        loop {
            if self.socket.is_none() {
                self.connect(until)?;
            }
            let Some(socket) = &mut self.socket else {
                return Ok(());
            };
            match socket.read() {
                Ok(Message::Binary(frame)) => {
                    let output = self.client.receive(&frame);
                    self.carry(output);
                }
                Ok(Message::Close(_)) => self.lose(),
                Ok(_) => {}
                Err(tungstenite::Error::Io(error)) if waiting(&error) => {}
                Err(_) => self.lose(),
            }
            if Instant::now() >= until {
                return Ok(());
            }
        }
    }

    /// Reads until `done`, for at most `time`.
    ///
    /// # Errors
    /// [`PeerError::Late`] with `what` when the time is over.
    pub fn until(
        &mut self,
        time: Duration,
        what: &'static str,
        mut done: impl FnMut(&Self) -> bool,
    ) -> Result<(), PeerError> {
        let start = Instant::now();
        while !done(self) {
            if start.elapsed() > time {
                return Err(PeerError::Late(time, what));
            }
            self.pump(PATIENCE)?;
        }
        Ok(())
    }

    fn connect(&mut self, until: Instant) -> Result<(), PeerError> {
        let address = || PeerError::Address(self.sync.clone());
        let wait = self.retry.min(until).saturating_duration_since(Instant::now());
        std::thread::sleep(wait);
        if Instant::now() < self.retry {
            return Ok(());
        }
        let mut request = self.sync.as_str().into_client_request().map_err(|_| address())?;
        let bearer = HeaderValue::from_str(&format!("Bearer {}", self.token)).map_err(|_| address())?;
        request.headers_mut().insert("Authorization", bearer);
        let host = request
            .uri()
            .authority()
            .map(ToString::to_string)
            .ok_or_else(address)?;
        let connected = TcpStream::connect(host).ok().and_then(|stream| {
            // The handshake is given seconds, a read afterwards milliseconds.
            stream.set_read_timeout(Some(Duration::from_secs(10))).ok()?;
            let (socket, _) = tungstenite::client(request, stream).ok()?;
            socket.get_ref().set_read_timeout(Some(PATIENCE)).ok()?;
            socket.get_ref().set_nodelay(true).ok()?;
            Some(socket)
        });
        match connected {
            Some(socket) => {
                self.socket = Some(socket);
                self.failures = 0;
                self.connections += 1;
                let output = self.client.connected();
                self.carry(output);
            }
            None => {
                self.failures += 1;
                let pause = 50 * u64::from(self.failures.min(10));
                self.retry = Instant::now() + Duration::from_millis(pause);
            }
        }
        Ok(())
    }

    fn lose(&mut self) {
        if self.socket.take().is_some() {
            self.client.disconnected();
            self.retry = Instant::now() + Duration::from_millis(50);
        }
    }

    fn carry(&mut self, output: Output) {
        let mut lost = output.close;
        if let Some(socket) = &mut self.socket {
            for frame in output.send {
                lost |= socket.send(Message::binary(frame)).is_err();
            }
        }
        for event in output.events {
            self.note(event);
        }
        if lost {
            self.lose();
        }
    }

    /// What the hub has isn't done again.
    fn settle(&mut self, id: DocumentId, heads: &[ChangeHash]) {
        if let (Some(document), Some(entries)) = (self.client.document(id), self.outbox.get_mut(&id)) {
            let done = outbox::acknowledged(document, heads, entries);
            entries.retain(|entry| !done.contains(&entry.id));
        }
    }

    /// The hub's copy is here in the place of one with refused changes: what wasn't refused by name is done again.
    fn renew(&mut self, id: DocumentId) {
        let entries = self.outbox.remove(&id).unwrap_or_default();
        let member = self.member.clone().unwrap_or_else(MemberId::random);
        let renewed = self.client.renew(id, &[], |document, left| {
            outbox::replay(document, &entries, left, &member)
        });
        let value = match renewed {
            Ok(Some(renewed)) => renewed.value,
            Ok(None) => return,
            Err(problem) => return self.refused.push(format!("{problem:?}")),
        };
        self.refused
            .extend(value.aside.into_iter().map(|aside| aside.message));
        let before = |id: u64| entries.iter().find(|entry| entry.id == id);
        for entry in &value.entries {
            for hash in before(entry.id).iter().flat_map(|before| &before.changes) {
                self.again.insert(*hash, entry.changes.clone());
            }
        }
        let kept = entries
            .iter()
            .filter(|entry| !value.done.contains(&entry.id))
            .map(|entry| {
                let again = value.entries.iter().find(|again| again.id == entry.id);
                again.unwrap_or(entry).clone()
            });
        self.outbox.insert(id, kept.collect());
        let output = self.client.stored(id);
        self.carry(output);
    }

    fn note(&mut self, event: Event) {
        match event {
            Event::Welcome {
                workspace, member, ..
            } => {
                self.workspace = Some(workspace);
                self.member = Some(member);
            }
            Event::Acknowledged { document, heads } => {
                self.settle(document, &heads);
                self.acknowledged.insert(document, heads);
            }
            Event::Rows { rows, complete, .. } => {
                for update in rows {
                    match update.row.as_deref().map(Row::from_bytes) {
                        Some(Ok(row)) => drop(self.rows.insert(update.document, row)),
                        _ => drop(self.rows.remove(&update.document)),
                    }
                }
                self.complete |= complete;
            }
            Event::Refused { refused, .. } => {
                let refused = refused.into_iter().filter(|refusal| refusal.code != CROWDED);
                self.refused.extend(refused.map(|refusal| refusal.message));
            }
            Event::Fresh { document } => self.renew(document),
            _ => {}
        }
    }
}

fn waiting(error: &std::io::Error) -> bool {
    matches!(
        error.kind(),
        std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut
    )
}

/// The clock.
#[must_use]
pub fn now() -> Timestamp {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX))
}
