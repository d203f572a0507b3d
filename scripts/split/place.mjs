// Puts the app's later modules of wasm beside its first one: Trunk's post_build hook, before the service worker's list.
// Each is optimised and named by its content, so that a page never gets a module of another build.

import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readFile, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const { TRUNK_STAGING_DIR: staging, TRUNK_SOURCE_DIR: source, DOCKET_SPLIT: split, WASM_OPT_BIN: wasmOpt } = process.env;
if (!staging || !source || !split || !wasmOpt) {
  console.error("place: runs as Trunk's post_build hook; build with scripts/build app, which sets what it needs");
  process.exit(2);
}
// What every visit needs soon after the first paint.
const SOON = "engine";
const LINK = "__wasm_split.js";

const digest = (...contents) => {
  const hash = createHash("sha256");
  for (const content of contents) hash.update(content);
  return hash;
};
const short = (...contents) => digest(...contents).digest("hex").slice(0, 16);

// As Trunk has them for the first module.
const parameters = /data-wasm-opt-params="([^"]*)"/.exec(await readFile(path.join(source, "index.html"), "utf8"))?.[1];
if (!parameters) throw new Error("place: index.html says nothing of wasm-opt's parameters");

const stems = (await readdir(split))
  .filter((name) => name.endsWith(".wasm") && name !== "docket-app.wasm")
  .map((name) => path.basename(name, ".wasm"));
const names = new Map();
await Promise.all(
  stems.map(async (stem) => {
    const optimised = path.join(split, `${stem}.opt`);
    // Its names aren't needed where nobody reads them.
    await run(wasmOpt, ["-Oz", ...parameters.split(/\s+/), "--strip-debug", "-o", optimised, path.join(split, `${stem}.wasm`)]);
    const bytes = await readFile(optimised);
    const name = `docket-app-${stem}-${short(bytes)}.wasm`;
    await writeFile(path.join(staging, name), bytes);
    names.set(stem, name);
  }),
);

let link = await readFile(path.join(split, LINK), "utf8");
// The modules that `load` brings: its own, and those that it shares with others.
const needs = (load) => {
  const [, body] = new RegExp(`__wasm_split_load_${load} = ([\\s\\S]*?\\]\\)\\));`).exec(link) ?? [];
  if (!body) throw new Error(`place: there is no module ${load}`);
  const own = [...body.matchAll(/"\.\/(\w+)\.wasm"/g)].map(([, stem]) => stem);
  const shared = [...body.matchAll(/\b__(chunk_\d+)\b/g)].map(([, stem]) => stem);
  return [...shared, ...own].map((stem) => names.get(stem));
};
const soon = needs(SOON);
link = link.replaceAll(/"\.\/(\w+)\.wasm"/g, (_, stem) => `"./${names.get(stem)}"`);

const page = path.join(staging, "index.html");
let html = await readFile(page, "utf8");
const [, first] = /from"\/(docket-app-[0-9a-f]+\.js)"/.exec(html) ?? [];
if (!first) throw new Error("place: index.html doesn't start the app as this script expects");
const script = await readFile(path.join(staging, first), "utf8");
if (!script.includes(`"./${LINK}"`)) throw new Error(`place: ${first} doesn't load ${LINK}`);
// The two name one another, so both are named by both.
const build = short(script, link);
const [scriptName, linkName] = [`docket-app-${build}.js`, `docket-app-modules-${build}.js`];
// What a worker of the browser begins with: the same first module, without a page (app/src/job).
const [, wasm] = /module_or_path:`(\/docket-app-[0-9a-f]+_bg\.wasm)`/.exec(html) ?? [];
if (!wasm) throw new Error("place: index.html doesn't name the app's first module as this script expects");
const starter = `import init from"./${scriptName}";
// The page hears of what is thrown outside of a promise.
init({module_or_path:new URL(".${wasm}",import.meta.url)}).catch((error)=>setTimeout(()=>{throw error}));
`;
const workerName = `docket-app-worker-${short(starter)}.js`;
link = link.replaceAll("./docket-app.js", `./${scriptName}`);
// Only where it is imported: the first module knows it by its old name.
const linked = script.replaceAll(/(from\s*["']\.\/)__wasm_split\.js/g, (_, before) => before + linkName);
await rm(path.join(staging, first));
await writeFile(path.join(staging, scriptName), linked);
await writeFile(path.join(staging, linkName), link);
await writeFile(path.join(staging, workerName), starter);

const integrity = new RegExp(`(href=/${first} integrity=sha384-)[A-Za-z0-9+/=]+`);
if (!integrity.test(html)) throw new Error("place: index.html has no integrity for the app's script");
const sha384 = createHash("sha384").update(linked).digest("base64");
html = html.replace(integrity, (_, before) => before + sha384).replaceAll(first, scriptName);
const additions = [
  `<meta name=docket-worker content=/${workerName}>`,
  `<link crossorigin href=/${linkName} rel=modulepreload>`,
  ...soon.map((name) => `<link as=fetch crossorigin href=/${name} rel=preload type=application/wasm>`),
];
await writeFile(page, html.replace("</head>", () => `${additions.join("")}</head>`));
