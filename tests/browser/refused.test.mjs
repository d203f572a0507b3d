// A change that the hub refuses comes back to its author, whole.

import assert from "node:assert/strict";
import { test } from "node:test";

import { ask } from "../../scripts/hub.mjs";
import { choose, chosen, comment, read, report } from "./support/hands.mjs";
import { openPlace } from "./support/place.mjs";

test("what was typed before the right to it was lost is shown, kept, and goes nowhere by itself", async (context) => {
  const place = await openPlace(context);
  const ann = await place.device((await place.person("Ann")).token);
  const bob = await place.person("Bob");
  const device = await place.device(bob.token);
  const issue = await report(ann, "LNet router drops");
  await ann.stored();
  await read(device, issue);
  await device.context.setOffline(true);
  await device.offline();
  await choose(device.page, "Priority", "Critical");
  await comment(device.page, "A comment that may stay.");
  // Bob becomes a vendor's engineer: priorities are no longer his to set.
  await ask(place.url, place.admin.token, "PATCH", `workspaces/demo/members/${bob.member.id}`, { role: "vendor" });
  await device.context.setOffline(false);
  await device.live();
  await device.stored();
  await device.page.locator(".status-link.wrong", { hasText: "1 refused" }).waitFor();
  await read(ann, issue);
  await ann.page.getByText("A comment that may stay.").waitFor();
  assert.equal(await chosen(ann.page, "Priority"), "Not set");

  // It survives a reload, and can be discarded.
  await device.page.reload();
  await device.visit("refused");
  const card = device.page.locator("li.card.refused");
  await card.waitFor();
  assert.equal(await card.count(), 1);
  await device.screenshot("refused");
  await card.getByRole("button", { name: "Discard" }).click();
  await device.page.getByText("Nothing was refused").waitFor();
  device.assertQuiet();
});
