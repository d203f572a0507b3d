// Prints what the app weighs over the wire, and fails where its wasm is heavier than it may be.
// usage: node scripts/size.mjs <folder> <limit of the first module> <limit of all modules>, in bytes
//
// The first module is what a page must have to show anything; index.html asks for the modules that every visit needs
// soon after it. The rest come with the pages that need them.

import { readFile, readdir } from "node:fs/promises";
import path from "node:path";
import { brotliCompressSync, constants } from "node:zlib";

const [folder, ...limits] = process.argv.slice(2);
const [firstLimit, allLimit] = limits.map(Number);

function brotli(bytes) {
  return brotliCompressSync(bytes, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
  }).length;
}

const kilobytes = (bytes) => `${(bytes / 1024).toFixed(1)} KB`;
const html = await readFile(path.join(folder, "index.html"), "utf8");

const wasm = { first: 0, soon: 0, later: 0 };
let rest = 0;
for (const name of await readdir(folder, { recursive: true })) {
  if (!/\.(wasm|js|css|html)$/.test(name)) continue;
  const bytes = await readFile(path.join(folder, name));
  const packed = brotli(bytes);
  console.log(`  ${name}: ${kilobytes(bytes.length)}, brotli ${kilobytes(packed)}`);
  if (!name.endsWith(".wasm")) rest += packed;
  else if (name.endsWith("_bg.wasm")) wasm.first += packed;
  else if (html.includes(name)) wasm.soon += packed;
  else wasm.later += packed;
}
if (wasm.first === 0) {
  console.error(`size: there is no wasm in ${folder}`);
  process.exit(1);
}
const all = wasm.first + wasm.soon + wasm.later;
console.log(`  wasm that the page begins with: ${kilobytes(wasm.first)} of ${kilobytes(firstLimit)} brotli`);
console.log(`  the sync, which follows at once: ${kilobytes(wasm.soon)}; pages, when they are opened: ${kilobytes(wasm.later)}`);
console.log(`  all of the app's wasm: ${kilobytes(all)} of ${kilobytes(allLimit)}; everything that isn't wasm: ${kilobytes(rest)}`);
for (const [what, weight, limit] of [["the first module", wasm.first, firstLimit], ["all wasm together", all, allLimit]]) {
  if (weight > limit) {
    console.error(`size: ${what} is ${kilobytes(weight - limit)} heavier than it may be`);
    process.exitCode = 1;
  }
}
