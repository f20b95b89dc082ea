/** How far an upload is: the bytes first, then the stages of the job that they began. */

import type { Job } from "./documents";

export const STEPS = ["upload", "validate", "extract", "chunk", "embed", "index"] as const;
export type Step = (typeof STEPS)[number];
export type Mark = "waiting" | "active" | "done" | "failed";

export interface Failure {
  readonly code: string;
  readonly message: string;
}

export interface Progress {
  readonly phase: "idle" | "sending" | "paused" | "working" | "ready" | "failed";
  readonly step: Step;
  /** How much of the phase is done, from 0 to 100. */
  readonly percent: number;
  readonly failure?: Failure;
  /** When it will be ready, probably and at the latest, in milliseconds since 1970. */
  readonly eta?: readonly [likely: number, latest: number];
}

export const IDLE: Progress = { phase: "idle", step: "upload", percent: 0 };
export const ACCEPTED: Progress = { phase: "working", step: "validate", percent: 0 };

/** The progress after *sent* of *total* bytes. */
export function sending(sent: number, total: number): Progress {
  return { phase: "sending", step: "upload", percent: total > 0 ? Math.floor((100 * sent) / total) : 0 };
}

/** *before*, gone wrong where it was. */
export function failed(before: Progress, failure: Failure): Progress {
  return { phase: "failed", step: before.step, percent: before.percent, failure };
}

/** The progress that *job* reports; it never goes back. */
export function worked(before: Progress, job: Job): Progress {
  const step = later(before.step, stepOf(job.stage));
  const eta = job.eta && ([Date.parse(job.eta.likely), Date.parse(job.eta.latest)] as const);
  const at: Progress = {
    phase: "working",
    step,
    percent: Math.max(before.percent, job.progress),
    ...(eta && { eta }),
  };
  switch (job.status.toUpperCase()) {
    case "COMPLETED":
      return { phase: "ready", step: "index", percent: 100 };
    case "FAILED":
      return failed(at, job.error ?? { code: "FAILED", message: "Processing failed." });
    case "CANCELLED":
      return failed(at, { code: "CANCELLED", message: "Processing was cancelled." });
    default:
      return at;
  }
}

/** How *step* is to be drawn. */
export function markOf(step: Step, progress: Progress): Mark {
  if (progress.phase === "idle") return "waiting";
  if (progress.phase === "ready") return "done";
  const distance = STEPS.indexOf(step) - STEPS.indexOf(progress.step);
  if (distance !== 0) return distance < 0 ? "done" : "waiting";
  return progress.phase === "failed" ? "failed" : "active";
}

function stepOf(stage: string | null): Step {
  const name = stage?.toLowerCase();
  return STEPS.find((step) => step === name) ?? "validate";
}

function later(one: Step, other: Step): Step {
  return STEPS.indexOf(one) < STEPS.indexOf(other) ? other : one;
}
