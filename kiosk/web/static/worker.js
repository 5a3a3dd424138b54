// The board's service worker, on its screens alone: keeps the last answer of each page that was
// opened, with its styles and scripts, and gives it when the server does not answer. What it gives
// says when it was kept, so that the page can say so. It never stands between the screen and a server
// that answers, and never answers a poll: a poll that fails tells the page that the server is away.
"use strict";

const KEPT = "board-1";
const MOST = 300;
const PATIENCE = 4000;
const PAGES = /^\/($|party$|village$|finance$|announcements$|notices\/|villages\/|services|search$|attract$)/;

self.addEventListener("install", (event) => event.waitUntil(self.skipWaiting()));
self.addEventListener("activate", (event) => event.waitUntil(begin()));

async function begin() {
  for (const name of await caches.keys()) {
    if (name !== KEPT) { await caches.delete(name); }
  }
  await self.clients.claim();
}

self.addEventListener("message", (event) => event.waitUntil(fill(event.data)));

async function fill({ keep, pages }) {
  const cache = await caches.open(KEPT);
  const wanted = new Set(keep.map((url) => new URL(url).href));
  for (const url of wanted) {
    if (!(await cache.match(url))) { await quietly(() => cache.add(url)); }
  }
  // Styles and scripts of a program that runs no more.
  for (const request of await cache.keys()) {
    const url = new URL(request.url);
    if (url.pathname.startsWith("/static/") && url.search && !wanted.has(url.href)) {
      await cache.delete(request);
    }
  }
  for (const page of pages) {
    for (const part of page === "/attract" ? [false] : [false, true]) {
      const headers = part ? { "HX-Request": "true" } : {};
      await quietly(async () => {
        const response = await fetch(page, { headers, cache: "no-store" });
        await store(cache, key(page, part), response);
      });
    }
  }
}

async function quietly(act) {
  try { await act(); } catch (error) { /* the server went away; the next page load asks again */ }
}

// A page and its part share an address.
function key(url, part) {
  const found = new URL(url, self.location.origin);
  if (part) { found.searchParams.set("kiosk-part", "1"); }
  return found.href;
}

async function store(cache, name, response) {
  if (response.status !== 200) { return; }
  await cache.delete(name);
  await cache.put(name, response);
  const held = await cache.keys();
  for (const old of held.slice(0, Math.max(0, held.length - MOST))) { await cache.delete(old); }
}

self.addEventListener("fetch", (event) => {
  const request = event.request;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) { return; }
  if (url.pathname.startsWith("/static/") && url.search) {
    event.respondWith(still(request));
  } else if (url.pathname.startsWith("/blobs/")) {
    event.respondWith(still(request));
  } else if (PAGES.test(url.pathname) && !request.headers.has("If-None-Match")) {
    event.respondWith(fresh(event, request, url));
  }
});

// Never changes under its address.
async function still(request) {
  const cache = await caches.open(KEPT);
  const held = await cache.match(request.url);
  if (held) { return held; }
  const response = await fetch(request);
  if (response.status === 200) { await store(cache, request.url, response.clone()); }
  return response;
}

async function fresh(event, request, url) {
  const cache = await caches.open(KEPT);
  const name = key(url.href, request.headers.get("HX-Request") === "true");
  try {
    const asked = fetch(request);
    const response = await (request.mode === "navigate" ? atMost(asked, PATIENCE) : asked);
    if (response.status >= 500 && request.mode === "navigate") { throw new Error("server"); }
    if (response.status === 200) { event.waitUntil(store(cache, name, response.clone())); }
    return response;
  } catch (error) {
    const held = (await cache.match(name))
      || (request.mode === "navigate" ? await cache.match(key("/", false)) : undefined);
    if (!held) { throw error; }
    const headers = new Headers(held.headers);
    headers.set("X-Kiosk-Kept", headers.get("X-Kiosk-Now") || headers.get("Date") || "");
    headers.delete("X-Kiosk-Now");
    return new Response(await held.blob(), { status: 200, headers });
  }
}

function atMost(promise, milliseconds) {
  return Promise.race([
    promise,
    new Promise((_, fail) => setTimeout(() => fail(new Error("slow")), milliseconds))
  ]);
}
