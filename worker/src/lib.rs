//! Docket's hub on Cloudflare: the HTTP front and one Durable Object per workspace.
//!
//! What the hub decides is `docket_sync::hub`, which knows no Cloudflare type; this crate gives it a body: `front`
//! and `route` find the workspace, `http` answers the API, `access` knows who may come in, `budget` how much of the hub
//! each may have at a time, `store` is SQLite, and `object` is the Durable Object that holds them together and carries frames between sockets and hub.
//!
//! Nothing here panics: all objects of an isolate share one memory, and a panic would take them all down.

mod access;
mod answer;
mod budget;
mod error;
mod front;
mod http;
mod object;
mod route;
mod store;

use worker::{Context, Env, Request, Response, Result, event};

/// Answers what the assets don't.
#[event(fetch)]
async fn fetch(request: Request, env: Env, _context: Context) -> Result<Response> {
    front::answer(request, &env).await
}
