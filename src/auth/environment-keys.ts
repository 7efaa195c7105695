/** Tokens that the environment brings: for a container, whose owner writes no file. */
import { hash } from 'node:crypto'
import type { Key, KeyKind } from './keys-file.ts'

/** Source and key name of the tokens in the environment. */
export const envName = 'env'
const envCharsMin = 16

/** Weaknesses of the environment's tokens, one sentence each. The caller decides whether a weak token is allowed. */
export const weakEnvironment = (env: Readonly<Record<string, string | undefined>> = process.env): readonly string[] =>
  [ingestVariable, apiVariable].flatMap((variable) => {
    const { length } = env[variable] ?? ''
    return length > 0 && length < envCharsMin
      ? [`${variable} has ${length} characters: use ${envCharsMin} or more`]
      : []
  })

const ingestVariable = 'BAYKEEPER_INGEST_TOKEN'
const apiVariable = 'BAYKEEPER_API_KEY'

export function environmentKeys(env: Readonly<Record<string, string | undefined>>): readonly Key[] {
  const key = (kind: KeyKind, variable: string): Key[] => {
    const token = env[variable]
    if (token === undefined || token === '') return []
    return [{ kind, name: envName, hash: hash('sha256', token), created: '' }]
  }
  return [...key('ingest', ingestVariable), ...key('api', apiVariable)]
}
