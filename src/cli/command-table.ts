/**
 * Every command with its options. The options declare what they take (`option-values.ts`); what a command does stands in a file of its
 * own, loaded when the command runs.
 */
import { reportComparisons, reportFormats, reportKindNames } from '@baykeeper/contract/reports.ts'
import { bayTypes, locales, logLevels, lossCauses, scopes } from '@baykeeper/contract/vocabulary.ts'
import { Argument, Command, Option } from 'commander'
import { loadConfig } from '../config/config.ts'
import type { Flags } from '../config/overrides.ts'
import { version } from '../config/version.ts'
import { transports } from '../simulator/senders/transport.ts'
import type { ListenerSettings, SourceDeclaration } from '../sources/declaration.ts'
import { sourceList } from '../sources/list.ts'
import { addAlerts } from './alert-table.ts'
import { addCodec } from './codec-table.ts'
import { addLayout } from './layout-table.ts'
import { addMapping } from './mapping-table.ts'
import { addNotify } from './notify-table.ts'
import {
  addAll,
  day,
  decimal,
  decimalOrMax,
  listOf,
  oneOf,
  port,
  several,
  text,
  time,
  timeZone,
  whole,
} from './option-values.ts'
import { json, jsonAbout, place, placed, type RunAction } from './placed-command.ts'
import { addSchedules } from './schedule-table.ts'
import { addSerial } from './serial-table.ts'
import { addSigns } from './sign-table.ts'
import { addAudit, addUsers } from './user-table.ts'

const limitMax = 10_000
const recordMax = Number.MAX_SAFE_INTEGER

/** The port of a listening source; or what sets the section of another. */
function sourceOptions({ settings, listen, option }: SourceDeclaration): Option[] {
  if (!listen) return option ? [text(`${option.flag} <${option.placeholder}>`, option.about)] : []
  const { port: usual } = settings.parse(undefined) as ListenerSettings
  return [port(`${listen.flag} <port>`, `${settings.description ?? listen.label} (default ${usual})`)]
}

const serverOptions = (): Option[] => [
  ...place(),
  text('--host <address>', 'address all listeners bind to (default 127.0.0.1)'),
  port('--port <port>', 'web and API (default 8080; 0 = any free port, off = none)'),
  ...sourceList.flatMap(sourceOptions),
  oneOf('--log-level <level>', 'how much is logged', logLevels),
  text('--ready-file <file>', 'write the chosen URLs and pids there as JSON once ready'),
]
const serving = (command: Command) =>
  addAll(command, serverOptions())
    .option('--no-forecast', 'no forecasts, and none of their processes')
    .option('--log-json', 'log lines as JSON')

interface ServerFlags {
  readonly config?: string
  readonly readyFile?: string
  readonly forecast?: boolean
  readonly demo?: boolean
  readonly bays?: number
}

/** Commander gives `true` where an option that negates is absent: only `false` is a flag. */
function configFlags(given: ServerFlags & Flags): Flags {
  const { config: _file, readyFile: _ready, forecast, demo, bays, ...flags } = given
  return {
    ...flags,
    ...(forecast === false ? { forecast } : {}),
    ...(demo === false ? { demo } : {}),
    ...(bays === undefined ? {} : { demoBays: String(bays) }),
  }
}

