import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encode } from './encode.ts'
import { mustBeKnown, presenceAfter } from './truth.ts'
import { twoTruths } from './two-truths.ts'

for (const { what, truths } of twoTruths)
  test(`no server must know what two truths with the same frames leave open: ${what}`, () => {
    const [one, other] = truths
    assert.deepEqual(
      encode(one, 'A').map(({ body, meta }) => [body, meta]),
      encode(other, 'A').map(({ body, meta }) => [body, meta]),
    )
    assert.notEqual(presenceAfter(one).at(-1), presenceAfter(other).at(-1))
    for (const truth of truths) assert.equal(mustBeKnown(truth).at(-1), false)
  })
