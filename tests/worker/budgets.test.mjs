// What one asker may have of the hub at a time, and that others go on meanwhile.

import assert from "node:assert/strict";
import { test } from "node:test";

import { encode, items } from "./support/cbor.mjs";
import { begin } from "./support/half.mjs";
import { newIssue } from "./support/issue.mjs";
import { RawSocket } from "./support/socket.mjs";
import { until } from "./support/until.mjs";
import { call, openWorkspace, statistics } from "./support/workspace.mjs";

import * as Automerge from "@automerge/automerge";

const put = (issue) => encode({ document: issue.bytes, changes: Automerge.getAllChanges(issue.document) });

/** Until nothing is under way but the question itself. */
const isQuiet = (place) => until("all requests to be over", async () => (await statistics(place)).requests === 1);

test("unfinished requests of one member hold little, and nobody else waits", async (context) => {
  const place = await openWorkspace(context);
  const before = await statistics(place);
  // An 8 MB list of heads, all but its last byte.
  const halves = Array.from({ length: 24 }, () =>
    begin(place.api("/documents"), { method: "POST", token: place.viewer.token, body: Buffer.alloc((8 << 20) - 1), length: 8 << 20 }),
  );
  await until("the rest to be refused", () => halves.filter(({ over }) => over).length >= 21);
  const during = await statistics(place);
  context.diagnostic(`held for a viewer: ${during.held_bytes} bytes, memory ${before.memory_bytes} → ${during.memory_bytes}`);
  assert.ok(during.held_bytes <= 24 << 20, `${during.held_bytes}`);
  assert.ok(during.memory_bytes - before.memory_bytes < 64 << 20);
  const started = performance.now();
  assert.equal((await call(place.api("/members"), { token: place.member.token })).status, 200);
  assert.ok(performance.now() - started < 2_000);
  // Who goes away gives back what they held.
  for (const half of halves) half.destroy();
  await isQuiet(place);
  const after = await statistics(place);
  assert.equal(after.held_bytes, 0);
  assert.equal((await call(place.api(), { token: place.viewer.token })).status, 200);
});

test("more requests at a time than a member's share are told when to come again", async (context) => {
  const place = await openWorkspace(context);
  const open = () => begin(place.api("/documents"), { method: "POST", token: place.viewer.token, body: Buffer.from([0xa1]), length: 10 });
  const halves = Array.from({ length: 12 }, open);
  await until("them to be under way", async () => (await statistics(place)).requests === 13);
  const { status, headers, body } = await open().answer;
  assert.equal(status, 429);
  assert.ok(Number(headers["retry-after"]) > 0);
  assert.equal(JSON.parse(body).error.code, "too-many");
  assert.equal((await call(place.api(), { token: place.vendor.token })).status, 200);
  for (const half of halves) half.destroy();
  await isQuiet(place);
});

test("a body that trickles is given up", async (context) => {
  const place = await openWorkspace(context);
  const half = begin(place.api("/invitations/accept"), {
    method: "POST",
    body: Buffer.from("{"),
    length: 1_000,
    headers: { "content-type": "application/json" },
  });
  const trickle = setInterval(() => half.write(Buffer.from(" ")), 1_000);
  context.after(() => clearInterval(trickle));
  const answer = await until("it to be given up", () => Promise.race([half.answer, new Promise((resolve) => setTimeout(resolve, 100))]), 40_000);
  assert.equal(answer.status, 408);
  assert.equal(JSON.parse(answer.body).error.code, "too-slow");
  half.destroy();
  await isQuiet(place);
});

test("an answer that nobody reads is forgotten when they go, and ends for whoever is revoked meanwhile", async (context) => {
  const place = await openWorkspace(context);
  // 24 MB, more than sockets hold on their way.
  for (let n = 0; n < 8; n += 1) {
    const issues = Array.from({ length: 10 }, (_, m) => {
      const issue = newIssue(`Issue ${n}-${m}`, place.member.member.id);
      const noise = Buffer.from(crypto.getRandomValues(new Uint8Array(50_000))).toString("hex");
      issue.document = Automerge.change(issue.document, (draft) => {
        for (const id of ["a", "b", "c"]) {
          draft.comments[`00000000-0000-4000-8000-00000000000${id}`] = {
            at: new Date(),
            by: new Automerge.RawString(place.member.member.id),
            body: new Automerge.RawString(noise),
          };
        }
      });
      return issue;
    });
    const response = await call(place.api("/documents"), { token: place.member.token, method: "PUT", body: Buffer.concat(issues.map(put)) });
    const answers = items(new Uint8Array(await response.arrayBuffer()));
    assert.deepEqual(answers.flatMap(({ refused }) => refused), []);
  }
  const stall = async (token) => {
    const half = begin(place.api("/documents"), { method: "GET", token });
    await until("the answer to begin", () => half.response);
    half.response.pause();
    return half;
  };
  const left = await stall(place.viewer.token);
  left.destroy();
  await isQuiet(place);
  const revoked = await stall(place.vendor.token);
  const ended = await call(place.api(`/members/${place.vendor.member.id}`), { token: place.admin.token, method: "DELETE" });
  assert.equal(ended.status, 204);
  revoked.response.resume();
  const { status, body, error } = await revoked.answer;
  assert.equal(status, 200);
  assert.ok(error !== undefined, "it breaks off");
  assert.ok(body.length < 24 << 20, `${body.length} bytes came`);
  await isQuiet(place);
});

test("one member's sockets leave room for others", async (context) => {
  const place = await openWorkspace(context);
  const sockets = [];
  place.endings.push(() => sockets.forEach((socket) => socket.close()));
  for (let n = 0; n < 24; n += 1) sockets.push(await (await RawSocket.open(place.sync, { token: place.viewer.token })).join());
  await assert.rejects(RawSocket.open(place.sync, { token: place.viewer.token }), { status: 429 });
  assert.ok(sockets.every(({ closed }) => closed === undefined), "those in use stay");
  sockets.push(await (await RawSocket.open(place.sync, { token: place.member.token })).join());
  sockets[0].close();
  await until("room for another", async () => (await statistics(place)).sockets === 24);
  sockets.push(await (await RawSocket.open(place.sync, { token: place.viewer.token })).join());
});

test("an empty record isn't answered with what is known of the document", async (context) => {
  const place = await openWorkspace(context);
  const issue = newIssue("Mount hangs", place.member.member.id);
  const send = async (record) => {
    const response = await call(place.api("/documents"), { token: place.member.token, method: "PUT", body: record });
    assert.equal(response.status, 200);
    return items(new Uint8Array(await response.arrayBuffer()));
  };
  const [stored] = await send(put(issue));
  assert.ok(stored.facts.length > 0);
  const [empty] = await send(encode({ document: issue.bytes, changes: [] }));
  assert.equal(empty.facts.length, 0);
});
