import { beforeEach, expect, test } from "vitest";

import { forgetForeignTabs, isFirstVisit, rememberPanel, tabsOf } from "./tabs";

const EXAMPLES = [{ name: "Notebook", query: "query Notebook { a }", variables: { id: "notebook_1" } }];

class Shelf extends Map<string, string> {
  getItem(key: string) {
    return this.get(key) ?? null;
  }
  setItem(key: string, value: string) {
    this.set(key, value);
  }
  removeItem(key: string) {
    this.delete(key);
  }
}

let shelf: Storage;
beforeEach(() => {
  shelf = new Shelf() as unknown as Storage;
});

test("tabs outlive a reload", () => {
  forgetForeignTabs(shelf, EXAMPLES);
  shelf.setItem("graphiql:tabState", "mine");
  forgetForeignTabs(shelf, EXAMPLES);
  expect(shelf.getItem("graphiql:tabState")).toBe("mine");
});

test("tabs of another Aether are forgotten, the theme is not", () => {
  forgetForeignTabs(shelf, EXAMPLES);
  shelf.setItem("graphiql:tabState", "theirs");
  shelf.setItem("graphiql:theme", "dark");
  forgetForeignTabs(shelf, []);
  expect(shelf.getItem("graphiql:tabState")).toBeNull();
  expect(shelf.getItem("graphiql:theme")).toBe("dark");
});

test("a closed panel stays closed", () => {
  expect(isFirstVisit(shelf)).toBe(true);
  rememberPanel(shelf, undefined);
  expect(isFirstVisit(shelf)).toBe(false);
});

test("variables are written out only where there are any", () => {
  expect(tabsOf(EXAMPLES)[0]?.variables).toBe('{\n  "id": "notebook_1"\n}');
  expect(tabsOf([{ name: "A", query: "{ a }", variables: {} }])[0]?.variables).toBe("");
});
