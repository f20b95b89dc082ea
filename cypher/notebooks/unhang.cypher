// Take a notebook out of its parent.
//
// mode:    write
// params:  id: string
// returns: id: string
MATCH (notebook:Notebook {id: $id, tenant: $tenant})<-[place:PARENT_OF]-(:Notebook)
DELETE place
RETURN notebook.id AS id
