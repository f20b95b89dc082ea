import { describe, expect, test } from "vitest";

import type { Job } from "./documents";
import { ACCEPTED, failed, IDLE, markOf, type Progress, sending, STEPS, worked } from "./progress";
import { leftOf } from "./words";

const job = (changes: Partial<Job>): Job => ({
  id: "job_1",
  status: "RUNNING",
  stage: "VALIDATE",
  progress: 0,
  error: null,
  eta: null,
  ...changes,
});

const marks = (progress: Progress) => STEPS.map((step) => markOf(step, progress)).join(" ");

describe("progress", () => {
  test("bytes are told in whole percent, and an empty file has none", () => {
    expect(sending(1, 3).percent).toBe(33);
    expect(sending(3, 3).percent).toBe(100);
    expect(sending(0, 0).percent).toBe(0);
  });

  test("the steps before the one under way are done", () => {
    expect(marks(IDLE)).toBe("waiting waiting waiting waiting waiting waiting");
    expect(marks(sending(1, 2))).toBe("active waiting waiting waiting waiting waiting");
    const chunking = worked(ACCEPTED, job({ stage: "CHUNK", progress: 40 }));
    expect(marks(chunking)).toBe("done done done active waiting waiting");
  });

  test("a job that has not begun stands at its first stage", () => {
    expect(worked(ACCEPTED, job({ status: "PENDING", stage: null }))).toEqual(ACCEPTED);
  });

  test("a report that comes late takes nothing back", () => {
    const embedding = worked(ACCEPTED, job({ stage: "EMBED", progress: 60 }));
    expect(worked(embedding, job({ stage: "EXTRACT", progress: 20 }))).toEqual(embedding);
  });

  test("it is told how long it will take, roughly, and at most", () => {
    const eta = { likely: "2026-11-29T12:00:42Z", latest: "2026-11-29T12:01:30Z" };
    const now = Date.parse("2026-11-29T12:00:00Z");
    expect(leftOf(worked(ACCEPTED, job({ eta })), now)).toBe("about 45 s left, at most 2 min");
    expect(leftOf(worked(ACCEPTED, job({ eta })), now + 120_000)).toBe("about 5 s left");
    expect(leftOf(worked(ACCEPTED, job({})), now)).toBe("");
    expect(leftOf(worked(ACCEPTED, job({ eta, status: "COMPLETED" })), now)).toBe("");
  });

  test("a completed job is ready", () => {
    const ready = worked(ACCEPTED, job({ status: "COMPLETED", stage: "INDEX", progress: 100 }));
    expect(ready.phase).toBe("ready");
    expect(marks(ready)).toBe("done done done done done done");
  });

  test("a failed job says where and why", () => {
    const error = { code: "FILE_ENCRYPTED", message: "The PDF is encrypted." };
    const broken = worked(ACCEPTED, job({ status: "FAILED", stage: "EXTRACT", error }));
    expect(broken.failure).toEqual(error);
    expect(marks(broken)).toBe("done done failed waiting waiting waiting");
  });

  test("a cancelled job has failed with a code of its own", () => {
    expect(worked(ACCEPTED, job({ status: "CANCELLED" })).failure?.code).toBe("CANCELLED");
  });

  test("a refused upload fails at its first step", () => {
    expect(marks(failed(sending(1, 2), { code: "FILE_EMPTY", message: "" }))).toMatch(/^failed waiting/);
  });
});
