/**
 * Advice that names something names something that exists: every flag, command, setting, variable, path and port that a message, a page, the
 * README or the documentation mentions is looked up where it is defined (the command table, the schema of the configuration, the routes).
 *
 * Text is looked at as it stands in the files. What is put together at run time cannot be found there, so a flag or a command with a
 * blank in it is a separate fault.
 */
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { Command } from 'commander'
import { parse } from 'yaml'
import { apiUnderTest } from '../api/testing/api-under-test.ts'
import { configSchema } from '../config/config.ts'
import { environmentNames } from '../config/overrides.ts'
import { otherVariables } from '../config/warnings.ts'
import { routes as ingestRoutes } from '../sources/http/routes.ts'
import { commandTable } from './command-table.ts'

const root = path.join(import.meta.dirname, '../..')
const isTest = (file: string) =>
  /\.test\.|under-test|-suite\.|testing\/|fixture|contract-|\.bench\.|\/bench\//.test(file)
const filesOf = (...patterns: string[]) =>
  globSync(patterns, { cwd: root })
    .filter((file) => !isTest(file) && !file.includes('node_modules') && !file.includes('/dist/'))
    .sort()
const sources = filesOf('src/**/*.ts', 'contract/*.ts', 'web/src/**/*.{ts,tsx}', 'bin/baykeeper')
const documents = filesOf(
  'README.md',
  'SECURITY.md',
  'CONTRIBUTING.md',
  'ARCHITECTURE.md',
  'docs/schema.md',
  'docs/glossary.md',
  'docs/specs/*.md',
)
const everything = [...sources, ...documents]
const textOf = (file: string) => readFileSync(path.join(root, file), 'utf8')

interface Mention {
  readonly at: string
  readonly text: string
}
/** Every match of a pattern, with file and line. */
function mentions(files: readonly string[], pattern: RegExp): Mention[] {
  return files.flatMap((file) =>
    textOf(file)
      .split('\n')
      .flatMap((line, i) =>
        Array.from(line.matchAll(pattern), ([all, part]) => ({ at: `${file}:${i + 1}`, text: part ?? all })),
      ),
  )
}
const faults = (found: readonly Mention[], isRight: (text: string) => boolean) =>
  found.filter(({ text }) => !isRight(text)).map(({ at, text }) => `${at} ${text}`)

function commandsBelow(command: Command, name: readonly string[] = []): [string, Command][] {
  return command.commands.flatMap((child): [string, Command][] => [
    [[...name, child.name()].join(' '), child],
    ...commandsBelow(child, [...name, child.name()]),
  ])
}
const commands = new Map(commandsBelow(commandTable(() => async () => {})))
const flagsOf = (command: Command) => command.options.flatMap(({ long, short }) => [long, short].filter(Boolean))
const ownFlags = new Set([...commands.values()].flatMap(flagsOf))

/** Names of CSS, and arguments for a program of our own or for database servers of the tests: no text for people. */
const apart = [
  'web/src/plan/colours.ts',
  'src/forecast/training.ts',
  'src/store/testing/server-files.ts',
  'src/store/testing/server-programs.ts',
]

/** Flags of other programs that our texts name. Each must still be named somewhere. */
const foreignFlags: Record<string, readonly string[]> = {
  node: [
    ...['--disable-warning', '--max-semi-space-size', '--heap-growing-percent', '--max-old-space-size'],
    '--use-env-proxy',
  ],
  'the forecaster, below the server': ['--parent-control', '--weights', '--progress'],
  'renice, ionice and schedtool': ['--all-tasks', '--idle', '--pid'],
  mysqld: ['--read-only'],
  'npm and our tools': ['--workspace', '--hours', '--days', '--seed', '--record', '--logLevel'],
  'every command': ['--help'],
}

