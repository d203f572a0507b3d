//! The hub under test: `scripts/serve` in a process group of its own.

use std::{
    error::Error,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use serde_json::Value;

/// A running hub.
pub(crate) struct Hub {
    child: Option<Child>,
    pub(crate) port: u16,
    state: PathBuf,
    /// What `scripts/serve` said when it was ready.
    pub(crate) ready: Value,
}

impl Hub {
    /// Starts a hub on a free port, with its state in `state`.
    pub(crate) fn start(state: &Path) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut hub = Self {
            child: None,
            port,
            state: state.to_owned(),
            ready: Value::Null,
        };
        hub.restart()?;
        Ok(hub)
    }

    /// Starts the hub again on the same port and state.
    pub(crate) fn restart(&mut self) -> Result<(), Box<dyn Error + Send + Sync>> {
        let mut child = Command::new("scripts/serve")
            .args(["--port", &self.port.to_string(), "--state"])
            .arg(&self.state)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .process_group(0)
            .spawn()?;
        let stdout = child.stdout.take().ok_or("no stdout")?;
        self.child = Some(child);
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        self.ready = serde_json::from_str(&line).map_err(|_| "the hub didn't start; see above")?;
        Ok(())
    }

    /// Kills the hub's processes at once, as a power cut would.
    pub(crate) fn kill(&mut self) -> Result<(), Box<dyn Error + Send + Sync>> {
        self.signal("-KILL")
    }

    fn signal(&mut self, signal: &str) -> Result<(), Box<dyn Error + Send + Sync>> {
        if let Some(mut child) = self.child.take() {
            Command::new("kill")
                .args([signal, "--", &format!("-{}", child.id())])
                .status()?;
            child.wait()?;
        }
        Ok(())
    }

    /// A text of what the hub said when it was ready.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.ready.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// The hub's statistics.
    pub(crate) fn statistics(&self) -> Result<Value, Box<dyn Error + Send + Sync>> {
        self.ask("GET", "statistics", "")
    }

    /// Asks the workspace's API as its admin; answers one object of JSON.
    pub(crate) fn ask(
        &self,
        method: &str,
        resource: &str,
        body: &str,
    ) -> Result<Value, Box<dyn Error + Send + Sync>> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        write!(
            stream,
            "{method} /api/v1/workspaces/{}/{resource} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nAuthorization: Bearer {}\r\n\
             {}Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            self.text("workspace"),
            self.port,
            self.text("admin"),
            if body.is_empty() {
                ""
            } else {
                "Content-Type: application/json\r\n"
            },
            body.len(),
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        // Whatever frames the object, its length or chunks, is outside its braces.
        let body = answer
            .split_once("\r\n\r\n")
            .and_then(|(_, body)| body.get(body.find('{')?..=body.rfind('}')?))
            .unwrap_or_default();
        Ok(serde_json::from_str(body).map_err(|error| format!("{error}: {answer}"))?)
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        // Its end is no part of what is measured; one that can't be ended is gone already.
        let _ = self.signal("-TERM");
    }
}

/// A folder that is removed at the end.
pub(crate) struct Scratch(pub(crate) PathBuf);

impl Scratch {
    /// A new folder.
    pub(crate) fn new() -> std::io::Result<Self> {
        let path = std::env::temp_dir().join(format!("docket-load-{}", std::process::id()));
        std::fs::create_dir_all(&path)?;
        Ok(Self(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
