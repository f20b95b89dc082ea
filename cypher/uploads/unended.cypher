// Uploads that a worker is to finish and to look at by a second since 1970, the longest due first.
// They are found by a number: ArcadeDB's indexes of instants stumble over nodes that are gone.
//
// mode:    read
// tenant:  any; the workers finish the uploads of all tenants
// params:  now: integer, most: integer
// returns: upload: map
MATCH (upload:Upload)
WHERE upload.finish_second <= $now
WITH upload
ORDER BY upload.finish_second, upload.id
LIMIT $most
RETURN
  // use: uploads/projection
