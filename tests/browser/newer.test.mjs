// What this version can't read is passed over, named in the status bar, and closes nothing.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Encoder } from "cbor-x";

import { report, titles } from "./support/hands.mjs";
import { openPlace } from "./support/place.mjs";
import { putRow } from "./support/stored.mjs";

test("a row of a kind that nobody knows yet keeps nothing else from being read", async (context) => {
  const place = await openPlace(context);
  const device = await place.device((await place.person("Ann")).token);
  const { page } = device;
  await report(device, "An issue that is read");
  await device.stored();

  // As a newer app left it on this device: a row whose body is of kind 40.
  const cbor = new Encoder({ mapsAsObjects: false, useRecords: false, tagUint8Array: false });
  const id = new Uint8Array(16).fill(9);
  const row = cbor.encode(new Map([[0, id], [1, "A vote"], [2, 1], [3, 1], [4, false], [5, [40, []]]]));
  const record = cbor.encode(new Map([[0, new Uint8Array(row)], [1, []], [2, null]]));
  await putRow(page, [...id], [...record]);
  await page.reload();
  await device.live();
  await page.locator(".status-note.passed", { hasText: "1 thing can’t be read by this version" }).waitFor();
  assert.match(await page.locator(".status-note.passed").getAttribute("title"), /1 record made by a newer version/);
  await device.visit("issues");
  await page.locator("#list .line", { hasText: "An issue that is read" }).waitFor();
  assert.deepEqual(await titles(page), ["An issue that is read"]);
  await device.screenshot("passed-over");
  device.assertQuiet();
});
