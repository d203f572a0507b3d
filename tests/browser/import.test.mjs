// 1,499 real issues come in from a file, once, and reach everybody, who then can do without a network.

import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";

import { outcome, whole } from "./support/hands.mjs";
import { openPlace } from "./support/place.mjs";

const FILE = path.resolve(import.meta.dirname, "../fixtures/jira/jira_rest_1499.jsonl.gz");

test("an import comes in whole, once, and is on the other's screen in 3 s", { timeout: 280_000 }, async (context) => {
  const place = await openPlace(context);
  const ann = await place.device((await place.person("Ann")).token);
  const { page } = ann;
  await ann.visit("import");
  await page.locator('input[type="file"]').setInputFiles(FILE);
  await page.getByRole("button", { name: "Import 1,499 issues" }).click({ timeout: 60_000 });
  await page.getByText("Done: 1,499 issues stored on this device.").waitFor({ timeout: 90_000 });
  await page.locator(".status-link.pending", { hasText: "All stored" }).waitFor({ state: "attached", timeout: 120_000 });

  // Again: nothing would come in.
  await ann.visit("import");
  await page.getByRole("button", { name: "Another file" }).click();
  await page.locator('input[type="file"]').setInputFiles(FILE);
  await page.getByText("Nothing new would come in.").waitFor({ timeout: 60_000 });

  // A second client, from nothing.
  const { token } = await place.person("Bob");
  const bob = await place.device(token);
  await bob.visit("issues?status=open");
  await bob.page.waitForFunction(() => Number(document.querySelector("#list")?.getAttribute("aria-rowcount")) > 0);
  await bob.close();
  await bob.open();
  const start = performance.now();
  await bob.goto("issues?status=open");
  await bob.page.locator("#list .line .title a").first().waitFor();
  const opened = performance.now() - start;
  console.log(`a second client has the list ${opened.toFixed(0)} ms after opening`);
  assert.ok(opened < 3_000, `${opened} ms`);

  // Once the status bar has nothing to fetch any more, every open issue is there without a network.
  await bob.ready();
  const issues = await whole(bob.page);
  await ann.visit("issues?status=open");
  await ann.page.locator(`#list[aria-rowcount="${issues.length}"]`).waitFor();
  await bob.context.setOffline(true);
  await bob.offline();
  await bob.page.reload();
  await bob.offline();
  assert.deepEqual(await whole(bob.page), issues);
  for (const issue of issues) assert.equal(await outcome(bob, issue), issue.title);

  // The last one of all by its keys, as somebody without a mouse gets there.
  await bob.visit("issues?status=open");
  await bob.page.locator("#list .line .title a").first().waitFor();
  await bob.page.keyboard.press("End");
  await bob.page.locator('#list .line[aria-selected="true"]').waitFor();
  await bob.page.keyboard.press("Enter");
  await bob.page.waitForFunction((title) => document.querySelector("textarea.issue-title")?.value === title, issues.at(-1).title);
  ann.assertQuiet();
  bob.assertQuiet();
});
