// Ways in: each by itself, listed, revoked, and what one who comes by an ended one is told.

import assert from "node:assert/strict";
import { test } from "node:test";

import { encode as encodeItem } from "./support/cbor.mjs";
import { signIn, withSession } from "./support/cookie.mjs";
import { newIssue } from "./support/issue.mjs";
import { RawDocument, RawSocket } from "./support/socket.mjs";
import { call, openWorkspace } from "./support/workspace.mjs";

async function listed(place, token, id) {
  const response = await call(place.api(`/members/${id}/credentials`), { token });
  assert.equal(response.status, 200);
  return (await response.json()).credentials;
}

const end = (place, token, id, rest = "") => call(place.api(`/members/${id}/credentials${rest}`), { token, method: "DELETE" });

test("devices and tokens are listed, and revoked one by one", async (context) => {
  const place = await openWorkspace(context);
  const { token, member } = place.member;
  const before = Date.now();
  const made = await call(place.api(`/members/${member.id}/tokens`), { token, method: "POST", body: { name: "Nightly\u202e export" } });
  assert.equal(made.status, 201);
  const { token: second } = await made.json();
  const { cookie } = await signIn(place, token, { name: "Firefox on Linux" });
  const all = await listed(place, second, member.id);
  assert.deepEqual(
    all.map(({ kind, name, made_by, current }) => [kind, name, made_by, current]).sort(),
    [
      ["session", "Firefox on Linux", member.id, false],
      ["token", "", place.admin.member.id, false],
      ["token", "Nightly export", member.id, true],
    ],
  );
  for (const one of all) {
    assert.deepEqual(Object.keys(one).sort(), ["current", "expires_at", "id", "kind", "made_at", "made_by", "name", "used_at"]);
    assert.match(one.id, /^[0-9a-f]{16}$/);
  }
  const named = (name) => all.find((one) => one.name === name);
  assert.ok(named("Nightly export").made_at >= before && named("Nightly export").used_at >= before);
  assert.ok(named("Firefox on Linux").expires_at > before && named("Firefox on Linux").used_at === null);
  assert.equal(named("Nightly export").expires_at, null);
  // Nobody else but an admin sees or ends them.
  assert.equal((await call(place.api(`/members/${member.id}/credentials`), { token: place.vendor.token })).status, 403);
  assert.equal((await end(place, place.vendor.token, member.id, `/${named("Firefox on Linux").id}`)).status, 403);
  assert.equal((await listed(place, place.admin.token, member.id)).length, 3);
  // Nor does an id of somebody else's open anything.
  assert.equal((await end(place, place.vendor.token, place.vendor.member.id, `/${named("Firefox on Linux").id}`)).status, 404);

  const [first, other] = await Promise.all([
    RawSocket.open(place.sync, { token }).then((socket) => socket.join()),
    RawSocket.open(place.sync, { token: second }).then((socket) => socket.join()),
  ]);
  const browser = await (await RawSocket.open(place.sync, { headers: { cookie, origin: place.hub.url } })).join();
  await place.evict();
  assert.equal((await end(place, token, member.id, `/${named("Nightly export").id}`)).status, 204);
  assert.match((await other.isClosed()).reason, /ended/);
  assert.equal((await call(place.api(), { token: second })).status, 401);
  assert.equal((await end(place, token, member.id, `/${named("Nightly export").id}`)).status, 404);
  // Signing out everywhere ends sessions; tokens too, if that is asked for.
  assert.equal((await end(place, token, member.id)).status, 204);
  assert.match((await browser.isClosed()).reason, /ended/);
  assert.equal((await withSession(place, cookie)).status, 401);
  assert.equal((await call(place.api(), { token })).status, 200);
  assert.equal(first.closed, undefined);
  assert.equal((await end(place, place.admin.token, member.id, "?tokens=yes")).status, 204);
  assert.match((await first.isClosed()).reason, /ended/);
  assert.equal((await call(place.api(), { token })).status, 401);
});

test("that a way in is used costs one row an hour", async (context) => {
  const place = await openWorkspace(context);
  const { token } = place.admin;
  const written = async () => (await (await call(place.api("/statistics"), { token })).json()).rows_written;
  await written();
  const before = await written();
  for (let n = 0; n < 20; n += 1) await call(place.api(), { token });
  assert.equal(await written(), before);
});

