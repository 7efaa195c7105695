/** The public contract of the first day, from outside: forms of a reading, limits, tokens, ports, exit codes. */
import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import mqtt from 'mqtt'
import { runCli, verifyLedger } from './fixtures/cli.ts'
import { apiKey, ingestToken, startServer, type TestServer } from './fixtures/server.ts'

const key = { authorization: `Bearer ${apiKey}` }

describe('a running server', () => {
  let server: TestServer
  before(async () => {
    server = await startServer()
  })
  after(() => server[Symbol.asyncDispose]())

  const post = (
    body: string | Uint8Array,
    type = 'application/json',
    headers: Record<string, string> = { authorization: `Bearer ${ingestToken}` },
    where = '/ingest/v1',
  ) =>
    fetch(`${server.ready.ingest}${where}`, {
      method: 'POST',
      headers: { 'content-type': type, ...headers },
      body: typeof body === 'string' ? body : new Blob([body as Uint8Array<ArrayBuffer>]),
    })

  interface Stored {
    readonly seq: number | null
    readonly time: string
    readonly occupied?: boolean | null
    readonly rssi_dbm?: number
    readonly snr_db?: number
    readonly source: string
  }
  /** Readings of a device once there are `count` of them. */
  async function stored(device: string, count: number): Promise<Stored[]> {
    let items: Stored[] = []
    for (let i = 0; i < 100; i++) {
      const answer = await fetch(
        `${server.ready.web}/api/v1/devices/${encodeURIComponent(device)}/readings?limit=1000`,
        { headers: key },
      )
      if (answer.ok) ({ items } = (await answer.json()) as { items: Stored[] })
      if (items.length >= count) return items
      await sleep(100)
    }
    assert.fail(`${items.length} of ${count} readings of ${device} after 10 s`)
  }

  test('HTTP takes an object, an array, NDJSON and CSV with and without a header, and counts frames', async () => {
    const accepted = async (answer: Promise<Response>) => {
      const done = await answer
      assert.equal(done.status, 202, await done.clone().text())
      return ((await done.json()) as { accepted: number }).accepted
    }
    assert.equal(await accepted(post('{"device":"H-1","seq":1,"time":"2026-11-23T07:59:59.120Z","occupied":true}')), 1)
    assert.equal(
      await accepted(post('[{"device":"H-1","seq":2,"occupied":false},{"device":"H-1","seq":3,"occupied":true}]')),
      2,
    )
    assert.equal(
      await accepted(
        post(
          '{"device":"H-1","seq":4,"occupied":false}\n{"device":"H-1","seq":5,"occupied":true}\n',
          'application/x-ndjson',
        ),
      ),
      2,
    )
    assert.equal(await accepted(post('H-1,6,,false\nH-1,7,2026-11-23T08:00:00+01:00,1\n', 'text/csv')), 2)
    assert.equal(await accepted(post('occupied,device,seq\n0,H-1,8\n', 'text/csv')), 1)
    assert.equal(
      await accepted(post('this is no reading at all', 'text/csv')),
      1,
      'what cannot be decoded is accepted and set aside',
    )
    const readings = await stored('H-1', 8)
    assert.deepEqual(
      readings.map(({ seq }) => seq),
      [1, 2, 3, 4, 5, 6, 7, 8],
    )
    assert.deepEqual(
      readings.map(({ occupied }) => occupied),
      [true, false, true, false, true, false, true, false],
    )
    assert.ok(readings.every(({ source }) => source === 'env'))
  })

  test('wrong token 401, wrong type 415, too large 413: nothing of it is accepted', async () => {
    assert.equal((await post('{}', 'application/json', {})).status, 401)
    assert.equal((await post('{}', 'application/json', { authorization: 'Bearer wrong' })).status, 401)
    assert.equal((await post('x', 'image/png')).status, 415)
    assert.equal((await post(new Uint8Array(8 * 1024 * 1024 + 1), 'text/csv')).status, 413)
    const many = Array.from({ length: 50_001 }, (_, i) => `M-1,${i},,1`).join('\n')
    assert.equal((await post(many, 'text/csv')).status, 413)
    for (const status of [401, 413]) {
      const answer = status === 401 ? await post('{}', 'application/json', {}) : await post(many, 'text/csv')
      assert.match(answer.headers.get('content-type') ?? '', /application\/problem\+json/)
    }
  })

  test('TCP lines, UDP datagrams and MQTT messages are stored under their sources', async () => {
    const tcp = new URL(server.ready.tcp.replace('tcp:', 'http:'))
    await new Promise<void>((resolve) => {
      const socket = connect(Number(tcp.port), tcp.hostname, () =>
        socket.end('device=T-1 seq=1 occupied=true\nT-1,2,,0\r\n{"device":"T-1","seq":3,"occupied":1}\n', () =>
          resolve(),
        ),
      )
    })
    const { createSocket } = await import('node:dgram')
    const udp = new URL(server.ready.udp.replace('udp:', 'http:'))
    const socket = createSocket('udp4')
    await new Promise<void>((resolve) =>
      socket.send('{"device":"U-1","seq":1,"occupied":true}', Number(udp.port), udp.hostname, () => resolve()),
    )
    socket.close()
    const client = await mqtt.connectAsync(server.ready.mqtt)
    await client.publishAsync('baykeeper/Q-1/reading', '{"seq":1,"occupied":true}', { qos: 1 })
    await client.publishAsync('baykeeper/Q-1/reading', '{"seq":2,"occupied":false}', { qos: 1 })
    await client.endAsync()
    assert.deepEqual(
      (await stored('T-1', 3)).map(({ occupied, source }) => [occupied, source]),
      [
        [true, 'tcp'],
        [false, 'tcp'],
        [true, 'tcp'],
      ],
    )
    assert.equal((await stored('U-1', 1))[0]?.source, 'udp')
    assert.deepEqual(
      (await stored('Q-1', 2)).map(({ seq, source }) => [seq, source]),
      [
        [1, 'mqtt'],
        [2, 'mqtt'],
      ],
    )
  })

  test('a LoRaWAN uplink of The Things Stack is stored by its DevEUI, from its decoded object', async () => {
    const uplink = {
      end_device_ids: { device_id: 'bay-9', dev_eui: '70B3D57ED0000009' },
      received_at: new Date().toISOString(),
      uplink_message: {
        f_port: 1,
        f_cnt: 12,
        frm_payload: 'AQ==',
        decoded_payload: { occupied: true },
        rx_metadata: [{ rssi: -90, snr: 4 }],
      },
    }
    const answer = await post(
      JSON.stringify(uplink),
      'application/json',
      { authorization: `Bearer ${ingestToken}` },
      '/ingest/lorawan',
    )
    assert.equal(answer.status, 202, await answer.text())
    const [reading] = await stored('70B3D57ED0000009', 1)
    assert.deepEqual([reading?.seq, reading?.occupied], [12, true])
    assert.deepEqual([reading?.rssi_dbm, reading?.snr_db], [-90, 4])
  })

  test('open without a key are the pages, health, metrics and the reference; everything else is not', async () => {
    for (const at of ['/', '/healthz', '/readyz', '/metrics', '/openapi.json', '/docs'])
      assert.equal((await fetch(server.ready.web + at)).status, 200, at)
    for (const at of ['/api/v1/sites', '/api/v1/devices', '/api/v1/stream', '/api/v1/devices/H-1/readings', '/desk'])
      assert.equal((await fetch(server.ready.web + at)).status, 401, at)
  })

  test('a request under a foreign host name is refused', async () => {
    const { port } = new URL(server.ready.web)
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(Number(port), '127.0.0.1', () =>
        socket.write('GET /healthz HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n'),
      )
      let text = ''
      socket.on('data', (chunk) => {
        text += chunk
      })
      socket.on('close', () => resolve(text))
    })
    assert.match(answer, /^HTTP\/1\.1 421/)
  })

  test('lists come in pages of items and next, and a wrong cursor is a problem', async () => {
    const page = async (cursor: string | null) =>
      (await (
        await fetch(
          `${server.ready.web}/api/v1/devices/H-1/readings?limit=3${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`,
          { headers: key },
        )
      ).json()) as { items: Stored[]; next: string | null }
    await stored('H-1', 8)
    const seqs: (number | null)[] = []
    let next: string | null = null
    do {
      const got = await page(next)
      seqs.push(...got.items.map(({ seq }) => seq))
      next = got.next
    } while (next)
    assert.deepEqual(seqs, [1, 2, 3, 4, 5, 6, 7, 8])
    const wrong = await fetch(`${server.ready.web}/api/v1/devices/H-1/readings?cursor=nonsense`, { headers: key })
    assert.equal(wrong.status, 400)
    assert.match(wrong.headers.get('content-type') ?? '', /application\/problem\+json/)
  })

  test('a second server on the same directory or port is refused with the reason', async () => {
    const twin = await runCli([
      'start',
      '--data',
      server.dataDir,
      '--no-demo',
      '--port',
      '0',
      '--ingest-port',
      '0',
      '--mqtt-port',
      '0',
      '--tcp-port',
      '0',
      '--udp-port',
      '0',
    ])
    assert.equal(twin.code, 1)
    assert.match(twin.stderr, /already runs on/)
    const { port } = new URL(server.ready.web)
    const dir = await mkdtemp(path.join(os.tmpdir(), 'baykeeper-twin-'))
    const taken = await runCli(['start', '--data', dir, '--no-demo', '--port', port])
    await rm(dir, { recursive: true, force: true })
    assert.equal(taken.code, 1)
    assert.match(taken.stderr, new RegExp(`port ${port} for web is taken by .*pid \\d+`))
  })

  test('dead letters are listed with their bytes, and a requeue of one that is still wrong changes nothing', async () => {
    const list = async () =>
      (
        JSON.parse((await runCli(['dlq', 'list', '--json', '--data', server.dataDir])).stdout) as {
          data: { items: { id: string; text: string; state: string }[] }
        }
      ).data.items
    const [letter] = await list()
    assert.equal(letter?.text, 'this is no reading at all')
    const before = await verifyLedger(server.dataDir)
    assert.equal((await runCli(['dlq', 'requeue', '--all', '--data', server.dataDir])).code, 0)
    for (let i = 0; i < 50 && (await list()).some(({ state }) => state !== 'new'); i++) await sleep(100)
    const afterwards = await verifyLedger(server.dataDir)
    assert.deepEqual(afterwards.data, before.data)
    assert.equal(afterwards.code, 0)
  })

  test('the ledger of a stopped server closes too, and a forged count is found with exit 5', async () => {
    await server.stop()
    const { code, data } = await verifyLedger(server.dataDir)
    assert.deepEqual([code, data['difference'], data['pending']], [0, 0, 0])
    assert.ok((data['refused'] ?? 0) > 0, 'refused frames are counted')
    const db = new DatabaseSync(path.join(server.dataDir, 'baykeeper.db'))
    db.exec(
      'UPDATE ledger SET committed = committed - 1 WHERE (source, day) = (SELECT source, day FROM ledger WHERE committed > 0 LIMIT 1)',
    )
    db.close()
    const forged = await verifyLedger(server.dataDir)
    assert.deepEqual([forged.code, forged.ok, forged.data['difference']], [5, false, 1])
  })
})

