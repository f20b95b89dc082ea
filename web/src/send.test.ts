import { expect, test } from "vitest";

import { refusalOf } from "./send";

test("a refusal is shown as Aether words it", () => {
  const error = { code: "FILE_EMPTY", message: "The file is empty." };
  expect(refusalOf(422, JSON.stringify({ error }))).toEqual(error);
});

test("an answer of something between us and Aether still has a code", () => {
  expect(refusalOf(413, "<html>Request Entity Too Large</html>").code).toBe("HTTP_413");
  expect(refusalOf(502, "{}").code).toBe("HTTP_502");
});
