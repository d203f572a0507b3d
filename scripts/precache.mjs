// Writes the list of the app's files into its service worker: Trunk's post_build hook, on the final bytes.

import { createHash } from "node:crypto";
import { readFile, readdir, writeFile } from "node:fs/promises";
import path from "node:path";

const staging = process.env.TRUNK_STAGING_DIR;
if (!staging) {
  console.error("precache: runs as Trunk's post_build hook, which sets TRUNK_STAGING_DIR");
  process.exit(2);
}
const WORKER = "sw.js";
const PLACE = /^const SHELL = .*$/m;

const names = (await readdir(staging, { recursive: true, withFileTypes: true }))
  .filter((entry) => entry.isFile())
  .map((entry) => path.relative(staging, path.join(entry.parentPath, entry.name)).split(path.sep).join("/"))
  // The worker isn't a part of what it serves; names that begin with a dot or an underscore are the server's.
  .filter((name) => name !== WORKER && !/(^|\/)[._]/.test(name))
  .sort();

const files = await Promise.all(
  names.map(async (name) => {
    const digest = createHash("sha256").update(await readFile(path.join(staging, name))).digest("base64");
    // The page is asked for as `/`: servers redirect from `/index.html`, and a redirect can't answer a navigation.
    return [name === "index.html" ? "/" : `/${name}`, `sha256-${digest}`];
  }),
);
const version = createHash("sha256").update(JSON.stringify(files)).digest("hex").slice(0, 16);

const worker = path.join(staging, WORKER);
const source = await readFile(worker, "utf8");
if (!PLACE.test(source)) {
  console.error(`precache: ${WORKER} has no line that begins with "const SHELL ="`);
  process.exit(1);
}
await writeFile(worker, source.replace(PLACE, () => `const SHELL = ${JSON.stringify({ version, files })};`));
