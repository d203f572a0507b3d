// An unmodified automerge-repo client and the app in Chromium: one document, edited in both.

import assert from "node:assert/strict";
import { test } from "node:test";

import * as Automerge from "@automerge/automerge";
import { parseAutomergeUrl, updateText } from "@automerge/automerge-repo";

import { scalar } from "../worker/support/genesis.mjs";
import { text } from "../worker/support/issue.mjs";
import { stockClient, walk } from "../worker/support/stock.mjs";
import { until } from "../worker/support/until.mjs";
import { act, choose, comment, ranked, read, report, retitle } from "./support/hands.mjs";
import { openPlace } from "./support/place.mjs";

test("a stock client and the app edit one issue, and have the same one", async (context) => {
  const place = await openPlace(context);
  const ann = await place.device((await place.person("Ann")).token);
  const { page } = ann;
  const address = await report(ann, "LNet drops", { description: "First line.\n\nLast line." });
  await ann.visit("list/agreed");
  await act(page, "LNet drops", /Add to the list, at the bottom/);
  await ann.stored();
  await read(ann, address);
  await watchConnection(page);

  // From the workspace's URL to the issue, by nothing but what the documents say.
  const repo = stockClient(place, (await place.person("Ben")).token);
  const workspace = await walk(repo, place.document);
  const list = await walk(repo, text(workspace.doc().lists.agreed));
  const [url] = await until("the rank", () => {
    const ranks = Object.keys(list.doc().ranks);
    return ranks.length === 1 && ranks;
  });
  assert.equal(url, `automerge:${address.replace("issue/", "")}`);
  const issue = await walk(repo, url);
  // Whoever is connected is shown to be here, whatever they are connected with.
  await page.getByRole("list", { name: "People here" }).getByRole("img", { name: "Ben" }).waitFor();
  await until("the issue", () => text(issue.doc().title) === "LNet drops");
  assert.equal(text(issue.doc().description), "First line.\n\nLast line.");

  // Its edits stand on Ann's open page; nothing else that it says is taken for anything.
  issue.broadcast({ cursor: 7 });
  issue.change((draft) => (draft.title = scalar("LNet drops packets")));
  issue.change((draft) => updateText(draft, ["description"], "First line, by Ben.\n\nLast line."));
  await titled(page, "LNet drops packets");
  await page.getByText("First line, by Ben.").waitFor();

  // Ann's stand in its copy: fields, a comment, and what both type into one text.
  await choose(page, "Priority", "Critical");
  await comment(page, "We see it, too.");
  await page.getByRole("region", { name: "Description" }).getByRole("button", { name: "Edit" }).click();
  const field = page.locator("textarea.description-input");
  await field.evaluate((field) => field.setSelectionRange(field.value.length, field.value.length));
  await Promise.all([
    field.pressSequentially(" Ann was here.", { delay: 20 }),
    (async () => {
      for (const word of ["At ", "our ", "site: "]) {
        const before = text(issue.doc().description);
        issue.change((draft) => Automerge.splice(draft, ["description"], before.indexOf("First"), 0, word));
        await until("the word", async () => (await field.inputValue()).includes(word));
      }
    })(),
  ]);
  const both = "At our site: First line, by Ben.\n\nLast line. Ann was here.";
  await page.waitForFunction((text) => document.querySelector("textarea.description-input")?.value === text, both);
  await until("Ann's edits", () => {
    const { priority, comments, description } = issue.doc();
    const bodies = Object.values(comments).map(({ body }) => text(body));
    return text(priority) === "critical" && bodies.includes("We see it, too.") && text(description) === both;
  });
  await page.keyboard.press("Escape");

  // Apart, and then both at once: the title is in conflict for both, with the same two values.
  await ann.context.setOffline(true);
  await ann.offline();
  await retitle(page, "LNet drops packets (Ann)");
  issue.change((draft) => (draft.title = scalar("LNet drops packets (Ben)")));
  await ann.context.setOffline(false);
  await ann.live();
  await ann.stored();
  await page.getByRole("list", { name: "Values for Title" }).waitFor();
  const values = await until("both titles", () => {
    const all = Object.values(Automerge.getConflicts(issue.doc(), "title") ?? {}).map(text);
    return all.length === 2 && all.sort();
  });
  assert.deepEqual(values, ["LNet drops packets (Ann)", "LNet drops packets (Ben)"]);
  const shown = text(issue.doc().title);
  await titled(page, shown);

  // The same changes in both: what Ann's device keeps is what the stock client has.
  const heads = (document) => Automerge.getHeads(document).sort().join();
  const own = await until("the same heads", async () => {
    const document = await kept(page, url);
    return heads(document) === heads(issue.doc()) && document;
  });
  assert.deepEqual(Automerge.toJS(own), Automerge.toJS(issue.doc()));

  // Ranks: what it takes out of the list is out of the list.
  await ann.visit("list/agreed");
  assert.deepEqual(await ranked(page), [shown]);
  list.change((draft) => delete draft.ranks[url]);
  await until("the list without it", async () => (await ranked(page)).length === 0);
  assert.deepEqual(await connections(page), ["live", "offline", "live"], "nothing that it said broke Ann's connection");
  ann.assertQuiet();
});

function titled(page, title) {
  return page.waitForFunction((title) => document.querySelector("textarea.issue-title")?.value === title, title);
}

/** Notes from now on how the app stands with the hub: a client that disturbed it would have made it connect again. */
function watchConnection(page) {
  return page.evaluate(() => {
    const note = () => {
      const state = document.querySelector(".connection").dataset.state;
      if (globalThis.connections.at(-1) !== state) globalThis.connections.push(state);
    };
    globalThis.connections = [];
    note();
    new MutationObserver(note).observe(document.querySelector(".status-bar"), { attributes: true, subtree: true });
  });
}

/** The states since; how often it tried while it was offline is no matter. */
async function connections(page) {
  const states = await page.evaluate(() => globalThis.connections);
  return states.filter((state) => state !== "connecting").filter((state, n, all) => state !== all[n - 1]);
}

/** The document as Ann's device keeps it: its chunks, one after the other. */
async function kept(page, url) {
  const id = [...parseAutomergeUrl(url).binaryDocumentId];
  const chunks = await page.evaluate(async (id) => {
    const done = (request) =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const database = await done(indexedDB.open("docket:demo"));
    // All keys that begin with the document's id.
    const range = IDBKeyRange.bound(new Uint8Array(id), new Uint8Array([...id, ...Array(17).fill(255)]));
    const chunks = await done(database.transaction("chunks").objectStore("chunks").getAll(range));
    database.close();
    return chunks.map((chunk) => [...new Uint8Array(chunk.buffer ?? chunk)]);
  }, id);
  return Automerge.loadIncremental(Automerge.init(), Uint8Array.from(chunks.flat()));
}
