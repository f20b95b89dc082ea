// Uploads that expired before a second since 1970, the longest expired first.
// They are found by a number: ArcadeDB's indexes of instants stumble over nodes that are gone.
//
// mode:    read
// tenant:  any; the sweeper looks after the uploads of all tenants
// params:  before: integer, most: integer
// returns: upload: map
MATCH (upload:Upload)
WHERE upload.expires_second < $before
WITH upload
ORDER BY upload.expires_at, upload.id
LIMIT $most
RETURN
  // use: uploads/projection
