/** Facts that the sources of a running server report, in the API and for Prometheus. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { runCli } from './fixtures/cli.ts'
import { apiKey, startServer, type TestServer } from './fixtures/server.ts'

interface Shown {
  readonly name: string
  readonly lossy?: string
  readonly warnings?: readonly string[]
  readonly figures?: Readonly<Record<string, number | string>>
  readonly losses?: readonly { readonly cause: string; readonly from: string | null; readonly to: string | null }[]
}

describe('a running server', () => {
  let server: TestServer
  before(async () => {
    server = await startServer({ flags: ['--serial', '/dev/nothing-here'] })
  })
  after(() => server[Symbol.asyncDispose]())

  async function source(name: string, has: (shown: Shown) => boolean): Promise<Shown> {
    for (let tries = 0; tries < 100; tries++) {
      const answer = await fetch(`${server.ready.web}/api/v1/sources`, {
        headers: { authorization: `Bearer ${apiKey}` },
      })
      const { items } = (await answer.json()) as { items: Shown[] }
      const shown = items.find((item) => item.name === name)
      if (shown && has(shown)) return shown
      await sleep(100)
    }
    assert.fail(`${name} has not reported it within 10 s`)
  }

  test('UDP: the kernel’s drop counter and the granted receive buffer, in the API and for Prometheus', async () => {
    const { figures = {}, warnings = [], lossy = '' } = await source('udp', (shown) => shown.figures !== undefined)
    assert.ok(Number(figures['receiveBufferBytes']) > 0)
    assert.equal(figures['kernelDrops'], process.platform === 'linux' ? 0 : 'not available')
    assert.match(lossy, /no acknowledgement/)
    const metrics = await (await fetch(`${server.ready.web}/metrics`)).text()
    assert.match(metrics, /baykeeper_source_fact\{source="udp",kind="udp",fact="receiveBufferBytes"\} \d{5}/)
    assert.match(metrics, new RegExp(`baykeeper_source_warnings\\{source="udp",kind="udp"\\} ${warnings.length}`))
    // Its warnings at start are in its log and in the findings of the doctor.
    const doctor = (await runCli(['doctor', '--data', server.dataDir, '--json'])).stdout
    for (const warning of warnings) {
      assert.ok(server.logs().includes(warning))
      assert.ok(doctor.includes(warning))
    }
  })

  test('serial: an unplugged port is a loss without an end, and a counter that the driver lacks is not 0', async () => {
    const { figures = {}, losses = [] } = await source('serial', ({ losses }) => (losses ?? []).length > 0)
    assert.equal(figures['overruns'], 'not available')
    assert.deepEqual([losses[0]?.cause, losses[0]?.to], ['port-down', null])
    assert.ok(Date.parse(losses[0]?.from ?? '') > 0)
    const metrics = await (await fetch(`${server.ready.web}/metrics`)).text()
    assert.doesNotMatch(metrics, /fact="overruns"/)
    assert.match(metrics, /baykeeper_source_losses_uncounted\{source="serial",kind="serial",cause="port-down"\} 1/)
  })

  test('the time in which no intake ran is passed to the sources without an acknowledgement', async () => {
    // Its figures are in the journal within a second.
    await sleep(1_500)
    const old = await server.kill('intake')
    await server.back('intake', old)
    const { losses = [] } = await source('serial', ({ losses }) => (losses ?? []).some(({ to }) => to !== null))
    assert.ok(losses.some(({ cause, to }) => cause === 'port-down' && to !== null))
  })
})
