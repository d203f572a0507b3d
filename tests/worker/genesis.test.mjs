// The stock library makes Docket's first changes as the product does.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import * as Automerge from "@automerge/automerge";

import { genesis } from "./support/genesis.mjs";

test("the first change of every kind has the hash that the product pins", async () => {
  const pinned = await readFile(new URL("../../shared/domain/src/genesis_hashes.txt", import.meta.url), "utf8");
  // One line for each layout; the workspace has two.
  const [workspace, , list, issue, report] = pinned.trim().split("\n");
  const first = (kind) => Automerge.getHeads(genesis(kind, Buffer.alloc(16, 3)))[0];
  assert.deepEqual(["workspace", "list", "issue", "report"].map(first), [workspace, list, issue, report]);
});
