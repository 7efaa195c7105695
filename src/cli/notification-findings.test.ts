import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ChannelHealth } from '@baykeeper/contract/notifications.ts'
import { findingsOf, notificationFindings } from './notification-findings.ts'

const duty: ChannelHealth = {
  ...{ name: 'duty', kind: 'webhook', target: 'https://hooks.example.org', severity: 'warning' },
  ...{ pending: 2, held: 1, dead: 0, sent: 41, last_sent: null, last_error: '' },
  ...{ last_error_at: null, paused_until: null },
}
const linesOf = (
  items: readonly ChannelHealth[],
  state: 'running' | 'waiting' | 'absent' = 'running',
  configured = 1,
) => findingsOf({ state, detail: 'Why.', items: [...items] }, configured).map(({ level, what }) => `${level}: ${what}`)

test('a channel that works is one line, with what it has sent', () => {
  assert.deepEqual(linesOf([duty]), [
    'ok: notification channel duty (webhook, https://hooks.example.org): 41 sent, 2 pending (1 held)',
  ])
})

test('a channel that fails, and messages that were given up, are warnings with what to do', () => {
  const broken = { ...duty, last_error: 'It answered 503.', paused_until: '2026-11-23T08:00:00.000Z', dead: 3 }
  assert.deepEqual(linesOf([broken]), [
    'warning: notification channel duty (webhook, https://hooks.example.org) fails: It answered 503. The next attempt is at 2026-11-23T08:00:00.000Z.',
    'warning: notification channel duty (webhook, https://hooks.example.org): 3 messages given up',
  ])
  for (const { fix } of findingsOf({ state: 'running', detail: '', items: [broken] }, 1))
    assert.match(fix ?? '', /duty/)
})

test('a notifier that is away is a fault where a channel is configured, and nothing where none is', () => {
  assert.deepEqual(linesOf([], 'absent'), ['fault: the notifier is away: Why.'])
  assert.deepEqual(linesOf([], 'absent', 0), [])
  assert.match(linesOf([duty], 'waiting').join('\n'), /^warning: the notifier waits: Why\.\nok: /)
})

test('without a server the channels are named as not known, and nothing is shown where there is none', async () => {
  const of = async (channels: object) =>
    (await notificationFindings({}, { notifications: { channels } } as never, undefined)).map(({ what }) => what)
  assert.deepEqual(await of({ duty: {} }), ['1 notification channel: known while the server runs'])
  assert.deepEqual(await of({}), [])
})
