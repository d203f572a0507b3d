// What a person waits for in the app, with 10,000 issues, and importing 30,000. Prints medians; nothing here passes or
// fails. `--only import` does the import alone.
//
// Times are taken inside the pages: from the event's or the navigation's own time stamp to the first frame after the
// one in which what was waited for is in the page.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";

import * as Automerge from "@automerge/automerge";
import { parseAutomergeUrl } from "@automerge/automerge-repo";

import { addMember, createWorkspace, startHub } from "../../scripts/hub.mjs";
import { encode, items } from "../worker/support/cbor.mjs";
import { scalar } from "../worker/support/genesis.mjs";
import { newIssue, text } from "../worker/support/issue.mjs";
import { importLarge, largeFile } from "./support/large.mjs";
import { Device } from "./support/place.mjs";

const { values } = parseArgs({
  options: {
    documents: { type: "string", default: "10000" },
    times: { type: "string", default: "7" },
    imported: { type: "string", default: "30000" },
    only: { type: "string", default: "" },
  },
});
const ISSUES = Number(values.documents);
const TIMES = Math.max(5, Number(values.times));
const RANKED = Math.min(1_000, ISSUES);
/** How many issues one call brings. */
const BATCH = 500;
/** Everything of many issues comes to a device: that takes longer than a person's patience. */
const LATE = 300_000;

const median = (times) => [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)];
const say = (what, times) =>
  console.log(`${what}: median ${median(times).toFixed(0)} ms (${times.length} times, ${Math.min(...times).toFixed(0)}–${Math.max(...times).toFixed(0)})`);

/** Stores changes of documents in bulk; fails where one is refused. */
async function put(place, token, records) {
  const response = await fetch(`${place.url}/api/v1/workspaces/demo/documents`, {
    method: "PUT",
    headers: { authorization: `Bearer ${token}` },
    body: Buffer.concat(records.map(encode)),
  });
  if (!response.ok) throw new Error(`the hub answered ${response.status}: ${await response.text()}`);
  const refused = items(new Uint8Array(await response.arrayBuffer())).flatMap((answer) => answer.refused);
  if (refused.length > 0) throw new Error(`refused: ${refused[0].message}`);
}

/** Fills the workspace: issues as people write them, the first of them ranked. */
async function fill(place, { member, token }) {
  const urls = [];
  for (let from = 0; from < ISSUES; from += BATCH) {
    const issues = Array.from({ length: Math.min(BATCH, ISSUES - from) }, (_, n) => {
      const issue = newIssue(`Client ${from + n} hangs on mount after a server was restarted`, member.id);
      issue.document = Automerge.change(issue.document, (draft) => {
        draft.priority = scalar(["blocker", "critical", "major", "minor", "trivial"][n % 5]);
        draft.labels[`area-${n % 7}`] = true;
        Automerge.splice(draft, ["description"], 0, 0, "It was seen twice this week. ".repeat(1 + (n % 10)));
      });
      urls.push(issue.url);
      return { document: issue.bytes, changes: Automerge.getAllChanges(issue.document) };
    });
    await put(place, token, issues);
  }
  const workspace = await stored(place, token, place.document);
  const url = text(workspace.lists.agreed);
  const before = await stored(place, token, url);
  const list = Automerge.change(Automerge.clone(before), (draft) => {
    // Ranks are fractions in hex: these are in order.
    urls.slice(0, RANKED).forEach((url, n) => (draft.ranks[url] = scalar((0x2000 + n * 8).toString(16).toUpperCase())));
  });
  await put(place, token, [{ document: parseAutomergeUrl(url).binaryDocumentId, changes: Automerge.getChanges(before, list) }]);
}

