import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Delta } from '@baykeeper/contract/live.ts'
import fc from 'fast-check'
import { type Link, type LinkAction, type LinkEvent, newLink, retryDelayMs, step } from './link.ts'

function run(events: readonly LinkEvent[], from: Link = newLink): { link: Link; actions: LinkAction[] } {
  let link = from
  const actions: LinkAction[] = []
  for (const event of events) {
    const [next, more] = step(link, event, 1_000)
    link = next
    actions.push(...more)
  }
  return { link, actions }
}
const delta = (q: number, d: number[] = [q, 1], f?: number): LinkEvent => ({
  type: 'delta',
  delta: { t: 0, q, d, ...(f === undefined ? {} : { f }) },
})
const start: LinkEvent = { type: 'start', version: 'v1' }
const snapshot = (q: number, fits = true): LinkEvent => ({ type: 'snapshot', q, fits })
const live = run([start, { type: 'open' }, delta(10, []), snapshot(10)]).link
const kinds = (actions: readonly LinkAction[]) => actions.map((action) => action.do)

test('the first connection asks for the stream and a snapshot together', () => {
  const { link, actions } = run([start])
  assert.deepEqual(actions, [
    { do: 'open', after: undefined },
    { do: 'fetch-snapshot', soon: true },
  ])
  assert.equal(link.phase, 'connecting')
})

test('deltas that come before the snapshot wait; those it includes are dropped', () => {
  const { link, actions } = run([start, { type: 'open' }, delta(10, []), delta(11), delta(12), snapshot(11)])
  assert.deepEqual(kinds(actions), ['open', 'fetch-snapshot', 'apply'])
  assert.equal(link.q, 12)
})

test('a snapshot older than the start of the stream is requested again', () => {
  const { link, actions } = run([start, { type: 'open' }, delta(10, []), snapshot(9)])
  assert.deepEqual(kinds(actions), ['open', 'fetch-snapshot', 'fetch-snapshot'])
  assert.equal(run([snapshot(10)], link).link.q, 10)
})

test('a gap asks for a snapshot and keeps what came after it', () => {
  const gap = run([delta(12), delta(13)], live)
  assert.deepEqual(kinds(gap.actions), ['fetch-snapshot'])
  const after = run([snapshot(12)], gap.link)
  assert.deepEqual(kinds(after.actions), ['apply'])
  assert.equal(after.link.q, 13)
})

test('a frame that stands for several is applied when it begins where we are, or before', () => {
  assert.deepEqual(kinds(run([delta(15, [1, 1], 11)], live).actions), ['apply'])
  assert.deepEqual(kinds(run([delta(15, [1, 1], 8)], live).actions), ['apply'])
  assert.deepEqual(kinds(run([delta(15, [1, 1], 12)], live).actions), ['fetch-snapshot'])
})

test('after a loss it waits, longer each time, and resumes after the last sequence', () => {
  const lost = run([delta(11), { type: 'lost' }], live)
  assert.equal(lost.link.phase, 'waiting')
  assert.equal(lost.link.retryAt, 2_000)
  assert.equal(lost.link.downSince, 1_000)
  const again = run([{ type: 'due' }], lost.link)
  assert.deepEqual(again.actions, [{ do: 'open', after: 11 }])
  assert.equal(run([{ type: 'lost' }], again.link).link.attempt, 2)
  assert.equal(run([{ type: 'open' }], again.link).link.attempt, 0)
  assert.deepEqual(
    [0, 1, 2, 3, 9].map((n) => retryDelayMs(n, 0.5)),
    [1_000, 2_000, 4_000, 8_000, 15_000],
  )
})

test('a reset of the same plan takes a snapshot, of another one the plan first', () => {
  assert.deepEqual(kinds(run([{ type: 'reset', version: 'v1' }], live).actions), ['fetch-snapshot'])
  const other = run([{ type: 'reset', version: 'v2' }], live)
  assert.deepEqual(kinds(other.actions), ['fetch-plan'])
  assert.deepEqual(kinds(run([{ type: 'plan', version: 'v2' }, snapshot(30)], other.link).actions), ['fetch-snapshot'])
})

