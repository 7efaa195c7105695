import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createAllowList } from './allow-list.ts'

test('this machine may always send, others when listed', () => {
  const mayNone = createAllowList([])
  const may = createAllowList(['10.1.0.0/16', '192.168.1.7', 'fd00::/8'])
  for (const own of ['127.0.0.1', '127.1.2.3', '::1', '::ffff:127.0.0.1']) assert.ok(may(own) && mayNone(own), own)
  for (const listed of ['10.1.255.9', '192.168.1.7', '::FFFF:10.1.2.3', 'fd12::1']) assert.ok(may(listed), listed)
  for (const other of ['10.2.0.1', '192.168.1.8', 'fe80::1', '', 'x', undefined]) assert.ok(!may(other), String(other))
  assert.ok(!mayNone('10.1.255.9'))
})

test('an entry that is no address is an error with an example', () => {
  for (const entry of ['', 'gateway', '10.1', '10.1.2.3/33', '10.1.2.3/', '10.1.2.3/8/9', '::/129'])
    assert.throws(() => createAllowList([entry]), /10\.1\.0\.0\/16/, entry)
})
