// Whether a document shows a chunk: while it is cut anew it has others too.
//
// mode:    fragment
// needs:   document, chunk
coalesce(chunk.generation, '') = coalesce(document.generation, '')
