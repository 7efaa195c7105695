/** The ledger from outside: losses by cause, dead letters retried and discarded, and an audit that finds differences. */

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { AuditReport } from '@baykeeper/contract/audit.ts'
import type { DeadLetter } from '@baykeeper/contract/ledger.ts'
import type { SensorDay } from '@baykeeper/contract/losses.ts'
import { routes } from '@baykeeper/contract/routes.ts'
import { runCli, verifyLedger } from './fixtures/cli.ts'
import { drainedLedger, readingsOf } from './fixtures/readings.ts'
import { apiOf, ingestToken, startServer, type TestServer } from './fixtures/server.ts'

/** An uplink of a network server, sent where plain readings are expected. */
const uplink = (fCnt: number) => ({
  deviceInfo: { deviceProfileName: 'Nwave NPS310-SM (EU868)', devEui: '70b3d57ed0000017' },
  ...{ fCnt, fPort: 1, data: 'AQ==' },
})
const parkingDevice = '70B3D57ED0000017'

const numbered = (device: string, ...seqs: number[]) =>
  seqs.map((seq) => ({ device, seq, boot: 'first', occupied: seq % 2 === 0 }))

function talkingTo(server: () => TestServer) {
  const api = () => apiOf(server().ready.web)
  const send = async (body: unknown, token = ingestToken) => {
    const answer = await fetch(`${server().ready.ingest}/ingest/v1`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify(body),
    })
    return answer.status
  }
  return { api, send }
}

async function eventually<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  for (let i = 0; i < 100; i++) {
    const found = await look()
    if (found !== undefined) return found
    await sleep(100)
  }
  throw new Error(`no ${what} within 10 s`)
}

