//! The hub's HTTP interface, over a plain connection.

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use serde_json::Value;

use crate::{Failure, PATIENCE};

/// The interface of one workspace.
pub(crate) struct Api {
    host: String,
    base: String,
}

impl Api {
    /// The interface of the workspace `slug` at `url`.
    pub(crate) fn new(url: &str, slug: &str) -> Result<Self, Failure> {
        let host = url
            .strip_prefix("http://")
            .ok_or("the demo fills a hub on this machine only: http://…")?;
        Ok(Self {
            host: host.trim_end_matches('/').to_owned(),
            base: format!("/api/v1/workspaces/{slug}"),
        })
    }

    /// Asks for JSON, with JSON.
    pub(crate) fn json(
        &self,
        token: &str,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value, Failure> {
        let body = body.map(ToString::to_string).unwrap_or_default();
        let answer = self.call(token, method, path, "application/json", body.as_bytes())?;
        Ok(serde_json::from_slice(&answer)?)
    }

    /// Sends bytes; answers the answer's.
    pub(crate) fn call(
        &self,
        token: &str,
        method: &str,
        path: &str,
        kind: &str,
        body: &[u8],
    ) -> Result<Vec<u8>, Failure> {
        let mut stream = TcpStream::connect(&self.host)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        // HTTP/1.0: the answer comes whole and ends with the connection.
        let head = format!(
            "{method} {}{path} HTTP/1.0\r\nHost: {}\r\nAuthorization: Bearer {token}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n",
            self.base,
            self.host,
            body.len()
        );
        stream.write_all(head.as_bytes())?;
        stream.write_all(body)?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        let end = answer
            .windows(4)
            .position(|window| window == b"\r\n\r\n")
            .ok_or("the hub's answer is cut")?;
        let body = answer.split_off(end + 4);
        let head = String::from_utf8_lossy(&answer);
        let status = head.split_whitespace().nth(1).unwrap_or_default();
        if !status.starts_with('2') {
            return Err(format!("{method} {path}: {status} {}", String::from_utf8_lossy(&body)).into());
        }
        Ok(body)
    }
}
