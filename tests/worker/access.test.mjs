// No token, no data: every route, and what a stranger can learn.

import assert from "node:assert/strict";
import { before, describe, after as afterAll, test } from "node:test";

import { RawSocket } from "./support/socket.mjs";
import { call, openWorkspace } from "./support/workspace.mjs";

const routes = (id, member) => [
  ["GET", ""],
  ["GET", "/members"],
  ["POST", "/members", { name: "X", role: "admin" }],
  ["PATCH", `/members/${member}`, { role: "admin" }],
  ["DELETE", `/members/${member}`],
  ["POST", `/members/${member}/tokens`],
  ["POST", "/invitations", { role: "admin" }],
  ["POST", "/invitations/accept", { secret: "dkt_guess", name: "X" }],
  ["POST", "/session", { token: "dkt_guess" }],
  ["DELETE", "/session"],
  ["GET", "/documents"],
  ["POST", "/documents", new Uint8Array([0xa1])],
  ["PUT", "/documents", new Uint8Array([0xa1])],
  ["DELETE", `/documents/${id}`],
  ["PUT", `/documents/${id}/audience`, { audience: "public" }],
  ["GET", "/bundle"],
  ["POST", "/bundle?admin=Ada", new Uint8Array([0])],
  ["GET", "/export?format=jsonl"],
  ["GET", "/lists/{id}/export"],
  ["GET", "/statistics"],
  ["GET", "/usage"],
  ["GET", "/documents/largest"],
  ["POST", "/epoch"],
];

describe("a stranger", () => {
  let place;
  const closing = [];
  before(async () => {
    place = await openWorkspace({ after: (end) => closing.push(end) });
  });
  afterAll(async () => {
    for (const end of closing) await end();
  });

  const id = () => place.document.replace("automerge:", "");

  for (const [method, resource, body] of routes("{id}", "{member}")) {
    test(`gets nothing from ${method} ${resource || "/"}`, async () => {
      const path = resource.replace("{id}", id()).replace("{member}", place.member.member.id);
      for (const token of [undefined, "dkt_wrong"]) {
        const response = await call(place.api(path), { token, method, body });
        assert.equal(response.status, 401, `${token}`);
        const answer = await response.text();
        assert.equal(JSON.parse(answer).error.code, "unauthorized");
        assert.ok(!answer.includes("Ada") && !answer.includes(id()), answer);
        assert.equal(response.headers.get("cache-control"), "no-store");
        assert.equal(response.headers.get("x-content-type-options"), "nosniff");
        assert.equal(response.headers.get("access-control-allow-origin"), null);
      }
    });
  }

  test("gets no socket", async () => {
    await assert.rejects(RawSocket.open(place.sync), { status: 401 });
    await assert.rejects(RawSocket.open(place.sync, { token: "dkt_wrong" }), { status: 401 });
    const plain = await call(place.sync.replace(/^ws/, "http"), { token: place.viewer.token });
    assert.equal(plain.status, 426);
  });

  test("can't tell a workspace from a name that nobody claimed", async () => {
    const answers = [];
    for (const slug of ["demo", "nobody"]) {
      const url = `${place.hub.url}/api/v1/workspaces/${slug}`;
      const bodies = [];
      for (const token of [undefined, "dkt_wrong"]) {
        for (const [method, body] of [["GET"], ["POST", { name: "X", admin: { name: "X" } }]]) {
          const response = await call(url, { token, method, body });
          bodies.push([response.status, await response.text()]);
        }
      }
      await assert.rejects(RawSocket.open(`${place.hub.url.replace("http", "ws")}/sync/${slug}`), { status: 401 });
      answers.push(bodies);
    }
    assert.deepEqual(answers[0], answers[1]);
  });

  test("leaves nothing behind under an unclaimed name", async () => {
    const url = `${place.hub.url}/api/v1/workspaces/untouched`;
    assert.equal((await call(url, { token: "dkt_wrong" })).status, 401);
    // One database in the whole folder has tables of ours.
    assert.deepEqual(await place.sql("SELECT name FROM workspace"), [{ name: "Support" }]);
  });

  test("who holds the setup secret is told that a name is free, and makes a workspace once", async () => {
    const url = `${place.hub.url}/api/v1/workspaces/second`;
    const free = await call(url, { token: place.hub.secret });
    assert.equal(free.status, 404);
    assert.match((await free.json()).error.message, /POST/);
    const make = () => call(url, { token: place.hub.secret, method: "POST", body: { name: "Second", admin: { name: "Bea" } } });
    const answers = await Promise.all([make(), make()]);
    assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 409]);
    assert.equal((await make()).status, 409);
  });

  test("a workspace that can't be made leaves nothing", async () => {
    const url = `${place.hub.url}/api/v1/workspaces/third`;
    const body = { name: "Third", prefix: "x".repeat(500), admin: { name: "Cy" } };
    const refused = await call(url, { token: place.hub.secret, method: "POST", body });
    assert.equal(refused.status, 422);
    assert.equal((await call(url, { token: place.hub.secret })).status, 404);
    const made = await call(url, { token: place.hub.secret, method: "POST", body: { ...body, prefix: "T" } });
    assert.equal(made.status, 201);
  });

  test("can't put the app's page into a frame of their own", async () => {
    const response = await fetch(place.hub.url);
    assert.equal(response.status, 200);
    assert.match(response.headers.get("content-security-policy"), /frame-ancestors 'none'/);
    assert.equal(response.headers.get("x-content-type-options"), "nosniff");
    await response.text();
  });

  test("may ask for the hub's health", async () => {
    const response = await call(`${place.hub.url}/api/v1/health`);
    assert.equal(response.status, 200);
    assert.equal((await response.json()).status, "ok");
  });

  test("a token in an address is taken for the socket only, and no token reaches the log", async () => {
    const { token } = place.member;
    const response = await fetch(`${place.api("")}?token=${token}`);
    assert.equal(response.status, 401);
    const socket = await (await RawSocket.open(place.sync, { token })).join();
    socket.socket.send("not binary");
    assert.equal((await socket.isClosed()).code, 1003);
    const logged = place.logs.join("\n");
    for (const secret of [token, place.admin.token, place.hub.secret]) assert.ok(!logged.includes(secret));
  });

  test("many wrong tokens make an address wait", async () => {
    const statuses = new Set();
    for (let n = 0; n < 100; n += 1) statuses.add((await call(place.api(), { token: `dkt_${n}` })).status);
    assert.deepEqual([...statuses], [401, 429]);
    // But nobody with a right one, though they come from there too.
    assert.equal((await call(place.api(), { token: place.viewer.token })).status, 200);
    const session = await call(place.api("/session"), { method: "POST", body: { token: place.viewer.token } });
    assert.equal(session.status, 201);
    const refused = await call(place.api(), { token: "dkt_wrong" });
    assert.equal(refused.status, 429);
    assert.ok(Number(refused.headers.get("retry-after")) > 0);
  });
});
