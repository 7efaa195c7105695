/** Every command that works with alerts and their rules, and its options. */
import { alertGroupNames, alertSeverities } from '@baykeeper/contract/vocabulary.ts'
import { Argument, type Command, type Option } from 'commander'
import { addAll, oneOf, text, whole } from './option-values.ts'
import { placed, type RunAction } from './placed-command.ts'

const target = (scope: string): Option[] => [
  text('--to <url>', 'web address of the server (default: the one running on --data)'),
  text('--api-key <key>', `key for it, scope ${scope} (default BAYKEEPER_API_KEY, else one is made)`),
]

export function addAlerts(program: Command, run: RunAction): void {
  const rules = program.command('rules').description('rules that raise alerts')
  addAll(placed(rules.command('list').description('all of them, built-in ones included')), target('read')).action(
    run(async (...args: Parameters<typeof import('./rules.ts').rulesList>) =>
      (await import('./rules.ts')).rulesList(...args),
    ),
  )
  addAll(placed(rules.command('show').description('one as it is written in a file')), target('read'))
    .addArgument(new Argument('<id>'))
    .action(
      run(async (...args: Parameters<typeof import('./rules.ts').rulesShow>) =>
        (await import('./rules.ts')).rulesShow(...args),
      ),
    )
  placed(rules.command('check').description('every fault of a YAML file of rules; exit 1 with a fault'))
    .addArgument(new Argument('<file>'))
    .action(
      run(async (...args: Parameters<typeof import('./rules.ts').rulesCheck>) =>
        (await import('./rules.ts')).rulesCheck(...args),
      ),
    )
  addAll(
    placed(rules.command('apply').description('write the rules of a YAML file on the server; others stay')),
    target('admin'),
  )
    .addArgument(new Argument('<file>'))
    .action(
      run(async (...args: Parameters<typeof import('./rules.ts').rulesApply>) =>
        (await import('./rules.ts')).rulesApply(...args),
      ),
    )
  addAll(placed(rules.command('export').description('rules that people have written, as YAML')), target('read')).action(
    run(async (...args: Parameters<typeof import('./rules.ts').rulesExport>) =>
      (await import('./rules.ts')).rulesExport(...args),
    ),
  )
  const alerts = program.command('alerts').description('what needs a person')
  addAll(placed(alerts.command('list').description('alerts, the most severe first')), [
    ...target('read'),
    oneOf('--group <group>', 'of these states (default needs-action)', [...alertGroupNames, 'open', 'all']),
    oneOf('--severity <severity>', 'of this severity only', alertSeverities),
    text('--site <id>', 'of this site only'),
    whole('--limit <n>', 'at most so many (default 100)', { min: 1, max: 500 }),
  ]).action(
    run(async (...args: Parameters<typeof import('./rules.ts').alertsList>) =>
      (await import('./rules.ts')).alertsList(...args),
    ),
  )
}
