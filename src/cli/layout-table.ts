/** Every command that works with layouts, and its options. */

import { importFormats } from '@baykeeper/contract/layout-import.ts'
import { Argument, type Command, Option } from 'commander'
import { usualGrid } from '../layout/import/grid.ts'
import { exportFormats } from './layout-files.ts'
import { addAll, anchor, decimal, oneOf, several, text, timeZone, whole } from './option-values.ts'
import { placed, type RunAction } from './placed-command.ts'

const target = (): Option[] => [
  text('--to <url>', 'web address of the server (default: the one running on --data)'),
  text('--api-key <key>', 'key for it, scope admin (default BAYKEEPER_API_KEY, else one is made)'),
]
const format = () => oneOf('--format <format>', 'of the file (default: by its name)', importFormats)
const comment = () => text('--comment <text>', 'why: kept with the version')
const metres = { min: 0, max: 100_000 }
const platesMax = 10_000

/** How the bays of a file become part of a layout. */
const assembling = (): Option[] => [
  text('--site <id>', 'site of bays whose file names none'),
  text('--level <id>', 'level of bays whose file names none'),
  text('--name <text>', 'name of that site where it is new'),
  timeZone('--zone <iana>', 'time zone of new sites (default: of this machine)'),
  anchor('--anchor <place>', 'where a point of the plan lies: LAT,LON,X,Y[,BEARING]'),
  oneOf('--mode <mode>', 'update bays by their ids (default), or replace whole levels or sites', [
    'update',
    'replace-level',
    'replace-site',
  ]),
]
const removeSites = () =>
  new Option('--remove-sites', 'remove sites of the server that the new layout lacks: without it, this is refused')

const bringing = (): Option[] => [
  ...target(),
  ...assembling(),
  text('--base <file>', 'layout to bring the bays into (default: the server’s with --publish or --to, else a new one)'),
  text('--out <file>', 'write the layout there'),
  comment(),
  removeSites(),
]

export function addLayout(layout: Command, run: RunAction): void {
  addAll(placed(layout.command('import').description('bring bays from GeoJSON, CSV or OpenStreetMap into a layout')), [
    format(),
    ...bringing(),
  ])
    .option('--publish', 'publish the layout on the server')
    .addArgument(new Argument('<file>'))
    .action(
      run(async (...args: Parameters<typeof import('./layout.ts').layoutImport>) =>
        (await import('./layout.ts')).layoutImport(...args),
      ),
    )
  addGrid(layout, run)
  addAll(placed(layout.command('check').description('every fault and warning of a layout; exit 1 with a fault')), [
    format(),
  ])
    .addArgument(new Argument('<file>'))
    .action(
      run(async (...args: Parameters<typeof import('./layout.ts').layoutCheck>) =>
        (await import('./layout.ts')).layoutCheck(...args),
      ),
    )
  addAll(
    placed(
      layout
        .command('diff')
        .description(
          'what an import or the publishing of a file changes of the live layout, or a second file of the first',
        ),
    ),
    [format(), ...target(), ...assembling()],
  )
    .addArgument(new Argument('<file>'))
    .addArgument(new Argument('[other]'))
    .action(
      run(async (...args: Parameters<typeof import('./layout.ts').layoutDiffCommand>) =>
        (await import('./layout.ts')).layoutDiffCommand(...args),
      ),
    )
  addAll(
    placed(layout.command('publish').description('make a file the live layout, in place of the one that is there')),
    [format(), ...target(), comment(), removeSites()],
  )
    .addArgument(new Argument('<file>'))
    .action(
      run(async (...args: Parameters<typeof import('./layout.ts').layoutPublish>) =>
        (await import('./layout.ts')).layoutPublish(...args),
      ),
    )
  addAll(placed(layout.command('export').description('the live layout, or a file in another format')), [
    oneOf('--format <format>', 'json (default), geojson or csv', exportFormats),
    ...target(),
    text('--from <file>', 'a layout file in place of the server’s'),
    text('--out <file>', 'write it there (default: standard output)'),
  ]).action(
    run(async (...args: Parameters<typeof import('./layout.ts').layoutExport>) =>
      (await import('./layout.ts')).layoutExport(...args),
    ),
  )
}

function addGrid(layout: Command, run: RunAction): void {
  const { rows, columns, angle, aisle, w, h, x, y, pattern, start } = usualGrid
  addAll(placed(layout.command('grid').description('make rows of bays and bring them into a layout')), [
    whole('--rows <n>', 'rows of bays', { min: 1, max: platesMax }).default(rows),
    whole('--columns <n>', 'bays in a row', { min: 1, max: platesMax }).default(columns),
    decimal('--angle <degrees>', '90 across the aisle, 60 slanted, 0 along a kerb', {
      min: 0,
      max: 90,
    }).default(angle),
    decimal('--aisle <metres>', 'between pairs of rows', metres).default(aisle),
    decimal('--width <metres>', 'of a bay', metres).default(w),
    decimal('--length <metres>', 'of a bay', metres).default(h),
    decimal('--x <metres>', 'left edge in the plan', metres).default(x),
    decimal('--y <metres>', 'upper edge in the plan', metres).default(y),
    text('--ids <text>', 'pattern of ids with {n}, {row}, {ROW}, {col}').default(pattern),
    whole('--start <n>', 'first number', { min: 1, max: 1_000_000 }).default(start),
    several('--types <text>', 'by number, as disabled:1-4,ev:9; may be repeated'),
    ...bringing(),
  ])
    .option('--serpentine', 'number every second row backwards')
    .option('--publish', 'publish the layout on the server')
    .action(
      run(async (...args: Parameters<typeof import('./layout.ts').layoutGrid>) =>
        (await import('./layout.ts')).layoutGrid(...args),
      ),
    )
}
