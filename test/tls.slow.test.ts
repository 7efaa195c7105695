/** A whole server with TLS on every listener: sensors and people come by it, and its own commands without. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import https from 'node:https'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import tls from 'node:tls'
import mqtt from 'mqtt'
import { certificates } from '../src/lib/testing/certificates.ts'
import { runCli } from './fixtures/cli.ts'
import { apiKey, ingestToken, startServer } from './fixtures/server.ts'

const hasOpenssl = (() => {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})()

test(
  'every listener speaks TLS, and the commands of this machine need none',
  hasOpenssl ? {} : { skip: 'needs openssl' },
  async (t) => {
    const dir = mkdtempSync(path.join(tmpdir(), 'baykeeper-tls-'))
    t.after(() => rmSync(dir, { recursive: true }))
    const { caFile } = certificates(dir)
    const ca = readFileSync(caFile)
    const file = path.join(dir, 'baykeeper.yaml')
    writeFileSync(file, 'tls: { certificateFile: server.pem, keyFile: server.key }\n')
    await using server = await startServer({ flags: ['--config', file] })
    const { ready, dataDir } = server
    const portOf = (use: 'web' | 'ingest' | 'mqtt' | 'tcp') => Number(new URL(ready[use]).port)
    assert.match(server.logs(), new RegExp(`https://127.0.0.1:${portOf('web')}/`))
    assert.match(server.logs(), new RegExp(`mqtts://127.0.0.1:${portOf('mqtt')}`))

    const request = (port: number, options: https.RequestOptions, body = '') =>
      new Promise<{ status: number; headers: NodeJS.Dict<string | string[]> }>((resolve, reject) => {
        const sent = https.request({ host: 'localhost', port, ca, ...options }, (response) => {
          response.resume()
          resolve({ status: response.statusCode as number, headers: response.headers })
        })
        sent.on('error', reject)
        sent.end(body)
      })
    const form = { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' }
    const key = `email=&password=&key=${apiKey}`
    const signedIn = await request(portOf('web'), { method: 'POST', path: '/signin', headers: form }, key)
    assert.equal(signedIn.status, 303)
    assert.match(String(signedIn.headers['set-cookie']), /^__Host-baykeeper_session=.*; Secure/)
    assert.match(String(signedIn.headers['strict-transport-security']), /max-age/)

    const json = { 'content-type': 'application/json', authorization: `Bearer ${ingestToken}` }
    const posted = await request(
      portOf('ingest'),
      { method: 'POST', path: '/ingest/v1', headers: json },
      '{"device":"H","occupied":true}',
    )
    assert.equal(posted.status, 202)
    const client = await mqtt.connectAsync(`mqtts://localhost:${portOf('mqtt')}`, { ca, protocolVersion: 4 })
    await client.publishAsync('baykeeper/M/reading', '{"occupied":true}', { qos: 1 })
    await client.endAsync()
    const lines = tls.connect({ host: 'localhost', port: portOf('tcp'), ca })
    lines.write('#ack on\nT,1,,1\n')
    const [ack] = (await once(lines, 'data')) as [Buffer]
    assert.equal(ack.toString(), 'ACK 1\n')
    lines.destroy()

    // Plain, as the commands of this machine ask.
    assert.equal((await fetch(`${ready.web}/healthz`)).status, 200)
    const doctor = await runCli(['doctor', '--data', dataDir, '--config', file])
    assert.match(doctor.stdout, /the server is ready/)
    assert.match(doctor.stdout, /certificate \(DNS:localhost, IP Address:127.0.0.1\) is valid for/)
    for (let tries = 0; tries < 100; tries++) {
      const answer = await fetch(`${ready.web}/api/v1/devices`, { headers: { authorization: `Bearer ${apiKey}` } })
      const { items } = (await answer.json()) as { items: { external?: string; id?: string }[] }
      if (items.length === 3) return
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    assert.fail('not all three readings became devices')
  },
)
