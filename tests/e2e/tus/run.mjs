// Uploads by tus-js-client to the server at the given address, and prints what became of each.
import { createHash, randomBytes } from "node:crypto";
import net from "node:net";
import { Readable } from "node:stream";
import tus from "tus-js-client";

const [origin, token, notebook, begun] = process.argv.slice(2);
const data = randomBytes(3_000_000);
const sha256 = createHash("sha256").update(data).digest("hex");

function upload(endpoint, name, options, source = data) {
  return new Promise((resolve, reject) => {
    const told = { begun: 0, offsets: [] };
    const ours = new tus.Upload(source, {
      endpoint: `${endpoint}/uploads`,
      headers: { Authorization: `Bearer ${token}` },
      metadata: { filename: name, filetype: "application/octet-stream", notebook },
      retryDelays: [20, 50, 100, 200, 400, 800, 1600],
      onError: reject,
      onBeforeRequest: (request) => {
        told.begun += request.getMethod() === "POST";
        if (request.getMethod() === "PATCH") told.offsets.push(Number(request.getHeader("Upload-Offset")));
      },
      onSuccess: ({ lastResponse }) =>
        resolve({ ...told, name, url: ours.url, document: lastResponse.getHeader("Aether-Document") }),
      ...options(() => ours),
    });
    ours.start();
  });
}

// A way to the server that breaks once so many bytes went by, as often as it is told to.
function breaking(after, times) {
  const { hostname, port } = new URL(origin);
  const went = { breaks: 0 };
  const server = net.createServer((near) => {
    const far = net.connect(Number(port), hostname);
    let sent = 0;
    const end = () => (near.destroy(), far.end());
    near.on("error", end).on("close", end);
    far.on("error", end).on("close", end);
    far.pipe(near);
    near.on("data", (piece) => {
      sent += piece.length;
      if (!far.write(piece)) {
        near.pause();
        far.once("drain", () => near.resume());
      }
      if (sent > after && went.breaks < times) {
        went.breaks += 1;
        end();
      }
    });
  });
  return new Promise((resolve) =>
    server.listen(0, "127.0.0.1", () =>
      resolve({ went, at: `http://127.0.0.1:${server.address().port}`, close: () => server.close() }),
    ),
  );
}

async function paused() {
  let resumed = false;
  return upload(origin, "paused.bin", (ours) => ({
    chunkSize: 700_000,
    onChunkComplete: async (_, offset) => {
      if (offset >= 1_400_000 && !resumed) {
        resumed = true;
        await ours().abort();
        setTimeout(() => ours().start(), 50);
      }
    },
  }));
}

async function broken() {
  const way = await breaking(800_000, 3);
  const told = await upload(way.at, "broken.bin", () => ({}));
  way.close();
  return { ...told, ...way.went };
}

const parallel = () => upload(origin, "parallel.bin", () => ({ parallelUploads: 4 }));

const deferred = () =>
  upload(
    origin,
    "deferred.bin",
    () => ({ uploadLengthDeferred: true, chunkSize: 900_000 }),
    Readable.from((function* () {
      for (let at = 0; at < data.length; at += 65_536) yield data.subarray(at, at + 65_536);
    })()),
  );

const overridden = () =>
  upload(origin, "overridden.bin", () => ({ overridePatchMethod: true, chunkSize: 2_000_000 }));

const whole = () => upload(origin, "whole.bin", () => ({ uploadDataDuringCreation: true }));

const given = () => upload(origin, "given.bin", () => ({ uploadUrl: `${origin}${begun}` }));

const results = [];
for (const one of [paused, broken, parallel, deferred, overridden, whole, given]) results.push(await one());
console.log(JSON.stringify({ size: data.length, sha256, results }));
process.exit(0);
