/** What is remembered of requests with a key: one entry each, and no more memory than it may take. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createKeptAnswers } from './kept-answers.ts'

const answer = (payload: string) => ({ status: 200, type: 'application/json', payload })

test('a request that fails twice does not remove the entry of the one that waited for it', async () => {
  const kept = createKeptAnswers({ monotonic: () => 0 })
  const first = kept.begin('k', 'f')
  first(undefined)
  const second = kept.begin('k', 'f')
  first(undefined)
  second(answer('done'))
  assert.equal((await kept.find('k')?.answer)?.payload, 'done')
})

test('long answers are forgotten, oldest first, before they take more than 8 MB, and all of them after a day', () => {
  let now = 0
  const kept = createKeptAnswers({ monotonic: () => now })
  const names = Array.from({ length: 4_000 }, (_, i) => `k${i}`)
  const chars = 60_000
  for (const name of names) kept.begin(name, 'f')(answer('\u00e9'.repeat(chars)))
  const left = names.filter((name) => kept.find(name))
  assert.ok(left.length * chars * 2 <= 8 * 1_048_576, `${left.length} are kept`)
  assert.deepEqual(left, names.slice(-left.length))
  assert.ok(left.length > 60)
  now = 86_400_000
  kept.begin('new', 'f')
  assert.deepEqual(
    names.filter((name) => kept.find(name)),
    [],
  )
})
