import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { lossCauses, losses } from '@baykeeper/contract/vocabulary.ts'
import { reference, referenceFile } from './reference.ts'
import { securityFile, securityText } from './rights-table.ts'

test('docs/reference.md is what the declarations say: node tools/reference.ts writes it again', () => {
  assert.equal(readFileSync(referenceFile, 'utf8'), reference())
})

test('every file that SECURITY.md names exists, and each row of its checks names a test, a review or a reason', () => {
  const root = path.join(import.meta.dirname, '..')
  const text = readFileSync(path.join(root, 'SECURITY.md'), 'utf8')
  const begin = text.indexOf('## Checked against')
  const rows = text
    .slice(begin, text.indexOf('\n## ', begin + 1))
    .split('\n')
    .filter((line) => /^\| (?!risk |section |---)/.test(line))
  assert.ok(rows.length > 40, `${rows.length} rows`)
  for (const row of rows) {
    assert.match(row, /\.test\.ts`|Review: |Reason: |Open: |0006-dependencies/, row)
    for (const [, file = ''] of row.matchAll(/`((?:src|test|docs|contract)\/[\w./-]+)`/g))
      assert.ok(existsSync(path.join(root, file)), `${file} does not exist: ${row}`)
  }
})

test('SECURITY.md holds the table of rights as it is: node tools/reference.ts writes it again', () => {
  assert.equal(readFileSync(securityFile, 'utf8'), securityText())
})

test('the glossary names every cause that is missing before us or lost by us, under its meaning and under no other', () => {
  const glossary = readFileSync(path.join(import.meta.dirname, '../docs/glossary.md'), 'utf8')
  for (const meaning of ['missing before us', 'lost by us']) {
    const [row = ''] = glossary.split('\n').filter((line) => line.startsWith(`| **${meaning}**`))
    const named = lossCauses.filter((cause) => row.includes(`\`${cause}\``))
    assert.deepEqual(
      named,
      lossCauses.filter((cause) => losses[cause].meaning === meaning),
    )
  }
})
