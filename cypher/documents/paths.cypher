// The notebooks above documents from the top down, and whether these live.
//
// mode:    read
// params:  ids: list<string>
// returns: id: string, path: list<string>, live: boolean
UNWIND $ids AS given
MATCH (notebook:Notebook)-[:CONTAINS]->(document:Document {id: given, tenant: $tenant})
WITH notebook, document, document.deletion IS NULL AND notebook.status <> 'deleted' AS live
MATCH path = (notebook)<-[:PARENT_OF*0..40]-(root:Notebook)
WHERE NOT EXISTS { (root)<-[:PARENT_OF]-(:Notebook) }
RETURN document.id AS id, [step IN nodes(path) | step.id] AS path, live
