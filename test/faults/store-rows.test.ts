import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { storeRows } from './store-rows.ts'

/** Runs all rows whose name has the word. */
const skippedOf = async (word: string) => {
  const rows = storeRows.filter(({ name }) => name.includes(word))
  const results = await Promise.all(rows.map((row) => row.run({ budgetMs: 0, firstSeed: 1 })))
  return results.map(({ skipped }) => skipped)
}

async function withEnv<T>(name: string, value: string, work: () => Promise<T>): Promise<T> {
  const before = process.env[name]
  process.env[name] = value
  try {
    return await work()
  } finally {
    if (before === undefined) delete process.env[name]
    else process.env[name] = before
  }
}

describe('rows of the database', () => {
  test('without mariadb-dump the restored snapshot is skipped, with the package that adds it', async () => {
    const found = await withEnv('PATH', '', () => skippedOf('older snapshot'))
    assert.equal(found.length, 1)
    assert.match(found[0] ?? '', /^mariadb-dump not found .* mariadb-client$/)
  })

  test('without its server a row is skipped, and does not fail for having reached nothing', async () => {
    const found = await withEnv('BAYKEEPER_TEST_SERVERS', '/nowhere', () => skippedOf('MySQL'))
    assert.ok(found.length > 5)
    for (const skipped of found) assert.match(skipped ?? '', /^MySQL 9\.7 is not set up/)
  })
})
