/** Each rule is shown to fail: a small repository is built, one violation is planted, and exactly that must be found. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, describe, test } from 'node:test'
import { readImportTable } from './import-law.ts'
import { importsOf } from './imports.ts'
import { tidy } from './tidy.ts'

const root = path.join(import.meta.dirname, '..')
const architecture = readFileSync(path.join(root, 'ARCHITECTURE.md'), 'utf8')
const dirs: string[] = []
after(() => {
  for (const dir of dirs) rmSync(dir, { recursive: true, force: true })
})

/** Findings, as `file:line: text`, of a repository with these files. */
function findings(files: Readonly<Record<string, string>>): string[] {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'baykeeper-tidy-'))
  dirs.push(dir)
  for (const [file, text] of Object.entries({ 'ARCHITECTURE.md': architecture, ...files })) {
    mkdirSync(path.join(dir, path.dirname(file)), { recursive: true })
    writeFileSync(path.join(dir, file), text.replaceAll('CHECKOUT', dir))
  }
  return tidy(dir, Object.keys(files)).map(({ file, line, text }) => `${file}:${line}: ${text}`)
}

/** Written apart, so that this file itself stays tidy. */
const only = '.on' + 'ly('

/** File, its text, and what must be found in it: its line and some words. */
const planted: readonly [name: string, file: string, text: string, line: number, words: RegExp][] = [
  ['lib imports a room', 'src/lib/a.ts', `import { x } from '../domain/b.ts'`, 1, /lib may import no other room/],
  ['domain imports the store', 'src/domain/a.ts', `\nimport type { Store } from '../store/store.ts'`, 2, /not store/],
  ['domain imports a builtin', 'src/domain/a.ts', `import { readFile } from 'node:fs'`, 1, /domain is pure/],
  ['codecs import a builtin', 'src/codecs/x/decode.ts', `import { Buffer } from 'node:buffer'`, 1, /codecs is pure/],
  ['sources import the journal', 'src/sources/tcp/a.ts', `import '../../journal/journal.ts'`, 1, /not journal/],
  [
    'the journal imports domain',
    'src/journal/a.ts',
    `export * from '../domain/bay.ts'`,
    1,
    /journal may import only lib/,
  ],
  [
    'an import over several lines is seen',
    'src/api/a.ts',
    `import {\n  a,\n  type B,\n} from '../processing/fleet.ts'`,
    4,
    /not processing/,
  ],
  [
    'an import in a function is seen',
    'src/api/a.ts',
    `const a = () =>\n  import('../sources/source.ts')`,
    2,
    /not sources/,
  ],
  ['a dropped rejection has no reason', 'src/api/a.ts', `const a = 1\nwork().catch(() => {})`, 2, /drops a rejection/],
  [
    'a dropped rejection at the end of a chain has no reason',
    'tools/a.ts',
    `work()\n  .then(more)\n  .catch(() => {})`,
    3,
    /drops a rejection/,
  ],
  ['api imports a dialect', 'src/api/a.ts', `import { open } from '../store/sqlite/open.ts'`, 1, /contract alone/],
  ['processing imports a dialect', 'src/processing/a.ts', `import '../store/mysql/open.ts'`, 1, /contract alone/],
  ['a room imports main', 'src/cli/a.ts', `import { run } from '../main.ts'`, 1, /no file imports main.ts/],
  [
    'a room imports a command',
    'src/processes/intake.ts',
    `import { start } from '../cli/start.ts'`,
    1,
    /only main.ts imports cli/,
  ],
  ['a room imports the wiring', 'src/api/a.ts', `import { s } from '../processes/supervisor.ts'`, 1, /not processes/],
  [
    'the pages import the server',
    'web/src/a.ts',
    `import '../../src/domain/bay.ts'`,
    1,
    /web may import only contract/,
  ],
  ['the server imports the pages', 'src/api/a.ts', `import '../../web/src/plan.ts'`, 1, /not web/],
  ['sources import the wire', 'src/sources/a.ts', `import '@baykeeper/contract/bay.ts'`, 1, /not contract/],
  [
    'the product imports a tool',
    'src/processes/intake.ts',
    `import '../../tools/pool.ts'`,
    1,
    /imports nothing of tools/,
  ],
  ['a room without a row', 'src/cellar/a.ts', `import '../lib/log.ts'`, 1, /no row in the table/],
  [
    'a hook of one file for all files of the process',
    'src/lib/a.test.ts',
    `import { beforeEach } from 'node:test'\nbeforeEach(() => {})`,
    2,
    /put it into a describe/,
  ],
  ['an import without its ending', 'src/lib/a.ts', `import { b } from './b'`, 1, /ends in \.ts/],
  ['an import that ends in .js', 'tools/a.ts', `import { b } from './b.js'`, 1, /ends in \.ts/],
  ['a file in camel case', 'src/lib/myLog.ts', '', 1, /not kebab-case/],
  ['a folder in capitals', 'web/src/Plan/a.ts', '', 1, /not kebab-case/],
  ['a file named utils', 'src/lib/utils.ts', '', 1, /is an empty name/],
  ['a file named for its manager', 'src/store/lock-manager.test.ts', '', 1, /is an empty name/],
  ['a folder named common', 'src/common/a.ts', '', 1, /is an empty name/],
  ['one test hides the others', 'src/lib/a.test.ts', `\n\ntest${only}'x', () => {})`, 3, /hides the others/],
  ['a default export', 'src/lib/a.ts', 'const a = 1\nexport default a', 2, /default export/],
  ['a renamed default export', 'src/lib/a.ts', 'const a = 1\nexport { a as default }', 2, /default export/],
  ['a home directory', 'docs/a.md', `see ${'/home'}/anna/notes.txt`, 1, /path of one machine/],
  ['the place of this checkout', 'README.md', '\nsee CHECKOUT/data', 2, /path of one machine/],
  [
    'a closed list that is typed out again',
    'src/api/a.ts',
    `\nexport type Cause =\n  | 'overrun'\n  | 'kernel-drop'\n  | 'port-down'`,
    3,
    /members of lossCauses again/,
  ],
  [
    'a part of a closed list',
    'web/src/a.ts',
    `const open = ['mon', 'tue', 'wed', 'x']`,
    1,
    /members of openDays again/,
  ],
  ['measures', 'src/a.ts', `const of = ['x', 'count_in', 'battery_v', 'rssi_dbm']`, 1, /members of measures again/],
  [
    'a declaration imports a schema',
    'contract/vocabulary.ts',
    `import './losses.ts'`,
    1,
    /vocabulary may import no other/,
  ],
  ['a registry', '.npmrc', 'registry=https://registry.npmjs' + '.org/', 1, /host of a package registry/],
  [
    'a lock file that pins a registry',
    'package-lock.json',
    '"resolved": "https://example.org/x.tgz"',
    1,
    /pins a registry/,
  ],
]

