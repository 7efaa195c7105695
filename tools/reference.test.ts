import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { lossCauses, losses } from '@baykeeper/contract/vocabulary.ts'
import { reference, referenceFile } from './reference.ts'

test('docs/reference.md is what the declarations say: node tools/reference.ts writes it again', () => {
  assert.equal(readFileSync(referenceFile, 'utf8'), reference())
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
