// Unmodified automerge-repo clients.

import { Repo } from "@automerge/automerge-repo";
import { WebSocketClientAdapter } from "@automerge/automerge-repo-network-websocket";

import { until } from "./until.mjs";

/** A document that is there: on a slow machine a client gives up before it is connected, and is asked again. */
export function walk(repo, url) {
  return until(`${url}`, () => repo.find(url), 20_000);
}

/** A client of its own, connected with that token; it ends with the workspace. */
export function stockClient(place, token, options = {}) {
  const adapter = new WebSocketClientAdapter(`${place.sync}?token=${token}`, 200);
  const repo = new Repo({ network: [adapter], ...options });
  repo.adapter = adapter;
  place.endings.push(() => {
    // Else it would go on connecting again for ever.
    adapter.retryInterval = 0;
    return repo.shutdown();
  });
  return repo;
}