describe('before anything runs', () => {
  let dir: string
  before(async () => {
    dir = await mkdtemp(path.join(os.tmpdir(), 'baykeeper-cli-'))
  })
  after(() => rm(dir, { recursive: true, force: true }))

  test('an invalid configuration is reported with file, line and what to do, exit 3', async () => {
    const file = path.join(dir, 'bad.yaml')
    await writeFile(
      file,
      'host: 127.0.0.1\nport: 99999\nserial:\n  - path: /dev/ttyACM0\n    baud: fast\ncolour: blue\n',
    )
    const { code, stderr } = await runCli(['config', 'check', '--config', file])
    assert.equal(code, 3)
    for (const part of [`${file}:2: port`, `${file}:5: serial.0.baud`, `${file}:6: colour: no such setting`])
      assert.ok(stderr.includes(part), stderr)
    const flag = await runCli(['start', '--port', 'eighty', '--data', dir])
    assert.equal(flag.code, 2)
    assert.match(flag.stderr, /--port <port>.* 'eighty' is invalid/)
    const variable = await runCli(['start', '--data', dir], { env: { BAYKEEPER_PORT: 'eighty' } })
    assert.equal(variable.code, 3)
    assert.match(variable.stderr, /BAYKEEPER_PORT: port: must be a port/)
  })

  test('flags override the environment, which overrides the file, and show prints the origin', async () => {
    const file = path.join(dir, 'good.yaml')
    await writeFile(file, 'port: 1001\ningest:\n  port: 1002\n')
    const { stdout } = await runCli(['config', 'show', '--origin', '--json', '--config', file], {
      env: { BAYKEEPER_INGEST_PORT: '1003' },
    })
    const rows = (JSON.parse(stdout) as { data: { key: string; value: unknown; origin: string }[] }).data
    const row = (name: string) => rows.find(({ key: at }) => at === name)
    assert.deepEqual([row('port')?.value, row('port')?.origin], [1001, file])
    assert.deepEqual([row('ingest.port')?.value, row('ingest.port')?.origin], [1003, 'environment'])
  })

  test('TCP and UDP open to the network without a list of senders do not start', async () => {
    const { code, stderr } = await runCli(['start', '--host', '0.0.0.0', '--no-demo', '--data', dir])
    assert.equal(code, 3)
    assert.match(stderr, /tcp: \{ allow:/)
  })

  test('a port given by hand that is taken is an error', async () => {
    const holder = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => holder.once('listening', resolve))
    const { port } = holder.address() as { port: number }
    const { code, stderr } = await runCli(['start', '--data', dir, '--ingest-port', String(port), '--port', '0'])
    holder.close()
    assert.equal(code, 1)
    assert.match(stderr, /for HTTP ingest is taken by .*pid/)
  })

  test('an unknown command or option is usage, exit 2; doctor finds nothing wrong on a fresh directory', async () => {
    assert.equal((await runCli(['strat'])).code, 2)
    const { code, stdout } = await runCli(['doctor', '--data', path.join(dir, 'fresh'), '--json'])
    const findings = (JSON.parse(stdout) as { data: { level: string }[] }).data
    assert.equal(code, 0, stdout)
    assert.ok(findings.length > 5)
  })

  test('doctor names an archive that is not there, and a rebuild reports that there is nothing to build from', async () => {
    const place = ['--data', path.join(dir, 'fresh')]
    const env = { BAYKEEPER_ARCHIVE: path.join(dir, 'nowhere') }
    const { code, stdout } = await runCli(['doctor', ...place], { env })
    assert.equal(code, 1)
    assert.match(stdout, /archive .*nowhere cannot be written: ENOENT[\s\S]*make the directory, mount its disk/)
    const rebuild = await runCli(['rebuild', ...place])
    assert.equal(rebuild.code, 4)
    assert.match(rebuild.stderr, /there is nothing to build from: no journal in .*fresh; name its archive/)
  })

  test('tokens are shown once and kept hashed', async () => {
    const data = path.join(dir, 'tokens')
    const { stdout } = await runCli(['token', 'create', '--source', 'gate', '--data', data])
    const token = stdout.trim()
    assert.ok(token.length > 40)
    assert.ok(!(await readFile(path.join(data, 'keys.json'), 'utf8')).includes(token))
    assert.equal((await runCli(['token', 'create', '--source', 'gate', '--data', data])).code, 1)
    assert.equal((await runCli(['token', 'revoke', 'gate', '--data', data])).code, 0)
  })
})
