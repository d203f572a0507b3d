// Dialogs begin where the person acts, and give the focus back; what is pressed next does what it says.

import assert from "node:assert/strict";
import { test } from "node:test";

import { report } from "./support/hands.mjs";
import { openPlace } from "./support/place.mjs";

test("dialogs begin where the person acts", async (context) => {
  const place = await openPlace(context);
  const ann = await place.device((await place.person("Ann")).token);
  const { page } = ann;
  const address = await report(ann, "Mount hangs after a failover");
  await ann.visit("settings");
  await page.getByRole("heading", { name: "Settings" }).waitFor();

  await page.keyboard.press("Control+k");
  await page.getByRole("dialog", { name: "Go to" }).getByRole("combobox").waitFor();
  await page.waitForFunction(() => document.activeElement?.getAttribute("role") === "combobox");
  await page.keyboard.type("after a fail");
  await page.getByRole("option", { name: /Mount hangs/ }).waitFor();
  await page.keyboard.press("Enter");
  await page.waitForURL(`**/${address}`);

  const status = page.getByRole("button", { name: "Status: New" });
  await status.focus();
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.activeElement?.getAttribute("type") === "radio");
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page.waitForFunction(() => document.activeElement?.classList.contains("status-button"));

  // What is wrong with a link is said beside it.
  await page.getByRole("region", { name: "Links" }).getByRole("button", { name: "Add" }).click();
  await page.waitForFunction(() => document.activeElement?.getAttribute("placeholder") === "LU-4239");
  await page.keyboard.type("NOPE-1");
  await page.keyboard.press("Enter");
  await page.getByRole("region", { name: "Links" }).getByRole("alert").getByText("NOPE-1").waitFor();
  assert.equal(await page.locator(".notice.wrong").count(), 0);

  // The description's field goes away with the focus in it.
  const description = page.getByRole("region", { name: "Description" });
  await description.getByRole("button", { name: "Edit" }).click();
  await description.getByRole("textbox", { name: "Description" }).press("Escape");
  await description.getByRole("button", { name: "Edit" }).and(page.locator(":focus")).waitFor();
  ann.assertQuiet();
});
