// The hub takes nothing for a while: that is named, nothing is lost, and nobody hammers at it. What a platform's quota
// does can't be had here, so its two answers are given in the hub's place: everything else is the hub's.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";

import { comment, read, report } from "./support/hands.mjs";
import { openPlace } from "./support/place.mjs";

const FILE = path.resolve(import.meta.dirname, "../fixtures/jira/jira_rest_1499.jsonl.gz");
const FEW = 20;

test("when the quota of the day is used up, changes wait, and nobody asks again and again", async (context) => {
  const place = await openPlace(context);
  const ann = await place.device((await place.person("Ann")).token);
  const bob = await place.device((await place.person("Bob")).token);
  const issue = await report(ann, "Printer is on fire");
  await ann.stored();
  let tries = 0;
  let full = true;
  await ann.page.routeWebSocket(/\/sync\/demo$/, (socket) => {
    tries += 1;
    if (full) socket.close({ code: 4008, reason: "The hub's quota of the day is used up. It takes changes again at midnight UTC." });
    else socket.connectToServer();
  });
  await ann.goto(issue);
  await ann.page.locator('.connection[data-state="waiting"]').waitFor();
  await ann.page.locator(".status-note.hold", { hasText: "The hub’s quota of the day is used up" }).waitFor();
  await comment(ann.page, "Water is coming.");
  await ann.page.locator(".status-link.pending", { hasText: "1 change not yet stored" }).waitFor();
  // The network's coming and going is no reason to try.
  await ann.context.setOffline(true);
  await ann.context.setOffline(false);
  await comment(ann.page, "It is out.");
  await ann.page.locator(".status-link.pending", { hasText: "2 changes not yet stored" }).waitFor();
  assert.equal(tries, 1);
  await ann.screenshot("quota");

  full = false;
  await ann.page.reload();
  await ann.live();
  await ann.stored();
  await read(bob, issue);
  await bob.page.getByText("Water is coming.").waitFor();
  await bob.page.getByText("It is out.").waitFor();
  ann.assertQuiet();
});

test("an import waits as long as it is told, and all of it arrives", async (context) => {
  const place = await openPlace(context);
  const ann = await place.device((await place.person("Ann")).token);
  const { page } = ann;
  const answered = [];
  await ann.context.route("**/api/v1/workspaces/demo/documents", async (route) => {
    if (route.request().method() !== "PUT") return route.continue();
    answered.push(performance.now());
    if (answered.length > 2) return route.continue();
    const error = { code: "too-many", message: "You have sent too much for now. Wait a little." };
    return route.fulfill({ status: 429, headers: { "retry-after": "2" }, json: { error } });
  });
  const lines = gunzipSync(await readFile(FILE)).toString("utf8").split("\n").slice(0, FEW);
  await ann.visit("import");
  await page.locator('input[type="file"]').setInputFiles({ name: "few.jsonl", mimeType: "application/jsonl", buffer: Buffer.from(lines.join("\n")) });
  await page.getByRole("button", { name: `Import ${FEW} issues` }).click();
  await page.locator(".status-note.hold", { hasText: "The hub asks this device to wait until" }).waitFor();
  await ann.stored();
  assert.ok(answered.length >= 3);
  assert.ok(answered[1] - answered[0] >= 2_000 && answered[2] - answered[1] >= 2_000, "it waited as long as it was told");
  const bob = await place.device((await place.person("Bob")).token);
  await bob.visit("issues");
  await bob.page.locator(`#list[aria-rowcount="${FEW}"]`).waitFor();

  // Who brought it stands with each of them.
  await bob.page.locator("#list .line .title a").first().click();
  await bob.page.locator("aside.issue-fields dl.facts", { hasText: "Imported by" }).getByText(/^Ann, /).waitFor();
  await bob.screenshot("imported-by");
  ann.assertQuiet();
});
