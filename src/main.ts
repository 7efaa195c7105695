/**
 * The one entry: reads the command line and runs one command.
 *
 *   baykeeper start ──▶ supervisor ──▶ intake      sources ▶ journal            (intake.ts)
 *                                  ├─▶ processor   journal ▶ fold ▶ store       (processor.ts)
 *                                  ├─▶ web         store ▶ API, stream, pages   (web.ts)
 *                                  ├─▶ forecasts   store ▶ forecaster ▶ store    (forecasts.ts)
 *                                  └─▶ simulator   only while nothing is real   (demo-city.ts)
 */
import { Command } from 'commander'
import { CommandFailed, exitCodes } from './cli/output.ts'
import type { StartOptions } from './cli/start.ts'
import { ConfigError, type Flags, type LoadedConfig, loadConfig } from './config.ts'
import { surviveClosedOutput } from './lib/log-output.ts'
import { version } from './version.ts'

surviveClosedOutput()
const program = new Command('baykeeper')
  .description('Open smart-parking server: takes in every reading of every parking sensor and loses none.')
  .version(version)
  .showHelpAfterError('(--help shows what there is)')
  .exitOverride()

const start = async (loaded: LoadedConfig, options: StartOptions) =>
  (await import('./cli/start.ts')).start(loaded, options)

/** Runs a command's action and turns its answer or failure into the exit code. */
const run =
  <A extends unknown[]>(action: (...args: A) => number | Promise<number>) =>
  async (...args: A) => {
    process.exitCode = await action(...args)
  }

const placed = (command: Command) =>
  command
    .option('--config <file>', 'configuration file (default ./baykeeper.yaml if it exists)')
    .option('--data <dir>', 'data directory (default ./data)')
    .option('--store <url>', 'sqlite or mysql://user:password@host/database')
    .option('--json', 'one JSON object {ok, data, warnings} on standard output')

const started = (command: Command) =>
  command
    .option('--config <file>', 'configuration file (default ./baykeeper.yaml if it exists)')
    .option('--data <dir>', 'data directory (default ./data)')
    .option('--host <address>', 'address all listeners bind to (default 127.0.0.1)')
    .option('--port <n>', 'web and API (default 8080; 0 = any free port, off = none)')
    .option('--ingest-port <n>', 'HTTP ingest and LoRaWAN webhooks (default 8081)')
    .option('--mqtt-port <n>', 'built-in MQTT broker (default 1883)')
    .option('--tcp-port <n>', 'TCP lines (default 7001)')
    .option('--udp-port <n>', 'UDP datagrams (default 7001)')
    .option('--serial <path>', 'serial port, several separated by commas')
    .option('--store <url>', 'sqlite or mysql://user:password@host/database')
    .option('--no-forecast', 'no forecasts, and none of their processes')
    .option('--no-demo', 'no simulated city, even while nothing real is configured')
    .option('--ready-file <file>', 'write the chosen URLs and pids there as JSON once ready')
    .option('--log-level <level>', 'debug, info, warn or error')
    .option('--log-json', 'log lines as JSON')

type StartFlags = Flags & { config?: string; readyFile?: string; demo?: boolean; forecast?: boolean; bays?: string }

/** Commander says true where nothing was said, and that is no flag. */
const switchedOff = (flags: StartFlags): Flags => (flags.forecast === false ? { forecast: false } : {})

started(program.command('start').description('start the server')).action(
  run((flags: StartFlags) => {
    const { config: file, readyFile, demo, forecast: _forecast, ...rest } = flags
    const off = { ...switchedOff(flags), ...(demo === false ? { demo: false } : {}) }
    const loaded = loadConfig({ file, flags: { ...rest, ...off } })
    return start(loaded, { readyFile })
  }),
)

started(program.command('demo').description('the whole product on a simulated city, apart from any real data'))
  .option('--bays <n>', 'size of the city (default 2000)')
  .action(
    run((flags: StartFlags) => {
      const { config: file, readyFile, demo: _demo, forecast: _forecast, bays, ...given } = flags
      const rest = { ...given, ...switchedOff(flags) }
      const data = rest['data'] ?? './data/demo-only'
      return start(loadConfig({ file, flags: { ...rest, data, ...(bays ? { demoBays: bays } : {}) } }), {
        readyFile,
        forceDemo: true,
      })
    }),
  )

placed(program.command('doctor').description('look at everything the promise rests on')).action(
  run(async (...args: Parameters<typeof import('./cli/doctor.ts').doctor>) =>
    (await import('./cli/doctor.ts')).doctor(...args),
  ),
)

const ledger = program.command('ledger').description('where every frame went')
placed(
  ledger.command('verify').description('recount the journal against the database; exit 5 if the law does not close'),
).action(
  run(async (...args: Parameters<typeof import('./cli/ledger.ts').ledgerVerify>) =>
    (await import('./cli/ledger.ts')).ledgerVerify(...args),
  ),
)

