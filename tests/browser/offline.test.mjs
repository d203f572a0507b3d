// Two people, one of them without a network for a while.

import assert from "node:assert/strict";
import { test } from "node:test";

import { act, choose, chosen, comment, ranked, read, report, retitle, setStatus } from "./support/hands.mjs";
import { openPlace } from "./support/place.mjs";

test("edits made apart, also across a restart without a network, come together", async (context) => {
  const place = await openPlace(context);
  const ann = await place.device((await place.person("Ann")).token);
  const bob = await place.device((await place.person("Bob")).token);
  const mds = await report(ann, "MDS hangs on mount", { description: "Steps: mount." });
  const oss = await report(ann, "OSS runs out of memory");
  await ann.stored();
  // Both are on Bob's device before he leaves.
  for (const address of [mds, oss]) await read(bob, address);

  await bob.context.setOffline(true);
  await bob.offline();
  await read(bob, mds);
  await retitle(bob.page, "MDS hangs on mount (Bob)");
  await choose(bob.page, "Priority", "Blocker");
  await setStatus(bob.page, "Triaged", "seen on our cluster");
  await comment(bob.page, "It also happens at our site.");
  const quota = await report(bob, "Quota is wrong after a crash", { description: "Written on a train." });
  await bob.visit("list/agreed");
  await act(bob.page, "OSS runs out of memory", /Add to the list, at the bottom/);
  await act(bob.page, "MDS hangs on mount (Bob)", /Add to the list, at the bottom/);
  await bob.page.locator(".status-link.pending", { hasText: "not yet stored" }).waitFor();

  // Meanwhile, in the office: one true conflict (the title), and edits that are none.
  await read(ann, mds);
  await retitle(ann.page, "MDS hangs on mount (Ann)");
  await choose(ann.page, "Severity", "S1 · outage");
  await comment(ann.page, "We are looking at it.");
  await ann.stored();

  // Bob closes his browser and opens it again, still on the train.
  await bob.close();
  await bob.open({ offline: true });
  await bob.goto("list/agreed");
  await bob.offline();
  assert.deepEqual(await settled(() => ranked(bob.page), 2), ["OSS runs out of memory", "MDS hangs on mount (Bob)"]);
  await read(bob, quota);
  await comment(bob.page, "Still on the train.");
  await read(bob, mds);
  await bob.page.getByText("It also happens at our site.").waitFor();

  await bob.context.setOffline(false);
  await bob.live();
  await bob.stored();
  await ann.stored();

  for (const { page } of [ann, bob]) {
    const device = page === ann.page ? ann : bob;
    await device.visit("conflicts");
    const entries = page.locator(".entries > li");
    await entries.first().waitFor();
    assert.equal(await entries.count(), 1, "one conflict, listed once");
    assert.match(await entries.first().innerText(), /Title/);
    await read(device, mds);
    await page.getByText("It also happens at our site.").waitFor();
    await page.getByText("We are looking at it.").waitFor();
    assert.equal(await chosen(page, "Priority"), "Blocker");
    assert.equal(await chosen(page, "Severity"), "S1 · outage");
    assert.match(await page.locator(".status-button").innerText(), /Triaged/);
    await read(device, quota);
    await page.getByText("Still on the train.").waitFor();
    await page.getByText("Written on a train.").waitFor();
    await device.visit("list/agreed");
    const order = await settled(() => ranked(page), 2);
    assert.equal(order[0], "OSS runs out of memory");
  }

  // Ann settles the conflict; Bob sees it settled.
  await read(ann, mds);
  await ann.page.getByRole("list", { name: "Values for Title" }).getByRole("button").filter({ hasText: "(Bob)" }).click();
  await bob.visit("conflicts");
  await bob.page.getByText("Nothing to settle").waitFor();
  await read(bob, mds);
  assert.equal(await bob.page.locator("textarea.issue-title").inputValue(), "MDS hangs on mount (Bob)");
  await ann.screenshot("offline-desktop");
  ann.assertQuiet();
  bob.assertQuiet();
});

/** What `read` answers once that has `length` entries. */
async function settled(read, length) {
  const deadline = performance.now() + 10_000;
  for (;;) {
    const found = await read();
    if (found.length === length || performance.now() > deadline) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
