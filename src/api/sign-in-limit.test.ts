import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { systemClock } from '../lib/clock.ts'
import type { ProblemError } from './problem.ts'
import { createSignInLimit } from './sign-in-limit.ts'

const from = (remoteAddress: string, forwarded?: string) => ({
  socket: { remoteAddress },
  headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
})
type Request = ReturnType<typeof from>

function limitUnderTest(trustedProxies: readonly string[] = []) {
  const time = { ms: 0 }
  const limit = createSignInLimit({ ...systemClock, monotonic: () => time.ms }, trustedProxies)
  const refused = (attempt: () => void) => {
    try {
      attempt()
      return false
    } catch (fault) {
      assert.equal((fault as ProblemError).status, 429)
      return true
    }
  }
  return {
    time,
    /** A wrong key: true when it was answered with 429. */
    wrong: (request: Request) => refused(() => limit.check(request)) || refused(() => limit.failed(request)),
    /** A right key: true when it was answered with 429. */
    right: (request: Request) => refused(() => limit.check(request)),
    fail(request: Request, times: number) {
      for (let i = 0; i < times; i++) refused(() => limit.failed(request))
    },
  }
}

describe('failed sign-ins', () => {
  test('the eleventh within a minute is refused, another address and the next minute are not', () => {
    const { wrong, right, time } = limitUnderTest()
    const answers = Array.from({ length: 11 }, () => wrong(from('203.0.113.1')))
    assert.deepEqual(answers, [...new Array<boolean>(10).fill(false), true])
    assert.equal(right(from('203.0.113.1')), true)
    assert.equal(wrong(from('203.0.113.2')), false)
    time.ms = 61_000
    assert.equal(wrong(from('203.0.113.1')), false)
  })

  test('addresses of one IPv6 /64 are one client, those of another are not', () => {
    const { fail, right } = limitUnderTest()
    for (let i = 0; i < 10; i++) fail(from(`2001:db8:1:2::${i}`), 1)
    assert.equal(right(from('2001:db8:1:2:ffff::1')), true)
    assert.equal(right(from('2001:db8:1:3::1')), false)
  })

  test('ten thousand other addresses do not make the limiter forget one that goes on failing', () => {
    const { fail, right } = limitUnderTest()
    fail(from('203.0.113.1'), 10)
    for (let i = 0; i < 9_999; i++) fail(from(`10.${i >> 8}.${i & 255}.1`), 1)
    assert.equal(right(from('203.0.113.1')), true)
    fail(from('203.0.113.1'), 1)
    fail(from('12.0.0.1'), 1)
    assert.equal(right(from('203.0.113.1')), true, 'one address too many costs only the oldest its place')
    for (let i = 0; i < 20_000; i++) fail(from(`11.${(i >> 8) & 255}.${i & 255}.${i >> 16}`), 1)
    assert.equal(right(from('203.0.113.1')), false, 'the one that failed longest ago is forgotten first')
  })
})

describe('behind a reverse proxy', () => {
  for (const [name, proxy, trusted] of [
    ['on this machine', '127.0.0.1', []],
    ['that is trusted', '10.0.0.5', ['10.0.0.0/24']],
  ] as const)
    test(`${name}, ten wrong keys of one client lock out that client alone`, () => {
      const { fail, right } = limitUnderTest(trusted)
      fail(from(proxy, '203.0.113.7'), 20)
      assert.equal(right(from(proxy, '203.0.113.7')), true)
      assert.equal(right(from(proxy, '203.0.113.8')), false)
      assert.equal(right(from(proxy, '198.51.100.1, 203.0.113.7')), true, 'what the client itself wrote does not count')
    })

  for (const [name, request] of [
    ['without a client address', from('127.0.0.1')],
    ['that is not trusted', from('10.0.0.5', '203.0.113.7')],
  ] as const)
    test(`${name}, wrong keys are refused after ten and a right one signs in`, () => {
      const { fail, right, wrong } = limitUnderTest()
      fail(request, 10)
      assert.equal(wrong(request), true)
      assert.equal(right(request), false)
    })

  test('a client that is no proxy cannot choose the address it is counted under', () => {
    const { fail, wrong } = limitUnderTest()
    for (let i = 0; i < 10; i++) fail(from('203.0.113.1', `198.51.100.${i}`), 1)
    assert.equal(wrong(from('203.0.113.1', '198.51.100.77')), true)
  })
})
