import assert from 'node:assert/strict'
import { test } from 'node:test'
import { effort } from '../../../test/fixtures/effort.ts'
import { kinds } from './history.ts'
import { judge, unknownShare } from './judge.ts'
import { referenceServer } from './reference.ts'
import { observe } from './server.ts'
import { shrink, table } from './shrink.ts'
import { mustBeKnown } from './truth.ts'
import { historyOf, unfairHistoryOf } from './world.ts'
import { wrongServers } from './wrong-servers.ts'

const firstSeed = Number(process.env['SEED'] ?? 1)
const seeds = (count: number) => Array.from({ length: count }, (_, i) => firstSeed + i)

test('a server that follows the rules gets every fair history right, and is not sure of what cannot be known', async () => {
  for (const seed of seeds(effort(1_200))) {
    for (const history of [historyOf(seed), ...(seed % 4 === 0 ? [unfairHistoryOf(seed)] : [])]) {
      const findings = judge(history, observe(history, referenceServer()))
      if (findings.length === 0) continue
      const small = await shrink(history, (one) => judge(one, observe(one, referenceServer())).length > 0)
      assert.fail(`${table(small)}\n${JSON.stringify(judge(small, observe(small, referenceServer())), null, 1)}`)
    }
  }
})

test('a server that follows the rules is sure most of the time', () => {
  for (const kind of kinds) {
    const share = unknownShare(seeds(150).map((seed) => observe(historyOf(seed, kind), referenceServer())))
    assert.ok(share < 0.2, `${kind}: the state is unknown after ${(100 * share).toFixed(1)} % of the frames`)
  }
})

for (const [what, server] of Object.entries(wrongServers))
  test(`the judge finds out a server that ${what}`, () => {
    const found = seeds(400).filter((seed) => {
      const history = historyOf(seed)
      return judge(history, observe(history, server())).length > 0
    })
    assert.ok(found.length >= 4, `only ${found.length} of 400 histories show it`)
  })

test('a history comes again from its seed, and most of its states can be known', () => {
  assert.deepEqual(historyOf(firstSeed + 77), historyOf(firstSeed + 77))
  for (const kind of kinds) {
    const known = seeds(100).flatMap((seed) => mustBeKnown(historyOf(seed, kind)))
    assert.ok(known.filter(Boolean).length > known.length / 3, `${kind}: hardly any state must be known`)
  }
})

test('a failing history shrinks to the frames that matter', async () => {
  const believesNoLowerNumber = wrongServers['believes no lower number']
  assert.ok(believesNoLowerNumber)
  const fails = (one: ReturnType<typeof historyOf>) =>
    judge(one, observe(one, believesNoLowerNumber())).some(({ what }) => what === 'opposite')
  const history = seeds(200)
    .map((seed) => historyOf(seed, 'boot'))
    .find(fails)
  assert.ok(history)
  assert.equal((await shrink(history, fails)).deliveries.length, 2)
})