async function stored(place, token, url) {
  const response = await fetch(`${place.url}/api/v1/workspaces/demo/documents`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}` },
    body: encode({ documents: [{ document: parseAutomergeUrl(url).binaryDocumentId, heads: [] }] }),
  });
  const [{ chunk }] = items(new Uint8Array(await response.arrayBuffer()));
  return Automerge.load(chunk);
}

/** Runs in every page: `painted(holds)` answers when (since 1970) a frame was painted after `holds` came to hold. */
function instruments() {
  globalThis.painted = (holds) =>
    new Promise((resolve) => {
      const now = () => performance.timeOrigin + performance.now();
      // What is in the page before a frame is painted with it; the task after that frame comes after it.
      const after = () =>
        requestAnimationFrame(() => {
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = () => resolve(now());
          port2.postMessage(null);
        });
      if (holds()) return after();
      const observer = new MutationObserver(() => {
        if (!holds()) return;
        observer.disconnect();
        after();
      });
      observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
    });
  const note = (event) => (globalThis.lastInput = performance.timeOrigin + event.timeStamp);
  for (const name of ["keydown", "click", "change"]) addEventListener(name, note, { capture: true });
  globalThis.lines = globalThis.painted(() => document.querySelector("#list .line .title a"));
}

async function open(device, options) {
  await device.open(options);
  await device.context.addInitScript(instruments);
}

/** From the navigation's start to the list's first lines, in a browser that was just started. */
async function loads(device, { offline = false } = {}) {
  const [cold, warm] = [[], []];
  for (let n = 0; n < TIMES; n += 1) {
    await device.close();
    await open(device, { offline });
    for (const times of [cold, warm]) {
      await device.goto("list/agreed");
      times.push(await device.page.evaluate(async () => (await globalThis.lines) - performance.timeOrigin));
    }
  }
  return { cold, warm };
}

/** Waits in a page for an issue to have come to a line. */
const lineAt = (page, id, index) =>
  page.evaluate(
    ({ id, index }) => globalThis.painted(() => document.getElementById(id)?.getAttribute("aria-rowindex") === index),
    { id, index: `${index}` },
  );

/** Moves the first issue down and up by the keys; to one's own paint and to the other's. */
async function moves(device, other) {
  const { page } = device;
  for (const { page } of [device, other]) await page.locator("#list .line .title a").first().waitFor();
  await page.locator("#list").focus();
  await page.keyboard.press("Home");
  const id = await page.locator('#list .line[aria-selected="true"]').getAttribute("id");
  const [own, others] = [[], []];
  for (let n = 0; n < 2 * TIMES; n += 1) {
    const down = n % 2 === 0;
    const shown = [lineAt(page, id, down ? 2 : 1), lineAt(other.page, id, down ? 2 : 1)];
    await page.keyboard.press(down ? "Alt+ArrowDown" : "Alt+ArrowUp");
    const [mine, theirs] = await Promise.all(shown);
    const start = await page.evaluate(() => globalThis.lastInput);
    own.push(mine - start);
    others.push(theirs - start);
    await device.stored();
  }
  return { own, others };
}

/** Writes comments on an issue that both have open. */
async function comments(device, other) {
  const address = await device.page.locator("#list .line .title a").first().getAttribute("href");
  for (const { page } of [device, other]) {
    await page.locator(`#list .line .title a[href="${address}"]`).click();
    await page.locator("textarea.issue-title").waitFor();
  }
  const [own, others] = [[], []];
  for (let n = 0; n < TIMES; n += 1) {
    const body = `Seen here too, ${n}.`;
    const shown = [device, other].map(({ page }) =>
      page.evaluate(
        (body) =>
          globalThis.painted(() => [...document.querySelectorAll("ol.comments > li")].some((comment) => comment.textContent.includes(body))),
        body,
      ),
    );
    await device.page.getByLabel("New comment").fill(body);
    await device.page.keyboard.press("Control+Enter");
    const [mine, theirs] = await Promise.all(shown);
    const start = await device.page.evaluate(() => globalThis.lastInput);
    own.push(mine - start);
    others.push(theirs - start);
    await device.stored();
  }
  return { own, others };
}

/** Scrolls through the whole list by the wheel; answers its long tasks and the times between its frames. */
async function scrolling({ page }) {
  const box = await page.locator("#list").boundingBox();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.evaluate(() => {
    globalThis.tasks = [];
    globalThis.frames = [];
    globalThis.watching = new PerformanceObserver((list) => globalThis.tasks.push(...list.getEntries().map((task) => task.duration)));
    globalThis.watching.observe({ type: "longtask" });
    let last = performance.now();
    const frame = () => {
      const now = performance.now();
      globalThis.frames.push(now - last);
      last = now;
      globalThis.framing = requestAnimationFrame(frame);
    };
    globalThis.framing = requestAnimationFrame(frame);
  });
  const height = await page.locator("#list").evaluate((list) => list.scrollHeight);
  // A person's flings, then as fast as a scroll bar is dragged.
  for (let n = 0; n < 100; n += 1) await page.mouse.wheel(0, 400);
  for (let at = 0; at < height; at += height / 100) await page.mouse.wheel(0, height / 100);
  const painted = await page.evaluate(async () => {
    await globalThis.painted(() => document.querySelectorAll("#list .line .title a").length > 5);
    cancelAnimationFrame(globalThis.framing);
    globalThis.watching.disconnect();
    const { scrollTop, scrollHeight, clientHeight } = document.querySelector("#list");
    return { tasks: globalThis.tasks, frames: globalThis.frames, atEnd: scrollTop + clientHeight >= scrollHeight - 2 };
  });
  if (!painted.atEnd) throw new Error("the list's end wasn't reached");
  return painted;
}

