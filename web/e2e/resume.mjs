// A long upload that is paused, left and taken up again, and brought in parallel, in a real page.
//
//   node e2e/resume.mjs BASE_URL FILE LARGE_FILE
//
// FILE is of some 16 MB, LARGE_FILE so large that it is brought by several connections at once. Fails
// unless every upload goes on where it stopped, and ends as a document whose processing ended.

import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { chromium } from "playwright-core";

const [base, file, large] = process.argv.slice(2);
if (!large) {
  console.error("usage: node e2e/resume.mjs BASE_URL FILE LARGE_FILE");
  process.exit(2);
}
const READY_WITHIN_MS = 180_000;
const SLOW_BYTES_A_SECOND = 4_000_000;

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"],
});
const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
const wire = await page.context().newCDPSession(page);
await wire.send("Network.enable");

const patches = [];
const creations = [];
page.on("request", (request) => {
  if (!new URL(request.url()).pathname.startsWith("/uploads")) return;
  if (request.method() === "PATCH") patches.push(Number(request.headers()["upload-offset"]));
  if (request.method() === "POST") creations.push(request.headers()["upload-concat"] ?? "whole");
});

try {
  await pausedAndResumed();
  await leftAndTakenUp();
  await inParallel();
} catch (error) {
  console.error(error);
  await page.screenshot({ path: ".cache/browser/resume-failed.png" }).catch(() => undefined);
  process.exitCode = 1;
} finally {
  await browser.close();
}

/** Paused and resumed: one upload, and none of its bytes sent from the beginning again. */
async function pausedAndResumed() {
  const panel = await opened();
  await slowly();
  await panel.locator("input[type=file]").setInputFiles(file);
  await panel.getByRole("button", { name: "Upload", exact: true }).click();
  await sent(panel, 20);
  await panel.getByRole("button", { name: "Pause", exact: true }).click();
  await panel.getByText("Paused. What came is kept.").waitFor();
  const kept = await percentOf(panel);
  await page.waitForTimeout(700);
  demand((await percentOf(panel)) === kept, "bytes left while it was paused");
  await panel.getByRole("button", { name: "Resume", exact: true }).click();
  await ready(panel);
  demand(creations.length === 1, `it was begun ${creations.length} times`);
  demand(patches.length === 2 && patches[1] > 0, `it was sent from ${patches.join(" and from ")}`);
  console.log(`paused and resumed: went on at ${patches[1]}`);
}

/** The page is left in the middle; the same file, chosen again, goes on where it was. */
async function leftAndTakenUp() {
  patches.length = creations.length = 0;
  let panel = await opened();
  await slowly();
  await panel.locator("input[type=file]").setInputFiles(file);
  await panel.getByRole("button", { name: "Upload", exact: true }).click();
  await sent(panel, 30);
  panel = await opened();
  await panel.locator("input[type=file]").setInputFiles(file);
  await panel.getByRole("button", { name: "Upload", exact: true }).click();
  await ready(panel);
  demand(creations.length === 1, `it was begun ${creations.length} times`);
  demand(patches.at(-1) > 0, "it was sent from its beginning again");
  console.log(`left and taken up: went on at ${patches.at(-1)}`);
}

/** A large file comes by several connections, is paused too, and is one document in the end. */
async function inParallel() {
  patches.length = creations.length = 0;
  const panel = await opened();
  await wire.send("Network.emulateNetworkConditions", conditions(-1));
  await panel.locator("input[type=file]").setInputFiles(large);
  await panel.getByRole("button", { name: "Upload", exact: true }).click();
  await ready(panel);
  const parts = creations.filter((kind) => kind === "partial").length;
  demand(parts === 4, `it came in ${parts} parts`);
  demand(creations.some((kind) => kind.startsWith("final")), "it was not put together");
  const search = "query { search(query: \"zanzibar\", first: 5) { edges { node { document { fileSize name } } } } }";
  const { size } = await stat(large);
  const found = await page.evaluate(asked, search);
  demand(
    found.data.search.edges.some(({ node }) => node.document?.fileSize === String(size) || node.document?.fileSize === size),
    `it is not found at its size: ${JSON.stringify(found)}`,
  );
  console.log(`in parallel: ${basename(large)} came in ${parts} parts`);
}

/** The panel of a page that was just opened. */
async function opened() {
  await page.goto(base);
  await page.locator("#upload-title").or(page.getByLabel("Show Upload")).first().waitFor();
  if (!(await page.locator("#upload-title").isVisible())) await page.getByLabel("Show Upload").click();
  return page.getByRole("region", { name: "Upload" });
}

function conditions(uploadThroughput) {
  return { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput };
}

function slowly() {
  return wire.send("Network.emulateNetworkConditions", conditions(SLOW_BYTES_A_SECOND));
}

async function percentOf(panel) {
  return Number(await panel.getByRole("progressbar").getAttribute("value"));
}

/** Wait until *percent* of the bytes left. */
async function sent(panel, percent) {
  const bar = panel.getByRole("progressbar");
  await bar.waitFor();
  for (let n = 0; n < 600; n += 1) {
    if ((await bar.count()) && Number(await bar.getAttribute("value")) >= percent) return;
    await page.waitForTimeout(50);
  }
  throw new Error(`never ${percent} %`);
}

async function ready(panel) {
  const done = panel.getByRole("button", { name: "Search it" });
  await done.or(panel.locator("[data-mark=failed]")).first().waitFor({ timeout: READY_WITHIN_MS });
  demand(await done.isVisible(), `it failed: ${await panel.getByRole("status").innerText()}`);
}

/** What Aether answers to *query*; runs in the page. */
async function asked(query) {
  const config = await (await fetch("/graphiql/config")).json();
  const headers = { "Content-Type": "application/json", Authorization: `Bearer ${config.token}` };
  return (await fetch("/graphql", { method: "POST", headers, body: JSON.stringify({ query }) })).json();
}

function demand(so, otherwise) {
  if (!so) throw new Error(otherwise);
}
