// Prints what the app weighs over the wire, and fails where its wasm is heavier than it may be.
// usage: node scripts/size.mjs <limit in bytes> <folder>

import { readFile, readdir } from "node:fs/promises";
import path from "node:path";
import { brotliCompressSync, constants } from "node:zlib";

const [limit, folder] = [Number(process.argv[2]), process.argv[3]];

function brotli(bytes) {
  return brotliCompressSync(bytes, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
  }).length;
}

const kilobytes = (bytes) => `${(bytes / 1024).toFixed(1)} KB`;

let wasm = 0;
let rest = 0;
for (const name of await readdir(folder, { recursive: true })) {
  if (!/\.(wasm|js|css|html)$/.test(name)) continue;
  const bytes = await readFile(path.join(folder, name));
  const packed = brotli(bytes);
  console.log(`  ${name}: ${kilobytes(bytes.length)}, brotli ${kilobytes(packed)}`);
  if (name.endsWith(".wasm")) wasm += packed;
  else rest += packed;
}
if (wasm === 0) {
  console.error(`size: there is no wasm in ${folder}`);
  process.exit(1);
}
console.log(`  the app's wasm: ${kilobytes(wasm)} of ${kilobytes(limit)} brotli; everything else: ${kilobytes(rest)}`);
if (wasm > limit) {
  console.error(`size: the app's wasm is ${kilobytes(wasm - limit)} heavier than it may be`);
  process.exit(1);
}
