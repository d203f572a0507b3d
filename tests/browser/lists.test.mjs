// Priorities: three ways to the same order, seen by the others at once; two tabs; presence.

import assert from "node:assert/strict";
import { test } from "node:test";

import { act, ranked, read, report } from "./support/hands.mjs";
import { Device, openPlace } from "./support/place.mjs";

async function order(page, wanted) {
  await page.waitForFunction(
    (wanted) => {
      const lines = [...document.querySelectorAll("#list .line:not(.heading)")]
        .filter((line) => /\d/.test(line.querySelector(".rank")?.textContent ?? ""))
        .map((line) => [Number(line.getAttribute("aria-rowindex")), line.querySelector(".title a")?.textContent])
        .sort(([a], [b]) => a - b)
        .map(([, title]) => title);
      return JSON.stringify(lines) === JSON.stringify(wanted);
    },
    wanted,
  );
}

test("ranks are changed by menu, keyboard and dragging, and others see it", async (context) => {
  const place = await openPlace(context);
  const ann = await place.device((await place.person("Ann")).token);
  const bob = await place.device((await place.person("Bob")).token);
  for (const title of ["One", "Two", "Three"]) await report(ann, title);
  await ann.visit("list/agreed");
  for (const title of ["One", "Two", "Three"]) await act(ann.page, title, /Add to the list, at the bottom/);
  await order(ann.page, ["One", "Two", "Three"]);
  await order(bob.page, ["One", "Two", "Three"]);

  await act(bob.page, "Three", /top/i);
  await order(ann.page, ["Three", "One", "Two"]);

  await ann.page.locator("#list").focus();
  await ann.page.keyboard.press("Home");
  await ann.page.keyboard.press("Alt+ArrowDown");
  await order(ann.page, ["One", "Three", "Two"]);
  await order(bob.page, ["One", "Three", "Two"]);

  const from = await ann.page.locator("#list .line", { hasText: "Two" }).locator(".grip").boundingBox();
  const to = await ann.page.locator("#list .line", { hasText: "One" }).boundingBox();
  await ann.page.mouse.move(from.x + from.width / 2, from.y + from.height / 2);
  await ann.page.mouse.down();
  await ann.page.mouse.move(from.x + 20, from.y - 10, { steps: 4 });
  await ann.page.mouse.move(to.x + 40, to.y + 2, { steps: 8 });
  await ann.page.mouse.up();
  await order(ann.page, ["Two", "One", "Three"]);
  await order(bob.page, ["Two", "One", "Three"]);

  // A second tab of the same person sees it, and is seen.
  const tab = await ann.tab();
  await order(tab, ["Two", "One", "Three"]);
  await act(tab, "Three", /top/i);
  await order(ann.page, ["Three", "Two", "One"]);
  assert.deepEqual(await ranked(tab), ["Three", "Two", "One"]);

  // A new device never shows an order that isn't the list's: until it is here, it says that it is on its way.
  const cyd = await Device.start(place);
  place.devices.push(cyd);
  await cyd.page.addInitScript(() => {
    window.counts = new Set();
    new MutationObserver(() => window.counts.add(document.querySelector("#list .heading .count")?.textContent)).observe(document, {
      subtree: true,
      childList: true,
      characterData: true,
    });
  });
  await cyd.signIn((await place.person("Cyd")).token);
  await order(cyd.page, ["Three", "Two", "One"]);
  assert.deepEqual(
    (await cyd.page.evaluate(() => [...window.counts])).filter((count) => count),
    [],
    "no issue stood there as not ranked",
  );
  ann.assertQuiet();
  bob.assertQuiet();
});

test("a viewer reads and can't change, whatever is tried", async (context) => {
  const place = await openPlace(context);
  const ann = await place.device((await place.person("Ann")).token);
  const issue = await report(ann, "Read me");
  await ann.stored();
  const viewer = await place.device((await place.person("Vic", "viewer")).token, { viewport: { width: 360, height: 740 }, touch: true });
  await read(viewer, issue);
  assert.equal(await viewer.page.locator(".status-button").isDisabled(), true);
  assert.equal(await viewer.page.locator("textarea.issue-title").evaluate((field) => field.readOnly || field.disabled), true);
  await viewer.visit("new");
  await viewer.page.getByText("You can read, not write").waitFor();
  viewer.assertQuiet();
});
