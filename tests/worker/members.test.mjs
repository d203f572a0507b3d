// Roles, invitations, sessions, and that they act at once.

import assert from "node:assert/strict";
import { test } from "node:test";

import { RawSocket } from "./support/socket.mjs";
import { call, openWorkspace } from "./support/workspace.mjs";

const json = async (response) => [response.status, await response.json()];

test("only an admin manages members", async (context) => {
  const place = await openWorkspace(context);
  for (const role of ["member", "vendor", "viewer"]) {
    const { token, member } = place[role];
    const [status, { members }] = await json(await call(place.api("/members"), { token }));
    assert.equal(status, 200);
    assert.deepEqual(new Set(members.map(({ role }) => role)), new Set(["admin", "member", "vendor", "viewer"]));
    const [, me] = await json(await call(place.api(), { token }));
    assert.deepEqual(me.member, member);
    assert.equal(me.document, place.document);
    for (const [method, resource, body] of [
      ["POST", "/members", { name: "X", role: "viewer" }],
      ["PATCH", `/members/${member.id}`, { role: "admin" }],
      ["DELETE", `/members/${place.admin.member.id}`],
      ["POST", `/members/${place.admin.member.id}/tokens`],
      ["POST", "/invitations", { role: "admin" }],
      ["GET", "/statistics"],
      ["DELETE", `/documents/${place.document.slice(10)}`],
      ["PUT", `/documents/${place.document.slice(10)}/audience`, { audience: "public" }],
    ]) {
      const response = await call(place.api(resource), { token, method, body });
      assert.equal(response.status, 403, `${role}: ${method} ${resource}`);
    }
    // But everybody may make a token of their own.
    const [made, { token: another }] = await json(await call(place.api(`/members/${member.id}/tokens`), { token, method: "POST" }));
    assert.equal(made, 201);
    assert.equal((await call(place.api(), { token: another })).status, 200);
  }
});

test("what is sent is checked", async (context) => {
  const place = await openWorkspace(context);
  const { token } = place.admin;
  const add = (body, headers) => call(place.api("/members"), { token, method: "POST", body, headers });
  for (const body of [
    {},
    { name: "", role: "member" },
    { name: "two\nlines", role: "member" },
    { name: "x".repeat(121), role: "member" },
    { name: "X", role: "owner" },
    { name: "X", role: "member", organisation: "No Such Form" },
    { name: "X", role: "member", surprise: true },
  ]) {
    assert.equal((await add(body)).status, 422, JSON.stringify(body));
  }
  assert.equal((await add({ name: "x".repeat(20_000), role: "member" })).status, 413);
  assert.equal((await add({ name: "X", role: "member" }, { "content-type": "text/plain" })).status, 422);
  // Nor is a body that doesn't tell its length.
  const untold = new Blob(["x".repeat(20_000)]).stream();
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  assert.equal((await fetch(place.api("/members"), { method: "POST", headers, body: untold, duplex: "half" })).status, 413);
  const [status, { member }] = await json(await add({ name: " Grace ", role: "member", organisation: "ornl", duties: ["twg", "board", "twg"] }));
  assert.equal(status, 201);
  assert.deepEqual({ ...member, id: undefined }, { id: undefined, name: "Grace", role: "member", organisation: "ornl", duties: ["board", "twg"] });
  const [, changed] = await json(await call(place.api(`/members/${member.id}`), { token, method: "PATCH", body: { organisation: null, name: "Hopper" } }));
  assert.equal(changed.member.organisation, null);
  assert.equal(changed.member.name, "Hopper");
  assert.equal((await call(place.api("/members/m-nobody"), { token, method: "PATCH", body: {} })).status, 404);
  assert.equal((await call(place.api("/members"), { token, method: "DELETE" })).status, 405);
});

test("the last admin stays", async (context) => {
  const place = await openWorkspace(context);
  const { token, member } = place.admin;
  const self = place.api(`/members/${member.id}`);
  assert.equal((await call(self, { token, method: "DELETE" })).status, 409);
  assert.equal((await call(self, { token, method: "PATCH", body: { role: "viewer" } })).status, 409);
  const other = place.api(`/members/${place.member.member.id}`);
  assert.equal((await call(other, { token, method: "PATCH", body: { role: "admin" } })).status, 200);
  assert.equal((await call(self, { token, method: "DELETE" })).status, 204);
  assert.equal((await call(place.api(), { token })).status, 410);
});

test("revoking ends tokens and open sockets at once, and nobody else's", async (context) => {
  const place = await openWorkspace(context);
  const gone = await (await RawSocket.open(place.sync, { token: place.member.token })).join("gone", { docket: true });
  const silent = await RawSocket.open(place.sync, { token: place.member.token });
  const stays = await (await RawSocket.open(place.sync, { token: place.vendor.token })).join("stays", { docket: true });
  await place.evict();
  const response = await call(place.api(`/members/${place.member.member.id}`), { token: place.admin.token, method: "DELETE" });
  assert.equal(response.status, 204);
  assert.equal((await gone.isClosed()).code, 1008);
  // The hub lets go of it at once, too; workerd takes some ten seconds to tell one that has never said anything.
  await silent.isClosed(30_000);
  await stays.next((frame) => frame.type === "docket-members" && !frame.members.some(({ id }) => id === place.member.member.id));
  assert.equal(stays.closed, undefined);
  assert.equal((await call(place.api(), { token: place.member.token })).status, 410);
  await assert.rejects(RawSocket.open(place.sync, { token: place.member.token }), { status: 410 });
  stays.close();
});