export function commandTable(run: RunAction): Command {
  const program = new Command('baykeeper')
    .description('Open smart-parking server: takes in every reading of every parking sensor and loses none.')
    .version(version)
    .showHelpAfterError('(--help lists commands and options)')
    .exitOverride()
  addServing(program, run)
  placed(program.command('doctor').description('check everything the server depends on'))
    .addOption(
      text(
        '--bundle <file>',
        'write findings, configuration and figures as a zip without secrets, for a person who helps',
      ),
    )
    .action(
      run(async (...args: Parameters<typeof import('./doctor.ts').doctor>) =>
        (await import('./doctor.ts')).doctor(...args),
      ),
    )
  addLedger(program.command('ledger').description('where every frame went'), run)
  addJournal(program.command('journal').description('the journal: the records on the disk'), run)
  addRebuild(program, run)
  addCompare(program, run)
  addDlq(program.command('dlq').description('dead letters: frames that were not decoded, with their bytes'), run)
  addReport(program, run)
  addDecoder(program.command('decoder').description('which decoder reads the frames of a LoRaWAN device'), run)
  addCodec(program.command('codec').description("vendors' scripts that decode LoRaWAN payloads"), run)
  addMapping(program.command('mapping').description('how MQTT topics of other programs are read'), run)
  addLayout(program.command('layout').description('the layout: read from files, checked, compared, published'), run)
  addNotify(program.command('notify').description('notifications: channels, a test message, what was sent'), run)
  addSchedules(program.command('schedules').description('reports that are sent by e-mail, and when'), run)
  addAlerts(program, run)
  addSerial(
    program.command('serial').description('what a serial port sends: understand it, keep it, send it again'),
    run,
  )
  addSigns(program.command('signs').description('signs: what they show, and files of them'), run)
  addToken(program.command('token').description('who may send readings, who may use the API'), run)
  addAudit(program.command('audit').description('what people changed, and who'), run)
  addUsers(program.command('user').description('who may sign in, and with which role'), run)
  placed(program.command('setup-link').description('a new one-time link that makes the first administrator')).action(
    run(async (...args: Parameters<typeof import('./token.ts').setupLink>) =>
      (await import('./token.ts')).setupLink(...args),
    ),
  )
  addConfig(program.command('config').description('the configuration'), run)
  addSending(program, run)
  placed(program.command('train').description('train the forecaster on the history of this place'))
    .addOption(whole('--steps <n>', 'length (default forecast.trainingSteps)', { min: 1, max: 1_000_000 }))
    .action(
      run(async (...args: Parameters<typeof import('./train.ts').trainCommand>) =>
        (await import('./train.ts')).trainCommand(...args),
      ),
    )
  return program
}

function addServing(program: Command, run: RunAction) {
  serving(program.command('start').description('start the server'))
    .option('--no-demo', 'no simulated city, even while nothing real is configured')
    .action(
      run(async (flags: ServerFlags & Flags) => {
        const { start } = await import('./start.ts')
        const { config: file, readyFile } = flags
        return start(loadConfig({ file, flags: configFlags(flags) }), { readyFile })
      }),
    )
  serving(program.command('demo').description('the whole product on a simulated city, apart from any real data'))
    .addOption(whole('--bays <n>', 'size of the city (default 2000)', { min: 20, max: 50_000 }))
    .action(
      run(async (flags: ServerFlags & Flags) => {
        const { start } = await import('./start.ts')
        const { config: file, readyFile } = flags
        const data = flags['data'] ?? './data/demo-only'
        return start(loadConfig({ file, flags: { ...configFlags(flags), data } }), { readyFile, forceDemo: true })
      }),
    )
}

function addLedger(ledger: Command, run: RunAction) {
  const listed = (command: Command) =>
    addAll(placed(command), [
      text('--source <name>', 'name of the source'),
      text('--device <id>', 'the sensor'),
      day('--from <day>', 'first UTC day, such as 2026-11-23'),
      day('--to <day>', 'last UTC day'),
      whole('--limit <n>', 'how many (default 100)', { min: 1, max: limitMax }),
      text('--cursor <cursor>', 'go on where a page ended'),
    ])
  placed(
    ledger.command('verify').description('recount the journal against the database; exit 5 if they do not agree'),
  ).action(
    run(async (...args: Parameters<typeof import('./ledger.ts').ledgerVerify>) =>
      (await import('./ledger.ts')).ledgerVerify(...args),
    ),
  )
  listed(
    ledger
      .command('losses')
      .description('messages rejected, missing before us or lost by us, by sensor, day and cause'),
  )
    .addOption(oneOf('--cause <cause>', 'of one cause', lossCauses))
    .action(
      run(async (...args: Parameters<typeof import('./ledger.ts').ledgerLosses>) =>
        (await import('./ledger.ts')).ledgerLosses(...args),
      ),
    )
  listed(ledger.command('sensors').description('where the frames of each sensor went, by day')).action(
    run(async (...args: Parameters<typeof import('./ledger.ts').ledgerSensors>) =>
      (await import('./ledger.ts')).ledgerSensors(...args),
    ),
  )
}

