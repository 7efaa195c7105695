import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keepForgetting } from './retention.ts'

test('rows that cannot be forgotten are reported once, with the reason, tried again, and their end is reported too', async () => {
  const lines: string[] = []
  const log = {
    warn: (text: string, facts?: object) => void lines.push(`warn ${text} ${JSON.stringify(facts)}`),
    info: (text: string) => void lines.push(`info ${text}`),
  }
  const outcomes = ['no room', 'no room', undefined, undefined, 'no right']
  const end = new AbortController()
  const forget = async () => {
    if (outcomes.length === 1) end.abort(new Error('end'))
    const outcome = outcomes.shift()
    if (outcome) throw new Error(outcome)
  }
  const clock = { sleep: async (_ms: number, signal?: AbortSignal) => signal?.throwIfAborted() }
  await assert.rejects(keepForgetting({ forget, clock, log }).run(end.signal), /end/)
  assert.equal(lines.length, 3)
  assert.match(lines[0] ?? '', /^warn old rows could not be forgotten.*no room/)
  assert.match(lines[1] ?? '', /^info old rows are forgotten again/)
  assert.match(lines[2] ?? '', /no right/)
})
