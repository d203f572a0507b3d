// The app's code comes in several modules of wasm. On a bad network the first may be here and another not: then the page
// says so and goes on by itself, or when it is asked to.

import path from "node:path";
import { test } from "node:test";

import { report } from "./support/hands.mjs";
import { Device, openPlace } from "./support/place.mjs";

const FILE = path.resolve(import.meta.dirname, "../fixtures/jira/jira_traps.jsonl");

test("a module that can't be fetched is told of, and fetched again", async (context) => {
  const place = await openPlace(context);
  const { token } = await place.person("Ann");
  // Without the service worker, which would have everything at hand.
  const device = await Device.start(place, { serviceWorkers: "block" });
  place.devices.push(device);
  const { page } = device;
  const missing = async (part) => {
    await page.route(`**/docket-app-${part}-*.wasm`, (route) => route.abort());
    return () => page.unroute(`**/docket-app-${part}-*.wasm`);
  };

  const engine = await missing("split_engine");
  await page.goto(`${place.url}/w/demo/list/agreed#token=${token}`);
  await page.getByRole("button", { name: /^Sign in as / }).click();
  await device.offline();
  await page.getByText("A part of Docket isn’t on this device yet").first().waitFor();
  await engine();
  await device.live();
  await report(device, "Reported after all");

  const readers = await missing("split_import");
  await device.visit("import");
  await page.getByRole("heading", { name: "This page isn’t here yet" }).waitFor();
  await readers();
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByRole("heading", { name: "Import", exact: true }).waitFor();

  // What runs beside the page fetches its own.
  const job = await missing("split_job");
  await page.locator('input[type="file"]').setInputFiles(FILE);
  await page.getByRole("alert").getByText("A part of Docket isn’t on this device yet").waitFor();
  await job();
  await page.locator('input[type="file"]').setInputFiles(FILE);
  await page.getByRole("region", { name: "Dry run" }).waitFor({ timeout: 60_000 });
});
