/** One upload at a time, from the chosen file to the searchable document; views watch it. */

import type { Config } from "./config";
import { type Job, PROGRESS, type ProgressData } from "./documents";
import { ACCEPTED, type Failure, failed, IDLE, type Progress, sending, worked } from "./progress";
import { Sending } from "./send";
import { follow, type Headers } from "./transport";

export interface UploadState {
  readonly file: File | null;
  readonly progress: Progress;
}

export class Upload {
  #state: UploadState = { file: null, progress: IDLE };
  #stop: () => void = () => undefined;
  #sending: Sending | undefined;
  readonly #watchers = new Set<() => void>();
  readonly #config: Config;
  readonly #headers: Headers;

  constructor(config: Config, headers: Headers) {
    this.#config = config;
    this.#headers = headers;
  }

  /** Have *watcher* called after each change; gives the way to end it. */
  readonly watch = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  };

  readonly state = (): UploadState => this.#state;

  /** Take *file* as the next one to send. */
  choose(file: File | null): void {
    this.#change({ file, progress: IDLE });
  }

  /** Send the chosen file into *notebook* and follow its processing. */
  async start(notebook: string): Promise<void> {
    const { file } = this.#state;
    if (!file) return;
    this.#set(sending(0, file.size));
    const current = new Sending(this.#config.uploads, file, {
      headers: this.#headers,
      notebook,
      onSent: (sent, total) => {
        if (this.#state.progress.phase === "sending") this.#set(sending(sent, total));
      },
      onAccepted: (job) => {
        this.#sending = undefined;
        this.#set(ACCEPTED);
        this.#follow(job);
      },
      onRefused: ({ failure }) => this.#fail(failure),
    });
    this.#sending = current;
    await current.start();
  }

  /** Stop sending for now; what came is kept. */
  async pause(): Promise<void> {
    this.#set({ ...this.#state.progress, phase: "paused" });
    await this.#sending?.pause();
  }

  /** Go on with what was paused. */
  async resume(): Promise<void> {
    this.#set({ ...this.#state.progress, phase: "sending" });
    await this.#sending?.start();
  }

  /** Give up what is being sent, and be ready for another file. */
  async cancel(): Promise<void> {
    const given = this.#sending;
    this.#sending = undefined;
    this.choose(this.#state.file);
    try {
      await given?.cancel();
    } catch {
      // It expires by itself where it cannot be given up.
    }
  }

  /** Leave what is under way alone. What Aether already holds, it goes on to process. */
  stop(): void {
    void this.#sending?.pause();
    this.#stop();
  }

  #follow(job: string): void {
    const request = { query: PROGRESS, variables: { job } };
    this.#stop = follow<ProgressData>(this.#config.subscriptions, request, this.#headers, {
      next: ({ data, errors }) => {
        if (data) this.#report(data.jobProgress.job);
        else this.#fail(faultOf(errors?.[0]));
      },
      error: (error) => this.#fail(unexpected(error)),
      complete: () => {
        if (this.#state.progress.phase !== "working") return;
        this.#fail({ code: "PROGRESS_ENDED", message: "Aether stopped telling how far it is." });
      },
    });
  }

  #report(job: Job): void {
    this.#set(worked(this.#state.progress, job));
  }

  #fail(failure: Failure): void {
    this.#set(failed(this.#state.progress, failure));
  }

  #set(progress: Progress): void {
    this.#change({ ...this.#state, progress });
  }

  #change(state: UploadState): void {
    this.#state = state;
    for (const watcher of this.#watchers) watcher();
  }
}

function faultOf(error: { message: string; extensions?: { code?: string } } | undefined): Failure {
  return { code: error?.extensions?.code ?? "ERROR", message: error?.message ?? "Aether gave no answer." };
}

function unexpected(error: unknown): Failure {
  const first: unknown = Array.isArray(error) ? error[0] : error;
  if (first instanceof Error) return { code: "CONNECTION_LOST", message: first.message };
  return faultOf(first as { message: string } | undefined);
}
