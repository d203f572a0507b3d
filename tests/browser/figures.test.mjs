// Figures: what the issues come to, told apart, narrowed down, and the issues behind a number; without a network, too.

import assert from "node:assert/strict";
import { test } from "node:test";

import { choose, comment, read, report, setStatus } from "./support/hands.mjs";
import { openPlace } from "./support/place.mjs";

test("figures are counted, narrowed and followed to their issues", async (context) => {
  const place = await openPlace(context);
  const ann = await place.device((await place.person("Ann")).token);
  const bob = await place.device((await place.person("Bob")).token);
  const { page } = ann;
  const first = await report(ann, "Mount hangs");
  await choose(page, "Priority", "Major");
  const second = await report(ann, "Quota is wrong");
  await choose(page, "Priority", "Minor");
  await ann.stored();
  await read(bob, first);
  await comment(bob.page, "Seen here, too");
  await read(bob, second);
  await setStatus(bob.page, "Resolved");
  await bob.stored();

  await ann.visit("figures");
  const card = (name) => page.locator(".figure-card", { has: page.getByText(name, { exact: true }) });
  const value = (name, figure) => card(name).locator(".figure-value").getByText(figure, { exact: true }).waitFor();
  await value("Reported", "2");
  await value("Resolved", "1");
  await value("Throughput", "1");
  await value("Backlog", "1");
  await card("Time to first response").getByText(/median of 2/).waitFor();
  // A share of nothing isn't known, and no zero.
  await card("Reassignments").locator(".figure-value").getByText("0", { exact: true }).waitFor();
  await value("Waiting on the vendor", "–");

  await card("Backlog").click();
  await page.getByRole("combobox", { name: "By" }).selectOption("priority");
  const table = page.getByRole("table", { name: "Backlog by Priority" });
  await table.getByRole("row", { name: /^Major/ }).waitFor();
  assert.equal(await table.getByRole("row").count(), 3, "heading, Major, all");

  // Narrowed to what is minor, the backlog is empty: its only issue is resolved.
  await card("Reported").click();
  // By keyboard, whose place isn't lost when what was pressed is drawn anew, or is gone.
  const focused = (button) => button.and(page.locator(":focus")).waitFor();
  const minor = page.getByRole("button", { name: "Minor", exact: true });
  await minor.press("Enter");
  await value("Reported", "1");
  await value("Backlog", "0");
  await focused(minor);
  await page.getByRole("button", { name: "Remove Priority: Minor" }).press("Enter");
  await value("Reported", "2");
  await focused(minor);

  // What others do meanwhile is counted by itself.
  await report(bob, "Client is evicted");
  await value("Reported", "3");

  // The address says it all: it survives a reload without a network.
  const behind = page.getByRole("button", { name: "Major: show the issues behind 1" });
  await behind.press("Enter");
  await page.getByRole("heading", { name: "Reported, Priority: Major · 1 issue" }).waitFor();
  await focused(behind);
  await ann.ready();
  await ann.context.setOffline(true);
  await page.reload();
  await page.getByRole("heading", { name: "Reported, Priority: Major · 1 issue" }).waitFor();
  await ann.screenshot("figures");
  await page.locator(".entry", { hasText: "Mount hangs" }).click();
  await page.locator("textarea.issue-title").waitFor();
  bob.assertQuiet();
});
