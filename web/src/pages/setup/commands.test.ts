import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addressOf, commandOf, sendingKinds } from './commands.ts'

test('a listener that is open to all is reached by the host of the page, and any other by its own', () => {
  assert.deepEqual(addressOf({ url: 'http://0.0.0.0:8081' }, 'parking.example.org'), {
    ...{ host: 'parking.example.org', port: '8081', origin: 'http://parking.example.org:8081' },
  })
  assert.deepEqual(addressOf({ url: 'mqtt://127.0.0.1:1883' }, 'parking.example.org'), {
    ...{ host: '127.0.0.1', port: '1883', origin: 'http://127.0.0.1:1883' },
  })
  assert.deepEqual(addressOf({ url: 'tcp://[::1]:7001' }, 'x'), {
    host: '[::1]',
    port: '7001',
    origin: 'http://[::1]:7001',
  })
})

test('each command names the address and the device, and only HTTP has a token', () => {
  for (const kind of sendingKinds) {
    const command = commandOf({
      ...{ kind, address: addressOf({ url: 'tcp://127.0.0.1:4711' }, 'x'), device: 'A-01', token: 'secret' },
    })
    assert.match(command, /127\.0\.0\.1[: ](?:-p )?4711/, kind)
    assert.match(command, /A-01/, kind)
    assert.equal(command.includes('secret'), kind === 'ingest', kind)
  }
})
