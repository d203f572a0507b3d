// What leaves for people and other programs, for each asker what they may read.

import assert from "node:assert/strict";
import { test } from "node:test";

import * as Automerge from "@automerge/automerge";

import { encode, items } from "./support/cbor.mjs";
import { scalar } from "./support/genesis.mjs";
import { importedIssue } from "./support/import.mjs";
import { newIssue, rank, text } from "./support/issue.mjs";
import { stockClient, walk } from "./support/stock.mjs";
import { until } from "./support/until.mjs";
import { call, openWorkspace } from "./support/workspace.mjs";

async function put(place, who, issues) {
  const body = Buffer.concat(issues.map(({ bytes, document }) => encode({ document: bytes, changes: Automerge.getAllChanges(document) })));
  const response = await call(place.api("/documents"), { token: who.token, method: "PUT", body: new Uint8Array(body) });
  for (const { refused } of items(new Uint8Array(await response.arrayBuffer()))) assert.deepEqual(refused, []);
}

/** The text of an export, its type and the name it would be saved under. */
async function leave(place, who, resource) {
  const response = await call(place.api(resource), { token: who.token });
  const [, name] = /filename="(.+)"/.exec(response.headers.get("content-disposition")) ?? [];
  return { status: response.status, type: response.headers.get("content-type"), name, text: await response.text() };
}

/** The rows of a table, each an object by the header's names; of several columns with one name the values that aren't empty. */
function table(text) {
  const rows = [[""]];
  let quoted = false;
  for (const character of text.replace(/^\ufeff/, "")) {
    const row = rows.at(-1);
    if (character === '"') quoted = !quoted;
    else if (quoted || !",\n\r".includes(character)) row[row.length - 1] += character;
    else if (character === ",") row.push("");
    else if (character === "\n") rows.push([""]);
  }
  const [header, ...body] = rows.filter((row) => row.length > 1);
  return body.map((row) => Object.fromEntries(header.map((name, place) => [name, row[place]])));
}

test("issues leave in three formats, for each asker those they may read", async (context) => {
  const place = await openWorkspace(context);
  const me = place.member.member.id;
  const issues = Array.from({ length: 150 }, (_, n) => newIssue(`Issue, “${n}”`, me));
  const hidden = newIssue("For the group", me);
  const deleted = newIssue("Deleted", me);
  deleted.document = Automerge.change(deleted.document, (draft) => {
    draft.deleted_at = new Date();
    draft.deleted_by = scalar(me);
  });
  const imported = importedIssue(place.document, "jira", "LU-7", "Imported");
  await put(place, place.member, [...issues, hidden, deleted, imported]);
  const audience = await call(place.api(`/documents/${hidden.id}/audience`), { token: place.admin.token, method: "PUT", body: { audience: "group" } });
  assert.equal(audience.status, 204);

  const lines = await leave(place, place.member, "/export?format=jsonl");
  assert.deepEqual([lines.status, lines.type, lines.name], [200, "application/jsonl; charset=utf-8", "demo.jsonl"]);
  const written = lines.text.trim().split("\n").map((line) => JSON.parse(line));
  assert.equal(written.length, 153);
  assert.equal(new Set(written.map(({ document }) => document)).size, 153);
  // After one that broke off.
  const rest = await leave(place, place.member, `/export?format=jsonl&after=${written[99].document}`);
  assert.equal(rest.text, lines.text.trim().split("\n").slice(100).map((line) => `${line}\n`).join(""));
  const seen = await leave(place, place.viewer, "/export?format=jsonl");
  assert.equal(seen.text.trim().split("\n").length, 152);
  assert.ok(lines.text.includes("For the group") && !seen.text.includes("For the group"));

  const csv = await leave(place, place.viewer, "/export?format=csv");
  assert.deepEqual([csv.status, csv.type, csv.name], [200, "text/csv; charset=utf-8", "demo.csv"]);
  const rows = table(csv.text);
  assert.equal(rows.length, 152);
  assert.ok(rows.some((row) => Object.values(row).includes("Issue, “149”")));

  const last = await leave(place, place.viewer, `/export?format=csv&after=${written[140].document}`);
  assert.ok(csv.text.endsWith(last.text) && last.text.length > 0);

  const jira = await leave(place, place.member, "/export?format=jira-csv");
  assert.deepEqual([jira.status, jira.name], [200, "demo-jira.csv"]);
  const theirs = table(jira.text);
  // Another tracker knows no deleted issues.
  assert.equal(theirs.length, 152);
  assert.ok(theirs.some((row) => row["Issue key"] === "LU-7" && row.Summary === "Imported"));
  assert.ok(!jira.text.includes("Deleted"));

  for (const query of ["", "?format=", "?format=xml", "?format=csv&after=x", `?format=jira-csv&after=${hidden.id}`]) {
    assert.equal((await leave(place, place.viewer, `/export${query}`)).status, 422);
  }
});

test("a list leaves in its order", async (context) => {
  const place = await openWorkspace(context);
  const me = place.member.member.id;
  const [first, second, hidden] = ["First", "Second", "Hidden"].map((title) => newIssue(title, me));
  await put(place, place.member, [second, first, hidden]);
  const repo = stockClient(place, place.member.token);
  const workspace = await walk(repo, place.document);
  const url = text(workspace.doc().lists.agreed);
  const list = await walk(repo, url);
  rank(list, second.url, "90");
  rank(list, hidden.url, "88");
  rank(list, first.url, "80");
  const audience = await call(place.api(`/documents/${hidden.id}/audience`), { token: place.admin.token, method: "PUT", body: { audience: "group" } });
  assert.equal(audience.status, 204);
  const resource = `/lists/${url.replace("automerge:", "")}/export`;
  const titles = async (who) => table((await leave(place, who, resource)).text).map((row) => `${row.Rank} ${row.Title}`);
  await until("the order to be stored", async () => (await titles(place.member)).length === 3);
  assert.deepEqual(await titles(place.member), ["1 First", "2 Hidden", "3 Second"]);
  assert.deepEqual(await titles(place.viewer), ["1 First", "2 Second"]);
  const { type, name } = await leave(place, place.viewer, resource);
  assert.deepEqual([type, name], ["text/csv; charset=utf-8", "demo-agreed.csv"]);
  // What is no list, or isn't there, is neither.
  for (const id of [first.id, newIssue("Nowhere", me).id]) {
    assert.equal((await leave(place, place.viewer, `/lists/${id}/export`)).status, 404);
  }
});
