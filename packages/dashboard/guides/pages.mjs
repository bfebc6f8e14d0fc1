// The guides in their order. Each is a file of docs/, which is also how they read on a code host.
export const GROUPS = [
  {
    title: 'Start',
    pages: [
      { slug: 'first-request', title: 'First request in five minutes' },
      { slug: 'test-mode', title: 'Test Mode and test cases' },
      { slug: 'going-live', title: 'Going live' },
    ],
  },
  {
    title: 'Sign requests',
    pages: [
      { slug: 'signing', title: 'How signing works' },
      { slug: 'live-signer', title: 'Live signer' },
      { slug: 'rotating-keys', title: 'Rotating keys' },
      { slug: 'receipts', title: 'Signed answers' },
      { slug: 'conformance', title: 'Conformance kit' },
      { slug: 'problems', title: 'Problems' },
    ],
  },
  {
    title: 'Webhooks',
    pages: [
      { slug: 'webhooks', title: 'Receive webhooks' },
      { slug: 'event-types', title: 'Event types' },
    ],
  },
  {
    title: 'Money',
    pages: [
      { slug: 'money', title: 'Move money' },
      { slug: 'reports', title: 'Search, reports and exports' },
    ],
  },
  {
    title: 'Tools',
    pages: [
      { slug: 'cli', title: 'Command line' },
      { slug: 'postman', title: 'Postman' },
    ],
  },
  {
    title: 'Run the platform',
    pages: [
      { slug: 'operating', title: 'Operating' },
      { slug: 'rails', title: 'Write your own rail' },
      { slug: 'forward-auth', title: 'In front of your own API' },
    ],
  },
]

export const PAGES = GROUPS.flatMap(({ title: group, pages }) => pages.map((page) => ({ ...page, group })))
