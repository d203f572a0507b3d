// What a member can do to a workspace, done through workerd while somebody else edits: nobody waits, and memory holds.

import assert from "node:assert/strict";
import { after, describe, test } from "node:test";

import { Honest, makeAttack, under } from "./support/attack.mjs";
import { encode, items } from "./support/cbor.mjs";
import { begin } from "./support/half.mjs";
import { newIssue } from "./support/issue.mjs";
import { RawDocument, RawSocket } from "./support/socket.mjs";
import { until } from "./support/until.mjs";
import { call, openWorkspace, statistics } from "./support/workspace.mjs";

import * as Automerge from "@automerge/automerge";

/** Nobody waits longer for an acknowledgement, in milliseconds. */
const LATE = 2_000;
/** What a Durable Object has. */
const MEMORY = 128_000_000;

describe("attacks by a vendor", () => {
  const closing = [];
  const table = [];
  after(() => {
    const cells = table.map(({ name, sent, answer, slowest, memory }) =>
      [name.padEnd(40), `${(sent / 1e6).toFixed(2)} MB`.padStart(9), `${Math.round(slowest)} ms`.padStart(8), `${Math.round(memory / 1e6)} MB`.padStart(7), answer].join("  "),
    );
    console.log(["attack, sent, slowest honest edit, memory, the hub's answer", ...cells].join("\n"));
  });

  /** Each in a workspace, and a process, of its own. */
  const attack = (name, act) =>
    test(name, async (context) => {
      const place = await openWorkspace(context);
      place.open = async (who = place.vendor, peer) => {
        const socket = await (await RawSocket.open(place.sync, { token: who.token })).join(peer, { docket: true });
        place.endings.push(() => socket.close());
        return socket;
      };
      const honest = await Honest.begin(place);
      await honest.edits(3);
      let told;
      const seen = await under(place, honest, async () => {
        told = await act(place, honest);
      });
      await honest.end();
      table.push({ name, ...seen, ...told });
      context.diagnostic(`${told.sent} bytes; ${told.answer}; slowest of ${seen.edits} honest edits ${Math.round(seen.slowest)} ms; ${seen.memory} bytes of memory`);
      assert.equal(seen.closed, undefined, "the honest socket stays");
      assert.ok(seen.slowest < LATE, `an honest edit took ${seen.slowest} ms`);
      assert.ok(seen.memory < MEMORY, `${seen.memory} bytes`);
      // Whoever comes afterwards finds what was written.
      const late = await place.open(place.viewer);
      const last = Automerge.getHeads(honest.document.document);
      await new RawDocument(late, honest.id).sync((document) => last.every((head) => Automerge.hasHeads(document, [head])));
    });

  /** What the hub said to a socket. */
  const answer = (socket) => {
    const codes = socket.frames.filter(({ type }) => type === "docket-refused").flatMap(({ refused }) => refused.map(({ code }) => code));
    const counts = Object.entries(Object.groupBy(codes, (code) => code)).map(([code, { length }]) => `${length} × ${code}`);
    if (socket.closed) counts.push(`closed: ${socket.closed.reason}`);
    return counts.join(", ") || "taken";
  };

  /** Sends what the program makes, on the honest person's issue or one of the vendor's own; answers what came of it. */
  const changes = (name, { onTheirs = false, check = () => {} } = {}) => async (place, honest) => {
    const socket = await place.open();
    const document = onTheirs ? honest.id : newIssue("", "").id;
    const frames = await makeAttack(name, document, socket.peer, place.vendor.member.id);
    for (const frame of frames) socket.socket.send(frame);
    // A last word, after which all of it is judged.
    const other = newIssue("Another", place.vendor.member.id);
    const last = new RawDocument(socket, other.id, other.document);
    last.talk();
    await until("the attack to be over", () => socket.closed || (last.listen(), last.isAcknowledged()), 60_000);
    await check(place, document, socket);
    return { sent: frames.reduce((sum, { length }) => sum + length, 0), answer: answer(socket) };
  };

  /** A document opens for somebody else. */
  const opens = async (place, id) => {
    const socket = await place.open(place.viewer);
    await new RawDocument(socket, id).sync((document) => document.kind !== undefined, 20_000);
  };

  attack("1: 10,001 changes side by side", changes("fan", { onTheirs: true, check: opens }));
  attack("4: 200 older states of 20,000 changes", changes("stale"));
  attack("5: 10,000 actors", changes("actors", { check: opens }));
  attack("5: 49,000 titles in one change", changes("titles"));
  attack("5: 19,000 actors of 64 bytes", changes("long-actors", { onTheirs: true }));
  attack("11: a document filled to the brim", changes("full", { check: opens }));

  attack("10: a row as long as can be, followed", async (place, honest) => {
    for (const who of [place.viewer, place.admin]) {
      for (let n = 0; n < 20; n += 1) {
        const socket = await place.open(who);
        socket.ignore().send({ type: "docket-subscribe", version: 0, derivation: 3 });
      }
    }
    return changes("row")(place, honest);
  });

  attack("8: two dozen requests that don't end", async (place) => {
    const halves = Array.from({ length: 24 }, () =>
      begin(place.api("/documents"), { method: "POST", token: place.vendor.token, body: Buffer.alloc((8 << 20) - 1), length: 8 << 20 }),
    );
    await until("the rest to be refused", () => halves.filter(({ over }) => over).length >= 21);
    const { held_bytes: held } = await statistics(place);
    for (const half of halves) half.destroy();
    return { sent: 24 * (8 << 20), answer: `${held} bytes held` };
  });

  attack("8: records without changes", async (place) => {
    const issue = newIssue("Long", place.vendor.member.id);
    for (let n = 0; n < 300; n += 1) {
      issue.document = Automerge.change(issue.document, (draft) => (draft.title = new Automerge.ImmutableString(`${n}`)));
    }
    const put = async (body) => {
      const response = await call(place.api("/documents"), { token: place.vendor.token, method: "PUT", body });
      return [response.status, new Uint8Array(await response.arrayBuffer())];
    };
    const [stored] = await put(encode({ document: issue.bytes, changes: Automerge.getAllChanges(issue.document) }));
    assert.equal(stored, 200);
    const empty = encode({ document: issue.bytes, changes: [] });
    const body = Buffer.concat(Array.from({ length: 50_000 }, () => empty));
    const [status, bytes] = await put(body);
    if (status === 200) assert.ok(bytes.length < 8 * body.length && items(bytes).length === 50_000);
    return { sent: body.length, answer: `${status}, ${bytes.length} bytes` };
  });

  attack("9: all sockets, everywhere at once", async (place) => {
    const sockets = [];
    let refused = 0;
    for (let n = 0; n < 60; n += 1) {
      try {
        sockets.push(await place.open());
      } catch (error) {
        assert.equal(error.status, 429);
        refused += 1;
      }
    }
    let sent = 0;
    for (let n = 0; n < 400; n += 1) {
      for (const socket of sockets) {
        const here = { type: "docket-here", field: `field ${n}` };
        sent += encode(here).length;
        if (!socket.closed) socket.send(here);
      }
    }
    const closed = sockets.filter((socket) => socket.closed).length;
    return { sent, answer: `${refused} of 60 refused, ${closed} closed` };
  });

  /** Asks for the whole catalogue again and again. */
  const subscribe = async (place, socket) => {
    const frame = { type: "docket-subscribe", version: 0, derivation: 3 };
    let count = 0;
    for (; count < 20_000 && !socket.closed; count += 1) {
      socket.send(frame);
      if (count % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    return count * encode(frame).length;
  };

  /** Issues with long titles, so that the catalogue is worth asking for. */
  const fill = async (place) => {
    const issues = Array.from({ length: 300 }, (_, n) => newIssue(`${n} ${"t".repeat(900)}`, place.vendor.member.id));
    const body = Buffer.concat(issues.map((issue) => encode({ document: issue.bytes, changes: Automerge.getAllChanges(issue.document) })));
    const response = await call(place.api("/documents"), { token: place.vendor.token, method: "PUT", body });
    assert.equal(response.status, 200);
    await response.arrayBuffer();
  };

  attack("13: the catalogue without end", async (place) => {
    await fill(place);
    const socket = (await place.open()).ignore();
    const sent = await subscribe(place, socket);
    await socket.isClosed(30_000);
    return { sent, answer: answer(socket) };
  });

  attack("13: a socket that never reads", async (place, honest) => {
    await fill(place);
    const socket = (await place.open()).ignore();
    socket.socket.pause();
    const sent = await subscribe(place, socket);
    await honest.edits(10);
    socket.socket.resume();
    await socket.isClosed(30_000);
    return { sent, answer: answer(socket) };
  });

  attack("12: a long history opened by many", async (place) => {
    const writer = await place.open();
    const document = newIssue("", "").id;
    const frames = await makeAttack("stale", document, writer.peer, place.vendor.member.id);
    for (const frame of frames.slice(0, -1)) writer.socket.send(frame);
    const sent = frames.reduce((sum, { length }) => sum + length, 0);
    await until("the history", async () => (await statistics(place)).changes >= 20_000, 30_000);
    for (let n = 0; n < 6; n += 1) {
      const socket = await place.open(n % 2 === 0 ? place.viewer : place.vendor);
      new RawDocument(socket, document).talk();
      await socket.next((frame) => frame.documentId === document && frame.type === "sync", 20_000);
    }
    return { sent, answer: "opened" };
  });

  attack("16: a tab's name is taken", async (place, honest) => {
    const socket = await RawSocket.open(place.sync, { token: place.vendor.token });
    socket.send({ type: "join", senderId: honest.socket.peer, peerMetadata: { isEphemeral: true, docket: 2 }, supportedProtocolVersions: ["1"] });
    const { reason } = await socket.isClosed();
    // And nobody is told it.
    const watching = await place.open(place.viewer);
    const told = await watching.next(({ type }) => type === "docket-present" || type === "docket-presence");
    assert.ok(!JSON.stringify(told).includes(`"${honest.socket.peer}"`), "its name is told to nobody");
    return { sent: 100, answer: reason };
  });
});
