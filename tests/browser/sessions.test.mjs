// Who is in, on a device that several people use: nobody comes in without a question, nothing that wasn't sent is lost on
// the way, and none of it goes out under another's name.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import { ask } from "../../scripts/hub.mjs";
import { choose, comment, read, report, retitle } from "./support/hands.mjs";
import { openPlace } from "./support/place.mjs";
import { counts, holds } from "./support/stored.mjs";

/** Everything in the database that is about the workspace. */
const DATA = ["rows", "documents", "chunks", "facts", "outbox", "set_aside", "drafts", "rankings"];
const NOTHING = Object.fromEntries(DATA.map((name) => [name, 0]));

const titleOf = async (place, issue) => {
  const response = await fetch(`${place.url}/api/v1/workspaces/demo/export?format=jsonl`, {
    headers: { authorization: `Bearer ${place.admin.token}` },
  });
  const lines = (await response.text()).trim().split("\n").map((line) => JSON.parse(line));
  return lines.find((line) => JSON.stringify(line).includes(issue.split("/").at(-1)))?.title ?? lines.map((line) => line.title).join();
};

async function saved(page, button) {
  const [download] = await Promise.all([page.waitForEvent("download"), button.click()]);
  return JSON.parse(await readFile(await download.path(), "utf8"));
}

test("a link over a session asks, saves what wasn’t sent, and sends none of it as somebody else", async (context) => {
  const place = await openPlace(context);
  const ann = await place.person("Ann");
  const bob = await place.person("Bob");
  const device = await place.device(ann.token);
  const { page } = device;
  const issue = await report(device, "LNet router drops");
  await device.stored();

  // One edit is refused, since Ann became a vendor's engineer meanwhile; a draft is typed; another edit isn't sent.
  await device.context.setOffline(true);
  await device.offline();
  await choose(page, "Priority", "Critical");
  await ask(place.url, place.admin.token, "PATCH", `workspaces/demo/members/${ann.member.id}`, { role: "vendor" });
  await device.context.setOffline(false);
  await page.locator(".status-link.wrong", { hasText: "1 refused" }).waitFor();
  await page.getByLabel("New comment").fill("Half a thought");
  await holds(page, "drafts", 1);
  await device.stored();
  await device.context.setOffline(true);
  await device.offline();
  await retitle(page, "LNet router drops, says Ann");
  await holds(page, "outbox", 1);
  await page.goto("about:blank");
  await device.context.setOffline(false);

  await device.knock(bob.token);
  await page.getByRole("heading", { name: "Sign in as Bob?" }).waitFor();
  await page.getByText("You are Ann, 1 unsent change, 1 refused change and 1 draft.").waitFor();
  assert.equal(new URL(page.url()).hash, "", "the token has left the address");
  const enter = page.getByRole("button", { name: "Sign in as Bob", exact: true });
  assert.ok(await enter.isDisabled(), "not before it is saved");
  await device.screenshot("door-question");

  const file = await saved(page, page.getByRole("button", { name: "Save it as a file" }));
  assert.equal(file.format, "docket-unsent");
  assert.equal(file.member, "Ann");
  assert.deepEqual(file.changes.map(({ what, text }) => [what, text]), [["New title", "LNet router drops, says Ann"]]);
  assert.deepEqual(file.refused.map(({ what }) => what), ["Priority set to “Critical”"]);
  assert.deepEqual(file.drafts.map(({ text }) => text), ["Half a thought"]);
  assert.equal(file.untaken.length, 1);
  assert.ok(file.untaken[0].changes.length > 0);

  await enter.click();
  await device.live();
  await device.stored();
  await device.visit("settings");
  await page.locator("dl.facts dd", { hasText: "Bob" }).waitFor();
  assert.deepEqual(await counts(page, ["outbox", "set_aside", "drafts"]), { outbox: 0, set_aside: 0, drafts: 0 });
  await read(device, issue);
  assert.equal(await page.locator("textarea.issue-title").inputValue(), "LNet router drops");
  assert.equal(await titleOf(place, issue), "LNet router drops");

  // The same person again: no question, and what they type stays.
  await page.getByLabel("New comment").fill("By Bob");
  await holds(page, "drafts", 1);
  await device.knock(bob.token);
  await device.live();
  assert.deepEqual(await counts(page, ["drafts"]), { drafts: 1 });
  device.assertQuiet();
});

test("one stays who one is, and another tab follows whoever comes in", async (context) => {
  const place = await openPlace(context);
  const device = await place.device((await place.person("Ann")).token);
  const { page } = device;
  const bob = await place.person("Bob");
  await device.knock(bob.token);
  await page.getByRole("button", { name: "Stay Ann" }).click();
  await device.live();
  await device.visit("settings");
  await page.locator("dl.facts dd", { hasText: "Ann" }).waitFor();

  const other = await device.tab("settings");
  await other.locator("dl.facts dd", { hasText: "Ann" }).waitFor();
  await device.knock(bob.token);
  await page.getByText("You are Ann. Nothing of yours waits to be sent.").waitFor();
  await page.getByRole("button", { name: "Sign in as Bob", exact: true }).click();
  await device.live();
  await other.locator("dl.facts dd", { hasText: "Bob" }).waitFor();
  await device.live(other);
  device.assertQuiet();
});

