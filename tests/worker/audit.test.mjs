// The audit log: what is done with people, rights and documents as a whole stands there, for admins, and leaves with a
// bundle; and what is promised of sealed documents holds against an admin.

import assert from "node:assert/strict";
import { test } from "node:test";

import { signIn } from "./support/cookie.mjs";
import { scalar } from "./support/genesis.mjs";
import { newIssue } from "./support/issue.mjs";
import { RawDocument, RawSocket } from "./support/socket.mjs";
import { until } from "./support/until.mjs";
import { call, openWorkspace } from "./support/workspace.mjs";

async function audit(place, query = "") {
  const response = await call(place.api(`/audit${query}`), { token: place.admin.token });
  assert.equal(response.status, 200);
  return response.json();
}

/** Writes an issue over a socket of `who`'s; answers its id. */
async function write(place, who, title) {
  const socket = await (await RawSocket.open(place.sync, { token: who.token })).join();
  const issue = newIssue(title, who.member.id);
  await new RawDocument(socket, issue.id, issue.document).sync();
  socket.close();
  return issue.id;
}

test("what is done with people and documents is noted: who, what, from where", async (context) => {
  const place = await openWorkspace(context);
  const { token, member: ada } = place.admin;
  const from = { "cf-connecting-ip": "203.0.113.77" };
  const ask = (method, resource, body) => call(place.api(resource), { token, method, body, headers: from });
  const id = place.vendor.member.id;
  await ask("PATCH", `/members/${id}`, { role: "member", organisation: "ornl" });
  await ask("PATCH", `/members/${id}`, { role: "member" });
  const invited = await ask("POST", "/invitations", { role: "viewer", name: "Lin" });
  const secret = new URL((await invited.json()).link).hash.slice(1);
  await call(place.api("/invitations/accept"), { method: "POST", body: { secret, name: "" } });
  await ask("POST", `/members/${id}/tokens`, { name: "CI" });
  const { credentials } = await (await ask("GET", `/members/${id}/credentials`)).json();
  await ask("DELETE", `/members/${id}/credentials/${credentials.find(({ name }) => name === "CI").id}`);
  const issue = await write(place, place.member, "Mount hangs");
  await ask("PUT", `/documents/${issue}/audience`, { audience: "group" });
  await ask("DELETE", `/documents/${issue}`);
  assert.equal((await ask("DELETE", `/documents/${issue}`)).status, 404);
  await ask("DELETE", `/members/${id}`);
  assert.equal((await ask("GET", "/bundle")).status, 200);
  assert.equal((await ask("POST", "/epoch")).status, 200);

  const { entries, next } = await audit(place);
  assert.equal(next, null);
  assert.deepEqual(
    entries.map(({ what }) => what).filter((what) => !["member-made", "credential-made"].includes(what)),
    [
      "workspace-made",
      "member-changed",
      "invitation-made",
      "invitation-accepted",
      "credential-revoked",
      "document-audience",
      "document-purged",
      "member-revoked",
      "bundle-exported",
      "epoch-renewed",
    ],
  );
  const one = (what) => entries.find((entry) => entry.what === what);
  const changed = one("member-changed");
  assert.deepEqual({ ...changed, id: 0, at: 0 }, {
    id: 0,
    at: 0,
    by: ada.id,
    from: "203.0.113.0/24",
    what: "member-changed",
    subject: id,
    detail: { role: { from: "vendor", to: "member" }, organisation: { from: null, to: "ornl" } },
  });
  assert.ok(Math.abs(changed.at - Date.now()) < 60_000);
  assert.deepEqual([one("workspace-made").by, one("invitation-accepted").detail.invited_by], [null, ada.id]);
  assert.deepEqual(one("document-audience").detail, { from: { audience: "public" }, to: { audience: "group" } });
  assert.equal(one("document-purged").subject, issue);
  // No secret stands there.
  const text = JSON.stringify(entries);
  for (const known of [token, place.vendor.token, secret]) assert.ok(!text.includes(known));

  // In parts, backwards, and as lines.
  const first = await audit(place, "?limit=3");
  assert.equal(first.entries.length, 3);
  const rest = await audit(place, `?after=${first.next}&limit=1000`);
  assert.deepEqual([...first.entries, ...rest.entries], entries);
  const latest = await audit(place, "?before=&limit=2");
  assert.deepEqual(latest.entries, entries.slice(-2).reverse());
  const lines = await call(place.api("/audit?format=jsonl"), { token });
  const read = (await lines.text()).trim().split("\n").map((line) => JSON.parse(line));
  assert.deepEqual(read, entries);
  for (const other of [place.member, place.viewer]) {
    assert.equal((await call(place.api("/audit"), { token: other.token })).status, 403);
    assert.equal((await call(place.api("/audit?format=jsonl"), { token: other.token })).status, 403);
  }
});

