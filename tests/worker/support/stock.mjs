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
  // Tried again after so many milliseconds. It leaves the earlier attempt behind without a listener, so that an error
  // there, on a busy machine, ends the process: not too soon.
  const adapter = new WebSocketClientAdapter(`${place.sync}?token=${token}`, 1_000);
  const repo = new Repo({ network: [adapter], ...options });
  repo.adapter = adapter;
  place.endings.push(() => {
    // Else an attempt that is planned would be made after the end, and again for ever.
    adapter.connect = () => {};
    return repo.shutdown();
  });
  return repo;
}
