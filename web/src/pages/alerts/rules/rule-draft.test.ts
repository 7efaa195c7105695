import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newRuleSchema, ruleSchema } from '@baykeeper/contract/alert-rule.ts'
import fc from 'fast-check'
import { changedFields, draftIn, draftOf, draftText, listIn, newDraft } from './rule-draft.ts'

const [sample] = (ruleSchema.meta()?.['examples'] ?? []) as unknown[]
const example = ruleSchema.parse(sample)

test('a rule of the server is a draft that the server takes, and unchanged it has no changes', () => {
  const draft = draftOf(example)
  assert.equal(newRuleSchema.safeParse(draft).success, true)
  assert.deepEqual(changedFields(draft, draftOf(example)), [])
  assert.deepEqual(changedFields({ ...draft, threshold: 2, next: 'x' }, draft), ['next', 'threshold'])
})

test('what a built-in rule watches is not sent back', () => {
  assert.notEqual(example.watch, null)
  assert.equal(draftOf(example).watch, null)
  assert.deepEqual(draftOf({ ...example, is_built_in: false }).watch, example.watch)
})

test('the text of a draft is read as the same draft', () => {
  for (const draft of [newDraft, draftOf(example)]) assert.deepEqual(draftIn(draftText(draft)), { ok: true, draft })
})

test('a text that is no rule names the first field that is wrong', () => {
  for (const [text, why] of [
    ['{"titel":"x"}', 'titel'],
    ['{"severity":"loud"}', 'severity'],
    ['{"scope":{"sites":"north"}}', 'scope'],
    ['{"threshold":"5"}', 'threshold'],
    ['{"schedule":[{"days":["mon"]}]}', 'schedule'],
    ['[]', '{ … }'],
  ] as const)
    assert.deepEqual(draftIn(text), { ok: false, why })
  assert.equal(draftIn('{').ok, false)
})

test('no text makes the form throw', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.json(),
        fc.string(),
        fc.object().map((value) => JSON.stringify(value)),
      ),
      (text) => {
        const read = draftIn(text)
        if (read.ok) assert.equal(draftIn(draftText(read.draft)).ok, true)
      },
    ),
  )
})

test('a list of ids is split at its commas, and empty parts are left out', () => {
  assert.deepEqual(listIn(' a, b ,,c '), ['a', 'b', 'c'])
  assert.deepEqual(listIn(''), [])
})
