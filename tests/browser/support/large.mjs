// 30,000 issues, some 200 MB of JSON, through a person's hands: what the import takes, and the figures after it.

import { execFileSync } from "node:child_process";
import { createWriteStream } from "node:fs";
import { readFile, readdir, stat } from "node:fs/promises";
import { loadavg } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { gunzipSync } from "node:zlib";

const REAL = path.resolve(import.meta.dirname, "../../fixtures/jira/jira_rest_1499.jsonl.gz");
const MB = 1024 * 1024;
/** How long the import may take before something must be wrong. */
const LATE = 900_000;

/** Writes a file of so many issues: the real ones again and again, each time as those of another project. */
export async function largeFile(file, { issues = 30_000, bytes = 200 * MB } = {}) {
  const real = gunzipSync(await readFile(REAL)).toString("utf8").trim().split("\n");
  const all = real.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0);
  // What the real ones lack to the wanted size, each issue has in a field of its own.
  const lack = Math.max(0, Math.floor(bytes / issues - all / real.length - 40));
  const padding = "It was seen on a client of the second file system. ".repeat(Math.ceil(lack / 51)).slice(0, lack);
  function* lines() {
    for (let n = 0; n < issues; n += 1) {
      const project = Math.floor(n / real.length);
      const issue = JSON.parse(real[n % real.length]);
      issue.key = issue.key.replace("-", `${project || ""}-`);
      issue.id = `${issue.id}${project || ""}`;
      issue.fields.customfield_90001 = padding;
      yield `${JSON.stringify(issue)}\n`;
    }
  }
  await pipeline(Readable.from(lines()), createWriteStream(file));
  return { issues, bytes: (await stat(file)).size };
}

/** Runs in the page: its longest task, and the longest time in which it couldn't begin one. */
function watch() {
  globalThis.held = { tasks: [], gap: 0 };
  new PerformanceObserver((list) => {
    for (const task of list.getEntries()) globalThis.held.tasks.push(Math.round(task.duration));
  }).observe({ type: "longtask" });
  const { port1, port2 } = new MessageChannel();
  let last = performance.now();
  port1.onmessage = () => {
    const now = performance.now();
    globalThis.held.gap = Math.max(globalThis.held.gap, now - last);
    last = now;
    // Often enough to see what holds up a key, seldom enough to hold up nothing itself.
    setTimeout(() => port2.postMessage(null), 4);
  };
  port2.postMessage(null);
}

/**
 * What the largest of a browser's processes that run pages and workers takes, as the kernel has it: memory in MB, and
 * the processor's seconds of the page's thread and the worker's. Those don't depend on what else the machine does.
 */
async function usage(folder) {
  const list = execFileSync("ps", ["-eo", "pid=,args="], { encoding: "utf8", maxBuffer: 16 * MB });
  const own = list.split("\n").filter((line) => line.includes("--type=renderer") && line.includes(folder));
  const all = own.map(async (line) => {
    const folder = `/proc/${line.trim().split(" ")[0]}`;
    const status = await readFile(`${folder}/status`, "utf8").catch(() => "");
    const size = (name) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) / 1024;
    const threads = await readdir(`${folder}/task`).catch(() => []);
    const times = { page: 0, worker: 0 };
    for (const thread of threads) {
      const stat = await readFile(`${folder}/task/${thread}/stat`, "utf8").catch(() => "");
      const [, name, rest] = /\((.*)\) (.*)/.exec(stat) ?? [];
      const fields = rest?.split(" ") ?? [];
      // User's and system's time, in hundredths.
      const time = (Number(fields[11]) + Number(fields[12])) / 100;
      if (thread === path.basename(folder)) times.page = time;
      else if (name?.startsWith("DedicatedWork")) times.worker = Math.max(times.worker, time);
    }
    return { peak: size("VmHWM"), now: size("VmRSS"), ...times };
  });
  return (await Promise.all(all)).reduce((most, it) => (it.peak > most.peak ? it : most), { peak: 0, now: 0, page: 0, worker: 0 });
}

