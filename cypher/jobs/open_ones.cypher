// How many jobs of the tenant are not over, counted up to a limit.
//
// mode:    read
// params:  most: integer
// returns: open_ones: integer
MATCH (job:Job {tenant: $tenant, open: true})
WITH job
LIMIT $most
RETURN count(job) AS open_ones