test("of too many sessions the one that was unused for longest gives way, of tokens none", async (context) => {
  const place = await openWorkspace(context);
  const { token, member } = place.member;
  const oldest = await signIn(place, token, { name: "oldest" });
  const socket = await (await RawSocket.open(place.sync, { headers: { cookie: oldest.cookie, origin: place.hub.url } })).join();
  for (let n = 0; n < 199; n += 1) assert.equal((await signIn(place, token, { name: `${n}` })).status, 201);
  assert.equal((await withSession(place, oldest.cookie)).status, 200);
  await place.sql("UPDATE credentials SET used_at = NULL, made_at = 1 WHERE name = 'oldest'");
  const another = await (await RawSocket.open(place.sync, { token })).join();
  const last = await signIn(place, token, { name: "last" });
  assert.equal(last.status, 201);
  assert.equal((await withSession(place, oldest.cookie)).status, 401);
  assert.equal((await withSession(place, last.cookie)).status, 200);
  assert.equal((await listed(place, token, member.id)).filter(({ kind }) => kind === "session").length, 200);
  assert.ok(socket.closed !== undefined || socket.socket.readyState > 1);
  // All tokens of theirs work still, until they have fifty.
  const make = () => call(place.api(`/members/${member.id}/tokens`), { token, method: "POST" });
  for (let n = 1; n < 50; n += 1) assert.equal((await make()).status, 201);
  const refused = await make();
  assert.equal(refused.status, 409);
  assert.match((await refused.json()).error.message, /revoke/);
  assert.equal(another.closed, undefined);
  another.close();
});

test("a link signs nobody in over somebody else without their knowing", async (context) => {
  const place = await openWorkspace(context);
  const { member, vendor } = place;
  const { cookie } = await signIn(place, member.token);
  // Asked, it tells who that would be, and who is there.
  const asked = await signIn(place, vendor.token, { cookie, ask: true });
  assert.deepEqual([asked.status, asked.sent], [200, []]);
  assert.deepEqual(asked.body, { member: vendor.member, signed_in: member.member });
  assert.deepEqual((await signIn(place, vendor.token, { ask: true })).body, { member: vendor.member, signed_in: null });
  const refused = await signIn(place, vendor.token, { cookie });
  assert.deepEqual([refused.status, refused.sent], [409, []]);
  assert.deepEqual([refused.body.error.code, refused.body.member], ["signed-in", member.member]);
  // Over somebody else than who is there it doesn't go either.
  assert.equal((await signIn(place, vendor.token, { cookie, over: place.admin.member.id })).status, 409);
  assert.equal((await withSession(place, cookie)).status, 200);
  const over = await signIn(place, vendor.token, { cookie, over: member.member.id });
  assert.equal(over.status, 201);
  assert.deepEqual((await (await withSession(place, over.cookie)).json()).member, vendor.member);
  // What was there before has ended.
  assert.equal((await withSession(place, cookie)).status, 401);
  // Oneself again isn't asked.
  assert.equal((await signIn(place, vendor.token, { cookie: over.cookie })).status, 201);
});

test("nor does an invitation, and a question doesn't use it up", async (context) => {
  const place = await openWorkspace(context);
  const { cookie } = await signIn(place, place.member.token);
  const invited = await call(place.api("/invitations"), { token: place.admin.token, method: "POST", body: { role: "vendor" } });
  const secret = new URL((await invited.json()).link).hash.slice(1);
  const accept = (body) => withSession(place, cookie, "/invitations/accept", { method: "POST", body: { secret, name: "Lin", ...body } });
  const refused = await accept({});
  assert.equal(refused.status, 409);
  assert.deepEqual(refused.headers.getSetCookie(), []);
  const body = await refused.json();
  assert.deepEqual([body.error.code, body.member], ["signed-in", place.member.member]);
  const names = async () => (await (await call(place.api("/members"), { token: place.admin.token })).json()).members.map(({ name }) => name);
  assert.ok(!(await names()).includes("Lin"));
  const accepted = await accept({ over: place.member.member.id, device: "Chrome on Android" });
  assert.equal(accepted.status, 201);
  const { member } = await accepted.json();
  const [only] = await listed(place, place.admin.token, member.id);
  assert.deepEqual([only.name, only.made_by], ["Chrome on Android", member.id]);
});

test("who was revoked is told that, also for a socket, and whose session ended something else", async (context) => {
  const place = await openWorkspace(context);
  const { member, vendor } = place;
  const { cookie } = await signIn(place, member.token);
  const out = await signIn(place, vendor.token);
  assert.equal((await withSession(place, out.cookie, "/session", { method: "DELETE" })).status, 204);
  assert.equal((await call(place.api(`/members/${member.member.id}`), { token: place.admin.token, method: "DELETE" })).status, 204);
  for (const response of [
    await call(place.api(), { token: member.token }),
    await withSession(place, cookie),
    await withSession(place, cookie, "/documents"),
    await call(place.api("/session"), { method: "POST", body: { token: member.token } }),
  ]) {
    assert.equal(response.status, 410);
    assert.equal((await response.json()).error.code, "revoked");
  }
  await assert.rejects(RawSocket.open(place.sync, { token: member.token }), { status: 410 });
  await assert.rejects(RawSocket.open(place.sync, { headers: { cookie, origin: place.hub.url } }), { status: 410 });
  assert.equal((await withSession(place, out.cookie)).status, 401);
  assert.equal((await call(place.api(), { token: "dkt_unknown" })).status, 401);
  // It stays so, whatever is tidied up.
  await signIn(place, place.admin.token);
  assert.equal((await call(place.api(), { token: member.token })).status, 410);
});

