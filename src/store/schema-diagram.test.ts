import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { schemaDoc, withDiagram } from './schema-diagram.ts'

test('the diagram of the tables is what the migrations make: node src/store/schema-diagram.ts draws it again', async () => {
  const text = await readFile(schemaDoc, 'utf8')
  assert.equal(withDiagram(text), text)
})
