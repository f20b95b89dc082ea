import { expect, test } from "vitest";

import { fingerprintOf, refusalOf } from "./send";

test("a refusal is shown as Aether words it", () => {
  const error = { code: "FILE_EMPTY", message: "The file is empty." };
  expect(refusalOf(422, JSON.stringify({ error }))).toEqual(error);
});

test("an answer of something between us and Aether still has a code", () => {
  expect(refusalOf(413, "<html>Request Entity Too Large</html>").code).toBe("HTTP_413");
  expect(refusalOf(502, "{}").code).toBe("HTTP_502");
});

test("a file on its way to one notebook is not the same on its way to another", () => {
  const file = new File(["water"], "rivers.txt", { lastModified: 1 });
  const one = fingerprintOf(file, "/uploads", "notebook_1");
  expect(fingerprintOf(file, "/uploads", "notebook_1")).toBe(one);
  expect(fingerprintOf(file, "/uploads", "notebook_2")).not.toBe(one);
  expect(fingerprintOf(new File(["x"], "rivers.txt", { lastModified: 1 }), "/uploads", "notebook_1")).not.toBe(one);
});
