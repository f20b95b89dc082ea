// Every document in a notebook and below, with the notebooks above it from the top down; deleted ones until
// that is noted on them.
//
// mode:    read
// params:  notebook: string
// returns: id: string, path: list<string>, live: boolean
MATCH (:Notebook {id: $notebook, tenant: $tenant})-[:PARENT_OF*0..40]->(below:Notebook)
MATCH (below)-[:CONTAINS]->(document:Document)
WITH DISTINCT below, document, document.deletion IS NULL AND below.status <> 'deleted' AS live
WHERE live OR document.scope_ <> ''
MATCH path = (below)<-[:PARENT_OF*0..40]-(root:Notebook)
WHERE NOT EXISTS { (root)<-[:PARENT_OF]-(:Notebook) }
RETURN document.id AS id, [step IN nodes(path) | step.id] AS path, live
