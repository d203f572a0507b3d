// What attacks are measured by: somebody who goes on editing, the hub's memory, and messages from a program.

import { execFile } from "node:child_process";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { scalar } from "./genesis.mjs";
import { newIssue } from "./issue.mjs";
import { RawDocument, RawSocket } from "./socket.mjs";
import { until } from "./until.mjs";
import { statistics } from "./workspace.mjs";

const run = promisify(execFile);
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../../..");

/** Between two edits of the honest client. */
const PACE = 100;

let built;

/** Builds the program that makes the messages, once; it is native, and built as the tests are. */
function build() {
  built ??= run("cargo", ["build", "--locked", "--quiet", "-p", "docket-sync", "--example", "attack"], { cwd: root, maxBuffer: 64 << 20 });
  return built;
}

/** The frames of an attack by `member` over a socket that joined as `peer`; see shared/sync/examples/attack. */
export async function makeAttack(name, document, peer, member) {
  await build();
  const program = path.join(root, process.env.CARGO_TARGET_DIR ?? "target", "debug/examples/attack");
  const { stdout } = await run(program, [name, document, peer, member], { encoding: "buffer", maxBuffer: 64 << 20 });
  const frames = [];
  for (let at = 0; at < stdout.length; ) {
    const end = at + 4 + stdout.readUInt32BE(at);
    frames.push(stdout.subarray(at + 4, end));
    at = end;
  }
  return frames;
}

/** Somebody who edits an issue all the while, and waits for each acknowledgement. */
export class Honest {
  /** How long each edit took, in milliseconds. */
  times = [];
  #goesOn = true;

  static async begin(place) {
    const honest = new Honest();
    honest.socket = await (await RawSocket.open(place.sync, { token: place.member.token })).join("honest", { docket: true });
    const issue = newIssue("Mount hangs", place.member.member.id);
    honest.id = issue.id;
    honest.document = await new RawDocument(honest.socket, issue.id, issue.document).sync();
    honest.#over = honest.#edit();
    // It is awaited at the end; a failure before that isn't lost.
    honest.#over.catch(() => {});
    return honest;
  }

  #over;

  async #edit() {
    for (let n = 0; this.#goesOn; n += 1) {
      this.document.change((draft) => (draft.title = scalar(`Mount hangs, ${n}`)));
      const started = performance.now();
      await this.document.sync(() => true, 60_000);
      this.times.push(performance.now() - started);
      await new Promise((resolve) => setTimeout(resolve, PACE));
    }
  }

  /** Until so many further edits, begun after now, are acknowledged. */
  async edits(count) {
    const enough = this.times.length + count + 1;
    await until("honest edits", async () => {
      // Fails with what it failed with.
      await Promise.race([this.#over, new Promise((resolve) => setTimeout(resolve, 1))]);
      return this.times.length >= enough;
    }, 60_000);
  }

  async end() {
    this.#goesOn = false;
    await this.#over;
    this.socket.close();
  }
}

/**
 * Attacks while somebody edits; answers what it did to them: `{slowest, edits, memory, closed}`.
 *
 * @param {object} place
 * @param {Honest} honest
 * @param {() => Promise<void>} attack
 */
export async function under(place, honest, attack) {
  const first = honest.times.length;
  await attack();
  // What was sent is worked at until edits are acknowledged as before.
  await honest.edits(5);
  const { memory_bytes: memory } = await statistics(place);
  const times = honest.times.slice(first);
  return { slowest: Math.max(...times), edits: times.length, memory, closed: honest.socket.closed };
}
