import { it } from 'node:test'
import { runBitRot } from './bit-rot.ts'

const firstSeed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31))
const budgetMs = Number(process.env['BUDGET_MS'] ?? 1_500)
const historiesFull = 50_000

const found = [
  { seed: 43, what: 'bytes of a record were overwritten while its batch was still being read' },
  { seed: 108, what: 'the newest segment was deleted and its numbers were given again' },
  { seed: 179, what: 'a first segment in ruins was not named by a scan' },
  { seed: 666, what: 'a segment with only its seal left was taken for one that never held anything' },
]

for (const { seed, what } of found)
  it(`does not happen again: ${what}`, async () => {
    await runBitRot(seed)
  })

it('reads all that was not touched, names what was, and gives no number twice', async (t) => {
  const until = performance.now() + budgetMs
  let histories = 0
  for (let seed = firstSeed; performance.now() < until; seed++, histories++)
    try {
      await runBitRot(seed)
    } catch (error) {
      throw new Error(`seed ${seed}`, { cause: error })
    }
  t.diagnostic(`bit rot: ${histories} / ${historiesFull} histories from seed ${firstSeed}`)
})