test("signing out without a network is finished before anybody else comes in", async (context) => {
  const place = await openPlace(context);
  const device = await place.device((await place.person("Ann")).token);
  const { page } = device;
  const bob = await place.person("Bob");
  const issue = await report(device, "Quota is wrong");
  await device.stored();
  await device.visit("settings");
  await page.getByRole("button", { name: "Sign out", exact: true }).waitFor();
  await read(device, issue);
  await device.context.setOffline(true);
  await device.offline();
  await comment(page, "Never sent");
  await device.visit("settings");
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText("This device has 1 unsent change").waitFor();
  const file = await saved(page, dialog.getByRole("button", { name: "Save it as a file" }));
  assert.deepEqual(file.changes.map(({ text }) => text), ["Never sent"]);
  await dialog.getByRole("button", { name: "Sign out", exact: true }).click();

  await page.getByRole("heading", { name: "Signing out isn’t finished" }).waitFor();
  await device.screenshot("door-ending");
  assert.deepEqual(await counts(page, DATA), NOTHING);
  const cookies = async () => (await device.context.cookies()).filter(({ name }) => name.includes("docket"));
  assert.equal((await cookies()).length, 1, "the browser still has it");
  // Not by another way in either.
  await device.goto("list/agreed");
  await page.getByRole("heading", { name: "Signing out isn’t finished" }).waitFor();

  await device.context.setOffline(false);
  await page.getByRole("heading", { name: "Sign in to “demo”" }).waitFor();
  assert.deepEqual(await cookies(), []);
  await device.goto("list/agreed");
  await page.getByRole("heading", { name: "Sign in to “demo”" }).waitFor();
  await device.signIn(bob.token);
  await device.visit("settings");
  await page.locator("dl.facts dd", { hasText: "Bob" }).waitFor();
  device.assertQuiet();
});

test("whose access ends has nothing left on the device but what they hadn’t sent", async (context) => {
  const place = await openPlace(context);
  const ann = await place.person("Ann");
  const device = await place.device(ann.token);
  const { page } = device;
  await report(device, "MDS hangs");
  await device.stored();
  await device.context.setOffline(true);
  await device.offline();
  await comment(page, "Not sent in time");
  await ask(place.url, place.admin.token, "DELETE", `workspaces/demo/members/${ann.member.id}`);
  await device.context.setOffline(false);
  await page.getByRole("heading", { name: "Access has ended" }).waitFor();
  await page.getByText("Not sent: 1 unsent change.").waitFor();
  assert.deepEqual(await counts(page, DATA), NOTHING);
  await device.screenshot("door-left");

  // It is there until somebody saves or discards it.
  await page.reload();
  const file = await saved(page, page.getByRole("button", { name: "Save it as a file" }));
  assert.deepEqual(file.changes.map(({ text }) => text), ["Not sent in time"]);
  await page.getByRole("button", { name: "Done" }).click();
  await page.getByRole("heading", { name: "Sign in to “demo”" }).waitFor();
  device.assertQuiet();
});

test("devices and tokens are listed, named and ended one by one", async (context) => {
  const place = await openPlace(context);
  const ann = await place.person("Ann");
  const device = await place.device(ann.token);
  const phone = await place.device(ann.token, { viewport: { width: 390, height: 844 } });
  const issue = await report(phone, "Seen on the phone");
  await phone.stored();
  const { page } = device;
  await device.visit("settings");
  const list = page.getByRole("region", { name: "Devices and tokens" });
  const browsers = list.locator(".credential", { hasText: "Chrome on Linux" });
  await browsers.nth(1).waitFor();
  assert.equal(await browsers.count(), 2);
  assert.equal(await browsers.filter({ hasText: "this browser" }).count(), 1);

  await list.getByRole("textbox").fill("Nightly export");
  await list.getByRole("button", { name: "Make a token" }).click();
  const token = await page.getByRole("dialog").locator("code.secret").innerText();
  assert.equal((await ask(place.url, token, "GET", "workspaces/demo")).member.name, "Ann");
  await page.getByRole("dialog").getByRole("button", { name: "Close" }).click();
  await list.locator(".credential", { hasText: "Nightly export" }).getByRole("button", { name: "End" }).click();
  await list.locator(".credential", { hasText: "Nightly export" }).waitFor({ state: "detached" });
  await assert.rejects(ask(place.url, token, "GET", "workspaces/demo"), { status: 401 });

  await browsers.filter({ hasNotText: "this browser" }).getByRole("button", { name: "End" }).click();
  await phone.page.getByText("You are signed out.").waitFor();
  // Nothing is wiped: it may be sent after signing in again.
  await read(phone, issue);
  await page.getByRole("region", { name: "Devices and tokens" }).locator(".credential").first().waitFor();
  assert.equal(await browsers.count(), 1);
  device.assertQuiet();
});
