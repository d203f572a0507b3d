// The service worker: serves the app's shell without a network, and nothing else. Data is the app's own business
// (IndexedDB); the hub's addresses are never touched.
//
// A version is one set of files, taken whole or not at all. A new one is fetched beside the old, then waits: it takes
// over when the page asks for it, or when no page of the old one is left. The set before it is kept: another tab may
// still run its code, and ask for a part of it for the first time.

// scripts/precache.mjs writes the version and the files (path and SHA-256) here, from the final bytes of a build.
const SHELL = { version: "development", files: [] };

const PREFIX = "docket-shell-";
const CACHE = PREFIX + SHELL.version;
const PATHS = new Set(SHELL.files.map(([path]) => path));
// Documents and changes come from here, and the answers must be the hub's.
const HUB = ["/api/", "/sync/"];
// Parts of the app's code. Their names change with their content, so one of another version can't be mistaken.
const CODE = /^\/docket-app-[^/]+\.(?:js|wasm)$/;

self.addEventListener("install", (event) => {
  event.waitUntil(install());
});

self.addEventListener("activate", (event) => {
  event.waitUntil(activate());
});

self.addEventListener("message", (event) => {
  if (event.data === "take over") self.skipWaiting();
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  if (HUB.some((prefix) => url.pathname.startsWith(prefix))) return;
  if (event.request.mode === "navigate") {
    // Every address of the app is the same page; it reads the address itself.
    event.respondWith(answer("/", event.request));
  } else if (PATHS.has(url.pathname)) {
    event.respondWith(answer(url.pathname, event.request));
  } else if (CODE.test(url.pathname)) {
    event.respondWith(caches.match(url.pathname).then((kept) => kept ?? fetch(event.request)));
  }
});

async function install() {
  const cache = await caches.open(CACHE);
  await Promise.all(
    SHELL.files.map(async ([path, integrity]) => {
      // The integrity makes a set torn by a deployment fail here; the browser tries again later.
      const response = await fetch(path, { cache: "no-cache", integrity });
      if (!response.ok) throw new Error(`${path}: ${response.status}`);
      await cache.put(path, response);
    }),
  );
}

async function activate() {
  const names = await caches.keys();
  // In the order in which they were made: the last one was in use until now.
  const old = names.filter((name) => name.startsWith(PREFIX) && name !== CACHE);
  await Promise.all(old.slice(0, -1).map((name) => caches.delete(name)));
  await self.clients.claim();
}

async function answer(path, request) {
  const cache = await caches.open(CACHE);
  return (await cache.match(path)) ?? fetch(request);
}
