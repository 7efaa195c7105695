/** Every command about notifications, and its options. */
import { deliveryStates } from '@baykeeper/contract/notifications.ts'
import type { Command, Option } from 'commander'
import { addAll, oneOf, text, whole } from './option-values.ts'
import { placed, type RunAction } from './placed-command.ts'

const target = (): Option[] => [
  text('--to <url>', 'web address of the server (default: the one running on --data)'),
  text('--api-key <key>', 'key for it, scope read, of a test operate (default BAYKEEPER_API_KEY, else one is made)'),
]

export function addNotify(notify: Command, run: RunAction): void {
  addAll(
    placed(notify.command('channels').description('channels with their health; exit 1 with dead deliveries')),
    target(),
  ).action(
    run(async (...args: Parameters<typeof import('./notify.ts').notifyChannels>) =>
      (await import('./notify.ts')).notifyChannels(...args),
    ),
  )
  addAll(
    placed(notify.command('test').description('send a test message; exit 1 when it is not sent').argument('<name>')),
    target(),
  ).action(
    run(async (...args: Parameters<typeof import('./notify.ts').notifyTest>) =>
      (await import('./notify.ts')).notifyTest(...args),
    ),
  )
  addAll(placed(notify.command('list').description('deliveries of events to channels, newest first')), [
    ...target(),
    oneOf('--state <state>', 'only these', deliveryStates),
    text('--channel <name>', 'of one channel'),
    whole('--limit <n>', 'how many (default 50)', { min: 1, max: 200 }),
    text('--cursor <cursor>', 'go on where a page ended'),
  ]).action(
    run(async (...args: Parameters<typeof import('./notify.ts').notifyList>) =>
      (await import('./notify.ts')).notifyList(...args),
    ),
  )
}
