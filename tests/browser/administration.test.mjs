// What only admins see: a document that is in the way goes without being opened, and the log tells of it.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import { report } from "./support/hands.mjs";
import { openPlace } from "./support/place.mjs";

test("an admin purges a document unopened, renews the epoch, and finds both in the log", async (context) => {
  const place = await openPlace(context);
  const ann = await place.device((await place.person("Ann")).token);
  const admin = await place.device(place.admin.token);
  const { page } = admin;
  await report(ann, "In the way");
  await report(ann, "That stays");
  await ann.stored();
  await ann.visit("issues");
  await ann.page.locator('#list[aria-rowcount="2"]').waitFor();

  await admin.visit("usage");
  await page.getByRole("region", { name: "Quotas" }).getByText(/^4 of /).waitFor();
  await page.getByRole("button", { name: /^Purge .*In the way/ }).click();
  const dialog = page.getByRole("dialog");
  const purge = dialog.getByRole("button", { name: "Purge" });
  await dialog.getByRole("textbox").fill("del");
  assert.ok(await purge.isDisabled(), "not before the whole word is typed");
  await dialog.getByRole("textbox").fill("delete");
  await purge.click();
  await page.getByText("It is deleted for good.").waitFor();
  await page.getByRole("button", { name: /^Purge .*In the way/ }).waitFor({ state: "detached" });
  await ann.page.locator('#list[aria-rowcount="1"]').waitFor();

  await page.getByRole("button", { name: "Renew the epoch…" }).click();
  await dialog.getByRole("button", { name: "Renew it" }).click();
  await page.getByText("The epoch is renewed").waitFor();
  await report(ann, "After the renewal");
  await ann.stored();

  await admin.visit("audit");
  const log = page.getByRole("region", { name: "Entries" });
  await log.getByText("renewed the epoch").waitFor();
  await log.getByText("deleted a document for good").waitFor();
  const all = await log.locator("li").count();
  await page.getByRole("searchbox").fill("for good");
  await log.getByText("renewed the epoch").waitFor({ state: "detached" });
  assert.ok((await log.locator("li").count()) < all);
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "All as JSON Lines" }).click()]);
  const lines = (await readFile(await download.path(), "utf8")).trim().split("\n");
  assert.equal(lines.map((line) => JSON.parse(line)).length, all);

  // Nobody else sees any of it.
  for (const address of ["usage", "audit"]) {
    await ann.visit(address);
    await ann.page.getByRole("heading", { name: "This page is for admins" }).waitFor();
  }
  ann.assertQuiet();
  admin.assertQuiet();
});
