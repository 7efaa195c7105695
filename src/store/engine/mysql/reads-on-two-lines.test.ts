import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CompiledQuery } from 'kysely'
import { StoreError } from '../../store.ts'
import type { MysqlLine } from './mysql-line.ts'
import { runnerOnLines } from './mysql-runner.ts'
import type { MysqlSession } from './mysql-session.ts'

const query = { sql: 'SELECT 1', parameters: [] } as unknown as CompiledQuery<{ line: string }>

/** Answers with its name when `release` is called, or fails at once. */
function lineNamed(name: string, fault?: Error) {
  const waiting: (() => void)[] = []
  const session = {
    query: async () => {
      if (fault) throw fault
      await new Promise<void>((resolve) => waiting.push(resolve))
      return [{ line: name }]
    },
  } as unknown as MysqlSession
  const line: MysqlLine = { use: (action) => action(session), [Symbol.asyncDispose]: async () => {} }
  return {
    line,
    release() {
      for (const resolve of waiting.splice(0)) resolve()
    },
  }
}

test('a read goes over the second line while the first is taken', async () => {
  const [one, two] = [lineNamed('one'), lineNamed('two')]
  const { all } = runnerOnLines(one.line, two.line)
  const reads = [all(query), all(query)]
  one.release()
  two.release()
  assert.deepEqual(await Promise.all(reads), [[{ line: 'one' }], [{ line: 'two' }]])
})

test('where the server grants no second session, the first line reads all of it', async () => {
  const one = lineNamed('one')
  const { all } = runnerOnLines(one.line, lineNamed('two', new StoreError('transient', 'too many connections')).line)
  const reads = [all(query), all(query)]
  // The second turns to the first line some turns later.
  for (let turn = 0; turn < 10; turn++) await Promise.resolve()
  one.release()
  assert.deepEqual(await Promise.all(reads), [[{ line: 'one' }], [{ line: 'one' }]])
})
