// Unmodified automerge-repo clients: they walk from the workspace to an issue, edit together, see one another.

import assert from "node:assert/strict";
import { test } from "node:test";

import * as Automerge from "@automerge/automerge";
import { updateText } from "@automerge/automerge-repo";

import { items } from "./support/cbor.mjs";
import { scalar } from "./support/genesis.mjs";
import { newIssue, rank, text } from "./support/issue.mjs";
import { RawDocument, RawSocket } from "./support/socket.mjs";
import { stockClient, walk } from "./support/stock.mjs";
import { until } from "./support/until.mjs";
import { call, openWorkspace } from "./support/workspace.mjs";

/** Puts an issue into the hub and at the top of the agreed list, by a stock client of `who`. */
async function fileIssue(repo, place, who, title) {
  const issue = newIssue(title, who.member.id);
  const handle = repo.import(Automerge.save(issue.document), { docId: issue.id });
  const workspace = await walk(repo, place.document);
  const list = await walk(repo, text(workspace.doc().lists.agreed));
  rank(list, issue.url, "80");
  return { ...issue, handle, list };
}

test("two stock clients walk from the workspace to an issue, and converge", async (context) => {
  const place = await openWorkspace(context);
  const ada = stockClient(place, place.member.token);
  const { url, handle } = await fileIssue(ada, place, place.member, "Lustre hangs");

  const ben = stockClient(place, place.admin.token);
  const workspace = await walk(ben, place.document);
  assert.equal(text(workspace.doc().name), "Support");
  assert.equal(text(workspace.doc().prefix), "SWG");
  const list = await walk(ben, text(workspace.doc().lists.agreed));
  await until("the rank", () => text(list.doc().ranks[url]) === "80");
  const [first] = Object.keys(list.doc().ranks);
  const issue = await walk(ben, first);
  assert.equal(text(issue.doc().title), "Lustre hangs");

  // Both type into the description at once, and set different fields.
  handle.change((draft) => updateText(draft, ["description"], "On mount."));
  issue.change((draft) => (draft.title = scalar("Lustre hangs on mount")));
  await until("both to have both", () =>
    text(handle.doc().title) === "Lustre hangs on mount" &&
    text(issue.doc().description) === "On mount.",
  );
  assert.deepEqual(handle.heads(), issue.heads());
});

test("presence passes, and only forwards", async (context) => {
  const place = await openWorkspace(context);
  const ada = stockClient(place, place.member.token);
  const ben = stockClient(place, place.viewer.token);
  const [hers, his] = await Promise.all([walk(ada, place.document), walk(ben, place.document)]);
  const seen = [];
  his.on("ephemeral-message", ({ message }) => seen.push(message.at));
  let at = 0;
  await until("presence", () => {
    at += 1;
    hers.broadcast({ at });
    return seen.length > 2;
  });
  assert.deepEqual(seen, [...seen].sort((a, b) => a - b));
});

test("an unknown document is unavailable within two seconds", async (context) => {
  const place = await openWorkspace(context);
  const repo = stockClient(place, place.member.token);
  await walk(repo, place.document);
  const { url } = newIssue("Nowhere", place.member.member.id);
  const before = performance.now();
  await assert.rejects(repo.find(url), /unavailable/);
  const took = performance.now() - before;
  assert.ok(took < 2_000, `${took} ms`);
});

test("a plain document is kept and shared, outside the catalogue", async (context) => {
  const place = await openWorkspace(context);
  const ada = stockClient(place, place.member.token);
  const mine = ada.create({ groceries: ["tea"] });
  const ben = stockClient(place, place.admin.token);
  const his = await until("the document", () => ben.find(mine.url));
  assert.deepEqual(his.doc(), { groceries: ["tea"] });
  his.change((draft) => draft.groceries.push("milk"));
  await until("the edit", () => mine.doc().groceries.length === 2);
  await place.restart();
  const cy = stockClient(place, place.admin.token);
  const again = await until("the document, after a restart", () => cy.find(mine.url));
  assert.deepEqual(again.doc(), { groceries: ["tea", "milk"] });
});

