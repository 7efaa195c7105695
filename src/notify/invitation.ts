/**
 * Invitations by mail: sent at once by the first channel of kind email, and kept nowhere, so that no file holds a link that sets a password. What
 * became of it is answered to who has asked; a message that failed is not tried again.
 */
import { randomUUID } from 'node:crypto'
import type { MailOutcome } from '@baykeeper/contract/accounts.ts'
import { createAddressList } from '../lib/address-list.ts'
import { createChannel } from './channels/list.ts'
import type { NotifiedEvent } from './delivery.ts'
import { clean, localTime, type OutgoingMessage, oneLine, titleCharsMax } from './message.ts'
import { caOf, secretOf } from './secrets.ts'
import type { ChannelSettings, NotificationSettings } from './settings.ts'

export interface MailedInvitation {
  readonly address: string
  /** Of the person. */
  readonly name: string
  /** Who invites. */
  readonly by: string
  /** Whole, with the address of the server. */
  readonly link: string
  /** Milliseconds since 1970. */
  readonly expires: number
}

interface InvitationParts {
  readonly settings: NotificationSettings
  readonly env: NodeJS.ProcessEnv
  readonly signal: AbortSignal
  readonly now: () => number
}

export async function sendInvitation(invitation: MailedInvitation, parts: InvitationParts): Promise<MailOutcome> {
  const { settings, env, signal, now } = parts
  const found = Object.entries(settings.channels).find(([, { kind }]) => kind === 'email')
  if (!found) return { sent: false, detail: 'No channel of kind email is configured under notifications.channels.' }
  const [name, one] = found
  const channel = createChannel(one, {
    secret: () => secretOf(name, one, env),
    ca: () => caOf(one),
    outbound: { isAllowed: createAddressList(settings.allowAddresses) },
    now,
  })
  const outcome = await channel.send(messageOf(invitation, one, settings.timeZone), signal)
  return { sent: outcome.is === 'sent', detail: outcome.detail }
}

const words = {
  en: {
    title: 'Your account at Baykeeper',
    greeting: (name: string) => `Hello ${name},`,
    text: (by: string) => `${by} gives you access to Baykeeper. Open this link and set a password:`,
    until: (time: string) => `The link works once, until ${time}. Who has it can set your password: do not pass it on.`,
    unexpected: 'If you do not expect this message, ignore it: nothing happens.',
    open: 'Set a password',
  },
  de: {
    title: 'Ihr Konto bei Baykeeper',
    greeting: (name: string) => `Guten Tag ${name},`,
    text: (by: string) => `${by} gibt Ihnen Zugang zu Baykeeper. Öffnen Sie diesen Link und setzen Sie ein Passwort:`,
    until: (time: string) =>
      `Der Link gilt einmal, bis ${time}. Wer ihn hat, kann Ihr Passwort setzen: geben Sie ihn nicht weiter.`,
    unexpected: 'Wenn Sie diese Nachricht nicht erwarten, beachten Sie sie nicht: es geschieht nichts.',
    open: 'Passwort setzen',
  },
}

function messageOf(
  { address, name, by, link, expires }: MailedInvitation,
  { locale }: ChannelSettings,
  timeZone: string,
): OutgoingMessage {
  const { title, greeting, text, until, unexpected, open } = words[locale]
  const event: NotifiedEvent = {
    ...{ alert: '', event: 'test', at: expires, author: by, comment: '', severity: 'info', rule: '', site: '' },
    ...{ title, text: '' },
  }
  const time = `${localTime(expires, timeZone, locale)} (${timeZone})`
  return {
    ...{ key: randomUUID().replaceAll('-', ''), kind: 'test', severity: 'info', alert: null, count: 1 },
    ...{ event, events: [event], title: oneLine(title, titleCharsMax), link, linkText: open, address },
    lines: [greeting(clean(name)), '', text(clean(by)), until(time), unexpected],
  }
}
