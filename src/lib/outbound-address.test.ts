import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createAddressList } from './address-list.ts'
import { addressRefusal, httpUrlFault } from './outbound-address.ts'

const none = createAddressList([])

test('addresses of this machine, of its network and of no single receiver are refused', () => {
  for (const address of [
    ...['127.0.0.1', '127.8.9.1', '0.0.0.0', '0.1.2.3', '10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1'],
    ...['169.254.169.254', '100.64.0.1', '100.127.255.255', '224.0.0.1', '239.1.1.1', '255.255.255.255', '198.18.0.1'],
    ...['::', '::1', 'fe80::1', 'fc00::1', 'fd12:3456::1', 'fec0::1', 'ff02::1', '2001:db8::1', '2001::1', '100::1'],
  ])
    assert.match(addressRefusal(address, none) ?? 'allowed', /is refused/, address)
})

test('an IPv4 address within an IPv6 address is refused as the IPv4 address is', () => {
  for (const address of [
    ...['::ffff:127.0.0.1', '::ffff:7f00:1', '0:0:0:0:0:ffff:7f00:0001', '::ffff:10.0.0.5', '::ffff:169.254.169.254'],
    ...['::ffff:100.64.0.1', '::127.0.0.1', '::7f00:1', '::8.8.8.8', '::ffff:0:127.0.0.1', '::ffff:0:8.8.8.8'],
    ...['64:ff9b::7f00:1', '64:ff9b::10.0.0.1', '64:ff9b:1::1', '2002:7f00:1::', '2002:a00:1::1', '2002:808:808::1'],
  ])
    assert.match(addressRefusal(address, none) ?? 'allowed', /refused/, address)
})

test('public addresses may be reached, also where a network translates them', () => {
  for (const address of [
    '8.8.8.8',
    '172.15.0.1',
    '172.32.0.1',
    '100.128.0.1',
    '2606:4700::1111',
    '64:ff9b::808:808',
    '::ffff:8.8.8.8',
  ])
    assert.equal(addressRefusal(address, none), undefined, address)
})

test('a private address is reached only when the configuration allows its range', () => {
  const isAllowed = createAddressList(['10.1.0.0/16', 'fd00::/8'])
  assert.equal(addressRefusal('10.1.2.3', isAllowed), undefined)
  assert.equal(addressRefusal('::ffff:10.1.2.3', isAllowed), undefined)
  assert.equal(addressRefusal('fd00::7', isAllowed), undefined)
  assert.match(addressRefusal('10.2.2.3', isAllowed) ?? '', /private/)
  assert.match(addressRefusal('fe80::1%eth0', isAllowed) ?? '', /not a plain address/)
})

test('only http and https without credentials are addresses of a webhook', () => {
  assert.equal(httpUrlFault('https://hooks.example.org/a?b=c'), undefined)
  for (const [url, what] of [
    ['ftp://example.org', /https:/],
    ['file:///etc/passwd', /https:/],
    ['gopher://example.org', /https:/],
    ['//example.org', /https:/],
    ['https://user:secret@example.org', /no password/],
    ['https://user@example.org', /no user/],
    ['https://example.org/#x', /fragment/],
  ] as const)
    assert.match(httpUrlFault(url) ?? 'allowed', what, url)
})
