import { expect, test } from "vitest";

import { joined, operationOf } from "./transport";

const TWO = "query A { a } subscription B { b }";

test("the named operation is the one that runs", () => {
  expect(operationOf({ query: TWO, operationName: "B" })?.operation).toBe("subscription");
  expect(operationOf({ query: TWO, operationName: "A" })?.operation).toBe("query");
});

test("a name left over from another document is forgotten", () => {
  expect(operationOf({ query: "query A { a }", operationName: "Gone" })?.name?.value).toBe("A");
});

test("which of several is meant, or what a broken document means, is for the server to say", () => {
  expect(operationOf({ query: TWO })).toBeNull();
  expect(operationOf({ query: "query {" })).toBeNull();
});

test("headers written by hand win over the ready token, in any case", () => {
  const ready = { Authorization: "Bearer ready" };
  expect(joined(ready, {})).toEqual(ready);
  expect(joined(ready, { "X-Trace": "1" })).toEqual({ ...ready, "X-Trace": "1" });
  expect(joined(ready, { authorization: "Bearer mine" })).toEqual({ authorization: "Bearer mine" });
});