describe('tidy finds', () => {
  for (const [name, file, text, line, words] of planted)
    test(name, () => {
      const found = findings({ [file]: `${text}\n` })
      assert.equal(found.length, 1, found.join('\n') || 'nothing was found')
      assert.match(found[0] as string, new RegExp(`^${RegExp.escape(`${file}:${line}: `)}`))
      assert.match(found[0] as string, words)
    })
})

describe('tidy lets pass', () => {
  test('what the table allows', () => {
    const clean = {
      'src/main.ts': `import { start } from './cli/start.ts'\nimport { openStore } from './store/sqlite/open.ts'\n`,
      'src/cli/start.ts': `import { supervise } from '../processes/supervisor.ts'\nimport './output.ts'\n`,
      'src/api/server.ts': `import type { Store } from '../store/store.ts'\nimport '@baykeeper/contract/bay.ts'\n`,
      'src/processing/batch.ts': `import { decode } from '../codecs/codec.ts'\nimport { gap } from '../store/tables/gap.ts'\n`,
      'src/domain/bay.ts': `import type { Instant } from '../lib/brand.ts'\n// from 'node:fs'\n`,
      'src/lib/c.ts': `// Why.\nwork()\n  .catch(() => {})\nwork().catch(() => {}) // Why.\n`,
      'src/auth/keyring.ts': `import { scopes } from '@baykeeper/contract/vocabulary.ts'\nconst two = ['read', 'admin']\n`,
      'web/src/shell/main.tsx': `import './desk.css'\nimport { signal } from '@preact/signals'\n`,
    }
    assert.deepEqual(findings(clean), [])
  })
  test('tests across rooms, and what is made for them', () => {
    const text = `import { openStore } from '../store/sqlite/open.ts'\nimport '../../tools/parts.ts'\n`
    assert.deepEqual(findings({ 'src/api/a.test.ts': text, 'src/api/testing/api-under-test.ts': text }), [])
    assert.deepEqual(findings({ 'src/codecs/codec-cases.ts': `import { test } from 'node:test'\n` }), [])
  })
  test('names that only resemble the forbidden ones', () => {
    assert.deepEqual(findings({ 'web/src/service-worker.ts': '', 'src/lib/retry.slow.test.ts': '' }), [])
  })
})

describe('the table of ARCHITECTURE.md', () => {
  test('is read whole', () => {
    const table = readImportTable(architecture)
    assert.equal(table.get('main.ts'), 'everything')
    assert.deepEqual(table.get('lib'), new Set())
    assert.deepEqual(table.get('sources'), new Set(['domain', 'lib']))
    assert.ok(table.size >= 13, `${table.size} rows`)
  })
  test('must be there, and must name rooms that have a row', () => {
    assert.throws(() => readImportTable('# Architecture'), /has no table/)
    const broken = '| room | holds | may import |\n|---|---|---|\n| api | x | cellar |\n'
    assert.throws(() => readImportTable(broken), /the row of api names cellar/)
  })
})

test('imports are found with their lines, and words in comments are not', () => {
  const text = [
    `import a from 'a'`,
    `import {`,
    `  b,`,
    `} from './b.ts'`,
    `// import c from 'c'`,
    ` * export d from 'd'`,
    `export const e = 'from'`,
    `export type { F } from 'f'`,
    `import 'g'`,
  ].join('\n')
  assert.deepEqual(
    importsOf(text).map(({ specifier, line }) => `${line} ${specifier}`),
    ['1 a', '4 ./b.ts', '8 f', '9 g'],
  )
})