test("a change of role closes that member's sockets, so that they begin anew", async (context) => {
  const place = await openWorkspace(context);
  const socket = await (await RawSocket.open(place.sync, { token: place.member.token })).join("changing", { docket: true });
  await call(place.api(`/members/${place.member.member.id}`), { token: place.admin.token, method: "PATCH", body: { role: "viewer" } });
  assert.match((await socket.isClosed()).reason, /role/);
});

test("an invitation is for one use, and opens a session", async (context) => {
  const place = await openWorkspace(context);
  const { token } = place.admin;
  const [status, { link, expires }] = await json(
    await call(place.api("/invitations"), { token, method: "POST", body: { role: "member", organisation: "llnl" } }),
  );
  assert.equal(status, 201);
  const days = (expires - Date.now()) / 86_400_000;
  assert.ok(days > 13.9 && days < 14.1, `${days}`);
  const { origin, pathname, hash } = new URL(link);
  assert.equal(`${origin}${pathname}`, `${place.hub.url}/join/demo`);
  const accept = (name) => call(place.api("/invitations/accept"), { method: "POST", body: { secret: hash.slice(1), name } });
  // A name that isn't taken doesn't use the invitation up.
  assert.equal((await accept("")).status, 422);
  const answers = await Promise.all([accept("Lin"), accept("Lin")]);
  assert.deepEqual(answers.map((answer) => answer.status).sort(), [201, 401]);
  const accepted = answers.find((answer) => answer.status === 201);
  const { member } = await accepted.json();
  assert.deepEqual({ ...member, id: "" }, { id: "", name: "Lin", role: "member", organisation: "llnl", duties: [] });
  const cookie = accepted.headers.get("set-cookie");
  assert.match(cookie, /^docket_demo=dkt_\w+; Path=\/; HttpOnly; SameSite=Strict; Max-Age=7776000$/);
  const session = cookie.split(";")[0];
  assert.equal((await call(place.api(), { headers: { cookie: session } })).status, 200);
  // A session's secret is no token.
  assert.equal((await call(place.api(), { token: session.split("=")[1] })).status, 401);
});

test("an invitation that has ended is none", async (context) => {
  const place = await openWorkspace(context);
  const { link } = await (await call(place.api("/invitations"), { token: place.admin.token, method: "POST", body: { role: "viewer" } })).json();
  await place.sql("UPDATE invitations SET expires = ?", Date.now() - 1);
  const response = await call(place.api("/invitations/accept"), { method: "POST", body: { secret: new URL(link).hash.slice(1), name: "Late" } });
  assert.equal(response.status, 401);
});

test("a cookie counts from our own pages only", async (context) => {
  const place = await openWorkspace(context);
  const begin = (headers = {}) => call(place.api("/session"), { method: "POST", body: { token: place.admin.token }, headers });
  assert.equal((await begin({ origin: "https://evil.example" })).status, 403);
  const begun = await begin({ origin: place.hub.url });
  assert.equal(begun.status, 201);
  const cookie = begun.headers.get("set-cookie").split(";")[0];
  const write = (origin) =>
    call(place.api("/members"), { method: "POST", body: { name: "X", role: "viewer" }, headers: { cookie, ...(origin && { origin }) } });
  assert.equal((await write(undefined)).status, 403);
  assert.equal((await write("https://evil.example")).status, 403);
  assert.equal((await write("null")).status, 403);
  assert.equal((await write(place.hub.url)).status, 201);
  assert.equal((await call(place.api(), { headers: { cookie } })).status, 200);

  await assert.rejects(RawSocket.open(place.sync, { headers: { cookie } }), { status: 403 });
  await assert.rejects(RawSocket.open(place.sync, { headers: { cookie, origin: "https://evil.example" } }), { status: 403 });
  const socket = await (await RawSocket.open(place.sync, { headers: { cookie, origin: place.hub.url } })).join();

  // Signing out ends the session and its sockets.
  const out = await call(place.api("/session"), { method: "DELETE", headers: { cookie, origin: place.hub.url } });
  assert.equal(out.status, 204);
  assert.match(out.headers.get("set-cookie"), /^docket_demo=; .*Max-Age=0$/);
  assert.match((await socket.isClosed()).reason, /signed out/);
  assert.equal((await call(place.api(), { headers: { cookie } })).status, 401);
});

test("a session past half of its time is renewed", async (context) => {
  const place = await openWorkspace(context);
  const begun = await call(place.api("/session"), { method: "POST", body: { token: place.member.token } });
  const cookie = begun.headers.get("set-cookie").split(";")[0];
  const ask = () => call(place.api(), { headers: { cookie } });
  assert.equal((await ask()).headers.get("set-cookie"), null);
  await place.sql("UPDATE credentials SET expires = ? WHERE kind = 'session'", Date.now() + 1_000_000);
  assert.ok((await ask()).headers.get("set-cookie").startsWith(cookie));
  assert.equal((await ask()).headers.get("set-cookie"), null);
  await place.sql("UPDATE credentials SET expires = ? WHERE kind = 'session'", Date.now() - 1);
  assert.equal((await ask()).status, 401);
});