// Two servers, each with a place of its own: they need not wait for each other.
describe('the ledger', { concurrency: true }, () => {
  describe('what was lost, and why', { concurrency: 1 }, () => {
    let server: TestServer
    const { api, send } = talkingTo(() => server)
    before(async () => {
      server = await startServer()
      for (const body of [numbered('bay-17', 1, 2, 6), numbered('bay-17', 6, 10), numbered('bay-18', 1, 2, 3)])
        assert.equal(await send(body), 202)
      assert.equal(await send(numbered('bay-17', 4)), 202)
      assert.equal(await send([{ device: 'bay-18', seq: 3, boot: 'first', occupied: true }]), 202)
      for (let i = 0; i < 3; i++) assert.equal(await send(numbered('bay-17', 99), 'wrong'), 401)
      assert.equal(await send({ no: 'sense' }), 202)
    })
    after(() => server[Symbol.asyncDispose]())

    test('gaps are ranges of one sensor, closed by late frames; refusals have their reason', async () => {
      const report = await eventually('refusal in the ledger', async () => {
        const found = await api().call(routes.losses)
        // Rows and totals are two reads.
        const lists = [found.totals, found.items]
        const areThere = lists.every((list) => list.some(({ cause, frames }) => cause === 'refused' && frames === 3))
        return areThere ? found : undefined
      })
      const gaps = report.items.filter(({ cause }) => cause === 'sequence-gap')
      assert.deepEqual(
        gaps.map(({ device, frames, detail }) => [device, frames, detail]),
        [
          ['bay-17', 3, 'Sensor bay-17: 3 numbers between 6 and 10 of one of its boots never came.'],
          ['bay-17', 1, 'Sensor bay-17: number 5 of one of its boots never came.'],
          ['bay-17', 1, 'Sensor bay-17: number 3 of one of its boots never came.'],
        ],
      )
      const [refused] = report.items.filter(({ cause }) => cause === 'refused')
      assert.match(refused?.detail ?? '', /^3 messages from http rejected: no valid token/)
      assert.deepEqual(report.totals, [
        { cause: 'sequence-gap', frames: 5, uncounted: 0 },
        { cause: 'refused', frames: 3, uncounted: 0 },
      ])
      const cli = await runCli(['ledger', 'losses', '--json', '--data', server.dataDir, '--device', 'bay-17'])
      assert.deepEqual(JSON.parse(cli.stdout).data, {
        ...{ items: gaps, next: null, totals: [{ cause: 'sequence-gap', frames: 5, uncounted: 0 }] },
      })
    })

    test('each sensor has its day, and each source both sides of it', async () => {
      const { items } = await api().call(routes.sensorDays)
      const [one, two] = items.sort((a, b) => (a.device < b.device ? -1 : 1))
      const { day, source } = one as SensorDay
      assert.deepEqual(items, [
        { day, source, device: 'bay-17', committed: 5, duplicate: 1, quarantined: 0, lost: 5 },
        { day, source, device: 'bay-18', committed: 3, duplicate: 0, quarantined: 1, lost: 0 },
      ])
      assert.ok(two)
      const ledger = await eventually('intake day in the ledger', async () => {
        const { rows } = await api().call(routes.ledger)
        return rows.find((row) => row.source === source && row.accepted === 11)
      })
      assert.deepEqual(ledger, {
        ...{ source, day, committed: 8, duplicate: 1, quarantined: 2, tentative: 0, lost: 5, damaged: 0 },
        ...{ received: 11, accepted: 11, refused: 0, unframeable: 0 },
      })
      const cli = await runCli(['ledger', 'sensors', '--json', '--data', server.dataDir, '--limit', '1'])
      assert.equal(JSON.parse(cli.stdout).data.items.length, 1)
      assert.equal(JSON.parse(cli.stdout).warnings.length, 1)
    })

    test('a dead letter shows its bytes, is discarded with a reason once, and the balance still closes', async () => {
      const { items } = await api().call(routes.deadLetters, { query: { code: 'no-device' } })
      const { id } = items[0] as DeadLetter
      const whole = await api().call(routes.deadLetter, { params: { id } })
      assert.equal(Buffer.from(whole.bytes, 'base64').toString(), '{"no":"sense"}')
      assert.equal(whole.hex[0], '00000000  7b 22 6e 6f 22 3a 22 73  65 6e 73 65 22 7d        |{"no":"sense"}|')
      const shown = await runCli(['dlq', 'show', id, '--data', server.dataDir])
      assert.ok(shown.stdout.includes(whole.hex[0] as string))
      const unsaid = await runCli(['dlq', 'discard', id, '--data', server.dataDir])
      assert.equal(unsaid.code, 2)
      const order = { id, reason: 'noise from the installation' }
      assert.deepEqual(await api().call(routes.discard, { body: order }), { discarded: 1 })
      assert.deepEqual(await api().call(routes.discard, { body: order }), { discarded: 0 })
      const again = await runCli(['dlq', 'discard', id, '--reason', 'once more', '--json', '--data', server.dataDir])
      assert.deepEqual(JSON.parse(again.stdout).data, { discarded: 0 })
      const gone = await runCli(['dlq', 'show', id, '--data', server.dataDir])
      assert.equal(gone.code, 1)
      assert.match(gone.stderr, /discarded by .*noise from the installation .*SHA-256 [0-9a-f]{64}/)
      const { code, data } = await drainedLedger(server.dataDir)
      assert.deepEqual([code, data['quarantined'], data['difference']], [0, 2, 0])
    })

    test('the audit on demand recounts on the running server, reports its progress, and signs its report', async () => {
      const begun = await api().call(routes.startAudit, { query: { wait: 'false' } })
      assert.ok('running' in begun && begun.running)
      const audited = async () => (await api().call(routes.startAudit)) as AuditReport
      const [report, same] = await Promise.all([audited(), audited()])
      assert.deepEqual(report, same)
      const { sha256, ...body } = report
      assert.equal(createHash('sha256').update(JSON.stringify(body)).digest('hex'), sha256)
      assert.deepEqual([report.ok, report.brackets, report.warnings], [true, { intake: 0, store: 0 }, []])
      assert.deepEqual([report.sensors, report.ledger.accepted, report.ledger.refused], [2, 11, 3])
      const [env] = report.sources.filter(({ source }) => source !== 'http')
      assert.deepEqual(
        [env?.readings, env?.dead_letters, env?.discarded, env?.open_gaps, env?.pending],
        [8, 1, 1, 5, 0],
      )
      const after = await api().call(routes.audit)
      assert.deepEqual([after.running, after.report?.sha256, after.failed], [false, sha256, null])
    })

    test('a row that disagrees with the ledger is named, and verify exits 5', async () => {
      const spoil = (sql: string) => {
        using db = new DatabaseSync(path.join(server.dataDir, 'baykeeper.db'), { timeout: 5_000 })
        db.exec(sql)
      }
      const cases: [sql: string, undo: string, named: RegExp][] = [
        [
          'UPDATE gap SET from_seq = 8 WHERE to_seq = 9',
          'UPDATE gap SET from_seq = 7 WHERE to_seq = 9',
          /sensor bay-17 of .*epoch \d+: numbers 1 to 10 are 10, stored 5 \+ missing 4/,
        ],
        [
          'UPDATE ledger SET quarantined = quarantined + 1',
          'UPDATE ledger SET quarantined = quarantined - 1',
          /quarantined, 1 are dead letters and 1 were discarded/,
        ],
        [
          'UPDATE sensor_day SET readings = readings + 1 WHERE device = 2',
          'UPDATE sensor_day SET readings = readings - 1 WHERE device = 2',
          /sensor bay-18 of .*: 3 readings are stored, its days count 4/,
        ],
      ]
      for (const [sql, undo, named] of cases) {
        spoil(sql)
        const { code, ok, warnings } = (await verifyLedger(server.dataDir)) as Awaited<
          ReturnType<typeof verifyLedger>
        > & { warnings: string[] }
        assert.deepEqual([code, ok], [5, false], sql)
        assert.ok(
          warnings.some((warning) => named.test(warning)),
          warnings.join('\n'),
        )
        spoil(undo)
      }
      assert.equal((await verifyLedger(server.dataDir)).code, 0)
    })
  })

  describe('a codec that was wrong', { concurrency: 1 }, () => {
    let dir: string
    let server: TestServer
    const { api, send } = talkingTo(() => server)
    before(async () => {
      dir = await mkdtemp(path.join(os.tmpdir(), 'baykeeper-ledger-'))
      server = await startServer({ dataDir: dir })
    })
    after(async () => {
      await server[Symbol.asyncDispose]()
      await rm(dir, { recursive: true, force: true })
    })

    test('is changed in the configuration, and what was quarantined is committed exactly once', async () => {
      assert.equal(await send([uplink(1), uplink(2)]), 202)
      assert.equal(await send(uplink(3)), 202)
      assert.equal((await drainedLedger(dir)).data['quarantined'], 3)
      const before = await api().call(routes.deadLetters)
      const source = before.items[0]?.source as string
      assert.deepEqual(
        before.items.map(({ code }) => code),
        ['no-device', 'no-device', 'no-device'],
      )
      await server.stop()

      const config = path.join(dir, 'baykeeper.yaml')
      await writeFile(config, `codecs:\n  ${source}: lorawan\n`)
      server = await startServer({ dataDir: dir, flags: ['--config', config] })
      assert.deepEqual(await api().call(routes.requeue, { body: { all: true } }), { requeued: 3 })
      await eventually('empty list of dead letters', async () =>
        (await api().call(routes.deadLetters)).items.length === 0 ? true : undefined,
      )
      for (let i = 0; i < 2; i++) {
        assert.deepEqual(await api().call(routes.requeue, { body: { all: true } }), { requeued: 0 })
        assert.deepEqual(
          await api().call(routes.discard, { body: { id: before.items[0]?.id ?? '', reason: 'too late' } }),
          {
            discarded: 0,
          },
        )
        await sleep(1_200)
        const readings = await readingsOf(server.ready.web, parkingDevice)
        assert.deepEqual(
          readings.map(({ seq }) => seq),
          [1, 2, 3],
        )
      }
      const { code, data } = await drainedLedger(dir, ['--config', config])
      const { committed, duplicate, quarantined, difference } = data
      assert.deepEqual(
        { code, committed, duplicate, quarantined, difference },
        { ...{ code: 0, committed: 3 }, ...{ duplicate: 0, quarantined: 0, difference: 0 } },
      )
    })

    test('a damaged record of the journal is a loss with its range, its frames and the place of its bytes', async () => {
      const total = (await drainedLedger(dir)).data['accepted'] as number
      await server.stop()
      // The database of before: what the journal holds is read again, past the damage.
      for (const file of await readdir(dir)) if (file.startsWith('baykeeper.db')) await rm(path.join(dir, file))
      const segments = (await readdir(path.join(dir, 'journal'))).filter((file) => file.endsWith('.segment'))
      const segment = path.join(dir, 'journal', segments.sort()[0] as string)
      const bytes = await readFile(segment)
      const at = bytes.indexOf('"fCnt":3')
      assert.ok(at > 0)
      await using file = await open(segment, 'r+')
      await file.write(Buffer.from([bytes[at + 2] === 0 ? 1 : 0]), 0, 1, at + 2)
      server = await startServer({ dataDir: dir })
      const loss = await eventually('damage in the ledger', async () => {
        const { items } = await api().call(routes.losses, { query: { cause: 'journal-damage' } })
        return items[0]
      })
      assert.deepEqual([loss.source, loss.frames], ['journal', 1])
      const [, kept] =
        /Record \d+ of segment \S+ cannot be read back: .* are kept in (journal\/damaged\/\S+)\.$/.exec(loss.detail) ??
        []
      assert.ok(kept, loss.detail)
      assert.ok((await readFile(path.join(dir, kept))).includes('70b3d57ed0000017'))
      const { data, code } = await drainedLedger(dir)
      assert.deepEqual([code, data['accepted'], data['quarantined'], data['difference']], [0, total, 2, 0])
    })
  })
})
