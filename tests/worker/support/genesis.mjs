// Docket documents made with the stock library: the same deterministic first change as the product's, byte by byte.

import { createHash } from "node:crypto";

import * as Automerge from "@automerge/automerge";

const LAYOUTS = {
  workspace: { maps: ["components", "lists", "organisations"], texts: [] },
  list: { maps: ["ranks"], texts: [] },
  issue: {
    maps: ["affects", "attachments", "attention", "comments", "events", "labels", "links", "people", "source"],
    texts: ["description"],
  },
  report: { maps: ["figures"], texts: ["outlook", "problems", "progress", "summary"] },
};

/** A scalar string: plain JavaScript strings become collaborative texts. */
export const scalar = (text) => new Automerge.ImmutableString(text);

/** The genesis of a document of `kind`, as a document whose further changes are made by a random actor. */
export function genesis(kind, id) {
  const layout = LAYOUTS[kind];
  let document = Automerge.init({ actor: layoutActor(kind, id) });
  document = Automerge.change(document, { time: 0 }, (draft) => {
    draft.kind = scalar(kind);
    draft.schema = new Automerge.Uint(1);
    for (const map of layout.maps) draft[map] = {};
    for (const text of layout.texts) draft[text] = "";
  });
  return Automerge.clone(document);
}

function layoutActor(kind, id) {
  const schema = Buffer.alloc(8);
  schema.writeBigUInt64BE(1n);
  const hash = createHash("sha256").update(id);
  for (const part of [Buffer.from("layout"), Buffer.from(kind), schema]) {
    const length = Buffer.alloc(8);
    length.writeBigUInt64BE(BigInt(part.length));
    hash.update(length).update(part);
  }
  return Buffer.concat([Buffer.from("dkt!"), hash.digest().subarray(0, 12)]).toString("hex");
}

/** Fills a new issue in, as the app's command does. */
export function describeIssue(draft, { title, member }) {
  const now = new Date();
  draft.title = scalar(title);
  draft.status = scalar("new");
  draft.created_at = now;
  draft.created_by = scalar(member);
  draft.reporter = scalar(member);
}
