// A list that is full goes on in another document: at the limits as they are, through bulk writes, for stock clients.

import assert from "node:assert/strict";
import { test } from "node:test";

import * as Automerge from "@automerge/automerge";

import { encode, items } from "./support/cbor.mjs";
import { scalar } from "./support/genesis.mjs";
import { newIssue, rank, text } from "./support/issue.mjs";
import { stockClient, walk } from "./support/stock.mjs";
import { until } from "./support/until.mjs";
import { call, openWorkspace } from "./support/workspace.mjs";

/** `domain::limits`: 40,000 changes, of which 60 in a hundred are full. */
const FULL = 24_000;
const ISSUES = Array.from({ length: 60 }, (_, n) => newIssue(`Issue ${n}`, "m-1").url);

/** The URLs of a list, in its order. */
function order(list) {
  const ranks = Object.entries(list.ranks).map(([url, place]) => [text(place), url]);
  return ranks.sort().map(([, url]) => url);
}

async function documents(place) {
  const response = await call(place.api("/documents"), { token: place.member.token });
  return items(new Uint8Array(await response.arrayBuffer()));
}

test("a list of 24,000 moves goes on, and a stock client follows", async (context) => {
  const place = await openWorkspace(context);
  const stored = (await documents(place)).find(({ chunk }) => text(Automerge.load(chunk).kind) === "list");
  let list = Automerge.clone(Automerge.load(stored.chunk));
  const put = async (changes) => {
    const body = encode({ document: stored.document, changes });
    const response = await call(place.api("/documents"), { token: place.member.token, method: "PUT", body });
    assert.equal(response.status, 200);
    return items(new Uint8Array(await response.arrayBuffer()))[0];
  };

  // Somebody has the list open, and follows it where it goes on as the README says.
  const ada = stockClient(place, place.viewer.token);
  const workspace = await walk(ada, place.document);
  const first = await walk(ada, text(workspace.doc().lists.agreed));
  assert.equal(first.doc().next, undefined);

  let moves = 0;
  let slowest = 0;
  while (moves < FULL + 1_000) {
    const changes = [];
    while (changes.length < 1_000) {
      const place = Math.trunc((moves * 7919) % 60_000).toString(16).toUpperCase().padStart(4, "0");
      list = Automerge.change(list, (draft) => (draft.ranks[ISSUES[moves % 60]] = scalar(place)));
      changes.push(Automerge.getLastLocalChange(list));
      moves += 1;
    }
    const before = performance.now();
    const answer = await put(changes);
    slowest = Math.max(slowest, performance.now() - before);
    if (answer.refused.length > 0) {
      // The list had ended: what came after that is refused by name.
      assert.ok(moves > FULL * 0.9, `${moves}`);
      assert.deepEqual(new Set(answer.refused.map(({ code }) => code)), new Set(["moved"]));
      moves -= changes.length;
      break;
    }
  }
  context.diagnostic(`ended after ${moves} moves; the slowest thousand took ${Math.round(slowest)} ms`);
  assert.ok(moves <= FULL + 1_000, `${moves}`);

  await until("the list's end", () => first.doc().next, 60_000);
  const next = await walk(ada, text(first.doc().next));
  assert.equal(text(next.doc().previous), first.url);
  assert.equal(text(next.doc().first), first.url);
  assert.deepEqual(order(next.doc()), order(first.doc()));
  assert.equal(order(next.doc()).length, 60);

  // It is edited there as before, also after the object was built anew.
  await place.evict();
  const ben = stockClient(place, place.member.token);
  const moved = await walk(ben, next.url);
  rank(moved, ISSUES[7], "01");
  await until("the move", () => order(next.doc())[0] === ISSUES[7]);

  // Under the list's first URL the hub exports the present one.
  const exported = await call(place.api(`/lists/${first.url.slice(10)}/export`), { token: place.viewer.token });
  assert.equal(exported.status, 200);
  const { length } = (await documents(place)).filter(({ chunk }) => text(Automerge.load(chunk).kind) === "list");
  assert.equal(length, 2);
});
