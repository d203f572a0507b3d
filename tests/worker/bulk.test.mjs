// Documents in bulk: streamed, resumable, judged by the same guard; and what an edit costs.

import assert from "node:assert/strict";
import { test } from "node:test";

import * as Automerge from "@automerge/automerge";

import { encode, items } from "./support/cbor.mjs";
import { scalar } from "./support/genesis.mjs";
import { newIssue, text } from "./support/issue.mjs";
import { RawDocument, RawSocket } from "./support/socket.mjs";
import { call, openWorkspace, statistics } from "./support/workspace.mjs";

const hex = (bytes) => Buffer.from(bytes).toString("hex");
const changes = (document) => Automerge.getAllChanges(document);
const record = (issue) => encode({ document: issue.bytes, changes: changes(issue.document) });

async function put(place, who, issues) {
  const response = await call(place.api("/documents"), { token: who.token, method: "PUT", body: Buffer.concat(issues.map(record)) });
  const answer = new Uint8Array(await response.arrayBuffer());
  return [response.status, response.ok ? items(answer) : []];
}

async function list(place, who, query = "") {
  const response = await call(place.api(`/documents${query}`), { token: who.token });
  assert.equal(response.status, 200);
  return items(new Uint8Array(await response.arrayBuffer()));
}

test("bulk: written, judged, read, resumed, compared", async (context) => {
  const place = await openWorkspace(context);
  const issues = Array.from({ length: 300 }, (_, n) => newIssue(`Issue ${n}`, place.member.member.id));
  const [status, answers] = await put(place, place.member, issues);
  assert.equal(status, 200);
  assert.deepEqual(answers.map(({ document }) => hex(document)), issues.map(({ bytes }) => hex(bytes)));
  assert.ok(answers.every(({ refused }) => refused.length === 0));
  // The heads that are answered are those that were written: it is stored.
  assert.deepEqual(answers.map(({ heads }) => heads.map(hex)), issues.map(({ document }) => Automerge.getHeads(document)));

  // Everything, in the order of ids, each a document that can be loaded.
  const all = await list(place, place.viewer);
  assert.equal(all.length, 302);
  const ids = all.map(({ document }) => hex(document));
  assert.deepEqual(ids, [...ids].sort());
  const one = all.find(({ document }) => hex(document) === hex(issues[7].bytes));
  assert.equal(text(Automerge.load(one.chunk).title), "Issue 7");

  // In parts: each goes on after the last.
  const { stringifyAutomergeUrl } = await import("@automerge/automerge-repo");
  const parts = [];
  let after = "";
  for (;;) {
    const part = await list(place, place.viewer, `?limit=70${after}`);
    parts.push(...part.map(({ document }) => hex(document)));
    if (part.length < 70) break;
    after = `&after=${stringifyAutomergeUrl({ documentId: part.at(-1).document }).slice(10)}`;
    await place.evict();
  }
  assert.deepEqual(parts, ids);

  // Only what differs.
  const known = all.map(({ document, heads }) => ({ document, heads }));
  known[3].heads = [];
  const asked = await call(place.api("/documents"), { token: place.viewer.token, method: "POST", body: encode({ documents: known }) });
  const differing = items(new Uint8Array(await asked.arrayBuffer()));
  assert.deepEqual(differing.map(({ document }) => hex(document)), [ids[3]]);

  // Once more adds nothing.
  const before = await statistics(place);
  const [, repeated] = await put(place, place.admin, issues.slice(0, 5));
  assert.ok(repeated.every(({ refused }) => refused.length === 0));
  assert.equal((await statistics(place)).changes, before.changes);
});

test("bulk: the guard is the same", async (context) => {
  const place = await openWorkspace(context);
  const issue = newIssue("Mine", place.member.member.id);
  const [forbidden] = await put(place, place.viewer, [issue]);
  assert.equal(forbidden, 403);
  const [, [stored]] = await put(place, place.member, [issue]);
  assert.equal(stored.refused.length, 0);
  issue.document = Automerge.change(issue.document, (draft) => (draft.number = 7));
  const [, [answer]] = await put(place, place.member, [issue]);
  assert.equal(answer.refused.length, 1);
  assert.equal(answer.heads.length, 1);
  const garbage = await call(place.api("/documents"), { token: place.member.token, method: "PUT", body: new Uint8Array([0x82, 1, 2]) });
  assert.equal(garbage.status, 422);
  for (const query of ["?after=nonsense", "?limit=0", "?limit=x"]) {
    assert.equal((await call(place.api(`/documents${query}`), { token: place.viewer.token })).status, 422);
  }
});

test("an audience hides, a purge removes for good", async (context) => {
  const place = await openWorkspace(context);
  const [hidden, purged] = [newIssue("Hidden", place.member.member.id), newIssue("Password", place.member.member.id)];
  await put(place, place.member, [hidden, purged]);
  const socket = await (await RawSocket.open(place.sync, { token: place.viewer.token })).join("viewer", { docket: true });
  await new RawDocument(socket, purged.id).sync((doc) => text(doc.title) === "Password");
  const admin = (method, resource, body) => call(place.api(resource), { token: place.admin.token, method, body });
  assert.equal((await admin("PUT", `/documents/${hidden.id}/audience`, { audience: "group" })).status, 204);
  assert.equal((await admin("DELETE", `/documents/${purged.id}`)).status, 204);
  await socket.next((frame) => frame.type === "docket-purged");
  const titles = async (who) => (await list(place, who)).map(({ chunk }) => text(Automerge.load(chunk).title)).filter(Boolean);
  assert.deepEqual(await titles(place.viewer), []);
  assert.deepEqual(await titles(place.member), ["Hidden"]);
  const [, [again]] = await put(place, place.member, [purged]);
  assert.equal(again.refused.length, changes(purged.document).length);
  assert.equal((await admin("DELETE", `/documents/${purged.id}`)).status, 404);
  assert.equal((await admin("DELETE", `/documents/${place.document.slice(10)}`)).status, 409);
  assert.deepEqual(await place.sql("SELECT place FROM pieces WHERE document = ?", purged.bytes), []);
});

test("an ordinary edit writes at most four rows", async (context) => {
  const place = await openWorkspace(context);
  const socket = await (await RawSocket.open(place.sync, { token: place.member.token })).join("editor", { docket: true });
  const issue = newIssue("Counted", place.member.member.id);
  const document = await new RawDocument(socket, issue.id, issue.document).sync();
  const counts = [];
  for (let n = 0; n < 20; n += 1) {
    const before = await statistics(place);
    document.change((draft) => (draft.title = scalar(`Counted ${n}`)));
    await document.sync();
    const after = await statistics(place);
    assert.equal(after.changes - before.changes, 1);
    counts.push(after.rows_written - before.rows_written);
  }
  context.diagnostic(`rows written per edit: ${counts.join(" ")}`);
  assert.ok(Math.max(...counts) <= 4, `${counts}`);

  const before = await statistics(place);
  const created = newIssue("Another", place.member.member.id);
  await new RawDocument(socket, created.id, created.document).sync();
  const after = await statistics(place);
  context.diagnostic(`rows written for a new issue, opened: ${after.rows_written - before.rows_written}`);
  context.diagnostic(`hub: ${JSON.stringify(after)}`);
});
