/** What every listed source has to declare. The tables of docs/specs/sources.md are checked here: a failure prints the right rows. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { sourceKinds } from '@baykeeper/contract/vocabulary.ts'
import { loadConfig } from '../config/config.ts'
import { envName } from '../config/overrides.ts'
import type { ListenerSettings, SourceDeclaration } from './declaration.ts'
import { sourceList } from './list.ts'

const root = path.join(import.meta.dirname, '../..')
const variableOf = (flag: string) => envName(keyOf(flag))
const keyOf = (flag: string) => flag.slice(2).replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
/** The data directory of no server, and no file of settings beside it. */
const load = (given: { env?: NodeJS.ProcessEnv; flags?: Record<string, string> }) =>
  loadConfig({ env: {}, cwd: import.meta.dirname, ...given })

test('every declaration in a folder of sources is in the list', () => {
  const files = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
  const declared = files.filter((file) => /[/\\](?:\w+-)?declaration\.ts$/.test(file))
  assert.ok(declared.length >= 6)
  assert.equal(sourceList.length, declared.length)
})

test('every kind that pages and API know is spoken by a listed source', () => {
  assert.deepEqual([...new Set(sourceList.map(({ kind }) => kind))].sort(), sourceKinds.toSorted())
})

test('no two sources share a section, and sources of one kind agree on who sends again', () => {
  assert.equal(new Set(sourceList.map(({ key }) => key)).size, sourceList.length)
  for (const one of sourceList)
    for (const other of sourceList) if (one.kind === other.kind) assert.equal(one.resends, other.resends, one.kind)
})

test('a source without any settings is a listener with its usual port, or has no lines', () => {
  for (const { key, settings, listen, lines } of sourceList) {
    const usual = settings.parse(undefined)
    if (listen) assert.ok(Number((usual as ListenerSettings).port) > 0, key)
    else assert.deepEqual(lines?.(usual), [], key)
  }
})

test('the usual name of a listener is reserved, so that no token has it', () => {
  for (const { key, settings, reserved, reservedAlso = [], named } of sourceList)
    for (const { name } of named(settings.parse(undefined), () => ['mqtt']))
      assert.ok([...reserved, ...reservedAlso].includes(name), `${key}: ${name}`)
})

describe('the option of every source', () => {
  for (const { key, listen, option } of sourceList) {
    const flag = listen?.flag ?? option?.flag
    if (flag === undefined) continue
    const read = (loaded: ReturnType<typeof load>) => {
      const section = (loaded.config as Readonly<Record<string, unknown>>)[key]
      return listen ? (section as ListenerSettings).port : section
    }
    const text = listen ? '4711' : '/dev/one,/dev/two'
    test(`${flag} and ${variableOf(flag)} set ${key}, and the flag wins`, () => {
      const byFlag = read(load({ flags: { [keyOf(flag)]: text } }))
      assert.notDeepEqual(byFlag, read(load({})))
      assert.deepEqual(read(load({ env: { [variableOf(flag)]: text } })), byFlag)
      const both = load({ env: { [variableOf(flag)]: listen ? '1' : '/dev/three' }, flags: { [keyOf(flag)]: text } })
      assert.deepEqual(read(both), byFlag)
      assert.throws(() => load({ env: { [variableOf(flag)]: listen ? 'x' : ',' } }), new RegExp(variableOf(flag)))
    })
  }
})

const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
const promises = (sources: readonly SourceDeclaration[]) => [
  row(['source', 'acknowledged with', 'when nothing can be accepted', 'counted as refused']),
  row(['---', '---', '---', '---']),
  ...sources.map(({ promise: { source, acknowledged, refusing, counted } }) =>
    row([source, acknowledged, refusing, counted]),
  ),
]
const settings = (sources: readonly SourceDeclaration[]) => [
  row(['source', 'section', 'command line', 'variable', 'usual port', 'sends again']),
  row(['---', '---', '---', '---', '---', '---']),
  ...sources.map(({ key, promise: { source }, settings, listen, option, resends }) => {
    const flag = listen?.flag ?? option?.flag
    const port = listen
      ? `${(settings.parse(undefined) as ListenerSettings).port} (${listen.protocol.toUpperCase()})`
      : '-'
    const code = (text: string | undefined) => (text === undefined ? '-' : `\`${text}\``)
    return row([source, code(key), code(flag), code(flag && variableOf(flag)), port, resends ? 'yes' : 'no'])
  }),
]

for (const [name, table] of [
  ['promises', promises(sourceList)],
  ['settings', settings(sourceList)],
] as const)
  test(`the table of ${name} in docs/specs/sources.md is that of the list`, () => {
    const lines = readFileSync(path.join(root, 'docs/specs/sources.md'), 'utf8').split('\n')
    const begin = lines.indexOf(table[0] as string)
    assert.ok(begin >= 0, `the table is missing:\n${table.join('\n')}`)
    const end = lines.indexOf('', begin)
    assert.equal(lines.slice(begin, end).join('\n'), table.join('\n'))
  })
