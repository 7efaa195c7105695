/** The table of rights as the documents show it: made from contract/rights.ts and the routes. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { type RightDeclaration, rightNamed, rightNames, roleMay, scopesMay } from '@baykeeper/contract/rights.ts'
import type { Route } from '@baykeeper/contract/route.ts'
import { routes } from '@baykeeper/contract/routes.ts'
import { roles, scopes } from '@baykeeper/contract/vocabulary.ts'

const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
const mark = (may: boolean) => (may ? 'yes' : '')
const declared: Readonly<Record<string, Route>> = routes
const begin = '<!-- rights: written by node tools/reference.ts -->'
const end = '<!-- end of rights -->'

/** What each role and each scope may do. */
export const rightsTable = (): string =>
  [
    row(['right', 'what it is', ...roles, ...scopes.map((scope) => `\`${scope}\``)]),
    row(['right', 'about', ...roles, ...scopes].map(() => '---')),
    ...rightNames.map((right) =>
      row([
        `\`${right}\``,
        (rightNamed(right) as RightDeclaration).about,
        ...roles.map((role) => mark(roleMay(role, right))),
        ...scopes.map((scope) => mark(scopesMay([scope], right))),
      ]),
    ),
  ].join('\n')

/** Every route with the right that it needs, and the sites that it is about. */
export const routesTable = (): string =>
  [
    row(['route', 'right', 'named site']),
    row(['---', '---', '---']),
    ...Object.values(declared).map(({ method, path: at, access, sites = 'city' }) =>
      row([`\`${method} ${at}\``, access, access === 'open' ? '' : sites]),
    ),
  ].join('\n')

export const securityFile = path.join(import.meta.dirname, '../SECURITY.md')

/** SECURITY.md with the table as it is now. */
export function securityText(): string {
  const text = readFileSync(securityFile, 'utf8')
  const [before, rest = ''] = text.split(begin)
  const after = rest.split(end)[1] ?? ''
  return `${before}${begin}\n\n${rightsTable()}\n\n${end}${after}`
}
