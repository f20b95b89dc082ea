// How many jobs of a tenant are not over is asked before each upload.
CREATE INDEX job_tenant_open IF NOT EXISTS FOR (n:Job) ON (n.tenant, n.open);
