import { expect, test } from "vitest";

import { sizeOf, wordsOf } from "./words";

test("sizes have up to three figures and a unit", () => {
  expect(sizeOf(0)).toBe("0 bytes");
  expect(sizeOf(999)).toBe("999 bytes");
  expect(sizeOf(1_400_000)).toBe("1.4 MB");
  expect(sizeOf(12_345_000_000_000)).toBe("12,300 GB");
});

test("a file's name is searched by its words, in any script", () => {
  expect(wordsOf("spring-flood_survey.2024.pdf")).toBe("spring flood survey 2024");
  expect(wordsOf("Überflutung im März.docx")).toBe("Überflutung im März");
  expect(wordsOf("README")).toBe("README");
});
