import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judge } from './judge.ts'
import { referenceServer } from './reference.ts'
import { reports } from './reports.ts'
import { observe } from './server.ts'
import { table } from './shrink.ts'

for (const { what, url, history } of reports)
  test(`the rules stand what was reported: ${what} (${url})`, () => {
    const observed = observe(history, referenceServer())
    assert.deepEqual(judge(history, observed), [], `${table(history)}\n${JSON.stringify(observed)}`)
  })
