/** The same job, done by others. */
import { count } from '../run/figures.ts'
import type { PeersResult } from './results.ts'
import type { Section } from './section.ts'
import { barPlot, linePlot } from './svg-plot.ts'
import { notRun, table } from './tables.ts'

const own = 'baykeeper'

export function peersSection(result: PeersResult): Section {
  const { results, cases, about, versions, loss_free_rate, within } = result
  const peers = Object.keys(versions)
  const tried = Object.keys(cases).filter((name) => results.some((line) => line.case === name))
  const lostPlot = (name: string) =>
    linePlot({
      title: `Lines lost: ${cases[name]}`,
      xTitle: 'lines a second',
      yTitle: '% lost',
      xLog: true,
      yMax: 100,
      series: peers.map((peer) => ({
        name: peer,
        strong: peer === own,
        points: results
          .filter((line) => line.peer === peer && line.case === name)
          .map(({ rate, lost_percent }) => [rate, lost_percent] as const),
      })),
    })
  const rates = (name: string) =>
    [...new Set(results.filter((line) => line.case === name).map(({ rate }) => rate))].sort((a, b) => a - b)
  const text = [
    '## The same job, done by the usual designs',
    '',
    'Lines of 40 bytes leave an emulated board at a fixed rate, whether or not anybody reads: what does not fit into the terminal and the',
    '256-byte FIFO is discarded, as on a real line. The emulator knows which lines arrived whole; every line is looked for in the table.',
    'Every program checks the line’s checksum.',
    '',
    ...(within
      ? [
          `This run was given ${within.minutes} minutes for all programs: bursts of ${within.seconds} s, ${within.kill_s} s around a kill, outages of ${within.outage_s} s`,
          'instead of 10, 20 and 60 s, and of the rates below only the highest that lost nothing, without a search between them.',
          '',
        ]
      : []),
    table(
      ['program', 'what it is', 'versions', 'highest loss-free rate, lines/s'],
      peers.map((peer) => [peer, about[peer], versions[peer], loss_free_rate[peer]]),
    ),
    '![Highest loss-free rate](pictures/bench-loss-free.svg)',
    '',
    ...tried.flatMap((name) => [
      `### ${sentence(cases[name] ?? name)}`,
      '',
      `![Lines lost: ${cases[name]}](pictures/bench-lost-${name}.svg)`,
      '',
      isKill(name)
        ? 'Lines that the program had read and lost. Lines sent while no process had the port open are not counted.'
        : '% lost by rate:',
      '',
      table(
        ['program', ...rates(name).map((rate) => `${count(rate)}/s`)],
        peers.map((peer) => [
          peer,
          ...rates(name).map(
            (rate) =>
              results.find((line) => line.peer === peer && line.case === name && line.rate === rate)?.[
                isKill(name) ? 'taken_and_lost' : 'lost_percent'
              ],
          ),
        ]),
      ),
    ]),
    '### All rounds',
    '',
    '*Overrun*: discarded by the UART because no process read in time or had the port open. *Taken and lost*: received whole and never stored. CPU without the board’s.',
    '',
    table(
      [
        'case',
        'program',
        'lines/s',
        'reached',
        'sent',
        '% lost',
        'overrun',
        'taken and lost',
        'doubled',
        'wrong',
        'rows/s',
        'CPU s/million',
        'database CPU s/million',
        'PSS, MB',
      ],
      results.map((line) => [
        ...[
          line.case,
          line.peer,
          line.rate,
          line.offered,
          line.sent,
          line.lost_percent,
          line.overrun,
          line.taken_and_lost,
        ],
        ...[
          line.doubled,
          line.wrong,
          line.rows_per_s,
          line.cpu_s_per_million,
          line.database_cpu_s_per_million,
          line.pss_mb,
        ],
      ]),
    ),
    notRun(result.not_run),
  ]
  const bars = peers.map((peer) => ({ name: peer, value: loss_free_rate[peer] ?? 0, strong: peer === own }))
  return {
    text: text.join('\n'),
    pictures: {
      'bench-loss-free.svg': barPlot({
        title: 'Highest loss-free rate',
        xTitle: 'lines a second',
        bars,
        format: count,
      }),
      ...Object.fromEntries(tried.map((name) => [`bench-lost-${name}.svg`, lostPlot(name)])),
    },
  }
}

const isKill = (name: string) => name.startsWith('kill')

const sentence = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)
