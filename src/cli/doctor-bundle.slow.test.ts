import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { strFromU8, unzipSync } from 'fflate'
import { runCli } from '../../test/fixtures/cli.ts'
import { openKeyring } from '../auth/keyring.ts'

test('no secret that is given to the server is in the bundle, in what doctor prints or in the configuration that is shown', async (t) => {
  const dir = mkdtempSync(path.join(tmpdir(), 'bundle-'))
  t.after(() => rmSync(dir, { recursive: true }))
  const data = path.join(dir, 'data')
  mkdirSync(data)
  const file = path.join(dir, 'baykeeper.yaml')
  writeFileSync(path.join(dir, 'db.password'), 'S3CRET-of-the-database/@:\n')
  writeFileSync(path.join(dir, 'hook.secret'), 'S3CRET-of-the-hook\n')
  writeFileSync(
    file,
    `store: mysql://bk@127.0.0.1:9/bk
storePasswordFile: db.password
brokers:
  - { url: 'mqtt://user:S3CRET-in-a-url@127.0.0.1:9', clientId: a }
  - { url: 'ws://127.0.0.1:9/mqtt?auth=S3CRET-in-a-query', clientId: b, username: u, password: S3CRET-of-a-broker }
notifications:
  channels:
    ops: { kind: webhook, url: 'https://127.0.0.1:9/services/S3CRET-in-a-path', secretFile: hook.secret }
`,
  )
  const env = {
    BAYKEEPER_INGEST_TOKEN: 'S3CRET-ingest-of-the-environment',
    BAYKEEPER_API_KEY: 'S3CRET-key-of-the-environment',
  }
  using keyring = await openKeyring(data, {})
  const made = await keyring.createToken({ name: 'north', kind: 'ingest', limits: { devices: ['A-*'] } })
  const hashes = keyring.list().map(({ hash }) => hash)
  const bundle = path.join(dir, 'bundle.zip')
  const place = ['--config', file, '--data', data]
  const doctor = await runCli(['doctor', ...place, '--bundle', bundle], { env })
  const shown = await runCli(['config', 'show', ...place, '--origin'], { env })
  const tokens = await runCli(['token', 'list', ...place], { env })
  const files = Object.entries(unzipSync(readFileSync(bundle))).map(
    ([name, bytes]) => [name, strFromU8(bytes)] as const,
  )
  assert.deepEqual(files.map(([name]) => name).sort(), [
    'about.json',
    'configuration.json',
    'environment.json',
    'files.json',
    'findings.json',
    'keys.json',
    'origins.json',
  ])
  const texts = [
    ...files,
    ...Object.entries({ doctor, shown, tokens }).map(([name, { stdout, stderr }]) => [name, stdout + stderr] as const),
  ]
  for (const [name, text] of texts) {
    assert.ok(!text.includes('S3CRET'), `${name}: ${text}`)
    for (const secret of [made, ...hashes]) assert.ok(!text.includes(secret), `${name} holds a token or its hash`)
  }
  const whole = Object.fromEntries(files)
  assert.match(whole['configuration.json'] ?? '', /mysql:\/\/bk:\*\*\*@127\.0\.0\.1:9\/bk/)
  assert.match(whole['keys.json'] ?? '', /"north"/)
  assert.match(whole['environment.json'] ?? '', /BAYKEEPER_API_KEY/)
  assert.equal((statSync(bundle).mode & 0o777).toString(8), '600')
  const again = await runCli(['doctor', ...place, '--bundle', bundle], { env })
  assert.match(again.stdout, /exists already/)
})
