// A document that was edited often is put together again by the object's alarm, and nothing of it is lost.

import assert from "node:assert/strict";
import { test } from "node:test";

import { newIssue } from "./support/issue.mjs";
import { RawDocument, RawSocket } from "./support/socket.mjs";
import { until } from "./support/until.mjs";
import { openWorkspace, statistics } from "./support/workspace.mjs";

/** So many pieces, and a document is due; see the hub's `Config`. */
const PIECES = 100;

test("the alarm compacts a document in a hundred pieces, also after a restart", { timeout: 120_000 }, async (context) => {
  const place = await openWorkspace(context);
  const open = async (who, name) => (await RawSocket.open(place.sync, { token: place[who].token })).join(name, { docket: true });
  const made = newIssue("Edited all day", place.member.member.id);
  const document = await new RawDocument(await open("member", "ada"), made.id, made.document).sync();
  for (let edit = 0; edit < PIECES; edit += 1) {
    document.change((draft) => (draft.labels[`label-${edit}`] = true));
    await document.sync();
  }
  // A look into the database restarts the process, so the alarm is one that an earlier process set.
  const pieces = async () => (await place.sql("SELECT count(*) AS count FROM pieces WHERE document = ?", made.bytes))[0].count;
  assert.ok((await pieces()) >= PIECES);
  // Nobody is connected: whatever is written is the alarm's work.
  await until("the alarm", async () => (await statistics(place)).rows_written >= PIECES, 60_000);
  assert.equal(await pieces(), 1);

  const copy = await new RawDocument(await open("viewer", "vi"), made.id).sync((doc) => doc.labels[`label-${PIECES - 1}`]);
  assert.deepEqual({ ...copy.document.labels }, { ...document.document.labels });
  // And who had it before goes on.
  const again = await new RawDocument(await open("member", "ada again"), made.id, document.document).sync();
  again.change((draft) => (draft.labels["after"] = true));
  await again.sync();
  await copy.sync((doc) => doc.labels["after"]);
});
