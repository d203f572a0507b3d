// A new version of the app comes while two tabs are open. One takes it; the other goes on with what it runs, also where
// it needs a part of its code for the first time.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { cp, mkdtemp, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";

import { openPlace } from "./support/place.mjs";

/** Makes of the app's files what another build would: a module with another name, and all that names it. */
async function renew(folder) {
  const names = await readdir(folder);
  const old = names.find((name) => /^docket-app-split_import-.*\.wasm$/.test(name));
  const renewed = old.replace(/-[0-9a-f]+\.wasm$/, "-0123456789abcdef.wasm");
  await rename(path.join(folder, old), path.join(folder, renewed));
  const link = names.find((name) => name.startsWith("docket-app-modules-"));
  const code = (await readFile(path.join(folder, link), "utf8")).replaceAll(old, renewed);
  await writeFile(path.join(folder, link), code);
  const worker = path.join(folder, "sw.js");
  const digest = createHash("sha256").update(code).digest("base64");
  const source = (await readFile(worker, "utf8"))
    .replaceAll(old, renewed)
    .replace(new RegExp(`("/${link}",")sha256-[^"]+`), (_, before) => `${before}sha256-${digest}`)
    .replace(/"version":"[0-9a-f]+"/, '"version":"renewed"');
  await writeFile(worker, source);
  return { old, renewed };
}

test("a new version is taken by one tab, and the other can still open every page", async (context) => {
  const folder = await mkdtemp(path.join(tmpdir(), "docket-dist-"));
  context.after(() => rm(folder, { recursive: true, force: true }));
  await cp(path.resolve(import.meta.dirname, "../../dist"), folder, { recursive: true });
  const place = await openPlace(context, { assets: folder });
  const ann = await place.device((await place.person("Ann")).token);
  const other = await ann.tab();
  await ann.live(other);

  const { old, renewed } = await renew(folder);
  await place.restart();
  assert.notEqual((await fetch(`${place.url}/${old}`)).headers.get("content-type"), "application/wasm", "it is gone");
  await ann.page.evaluate(async () => (await navigator.serviceWorker.ready).update());
  const ready = ann.page.getByText("A new version of Docket is ready");
  await ready.waitFor();
  const loaded = ann.page.waitForEvent("load");
  await ann.page.getByRole("button", { name: "Reload" }).click();
  await loaded;
  await ann.live();

  // The one that reloaded runs the new version, the other the old one: neither has opened this page before.
  const taken = ann.page.waitForResponse((response) => response.url().endsWith(renewed));
  await ann.visit("import");
  await ann.page.getByRole("heading", { name: "Import", exact: true }).waitFor();
  assert.ok((await taken).ok());
  await ann.visit("import", other);
  await other.getByRole("heading", { name: "Import", exact: true }).waitFor();
});
