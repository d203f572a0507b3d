// Who may do what, and when that is found out: every caller × every route × the moment at which their rights change.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { before, describe, after as afterAll, test } from "node:test";

import { encode } from "./support/cbor.mjs";
import { begin } from "./support/half.mjs";
import { until } from "./support/until.mjs";
import { call, openWorkspace } from "./support/workspace.mjs";

const ROLES = ["viewer", "vendor", "member", "admin"];
const CALLERS = ["none", ...ROLES, "revoked", "setup"];
/** What a revoked member's credential is answered. */
const REVOKED = 410;

const nobody = { none: 401, revoked: REVOKED, setup: 401 };
const all = (done) => ({ ...nobody, viewer: done, vendor: done, member: done, admin: done });
const writers = (done) => ({ ...all(done), viewer: 403 });
const admins = (done) => ({ ...all(403), admin: done });
const founder = (done) => ({ ...all(401), none: 401, revoked: 401, setup: done });
const everybody = (done) => ({ ...all(done), none: done, revoked: done, setup: done });

const json = (value) => Buffer.from(JSON.stringify(value));
const unknown = new Uint8Array(16).fill(7);
const record = Buffer.concat([1, 2].map(() => encode({ document: unknown, changes: [] })));

/** Every route by its name in `http/mod.rs`: its path, what is sent, and what each caller is answered. */
const ROUTES = {
  "Workspace GET": { path: "", expected: all(200) },
  "Workspace POST": { path: "", body: () => json({ name: "Other", admin: { name: "Eve" } }), expected: founder(409) },
  "Socket GET": { path: "sync", expected: all(101) },
  "Members GET": { path: "/members", expected: all(200) },
  "Members POST": { path: "/members", body: ({ name }) => json({ name: `New ${name}`, role: "admin" }), expected: admins(201) },
  "Member PATCH": { path: ({ target }) => `/members/${target}`, body: () => json({ role: "admin" }), expected: admins(200) },
  "Member DELETE": { path: ({ target }) => `/members/${target}`, expected: admins(204) },
  "Tokens POST": { path: ({ target }) => `/members/${target}/tokens`, body: () => json({ name: "a script" }), expected: admins(201), patient: true },
  "Credentials GET": { path: ({ target }) => `/members/${target}/credentials`, expected: admins(200) },
  "Credentials DELETE": { path: ({ target }) => `/members/${target}/credentials`, expected: admins(204) },
  "Credential DELETE": { path: ({ target }) => `/members/${target}/credentials/none`, expected: admins(404) },
  "Audit GET": { path: "/audit", expected: admins(200) },
  "Invitations POST": { path: "/invitations", body: () => json({ role: "admin" }), expected: admins(201) },
  "Acceptance POST": {
    path: "/invitations/accept",
    body: ({ secret, name }) => json({ secret, name: `Guest ${name}` }),
    expected: everybody(201),
    // The way in is the invitation's, whoever brings it.
    revoked: 201,
  },
  "Session POST": { path: "/session", body: ({ token = "" }) => json({ token }), expected: all(201) },
  "Session DELETE": { path: "/session", expected: all(204) },
  "Documents GET": { path: "/documents", expected: all(200) },
  "Documents POST": { path: "/documents", body: () => encode({ documents: [{ document: unknown, heads: [] }] }), expected: all(200) },
  "Documents PUT": { path: "/documents", body: () => record, expected: writers(200) },
  "Document DELETE": { path: ({ document }) => `/documents/${document}`, expected: admins(409) },
  "Audience PUT": { path: ({ document }) => `/documents/${document}/audience`, body: () => json({ audience: "group" }), expected: admins(204) },
  "Bundle GET": { path: "/bundle", expected: admins(200) },
  "Bundle POST": { path: "/bundle?admin=Ada", body: () => Buffer.alloc(1_024), expected: founder(409) },
  "Export GET": { path: "/export?format=jsonl", expected: all(200) },
  "ListExport GET": { path: ({ document }) => `/lists/${document}/export`, expected: all(404) },
  "Statistics GET": { path: "/statistics", expected: admins(200) },
  "Usage GET": { path: "/usage", expected: admins(200) },
  "Largest GET": { path: "/documents/largest", expected: admins(200) },
  "Epoch POST": { path: "/epoch", expected: admins(200) },
};

