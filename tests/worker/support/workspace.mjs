// A hub with a fresh workspace and a member of each role.

import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";

import { addMember, createWorkspace, startHub } from "../../../scripts/hub.mjs";

/**
 * Starts a hub in a folder of its own, makes the workspace `demo`, and clears both away after the tests.
 *
 * @param {import("node:test").TestContext | {after: Function}} context
 */
export async function openWorkspace(context, options = {}) {
  const state = await mkdtemp(path.join(tmpdir(), "docket-"));
  const logs = [];
  const settings = {
    state,
    variables: { DOCKET_PLAIN_DOCUMENTS: "yes" },
    onLog: (entry) => logs.push(entry.message),
    ...options,
  };
  /** What ends before the hub does: clients. */
  const endings = [];
  const place = { state, logs, endings, slug: "demo", hub: await startHub(settings) };
  context.after(async () => {
    for (const end of endings) await end();
    await place.hub.stop();
    await rm(state, { recursive: true, force: true });
  });
  const created = await createWorkspace(place.hub.url, place.hub.secret, place.slug, "Support", "Ada");
  place.document = created.document;
  place.admin = { member: created.member, token: created.token };
  for (const role of ["member", "vendor", "viewer"]) {
    place[role] = await addMember(place.hub.url, place.admin.token, place.slug, { name: `A ${role}`, role });
  }
  place.sync = syncAddress(place);
  /** Stops the process and starts it again on the same folder. */
  place.restart = async () => {
    await place.hub.stop();
    place.hub = await startHub(settings);
    place.sync = syncAddress(place);
  };
  /** Runs SQL on the workspace's database, between two runs of the process. */
  place.sql = async (query, ...parameters) => {
    await place.hub.stop();
    try {
      return await inDatabase(state, query, parameters);
    } finally {
      place.hub = await startHub(settings);
      place.sync = syncAddress(place);
    }
  };
  place.evict = async () => {
    try {
      await place.hub.evict(place.slug);
    } catch (error) {
      // Gone already, which is what is wanted.
      if (!/not currently running/.test(error.message)) throw error;
    }
  };
  place.api = (resource = "") => `${place.hub.url}/api/v1/workspaces/${place.slug}${resource}`;
  return place;
}

/** Runs SQL on the one database in the folder that holds a workspace. */
async function inDatabase(state, query, parameters) {
  const answers = [];
  const files = await readdir(state, { recursive: true });
  for (const file of files.filter((name) => name.endsWith(".sqlite"))) {
    const database = new DatabaseSync(path.join(state, file));
    try {
      const found = database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'workspace'").get();
      if (found) answers.push(database.prepare(query).all(...parameters).map((row) => ({ ...row })));
    } finally {
      database.close();
    }
  }
  if (answers.length !== 1) throw new Error(`${answers.length} workspaces in the hub's folder`);
  return answers[0];
}

/** What the hub tells its admins in figures. */
export async function statistics(place) {
  const response = await call(place.api("/statistics"), { token: place.admin.token });
  if (response.status !== 200) throw new Error(`statistics: ${response.status}`);
  return response.json();
}

function syncAddress({ hub, slug }) {
  return `${hub.url.replace(/^http/, "ws")}/sync/${slug}`;
}

/** A request with a token, or none. */
export async function call(url, { token, method = "GET", body, headers = {} } = {}) {
  return fetch(url, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined || body instanceof Uint8Array ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    body: body === undefined || body instanceof Uint8Array ? body : JSON.stringify(body),
  });
}
