/** `baykeeper user add --invite`, without a running server and over a real mail server. */
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { smtpReceiver } from '../src/notify/testing/smtp-receiver.ts'
import { runCli } from './fixtures/cli.ts'

test('a command invites by mail: the link is in the mail and not in the terminal, and a failure prints it', async () => {
  await using receiver = await smtpReceiver()
  const place = await mkdtemp(path.join(tmpdir(), 'baykeeper-invitations-'))
  try {
    const config = path.join(place, 'config.yaml')
    const mail = { kind: 'email', host: '127.0.0.1', tls: 'none', from: 'bay@example.org', to: ['duty@example.org'] }
    const write = (port: number) =>
      writeFile(
        config,
        JSON.stringify({
          ...{ data: path.join(place, 'data'), publicUrl: 'https://parking.example.org' },
          notifications: { channels: { mail: { ...mail, port, timeoutSeconds: 2 } } },
        }),
      )
    const add = (email: string) => runCli(['user', 'add', email, '--invite', '--config', config])
    await write(receiver.port)
    const sent = await add('grace@example.org')
    assert.equal(sent.code, 0, sent.stderr)
    assert.deepEqual(
      receiver.mails.map(({ to }) => to),
      [['grace@example.org']],
    )
    assert.match(receiver.mails[0]?.text ?? '', /https:\/\/parking\.example\.org\/invite\/[\w-]{43}/)
    assert.doesNotMatch(`${sent.stdout}${sent.stderr}`, /link=|invite\//)
    await write(1)
    const failed = await add('ada@example.org')
    assert.notEqual(failed.code, 0)
    assert.match(failed.stdout, /^https:\/\/parking\.example\.org\/password\?link=[\w-]{43}$/m)
    assert.match(failed.stderr, /cannot be reached/)
  } finally {
    await rm(place, { recursive: true })
  }
})
