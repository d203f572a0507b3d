// See scripts/bundle.

import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

import { HubError, refusal } from "./hub.mjs";

const BLOCK = 512;

const [url, slug, file] = process.argv.slice(2);
const token = process.env.DOCKET_TOKEN;
const draft = `${file}.part`;
try {
  if (!url || !slug || !file) throw new HubError("usage: DOCKET_TOKEN=… scripts/bundle <url> <workspace> <file.tar>");
  if (!token) throw new HubError("DOCKET_TOKEN is empty: set it to a token of an admin of the workspace.");
  const response = await fetch(`${url.replace(/\/+$/, "")}/api/v1/workspaces/${slug}/bundle`, {
    headers: { authorization: `Bearer ${token}` },
  });
  if (!response.ok) throw await refusal(response);
  await pipeline(Readable.fromWeb(response.body), createWriteStream(draft, { mode: 0o600 }));
  const told = await check(draft);
  await rename(draft, file);
  process.stdout.write(`${JSON.stringify(told)}\n`);
} catch (error) {
  await rm(draft, { force: true });
  process.stderr.write(`bundle: ${error.cause ? `${error.message} (${error.cause.message})` : error.message}\n`);
  process.exit(1);
}

/** Holds every entry against the manifest, one at a time; answers what the bundle holds. */
async function check(path) {
  const found = [];
  const handle = await open(path);
  try {
    const read = async (position, length) => {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, position);
      if (bytesRead < length) throw new HubError("the bundle is cut off: try again.");
      return buffer;
    };
    for (let position = 0; ; ) {
      const header = await read(position, BLOCK);
      const name = header.toString("latin1", 0, 100).replace(/\0.*$/, "");
      const size = Number.parseInt(header.toString("latin1", 124, 136), 8);
      if (name === "" || Number.isNaN(size)) throw new HubError("the bundle has no manifest: try again.");
      const content = await read(position + BLOCK, size);
      if (name === "manifest.json") return compare(found, JSON.parse(content.toString()));
      if (name === "state.json") found.state = JSON.parse(content.toString());
      found.push({ name, size, sha256: createHash("sha256").update(content).digest("hex") });
      position += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
    }
  } finally {
    await handle.close();
  }
}

function compare(found, manifest) {
  const line = ({ name, size, sha256 }) => `${name} ${size} ${sha256}`;
  const wrong = found.findIndex((entry, place) => manifest.entries[place] === undefined || line(entry) !== line(manifest.entries[place]));
  if (wrong >= 0 || found.length !== manifest.entries.length) {
    throw new HubError(`the bundle doesn't hold what its manifest lists (${found[wrong]?.name ?? "something is missing"}): try again.`);
  }
  const { version, withheld } = found.state;
  return { documents: manifest.documents, moment: version.from === version.to, withheld: withheld.length };
}
