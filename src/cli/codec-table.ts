/** Every command about vendors' scripts, and its options. */
import type { Command, Option } from 'commander'
import { addAll, text } from './option-values.ts'
import { json, jsonAbout, placed, type RunAction } from './placed-command.ts'

const target = (scope: string): Option[] => [
  text('--to <url>', 'web address of the server (default: the one running on --data)'),
  text('--api-key <key>', `key for it, scope ${scope} (default BAYKEEPER_API_KEY, else one is made)`),
]

export function addCodec(codec: Command, run: RunAction): void {
  addTest(codec, run)
  addAll(placed(codec.command('publish').description('let a script read frames').argument('<file>')), [
    text('--id <name>', 'under which it is published (default: that of the file)'),
    text('--model <name>', 'VENDOR/MODEL, as the network server names them: reads the frames of that model'),
    text('--source <name>', 'reads the frames of a source that no model is known of'),
    text('--application <id>', 'likewise of an application of the network server'),
    text('--mapping <name>', 'table for the names that the script gives ("decoder list" has them)'),
    text('--reason <text>', 'why: kept with the version'),
    ...target('devices'),
  ]).action(
    run(async (...args: Parameters<typeof import('./codec.ts').codecPublish>) =>
      (await import('./codec.ts')).codecPublish(...args),
    ),
  )
  addAll(placed(codec.command('list').description('scripts that read frames')), target('read')).action(
    run(async (...args: Parameters<typeof import('./codec.ts').codecList>) =>
      (await import('./codec.ts')).codecList(...args),
    ),
  )
  addAll(
    placed(codec.command('show').description('versions and text of a script').argument('<id>')),
    target('read'),
  ).action(
    run(async (...args: Parameters<typeof import('./codec.ts').codecShow>) =>
      (await import('./codec.ts')).codecShow(...args),
    ),
  )
  addAll(placed(codec.command('withdraw').description('let a script read no more frames').argument('<id>')), [
    text('--reason <text>', 'why: kept with the change'),
    ...target('devices'),
  ]).action(
    run(async (...args: Parameters<typeof import('./codec.ts').codecWithdraw>) =>
      (await import('./codec.ts')).codecWithdraw(...args),
    ),
  )
}

function addTest(codec: Command, run: RunAction) {
  addAll(
    codec
      .command('test')
      .description('decode vectors with a script, as the server would; exit 1 when one of them differs')
      .argument('<file>'),
    [
      text('--vectors <file>', 'required; JSON: a list of {"fPort":1,"bytes":"0124","expect":{"occupied":true}}'),
      text('--mapping <name>', 'table for the names that the script gives ("decoder list" has them)'),
    ],
  )
    .option(json, jsonAbout)
    .action(
      run(async (...args: Parameters<typeof import('./codec-test.ts').codecTest>) =>
        (await import('./codec-test.ts')).codecTest(...args),
      ),
    )
}