function addJournal(journal: Command, run: RunAction) {
  placed(journal.command('inspect').description('its segments').argument('[dir]')).action(
    run(async (...args: Parameters<typeof import('./journal.ts').journalInspect>) =>
      (await import('./journal.ts')).journalInspect(...args),
    ),
  )
  placed(
    journal.command('verify').description('read every checksum; exit 5 if anything is damaged').argument('[dir]'),
  ).action(
    run(async (...args: Parameters<typeof import('./journal.ts').journalVerify>) =>
      (await import('./journal.ts')).journalVerify(...args),
    ),
  )
  placed(journal.command('export').description('records as NDJSON').argument('[dir]'))
    .option('--raw', 'the received bytes alone, one after another')
    .option('--decoded', 'with the readings of each frame, every decoded value included, or why it has none')
    .addOption(whole('--from <n>', 'first record', { min: 1, max: recordMax }))
    .addOption(whole('--to <n>', 'last record', { min: 1, max: recordMax }))
    .action(
      run(async (...args: Parameters<typeof import('./journal.ts').journalExport>) =>
        (await import('./journal.ts')).journalExport(...args),
      ),
    )
}

function addRebuild(program: Command, run: RunAction) {
  placed(
    program.command('rebuild').description('build the database again from archive and journal; goes on where it was'),
  )
    .addOption(text('--archive <dir>', 'archived segments (default: archive of the configuration)'))
    .addOption(text('--into <url>', 'another database, empty (default: the one of this place)'))
    .action(
      run(async (...args: Parameters<typeof import('./rebuild.ts').rebuildCommand>) =>
        (await import('./rebuild.ts')).rebuildCommand(...args),
      ),
    )
  placed(
    program.command('checksum').description('checksum of the database, to compare with that of another one'),
  ).action(
    run(async (...args: Parameters<typeof import('./rebuild.ts').checksumCommand>) =>
      (await import('./rebuild.ts')).checksumCommand(...args),
    ),
  )
}

function addCompare(program: Command, run: RunAction) {
  const about = 'replay a range of the journal as it was and with another layout; print what differs'
  addAll(placed(program.command('compare').description(about).argument('<layout>', 'file of the other layout')), [
    time('--from <time>', 'begin of the range (default: the first record that is kept)'),
    time('--to <time>', 'end of the range (default: the newest record)'),
    text('--archive <dir>', 'archived segments (default: archive of the configuration)'),
    decimal('--lead-hours <hours>', 'replayed before the range, for the states at its begin', {
      min: 0,
      max: 8_784,
    }).default(24),
    text('--scratch <dir>', 'where the two databases are made and removed again (default: that of temporary files)'),
    whole('--scratch-mb <n>', 'most that they may have together', { min: 16, max: 1_048_576 }).default(4_096),
  ]).action(
    run(async (...args: Parameters<typeof import('./compare.ts').compareCommand>) =>
      (await import('./compare.ts')).compareCommand(...args),
    ),
  )
}

function addReport(program: Command, run: RunAction) {
  addAll(placed(program.command('report').description('a report of the running server, as a file')), [
    text('--site <name>', 'of one site (default: all)'),
    text('--level <name>', 'of one level of the site'),
    text('--zone <name>', 'of one zone of the level'),
    oneOf('--type <type>', 'bays of one type', bayTypes),
    day('--from <day>', 'first local day; required'),
    day('--to <day>', 'local day after the last one; required'),
    oneOf('--compare <with>', 'with another period', reportComparisons),
    day('--compare-from <day>', 'first local day of another period'),
    day('--compare-to <day>', 'local day after its last one'),
    timeZone('--time-zone <iana>', 'of the days, where sites have several'),
    oneOf('--format <form>', 'json, csv or xlsx (default: by the name of the file, else json)', reportFormats),
    text('--table <name>', 'of CSV, which holds one (default: the first)'),
    oneOf('--locale <locale>', 'of CSV: de gives ; and decimal commas', locales),
    text('--output <file>', 'write it there (default: standard output)'),
    text('--server <url>', 'web address of the server (default: the one running on --data)'),
    text('--api-key <key>', 'key for it, scope read (default BAYKEEPER_API_KEY, else one is made)'),
  ])
    .addArgument(new Argument('<kind>').choices(reportKindNames))
    .action(
      run(async (...args: Parameters<typeof import('./report.ts').report>) =>
        (await import('./report.ts')).report(...args),
      ),
    )
}

