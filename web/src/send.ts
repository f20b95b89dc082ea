/** Sends a file's bytes as they are, and says how many have left. */

import type { Headers } from "./transport";
import type { Failure } from "./progress";

/** What Aether answers once it holds the bytes. */
export interface Accepted {
  readonly document: { readonly id: string; readonly name: string };
  readonly job: { readonly id: string };
}

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
  message: "The connection was lost while the file was sent.",
};

interface Sending {
  readonly headers: Headers;
  readonly signal: AbortSignal;
  onSent(sent: number, total: number): void;
}

/** Sends *file* until *signal* aborts it. It goes by XMLHttpRequest, because fetch does not tell the bytes sent. */
export function send(url: string, file: File, { headers, signal, onSent }: Sending): Promise<Accepted> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("PUT", url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.setRequestHeader("Content-Type", file.type || "application/octet-stream");
    request.upload.onprogress = (event) => onSent(event.loaded, event.total);
    request.onerror = () => reject(new Refusal(LOST));
    request.onabort = () => reject(signal.reason as Error);
    request.onload = () => {
      if (request.status === 202) resolve(JSON.parse(request.responseText) as Accepted);
      else reject(new Refusal(refusalOf(request.status, request.responseText)));
    };
    signal.addEventListener("abort", () => request.abort());
    request.send(file);
  });
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
