import assert from 'node:assert/strict'
import { test } from 'node:test'
import { redacted } from './redacted.ts'

test('no form of an address shows its password, and the rest of it stays', () => {
  for (const [address, shown] of [
    ['mysql://bk:S3CRET@db.example.org:3306/baykeeper', 'mysql://bk:***@db.example.org:3306/baykeeper'],
    ['mysql://bk@db.example.org/baykeeper?tls=on', 'mysql://bk@db.example.org/baykeeper?tls=on'],
    ['mysql://:S3CRET@db/baykeeper', 'mysql://:***@db/baykeeper'],
    ['mysql://bk:S3@CRET/S3CRET@db/baykeeper', 'mysql://bk:***@db/baykeeper'],
    ['mysql://bk:a:S3CRET@db/baykeeper', 'mysql://bk:***@db/baykeeper'],
    ['mqtts://user:S3CRET@broker.example.org', 'mqtts://user:***@broker.example.org'],
    ['wss://broker.example.org/mqtt?token=S3CRET&v=S3CRET', 'wss://broker.example.org/mqtt?token=***&v=***'],
    ['https://hooks.example.org/', 'https://hooks.example.org/'],
    ['sqlite:/var/lib/baykeeper.db', 'sqlite:/var/lib/baykeeper.db'],
  ] as const)
    assert.equal(redacted(address), shown)
})

test('the path of a webhook is its secret, and the names of files are not', () => {
  const config = {
    store: 'sqlite',
    storePasswordFile: '/etc/baykeeper/store.password',
    brokers: [{ url: 'mqtts://b', username: 'reader', password: 'S3CRET' }],
    notifications: {
      channels: {
        ops: { kind: 'webhook', url: 'https://hooks.example.org/T0/S3CRET?k=S3CRET', secretFile: 'ops.secret' },
      },
    },
  }
  const shown = redacted(config)
  assert.ok(!JSON.stringify(shown).includes('S3CRET'), JSON.stringify(shown))
  assert.equal(shown.notifications.channels.ops.url, 'https://hooks.example.org/***?k=***')
  assert.deepEqual(
    [shown.storePasswordFile, shown.brokers[0]?.username, shown.notifications.channels.ops.secretFile],
    ['/etc/baykeeper/store.password', 'reader', 'ops.secret'],
  )
})

test('persons and topics of channels, and the path of a pulled address, are not shown', () => {
  const shown = redacted({
    notifications: {
      channels: {
        duty: { kind: 'email', to: ['ada@S3CRET.example'], from: 'S3CRET', user: 'S3CRET' },
        push: { kind: 'ntfy', topic: 'S3CRET', url: 'https://ntfy.example.org' },
      },
    },
    pull: [{ name: 'city', url: 'https://data.example.org/S3CRET/feed.json' }],
  })
  assert.ok(!JSON.stringify(shown).includes('S3CRET'), JSON.stringify(shown))
  assert.equal(shown.pull[0]?.name, 'city')
})
