// Two people type in one description at once, one of them without a network for a while.

import assert from "node:assert/strict";
import { test } from "node:test";

import { read, report } from "./support/hands.mjs";
import { openPlace } from "./support/place.mjs";

test("what two people type in one text is all there, in both places", async (context) => {
  const place = await openPlace(context);
  const ann = await place.device((await place.person("Ann")).token);
  const bob = await place.device((await place.person("Bob")).token);
  const issue = await report(ann, "Client evicted", { description: "First line.\n\nLast line." });
  await ann.stored();
  await read(bob, issue);
  const fields = [];
  for (const { page } of [ann, bob]) {
    await page.getByRole("button", { name: /Edit the description|Edit/ }).first().click();
    const field = page.locator("textarea.description-input");
    await field.waitFor();
    fields.push(field);
  }
  const [left, right] = fields;
  await left.evaluate((field) => field.setSelectionRange(0, 0));
  await right.evaluate((field) => field.setSelectionRange(field.value.length, field.value.length));
  await Promise.all([
    left.pressSequentially("Ann was here. ", { delay: 30 }),
    right.pressSequentially(" Bob was, too.", { delay: 30 }),
  ]);
  const both = "Ann was here. First line.\n\nLast line. Bob was, too.";
  for (const { page } of [ann, bob]) {
    await page.waitForFunction((text) => document.querySelector("textarea.description-input")?.value === text, both);
  }
  await bob.context.setOffline(true);
  await bob.offline();
  await right.pressSequentially(" From the train.");
  await left.pressSequentially("From the office. ");
  await ann.stored();
  await bob.context.setOffline(false);
  await bob.live();
  const all = "Ann was here. From the office. First line.\n\nLast line. Bob was, too. From the train.";
  for (const { page } of [ann, bob]) {
    await page.waitForFunction((text) => document.querySelector("textarea.description-input")?.value === text, all);
  }
  assert.equal(await left.evaluate((field) => field.selectionStart), "Ann was here. From the office. ".length, "the caret stays");
  ann.assertQuiet();
  bob.assertQuiet();
});
