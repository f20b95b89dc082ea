/** Brings a file's bytes to Aether by the tus protocol, which goes on where it stopped. */

import { DetailedError, Upload } from "tus-js-client";

import type { Failure } from "./progress";
import type { Headers } from "./transport";

/** The bytes were not taken; the failure says why. */
export class Refusal extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.message);
    this.failure = failure;
  }
}

const LOST: Failure = {
  code: "CONNECTION_LOST",
  message: "The connection was lost while the file was sent. What came is kept: try again to go on.",
};

/** From this size on, in bytes, a file is brought by several connections at once. */
export const PARALLEL_FROM = 64_000_000;
const PARALLEL = 4;
const PAUSES_MS = [0, 500, 1_000, 2_000, 4_000, 8_000];

interface Wanted {
  readonly headers: Headers;
  readonly notebook: string;
  /** All that is sent and how much there is, in bytes, at each step. */
  onSent(sent: number, total: number): void;
  /** The id of the job that processes the document, once all bytes are there. */
  onAccepted(job: string): void;
  onRefused(refusal: Refusal): void;
}

/** A file on its way. */
export class Sending {
  readonly #upload: Upload;
  #looked = false;

  constructor(endpoint: string, file: File, wanted: Wanted) {
    const { headers, notebook, onSent, onAccepted, onRefused } = wanted;
    this.#upload = new Upload(file, {
      endpoint,
      headers: { ...headers },
      metadata: { filename: file.name, filetype: file.type || "application/octet-stream", notebook },
      parallelUploads: file.size >= PARALLEL_FROM ? PARALLEL : 1,
      retryDelays: PAUSES_MS,
      // The same file may go to several notebooks, so the place in one is not the place in another.
      fingerprint: () => Promise.resolve(fingerprintOf(file, endpoint, notebook)),
      removeFingerprintOnSuccess: true,
      onProgress: (sent, total) => onSent(sent, total ?? file.size),
      onSuccess: ({ lastResponse }) => {
        const job = lastResponse.getHeader("Aether-Job");
        if (job) onAccepted(job);
        else onRefused(new Refusal({ code: "NO_JOB", message: "Aether took the file and did not say more." }));
      },
      onError: (error) => onRefused(new Refusal(failureOf(error))),
    });
  }

  /** Begin, or go on where it stopped, be it in this page or in one that was closed. */
  async start(): Promise<void> {
    if (!this.#looked) {
      this.#looked = true;
      const [earlier] = await this.#upload.findPreviousUploads();
      if (earlier) this.#upload.resumeFromPreviousUpload(earlier);
    }
    this.#upload.start();
  }

  /** Stop for now; Aether keeps what came. */
  async pause(): Promise<void> {
    await this.#upload.abort();
  }

  /** Give it up; Aether forgets what came. */
  async cancel(): Promise<void> {
    await this.#upload.abort(true);
  }
}

/** What tells one file on its way to one place from all others. */
export function fingerprintOf(file: File, endpoint: string, notebook: string): string {
  return ["aether", endpoint, notebook, file.name, file.type, file.size, file.lastModified].join(" ");
}

function failureOf(error: Error | DetailedError): Failure {
  const response = error instanceof DetailedError ? error.originalResponse : null;
  return response ? refusalOf(response.getStatus(), response.getBody()) : LOST;
}

/** What a refusing answer says, or else its status. */
export function refusalOf(status: number, body: string): Failure {
  try {
    const { error } = JSON.parse(body) as { error: Failure };
    return { code: error.code, message: error.message };
  } catch {
    return { code: `HTTP_${status}`, message: `Aether refused the file with status ${status}.` };
  }
}
