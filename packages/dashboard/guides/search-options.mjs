/** What the index is built with and read with: the two must agree. */
export const SEARCH_OPTIONS = {
  fields: ['heading', 'title', 'text'],
  storeFields: ['page', 'title', 'anchor', 'heading'],
}