test("who ties somebody of another tracker to a member is noted with that very change", async (context) => {
  const place = await openWorkspace(context);
  const headers = { "cf-connecting-ip": "2001:db8:1234:5678::1" };
  const socket = await (await RawSocket.open(place.sync, { token: place.admin.token, headers })).join();
  const workspace = new RawDocument(socket, place.document.replace("automerge:", ""));
  await workspace.sync((document) => document.kind !== undefined);
  workspace.change((draft) => {
    draft.people["jira:jdoe"] = scalar(place.member.member.id);
    draft.mappings["jira/status/Parked"] = scalar("waiting-vendor");
  });
  await workspace.sync();
  const { entries } = await audit(place);
  const people = entries.find(({ what }) => what === "people");
  assert.deepEqual([people.by, people.from], [place.admin.member.id, "2001:db8:1234::/48"]);
  assert.deepEqual(people.detail, { changed: [{ key: "jira:jdoe", from: null, to: place.member.member.id }], more: 0 });
  assert.ok(entries.some(({ what, detail }) => what === "mappings" && detail.changed[0].key === "jira/status/Parked"));
  socket.close();
});

test("the audit log leaves with a bundle and comes in with it", async (context) => {
  const place = await openWorkspace(context);
  const bundle = Buffer.from(await (await call(place.api("/bundle"), { token: place.admin.token })).arrayBuffer());
  const { entries } = await audit(place);
  assert.ok(bundle.includes("audit.jsonl"));
  const there = place.api("").replace("/demo", "/moved");
  const restored = await call(`${there}/bundle?offset=0&admin=Ada`, { token: place.hub.secret, method: "POST", body: new Uint8Array(bundle) });
  assert.equal(restored.status, 201);
  const { token, member } = await restored.json();
  const log = await (await call(`${there}/audit`, { token })).json();
  assert.deepEqual(log.entries.slice(0, -1), entries);
  const last = log.entries.at(-1);
  assert.deepEqual([last.what, last.by, last.subject], ["workspace-restored", null, member.id]);
  // The log goes on.
  await call(`${there}/members`, { token, method: "POST", body: { name: "Bea", role: "viewer" } });
  const after = await (await call(`${there}/audit?after=${last.id}`, { token })).json();
  assert.deepEqual(after.entries.map(({ what }) => what), ["member-made"]);
});

