type Page = { slug: string; title: string }
export const GROUPS: { title: string; pages: Page[] }[]
export const PAGES: (Page & { group: string })[]