test('a refused stream is not tried again; a sleeping one comes back with a snapshot', () => {
  const refused = run([{ type: 'lost', refused: true }, { type: 'due' }], live)
  assert.equal(refused.link.phase, 'refused')
  assert.deepEqual(kinds(refused.actions), ['close'])
  const asleep = run([{ type: 'sleep' }, { type: 'lost' }], live)
  assert.equal(asleep.link.phase, 'asleep')
  assert.deepEqual(kinds(run([{ type: 'awake' }], asleep.link).actions), ['open', 'fetch-snapshot'])
})

test('an open stream without states never stays without a snapshot under way', () => {
  const { link } = run([start, { type: 'snapshot-failed' }, { type: 'open' }])
  assert.equal(link.fetching, true)
  assert.deepEqual(kinds(run([{ type: 'snapshot-failed' }], link).actions), ['fetch-snapshot'])
})

/** A server with a state per sequence; the page must end with the server's state after any network faults. */
test('with losses, merged frames, resets and late snapshots, the page ends with what the server has', () => {
  const moves = fc.array(
    fc.oneof(
      fc.record({ do: fc.constant('change' as const), bay: fc.nat(4), state: fc.nat(4) }),
      fc.record({
        do: fc.constantFrom('lose' as const, 'reset' as const, 'merge' as const, 'due' as const, 'answer' as const),
      }),
    ),
    { maxLength: 60 },
  )
  fc.assert(
    fc.property(moves, (list) => {
      const server = { q: 100, states: [3, 3, 3, 3, 3], frames: new Map<number, number[]>() }
      const page = { states: [9, 9, 9, 9, 9] }
      let link: Link = newLink
      let connected = false
      let sent = 0
      let asked: { q: number; states: number[] } | undefined
      const send = (event: LinkEvent) => {
        const [next, actions] = step(link, event, 0)
        link = next
        for (const action of actions) act(action)
      }
      const put = (changes: readonly number[]) => {
        for (let k = 0; k < changes.length; k += 2) page.states[changes[k] as number] = changes[k + 1] as number
      }
      const changesSince = (q: number) => [...server.frames].filter(([at]) => at > q).flatMap(([, changes]) => changes)
      const deliver = (d: Delta) => connected && send({ type: 'delta', delta: d })
      const act = (action: LinkAction) => {
        if (action.do === 'close') connected = false
        else if (action.do === 'fetch-snapshot') asked = { q: server.q, states: [...server.states] }
        else if (action.do === 'apply') put(action.delta.d)
        else if (action.do === 'open') {
          connected = true
          send({ type: 'open' })
          if (action.after === undefined) deliver({ t: 0, q: server.q, d: [] })
          else if (action.after !== server.q && !server.frames.has(action.after + 1))
            send({ type: 'reset', version: 'v1' })
          else for (const [q, d] of server.frames) if (q > action.after) deliver({ t: 0, q, d })
          sent = server.q
        }
      }
      const answer = () => {
        const found = asked
        asked = undefined
        if (!found) return
        page.states = found.states
        send({ type: 'snapshot', q: found.q, fits: true })
      }
      const catchUp = () => {
        if (!connected || sent === server.q) return
        deliver({ t: 0, q: server.q, f: sent + 1, d: changesSince(sent) })
        sent = server.q
      }
      send(start)
      for (const move of list) {
        if (move.do === 'change') {
          server.q++
          server.states[move.bay] = move.state
          server.frames.set(server.q, [move.bay, move.state])
          if (connected && sent === server.q - 1) {
            deliver({ t: 0, q: server.q, d: [move.bay, move.state] })
            sent = server.q
          }
        } else if (move.do === 'lose') send({ type: 'lost' })
        else if (move.do === 'reset') {
          server.q++
          server.frames.clear()
          if (connected) send({ type: 'reset', version: 'v1' })
          sent = server.q
        } else if (move.do === 'merge') catchUp()
        else if (move.do === 'due') send({ type: 'due' })
        else answer()
      }
      if (link.phase === 'waiting') send({ type: 'due' })
      for (let k = 0; k < 5; k++) {
        answer()
        catchUp()
      }
      assert.deepEqual(page.states, server.states)
      assert.equal(link.q, server.q)
    }),
    { numRuns: 500 },
  )
})