/** Watches what is taken while `work` goes on; answers the processor's seconds. */
async function watched(folder, work) {
  const before = await usage(folder);
  const most = { page: 0, worker: 0 };
  let done = false;
  const watching = (async () => {
    while (!done) {
      const now = await usage(folder);
      most.page = Math.max(most.page, now.page - before.page);
      most.worker = Math.max(most.worker, now.worker);
      await sleep(500);
    }
  })();
  await work();
  done = true;
  await watching;
  return `processor ${most.worker.toFixed(1)} s in the worker, ${most.page.toFixed(1)} s in the page`;
}

const load = () => `load ${loadavg()[0].toFixed(1)}`;
const seconds = (since) => ((performance.now() - since) / 1_000).toFixed(1);

/** Says what the page did meanwhile, and begins anew. */
async function said(page, what) {
  const { tasks, gap } = await page.evaluate(() => {
    const held = globalThis.held;
    globalThis.held = { tasks: [], gap: 0 };
    return held;
  });
  const over = tasks.filter((task) => task > 100);
  console.log(
    `  ${what}: longest task ${Math.max(0, ...tasks)} ms (${tasks.length} over 50 ms, ${over.length} over 100 ms), ` +
      `longest wait for the page ${gap.toFixed(0)} ms; ${load()}`,
  );
}

/** Imports the file on a device that is signed in, and looks at the figures. */
export async function importLarge(device, file, { issues, bytes }) {
  const { page } = device;
  const many = issues.toLocaleString("en");
  page.setDefaultTimeout(LATE);
  await device.visit("import");
  await page.locator('input[type="file"]').waitFor();
  const before = await usage(device.folder);
  await page.evaluate(watch);
  console.log(`a file of ${many} issues, ${(bytes / MB).toFixed(0)} MB:`);

  let start = performance.now();
  const run = page.getByRole("button", { name: `Import ${many} issues` });
  let taken = await watched(device.folder, async () => {
    await page.locator('input[type="file"]').setInputFiles(file);
    await run.waitFor();
  });
  console.log(`  the dry run: ${seconds(start)} s; ${taken}`);
  await said(page, "meanwhile");

  start = performance.now();
  taken = await watched(device.folder, async () => {
    await run.click();
    await page.getByText(`Done: ${many} issues stored on this device.`).waitFor();
  });
  console.log(`  the import, until all are stored and shown: ${seconds(start)} s; ${taken}`);
  await said(page, "meanwhile");
  const { peak, now } = await usage(device.folder);
  const heap = await page.evaluate(() => performance.memory?.usedJSHeapSize ?? 0);
  console.log(
    `  memory of page and worker: ${before.now.toFixed(0)} MB before, ${peak.toFixed(0)} MB at most, ` +
      `${now.toFixed(0)} MB after (of it ${(heap / MB).toFixed(0)} MB of JavaScript)`,
  );

  // Without a network: what is measured is the figures, and not the uploading beside them. The first visit brings the
  // code; choosing a period has all rows read again.
  await device.context.setOffline(true);
  await device.offline();
  await device.visit("figures");
  await page.locator(".figure-card").first().waitFor();
  await said(page, "the figures' page, first visit");
  const times = [];
  for (let n = 0; n < 5; n += 1) {
    await device.visit("import");
    await page.getByRole("heading", { name: "Import", exact: true }).waitFor();
    times.push(
      await page.evaluate(async () => {
        const link = document.createElement("a");
        link.href = "/w/demo/figures";
        document.body.append(link);
        const start = performance.now();
        const shown = new Promise((resolve) => {
          const observer = new MutationObserver(() => {
            if (document.querySelectorAll(".figure-value").length === 0) return;
            observer.disconnect();
            resolve(performance.now() - start);
          });
          observer.observe(document, { subtree: true, childList: true });
        });
        link.click();
        link.remove();
        return shown;
      }),
    );
  }
  times.sort((a, b) => a - b);
  console.log(`  all figures of ${many} issues: median ${times[2].toFixed(0)} ms (${times[0].toFixed(0)}–${times[4].toFixed(0)}); ${load()}`);

  start = performance.now();
  await device.context.setOffline(false);
  await device.visit("import");
  await page.locator(".status-link.pending", { hasText: "All stored" }).waitFor({ state: "attached" });
  console.log(`  until the hub has all of them: ${seconds(start)} s`);
  await said(page, "meanwhile");
}
