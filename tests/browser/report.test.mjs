// The quarterly report: two people write it, one of them without a network; its figures are frozen and stay so; it goes
// out as Markdown and CSV.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import { act, report as reportIssue } from "./support/hands.mjs";
import { openPlace } from "./support/place.mjs";

/** The present quarter, as addresses have it: 2026-Q4. */
function quarter() {
  const now = new Date();
  return `${now.getUTCFullYear()}-Q${Math.floor(now.getUTCMonth() / 3) + 1}`;
}

async function write(device, section) {
  await device.page.getByRole("button", { name: `Edit “${section}”` }).click();
  const field = device.page.getByRole("textbox", { name: section });
  await field.waitFor();
  return field;
}

const says = (device, section, text) =>
  device.page.waitForFunction(
    ([section, text]) => document.querySelector(`textarea[aria-label="${section}"]`)?.value === text,
    [section, text],
  );

async function saved(page, press) {
  const [download] = await Promise.all([page.waitForEvent("download"), press.click()]);
  return { name: download.suggestedFilename(), text: await readFile(await download.path(), "utf8") };
}

test("two people write one report, one of them without a network", async (context) => {
  const place = await openPlace(context);
  const ann = await place.device((await place.person("Ann")).token);
  const bob = await place.device((await place.person("Bob")).token);
  const viewer = await place.device((await place.person("Vera", "viewer")).token);
  await reportIssue(ann, "Mount hangs");
  await ann.stored();
  const address = `report/${quarter()}`;

  await viewer.visit(address);
  await viewer.page.getByText(/Nobody has begun the report/).waitFor();
  await ann.visit("reports");
  await ann.page.locator(`.report-list a[href$="${address}"]`).click();
  await ann.page.getByRole("button", { name: "Begin the report" }).click();
  await ann.page.getByRole("heading", { name: /Support report Q\d/ }).waitFor();
  await viewer.page.getByRole("heading", { name: /Support report Q\d/ }).waitFor();
  assert.equal(await viewer.page.getByRole("button", { name: /^Edit “/ }).count(), 0, "a viewer writes nothing");
  await bob.visit(address);

  const left = await write(ann, "Summary");
  const right = await write(bob, "Summary");
  await left.pressSequentially("A calm quarter.");
  await says(bob, "Summary", "A calm quarter.");
  await ann.stored();

  await bob.context.setOffline(true);
  await bob.offline();
  await right.evaluate((field) => field.setSelectionRange(field.value.length, field.value.length));
  await right.pressSequentially(" Written on a train.");
  await left.evaluate((field) => field.setSelectionRange(0, 0));
  await left.pressSequentially("In the office: ");
  const outlook = await write(bob, "Next quarter");
  await outlook.pressSequentially("The next release.");
  await ann.stored();
  await bob.context.setOffline(false);
  await bob.live();
  const all = "In the office: A calm quarter. Written on a train.";
  await says(ann, "Summary", all);
  await says(bob, "Summary", all);
  await ann.page.getByText("The next release.").waitFor();
  await viewer.page.getByText(all).waitFor();

  // The quarter isn't over, so it is asked.
  await ann.page.getByRole("button", { name: "Freeze the figures" }).click();
  await ann.page.getByRole("dialog").getByRole("button", { name: "Freeze", exact: true }).click();
  const reported = (device) => device.page.getByRole("row", { name: /^Reported 1 / });
  for (const device of [ann, bob, viewer]) {
    await device.page.getByText(/Figures frozen .* by Ann/).waitFor();
    await reported(device).waitFor();
  }
  await ann.stored();
  await reportIssue(ann, "Quota is wrong");
  await ann.stored();
  await ann.visit(address);
  await reported(ann).waitFor();

  const { page } = ann;
  const markdown = await saved(page, page.getByRole("button", { name: "Markdown" }));
  assert.match(markdown.name, /^support-report-\d{4}-Q\d\.md$/);
  assert.match(markdown.text, /## Summary\n\nIn the office: A calm quarter\. Written on a train\.\n/);
  assert.match(markdown.text, /\| Reported \| 1 \| 0 \| 1 \|/);
  const csv = await saved(page, page.getByRole("button", { name: "Tables as CSV" }));
  assert.match(csv.text, new RegExp(`created,,,Reported,${quarter()},count,1,`));
  await ann.screenshot("report");

  // All of it is there after a restart without a network.
  await ann.ready();
  await ann.context.setOffline(true);
  await page.reload();
  await page.getByText(all).waitFor();
  await reported(ann).waitFor();
  for (const device of [bob, viewer]) device.assertQuiet();
});

test("figures are frozen with the agreed list as it is, and not as a device saw it last", async (context) => {
  const place = await openPlace(context);
  const ann = await place.device((await place.person("Ann")).token);
  const bob = await place.device((await place.person("Bob")).token);
  const address = `report/${quarter()}`;
  const freeze = async ({ page }, words) => {
    await page.getByRole("button", { name: words, exact: true }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Freeze", exact: true }).click();
  };
  const first = ({ page }, title) => page.getByRole("row", { name: new RegExp(`^1 .*${title}`) }).waitFor();
  for (const title of ["Mount hangs", "Quota is wrong"]) await reportIssue(ann, title);
  await ann.visit("list/agreed");
  await act(ann.page, "Mount hangs", /Add to the list, at the bottom/);
  await bob.page.locator("#list .line .rank", { hasText: "1" }).waitFor();
  await ann.visit(address);
  await ann.page.getByRole("button", { name: "Begin the report" }).click();
  await freeze(ann, "Freeze the figures");
  for (const device of [ann, bob]) {
    await device.visit(address);
    await first(device, "Mount hangs");
  }

  await bob.page.goto("about:blank");
  await ann.visit("list/agreed");
  await act(ann.page, "Quota is wrong", /Add to the list, at the top/);
  await ann.stored();
  await bob.goto(address);
  await freeze(bob, "Freeze the figures again");
  for (const device of [ann, bob]) {
    await device.visit(address);
    await first(device, "Quota is wrong");
  }
});