test("an admin reads nothing that was sealed before: not by moving in, nor by a token of a reader's", async (context) => {
  const place = await openWorkspace(context);
  const { token } = place.admin;
  const reader = place.member;
  const move = (id) => call(place.api(`/members/${id}`), { token, method: "PATCH", body: { organisation: "ornl" } });
  await move(reader.member.id);
  const vote = await write(place, reader, "A vote");
  const seal = (body) => call(place.api(`/documents/${vote}/audience`), { token, method: "PUT", body: { audience: "sealed", ...body } });
  const opens = Date.now() + 3_600_000;
  // Whom the caller names as readers isn't asked.
  assert.equal((await seal({ organisation: "ornl", until: opens, readers: [place.admin.member.id] })).status, 204);
  const reads = async (token) => {
    const socket = await (await RawSocket.open(place.sync, { token })).join();
    const document = new RawDocument(socket, vote);
    document.talk();
    const answer = await socket.next((frame) => ["doc-unavailable", "sync"].includes(frame.type) && frame.documentId === vote);
    socket.close();
    const bulk = Buffer.from(await (await call(place.api("/documents"), { token })).arrayBuffer());
    assert.equal(bulk.includes("A vote"), answer.type === "sync");
    return answer.type === "sync";
  };
  assert.equal(await reads(reader.token), true);
  assert.equal(await reads(token), false);
  assert.equal((await move(place.admin.member.id)).status, 200);
  assert.equal(await reads(token), false);
  const lent = await (await call(place.api(`/members/${reader.member.id}/tokens`), { token, method: "POST" })).json();
  assert.equal(await reads(lent.token), false);
  // Nor by what is made of it.
  const { cookie } = await signIn(place, lent.token);
  const again = await (
    await call(place.api(`/members/${reader.member.id}/tokens`), { method: "POST", headers: { cookie, origin: place.hub.url } })
  ).json();
  assert.equal(await reads(again.token), false);
  // The reader makes one that does, and sees which ones were made for them.
  const own = await (await call(place.api(`/members/${reader.member.id}/tokens`), { token: reader.token, method: "POST" })).json();
  assert.equal(await reads(own.token), true);
  const { credentials } = await (await call(place.api(`/members/${reader.member.id}/credentials`), { token: reader.token })).json();
  assert.equal(credentials.filter(({ made_by }) => made_by === place.admin.member.id).length, 2);
  // Nobody opens it early.
  for (const body of [{ audience: "public" }, { audience: "sealed", organisation: "ornl", until: Date.now() }]) {
    assert.equal((await call(place.api(`/documents/${vote}/audience`), { token, method: "PUT", body })).status, 409);
  }
  const { entries } = await audit(place);
  assert.ok(entries.some(({ what, subject }) => what === "session-begun" && subject === reader.member.id));
});

test("who never could read a document gets no frame that names it", async (context) => {
  const place = await openWorkspace(context);
  const { token } = place.admin;
  await call(place.api(`/members/${place.member.member.id}`), { token, method: "PATCH", body: { organisation: "ornl" } });
  const secret = await write(place, place.member, "Secret");
  const set = (body) => call(place.api(`/documents/${secret}/audience`), { token, method: "PUT", body });
  assert.equal((await set({ audience: "organisation", organisation: "ornl" })).status, 204);
  const watching = await (await RawSocket.open(place.sync, { token: place.viewer.token })).join("watch", { docket: true });
  watching.send({ type: "docket-subscribe", version: 0, derivation: 1 });
  await watching.next((frame) => frame.type === "docket-rows" && !frame.more);
  await set({ audience: "parties", organisations: ["ornl", "llnl"] });
  await set({ audience: "organisation", organisation: "llnl" });
  await call(place.api(`/documents/${secret}`), { token, method: "DELETE" });
  // Something for everybody comes after that.
  const open = await write(place, place.member, "Open");
  const bytes = (id) => Buffer.from(newBytes(id)).toString("hex");
  const seen = () => watching.frames.filter(({ type }) => ["docket-rows", "docket-purged"].includes(type));
  const ids = () => seen().flatMap((frame) => (frame.rows ?? [frame]).map(({ document }) => Buffer.from(document).toString("hex")));
  await until("the open issue's row", () => ids().includes(bytes(open)));
  assert.ok(!ids().includes(bytes(secret)), JSON.stringify(seen()));
  watching.close();
});

/** A document id's bytes. */
function newBytes(id) {
  return base58(id).subarray(0, 16);
}

function base58(text) {
  const digits = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
  let number = 0n;
  for (const digit of text) number = number * 58n + BigInt(digits.indexOf(digit));
  return Buffer.from(number.toString(16).padStart(40, "0"), "hex");
}