const listed = (command: Command) =>
  placed(command)
    .option('--source <name>')
    .option('--device <id>', 'the sensor')
    .option('--from <day>', 'first UTC day, such as 2026-11-23')
    .option('--to <day>', 'last UTC day')
    .option('--limit <n>', 'how many (default 100)')
    .option('--cursor <cursor>', 'go on where a page ended')
listed(ledger.command('losses').description('what we lost, and why'))
  .option('--cause <cause>', 'sequence-gap, overrun, kernel-drop, port-down, refused or journal-damage')
  .action(
    run(async (...args: Parameters<typeof import('./cli/ledger.ts').ledgerLosses>) =>
      (await import('./cli/ledger.ts')).ledgerLosses(...args),
    ),
  )
listed(ledger.command('sensors').description('where the frames of each sensor went, by day')).action(
  run(async (...args: Parameters<typeof import('./cli/ledger.ts').ledgerSensors>) =>
    (await import('./cli/ledger.ts')).ledgerSensors(...args),
  ),
)

const journal = program.command('journal').description('the journal itself: what lies on the disk')
placed(journal.command('inspect').description('its segments').argument('[dir]')).action(
  run(async (...args: Parameters<typeof import('./cli/journal.ts').journalInspect>) =>
    (await import('./cli/journal.ts')).journalInspect(...args),
  ),
)
placed(
  journal.command('verify').description('read every checksum; exit 5 if anything is damaged').argument('[dir]'),
).action(
  run(async (...args: Parameters<typeof import('./cli/journal.ts').journalVerify>) =>
    (await import('./cli/journal.ts')).journalVerify(...args),
  ),
)
placed(journal.command('export').description('records as NDJSON').argument('[dir]'))
  .option('--raw', 'the received bytes alone, one after another')
  .option('--decoded', 'with the readings of each frame, every decoded value included, or why it has none')
  .option('--from <n>', 'first record')
  .option('--to <n>', 'last record')
  .action(
    run(async (...args: Parameters<typeof import('./cli/journal.ts').journalExport>) =>
      (await import('./cli/journal.ts')).journalExport(...args),
    ),
  )

const dlq = program.command('dlq').description('dead letters: frames nobody could use, with their bytes')
placed(dlq.command('list').description('list them'))
  .option('--source <name>')
  .option('--code <code>')
  .option('--limit <n>')
  .action(
    run(async (...args: Parameters<typeof import('./cli/dlq.ts').dlqList>) =>
      (await import('./cli/dlq.ts')).dlqList(...args),
    ),
  )
placed(dlq.command('show').description('one with all its bytes').argument('<id>')).action(
  run(async (...args: Parameters<typeof import('./cli/dlq.ts').dlqShow>) =>
    (await import('./cli/dlq.ts')).dlqShow(...args),
  ),
)
placed(
  dlq.command('discard').description('give one up; who, when, why and the hash of its bytes are kept').argument('<id>'),
)
  .option('--reason <text>', 'why; required')
  .action(
    run(async (...args: Parameters<typeof import('./cli/dlq.ts').dlqDiscard>) =>
      (await import('./cli/dlq.ts')).dlqDiscard(...args),
    ),
  )
placed(dlq.command('requeue').description('decode them again').argument('[id...]'))
  .option('--source <name>')
  .option('--code <code>')
  .option('--all')
  .option(
    '--decoder <name>',
    'of the devices they are from, for these and all later frames ("decoder list" has the names)',
  )
  .action(
    run(async (...args: Parameters<typeof import('./cli/dlq.ts').dlqRequeue>) =>
      (await import('./cli/dlq.ts')).dlqRequeue(...args),
    ),
  )

const decoder = program.command('decoder').description('which decoder reads the frames of a LoRaWAN device')
placed(decoder.command('list').description('what was chosen, and what there is')).action(
  run(async (...args: Parameters<typeof import('./cli/decoder.ts').decoderList>) =>
    (await import('./cli/decoder.ts')).decoderList(...args),
  ),
)
placed(decoder.command('set').description('choose one for a device').argument('<device>').argument('<name>'))
  .option('--source <name>', 'source of the device; required')
  .action(
    run(async (...args: Parameters<typeof import('./cli/decoder.ts').decoderSet>) =>
      (await import('./cli/decoder.ts')).decoderSet(...args),
    ),
  )
placed(decoder.command('clear').description('choose none for a device').argument('<device>'))
  .option('--source <name>', 'source of the device; required')
  .action(
    run(async (...args: Parameters<typeof import('./cli/decoder.ts').decoderClear>) =>
      (await import('./cli/decoder.ts')).decoderClear(...args),
    ),
  )

