/** Every command that works with signs, and its options. */
import type { Command, Option } from 'commander'
import { addAll, text } from './option-values.ts'
import { placed, type RunAction } from './placed-command.ts'

const target = (): Option[] => [
  text('--to <url>', 'web address of the server (default: the one running on --data)'),
  text('--api-key <key>', 'key for it, scope operate to change signs (default BAYKEEPER_API_KEY, else one is made)'),
]

export function addSigns(signs: Command, run: RunAction): void {
  addAll(placed(signs.command('list').description('what every sign shows, and why')), target()).action(
    run(async (...args: Parameters<typeof import('./signs.ts').signsList>) =>
      (await import('./signs.ts')).signsList(...args),
    ),
  )
  addAll(
    placed(signs.command('show').description('one sign with its newest changes').argument('<id>')),
    target(),
  ).action(
    run(async (...args: Parameters<typeof import('./signs.ts').signsShow>) =>
      (await import('./signs.ts')).signsShow(...args),
    ),
  )
  placed(
    signs.command('check').description('every fault of a file of signs; exit 1 with a fault').argument('<file>'),
  ).action(
    run(async (...args: Parameters<typeof import('./signs.ts').signsCheck>) =>
      (await import('./signs.ts')).signsCheck(...args),
    ),
  )
  addAll(
    placed(signs.command('apply').description('set up the signs of a file, YAML or JSON').argument('<file>')),
    target(),
  )
    .option('--prune', 'remove signs of the server that are not in the file: without it they stay')
    .action(
      run(async (...args: Parameters<typeof import('./signs.ts').signsApply>) =>
        (await import('./signs.ts')).signsApply(...args),
      ),
    )
}
