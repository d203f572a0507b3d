// Quotas: the workspace's, and the platform's of the day; and what admins see and do about them.

import assert from "node:assert/strict";
import { test } from "node:test";

import * as Automerge from "@automerge/automerge";

import { encode, items } from "./support/cbor.mjs";
import { newIssue } from "./support/issue.mjs";
import { RawDocument, RawSocket } from "./support/socket.mjs";
import { until } from "./support/until.mjs";
import { call, openWorkspace } from "./support/workspace.mjs";

const put = (place, who, issues) => {
  const records = issues.map((issue) => encode({ document: issue.bytes, changes: Automerge.getAllChanges(issue.document) }));
  return call(place.api("/documents"), { token: who.token, method: "PUT", body: Buffer.concat(records) });
};

const admin = async (place, method, path) => {
  const response = await call(place.api(path), { token: place.admin.token, method });
  assert.ok(response.ok, `${method} ${path}: ${response.status}`);
  return response.status === 204 ? undefined : response.json();
};

const issuesOf = (who, count) => Array.from({ length: count }, (_, n) => newIssue(`Issue ${n}`, who.member.id));

test("a workspace's documents have a quota, told before it bites", async (context) => {
  const place = await openWorkspace(context, { variables: { DOCKET_MOST_DOCUMENTS: "20" } });
  const begun = await admin(place, "GET", "/usage");
  assert.equal(begun.quota.documents, 20);
  const answers = items(new Uint8Array(await (await put(place, place.member, issuesOf(place.member, 20))).arrayBuffer()));
  const codes = answers.map(({ refused }) => refused[0]?.code);
  // Two are there from the beginning, and the last two are the admins'.
  assert.deepEqual(codes, [...Array(18 - begun.documents).fill(undefined), ...Array(2 + begun.documents).fill("quota")]);
  const byAdmin = items(new Uint8Array(await (await put(place, place.admin, issuesOf(place.admin, 3))).arrayBuffer()));
  assert.deepEqual(byAdmin.map(({ refused }) => refused[0]?.code), [undefined, undefined, "quota"]);
  const usage = await admin(place, "GET", "/usage");
  assert.equal(usage.documents, 20);
  // It is counted, not remembered.
  await place.restart();
  const again = await admin(place, "GET", "/usage");
  assert.deepEqual([again.documents, again.bytes], [usage.documents, usage.bytes]);
  const [counted] = await place.sql("SELECT COUNT(*) AS documents, SUM(bytes) AS bytes FROM documents WHERE purged = 0");
  assert.deepEqual({ ...counted }, { documents: usage.documents, bytes: usage.bytes });
  // A purge makes room.
  const { documents } = await admin(place, "GET", "/documents/largest?limit=100");
  assert.equal(documents.length, 20);
  await admin(place, "DELETE", `/documents/${documents.find(({ kind }) => kind === "issue").document.replace("automerge:", "")}`);
  assert.equal((await admin(place, "GET", "/usage")).documents, 19);
});