test("the matrix has every route that the Worker serves", async () => {
  const source = await readFile(new URL("../../worker/src/http/mod.rs", import.meta.url), "utf8");
  const arms = source.matchAll(/\(Resource::(\w+)(?:\([\w, ]+\))?, Method::(\w+)\)/g);
  const served = [...arms].map(([, resource, method]) => `${resource} ${method.toUpperCase()}`);
  assert.ok(served.length > 20, "the table was found");
  assert.deepEqual(served.sort(), Object.keys(ROUTES).sort());
});

describe("who may do what", () => {
  let place;
  let cells = 0;
  const closing = [];
  before(async () => {
    place = await openWorkspace({ after: (end) => closing.push(end) });
  });
  afterAll(async () => {
    for (const end of closing) await end();
  });

  const admin = async (method, path, body) => {
    const response = await call(place.api(path), { token: place.admin.token, method, body });
    assert.ok(response.ok, `${method} ${path}: ${response.status}`);
    return response.status === 204 ? undefined : response.json();
  };

  /** What a cell needs: a caller of its own, and things to act on. */
  const prepare = async (caller) => {
    cells += 1;
    const cell = { name: `${caller} ${cells}`, document: place.document.replace("automerge:", "") };
    const add = async (role, name) => (await admin("POST", "/members", { name, role })).member.id;
    cell.target = await add("viewer", `Target ${cells}`);
    cell.secret = (await admin("POST", "/invitations", { role: "viewer" })).link.split("#")[1];
    if (caller === "setup") cell.token = place.hub.secret;
    else if (caller !== "none") {
      cell.id = await add(caller === "revoked" ? "admin" : caller, `Caller ${cells}`);
      cell.token = (await admin("POST", `/members/${cell.id}/tokens`)).token;
    }
    if (caller === "revoked") await admin("DELETE", `/members/${cell.id}`);
    return cell;
  };

  /** Begins a request of the cell with half of its body. */
  const ask = (route, cell, share) => {
    const [, method] = route.split(" ");
    const { path, body } = ROUTES[route];
    const resource = typeof path === "function" ? path(cell) : path;
    const socket = resource === "sync";
    const url = socket ? place.sync.replace(/^ws/, "http") : place.api(resource);
    const bytes = body?.(cell) ?? Buffer.alloc(0);
    const half = begin(url, {
      method,
      token: cell.token,
      body: bytes.subarray(0, Math.ceil(bytes.length * share)),
      length: bytes.length,
      headers: {
        "content-type": bytes === record ? "application/cbor-seq" : "application/json",
        // Wrong secrets make an address wait: each cell has its own.
        "cf-connecting-ip": `2001:db8::${cells.toString(16)}`,
        ...(socket
          ? { connection: "Upgrade", upgrade: "websocket", "sec-websocket-version": "13", "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==" }
          : {}),
      },
    });
    half.rest = bytes.subarray(Math.ceil(bytes.length * share));
    return half;
  };

  /** Until the hub has let the request in: it is among those under way. */
  const isUnderWay = (count) =>
    until("the request to be under way", async () => {
      const figures = await (await call(place.api("/statistics"), { token: place.admin.token })).json();
      // This one is under way too.
      return figures.requests >= count + 1;
    });

  // `patient`: who may do it depends on more than who asks, and is found out only once the body is there.
  for (const [route, { body, expected, revoked = REVOKED, patient = false }] of Object.entries(ROUTES)) {
    for (const caller of CALLERS) {
      test(`${route}, asked by ${caller}`, async () => {
        const { status } = await ask(route, await prepare(caller), 1).answer;
        assert.equal(status, expected[caller]);
      });
    }
    for (const caller of ROLES) {
      const changes = [
        ["revoked", (cell) => admin("DELETE", `/members/${cell.id}`), revoked],
        ["demoted", (cell) => admin("PATCH", `/members/${cell.id}`, { role: "viewer" }), expected.viewer],
      ];
      for (const [moment, change, late] of changes) {
        test(`${route}, begun by ${caller}, ended after being ${moment}`, async () => {
          const cell = await prepare(caller);
          const half = ask(route, cell, 0.5);
          // Who couldn't do it anyway is answered at once, and so is what takes no body.
          const waits = body !== undefined && (expected[caller] < 400 || patient);
          if (!waits) {
            assert.equal((await half.answer).status, expected[caller]);
            half.destroy();
            return;
          }
          await isUnderWay(1);
          await change(cell);
          const { status } = await half.end(half.rest);
          assert.equal(status, late);
        });
      }
    }
  }
});
