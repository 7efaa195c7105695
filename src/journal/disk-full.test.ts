import { it } from 'node:test'
import { effort } from '../../test/fixtures/effort.ts'
import { runDiskFull } from './testing/disk-full.ts'
import { runSeeds } from './testing/run-seeds.ts'

it('keeps what it accepted and resumes without a restart, at whichever byte the disk was full', async (t) => {
  const { reached, firstSeed } = await runSeeds({ budgetMs: effort(700) }, runDiskFull)
  t.diagnostic(`disk full: ${reached} offsets from seed ${firstSeed}`)
})
