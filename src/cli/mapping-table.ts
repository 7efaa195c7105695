/** The command about rules for MQTT topics, and its options. */
import type { Command } from 'commander'
import { topicPresets } from '../domain/topic-presets/list.ts'
import { addAll, oneOf, text } from './option-values.ts'
import { placed, type RunAction } from './placed-command.ts'

export function addMapping(mapping: Command, run: RunAction): void {
  const test = mapping
    .command('test')
    .description('what recorded MQTT messages would give; exit 1 when one of them is not understood')
    .argument('<file>', 'lines "TOPIC PAYLOAD", as mosquitto_sub -v prints them')
  addAll(placed(test), [
    oneOf(
      '--preset <name>',
      'by the rules of a program',
      topicPresets.map(({ name }) => name),
    ),
    text('--base <name>', 'base topic of the program, where it is not the usual one'),
    text('--source <name>', 'by the mapping of a source of the configuration'),
  ]).action(
    run(async (...args: Parameters<typeof import('./mapping.ts').mappingTest>) =>
      (await import('./mapping.ts')).mappingTest(...args),
    ),
  )
  mapping
    .command('presets')
    .description('programs whose topics are known, and what is read of them')
    .option('--json', 'machine-readable output')
    .action(
      run(async (...args: Parameters<typeof import('./mapping.ts').mappingPresets>) =>
        (await import('./mapping.ts')).mappingPresets(...args),
      ),
    )
}
