import { EVENT_TYPE_NAMES, EVENT_TYPES, eventCatalogue } from '../packages/server/src/webhooks/event-types.ts'

/** `docs/event-types.md`: what `GET /v1/event-types` answers, for people who read. */
export function eventTypesPage(): string {
  const rows = EVENT_TYPE_NAMES.map(
    (type) => `| [\`${type}\`](#${type.replace(/[^a-z_]/g, '')}) | ${EVENT_TYPES[type].description} |`,
  )
  const sections = eventCatalogue.map(
    ({ type, description, schema, example }) => `## ${type}

${description}

\`\`\`json
${JSON.stringify(example, null, 2)}
\`\`\`

<details>
<summary>JSON Schema</summary>

\`\`\`json
${JSON.stringify(schema, null, 2)}
\`\`\`

</details>
`,
  )
  return `# Event types

Made from \`packages/server/src/webhooks/event-types.ts\`, as are \`GET /v1/event-types\`, the dashboard's Event catalogue and the examples that a ping sends. Types that your platform declared itself ([how](operating.md#send-your-own-platforms-events)) stand there too, but not here. More members may come; none goes, and none changes its type. How events arrive: [Webhooks](webhooks.md).

| type | when |
| ---- | ---- |
${rows.join('\n')}

${sections.join('\n')}`
}
