// A hub with a workspace, and people with devices of their own in Chromium.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { chromium } from "playwright-core";

import { addMember, createWorkspace, startHub } from "../../../scripts/hub.mjs";

/** Where tests leave pictures; git ignores it. */
export const RESULTS = path.resolve(import.meta.dirname, "../../results");

const CHROMIUM = ["/usr/bin/chromium", "/usr/bin/google-chrome"].find((file) => existsSync(file));
// Chromium's own services look for the internet at every start.
const QUIET = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** How long a person would wait before thinking that something is broken. */
export const PATIENCE = 20_000;

/**
 * Starts a hub with the workspace `demo`; both are cleared away after the test.
 *
 * @param {import("node:test").TestContext} test
 * @param {{assets?: string}} [options] a folder with the app's files, in the place of dist/
 */
export async function openPlace(test, { assets } = {}) {
  const state = await mkdtemp(path.join(tmpdir(), "docket-browser-"));
  const start = (port) => startHub({ state, port, assets, onLog: () => {} });
  const hub = await start(0);
  const made = await createWorkspace(hub.url, hub.secret, "demo", "Support", "Ada Admin");
  const place = {
    hub,
    url: hub.url,
    sync: `${hub.url.replace(/^http/, "ws")}/sync/demo`,
    slug: "demo",
    document: made.document,
    admin: made,
    devices: [],
    /** What ends before the hub does: clients that are no browsers. */
    endings: [],
  };
  test.after(async () => {
    for (const end of place.endings) await end();
    await Promise.all(place.devices.map((device) => device.end()));
    await place.hub.stop();
    await rm(state, { recursive: true, force: true });
  });
  /** Ends the hub and starts it again at the same address, with whatever the app's files are now. */
  place.restart = async () => {
    await place.hub.stop();
    place.hub = await start(Number(new URL(place.url).port));
  };
  /** A new member: `{member, token}`. */
  place.person = (name, role = "member") => addMember(hub.url, made.token, "demo", { name, role });
  /** A device of a person, signed in and live. */
  place.device = async (token, options) => {
    const device = await Device.start(place, options);
    place.devices.push(device);
    await device.signIn(token);
    return device;
  };
  return place;
}

/** A browser with storage of its own, which outlives its being closed. */
export class Device {
  static async start(place, { viewport = { width: 1280, height: 800 }, dark = false, touch = false, serviceWorkers = "allow" } = {}) {
    const device = new Device();
    device.place = place;
    device.folder = await mkdtemp(path.join(tmpdir(), "docket-device-"));
    device.options = {
      executablePath: CHROMIUM,
      args: QUIET,
      viewport,
      hasTouch: touch,
      colorScheme: dark ? "dark" : "light",
      acceptDownloads: true,
      serviceWorkers,
    };
    await device.open();
    return device;
  }

  /** Starts the browser on the device's storage. */
  async open({ offline = false } = {}) {
    this.context = await chromium.launchPersistentContext(this.folder, { ...this.options, offline });
    this.errors = [];
    this.page = this.context.pages()[0] ?? (await this.context.newPage());
    this.watch(this.page);
  }

  watch(page) {
    page.setDefaultTimeout(PATIENCE);
    page.on("pageerror", (error) => this.errors.push(error.message));
    page.on("console", (message) => {
      // Requests that fail offline are the browser's own words, not ours.
      if (message.type() === "error" && !/net::ERR_|Failed to load resource|WebSocket connection/.test(message.text())) {
        this.errors.push(message.text());
      }
    });
  }

  /** Another tab. */
  async tab(address = "list/agreed") {
    const page = await this.context.newPage();
    this.watch(page);
    await page.goto(`${this.place.url}/w/demo/${address}`);
    return page;
  }

  /** Closes the browser, with all its tabs. */
  async close() {
    await this.context.close();
  }

  /** Closes the browser for good: its storage is gone, too. */
  async end() {
    await this.context.close().catch(() => {});
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Opens a sign-in link, and goes no further: it asks. */
  async knock(token, address = "list/agreed", page = this.page) {
    // From elsewhere: a fragment alone loads no page.
    await page.goto("about:blank");
    await page.goto(`${this.place.url}/w/demo/${address}#token=${token}`);
  }

  async signIn(token) {
    await this.knock(token);
    await this.page.getByRole("button", { name: /^Sign in as / }).click();
    await this.live();
    // The shell has to be kept before it can open without a network.
    await this.page.evaluate(() => navigator.serviceWorker.ready.then(() => true));
  }

  async goto(address, page = this.page) {
    await page.goto(`${this.place.url}/w/demo/${address}`);
  }

  /** Goes to a page within the app. */
  async visit(address, page = this.page) {
    await page.evaluate((path) => {
      const link = document.createElement("a");
      link.href = path;
      document.body.append(link);
      link.click();
      link.remove();
    }, `/w/demo/${address}`);
  }

  live(page = this.page) {
    return page.locator('.connection[data-state="live"]').waitFor();
  }

  offline(page = this.page) {
    return page.locator('.connection[data-state="offline"]').waitFor();
  }

  /** Waits until the status bar has nothing more to fetch: a person may take the device away from the network. */
  async ready(page = this.page) {
    await page.waitForFunction(() => {
      const bar = document.querySelector(".status-bar");
      return bar?.querySelector('.connection[data-state="live"]') && !bar.querySelector(".status-note");
    });
  }

  /** Waits until the hub has everything. */
  async stored(page = this.page) {
    await page.locator(".status-link.pending", { hasText: "All stored" }).waitFor({ state: "attached" });
  }

  async screenshot(name, page = this.page) {
    await mkdir(RESULTS, { recursive: true });
    await page.screenshot({ path: path.join(RESULTS, `${name}.png`) });
  }

  /** Nothing went wrong that nobody saw. */
  assertQuiet() {
    assert.deepEqual(this.errors, []);
  }
}