const token = program.command('token').description('who may send readings, who may use the API')
placed(token.command('create').description('make a token; it is shown once'))
  .option('--source <name>', 'may send readings under this source name')
  .option('--api-key <name>', 'may use the API')
  .option('--scopes <list>', 'of an API key: read,operate,admin (default all)')
  .option('--time <policy>', '"trust" takes the times of its readings whatever they say (replay, history)')
  .option('--replace', 'end the token of that name')
  .action(
    run(async (...args: Parameters<typeof import('./cli/token.ts').tokenCreate>) =>
      (await import('./cli/token.ts')).tokenCreate(...args),
    ),
  )
placed(token.command('list').description('list them, never the secrets')).action(
  run(async (...args: Parameters<typeof import('./cli/token.ts').tokenList>) =>
    (await import('./cli/token.ts')).tokenList(...args),
  ),
)
placed(token.command('revoke').description('end a token').argument('<name>'))
  .option('--api-key', 'an API key, not an ingest token')
  .action(
    run(async (...args: Parameters<typeof import('./cli/token.ts').tokenRevoke>) =>
      (await import('./cli/token.ts')).tokenRevoke(...args),
    ),
  )
placed(program.command('setup-link').description('a new one-time link that opens the desk')).action(
  run(async (...args: Parameters<typeof import('./cli/token.ts').setupLink>) =>
    (await import('./cli/token.ts')).setupLink(...args),
  ),
)

const config = program.command('config').description('the configuration')
placed(config.command('check').description('check it; exit 3 with file and line of each fault')).action(
  run(async (...args: Parameters<typeof import('./cli/config.ts').configCheck>) =>
    (await import('./cli/config.ts')).configCheck(...args),
  ),
)
placed(config.command('show').description('show what is in force'))
  .option('--origin', 'and where each value comes from')
  .action(
    run(async (...args: Parameters<typeof import('./cli/config.ts').configShow>) =>
      (await import('./cli/config.ts')).configShow(...args),
    ),
  )
config
  .command('schema')
  .description('JSON Schema of the file')
  .option('--json')
  .action(
    run(async (...args: Parameters<typeof import('./cli/config.ts').configPrintSchema>) =>
      (await import('./cli/config.ts')).configPrintSchema(...args),
    ),
  )

placed(program.command('replay').description('play real stays from a CSV through a real source').argument('<csv>'))
  .option('--speed <n>', 'times real time, or max', 'max')
  .option('--via <source>', 'http, mqtt, serial or tcp', 'http')
  .option('--zone <iana>', 'time zone of the local times in the file')
  .option('--time <policy>', 'original, or now to shift the first transition to this moment', 'original')
  .option('--to <target>', 'URL or serial path (default: the server running on --data)')
  .option('--token <token>', 'ingest token (default BAYKEEPER_INGEST_TOKEN, else one is made)')
  .option('--api-key <key>', 'to send the layout first (default BAYKEEPER_API_KEY, else one is made)')
  .action(
    run(async (...args: Parameters<typeof import('./cli/replay.ts').replayCommand>) =>
      (await import('./cli/replay.ts')).replayCommand(...args),
    ),
  )

placed(program.command('simulate').description('send simulated sensors at a rate'))
  .option('--sensors <n>', 'how many sensors', '500')
  .option('--rate <hz>', 'readings a second in all', '1000')
  .option('--seconds <n>', 'how long', '60')
  .option('--via <source>', 'http, mqtt, tcp or serial', 'http')
  .option('--to <target>', 'URL or serial path (default: the server running on --data)')
  .option('--token <token>', 'ingest token (default BAYKEEPER_INGEST_TOKEN, else one is made)')
  .action(
    run(async (...args: Parameters<typeof import('./cli/simulate.ts').simulateCommand>) =>
      (await import('./cli/simulate.ts')).simulateCommand(...args),
    ),
  )

placed(program.command('train').description('teach the forecaster from the history of this place'))
  .option('--steps <n>', 'how long (default forecast.trainingSteps)')
  .action(
    run(async (...args: Parameters<typeof import('./cli/train.ts').trainCommand>) =>
      (await import('./cli/train.ts')).trainCommand(...args),
    ),
  )

// The launcher's channel must not keep a finished command.
process.channel?.unref()
try {
  await program.parseAsync()
} catch (fault) {
  const { code, exitCode, message } = fault as { code?: string; exitCode?: number; message: string }
  if (code?.startsWith('commander.')) process.exit(exitCode === 0 ? 0 : exitCodes.usage)
  process.stderr.write(`baykeeper: ${message}\n`)
  process.exit(
    fault instanceof CommandFailed
      ? fault.exitCode
      : fault instanceof ConfigError
        ? exitCodes.config
        : exitCodes.failed,
  )
}
process.exit()
