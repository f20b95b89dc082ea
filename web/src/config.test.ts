import { expect, test } from "vitest";

import { headersOf, peopleOf, UNTOLD } from "./config";

const ADA = { name: "Ada", token: "a" };
const BEN = { name: "Ben", token: "b" };

test("the page begins as the person it was made ready for", () => {
  expect(peopleOf({ ...UNTOLD, person: "Ben", token: "b", people: [ADA, BEN] })).toEqual([BEN, ADA]);
});

test("a signed-in person needs no list", () => {
  expect(peopleOf({ ...UNTOLD, person: "Cleo" })).toEqual([{ name: "Cleo", token: null }]);
});

test("nobody is there where nothing is told", () => {
  expect(peopleOf(UNTOLD)).toEqual([]);
});

test("only a token is sent: a cookie goes by itself", () => {
  expect(headersOf(ADA)).toEqual({ Authorization: "Bearer a" });
  expect(headersOf({ name: "Cleo", token: null })).toEqual({});
  expect(headersOf(undefined)).toEqual({});
});
