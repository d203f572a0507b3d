// Writes message.bin: what @automerge/automerge 3.5.0 sends to a server whose messages carry no flags.
//   node shared/sync/tests/stock/write.mjs      (from the root, after npm ci)
import { writeFileSync } from "node:fs";
import * as A from "@automerge/automerge";

const actors = ["aa".repeat(16), "bb".repeat(16)];
let one = A.from({ title: "x", text: "hello wörld 😀", list: [1, { deep: true }, "two"] }, actors[0]);
one = A.change(one, { message: "why", time: 1700000000 }, (doc) => {
  doc.count = new A.Counter(3);
  doc.when = new Date(1700000000000);
  doc.bytes = new Uint8Array([1, 2, 3]);
  doc.float = 1.5;
  doc.none = null;
  doc.long = "y".repeat(2000);
});
let two = A.clone(one, { actor: actors[1] });
one = A.change(one, (doc) => {
  A.splice(doc, ["text"], 3, 2, "p😀");
  doc.list.splice(1, 1, "inserted", "after");
  doc.count.increment(2);
  delete doc.none;
});
two = A.change(two, (doc) => {
  A.splice(doc, ["text"], 0, 1, "J");
  doc.list[0] = { other: [[], {}] };
  doc.title = "theirs";
  doc.count.decrement(1);
});
one = A.change(one, (doc) => { doc.title = "ours"; });
one = A.merge(one, two);
one = A.change(one, (doc) => { doc.title = "settled"; A.updateText(doc, ["text"], "another text"); });

// The server's messages without their last bytes, which are the flags: a length and as many bytes.
const plain = (message) => message.slice(0, message.length - 3);
let [client, server] = [A.initSyncState(), A.initSyncState()];
let [empty, hello, answer] = [A.init()];
[client, hello] = A.generateSyncMessage(one, client);
[empty, server] = A.receiveSyncMessage(empty, server, hello);
[server, answer] = A.generateSyncMessage(empty, server);
[one, client] = A.receiveSyncMessage(one, client, plain(answer));
const [, message] = A.generateSyncMessage(one, client);
writeFileSync(new URL("message.bin", import.meta.url), message);
