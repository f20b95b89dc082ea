/** What stands where no answer is yet. */

import { formatShortcutForOS, KEY_MAP, useGraphiQL } from "@graphiql/react";

export function RunHint() {
  const isEmpty = useGraphiQL(
    ({ tabs, activeTabIndex, isFetching, subscription }) =>
      !tabs[activeTabIndex]?.response && !isFetching && !subscription,
  );
  if (!isEmpty) return null;
  return (
    <p className="run-hint">
      <kbd>{formatShortcutForOS(KEY_MAP.runQuery.key).replace("-", " ")}</kbd> runs the operation
    </p>
  );
}
