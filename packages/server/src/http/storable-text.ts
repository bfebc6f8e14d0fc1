/** Text that PostgreSQL can keep: no NUL, no half of a surrogate pair. */
export const storable = (text: string): boolean => !/[\0\p{Surrogate}]/u.test(text)
