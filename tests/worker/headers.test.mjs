// What every answer carries, cookies of one host alone, and that no answer tells a taken name from a free one.

import assert from "node:assert/strict";
import { request } from "node:http";
import { test } from "node:test";

import { call, openWorkspace } from "./support/workspace.mjs";

const HEADERS = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

/** Asks the Worker itself, as if over https: nothing on this machine has a certificate. */
async function secure(place, resource, { method = "GET", token, cookie, body, origin } = {}) {
  const headers = {
    ...(token && { authorization: `Bearer ${token}` }),
    ...(cookie && { cookie }),
    ...(origin && { origin }),
    ...(body && { "content-type": "application/json" }),
  };
  const url = `https://docket.example/api/v1${resource}`;
  return place.hub.miniflare.dispatchFetch(url, { method, headers, body: body && JSON.stringify(body) });
}

test("every answer carries what protects it, and the strict transport over https alone", async (context) => {
  const place = await openWorkspace(context);
  const asked = [
    ["/health", 200],
    ["/nothing", 404],
    ["/workspaces/demo", 401],
    ["/workspaces/demo", 200, place.admin.token],
    ["/workspaces/demo/documents", 200, place.admin.token],
    ["/workspaces/demo/export?format=csv", 200, place.admin.token],
    ["/workspaces/demo/nothing", 404, place.admin.token],
  ];
  for (const [resource, status, token] of asked) {
    const plain = await call(`${place.hub.url}/api/v1${resource}`, { token });
    const over = await secure(place, resource, { token });
    for (const response of [plain, over]) {
      assert.equal(response.status, status, resource);
      for (const [name, value] of Object.entries(HEADERS)) assert.equal(response.headers.get(name), value, `${resource}: ${name}`);
      assert.match(response.headers.get("permissions-policy"), /camera=\(\).*microphone=\(\)/, resource);
      await response.arrayBuffer();
    }
    assert.equal(plain.headers.get("strict-transport-security"), null, resource);
    assert.equal(over.headers.get("strict-transport-security"), "max-age=31536000", resource);
  }
  // The app's own files.
  const page = await fetch(place.hub.url);
  assert.match(page.headers.get("permissions-policy"), /camera=\(\)/);
  assert.equal(page.headers.get("strict-transport-security"), "max-age=31536000");
  assert.equal(page.headers.get("cross-origin-opener-policy"), "same-origin");
  await page.text();
});

test("over https the session's cookie is this host's alone, and an older one is replaced once", async (context) => {
  const place = await openWorkspace(context);
  const origin = "https://docket.example";
  const begin = (token, options) => secure(place, "/workspaces/demo/session", { method: "POST", body: { token }, origin, ...options });
  const begun = await begin(place.member.token);
  assert.equal(begun.status, 201);
  const [set, forgotten] = begun.headers.getSetCookie();
  assert.match(set, /^__Host-docket_demo=dkt_\w+; Path=\/; HttpOnly; SameSite=Strict; Max-Age=7776000; Secure$/);
  assert.match(forgotten, /^docket_demo=; .*Max-Age=0/);
  const value = set.split(";")[0].replace("__Host-docket_demo=", "");
  const me = async (cookie) => {
    const response = await secure(place, "/workspaces/demo", { cookie });
    return [response.status, (await response.json()).member?.id, response.headers.getSetCookie()];
  };
  assert.deepEqual(await me(`__Host-docket_demo=${value}`), [200, place.member.member.id, []]);
  // Somebody plants a cookie of the plain name: the host's own counts, and by itself it opens nothing.
  const planted = (await begin(place.vendor.token)).headers.getSetCookie()[0].split(";")[0].replace("__Host-", "");
  assert.deepEqual(await me(`${planted}; __Host-docket_demo=${value}`), [200, place.member.member.id, []]);
  assert.equal((await me(planted))[0], 401);
  // One that was set before the update still counts, and is replaced.
  await place.sql("UPDATE credentials SET made_at = 1 WHERE kind = 'session' AND member = ?", place.member.member.id);
  const [status, id, cookies] = await me(`docket_demo=${value}`);
  assert.deepEqual([status, id], [200, place.member.member.id]);
  assert.deepEqual(cookies.map((cookie) => cookie.split(";")[0]), [`__Host-docket_demo=${value}`, "docket_demo="]);
  // Signing out forgets both.
  const out = await secure(place, "/workspaces/demo/session", { method: "DELETE", cookie: `__Host-docket_demo=${value}`, origin });
  assert.equal(out.status, 204);
  assert.deepEqual(out.headers.getSetCookie().map((cookie) => cookie.split(";")[0]).sort(), ["__Host-docket_demo=", "docket_demo="]);
});

