// How many jobs of a tenant are not over is asked before each upload; what is left of parts is swept.
CREATE INDEX job_littered IF NOT EXISTS FOR (n:Job) ON (n.littered);
CREATE INDEX job_tenant_open IF NOT EXISTS FOR (n:Job) ON (n.tenant, n.open);