/** A hub with a workspace, as long as `work` takes. */
async function withPlace(work) {
  const folder = await mkdtemp(path.join(tmpdir(), "docket-bench-"));
  const hub = await startHub({ state: folder, onLog: () => {} });
  const devices = [];
  try {
    const made = await createWorkspace(hub.url, hub.secret, "demo", "Support", "Ada Admin");
    const place = { hub, url: hub.url, slug: "demo", document: made.document };
    const member = (name) => addMember(hub.url, made.token, "demo", { name, role: "member" });
    await work({ place, devices, member, folder });
    for (const it of devices) it.assertQuiet();
  } finally {
    await Promise.all(devices.map((device) => device.end()));
    await hub.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Lists, edits and what others see of them. */
async function together({ place, devices, member }) {
  const [ann, bob] = [await member("Ann"), await member("Bob")];
  let start = performance.now();
  await fill(place, ann);
  console.log(`${ISSUES} issues, ${RANKED} of them ranked, written in bulk: ${((performance.now() - start) / 1_000).toFixed(1)} s`);

  for (const { token } of [ann, bob]) {
    const device = await Device.start(place);
    devices.push(device);
    await device.context.addInitScript(instruments);
    start = performance.now();
    await device.signIn(token);
    // All lines, and the heading between those with a rank and those without.
    await device.page.locator(`#list[aria-rowcount="${ISSUES + (ISSUES > RANKED ? 1 : 0)}"]`).waitFor({ timeout: LATE });
    console.log(`a new device has all ${ISSUES} lines: ${((performance.now() - start) / 1_000).toFixed(1)} s`);
    device.page.setDefaultTimeout(LATE);
    await device.ready();
    console.log(`… and all documents, for offline use: ${((performance.now() - start) / 1_000).toFixed(1)} s`);
  }
  const [device, other] = devices;

  await other.close();
  const loaded = await loads(device);
  const rows = await device.page.locator("#list").getAttribute("aria-rowcount");
  say(`start of a page to the painted list of ${rows} lines, browser just started`, loaded.cold);
  say(`start of a page to the painted list of ${rows} lines, again`, loaded.warm);
  const apart = await loads(device, { offline: true });
  say(`start of a page to the painted list of ${rows} lines, browser just started, no network`, apart.cold);

  await device.close();
  for (const it of devices) {
    await open(it);
    await it.goto("list/agreed");
    await it.live();
    it.page.setDefaultTimeout(LATE);
    await it.ready();
  }
  const { tasks, frames } = await scrolling(device);
  const slow = frames.filter((frame) => frame > 50).length;
  console.log(
    `scrolling through ${rows} lines: longest task ${Math.max(0, ...tasks).toFixed(0)} ms (${tasks.length} over 50 ms), ` +
      `${frames.length} frames, ${slow} of them longer than 50 ms`,
  );
  await device.page.keyboard.press("Home");
  const moved = await moves(device, other);
  say("a key moves an issue to its painted new rank", moved.own);
  say("… to the other client's painted list", moved.others);
  const said = await comments(device, other);
  say("a comment to its own paint", said.own);
  say("… to the other client's paint", said.others);
}

/** A large file from another tracker. */
async function imports({ place, devices, member, folder }) {
  const device = await Device.start(place);
  devices.push(device);
  await device.signIn((await member("Ann")).token);
  const file = path.join(folder, "large.jsonl");
  await importLarge(device, file, await largeFile(file, { issues: Number(values.imported) }));
}

if (values.only !== "import") await withPlace(together);
await withPlace(imports);