test("the platform's quota of the day is told by name, and nothing is taken that isn't kept", async (context) => {
  const place = await openWorkspace(context, { variables: { DOCKET_ROWS_A_DAY: "300" } });
  const socket = await (await RawSocket.open(place.sync, { token: place.member.token })).join(undefined, { docket: true });
  // Imports end first.
  let refused;
  while (refused === undefined) {
    const response = await put(place, place.member, issuesOf(place.member, 5));
    if (response.status !== 200) refused = response;
    else await response.arrayBuffer();
  }
  assert.equal(refused.status, 503);
  const { error } = await refused.json();
  assert.equal(error.code, "quota");
  assert.match(error.message, /nearly used up/);
  const wait = Number(refused.headers.get("retry-after"));
  assert.ok(wait > 0 && wait <= 86_400);
  // Edits go on until it is used up.
  const written = [];
  while (socket.closed === undefined) {
    const issue = newIssue(`Live ${written.length}`, place.member.member.id);
    const document = new RawDocument(socket, issue.id, issue.document);
    written.push(document);
    document.talk();
    await until("an answer", () => (document.listen(), document.isAcknowledged() || socket.closed));
  }
  assert.match(socket.closed.reason, /^The hub's quota of the day/);
  const kept = written.filter((document) => document.isAcknowledged());
  assert.ok(kept.length > 0 && kept.length === written.length - 1, `${kept.length} of ${written.length}`);
  // The object forgets nothing of it.
  await place.restart();
  const late = await put(place, place.member, issuesOf(place.member, 1));
  assert.equal(late.status, 503);
  // What was acknowledged is there, and can be read.
  const listed = items(new Uint8Array(await (await call(place.api("/documents"), { token: place.viewer.token })).arrayBuffer()));
  const heads = new Set(listed.flatMap((record) => record.heads.map((head) => Buffer.from(head).toString("hex"))));
  for (const { document } of kept) assert.ok(Automerge.getHeads(document).every((head) => heads.has(head)));
  const usage = await admin(place, "GET", "/usage");
  assert.ok(usage.rows_today >= 300 && usage.rows_quota === 300, JSON.stringify(usage));
  // An admin can still end somebody's access.
  await admin(place, "DELETE", `/members/${place.vendor.member.id}`);
});

test("a damaged document and one of an unknown kind are named, stop nobody, and are purged", async (context) => {
  const place = await openWorkspace(context);
  const issues = issuesOf(place.member, 3);
  const answers = items(new Uint8Array(await (await put(place, place.member, issues)).arrayBuffer()));
  assert.equal(answers.length, 3);
  await place.sql("UPDATE documents SET kind = 'runbook' WHERE id = ?", issues[0].bytes);
  await place.sql("UPDATE documents SET catalogued = x'00' WHERE id = ?", issues[1].bytes);
  await place.sql("DELETE FROM pieces WHERE document = ?", issues[1].bytes);
  const socket = await (await RawSocket.open(place.sync, { token: place.viewer.token })).join(undefined, { docket: true });
  place.endings.push(() => socket.close());
  socket.send({ type: "docket-subscribe", version: 0, derivation: 1 });
  const rows = await socket.next(({ type }) => type === "docket-rows");
  const told = rows.rows.map(({ document }) => Buffer.from(document).toString("hex"));
  assert.ok(told.includes(issues[2].bytes.toString("hex")) && !told.includes(issues[0].bytes.toString("hex")), `${told}`);
  assert.equal((await admin(place, "GET", "/usage")).unknown, 1);
  const { documents } = await admin(place, "GET", "/documents/largest");
  const problem = (issue) => documents.find(({ document }) => document.endsWith(issue.id)).problem;
  assert.match(problem(issues[0]), /kind/);
  assert.match(problem(issues[1]), /row/);
  assert.equal(problem(issues[2]), null);
  // Reading it fails, and is noted, also for when the object slept.
  const broken = await call(place.api("/export?format=jsonl"), { token: place.viewer.token });
  assert.equal(broken.status, 500);
  await place.restart();
  const { errors } = await admin(place, "GET", "/usage");
  assert.ok(errors.some(({ detail, times }) => /damaged/.test(detail) && times >= 1), JSON.stringify(errors));
  for (const issue of issues.slice(0, 2)) await admin(place, "DELETE", `/documents/${issue.id}`);
  const left = await admin(place, "GET", "/documents/largest");
  assert.ok(!left.documents.some(({ problem }) => problem !== null));
  const [kept] = await place.sql("SELECT kind, purged FROM documents WHERE id = ?", issues[0].bytes);
  assert.deepEqual(kept, { kind: "runbook", purged: 1 });
});

test("a new epoch lets every client compare everything", async (context) => {
  const place = await openWorkspace(context);
  const before = (await (await call(place.api(), { token: place.viewer.token })).json()).epoch;
  const socket = await (await RawSocket.open(place.sync, { token: place.viewer.token })).join(undefined, { docket: true });
  const told = (await socket.next(({ type }) => type === "docket-welcome")).epoch;
  const { epoch } = await admin(place, "POST", "/epoch");
  assert.notEqual(epoch, before);
  await socket.isClosed();
  const again = await (await RawSocket.open(place.sync, { token: place.viewer.token })).join(undefined, { docket: true });
  place.endings.push(() => again.close());
  assert.notEqual((await again.next(({ type }) => type === "docket-welcome")).epoch, told);
});
