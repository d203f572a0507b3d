// See scripts/restore.

import { randomInt } from "node:crypto";
import { open } from "node:fs/promises";

import { HubError, refusal } from "./hub.mjs";

/**
 * How much is sent at once: some twelve of the 30 seconds that a request may compute. A document that doesn't fit is sent
 * with more, up to what the hub takes.
 */
const PART = 8 * 2 ** 20;
const MOST = 64 * 2 ** 20;
/** How often a part is tried when the connection breaks off or the hub has trouble. */
const TRIES = 5;

const DIGITS = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

const [url, slug, file, admin] = process.argv.slice(2);
const secret = process.env.DOCKET_SETUP_SECRET;
const workspace = `${url?.replace(/\/+$/, "")}/api/v1/workspaces/${slug}`;
/** The admin's token, made here: the hub keeps no copy, and its last answer may be lost when all is done. */
const token = `dkt_${Array.from({ length: 44 }, () => DIGITS[randomInt(DIGITS.length)]).join("")}`;
try {
  if (!url || !slug || !file || !admin) {
    throw new HubError('usage: DOCKET_SETUP_SECRET=… scripts/restore <url> <workspace> <file.tar> "<an admin\'s name>"');
  }
  if (!secret) {
    throw new HubError("DOCKET_SETUP_SECRET is empty: set it to what 'wrangler secret put DOCKET_SETUP_SECRET' was given.");
  }
  process.stdout.write(`${JSON.stringify(await restore())}\n`);
} catch (error) {
  process.stderr.write(`restore: ${error.cause ? `${error.message} (${error.cause.message})` : error.message}\n`);
  process.exit(1);
}

async function restore() {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    let differing = 0;
    for (let offset = 0, part = PART; ; ) {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(Math.min(part, size - offset)), 0, undefined, offset);
      const answer = await send(offset, buffer.subarray(0, bytesRead));
      differing += answer.rows_differing;
      if (answer.token !== undefined) {
        const { document, documents, member } = answer;
        return { document, documents, rows_differing: differing, member: member.id, admin: answer.token };
      }
      process.stderr.write(`restore: ${answer.documents} documents, ${answer.offset} of ${size} bytes\n`);
      if (answer.offset > offset) part = PART;
      else if (offset + bytesRead < size && part < MOST) part *= 2;
      else throw new HubError("the bundle is cut off: nothing of it is served. Save it again with scripts/bundle.");
      offset = answer.offset;
    }
  } finally {
    await handle.close();
  }
}

async function send(offset, body) {
  const query = new URLSearchParams({ offset, admin });
  for (let attempt = 1; ; attempt += 1) {
    try {
      const response = await fetch(`${workspace}/bundle?${query}`, {
        method: "POST",
        headers: { authorization: `Bearer ${secret}`, "content-type": "application/x-tar", "docket-admin-token": token },
        body,
      });
      if (response.ok) return await response.json();
      throw await refusal(response);
    } catch (error) {
      // The part that finished it all may have come before, and its answer been lost.
      const made = error.status === 409 && attempt > 1 && (await restored());
      if (made) return made;
      // What the hub says in words stays so; else what was stored is passed over when it comes again.
      if ((error.status !== undefined && error.status < 500) || attempt === TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, 1_000 * attempt));
    }
  }
}

/** What the last answer would have told, as far as the workspace itself tells it; nothing where it isn't the one restored here. */
async function restored() {
  const response = await fetch(workspace, { headers: { authorization: `Bearer ${token}` } });
  if (!response.ok) return undefined;
  const { document, member } = await response.json();
  return { document, member, token, rows_differing: 0 };
}
