/** A LoRaWAN device whose model nothing names, from its first dead letter to its bay: with the commands that the dead letter advises. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { routes } from '@baykeeper/contract/routes.ts'
import { runCli } from './fixtures/cli.ts'
import { apiOf, ingestToken, startServer } from './fixtures/server.ts'

const uplink = (f_cnt: number, bytes: number) => ({
  end_device_ids: { device_id: 'north-7', dev_eui: '70b3d57ed0000017' },
  uplink_message: {
    session_key_id: 'ESIzRA==',
    f_port: 1,
    f_cnt,
    frm_payload: Buffer.from([bytes]).toString('base64'),
    rx_metadata: [{ rssi: -80, snr: 9.5 }],
  },
})

interface Letter {
  readonly id: string
  readonly detail: string
}

test('the command a dead letter advises exists, decodes it, and later frames of the device too', async () => {
  await using server = await startServer()
  const send = async (body: object) => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${ingestToken}` }
    const answer = await fetch(`${server.ready.ingest}/ingest/lorawan`, {
      ...{ method: 'POST', headers, body: JSON.stringify(body) },
    })
    assert.equal(answer.status, 202)
  }
  const cli = async (...args: string[]) => {
    const { code, stdout, stderr } = await runCli([...args, '--json', '--data', server.dataDir])
    assert.equal(code, 0, stderr)
    return (JSON.parse(stdout) as { data: { items: Letter[]; choices: object[]; decoders: string[] } }).data
  }
  const occupied = async () => {
    const answer = await apiOf(server.ready.web).answer(routes.device, { params: { id: '70B3D57ED0000017' } })
    return answer.status === 200 ? ((await answer.json()) as { occupied: boolean }).occupied : answer.status
  }
  const eventually = async (wanted: unknown, look: () => Promise<unknown>) => {
    let last: unknown
    for (let i = 0; i < 150; i++) {
      last = await look()
      if (last === wanted) return
      await sleep(100)
    }
    assert.equal(last, wanted)
  }

  await send(uplink(0, 1))
  await eventually(1, async () => (await cli('dlq', 'list')).items.length)
  const [letter = assert.fail()] = (await cli('dlq', 'list')).items
  const advised = /"baykeeper (dlq requeue ID --decoder NAME)".*"baykeeper (decoder list)"/.exec(letter.detail)
  assert.ok(advised, letter.detail)
  assert.ok((await cli(...(advised[2] as string).split(' '))).decoders.includes('bosch-tps110'))
  const command = (advised[1] as string).replace('ID', letter.id).replace('NAME', 'bosch-tps110')
  await cli(...command.split(' '))
  await eventually(true, occupied)
  await send(uplink(1, 0))
  await eventually(false, occupied)
  assert.equal((await cli('dlq', 'list')).items.length, 0)
  assert.equal((await cli('decoder', 'list')).choices.length, 1)

  const exported = await runCli(['journal', 'export', '--decoded', '--data', server.dataDir])
  assert.match(exported.stdout, /"measures":\{"rssi_dbm":-80,"snr_db":9.5,"occupied":true\}/)

  const wrong = await runCli(['dlq', 'requeue', letter.id, '--decoder', 'bosch', '--data', server.dataDir])
  assert.equal(wrong.code, 2)
  assert.match(wrong.stderr, /there is no decoder "bosch"; there are bosch-tps110/)
})
