// What a new user does first: open the page, upload a document, watch it, and find it again.
//
//   node e2e/upload.mjs BASE_URL FILE OUT.png
//
// Leaves OUT-1-open.png, OUT-2-upload.png, OUT-3-ready.png and OUT.png. Fails on any console
// error, any request to elsewhere, a refused upload, and a search that finds nothing.

import { chromium } from "playwright-core";

const READY_WITHIN_MS = 180_000;
const [base, file, out] = process.argv.slice(2);
if (!out) {
  console.error("usage: node e2e/upload.mjs BASE_URL FILE OUT.png");
  process.exit(2);
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"],
});
const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
const problems = watched(page);

try {
  await page.goto(base);
  await page.locator(".graphiql-query-editor .view-line").first().waitFor();
  await page.locator("#upload-title").or(page.getByLabel("Show Upload")).first().waitFor();
  if (!(await page.locator("#upload-title").isVisible())) await page.getByLabel("Show Upload").click();
  await shoot("1-open");

  const panel = page.getByRole("region", { name: "Upload" });
  await panel.locator("input[type=file]").setInputFiles(file);
  await panel.getByRole("button", { name: "Upload", exact: true }).click();
  await panel.locator("[data-mark=active], [data-mark=failed]").first().waitFor();
  await shoot("2-upload");

  const outcome = panel.getByRole("status");
  const search = panel.getByRole("button", { name: "Search it" });
  await search.or(panel.locator("[data-mark=failed]")).first().waitFor({ timeout: READY_WITHIN_MS });
  console.log(`outcome: ${await outcome.innerText()}`);
  if (!(await search.isVisible())) throw new Error("The document did not become ready.");
  await shoot("3-ready");

  await search.click();
  await page.keyboard.press("Control+Enter");
  const answer = await page.waitForFunction(response, null, { timeout: 20_000 });
  const text = await answer.jsonValue();
  await shoot();
  const { data, errors } = JSON.parse(text);
  if (errors) throw new Error(`The search failed: ${JSON.stringify(errors)}`);
  const found = Object.values(data).flatMap((result) => result.edges ?? result.hits ?? []);
  console.log(`search: ${found.length} found`);
  if (found.length === 0) throw new Error("The search found nothing.");
} catch (error) {
  problems.push(String(error));
  await shoot("failed");
} finally {
  await browser.close();
}

for (const problem of problems) console.error(problem);
process.exit(problems.length > 0 ? 1 : 0);

/** What goes wrong on *page* unseen, as it comes. */
function watched(page) {
  const problems = [];
  const { host } = new URL(base);
  const isOurs = (url) => ["data:", "blob:"].includes(url.protocol) || url.host === host;
  const look = (url) => isOurs(new URL(url)) || problems.push(`request to elsewhere: ${url}`);
  page.on("request", (request) => look(request.url()));
  page.on("websocket", (socket) => look(socket.url()));
  page.on("pageerror", (error) => problems.push(`page error: ${error}`));
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(`console error: ${message.text()}`);
  });
  return problems;
}

async function shoot(step) {
  await page.waitForTimeout(400);
  await page.screenshot({ path: step ? out.replace(/(\.png)?$/, `-${step}.png`) : out });
}

/** The text of the response, once there is one; runs in the page. */
function response() {
  const models = globalThis.__MONACO.editor.getModels();
  return models.find(({ uri }) => uri.path.endsWith("response.json"))?.getValue() || null;
}
