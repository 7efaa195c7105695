import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addBays, addLevel, allBays, emptyDraft } from './draft.ts'
import { createEditor } from './editor.ts'

const bay = (id: string) => ({ id, x: 0, y: 0, types: ['standard' as const], zones: [], devices: [] })
const made = addLevel(emptyDraft, { siteName: 'North', levelName: 'Ground', zone: 'UTC' })
const base = addBays(made.layout, made.at, [bay('A')])
const idsIn = (editor: ReturnType<typeof createEditor>) => allBays(editor.draft.value).map(({ id }) => id)

test('what was undone and done again is still a change, and undoing everything leaves nothing to publish', () => {
  const editor = createEditor()
  editor.begin({ version: 3, layout: base })
  assert.deepEqual([editor.isChanged.value, editor.place.value], [false, made.at])
  editor.change(addBays(base, made.at, [bay('B')]))
  editor.undo()
  assert.equal(editor.isChanged.value, false)
  editor.redo()
  assert.deepEqual([editor.isChanged.value, editor.changes.value.length, idsIn(editor)], [true, 1, ['A', 'B']])
  editor.change(base)
  editor.undo()
  assert.deepEqual(idsIn(editor), ['A', 'B'])
})

test('a kept draft can be undone to what is published, and to nothing else', () => {
  const editor = createEditor()
  editor.begin({ version: 3, layout: base }, addBays(base, made.at, [bay('B')]))
  editor.undo()
  assert.deepEqual([idsIn(editor), editor.canUndo.value, editor.isChanged.value], [['A'], false, false])
})

test('what is chosen goes with what is deleted, and the steps that are kept are bounded', () => {
  const editor = createEditor()
  editor.begin({ version: 3, layout: base })
  editor.chosen.value = new Set(['A'])
  editor.change(made.layout)
  assert.equal(editor.chosen.value.size, 0)
  for (let i = 0; i < 300; i++) editor.change(addBays(made.layout, made.at, [bay(`N-${i}`)]))
  let steps = 0
  for (; editor.canUndo.value; steps++) editor.undo()
  assert.equal(steps, 200)
})
