// The release build of the hub (and the app's files) in workerd, through Miniflare: no watching, no bundling.
// `make serve` uses it, and so do the tests, which also evict the object or kill the process.

import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import { Log, LogLevel, Miniflare } from "miniflare";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const WORKER = "docket";
const OBJECT = "Workspace";
const SIGNALS = ["SIGTERM", "SIGINT", "SIGHUP"];

/** What a person can mend: shown as its one sentence, without a stack. */
export class HubError extends Error {}

class StderrLog extends Log {
  log(message) {
    process.stderr.write(`${message}\n`);
  }
}

/**
 * Starts the hub.
 *
 * @param {object} [options]
 * @param {string} [options.state] the folder that keeps everything; without it nothing outlives the process
 * @param {number} [options.port] 0 takes a free one
 * @param {string} [options.host] who may connect: 127.0.0.1 is this machine only
 * @param {string} [options.assets] the app's files; dist/ if not given
 * @param {string} [options.secret] the setup secret; without it the folder's, or a random one
 * @param {Record<string, string>} [options.variables] further bindings
 * @param {(entry: {level: string, message: string}) => void} [options.onLog] what the Worker logs (else to stderr)
 * @param {boolean} [options.keepSignals] leaves SIGTERM and the like to the caller; else Miniflare ends the process
 * @returns {Promise<Hub>}
 */
export async function startHub(options = {}) {
  const { state, port = 0, host = "127.0.0.1", assets = path.join(root, "dist"), variables = {}, onLog, keepSignals = false } = options;
  let { secret } = options;
  const modules = path.join(root, "worker/build");
  for (const [file, target] of [[path.join(modules, "index.js"), "worker"], [path.join(assets, "index.html"), "app"]]) {
    if (!existsSync(file)) {
      throw new HubError(`${path.relative(root, file)} is missing: run 'make ${target}' first.`);
    }
  }
  if (state !== undefined) {
    await mkdir(state, { recursive: true, mode: 0o700 });
    secret ??= await keptSecret(path.join(state, "setup-secret"));
  }
  secret ??= randomSecret();
  const [script, wasm, wrangler] = await Promise.all([
    readFile(path.join(modules, "index.js"), "utf8"),
    readFile(path.join(modules, "index_bg.wasm")),
    readFile(path.join(root, "wrangler.toml"), "utf8"),
  ]);
  const handlers = SIGNALS.map((signal) => [signal, process.listeners(signal)]);
  const miniflare = new Miniflare({
    host,
    port,
    log: new StderrLog(LogLevel.WARN),
    handleStructuredLogs: onLog ?? (({ level, message }) => process.stderr.write(`[${level}] ${message}\n`)),
    // Nothing here asks the network for anything.
    cf: false,
    telemetry: { enabled: false },
    enableDevRegistry: false,
    unsafeLocalExplorer: false,
    unsafeObservability: false,
    resourcePersistencePath: state === undefined ? undefined : path.join(state, "hub"),
    workers: [
      {
        config: {
          name: WORKER,
          compatibilityDate: /^compatibility_date = "(.+)"$/m.exec(wrangler)[1],
          manifest: {
            mainModule: "index.js",
            modulesRoot: modules,
            modules: {
              "index.js": { type: "esm", contents: script },
              // A copy of its own: a Buffer may share its memory with others.
              "index_bg.wasm": { type: "wasm", contents: Uint8Array.from(wasm) },
            },
          },
          env: {
            WORKSPACE: { type: "durable-object", worker: WORKER, exportName: OBJECT },
            DOCKET_SETUP_SECRET: { type: "text", value: secret },
            ...Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, { type: "text", value }])),
          },
          exports: { [OBJECT]: { type: "durable-object", storage: "sqlite" } },
          assets: {
            directory: assets,
            notFoundHandling: "single-page-application",
            runWorkerFirst: ["/api/*", "/sync/*"],
            hasUserWorker: true,
          },
        },
      },
    ],
  });
  if (keepSignals) {
    for (const [signal, before] of handlers) {
      for (const handler of process.listeners(signal)) if (!before.includes(handler)) process.off(signal, handler);
    }
  }
  let address;
  try {
    address = await miniflare.ready;
  } catch (error) {
    await miniflare.dispose().catch(() => {});
    if (error?.code === "ERR_ADDRESS_IN_USE" || error?.code === "EADDRINUSE") {
      throw new HubError(`port ${port} is taken: stop what runs there, or choose another with PORT=…`);
    }
    throw error;
  }
  return new Hub(miniflare, address.origin, secret);
}

