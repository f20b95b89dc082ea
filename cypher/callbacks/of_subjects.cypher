// The callbacks on any of some things that have not ended, the oldest first.
//
// mode:    read
// params:  subjects: list<string>
// returns: callback: map
UNWIND $subjects AS given
MATCH (callback:Callback {subject: given})
WHERE callback.tenant = $tenant AND callback.ended_at IS NULL
WITH callback
ORDER BY callback.id
RETURN
  // use: callbacks/projection
