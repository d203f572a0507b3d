// A workspace leaves as one file and lives on elsewhere: the same documents, heads, facts, rows and numbers; a damaged
// file becomes nothing, and one that comes in parts nothing before its last.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import path from "node:path";
import { test } from "node:test";

import * as Automerge from "@automerge/automerge";
import { parseAutomergeUrl } from "@automerge/automerge-repo";

import { addMember } from "../../scripts/hub.mjs";
import { decode, encode, items } from "./support/cbor.mjs";
import { scalar } from "./support/genesis.mjs";
import { importedIssue } from "./support/import.mjs";
import { newIssue, rank, text } from "./support/issue.mjs";
import { RawDocument, RawSocket } from "./support/socket.mjs";
import { stockClient, walk } from "./support/stock.mjs";
import { until } from "./support/until.mjs";
import { call, openWorkspace } from "./support/workspace.mjs";

const BLOCK = 512;
const hex = (bytes) => Buffer.from(bytes).toString("hex");

/** The workspace of that name on the same hub, to be. */
function elsewhere(place, slug = "moved") {
  const there = { ...place, slug, sync: place.sync.replace(/[^/]+$/, slug) };
  there.api = (resource = "") => place.api(resource).replace(`/workspaces/${place.slug}`, `/workspaces/${slug}`);
  return there;
}

async function save(place) {
  const response = await call(place.api("/bundle"), { token: place.admin.token });
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("content-type"), "application/x-tar");
  return Buffer.from(await response.arrayBuffer());
}

/** Sends a part of a bundle; answers status and body. */
async function send(there, part, { offset = 0, admin = "Ada", token = there.hub.secret, chosen } = {}) {
  const query = new URLSearchParams({ offset, admin });
  const headers = chosen === undefined ? {} : { "docket-admin-token": chosen };
  const response = await call(there.api(`/bundle?${query}`), { token, method: "POST", body: new Uint8Array(part), headers });
  return [response.status, await response.json()];
}