export class Hub {
  constructor(miniflare, url, secret) {
    this.miniflare = miniflare;
    /** Where it answers, without a slash at the end. */
    this.url = url;
    /** With it workspaces are made. */
    this.secret = secret;
  }

  /** Throws the workspace's object away; its sockets stay, and the next message builds a new one. */
  async evict(workspace) {
    await this.miniflare.unsafeEvictDurableObject(WORKER, OBJECT, { name: workspace, webSockets: "hibernate" });
  }

  async stop() {
    await this.miniflare.dispose();
  }
}

/**
 * Starts `make serve`'s program as a process of its own, which can be killed.
 *
 * @param {{state: string, port?: number, environment?: Record<string, string>}} options
 * @returns {Promise<{ready: object, process: import("node:child_process").ChildProcess, stop: () => Promise<number>, kill: () => Promise<void>}>}
 */
export async function spawnHub({ state, port = 0, environment = {} }) {
  const child = spawn(process.execPath, ["--no-warnings", path.join(root, "scripts/serve.mjs"), "--port", `${port}`, "--state", state], {
    cwd: root,
    env: { ...process.env, ...environment },
    // A process group of its own, so that workerd is killed in the same moment.
    detached: true,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise((resolve) => child.once("exit", (code) => resolve(code)));
  const line = await Promise.race([
    new Promise((resolve) => createInterface({ input: child.stdout }).once("line", resolve)),
    ended.then((code) => Promise.reject(new HubError(`the hub ended with code ${code} before it was ready`))),
  ]);
  const signal = (name) => {
    try {
      process.kill(-child.pid, name);
    } catch (error) {
      if (error.code !== "ESRCH") throw error;
    }
  };
  return {
    ready: JSON.parse(line),
    process: child,
    async stop() {
      child.kill("SIGTERM");
      return ended;
    },
    async kill() {
      signal("SIGKILL");
      await ended;
    },
  };
}

/**
 * Asks the hub's API and gives back its JSON; throws HubError with the hub's own words otherwise.
 *
 * @param {string} url
 * @param {string} token
 * @param {string} method
 * @param {string} resource below /api/v1/
 * @param {unknown} [body]
 */
export async function ask(url, token, method, resource, body) {
  const response = await fetch(`${url}/api/v1/${resource}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) {
    const error = new HubError(`${method} /api/v1/${resource} answered ${response.status}: ${text.slice(0, 300)}`);
    error.status = response.status;
    throw error;
  }
  return text === "" ? undefined : JSON.parse(text);
}

/** The error that an answer of the hub's stands for, in the hub's own words. */
export async function refusal(response) {
  const text = await response.text();
  let message = text.slice(0, 300);
  try {
    ({ message } = JSON.parse(text).error);
  } catch {
    // Something before the hub answered.
  }
  return Object.assign(new HubError(`the hub answered ${response.status}: ${message}`), { status: response.status });
}

/** Makes a workspace with its first admin: what every deployment's first workspace goes through. */
export async function createWorkspace(url, secret, slug, name, admin) {
  return ask(url, secret, "POST", `workspaces/${slug}`, { name, admin: { name: admin } });
}

/** Adds a member and gives back their record and a token of theirs. */
export async function addMember(url, adminToken, slug, { name, role, organisation = null, duties = [] }) {
  const { member } = await ask(url, adminToken, "POST", `workspaces/${slug}/members`, { name, role, organisation, duties });
  const { token } = await ask(url, adminToken, "POST", `workspaces/${slug}/members/${member.id}/tokens`);
  return { member, token };
}

export function randomSecret() {
  return randomBytes(32).toString("base64url");
}

async function keptSecret(file) {
  if (!existsSync(file)) await writePrivate(file, `${randomSecret()}\n`);
  return (await readFile(file, "utf8")).trim();
}

/** Writes a file that only its owner can read, whole or not at all. */
export async function writePrivate(file, text) {
  const draft = `${file}.${process.pid}.tmp`;
  await writeFile(draft, text, { mode: 0o600 });
  await chmod(draft, 0o600);
  await rename(draft, file);
}
