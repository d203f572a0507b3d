// Issues, as a stock client makes and finds them.

import { parseAutomergeUrl, stringifyAutomergeUrl } from "@automerge/automerge-repo";
import { randomUUID } from "node:crypto";

import * as Automerge from "@automerge/automerge";

import { describeIssue, genesis, scalar } from "./genesis.mjs";

/** A new issue of `member`: `{bytes, url, id, document}`; `id` is the document's 16 bytes. */
export function newIssue(title, member) {
  // A random UUID, as automerge-repo's: what derives from a name begins as that name says only.
  const id = Buffer.from(randomUUID().replaceAll("-", ""), "hex");
  const url = stringifyAutomergeUrl({ documentId: id });
  const document = Automerge.change(genesis("issue", id), (draft) => describeIssue(draft, { title, member }));
  return { bytes: id, url, id: parseAutomergeUrl(url).documentId, document };
}

/** Ranks an issue in a list. */
export function rank(list, url, place) {
  list.change((draft) => (draft.ranks[url] = scalar(place)));
}

/** What stands in a scalar field. */
export const text = (value) => value?.toString();
