/** A message for tests of channels. */

import { createAddressList } from '../../lib/address-list.ts'
import type { ChannelParts } from '../channels/channel.ts'
import type { MessageKind, NotifiedEvent } from '../delivery.ts'
import { messageOf, type OutgoingMessage } from '../message.ts'

export const notifiedEvent: NotifiedEvent = {
  ...{ alert: 'a1', event: 'raised', at: Date.parse('2026-11-23T08:00:00Z'), author: '', comment: '' },
  ...{ severity: 'critical', rule: 'silent', site: 'north', title: 'Säule 3 ist 📡', text: 'Check it.' },
}

export const messageUnderTest = (more: Partial<NotifiedEvent> = {}, kind: MessageKind = 'alert'): OutgoingMessage =>
  messageOf(
    {
      key: 'k1',
      channel: 'c',
      kind,
      attempt: 1,
      isFixed: false,
      events: [{ ...notifiedEvent, ...more }],
      count: 1,
      beganAt: 0,
    },
    { locale: 'en', timeZone: 'UTC' },
  )

export const partsUnderTest = (more: Partial<ChannelParts> = {}): ChannelParts => ({
  secret: () => undefined,
  ca: () => undefined,
  outbound: { isAllowed: createAddressList(['127.0.0.0/8']) },
  now: () => Date.parse('2026-11-23T08:00:00Z'),
  ...more,
})
