// A document that was edited often is put together again by the object's alarm, and nothing of it is lost.

import assert from "node:assert/strict";
import { test } from "node:test";

import * as Automerge from "@automerge/automerge";

import { newIssue } from "./support/issue.mjs";
import { RawDocument, RawSocket } from "./support/socket.mjs";
import { until } from "./support/until.mjs";
import { openWorkspace } from "./support/workspace.mjs";

/** So many pieces, and a document is due; see the hub's `Config`. */
const PIECES = 100;

test("a document in a hundred pieces is compacted, also when the object vanished before its alarm", { timeout: 120_000 }, async (context) => {
  const place = await openWorkspace(context);
  const socket = await (await RawSocket.open(place.sync, { token: place.member.token })).join("ada", { docket: true });
  const made = newIssue("Edited all day", place.member.member.id);
  const document = await new RawDocument(socket, made.id, made.document).sync();
  for (let made = 0; made < PIECES; made += 1) {
    document.change((draft) => (draft.labels[`label-${made}`] = true));
    await document.sync();
  }
  const pieces = async () => (await place.sql("SELECT count(*) AS count FROM pieces WHERE document = ?", made.bytes))[0].count;
  assert.ok((await pieces()) >= PIECES);
  // The alarm that was set goes with the process; the next edit sets one again, once that one's time has passed.
  await place.evict();
  await until("compaction", async () => {
    document.change((draft) => (draft.labels["again"] ? delete draft.labels["again"] : (draft.labels["again"] = true)));
    await document.sync();
    return (await pieces()) < 10;
  }, 60_000);

  const fresh = await (await RawSocket.open(place.sync, { token: place.viewer.token })).join("vi", { docket: true });
  const copy = await new RawDocument(fresh, made.id).sync((doc) => Automerge.getHeads(doc).join() === Automerge.getHeads(document.document).join());
  assert.deepEqual({ ...copy.document.labels }, { ...document.document.labels });
  // And the one who was there all the time goes on.
  document.change((draft) => (draft.labels["after"] = true));
  await document.sync();
  await copy.sync((doc) => doc.labels["after"]);
});
