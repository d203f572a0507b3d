// The object vanishes between any two messages, or the whole process does, and nobody notices.

import assert from "node:assert/strict";
import { test } from "node:test";

import { newIssue, text } from "./support/issue.mjs";
import { RawDocument, RawSocket } from "./support/socket.mjs";
import { stockClient } from "./support/stock.mjs";
import { until } from "./support/until.mjs";
import { call, openWorkspace } from "./support/workspace.mjs";

const open = async (place, who, name) =>
  (await RawSocket.open(place.sync, { token: place[who].token })).join(name, { docket: true });

/** A session of two clients; before every message that is sent, `between` happens. */
async function session(place, between) {
  const [ada, ben] = [await open(place, "member", "ada"), await open(place, "admin", "ben")];
  for (const socket of [ada, ben]) {
    const { send } = socket;
    socket.queue = Promise.resolve();
    // Messages keep their order while each waits for what happens before it.
    socket.send = (frame) => {
      socket.queue = socket.queue.then(() => between()).then(() => send.call(socket, frame));
    };
  }
  ada.send({ type: "docket-subscribe", version: 0, derivation: 1 });
  ben.send({ type: "docket-subscribe", version: 0, derivation: 1 });
  await Promise.all([ada, ben].map((socket) => socket.next((frame) => frame.type === "docket-rows" && !frame.more, 60_000)));

  const made = newIssue("Together", place.member.member.id);
  const hers = await new RawDocument(ada, made.id, made.document).sync(undefined, 60_000);
  const his = await new RawDocument(ben, made.id).sync((doc) => text(doc.title) === "Together", 60_000);
  for (let round = 0; round < 3; round += 1) {
    hers.change((draft) => (draft.labels[`hers-${round}`] = true));
    his.change((draft) => (draft.labels[`his-${round}`] = true));
    const both = (doc) => doc.labels[`hers-${round}`] && doc.labels[`his-${round}`];
    await Promise.all([hers.sync(both, 60_000), his.sync(both, 60_000)]);
  }
  const row = (frame) => frame.type === "docket-rows" && frame.rows.some((row) => made.bytes.equals(row.document));
  await Promise.all([ada, ben].map((socket) => socket.next(row, 60_000)));
  await Promise.all([ada.queue, ben.queue]);
  assert.equal(ada.closed, undefined);
  assert.equal(ben.closed, undefined);
  assert.deepEqual({ ...hers.document.labels }, { ...his.document.labels });
  return { ada, ben, hers, his, frames: ada.sent + ben.sent };
}

test("the object is evicted before every message of a session", async (context) => {
  const place = await openWorkspace(context);
  const { frames } = await session(place, () => place.evict());
  context.diagnostic(`${frames} messages, the object evicted before each`);
  assert.deepEqual(await place.sql("SELECT number FROM documents WHERE kind = 'issue'"), [{ number: 1 }]);
});

test("stock clients go on after an eviction", async (context) => {
  const place = await openWorkspace(context);
  const made = newIssue("Evicted", place.member.member.id);
  const { save } = await import("@automerge/automerge");
  const ada = stockClient(place, place.member.token);
  const hers = ada.import(save(made.document), { docId: made.id });
  const ben = stockClient(place, place.admin.token);
  const his = await until("the issue", () => ben.find(made.url));
  for (let round = 0; round < 5; round += 1) {
    await place.evict();
    hers.change((draft) => (draft.labels[`hers-${round}`] = true));
    await until("his copy", () => his.doc().labels[`hers-${round}`]);
    await place.evict();
    his.change((draft) => (draft.labels[`his-${round}`] = true));
    await until("her copy", () => hers.doc().labels[`his-${round}`]);
  }
  assert.deepEqual(hers.heads(), his.heads());
});

test("a restart on the same folder keeps everything", async (context) => {
  const place = await openWorkspace(context);
  const made = newIssue("Kept", place.member.member.id);
  const socket = await open(place, "member", "ada");
  await new RawDocument(socket, made.id, made.document).sync();
  const before = await (await call(place.api(), { token: place.member.token })).json();
  await place.restart();
  assert.deepEqual(await (await call(place.api(), { token: place.member.token })).json(), before);
  const again = await open(place, "vendor", "later");
  const document = await new RawDocument(again, made.id).sync((doc) => text(doc.title) === "Kept");
  assert.equal(text(document.document.status), "new");
});

test("sockets that went without a word are forgotten", async (context) => {
  const place = await openWorkspace(context);
  const socket = await open(place, "member", "ada");
  await new RawDocument(socket, place.document.replace("automerge:", "")).sync((doc) => text(doc.name) === "Support");
  const subscriptions = () => place.sql("SELECT hex(document) FROM subscriptions");
  assert.equal((await subscriptions()).length, 1);
  assert.equal((await call(place.api(), { token: place.member.token })).status, 200);
  assert.equal((await subscriptions()).length, 0);
});

test("a broken frame closes its socket with words, and no other", async (context) => {
  const place = await openWorkspace(context);
  const good = await open(place, "member", "good");
  const bad = await open(place, "member", "bad");
  bad.socket.send(Buffer.from([0xff, 0x00, 0x01]));
  const { code, reason } = await bad.isClosed();
  assert.equal(code, 1008);
  assert.ok(reason.length > 5, reason);
  const early = await RawSocket.open(place.sync, { token: place.member.token });
  early.peer = "early";
  early.hub = "x";
  early.say("sync", place.document.replace("automerge:", ""), { data: new Uint8Array([1]) });
  assert.match((await early.isClosed()).reason, /join/);
  const document = await new RawDocument(good, place.document.replace("automerge:", "")).sync((doc) => text(doc.name) === "Support");
  assert.ok(document.isAcknowledged());
  assert.equal(good.closed, undefined);
});

test("pings are answered", async (context) => {
  const place = await openWorkspace(context);
  const socket = await open(place, "viewer", "pinging");
  socket.socket.send("ping");
  await socket.next((frame) => frame === "pong");
});
