// `make serve`: the release build in workerd, with a workspace to try it on.

import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";

// A signal may come at any moment, also while Miniflare is still being loaded.
const ended = new Promise((resolve) => {
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"]) process.on(signal, resolve);
});
const { HubError, addMember, ask, createWorkspace, startHub, writePrivate } = await import("./hub.mjs");

const HELP = `usage: scripts/serve [--port 8787] [--state .state] [--host 127.0.0.1] [--workspace demo]

Runs what 'make app worker' built, with everything it keeps in the state folder. When it is ready it prints one line
of JSON to stdout, and nothing else there:

  url        the app's address
  workspace  the workspace's name in addresses
  sync       the WebSocket's address, which wants '?token=…' or a header 'Authorization: Bearer …'
  document   the workspace document's automerge URL
  admin, member, viewer
             a token of each; random, kept in tokens.json in the state folder (mode 0600), the same after a restart

SIGTERM or SIGINT ends it cleanly. 'make serve' hands SIGTERM on to it; make itself then reports the signal.
`;

async function main() {
  const { values } = parseArgs({
    options: {
      port: { type: "string", default: "8787" },
      state: { type: "string", default: ".state" },
      host: { type: "string", default: "127.0.0.1" },
      workspace: { type: "string", default: "demo" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    throw new HubError(`'${values.port}' is no port: give a number from 0 (any free one) to 65535.`);
  }
  const state = path.resolve(values.state);

  // Documents of other kinds are welcome here, so that stock clients have something to play with.
  const variables = { DOCKET_PLAIN_DOCUMENTS: "yes" };
  const starting = startHub({ state, port, host: values.host, variables, keepSignals: true });
  starting.catch(() => {});
  const outcome = await Promise.race([starting.then((hub) => prepare(hub, values.workspace, state)), ended]);
  if (typeof outcome === "object") {
    process.stdout.write(`${JSON.stringify(outcome)}\n`);
    await ended;
  }
  await (await starting).stop();
}

async function prepare(hub, slug, state) {
  const tokens = await workspaceTokens(hub, slug, path.join(state, "tokens.json"));
  const { document } = await ask(hub.url, tokens.admin, "GET", `workspaces/${slug}`);
  return {
    url: hub.url,
    workspace: slug,
    sync: `${hub.url.replace(/^http/, "ws")}/sync/${slug}`,
    document,
    admin: tokens.admin,
    member: tokens.member,
    viewer: tokens.viewer,
  };
}

// The folder's tokens; what is missing is made, so that a start that was interrupted is completed by the next.
async function workspaceTokens(hub, slug, file) {
  const all = existsSync(file) ? JSON.parse(await readFile(file, "utf8")) : {};
  const tokens = (all[slug] ??= {});
  const save = () => writePrivate(file, `${JSON.stringify(all, null, 2)}\n`);
  if (tokens.admin === undefined) {
    tokens.admin = (await create(hub, slug, file)).token;
    await save();
  }
  for (const [role, name] of [["member", "Member"], ["viewer", "Viewer"]]) {
    if (tokens[role] === undefined) {
      tokens[role] = (await addMember(hub.url, tokens.admin, slug, { name, role })).token;
      await save();
    }
  }
  return tokens;
}

async function create(hub, slug, file) {
  try {
    return await createWorkspace(hub.url, hub.secret, slug, "Demo", "Admin");
  } catch (error) {
    if (error.status === 409) {
      throw new HubError(`the workspace '${slug}' exists but ${file} doesn't hold its tokens: put that file back, or start with another state folder.`);
    }
    if (error.status === 404 || error.status === 501) {
      throw new HubError(`the Worker can't make workspaces yet (${error.message}).`);
    }
    throw error;
  }
}

try {
  await main();
  process.exit(0);
} catch (error) {
  process.stderr.write(`serve: ${error instanceof HubError || error?.code?.startsWith?.("ERR_PARSE_ARGS") ? error.message : error.stack}\n`);
  process.exit(1);
}
