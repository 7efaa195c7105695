/** Every command about reports that are sent by e-mail, and its options. */
import { mailedFormats, reportComparisons, reportKindNames } from '@baykeeper/contract/reports.ts'
import { bayTypes, relativePeriods, reportIntervals, weekdays } from '@baykeeper/contract/vocabulary.ts'
import type { Command, Option } from 'commander'
import { addAll, oneOf, text, timeOfDay, timeZone, whole } from './option-values.ts'
import { placed, type RunAction } from './placed-command.ts'

const target = (scope: string): Option[] => [
  text('--to <url>', 'web address of the server (default: the one running on --data)'),
  text('--api-key <key>', `key for it, scope ${scope} (default BAYKEEPER_API_KEY, else one is made)`),
]

export function addSchedules(schedules: Command, run: RunAction): void {
  addAll(
    placed(schedules.command('list').description('all, with the next due time and what became of the newest report')),
    target('read'),
  ).action(
    run(async (...args: Parameters<typeof import('./schedules.ts').schedulesList>) =>
      (await import('./schedules.ts')).schedulesList(...args),
    ),
  )
  addSet(schedules, run)
  addAll(
    placed(schedules.command('remove').description('send a report no more').argument('<id>')),
    target('operate'),
  ).action(
    run(async (...args: Parameters<typeof import('./schedules.ts').schedulesRemove>) =>
      (await import('./schedules.ts')).schedulesRemove(...args),
    ),
  )
  addAll(
    placed(schedules.command('send').description('send a report now, beside its due times').argument('<id>')),
    target('operate'),
  ).action(
    run(async (...args: Parameters<typeof import('./schedules.ts').schedulesSend>) =>
      (await import('./schedules.ts')).schedulesSend(...args),
    ),
  )
}

function addSet(schedules: Command, run: RunAction) {
  const about = 'set one up, or change it: what is not given stays as it is'
  addAll(placed(schedules.command('set').description(about).argument('<id>')), [
    text('--name <name>', 'what it is called in messages'),
    oneOf('--kind <kind>', 'of report', reportKindNames),
    text('--site <name>', 'of one site (default: all)'),
    text('--level <name>', 'of one level of the site'),
    text('--zone <name>', 'of one zone of the level'),
    oneOf('--type <type>', 'bays of one type', bayTypes),
    oneOf('--period <period>', 'days before the one on which it is due', relativePeriods),
    oneOf(
      '--compare <with>',
      'with another period',
      reportComparisons.filter((one) => one !== 'other'),
    ),
    oneOf('--format <form>', 'xlsx or csv (default: xlsx)', mailedFormats),
    text('--table <name>', 'of CSV, which holds one (default: the first)'),
    oneOf('--every <interval>', 'how often it is due', reportIntervals),
    oneOf('--weekday <weekday>', 'of every week', weekdays),
    whole('--month-day <number>', 'of every month; a shorter month has it on its last day', { min: 1, max: 31 }),
    timeOfDay('--at <clock>', 'local time'),
    timeZone('--time-zone <iana>', 'of the time (default: that of the site)'),
    text('--channel <name>', 'channel of kind email: its receivers get the report'),
  ])
    .option('--pause', 'nothing is due any more')
    .option('--resume', 'it is due again from now on')
    .addOption(text('--reason <text>', 'why: kept with the change'))
    .addOption(target('operate')[0] as Option)
    .addOption(target('operate')[1] as Option)
    .action(
      run(async (...args: Parameters<typeof import('./schedules.ts').schedulesSet>) =>
        (await import('./schedules.ts')).schedulesSet(...args),
      ),
    )
}
