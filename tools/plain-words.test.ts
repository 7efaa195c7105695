/** Banned words are found in text and nowhere else, and the number of a room may only shrink. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { bannedIn, judgeWords, wordRoom } from './plain-words.ts'

const found = (file: string, text: string) =>
  bannedIn(file, text).map(({ line, text }) => `${line} ${/"([^"]*)"/.exec(text)?.[1]}`)

describe('banned words are found', () => {
  test('in comments, strings and templates, with their line', () => {
    const text = [
      `/** What a source says. */`,
      `const a = 'nobody listens' // It is told again.`,
      'const b = `${' + 'count} frames are read anew',
      'by whoever asks`',
    ].join('\n')
    assert.deepEqual(found('src/lib/a.ts', text), ['1 says', '2 nobody', '2 told', '3 anew', '4 whoever'])
  })
  test('in documents and in Python', () => {
    assert.deepEqual(found('docs/a.md', '# Title\n\nThe server starts by itself.'), ['3 by itself'])
    assert.deepEqual(found('bench/a.py', 'x = 1  # Nobody reads it.\n"""It says\nso."""'), ['1 Nobody', '2 says'])
  })
  test('in capitals, and in phrases that are banned only as a whole', () => {
    assert.deepEqual(found('src/lib/a.ts', '// NOBODY WAITS. It gives way. No word of it.'), [
      '1 NOBODY',
      '1 gives way',
      '1 No word of',
    ])
  })
})

describe('banned words are not found', () => {
  const clean: readonly [name: string, file: string, text: string][] = [
    ['in identifiers', 'src/lib/a.ts', `const told = said(anew)\nconst passwordSays = 1`],
    ['as parts of other words', 'src/lib/a.ts', `// passwords, hearsay-like, retolds, größer, essays`],
    ['in code within comments', 'src/lib/a.ts', '/** `told` is set once. */'],
    ['in what a template fills in', 'src/lib/a.ts', 'const a = `${' + 'told} frames`'],
    ['in paths', 'src/lib/a.ts', `import { a } from '../processing/checkpoint-facts.ts'`],
    ['in fenced code of documents', 'docs/a.md', '```sh\necho nobody says\n```\nSee `said()`.'],
    ['in the address of a link', 'docs/a.md', '[the list](who-said.md)'],
    [
      'in code that a planted bug replaces',
      'test/planted-bugs/a.ts',
      `  {\n    from: 'told = 1',\n    to: \`said\nnobody\`,\n  }`,
    ],
    ['in data', 'docs/a.json', '{ "a": "nobody says" }'],
  ]
  for (const [name, file, text] of clean) test(name, () => assert.deepEqual(found(file, text), []))
})

describe('the number of a room', () => {
  const findings = (...files: string[]) => files.map((file) => ({ file, line: 1, text: '' }))
  test('is an error when it grows, with the command that lists the places', () => {
    const { findings: over } = judgeWords(findings('src/api/a.ts', 'src/api/b.ts'), { 'src/api': 1 })
    assert.deepEqual(
      over.map(({ file }) => file),
      ['tools/plain-words-left.json'],
    )
    assert.match(over[0]?.text ?? '', /src\/api has 2 banned words, 1 are allowed.*plain-words\.ts src\/api/)
  })
  test('is 0 for a room that is not listed, and every place is shown', () => {
    const { findings: over } = judgeWords(findings('docs/a.md'), { 'src/api': 3 })
    assert.deepEqual(
      over.map(({ file }) => file),
      ['docs/a.md', 'tools/plain-words-left.json'],
    )
  })
  test('passes when it is met, and asks to be lowered when there are fewer', () => {
    assert.deepEqual(judgeWords(findings('src/api/a.ts'), { 'src/api': 1 }), { findings: [], lower: [] })
    const { findings: over, lower } = judgeWords([], { 'src/api': 2 })
    assert.deepEqual([over, lower], [[], ['src/api has 0 banned words, not 2']])
  })
  test('is of the room in src, of the folder elsewhere, and of the root for its documents', () => {
    assert.deepEqual(['src/api/routes/a.ts', 'src/main.ts', 'web/src/a.ts', 'README.md'].map(wordRoom), [
      'src/api',
      'src',
      'web',
      'root',
    ])
  })
})
