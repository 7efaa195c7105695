/**
 * A planner sends last week's occupancy to the planners: from the API over the journal to a workbook in a mailbox, with the notifier killed on the way.
 * A database that is built again has the same schedules.
 */
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { routes } from '@baykeeper/contract/routes.ts'
import { systemClock } from '../src/lib/clock.ts'
import { silentLog } from '../src/lib/log.ts'
import { attachmentOf, headerOf, type SmtpReceiver, smtpReceiver } from '../src/notify/testing/smtp-receiver.ts'
import { openStore } from '../src/store/engine/open.ts'
import { runCli } from './fixtures/cli.ts'
import { apiOf, startServer, type TestServer } from './fixtures/server.ts'
import { walkedLayout } from './walk/walked-layout.ts'

const waitMsMax = 60_000
const [site] = walkedLayout.sites
const weekly = {
  ...({ name: 'Woche', kind: 'occupancy', period: 'last-week', every: 'week', weekday: 'mon' } as const),
  ...{ site: site?.id ?? null, at: '07:00', channel: 'planners' },
}

async function until(isTrue: () => boolean | Promise<boolean>, what: string) {
  for (const end = performance.now() + waitMsMax; !(await isTrue()); await sleep(50))
    assert.ok(performance.now() < end, what)
}

async function done(...args: readonly string[]) {
  const { code, stderr } = await runCli(args)
  assert.equal(code, 0, stderr)
}

const keysOf = ({ mails }: SmtpReceiver) => new Set(mails.map(({ source }) => headerOf(source, 'Idempotency-Key')))

/** Asks for the report, kills the notifier meanwhile, and returns when it is shown as sent. */
async function sendKilled(server: TestServer, receiver: SmtpReceiver) {
  const api = apiOf(server.ready.web)
  await until(
    async () => (await api.call(routes.notificationChannels, {})).state === 'running',
    'the notifier does not run',
  )
  const made = await api.call(routes.putReportSchedule, { params: { id: 'weekly' }, body: weekly })
  assert.ok('next_due' in made && made.time_zone === site?.zone)
  const { key } = await api.call(routes.sendReport, { params: { id: 'weekly' } })
  await server.back('notifier', await server.kill('notifier'))
  const newest = async () => (await api.call(routes.reportSchedule, { params: { id: 'weekly' } })).last
  await until(async () => (await newest()).state === 'sent', `it is not shown as sent: ${server.logs().slice(-2_000)}`)
  assert.deepEqual([...keysOf(receiver)], [key])
  const [mail] = receiver.mails
  const { name, bytes } = attachmentOf(mail?.source ?? '')
  assert.match(name ?? '', /^baykeeper_occupancy_.*\.xlsx$/)
  assert.equal(bytes.subarray(0, 2).toString(), 'PK')
  assert.match(mail?.text ?? '', /Zeitraum: .*\r\nAbdeckung: 0/)
}

test('a report that is scheduled arrives as a workbook under one key while the notifier is killed, and a rebuild has its schedule', async () => {
  await using receiver = await smtpReceiver()
  const place = await mkdtemp(path.join(tmpdir(), 'baykeeper-mailed-'))
  const dataDir = path.join(place, 'data')
  const config = path.join(place, 'config.yaml')
  const stored = ['first', 'rebuilt'].map((name) => `sqlite:${path.join(place, `${name}.db`)}`)
  const [first = '', rebuilt = ''] = stored
  const mail = { kind: 'email', host: '127.0.0.1', port: receiver.port, tls: 'none', from: 'parking@example.org' }
  const channels = { planners: { ...mail, to: ['ann@example.org'], locale: 'de' } }
  await writeFile(config, JSON.stringify({ notifications: { channels } }))
  const here = ['--data', dataDir, '--config', config] as const
  try {
    {
      await using server = await startServer({ dataDir, flags: ['--config', config, '--store', first] })
      const api = apiOf(server.ready.web)
      await api.call(routes.publishLayout, { body: walkedLayout })
      await sendKilled(server, receiver)
      await api.call(routes.putReportSchedule, { params: { id: 'other' }, body: { ...weekly, paused: true } })
      await done('schedules', 'set', 'other', '--at', '06:30', '--resume', ...here)
      const { at, paused, name } = await api.call(routes.reportSchedule, { params: { id: 'other' } })
      assert.deepEqual([at, paused, name], ['06:30', false, 'Woche'])
      await done('schedules', 'remove', 'other', ...here)
      await done('schedules', 'send', 'weekly', ...here)
      await until(() => keysOf(receiver).size === 2, 'what the command asked for has not come')
      assert.equal(await server.stop(), 0)
    }
    await done('rebuild', ...here, '--store', rebuilt)
    const rows = await Promise.all(
      stored.map(async (url) => {
        await using store = await openStore(url, { log: silentLog, clock: systemClock })
        return store.reportSchedules()
      }),
    )
    assert.deepEqual(rows[0], rows[1])
    assert.deepEqual(
      rows[0]?.map(({ id, schedule }) => [id, schedule?.name]),
      [
        ['other', undefined],
        ['weekly', 'Woche'],
      ],
    )
  } finally {
    await rm(place, { recursive: true, force: true, maxRetries: 5 })
  }
})
