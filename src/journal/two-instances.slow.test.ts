import { it } from 'node:test'
import { runTwoInstances } from './testing/two-instances.ts'

it('has one writer ever, however many processes race for it and are killed', async (t) => {
  const races = await runTwoInstances({ budgetMs: 3_000, firstSeed: Math.floor(Math.random() * 2 ** 31) })
  t.diagnostic(`${races} races`)
})