describe('advice names what exists', () => {
  let paths: string[]
  const app = Promise.withResolvers<Awaited<ReturnType<typeof apiUnderTest>>>()
  before(async () => {
    const api = await apiUnderTest()
    app.resolve(api)
    const document = (await api.app.inject('/openapi.json')).json() as {
      paths: Record<string, unknown>
    }
    paths = [...Object.keys(document.paths), '/docs', '/openapi.json', ...ingestRoutes.keys()]
  })
  after(async () => (await app.promise)[Symbol.asyncDispose]())

  test('every flag is an option of a command, or of a program that is named here', () => {
    const known = new Set([...ownFlags, ...Object.values(foreignFlags).flat()])
    // After a letter, a quote or a bracket of CSS it is something else: var(--x), '--x': value, setProperty.
    const named = mentions(
      everything.filter((file) => !file.startsWith('web/') && !apart.includes(file)),
      /(?:^|[\s"'`(,|])(--[a-z][A-Za-z-]*[a-z])(?![\w-]*:)/g,
    )
    const texts = named.filter(({ at, text }) => documents.includes(at.split(':')[0] as string) || isInText(at, text))
    assert.deepEqual(
      faults(texts, (flag) => known.has(flag)),
      [],
    )
  })

  test('no flag and no setting is put together from parts', () => {
    assert.deepEqual(
      faults(
        mentions(
          everything.filter((file) => !apart.includes(file)),
          /--(?:[a-z-]*)\$\{[^}]*\}[\w-]*/g,
        ),
        () => false,
      ),
      [],
    )
  })

  test('every command in a text exists, and has the flags that are written after it', () => {
    // Up to the end of the code span, string or line.
    const lines = mentions(
      everything,
      /(?:\.\/bin\/baykeeper|npm start --|\bbaykeeper)((?: +[a-z][\w-]*| +--?[a-z][\w-]*(?:[ =][^\s`'"|)]+)?| +[A-Z][\w-]*)+)/g,
    )
    const wrong = lines.flatMap(({ at, text }) => {
      const words = text.trim().split(/\s+/)
      const name = [2, 1].map((n) => words.slice(0, n).join(' ')).find((candidate) => commands.has(candidate))
      const isStart = words[0]?.startsWith('-')
      // A sentence about Baykeeper is no command.
      if (!name && !isStart) return isProse(words) ? [] : [`${at} baykeeper ${text.trim()}`]
      const command = commands.get(name ?? 'start')
      const own = new Set(command ? flagsOf(command) : [])
      return words.flatMap((word) => {
        const flag = word.split('=')[0] as string
        return !word.startsWith('--') || own.has(flag) ? [] : [`${at} ${name ?? 'start'} has no ${flag}`]
      })
    })
    assert.deepEqual(wrong, [])
  })

  test('a command in quotes exists, with its second word where it has commands below it', () => {
    const named = mentions(everything, /["'`](?:\.\/bin\/)?baykeeper ([a-z][\w-]*(?: [a-z][\w-]*)?)/g)
    assert.ok(named.length > 10, 'commands are found at all')
    const isCommand = (text: string) => {
      const [first = '', second] = text.split(' ')
      const command = commands.get(first)
      return command !== undefined && (command.commands.length === 0 || commands.has(`${first} ${second}`))
    }
    assert.deepEqual(faults(named, isCommand), [])
  })

  test('every setting with a dot, and every value of a message in braces, is in the schema', () => {
    const top = Object.keys(configSchema.shape)
    const dotted = mentions(
      everything,
      new RegExp(`["'\`( ]((?:${top.join('|')})\\.(?!tsx?\\b|md\\b)[a-z][A-Za-z]*)(?=["'\` ,;)(:]|\\.(?:\\W|$))`, 'g'),
    )
    // In code it is an expression: only what stands in a string or a document is a text.
    const texts = dotted.filter(({ at, text }) => documents.includes(at.split(':')[0] as string) || isInText(at, text))
    assert.ok(texts.length > 3, 'settings are found at all')
    assert.deepEqual(
      faults(texts, (setting) => isSetting(setting.split('.'))),
      [],
    )
    const braces = mentions(everything, /\b([a-z]\w*: \{ [a-z]\w*: \[)/g).filter(
      ({ at, text }) => top.includes(text.split(':')[0] as string) && isInText(at, text),
    )
    assert.deepEqual(
      faults(braces, (text) => isSetting(text.match(/[a-z]\w*/g) ?? [])),
      [],
    )
  })

  test('every YAML block of the documents is a valid configuration', () => {
    for (const file of documents)
      for (const [, yaml = ''] of textOf(file).matchAll(/```ya?ml\n(.*?)```/gs)) {
        const { error } = configSchema.safeParse(parse(yaml))
        assert.equal(error?.message, undefined, `${file}:\n${yaml}`)
      }
  })

  test('every variable is read by the server, or by the tests', () => {
    const named = mentions(everything, /\b(BAYKEEPER_[A-Z_]*[A-Z])\b/g)
    const known = new Set([...environmentNames, ...otherVariables])
    assert.deepEqual(
      faults(named, (name) => known.has(name) || /^BAYKEEPER_(?:TEST|BENCH)/.test(name)),
      [],
    )
  })

  test('every path of the API and of ingest is a route', () => {
    const named = mentions(
      everything,
      /((?<![\w.-])\/(?:api\/v1|public|ingest)(?:\/(?:\$\{[^}]*\}|\{\w+\}|[\w.:-])+)+)/g,
    )
    assert.ok(named.length > 20, 'paths are found at all')
    const patterns = paths.map((route) => route.split('/'))
    const isRoute = (text: string) => {
      const parts = text
        .replace(/[.:]$/, '')
        .replaceAll(/\$\{[^}]*\}|\{\w+\}/g, '{x}')
        .split('/')
      return patterns.some(
        (route) =>
          route.length === parts.length &&
          route.every((part, i) => part === parts[i] || part.startsWith('{') || parts[i] === '{x}'),
      )
    }
    assert.deepEqual(faults(named, isRoute), [])
  })

  test('a port in a document is a default, and no page or answer prints one that it does not know', () => {
    const defaults = ['8080', '8081', '1883', '7001', '3306']
    assert.deepEqual(
      faults(mentions(documents, /(?:127\.0\.0\.1|localhost|your-host)[: ](\d{4,5})\b/g), (port) =>
        defaults.includes(port),
      ),
      [],
    )
    const pages = everything.filter((file) => file.startsWith('web/src/') || file.startsWith('src/api/'))
    assert.deepEqual(
      faults(mentions(pages, /[\w}\]]:(\d{4,5})\b(?=[/'"`\s)])/g), () => false),
      [],
    )
  })

  test('every npm script in a text exists', () => {
    const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> }
    const named = mentions(everything, /\bnpm run ([a-z-]+)/g)
    assert.deepEqual(
      faults(named, (name) => name === 'build' || name in scripts),
      [],
    )
  })

  test('each flag of another program that is listed here is still named', () => {
    const text = everything.map(textOf).join('\n')
    assert.deepEqual(
      Object.values(foreignFlags)
        .flat()
        .filter((flag) => !text.includes(flag)),
      [],
    )
  })
})

/** `baykeeper` before ordinary words: "an instance of baykeeper runs". Commands that do not exist are caught where they carry a flag. */
const isProse = (words: readonly string[]) => !words.some((word) => word.startsWith('-'))

/** True when the mention stands within quotes on its line. */
function isInText(at: string, text: string): boolean {
  const [file = '', line = '0'] = at.split(':')
  const whole = textOf(file).split('\n')[Number(line) - 1] ?? ''
  const place = whole.indexOf(text)
  const before = whole.slice(0, place)
  const quoted = ["'", '"'].some((quote) => (before.split(quote).length - 1) % 2 === 1)
  const inTemplate = (before.split('`').length - 1) % 2 === 1 && before.lastIndexOf('${') <= before.lastIndexOf('}')
  return quoted || inTemplate || /^\s*(?:\*|\/\/|\/\*\*)/.test(whole)
}

function isSetting(at: readonly string[]): boolean {
  let node: unknown = configSchema
  for (const key of at) {
    while (node && typeof node === 'object' && 'unwrap' in node && !('shape' in node) && !('element' in node))
      node = (node as { unwrap(): unknown }).unwrap()
    if (node && typeof node === 'object' && 'element' in node) node = (node as { element: unknown }).element
    const shape = (node as { shape?: Record<string, unknown> }).shape
    if (!shape || !(key in shape)) return false
    node = shape[key]
  }
  return true
}