/** All of an answer as it comes over the wire, but the date and the name that was asked for. */
function raw(url, { method, headers, body }) {
  return new Promise((resolve, reject) => {
    const asked = request(url, { method, headers }, (response) => {
      const parts = [];
      response.on("data", (part) => parts.push(part));
      response.on("end", () => {
        const lines = [];
        for (let n = 0; n < response.rawHeaders.length; n += 2) {
          if (!/^(date|keep-alive)$/i.test(response.rawHeaders[n])) lines.push(`${response.rawHeaders[n]}: ${response.rawHeaders[n + 1]}`);
        }
        resolve(`${response.statusCode}\n${lines.join("\n")}\n\n${Buffer.concat(parts).toString("latin1")}`);
      });
    });
    asked.on("error", reject);
    asked.end(body);
  });
}

test("no answer tells a taken name from a free one", async (context) => {
  const place = await openWorkspace(context);
  const id = place.document.replace("automerge:", "");
  const resources = [
    "", "/members", "/members/m-1", "/members/m-1/tokens", "/members/m-1/credentials", "/members/m-1/credentials/0a", "/invitations",
    "/invitations/accept", "/session", "/documents", `/documents/${id}`, `/documents/${id}/audience`, "/bundle", "/bundle?offset=x",
    "/export?format=jsonl", `/lists/${id}/export`, "/statistics", "/audit", "/audit?format=jsonl", "/nothing",
  ];
  const bodies = [
    undefined,
    ["application/json", "{"],
    ["application/json", "{}"],
    ["text/plain", "{}"],
    ["application/json", JSON.stringify({ token: "dkt_wrong" })],
    ["application/json", JSON.stringify({ token: "", ask: true })],
    ["application/json", JSON.stringify({ secret: "dkt_wrong", name: "" })],
    ["application/json", JSON.stringify({ secret: "", name: "X", over: "m-1" })],
    ["application/json", JSON.stringify({ name: "X", role: "admin" })],
    ["application/json", "x".repeat(20_000)],
    ["application/cbor-seq", "\u0001"],
  ];
  const shows = [
    {},
    { authorization: "Bearer dkt_wrong" },
    { authorization: "Basic eDp5" },
    { authorization: "Bearer" },
    { cookie: "docket_demo=dkt_wrong; docket_free=dkt_wrong" },
    { origin: "https://evil.example" },
    { upgrade: "websocket", connection: "upgrade", "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==", "sec-websocket-version": "13" },
  ];
  let compared = 0;
  const seen = new Set();
  for (const resource of resources) {
    for (const method of ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]) {
      for (const [n, shown] of shows.entries()) {
        if (shown.upgrade && method !== "GET") continue;
        for (const body of ["GET", "HEAD", "OPTIONS"].includes(method) ? [undefined] : bodies) {
          compared += 1;
          // Each from an address of its own, so that the brake on guessing doesn't answer for both.
          const address = `10.${n}.${Math.floor(compared / 250) % 250}.${compared % 250}`;
          const headers = { "cf-connecting-ip": address, ...shown, ...(body && { "content-type": body[0], "content-length": `${Buffer.byteLength(body[1])}` }) };
          const [taken, free] = await Promise.all(
            ["demo", "free"].map((slug) => raw(place.api(resource).replace("/demo", `/${slug}`), { method, headers, body: body?.[1] })),
          );
          assert.equal(taken, free, `${method} ${resource} ${JSON.stringify(shown)} ${body?.[1]?.slice(0, 50)}`);
          seen.add(taken.slice(0, 3));
        }
      }
    }
  }
  assert.ok(compared > 4_000, `${compared}`);
  assert.ok(["401", "403", "413", "422"].every((status) => seen.has(status)), [...seen].join(" "));
  assert.ok(!seen.has("200") && !seen.has("409"), [...seen].join(" "));
  // Nor does the brake on guessing.
  const answers = [];
  for (const slug of ["demo", "free"]) {
    const statuses = [];
    for (let n = 0; n < 90; n += 1) {
      const headers = { "cf-connecting-ip": "192.0.2.1", "content-type": "application/json" };
      const [resource, options] = n % 2 ? ["/session", { body: { token: `dkt_${n}` } }] : ["/invitations/accept", { body: { secret: `dkt_${n}`, name: "X" } }];
      statuses.push((await call(place.api(resource).replace("/demo", `/${slug}`), { method: "POST", headers, ...options })).status);
    }
    answers.push(statuses);
  }
  assert.deepEqual(answers[0], answers[1]);
  assert.ok(answers[0].includes(401) && answers[0].includes(429));
});
