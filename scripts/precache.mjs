// Writes the list of the app's files into its service worker: Trunk's post_build hook, on the final bytes.

// Before anything is listed: the modules of wasm that are loaded later.
import "./split/place.mjs";

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

// The page's policy: nothing but this site's own files and connections, and of inline scripts only the one with which
// Trunk starts the app, known by its digest. First, because it changes the page.
const page = path.join(staging, "index.html");
const html = await readFile(page, "utf8");
const digests = [...html.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g)].map(
  ([, script]) => `'sha256-${createHash("sha256").update(script).digest("base64")}'`,
);
const policy = [
  "default-src 'none'",
  `script-src 'self' 'wasm-unsafe-eval' ${digests.join(" ")}`.trim(),
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "manifest-src 'self'",
  "worker-src 'self'",
  "base-uri 'self'",
  "form-action 'none'",
].join("; ");
// Before the first meta element: minifying drops the head's own tag.
if (!html.includes("<meta ")) {
  console.error("precache: index.html has no meta element to put the policy before");
  process.exit(1);
}
const meta = `<meta http-equiv="Content-Security-Policy" content="${policy}">`;
await writeFile(page, html.replace("<meta ", () => `${meta}<meta `));

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
