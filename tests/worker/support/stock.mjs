// Unmodified automerge-repo clients.

import { Repo } from "@automerge/automerge-repo";
import { WebSocketClientAdapter } from "@automerge/automerge-repo-network-websocket";

/** A client of its own, connected with that token. `context.after` ends it. */
export function stockClient(context, place, token, options = {}) {
  const adapter = new WebSocketClientAdapter(`${place.sync}?token=${token}`, 200);
  const repo = new Repo({ network: [adapter], ...options });
  repo.adapter = adapter;
  context.after(() => repo.shutdown());
  return repo;
}
