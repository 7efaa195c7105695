/** The stream as an EventSource client sees it: events by their names, and its own reconnection with Last-Event-ID. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EventSource } from 'eventsource'
import { apiUnderTest, bearer, deviceState, layoutOf, until } from '../testing/api-under-test.ts'

interface Delta {
  readonly q: number
  readonly d: readonly number[]
}

test('a client that reconnects goes on behind the last event it had, without a gap and without a repeat', async () => {
  await using api = await apiUnderTest({ layout: layoutOf(['A', 'B']) })
  const base = await api.listen()
  const connections: (string | null)[] = []
  const source = new EventSource(`${base}/api/v1/stream?topics=bays,kpi`, {
    fetch: async (url, init) => {
      connections.push(new Headers(init.headers).get('last-event-id'))
      return fetch(url, { ...init, headers: { ...init.headers, ...bearer } })
    },
  })
  try {
    const deltas: Delta[] = []
    let figures = 0
    source.addEventListener('d', ({ data }) => deltas.push(JSON.parse(data)))
    source.addEventListener('kpi', () => figures++)
    await until(() => deltas.length === 1)
    const change = async (rev: number) => {
      const before = deltas.length
      await api.commit({ devices: [deviceState(1, 'A', { rev, occupied: rev % 2 === 1 })] })
      return { before }
    }
    for (const rev of [1, 2]) {
      const { before } = await change(rev)
      await until(() => deltas.length > before)
    }
    api.app.server.closeAllConnections()
    await change(3)
    await until(() => connections.length > 1 && deltas.length > 3, 20_000)
    const numbers = deltas.map(({ q }) => q)
    assert.deepEqual(
      numbers,
      numbers.map((_, i) => (numbers[0] as number) + i),
    )
    assert.deepEqual(connections, [null, String(numbers[2])])
    assert.ok(figures > 0)
    assert.equal(source.readyState, EventSource.OPEN)
  } finally {
    source.close()
  }
})

test('a client without a key is refused for good, and a topic that there is not is named', async () => {
  await using api = await apiUnderTest()
  const base = await api.listen()
  const source = new EventSource(`${base}/api/v1/stream`)
  const refused = Promise.withResolvers<number | undefined>()
  source.addEventListener('error', ({ code }) => refused.resolve(code))
  assert.equal(await refused.promise, 401)
  assert.equal(source.readyState, EventSource.CLOSED)
  source.close()
  const answer = await fetch(`${base}/api/v1/stream?topics=nothing`, { headers: bearer })
  assert.equal(answer.status, 400)
  assert.match(((await answer.json()) as { detail: string }).detail, /query topics/)
})
