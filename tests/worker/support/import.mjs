// An issue of another tracker, as an import makes it: nobody's, byte by byte the same whoever imports it.

import { createHash } from "node:crypto";

import * as Automerge from "@automerge/automerge";
import { parseAutomergeUrl, stringifyAutomergeUrl } from "@automerge/automerge-repo";

import { genesis, scalar } from "./genesis.mjs";

/** The issue that `key` of `system` is in the workspace with that document. */
export function importedIssue(workspace, system, key, title) {
  const id = derive(parseAutomergeUrl(workspace).binaryDocumentId, `${system}:${key}`);
  const url = stringifyAutomergeUrl({ documentId: id });
  const actor = Buffer.concat([Buffer.from("dkt!"), createHash("sha256").update(id).update(title).digest().subarray(0, 12)]);
  const document = Automerge.change(Automerge.clone(genesis("issue", id), { actor: actor.toString("hex") }), { time: 0 }, (draft) => {
    draft.title = scalar(title);
    draft.status = scalar("new");
    draft.created_at = new Date(1_500_000_000_000);
    draft.source.system = scalar(system);
    draft.source.key = scalar(key);
  });
  return { bytes: id, url, id: parseAutomergeUrl(url).documentId, document };
}

/** The id that a name has within a document's name space (RFC 9562, UUID version 5). */
function derive(space, name) {
  const id = createHash("sha1").update(space).update(name).digest().subarray(0, 16);
  id[6] = (id[6] & 0x0f) | 0x50;
  id[8] = (id[8] & 0x3f) | 0x80;
  return id;
}