/** The files of a bundle: name, content, and where in the bundle the content begins. */
function files(bundle) {
  const found = [];
  for (let at = 0; bundle[at] !== 0; ) {
    const size = Number.parseInt(bundle.toString("latin1", at + 124, at + 135), 8);
    const name = bundle.toString("latin1", at, at + 100).replace(/\0+$/, "");
    found.push({ name, start: at + BLOCK, content: bundle.subarray(at + BLOCK, at + BLOCK + size) });
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  return found;
}

/** A document's records: heads, facts and bytes of everything that `who` may read. */
async function records(place, who) {
  const response = await call(place.api("/documents"), { token: who.token });
  assert.equal(response.status, 200);
  return items(new Uint8Array(await response.arrayBuffer()))
    .map(({ document, heads, facts, chunk }) => ({ document: hex(document), heads: heads.map(hex), facts: hex(facts), chunk: hex(chunk) }));
}

/** The catalogue as `who` sees it: heads and row by document. */
async function catalogue(place, who) {
  const socket = await (await RawSocket.open(place.sync, { token: who.token })).join(undefined, { docket: true });
  const rows = {};
  for (let version = 0, epoch; ; ) {
    socket.frames.length = 0;
    socket.send({ type: "docket-subscribe", epoch, version, derivation: 1 });
    const batch = await socket.next((frame) => frame.type === "docket-rows");
    for (const row of batch.rows) rows[hex(row.document)] = { heads: row.heads.map(hex), row: hex(row.row) };
    if (!batch.more) break;
    ({ epoch, version } = batch);
  }
  socket.close();
  return rows;
}

const facts = (records, issue) => decode(Buffer.from(records.find(({ document }) => document === hex(issue.bytes)).facts, "hex"));

/** A workspace in which something of everything has happened. */
async function lived(context) {
  const place = await openWorkspace(context);
  const left = { name: "Gone", role: "member", organisation: "ornl", duties: ["board"] };
  const gone = await addMember(place.hub.url, place.admin.token, place.slug, left);
  const open = async (who, name) => (await RawSocket.open(place.sync, { token: who.token })).join(name, { docket: true });
  const [socket, other] = [await open(place.member, "hers"), await open(gone, "theirs")];
  const issue = newIssue("Mount hangs", place.member.member.id);
  const hers = await new RawDocument(socket, issue.id, issue.document).sync();
  hers.change((draft) => (draft.comments.c1 = { at: new Date(), by: scalar(place.member.member.id), body: scalar("On mount.") }));
  await hers.sync();
  const theirs = await new RawDocument(other, issue.id).sync((document) => text(document.title) === "Mount hangs");
  theirs.change((draft) => (draft.labels.lustre = true));
  await theirs.sync();
  await hers.sync((document) => document.labels.lustre === true);

  const deleted = newIssue("Deleted", place.member.member.id);
  const tomb = await new RawDocument(socket, deleted.id, deleted.document).sync();
  tomb.change((draft) => {
    draft.deleted_at = new Date();
    draft.deleted_by = scalar(place.member.member.id);
  });
  await tomb.sync();
  socket.close();
  other.close();

  const [hidden, purged] = ["For the group", "Password"].map((title) => newIssue(title, place.member.member.id));
  const imported = importedIssue(place.document, "jira", "LU-1", "Imported");
  for (const { refused } of await put(place, place.member, [imported, hidden, purged])) assert.deepEqual(refused, []);

  const stock = stockClient(place, place.admin.token);
  const workspace = await walk(stock, place.document);
  const list = await walk(stock, text(workspace.doc().lists.agreed));
  rank(list, issue.url, "80");
  const plain = stock.create({ groceries: ["tea"] });

  const admin = (method, resource, body) => call(place.api(resource), { token: place.admin.token, method, body });
  assert.equal((await admin("PUT", `/documents/${hidden.id}/audience`, { audience: "group" })).status, 204);
  // The greatest number is the purged one's.
  assert.equal((await admin("DELETE", `/documents/${purged.id}`)).status, 204);
  assert.equal((await admin("DELETE", `/members/${gone.member.id}`)).status, 204);
  await until("the list and the plain document to be stored", async () => {
    const { documents } = await (await admin("GET", "/statistics")).json();
    const all = await records(place, place.admin);
    return documents === 7 && all.some(({ heads }) => heads.includes(Automerge.getHeads(list.doc())[0]));
  });
  return { place, gone, issue, hers, purged, plain };
}

async function put(place, who, issues) {
  const body = Buffer.concat(issues.map(({ bytes, document }) => encode({ document: bytes, changes: Automerge.getAllChanges(document) })));
  const response = await call(place.api("/documents"), { token: who.token, method: "PUT", body: new Uint8Array(body) });
  assert.equal(response.status, 200);
  return items(new Uint8Array(await response.arrayBuffer()));
}

/** Nobody is told anything of what is there; only who holds the setup secret, that nothing is. */
async function servesNothing(there) {
  for (const [token, status] of [[undefined, 401], [there.admin.token, 401], [there.hub.secret, 404]]) {
    for (const resource of ["", "/documents", "/members", "/bundle"]) {
      assert.equal((await call(there.api(resource), { token })).status, status, `${resource} with ${token}`);
    }
  }
  await assert.rejects(RawSocket.open(there.sync, { token: there.admin.token }), { status: 401 });
}

test("a workspace is the same elsewhere", async (context) => {
  const { place, gone, issue, hers, purged, plain } = await lived(context);
  const bundle = await save(place);
  // Any tar opens it.
  const listed = spawnSync("tar", ["-tf", "-"], { input: bundle });
  assert.equal(listed.status, 0, listed.stderr.toString());
  const names = listed.stdout.toString().trim().split("\n");
  assert.deepEqual(names, files(bundle).map(({ name }) => name));
  assert.deepEqual([names[0], ...names.slice(-3)], ["workspace.json", "members.json", "state.json", "manifest.json"]);
  assert.deepEqual(["documents", "facts", "rows"].map((kind) => names.filter((name) => name.startsWith(kind)).length), [7, 7, 6]);
  for (const secret of ["token", "dkt_", place.hub.secret]) assert.ok(!bundle.includes(secret), secret);
  const state = JSON.parse(files(bundle).find(({ name }) => name === "state.json").content);
  assert.deepEqual(state.purged, [purged.id]);
  assert.equal(state.version.from, state.version.to);
  // Any Automerge reads a document.
  const loaded = files(bundle).find(({ name }) => name === `documents/${issue.id}.automerge`);
  assert.deepEqual(Automerge.getHeads(Automerge.load(new Uint8Array(loaded.content))), Automerge.getHeads(hers.document));

  const there = elsewhere(place);
  const [status, made] = await send(there, bundle);
  assert.equal(status, 201, JSON.stringify(made));
  assert.equal(made.document, place.document);
  assert.deepEqual(made.member, place.admin.member);
  assert.deepEqual([made.documents, made.rows_differing], [7, 0]);
  there.admin = { member: made.member, token: made.token };

  const before = await records(place, place.admin);
  assert.equal(before.length, 6);
  assert.deepEqual(await records(there, there.admin), before);
  assert.deepEqual(await catalogue(there, there.admin), await catalogue(place, place.admin));
  const members = async (where) => (await (await call(where.api("/members"), { token: where.admin.token })).json()).members;
  assert.deepEqual(await members(there), await members(place));
  // The tokens of the one open nothing in the other.
  assert.equal((await call(there.api(), { token: place.admin.token })).status, 401);
  // What would leave it is what came, but for when it did and by how many steps.
  const documents = (bytes) => files(bytes).filter(({ name }) => name.includes("/")).map(({ name, content }) => [name, hex(content)]);
  const again = await save(there);
  assert.deepEqual(documents(again), documents(bundle));
  const everybody = JSON.parse(files(again).find(({ name }) => name === "members.json").content);
  assert.ok(everybody.some(({ id, revoked_at }) => id === gone.member.id && revoked_at > 0));

  // Everybody comes in with a token of their own, and finds what was theirs.
  for (const role of ["member", "vendor", "viewer"]) {
    const { id } = place[role].member;
    const token = await (await call(there.api(`/members/${id}/tokens`), { token: made.token, method: "POST" })).json();
    there[role] = { ...place[role], ...token };
  }
  assert.equal((await records(there, there.viewer)).length, 5);
  const socket = async (who, name) => (await RawSocket.open(there.sync, { token: who.token })).join(name, { docket: true });
  const [mine, others] = [await socket(there.member, "mine"), await socket(there.vendor, "others")];
  const copy = await new RawDocument(others, issue.id).sync((document) => text(document.title) === "Mount hangs");
  const actor = Automerge.getActorId(hers.document);
  copy.document = Automerge.change(Automerge.clone(copy.document, { actor }), (draft) => (draft.labels.forged = true));
  copy.force();
  await others.next((frame) => frame.type === "docket-refused");
  const own = new RawDocument(mine, issue.id, hers.document);
  own.change((draft) => (draft.labels.own = true));
  await own.sync();
  assert.deepEqual(Object.keys(own.document.labels).sort(), ["lustre", "own"]);

  // Numbers go on after the greatest that ever was; what was purged stays away.
  const next = newIssue("Next", there.member.member.id);
  const [stored, refused] = await put(there, there.member, [next, purged]);
  assert.deepEqual(stored.refused, []);
  assert.ok(refused.refused.length > 0);
  assert.equal(facts(await records(there, there.admin), next)[0], state.last_number + 1);

  // Stock clients walk through it.
  const stock = stockClient(there, there.viewer.token);
  const workspace = await walk(stock, place.document);
  const list = await walk(stock, text(workspace.doc().lists.agreed));
  assert.deepEqual(Object.keys(list.doc().ranks), [issue.url]);
  assert.equal(text((await walk(stock, issue.url)).doc().title), "Mount hangs");
  assert.deepEqual((await walk(stock, plain.url)).doc(), { groceries: ["tea"] });
});

test("who may have a bundle, and who may restore one", async (context) => {
  const place = await openWorkspace(context);
  for (const [who, status] of [[undefined, 401], [place.viewer.token, 403], [place.vendor.token, 403], [place.member.token, 403], [place.hub.secret, 401]]) {
    assert.equal((await call(place.api("/bundle"), { token: who })).status, status);
  }
  const bundle = await save(place);
  const there = elsewhere(place);
  for (const token of [undefined, place.admin.token]) {
    assert.equal((await send(there, bundle, { token: token ?? "" }))[0], 401);
  }
  const [taken, { error }] = await send(place, bundle);
  assert.deepEqual([taken, error.code], [409, "conflict"]);
  assert.equal((await send(there, bundle, { admin: "" }))[0], 422);
  assert.equal((await call(there.api("/bundle?admin=Ada&offset=x"), { token: place.hub.secret, method: "POST" })).status, 422);
  const foreign = await call(there.api("/bundle?admin=Ada"), { token: place.hub.secret, method: "POST", headers: { origin: "https://evil.example" } });
  assert.equal(foreign.status, 403);
  await servesNothing(there);
  // An admin of another name is made; the id names one as well.
  const [status, made] = await send(there, bundle, { admin: "Zoe" });
  assert.deepEqual([status, made.member.name, made.member.role], [201, "Zoe", "admin"]);
  const third = elsewhere(place, "third");
  assert.deepEqual((await send(third, bundle, { admin: place.admin.member.id }))[1].member, place.admin.member);
});

test("a damaged bundle becomes nothing, and is told in words", async (context) => {
  const { place, issue } = await lived(context);
  const bundle = await save(place);
  const there = elsewhere(place);
  const start = (name) => files(bundle).find((file) => file.name === name).start;
  const flipped = (at) => {
    const damaged = Buffer.from(bundle);
    damaged[at] ^= 1;
    return damaged;
  };
  const cases = [
    ["a document's byte", flipped(start(`documents/${issue.id}.automerge`) + 200), new RegExp(issue.id)],
    ["a fact's byte", flipped(start(`facts/${issue.id}.cbor`) + 60), new RegExp(issue.id)],
    ["a row's byte", flipped(start(`rows/${issue.id}.cbor`) + 30), /altered/],
    ["a member's byte", flipped(start("members.json") + 20), /members\.json|altered|member/],
    ["the purged", flipped(start("state.json") + 30), /state\.json|altered/],
    ["the manifest", flipped(start("manifest.json") + 100), /altered|manifest|missing/],
    ["a header", flipped(start("members.json") - 400), /damaged at byte/],
    ["what follows", Buffer.concat([bundle, Buffer.from("x")]), /follows/],
    ["no bundle", Buffer.from("a".repeat(2000)), /no bundle/],
    ["compressed", Buffer.concat([Buffer.from([0x1f, 0x8b]), bundle]), /no bundle/],
  ];
  for (const [what, damaged, words] of cases) {
    const [status, { error }] = await send(there, damaged);
    assert.equal(status, 422, what);
    assert.match(error.message, words, what);
    await servesNothing(there);
  }
  // Cut off, it waits for the rest.
  const [status, { token }] = await send(there, bundle.subarray(0, bundle.length - 3 * BLOCK));
  assert.deepEqual([status, token], [202, undefined]);
  await servesNothing(there);
  assert.equal((await send(there, bundle))[0], 201);
});

test("a bundle comes in parts, whatever happens between them", async (context) => {
  const { place } = await lived(context);
  const bundle = await save(place);
  const there = elsewhere(place);
  assert.equal((await send(there, bundle, { offset: 700 }))[0], 409);
  const third = Math.ceil(bundle.length / 3);
  let [status, answer] = await send(there, bundle.subarray(0, third));
  assert.equal(status, 202);
  assert.ok(answer.offset > 0 && answer.offset <= third, `${answer.offset}`);
  await servesNothing(there);
  // Too far is refused, and where to go on is told.
  const [early, { error }] = await send(there, bundle.subarray(bundle.length - 10), { offset: bundle.length - 10 });
  assert.equal(early, 409);
  assert.match(error.message, new RegExp(`${answer.offset}`));
  await place.hub.evict(there.slug);
  // Sent again from an earlier place, as when no answer came.
  const from = answer.offset - 100;
  [status, answer] = await send(there, bundle.subarray(from, 2 * third), { offset: from });
  assert.equal(status, 202);
  await place.restart();
  Object.assign(there, elsewhere(place));
  await servesNothing(there);
  [status, answer] = await send(there, bundle.subarray(answer.offset), { offset: answer.offset });
  assert.deepEqual([status, answer.documents], [201, 7]);
  there.admin = { member: answer.member, token: answer.token };
  assert.deepEqual(await records(there, there.admin), await records(place, place.admin));
  // It is there, once.
  assert.equal((await send(there, bundle))[0], 409);
});

test("a restore that was given up is in nobody's way", async (context) => {
  const place = await openWorkspace(context);
  const bundle = await save(place);
  const there = elsewhere(place);
  assert.equal((await send(there, bundle.subarray(0, bundle.length - 3 * BLOCK)))[0], 202);
  // Another one begins: the first can't go on in between, and the second is whole.
  assert.equal((await send(there, bundle.subarray(0, bundle.length / 2)))[0], 202);
  const body = { name: "New", admin: { name: "Eve" } };
  const created = await call(there.api(), { token: place.hub.secret, method: "POST", body });
  assert.equal(created.status, 201);
  there.admin = await created.json();
  assert.notEqual(there.admin.document, place.document);
  const { members } = await (await call(there.api("/members"), { token: there.admin.token })).json();
  assert.deepEqual(members.map(({ name }) => name), ["Eve"]);
  assert.equal((await records(there, there.admin)).length, 2);
  assert.equal((await send(there, bundle, { offset: 0 }))[0], 409);
});

test("the commands save and restore", async (context) => {
  const { place } = await lived(context);
  const file = path.join(place.state, "saved.tar");
  const saved = await run("bundle", { DOCKET_TOKEN: place.admin.token }, place.hub.url, place.slug, file);
  assert.deepEqual(JSON.parse(saved.stdout), { documents: 7, moment: true, withheld: 0 });
  const restore = (slug) => run("restore", { DOCKET_SETUP_SECRET: place.hub.secret }, place.hub.url, slug, file, "Ada");
  const made = JSON.parse((await restore("moved")).stdout);
  assert.deepEqual([made.document, made.documents, made.rows_differing], [place.document, 7, 0]);
  const there = elsewhere(place);
  there.admin = { token: made.admin };
  assert.deepEqual(await records(there, there.admin), await records(place, place.admin));
  await writeFile(file, (await readFile(file)).subarray(0, 5000));
  const cut = await restore("third");
  assert.equal(cut.code, 1);
  assert.match(cut.stderr, /cut off/);
  const refused = await run("bundle", { DOCKET_TOKEN: place.viewer.token }, place.hub.url, place.slug, `${file}.2`);
  assert.match(refused.stderr, /403.*only an admin/);
});

test("who chose the token has it when the last answer is lost", async (context) => {
  const place = await openWorkspace(context);
  const bundle = await save(place);
  const there = elsewhere(place);
  const token = `dkt_${"7".repeat(44)}`;
  for (const wrong of ["dkt_short", "7".repeat(48), `dkt_${"7".repeat(43)}0`]) {
    const [status, { error }] = await send(there, bundle, { chosen: wrong });
    assert.deepEqual([status, error.code], [422, "invalid"], wrong);
  }
  await servesNothing(there);
  const [status, made] = await send(there, bundle, { chosen: token });
  assert.deepEqual([status, made.token], [201, token]);
  assert.equal((await send(there, bundle, { chosen: token }))[0], 409);
  const { document, member } = await (await call(there.api(), { token })).json();
  assert.deepEqual([document, member.id], [place.document, place.admin.member.id]);
});

test("the command restores over a connection that loses the last answer", async (context) => {
  const { place } = await lived(context);
  const file = path.join(place.state, "saved.tar");
  await writeFile(file, await save(place));
  // Between the command and the hub: what it asks arrives, and the first answer doesn't.
  let lost = 0;
  const between = createServer(async (request, response) => {
    const parts = [];
    for await (const part of request) parts.push(part);
    const { host, connection, "transfer-encoding": _, ...headers } = request.headers;
    const body = request.method === "GET" ? undefined : Buffer.concat(parts);
    const answer = await fetch(`${place.hub.url}${request.url}`, { method: request.method, headers, body });
    const text = await answer.text();
    if (answer.status === 201 && lost === 0) {
      lost += 1;
      response.destroy();
      return;
    }
    response.writeHead(answer.status, { "content-type": "application/json" }).end(text);
  });
  await new Promise((resolve) => between.listen(0, "127.0.0.1", resolve));
  context.after(() => between.close());
  const restore = () => run("restore", { DOCKET_SETUP_SECRET: place.hub.secret }, `http://127.0.0.1:${between.address().port}`, "moved", file, "Ada");
  const told = await restore();
  assert.equal(told.code, 0, told.stderr);
  assert.equal(lost, 1);
  const made = JSON.parse(told.stdout);
  assert.deepEqual([made.document, made.member], [place.document, place.admin.member.id]);
  const there = elsewhere(place);
  assert.deepEqual(await records(there, { token: made.admin }), await records(place, place.admin));
  // What was made by somebody else stays theirs.
  const again = await restore();
  assert.equal(again.code, 1);
  assert.match(again.stderr, /409.*exists already/);
});

test("what the hub takes, it takes in again", async (context) => {
  const place = await openWorkspace(context);
  const socket = await (await RawSocket.open(place.sync, { token: place.admin.token })).join("ada", { docket: true });
  const workspace = await new RawDocument(socket, parseAutomergeUrl(place.document).documentId).sync((document) => text(document.name) === "Support");
  workspace.change((draft) => (draft.name = scalar(`Two\nlines ${"é".repeat(90)}`)));
  await workspace.sync();
  const issue = newIssue("Shared", place.member.member.id);
  await put(place, place.member, [issue]);
  const audience = async (many) => {
    const organisations = Array.from({ length: many }, (_, n) => `o${n}`);
    const body = { audience: "parties", organisations };
    return call(place.api(`/documents/${issue.id}/audience`), { token: place.admin.token, method: "PUT", body });
  };
  const many = await audience(1_001);
  assert.equal(many.status, 422);
  assert.match((await many.json()).error.message, /at most 1000 organisations/);
  assert.equal((await audience(1_000)).status, 204);
  const there = elsewhere(place);
  const [status, made] = await send(there, await save(place));
  assert.equal(status, 201, JSON.stringify(made));
  there.admin = { token: made.token };
  assert.deepEqual(await records(there, there.admin), await records(place, place.admin));
});

/** Runs one of scripts/ to its end. */
async function run(script, environment, ...values) {
  const child = spawn(path.resolve(import.meta.dirname, "../../scripts", script), values, { env: { ...process.env, ...environment } });
  const told = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"]) child[stream].on("data", (data) => (told[stream] += data));
  return new Promise((resolve) => child.on("close", (code) => resolve({ ...told, code })));
}
