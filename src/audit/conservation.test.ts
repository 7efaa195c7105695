import assert from 'node:assert/strict'
import { test } from 'node:test'
import { acceptedTerms, receivedTerms } from '@baykeeper/contract/balance.ts'
import fc from 'fast-check'
import { conservation, differences, equations, type Sides } from './conservation.ts'

const sides = (more: Partial<Sides['committed']> = {}): Sides => ({
  ...{ received: 106, refused: 4, unframeable: 2, acceptedFrames: 100 },
  committed: {
    ...{ committed: 60, duplicate: 10, quarantined: 5, tentative: 3, damaged: 2, lost: 9 },
    ...{ position: 7, acceptedFrames: 80 },
    ...more,
  },
})

test('a balance closes, and what the journal holds beyond the cursor is pending', () => {
  assert.deepEqual(differences(sides()), { intake: 0, store: 0 })
  const ledger = conservation(sides())
  assert.deepEqual([ledger.pending, ledger.difference, ledger.accepted, ledger.lost], [20, 0, 100, 9])
})

test('a frame that is missing on one side is a difference of that side in any term', () => {
  for (const term of ['committed', 'duplicate', 'quarantined', 'tentative', 'damaged'] as const) {
    const { [term]: before } = sides().committed
    assert.deepEqual(differences(sides({ [term]: Number(before) - 1 })), { intake: 0, store: 1 }, term)
  }
  assert.deepEqual(differences({ ...sides(), received: 107 }), { intake: 1, store: 0 })
  assert.deepEqual(differences({ ...sides(), refused: 5 }), { intake: -1, store: 0 })
})

test('numbers that never arrived are no term: losses do not open or close a balance', () => {
  assert.equal(conservation(sides({ lost: 1_000 })).difference, 0)
})

test('terms beyond 2^53 are added exactly: a difference of one frame is not rounded away', () => {
  const huge = 2n ** 60n
  const committed = { committed: huge, duplicate: 1n, quarantined: 0, tentative: 0, damaged: 0 }
  const exact = differences(sides({ ...committed, acceptedFrames: 1 }))
  assert.equal(exact.store, Number(-huge))
  const near = { ...committed, committed: 2n ** 53n, acceptedFrames: 2 ** 53 }
  assert.equal(differences(sides(near)).store, -1)
})

test('any balance that was built from its terms closes, and its printed equations add up', () => {
  const count = fc.nat(1_000_000)
  fc.assert(
    fc.property(fc.array(count, { minLength: 8, maxLength: 8 }), (terms) => {
      const [refused, unframeable, committed, duplicate, quarantined, tentative, damaged, pending] = terms as [
        ...Array<number>,
      ] as [number, number, number, number, number, number, number, number]
      const stored = committed + duplicate + quarantined + tentative + damaged
      const accepted = stored + pending
      const ledger = conservation({
        ...{ received: accepted + refused + unframeable, refused, unframeable, acceptedFrames: accepted },
        committed: {
          ...{ committed, duplicate, quarantined, tentative, damaged, lost: 0, position: 1, acceptedFrames: stored },
        },
      })
      assert.equal(ledger.difference, 0)
      for (const text of Object.values(equations(ledger))) {
        const [total = '', sum = ''] = text.split('=')
        const parts = sum.split('+').map((part) => Number(/\d+/.exec(part)?.[0]))
        assert.equal(
          parts.reduce((a, b) => a + b, 0),
          Number(total),
        )
      }
    }),
  )
})

test('the equations name every term of the contract once', () => {
  const { received, accepted } = equations(conservation(sides()))
  for (const [text, terms] of [
    [received, receivedTerms],
    [accepted, acceptedTerms],
  ] as const)
    assert.deepEqual(text.match(/[a-z]+/g), [...terms])
})