test("names can be told apart", async (context) => {
  const place = await openWorkspace(context);
  const { token } = place.admin;
  const add = (name) => call(place.api("/members"), { token, method: "POST", body: { name, role: "vendor" } });
  for (const taken of ["Ada", "ada", "ＡＤＡ", "\u0410da", "A\u0301da".normalize("NFKD").replace("\u0301", "")]) {
    assert.equal((await add(taken)).status, 409, taken);
  }
  for (const unseen of ["Ada\u200b", "\u202eadA", "Ad\u00ada", "Grace\u2066"]) assert.equal((await add(unseen)).status, 422, unseen);
  assert.equal((await add("Ada Lovelace")).status, 201);
  const invite = (name) => call(place.api("/invitations"), { token, method: "POST", body: { role: "vendor", name } });
  assert.equal((await invite("ADA")).status, 409);
  const invited = await invite("Grace Hopper");
  assert.equal(invited.status, 201);
  const other = await invite("Rear Admiral");
  const accept = async (response, name) =>
    call(place.api("/invitations/accept"), { method: "POST", body: { secret: new URL((await response.json()).link).hash.slice(1), name } });
  const clones = await Promise.all([other.clone(), other.clone()]);
  assert.equal((await accept(clones[0], "Adа")).status, 409);
  assert.equal((await accept(clones[1], "grace hopper")).status, 409);
  assert.equal((await accept(other, "Jean")).status, 201);
  assert.equal((await accept(invited, "")).status, 201);
  // Renaming oneself to what one is called is none; to what somebody else is, is.
  const rename = (name) => call(place.api(`/members/${place.vendor.member.id}`), { token, method: "PATCH", body: { name } });
  assert.equal((await rename("A vendor")).status, 200);
  assert.equal((await rename("A  VENDOR")).status, 200);
  assert.equal((await rename("Ada")).status, 409);
  // Those who are alike already stay, and keep their name.
  await place.sql("UPDATE members SET member = json_set(member, '$.name', 'Ada') WHERE id = ?", place.viewer.member.id);
  const { members } = await (await call(place.api("/members"), { token })).json();
  assert.equal(members.filter(({ name }) => name === "Ada").length, 2);
  const changed = await call(place.api(`/members/${place.viewer.member.id}`), { token, method: "PATCH", body: { name: "Ada", duties: ["twg"] } });
  assert.equal(changed.status, 200);
});

test("ways in from before they had names are listed, and work", async (context) => {
  const place = await openWorkspace(context);
  await place.sql("UPDATE credentials SET id = 'old', name = '', made_at = 0, made_by = NULL, used_at = NULL WHERE member = ?", place.viewer.member.id);
  const [old] = await listed(place, place.viewer.token, place.viewer.member.id);
  assert.deepEqual([old.id, old.made_by, old.current], ["old", null, true]);
});

test("a workspace of before credentials had names is brought up to date, and nobody is signed out", async (context) => {
  const place = await openWorkspace(context);
  const { token, member } = place.member;
  await call(place.api(`/members/${member.id}`), { token: place.admin.token, method: "PATCH", body: { organisation: "ornl" } });
  const { cookie } = await signIn(place, token);
  const issue = newIssue("A vote", member.id);
  const socket = await (await RawSocket.open(place.sync, { token })).join();
  await new RawDocument(socket, issue.id, issue.document).sync();
  socket.close();
  // As the version before left it: these columns weren't there, and a sealed document had no readers.
  const columns = ["id", "name", "made_at", "made_by", "used_at", "lent"].map((name) => `ALTER TABLE credentials DROP COLUMN ${name}`);
  const former = ["former", "all_documents", "all_bytes", "day", "day_rows"].map((name) => `ALTER TABLE documents DROP COLUMN ${name}`);
  const tables = ["audit", "spent", "errors"].map((name) => `DROP TABLE ${name}`);
  const rest = ["ALTER TABLE invitations DROP COLUMN made_by", "DELETE FROM migrations WHERE step >= 4"];
  for (const statement of [...columns, ...former, ...tables, ...rest]) await place.sql(statement);
  const until = Date.now() + 3_600_000;
  const sealed = encodeItem([4, ["ornl", BigInt(until)]]);
  await place.sql("UPDATE documents SET audience = ?, opens = ? WHERE id = ?", sealed, until, issue.bytes);

  assert.equal((await withSession(place, cookie)).status, 200);
  const all = await listed(place, token, member.id);
  assert.deepEqual(all.map(({ kind, name }) => [kind, name]).sort(), [["session", ""], ["token", ""]]);
  assert.ok(all.every(({ id, made_at }) => /^[0-9a-f]{16}$/.test(id) && made_at > Date.now() - 600_000));
  // Whoever was of the organisation reads what was sealed; an admin who moves in now doesn't.
  const count = async (token) => Buffer.from(await (await call(place.api("/documents"), { token })).arrayBuffer()).includes("A vote");
  assert.equal(await count(token), true);
  await call(place.api(`/members/${place.admin.member.id}`), { token: place.admin.token, method: "PATCH", body: { organisation: "ornl" } });
  assert.equal(await count(place.admin.token), false);
  assert.equal((await call(place.api("/audit"), { token: place.admin.token })).status, 200);
});