function addDlq(dlq: Command, run: RunAction) {
  const source = () => text('--source <name>', 'of one source')
  const code = () => text('--code <code>', 'with one code')
  placed(dlq.command('list').description('list them'))
    .addOption(source())
    .addOption(code())
    .addOption(whole('--limit <n>', 'how many (default 100)', { min: 1, max: limitMax }))
    .action(
      run(async (...args: Parameters<typeof import('./dlq.ts').dlqList>) =>
        (await import('./dlq.ts')).dlqList(...args),
      ),
    )
  placed(dlq.command('show').description('one with all its bytes').argument('<id>')).action(
    run(async (...args: Parameters<typeof import('./dlq.ts').dlqShow>) => (await import('./dlq.ts')).dlqShow(...args)),
  )
  placed(
    dlq
      .command('discard')
      .description('discard one; who, when, why and the hash of its bytes are kept')
      .argument('<id>'),
  )
    .addOption(text('--reason <text>', 'why; required'))
    .action(
      run(async (...args: Parameters<typeof import('./dlq.ts').dlqDiscard>) =>
        (await import('./dlq.ts')).dlqDiscard(...args),
      ),
    )
  placed(dlq.command('requeue').description('decode them again').argument('[id...]'))
    .addOption(source().conflicts('all'))
    .addOption(code().conflicts('all'))
    .option('--all', 'all of them')
    .addOption(
      text(
        '--decoder <name>',
        'of the devices they are from, for these and all later frames ("decoder list" has the names)',
      ),
    )
    .action(
      run(async (...args: Parameters<typeof import('./dlq.ts').dlqRequeue>) =>
        (await import('./dlq.ts')).dlqRequeue(...args),
      ),
    )
}

function addDecoder(decoder: Command, run: RunAction) {
  const source = () => text('--source <name>', 'source of the device; required')
  placed(decoder.command('list').description('what was chosen, and what there is')).action(
    run(async (...args: Parameters<typeof import('./decoder.ts').decoderList>) =>
      (await import('./decoder.ts')).decoderList(...args),
    ),
  )
  placed(decoder.command('set').description('choose one for a device').argument('<device>').argument('<name>'))
    .addOption(source())
    .action(
      run(async (...args: Parameters<typeof import('./decoder.ts').decoderSet>) =>
        (await import('./decoder.ts')).decoderSet(...args),
      ),
    )
  placed(decoder.command('clear').description('choose none for a device').argument('<device>'))
    .addOption(source())
    .action(
      run(async (...args: Parameters<typeof import('./decoder.ts').decoderClear>) =>
        (await import('./decoder.ts')).decoderClear(...args),
      ),
    )
}

