/** The way of a document, drawn as a line of steps. */

import { markOf, type Progress, STEPS, type Step } from "./progress";

const LABELS: Record<Step, readonly [name: string, hint: string]> = {
  upload: ["Upload", "the bytes, as they are"],
  validate: ["Validate", "is it what its name says?"],
  extract: ["Extract", "text, page by page"],
  chunk: ["Chunk", "passages with anchors"],
  embed: ["Embed", "meaning, as vectors"],
  index: ["Index", "to be found"],
};

/** Every step with its mark; the one under way says how far it is. */
export function Steps({ progress }: { readonly progress: Progress }) {
  return (
    <ol className="steps">
      {STEPS.map((step) => (
        <StepLine key={step} step={step} progress={progress} />
      ))}
    </ol>
  );
}

function StepLine({ step, progress }: { readonly step: Step; readonly progress: Progress }) {
  const [name, hint] = LABELS[step];
  const mark = markOf(step, progress);
  return (
    <li data-mark={mark} aria-current={mark === "active" ? "step" : undefined}>
      <span className="step-name">{name}</span>
      <span className="step-hint">{hint}</span>
      <span className="step-percent">{mark === "active" && `${progress.percent} %`}</span>
    </li>
  );
}
