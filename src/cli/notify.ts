/** `baykeeper notify channels|test|list`: how the channels of notifications are, a test message, and what was sent. */
import type { DeliveryState } from '@baykeeper/contract/notifications.ts'
import { routes } from '@baykeeper/contract/routes.ts'
import { type ApiOptions, failureOf, openApi } from './api-target.ts'
import { exitCodes, print, type Spoken } from './output.ts'

type NotifyOptions = ApiOptions & Spoken

async function withApi<T>(options: NotifyOptions, ask: (target: Awaited<ReturnType<typeof openApi>>) => Promise<T>) {
  await using target = await openApi(options)
  try {
    return await ask(target)
  } catch (fault) {
    throw failureOf(fault, target.web)
  }
}

/** Exit code 1 when a channel has deliveries that were given up. */
export async function notifyChannels(options: NotifyOptions): Promise<number> {
  const found = await withApi(options, ({ client }) => client.call(routes.notificationChannels, {}))
  const dead = found.items.reduce((sum, one) => sum + one.dead, 0)
  print(
    options,
    found,
    () => [
      `notifier     ${found.state}: ${found.detail}`,
      ...found.items.map(
        ({ name, kind, target, pending, held, sent, dead, last_error }) =>
          `${name.padEnd(12)} ${kind.padEnd(8)} ${target}  pending ${pending} (held ${held})  sent ${sent}  dead ${dead}${last_error === '' ? '' : `\n${' '.repeat(13)}${last_error}`}`,
      ),
    ],
    { ok: dead === 0 },
  )
  return dead === 0 ? exitCodes.ok : exitCodes.failed
}

export async function notifyTest(name: string, options: NotifyOptions): Promise<number> {
  const outcome = await withApi(options, ({ client }) =>
    client.call(routes.testNotificationChannel, { params: { name } }),
  )
  const { sent, detail, took_ms } = outcome
  print(options, outcome, () => [`${sent ? 'sent' : 'NOT SENT'} in ${took_ms} ms: ${detail}`], { ok: sent })
  return sent ? exitCodes.ok : exitCodes.failed
}

export interface NotifyListOptions extends NotifyOptions {
  readonly state?: DeliveryState
  readonly channel?: string
  readonly limit?: number
  readonly cursor?: string
}

export async function notifyList(options: NotifyListOptions): Promise<number> {
  const { state, channel, limit, cursor } = options
  const page = await withApi(options, ({ client }) =>
    client.call(routes.notifications, { query: { state, channel, limit, cursor } }),
  )
  print(
    options,
    page,
    () =>
      page.items.length === 0
        ? ['no deliveries']
        : page.items.map(
            ({ id, at, channel, state, event, title, attempts, last_error }) =>
              `${`${id}`.padStart(7)}  ${at}  ${channel.padEnd(12)} ${state.padEnd(8)} ${event.padEnd(12)} ${title}  attempts ${attempts}${last_error === '' ? '' : `  ${last_error}`}`,
          ),
    { warnings: page.next === null ? [] : [`there is more: --cursor ${page.next}`] },
  )
  return exitCodes.ok
}
