// Every reason why a user may see a live notebook, the nearest first.
//
// mode:    read
// params:  user: string, id: string
// returns: kind: string, level: integer, path: list<string>
MATCH (viewer:User {id: $user, tenant: $tenant})
MATCH (notebook:Notebook {id: $id, tenant: $tenant})
WHERE notebook.status <> 'deleted'
MATCH path = (notebook)<-[:PARENT_OF*0..20]-(holder:Notebook)
OPTIONAL MATCH (holder)<-[grant:OWNS|COLLABORATES_ON]-(viewer)
WHERE grant.status = 'active'
WITH path, holder, grant
WHERE grant IS NOT NULL OR holder.visibility = 'public'
WITH length(path) AS distance, [step IN nodes(path) | step.id] AS path,
     CASE WHEN grant IS NULL THEN 'public' WHEN type(grant) = 'OWNS' THEN 'owner' ELSE 'collaborator' END AS kind,
     CASE WHEN grant IS NULL THEN 1 ELSE grant.level END AS level
ORDER BY distance, level DESC
RETURN kind, level, path
