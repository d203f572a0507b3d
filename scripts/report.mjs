// A quarterly report on paper and as a picture: `make report` fills a workspace with the demo's real issues, has two
// people write the report of a quarter, freezes its figures, and prints it.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";

import { chromium } from "playwright-core";

import { HubError, addMember, createWorkspace, startHub } from "./hub.mjs";

const ISSUES = "tests/fixtures/jira/jira_rest_1499.jsonl.gz";
const CHROMIUM = ["/usr/bin/chromium", "/usr/bin/google-chrome"].find((file) => existsSync(file));

/** What the group of the sample's quarter would have written. */
const TEXTS = [
  ["Summary", "**85 issues were reported and 98 resolved**: the backlog is smaller than it was in June. It fell from 169 to 156."],
  ["Progress", "- Most reports were about *samples and templates*, *styling* and *tooling*.\n- 98 resolutions, the most of any quarter since the beginning of 2013."],
  ["Problems and risks", "61 of the 156 open issues are older than a year. Half of the reports waited 12 days or longer for a first answer (a quarter ago: 7), and half of the resolutions took more than three months."],
  ["Next quarter", "1. A review of everything that is older than a year.\n2. One person each week who answers new reports first."],
];

async function main() {
  const { values } = parseArgs({
    options: { quarter: { type: "string", default: "2014-Q3" }, to: { type: "string", default: "docs" } },
  });
  const state = await mkdtemp(path.join(tmpdir(), "docket-report-"));
  const hub = await startHub({ state, port: 0, onLog: () => {} });
  try {
    const made = await createWorkspace(hub.url, hub.secret, "demo", "Titanium support group", "Admin");
    const ready = {
      url: hub.url,
      workspace: "demo",
      sync: `${hub.url.replace(/^http/, "ws")}/sync/demo`,
      document: made.document,
      admin: made.token,
    };
    await fill(ready, path.join(state, "people.json"));
    const people = [];
    for (const name of ["Ann Coordinator", "Bob Writer"]) {
      people.push((await addMember(hub.url, made.token, "demo", { name, role: "member" })).token);
    }
    await print(hub.url, people, values.quarter, values.to);
  } finally {
    await hub.stop();
    await rm(state, { recursive: true, force: true });
  }
}

async function fill(ready, tokens) {
  const demo = spawn("cargo", ["run", "--locked", "--profile", "measure", "--quiet", "-p", "docket-demo", "--", ISSUES, tokens], {
    stdio: ["pipe", "ignore", "inherit"],
  });
  demo.stdin.end(`${JSON.stringify(ready)}\n`);
  const [code] = await once(demo, "exit");
  if (code !== 0) throw new HubError("the demo's issues didn't come in; see above");
}

async function print(url, people, quarter, folder) {
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-gpu"] });
  try {
    const pages = [];
    for (const token of people) {
      const context = await browser.newContext({ viewport: { width: 1180, height: 900 }, locale: "en-GB" });
      const page = await context.newPage();
      page.setDefaultTimeout(60_000);
      await page.goto(`${url}/w/demo/report/${quarter}#token=${token}`);
      await page.getByRole("button", { name: /^Sign in as / }).click();
      await page.locator('.connection[data-state="live"]').waitFor();
      pages.push(page);
    }
    const [ann] = pages;
    await ann.getByRole("button", { name: "Begin the report" }).click();
    // Each writes half of it.
    for (const [index, [section, text]] of TEXTS.entries()) {
      const page = pages[index % pages.length];
      await page.getByRole("button", { name: `Edit “${section}”` }).click();
      await page.getByRole("textbox", { name: section }).fill(text);
      await page.getByRole("button", { name: "Done" }).click();
      await page.locator(".status-link.pending", { hasText: "All stored" }).waitFor({ state: "attached" });
    }
    for (const [section] of TEXTS) {
      await ann.waitForFunction(
        (section) => document.querySelector(`section[aria-label="${section}"] .nothing`) === null,
        section,
      );
    }
    await ann.getByRole("button", { name: "Freeze the figures" }).click();
    await ann.getByRole("dialog").getByRole("button", { name: "Freeze", exact: true }).click();
    await ann.getByText(/^Figures frozen .* by Ann Coordinator\./).waitFor();
    await ann.locator(".status-note").waitFor({ state: "detached" });
    await ann.getByRole("button", { name: "Close", exact: true }).or(ann.locator(".notices button")).first().click();
    // As high as the page is: its own scrolling ends, and the picture has all of it.
    const height = await ann.evaluate(() => document.querySelector("main").scrollHeight);
    await ann.setViewportSize({ width: 1180, height: height + 60 });
    await ann.screenshot({ path: path.join(folder, "report.png") });
    await ann.setViewportSize({ width: 1180, height: 900 });
    await ann.pdf({ path: path.join(folder, "report.pdf"), preferCSSPageSize: true, printBackground: true });
    process.stdout.write(`${path.join(folder, "report.pdf")}\n${path.join(folder, "report.png")}\n`);
  } finally {
    await browser.close();
  }
}

try {
  await main();
} catch (error) {
  process.stderr.write(`report: ${error instanceof HubError ? error.message : error.stack}\n`);
  process.exitCode = 1;
}
