/**
 * Writes docs/reference.md from the declarations of `contract/`: `node tools/reference.ts`. A test fails while the document differs.
 */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { type MeasureDeclaration, measures } from '@baykeeper/contract/measures.ts'
import { reportKinds, reportTables } from '@baykeeper/contract/reports.ts'
import {
  bayStates,
  bayTypes,
  countChanges,
  countStates,
  letterStates,
  losses,
  openDays,
  pipelineStates,
  qualityBits,
  refusalCauses,
  rejections,
  scopes,
  sourceKinds,
  sourceStates,
  trainingStates,
} from '@baykeeper/contract/vocabulary.ts'

import { views } from '../src/store/views.ts'
import { rightsTable, routesTable, securityFile, securityText } from './rights-table.ts'

export const referenceFile = path.join(import.meta.dirname, '../docs/reference.md')

const declared: readonly MeasureDeclaration[] = measures

const table = (head: readonly string[], rows: readonly (readonly string[])[]) =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
const code = (text: string | number) => `\`${text}\``
const listed = (list: readonly string[]) => list.map(code).join(', ')

export function reference(): string {
  return `# Reference

Made from the declarations in \`contract/\` by \`node tools/reference.ts\`. Change those, not this file.

## Causes of data loss

${table(
  ['cause', 'meaning', 'what happened', 'reported by a source'],
  Object.entries(losses).map(([cause, { meaning, about, bySource }]) => [
    code(cause),
    meaning,
    about,
    bySource ? 'yes' : 'no',
  ]),
)}

## Reasons of dead letters

${table(
  ['code', 'reason'],
  Object.entries(rejections).map(([rejection, about]) => [code(rejection), about]),
)}

## Marks of a stored reading

${table(
  ['mark', 'bit'],
  Object.entries(qualityBits).map(([mark, bit]) => [code(mark), `${bit}`]),
)}

## Measures

Field names of JSON, CSV and \`key=value\`, of the API and of the columns in the database. A reading with a value outside of its range is rejected, but
where the table states that only the value is dropped. What a LoRaWAN network server or decoder gives outside of the range is always dropped alone.

${table(
  ['field', 'measure', 'unit', 'range', 'stored as'],
  declared.map(({ name, en, unit, min, max, whole, outside }) => [
    code(name),
    en,
    unit || 'number',
    `${min} to ${max === Number.MAX_SAFE_INTEGER ? '2^53 - 1' : max}${outside ? `, else ${outside}` : ''}`,
    whole ? 'whole number' : 'double',
  ]),
)}

## Rights

What persons may do by their role, and API keys by their scopes. What is in no row is refused to all.

${rightsTable()}

Named site: where a request of a person or key that is limited to sites names its site. \`city\`: refused to them; \`public\`: what the public page
shows of all sites; \`none\`: it is about no site.

${routesTable()}

## Kinds of reports

\`GET /api/v1/reports/KIND\`; [specs/reports.md](specs/reports.md) has what counts.

${table(
  ['kind', 'about', 'tables'],
  Object.entries(reportKinds).map(([kind, { about, tables }]) => [
    code(kind),
    about,
    listed(tables.map(({ name }) => name)),
  ]),
)}

${Object.values(reportTables)
  .map(
    ({ name, about, columns }) =>
      `### Table \`${name}\` of reports\n\n${about}\n\n${table(
        ['column', 'type', 'meaning'],
        columns.map((column) => [code(column.name), column.type, column.about]),
      )}`,
  )
  .join('\n\n')}

## Views of the database

For programs that read the database themselves. Times are UTC; in SQLite they are text.

${views
  .map(
    ({ name, about, columns }) =>
      `### \`${name}\`\n\n${about}\n\n${table(
        ['column', 'type', 'meaning'],
        columns.map((column) => [code(column.name), column.type, column.about]),
      )}`,
  )
  .join('\n\n')}

## Other closed lists

${table(
  ['list', 'values'],
  [
    ['state of a bay', listed(bayStates)],
    ['state of a count zone', listed(countStates)],
    ['change of a count zone', listed(countChanges)],
    ['type of a bay', listed(bayTypes)],
    ['state of a dead letter', listed(letterStates)],
    ['reason of a rejection by intake', listed(refusalCauses)],
    ['protocol of a source', listed(sourceKinds)],
    ['state of a source', listed(sourceStates)],
    ['state of the pipeline', listed(pipelineStates)],
    ['scope of an API key', listed(scopes)],
    ['day of opening hours', listed(openDays)],
    ['state of a training', listed(trainingStates)],
  ],
)}
`
}

if (import.meta.main) {
  writeFileSync(referenceFile, reference())
  writeFileSync(securityFile, securityText())
}
