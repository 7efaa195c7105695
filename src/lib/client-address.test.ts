import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { anyText } from '../../test/fixtures/any-text.ts'
import { addressFault, createAddressList } from './address-list.ts'
import { addressBlock, clientAddress } from './client-address.ts'

const none = createAddressList([])
const proxies = createAddressList(['10.0.0.0/8', '::1'])
const seen = (peer: string | undefined, forwarded?: string | string[], trusted = proxies) =>
  clientAddress({ socket: { remoteAddress: peer }, headers: { 'x-forwarded-for': forwarded } }, trusted)

test('without trusted proxies the header is never read', () => {
  assert.equal(seen('10.0.0.1', '203.0.113.9', none), '10.0.0.1')
  assert.equal(seen('203.0.113.1', '203.0.113.9'), '203.0.113.1')
})

test('behind a trusted proxy the client is the last address that no trusted proxy has', () => {
  assert.equal(seen('10.0.0.1', '203.0.113.9'), '203.0.113.9')
  assert.equal(seen('10.0.0.1', '203.0.113.9, 10.0.0.2'), '203.0.113.9')
  assert.equal(seen('::ffff:10.0.0.1', '203.0.113.9'), '203.0.113.9')
  assert.equal(seen('::1', ['198.51.100.1', '203.0.113.9']), '203.0.113.9')
})

test('an address that the client wrote into the header itself is not believed', () => {
  assert.equal(seen('10.0.0.1', '127.0.0.1, 10.9.9.9, 203.0.113.9'), '203.0.113.9')
})

test('ports and brackets are left out, and what is no address ends the search', () => {
  assert.equal(seen('10.0.0.1', '203.0.113.9:4711'), '203.0.113.9')
  assert.equal(seen('10.0.0.1', '[2001:db8::7]:4711'), '2001:db8::7')
  assert.equal(seen('10.0.0.1', '2001:db8::7'), '2001:db8::7')
  for (const bad of ['unknown', '', '_hidden', '203.0.113.9.1', '203.0.113.9\r\nx: y'])
    assert.equal(seen('10.0.0.1', `198.51.100.1, ${bad}`), '10.0.0.1', bad)
  assert.equal(seen('10.0.0.1'), '10.0.0.1')
  assert.equal(seen(undefined, '203.0.113.9'), '')
})

test('limits count IPv6 clients by their /64', () => {
  assert.equal(addressBlock('2001:db8:1:2:3:4:5:6'), '2001:db8:1:2::/64')
  assert.equal(addressBlock('2001:db8:1:2::9'), '2001:db8:1:2::/64')
  assert.equal(addressBlock('2001:0DB8:1::'), '2001:db8:1:0::/64')
  assert.equal(addressBlock('::1'), '0:0:0:0::/64')
  assert.equal(addressBlock('fe80::1%eth0'), 'fe80:0:0:0::/64')
  assert.equal(addressBlock('::ffff:203.0.113.9'), '203.0.113.9')
  assert.equal(addressBlock('64:ff9b::203.0.113.9'), '64:ff9b:0:0::/64')
})

test('two addresses of one /64 are one block, and of two they are two', () => {
  const group = fc.nat({ max: 0xffff }).map((value) => value.toString(16))
  const four = fc.tuple(group, group, group, group)
  fc.assert(
    fc.property(four, four, four, (net, one, other) => {
      const block = addressBlock([...net, ...one].join(':'))
      assert.equal(block, addressBlock([...net, ...other].join(':')))
      const [first = '0', ...rest] = net
      const next = ((Number.parseInt(first, 16) + 1) % 0x10000).toString(16)
      assert.notEqual(block, addressBlock([next, ...rest, ...one].join(':')))
    }),
  )
})

test('any header gives the peer or an address from the header, and never throws', () => {
  fc.assert(
    fc.property(anyText(), (header) => {
      const address = seen('10.0.0.1', header)
      assert.ok(address === '10.0.0.1' || header.includes(address))
    }),
  )
})

test('an entry that is no address and no range is named with what would be right', () => {
  assert.equal(addressFault('10.0.0.0/8'), undefined)
  assert.equal(addressFault('2001:db8::/32'), undefined)
  for (const bad of ['foo', '10.0.0.0/33', '10.0.0.0/', '::1/129', '10.0.0.0/8/8', '', 'fe80::1%eth0'])
    assert.match(addressFault(bad) ?? '', /write one like/, bad)
  assert.throws(() => createAddressList(['10.0.0.0/33']), /"10.0.0.0\/33" is no address/)
})
