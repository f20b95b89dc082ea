// How many uploads of a user have not ended.
//
// mode:    read
// params:  user: string, now: datetime
// returns: unfinished: integer
MATCH (owner:User {id: $user, tenant: $tenant})-[:UPLOADS]->(upload:Upload)
WHERE upload.document IS NULL AND upload.aborted_at IS NULL AND upload.failure_code IS NULL AND upload.expires_at > $now
RETURN count(upload) AS unfinished
