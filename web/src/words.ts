/** How files and progress are put in words. */

import type { Progress, Step } from "./progress";

const DOING: Record<Step, string> = {
  upload: "Uploading",
  validate: "Validating",
  extract: "Extracting the text",
  chunk: "Cutting it into passages",
  embed: "Embedding its meaning",
  index: "Indexing",
};

/** What a screen reader is to say; it changes with the step, not with each percent. */
export function said({ phase, step, failure }: Progress): string {
  switch (phase) {
    case "idle":
      return "";
    case "paused":
      return "Paused. What came is kept.";
    case "ready":
      return "Ready: it can be found now.";
    case "failed":
      return failure?.message ?? "";
    default:
      return `${DOING[step]}…`;
  }
}

/** How long *progress* goes on from *now* on, such as `about 40 s left, at most 2 min`; empty if nobody knows. */
export function leftOf({ phase, eta }: Progress, now: number): string {
  if (phase !== "working" || !eta) return "";
  const [likely, latest] = eta.map((it) => lasting((it - now) / 1000)) as [string, string];
  return likely === latest ? `about ${likely} left` : `about ${likely} left, at most ${latest}`;
}

function lasting(seconds: number): string {
  if (seconds < 50) return `${Math.max(5, Math.ceil(seconds / 5) * 5)} s`;
  return seconds < 3000 ? `${Math.ceil(seconds / 60)} min` : `${Math.ceil(seconds / 3600)} h`;
}

const FIGURES = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });

/** *bytes* for people, such as `1.4 MB`. */
export function sizeOf(bytes: number): string {
  const units = ["bytes", "kB", "MB", "GB"];
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), units.length - 1);
  return `${FIGURES.format(bytes / 1000 ** power)} ${units[power]}`;
}

/** The words of a file's name, without its extension. */
export function wordsOf(name: string): string {
  const bare = name.replace(/\.[^.]+$/, "");
  return (bare.match(/[\p{L}\p{M}\p{N}]+/gu) ?? []).join(" ");
}