function addToken(token: Command, run: RunAction) {
  placed(token.command('create').description('make a token; it is shown once'))
    .addOption(text('--source <name>', 'may send readings under this source name').conflicts(['apiKey', 'scopes']))
    .addOption(text('--api-key <name>', 'may use the API').conflicts('time'))
    .addOption(listOf('--scopes <list>', `of an API key: ${scopes.join(',')} (default read)`, scopes))
    .addOption(several('--site <id>', 'limits an API key to this site; again: to several'))
    .addOption(time('--expires <time>', 'when an API key ends (default never)'))
    .addOption(
      oneOf('--time <policy>', 'of a source: accept the times of its readings without a limit (replay, history)', [
        'trust',
      ]),
    )
    .addOption(
      several('--device <id>', 'of a source: only for this device, or all that begin so (A-*); again: for several'),
    )
    .addOption(several('--topic <name>', 'of a source: only to these MQTT topics; again: to several'))
    .addOption(several('--address <address>', 'of a source: only from this address or CIDR range; again: from several'))
    .addOption(text('--client-id <id>', 'of a source: only with this MQTT client id'))
    .option('--replace', 'end the token of that name')
    .action(
      run(async (...args: Parameters<typeof import('./token.ts').tokenCreate>) =>
        (await import('./token.ts')).tokenCreate(...args),
      ),
    )
  placed(token.command('list').description('list them, never the secrets')).action(
    run(async (...args: Parameters<typeof import('./token.ts').tokenList>) =>
      (await import('./token.ts')).tokenList(...args),
    ),
  )
  placed(token.command('revoke').description('end a token').argument('<name>'))
    .option('--api-key', 'an API key, not an ingest token')
    .action(
      run(async (...args: Parameters<typeof import('./token.ts').tokenRevoke>) =>
        (await import('./token.ts')).tokenRevoke(...args),
      ),
    )
}

function addConfig(config: Command, run: RunAction) {
  placed(config.command('check').description('check it; exit 3 with file and line of each fault')).action(
    run(async (...args: Parameters<typeof import('./config.ts').configCheck>) =>
      (await import('./config.ts')).configCheck(...args),
    ),
  )
  placed(config.command('show').description('show the values in force'))
    .option('--origin', 'and where each value comes from')
    .action(
      run(async (...args: Parameters<typeof import('./config.ts').configShow>) =>
        (await import('./config.ts')).configShow(...args),
      ),
    )
  config
    .command('schema')
    .description('JSON Schema of the file')
    .option(json, jsonAbout)
    .action(
      run(async (...args: Parameters<typeof import('./config.ts').configPrintSchema>) =>
        (await import('./config.ts')).configPrintSchema(...args),
      ),
    )
}

function addSending(program: Command, run: RunAction) {
  const target = () => [
    oneOf('--via <source>', 'http, mqtt, serial or tcp', transports).default('http'),
    text('--to <target>', 'URL or serial path (default: the server running on --data)'),
    text('--token <token>', 'ingest token (default BAYKEEPER_INGEST_TOKEN, else one is made)'),
  ]
  addAll(placed(program.command('replay').description('play real stays from a CSV through a real source')), [
    ...target(),
    decimalOrMax('--speed <times>', 'times real time, or max', { min: 0.001, max: 1e9 }).default(
      Number.POSITIVE_INFINITY,
      'max',
    ),
    timeZone('--zone <iana>', 'time zone of the local times in the file'),
    oneOf('--time <policy>', 'original, or now to shift the first transition to this moment', [
      'original',
      'now',
    ]).default('original'),
    text('--api-key <key>', 'to send the layout first (default BAYKEEPER_API_KEY, else one is made)'),
  ])
    .addArgument(new Argument('<csv>'))
    .action(
      run(async (...args: Parameters<typeof import('./replay.ts').replayCommand>) =>
        (await import('./replay.ts')).replayCommand(...args),
      ),
    )
  addAll(placed(program.command('simulate').description('send simulated sensors at a rate')), [
    ...target(),
    whole('--sensors <n>', 'how many sensors', { min: 1, max: 1_000_000 }).default(500),
    decimal('--rate <hz>', 'readings a second in all (default 1000; of a fleet 5000)', { min: 0.01, max: 1e6 }),
    decimal('--seconds <s>', 'how long, where it is no fleet', { min: 0.1, max: 1e7 }).default(60),
    new Option(
      '--fleet',
      'every device model and envelope, through every source of the server, with the faults of boards and lines',
    ),
    new Option('--check', 'send a fleet, compare what the server shows with the truth, exit 1 if they differ'),
    whole('--seed <n>', 'of a fleet: the same seed gives the same devices and faults (default 1)', {
      min: 1,
      max: 1e9,
    }),
  ]).action(
    run(async (...args: Parameters<typeof import('./simulate.ts').simulateCommand>) =>
      (await import('./simulate.ts')).simulateCommand(...args),
    ),
  )
}
