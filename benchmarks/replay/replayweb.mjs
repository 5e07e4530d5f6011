// Open pages of a WACZ file in ReplayWeb.page, in headless Chromium.
//
//     node replayweb.mjs MODULES CHROMIUM FILE.wacz SCREENSHOT.png < pages.json
//
// MODULES is a node_modules directory with replaywebpage and puppeteer-core. Read from standard input:
// [{"url": …, "ts": …}, …]; written to standard output: for each, a line of JSON {"url": …, "text": …, "error": …} with
// the text of the replayed document. All is served on 127.0.0.1; Chromium is not told where any other host is.

import { createReadStream, statSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [modules, chromium, wacz, screenshot] = process.argv.slice(2);
const pages = JSON.parse(await new Response(process.stdin).text());
const require = createRequire(pathToFileURL(resolve(modules, "..", "x.mjs")));
const puppeteer = (await import(pathToFileURL(require.resolve("puppeteer-core")))).default;

const viewer = join(resolve(modules), "replaywebpage");
const files = {
  "/": [join(viewer, "index.html"), "text/html"],
  "/ui.js": [join(viewer, "ui.js"), "text/javascript"],
  "/sw.js": [join(viewer, "sw.js"), "text/javascript"],
  "/packed.wacz": [wacz, "application/wacz"],
};

const server = createServer((request, response) => {
  const path = new URL(request.url, "http://127.0.0.1").pathname;
  if (!(path in files)) {
    response.writeHead(404).end();
    return;
  }
  const [file, type] = files[path];
  const { size } = statSync(file);
  const range = /^bytes=(\d*)-(\d*)$/.exec(request.headers.range ?? "");
  // `bytes=-9` asks for the last nine.
  const isSuffix = range?.[1] === "";
  const start = isSuffix ? Math.max(size - Number(range[2]), 0) : Number(range?.[1] ?? 0);
  const end = range?.[2] && !isSuffix ? Math.min(Number(range[2]), size - 1) : size - 1;
  const headers = { "Content-Type": type, "Content-Length": end - start + 1, "Accept-Ranges": "bytes" };
  if (range) {
    headers["Content-Range"] = `bytes ${start}-${end}/${size}`;
  }
  response.writeHead(range ? 206 : 200, headers);
  if (request.method === "HEAD") {
    response.end();
  } else {
    createReadStream(file, { start, end }).pipe(response);
  }
});
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
const base = `http://127.0.0.1:${server.address().port}`;

const browser = await puppeteer.launch({
  executablePath: chromium,
  args: ["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"],
});
try {
  for (const [number, { url, ts }] of pages.entries()) {
    console.log(JSON.stringify({ url, ...(await replayed(url, ts, number === 0)) }));
  }
} finally {
  await browser.close();
  server.close();
}

async function replayed(url, ts, isFirst) {
  const page = await browser.newPage();
  await page.setViewport({ width: 1280, height: 900 });
  try {
    const timestamp = ts.replace(/\D/g, "");
    const place = new URLSearchParams({ view: "pages", url, ts: timestamp });
    await page.goto(`${base}/?source=${encodeURIComponent(`${base}/packed.wacz`)}#${place}`);
    const text = await textOf(page, `mp_/${url}`);
    if (isFirst) {
      await page.screenshot({ path: screenshot });
    }
    return { text };
  } catch (error) {
    return { error: String(error) };
  } finally {
    await page.close();
  }
}

// The frame's document may be replaced while it loads; it is asked until it has a body with text. Its address has the
// time of the capture that is nearest.
async function textOf(page, address) {
  const end = Date.now() + 60_000;
  while (Date.now() < end) {
    const frame = page.frames().find((candidate) => candidate.url().endsWith(address));
    const text = await frame?.evaluate(() => document.readyState === "complete" && document.body.innerText).catch(() => "");
    if (text) {
      return text;
    }
    await new Promise((later) => setTimeout(later, 100));
  }
  throw new Error(`no such frame with text: ${page.frames().map((frame) => frame.url())}`);
}