test("where plain documents aren't wanted they are refused", async (context) => {
  const place = await openWorkspace(context, { variables: {} });
  const socket = await (await RawSocket.open(place.sync, { token: place.member.token })).join("plain", { docket: true });
  const { id } = newIssue("x", place.member.member.id);
  const document = new RawDocument(socket, id);
  document.change((draft) => (draft.a = 1)).talk();
  await until("the refusal", () => {
    document.listen();
    return socket.frames.some((frame) => frame.type === "docket-refused");
  });
  const { documents } = await (await call(place.api("/statistics"), { token: place.admin.token })).json();
  assert.equal(documents, 2);
});

for (const role of ["viewer", "member"]) {
  test(`a stock client whose change is refused says little: a ${role}`, async (context) => {
    const place = await openWorkspace(context);
    const repo = stockClient(place, place[role].token);
    const workspace = await walk(repo, place.document);
    const before = await heads(place);
    let frames = 0;
    repo.adapter.socket.addEventListener("message", () => (frames += 1));
    const { send } = repo.adapter.socket;
    repo.adapter.socket.send = function (data) {
      frames += 1;
      return send.call(this, data);
    };
    // Neither role may rename the workspace.
    workspace.change((draft) => (draft.name = scalar("Mine")));
    await until("the change to be sent", () => frames > 0);
    // The window that the promise is about: nothing else is waited for.
    const end = performance.now() + 10_000;
    await until("the window to pass", () => performance.now() > end, 20_000);
    assert.ok(frames <= 5, `${frames} frames`);
    assert.deepEqual(await heads(place), before);
    context.diagnostic(`${frames} frames in 10 s after a refused change`);
  });
}

async function heads(place) {
  const response = await call(place.api("/documents"), { token: place.admin.token });
  return items(new Uint8Array(await response.arrayBuffer())).map((record) => record.heads);
}

test("a hand-made viewer changes nothing, and neither does one who writes as another's actor", async (context) => {
  const place = await openWorkspace(context);
  const socket = async (who, name) => (await RawSocket.open(place.sync, { token: who.token })).join(name, { docket: true });
  const [ada, viewer, vendor] = await Promise.all([socket(place.member, "ada"), socket(place.viewer, "viewer"), socket(place.vendor, "vendor")]);
  const made = newIssue("Mine", place.member.member.id);
  const hers = await new RawDocument(ada, made.id, made.document).sync();

  const seen = await new RawDocument(viewer, made.id).sync((doc) => text(doc.title) === "Mine");
  seen.change((draft) => (draft.title = scalar("Yours"))).force();
  const refused = await viewer.next((frame) => frame.type === "docket-refused");
  assert.equal(refused.refused.length, 1);

  // The vendor's copy goes on with Ada's actor.
  const copy = await new RawDocument(vendor, made.id).sync((doc) => text(doc.title) === "Mine");
  const as = Automerge.clone(copy.document, { actor: Automerge.getActorId(hers.document) });
  copy.document = Automerge.change(as, (draft) => (draft.labels.forged = true));
  copy.force();
  await vendor.next((frame) => frame.type === "docket-refused");

  hers.change((draft) => (draft.labels.seen = true));
  await hers.sync();
  assert.equal(text(hers.document.title), "Mine");
  assert.deepEqual(Object.keys(hers.document.labels), ["seen"]);
});

test("a title that isn't a scalar is refused, with words", async (context) => {
  const place = await openWorkspace(context);
  const socket = await (await RawSocket.open(place.sync, { token: place.member.token })).join("texts", { docket: true });
  const made = newIssue("Mine", place.member.member.id);
  const document = await new RawDocument(socket, made.id, made.document).sync();
  document.change((draft) => (draft.title = "a collaborative text")).talk();
  const { refused } = await socket.next((frame) => frame.type === "docket-refused");
  assert.ok(refused[0].message.length > 10, refused[0].message);
});
