// Any table comes in: a person says once what its columns and words mean, for everybody; its next version brings what is
// new; and all of it can leave.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import { choose, chosen, retitle } from "./support/hands.mjs";
import { openPlace } from "./support/place.mjs";

const file = (rows) => ({
  name: "desk.csv",
  mimeType: "text/csv",
  buffer: Buffer.from(["Ref,What,Phase,Who,When", ...rows, ""].join("\r\n")),
});

async function give(device, rows) {
  await device.visit("import");
  const another = device.page.getByRole("button", { name: "Another file" });
  if (await another.isVisible()) await another.click();
  await device.page.locator('input[type="file"]').setInputFiles(file(rows));
  await device.page.getByRole("region", { name: "Dry run" }).waitFor();
}

async function bring(device, name) {
  await device.page.getByRole("button", { name, exact: true }).click();
  await device.page.getByText(/^Done: /).waitFor();
  await device.stored();
}

async function open(device, title) {
  await device.visit("issues");
  await device.page.locator("#list .line .title a", { hasText: title }).first().click();
  await device.page.locator("textarea.issue-title").waitFor();
}

test("a table comes in as a person says, and its next version brings what is new", async (context) => {
  const place = await openPlace(context);
  const ann = await place.device((await place.person("Ann")).token);
  const bob = await place.device((await place.person("Bob")).token);
  const { page } = ann;
  await give(ann, ["H-1,Printer is on fire,Parked,Ann,03/04/2024", "H-2,Mail is slow,Done,Zoe,03/05/2024"]);
  const holds = (column, what) => page.getByRole("combobox", { name: column }).selectOption({ label: what });
  await holds("Ref", "Key");
  await holds("What", "Title");
  await holds("Phase", "Status");
  await holds("Who", "Assignee");
  await holds("When", "Reported on");
  await page.getByRole("textbox", { name: "Where it comes from" }).fill("Help Desk");
  await page.getByRole("button", { name: "Keep this and read the file again" }).click();
  await page.getByText(/is no name for where a table comes from/).waitFor();
  await page.getByRole("textbox", { name: "Where it comes from" }).fill("helpdesk");
  await page.getByRole("combobox", { name: "03/04/2024 is" }).selectOption({ label: "March 4" });
  await page.getByRole("button", { name: "Keep this and read the file again" }).click();
  await page.getByRole("combobox", { name: "status “Parked” · 1 issue" }).selectOption({ label: "Waiting on vendor" });
  await page.getByRole("button", { name: "Read the file again", exact: true }).click();
  await page.getByRole("combobox", { name: /Parked/ }).waitFor({ state: "detached" });
  await page.locator("summary", { hasText: "People" }).click();
  await page.getByRole("button", { name: "Take 1 with a member’s name for that member" }).click();
  await page.getByRole("button", { name: /Take 1 with/ }).waitFor({ state: "detached" });
  await ann.screenshot("table");
  await bring(ann, "Import 2 issues");

  // Whoever is a member is one person, under either name.
  await open(ann, "Mail is slow");
  await choose(page, "Assignee", "Ann");
  await ann.stored();
  await ann.visit("issues");
  await page.getByRole("button", { name: /^Filter/ }).click();
  const assignees = page.getByRole("group", { name: "Assignee" });
  await assignees.getByRole("checkbox", { name: /^Ann\s*2$/ }).check();
  await page.locator('#list[aria-rowcount="2"]').waitFor();

  await open(ann, "Printer is on fire");
  assert.match(await page.locator(".status-button").innerText(), /Waiting on vendor/);
  assert.equal(await chosen(page, "Assignee"), "Ann");
  await page.locator('time[datetime^="2024-03-04"]').first().waitFor({ state: "attached" });
  await retitle(page, "Printer is on fire (floor 3)");
  await ann.stored();

  // The next version, given by somebody else, who is asked nothing.
  await give(bob, [
    "H-1,Printer burns,Parked,Ann,03/04/2024",
    "H-2,Mail is slow,Done,Zoe,03/05/2024",
    "H-3,VPN drops,Parked,Zoe,03/06/2024",
  ]);
  await bob.page.getByText(/Changes to 1 issue already here\. New: 1 issue\./).waitFor();
  assert.equal(await bob.page.getByRole("combobox", { name: /Parked/ }).count(), 0);
  await bring(bob, "Import 2 issues");
  await open(bob, "VPN drops");
  assert.match(await bob.page.locator(".status-button").innerText(), /Waiting on vendor/);

  // What both changed is a conflict, and nobody's loss.
  for (const device of [ann, bob]) {
    await device.visit("conflicts");
    const entries = device.page.locator(".entries > li");
    await entries.first().waitFor();
    assert.equal(await entries.count(), 1);
  }
  await open(ann, "Printer");
  await page.getByText("Printer burns").first().waitFor();
  await page.getByText("Printer is on fire (floor 3)").first().waitFor();

  // And out again.
  await ann.visit("export");
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "JSON Lines" }).click(),
  ]);
  const lines = (await readFile(await download.path(), "utf8")).trim().split("\n");
  assert.equal(lines.filter((line) => /"H-[123]"/.test(line)).length, 3);
  ann.assertQuiet();
  bob.assertQuiet();
});
