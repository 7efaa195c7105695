/** The line from left to right: each stage with its rate, its depth, its delay and five minutes of it. */
import type { SourceStatus } from '@baykeeper/contract/ledger.ts'
import type { ComponentChildren } from 'preact'
import type { Fetched } from '../../kit/fetched.ts'
import { useDesk } from '../../shell/desk.ts'
import { Panel } from '../live/panel.tsx'
import type { PipelineKey } from './en.ts'
import { grownBy, type Look, lookMs, type Point, ratesOf, seriesOf } from './figures.ts'
import { type PipelineWords, usePipelineWords } from './pipeline-words.ts'
import { bytesWord, msWord, numberWord, rateWord } from './quantities.ts'
import { Sparkline } from './sparkline.tsx'
import { type Finding, findingsOf, type StageName } from './stages.ts'
import type { Watched } from './watch.ts'

interface Stage {
  readonly id: StageName
  readonly name: PipelineKey
  /** The most important figure, its unit and its name. */
  readonly value: string
  readonly unit: string
  readonly what: string
  readonly points: readonly Point[]
  say(value: number): string
  readonly facts: readonly (readonly [name: string, value: ComponentChildren])[]
}

export function StageFlow({ watched }: { watched: Fetched<Watched> }) {
  const words = usePipelineWords()
  const { kpi } = useDesk()
  const history = watched.value?.history ?? []
  const { sources = [], database } = watched.value?.status ?? {}
  const weaknesses = database?.weaknesses ?? []
  const findings = findingsOf(history, sources, kpi.value?.pipeline, weaknesses)
  const delayMs = useDesk().delayMs.value
  const stages = stagesOf(words, history, sources, delayMs)
  return (
    <Panel title={words.text('flow')} note={words.text('flowText')} of={watched} freshMs={lookMs * 4} class="flow">
      {watched.value && (
        <ol class="stages">
          {stages.map((stage) => (
            <StageBox key={stage.id} stage={stage} finding={findings.get(stage.id)} now={watched.at ?? 0} />
          ))}
        </ol>
      )}
      {weaknesses.length > 0 && (
        <div class="weak">
          <h3>{words.text('weakTitle', { database: database?.version ?? '' })}</h3>
          <ul class="warning-list">
            {weaknesses.map((weakness) => (
              <li key={weakness}>{weakness}</li>
            ))}
          </ul>
        </div>
      )}
      {history.at(-1)?.received === 0 && <p class="quiet">{words.text('flowEmpty')}</p>}
    </Panel>
  )
}

function StageBox({ stage, finding, now }: { stage: Stage; finding: Finding | undefined; now: number }) {
  const words = usePipelineWords()
  return (
    <li class={`stage ${finding?.tone ?? ''}`}>
      <h3>{words.text(stage.name)}</h3>
      <p class="stage-value">
        <b>{stage.value}</b>
        <span>{stage.unit}</span> <small>{stage.what}</small>
      </p>
      <Sparkline points={stage.points} stage={words.text(stage.name)} what={stage.what} now={now} say={stage.say} />
      {finding && <p class={`stage-state chip ${finding.tone}`}>{faultWord(words, finding)}</p>}
      <dl>
        {stage.facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </li>
  )
}

function stagesOf(
  words: PipelineWords,
  history: readonly Look[],
  sources: readonly SourceStatus[],
  delayMs: number | undefined,
): readonly Stage[] {
  const look = history.at(-1)
  const number = (n: number | undefined) => numberWord(words, n)
  const grown = (of: (look: Look) => number | undefined) => number(grownBy(history, of))
  const rate = (of: (look: Look) => number | undefined) => {
    const points = ratesOf(history, of)
    return {
      points,
      value: rateWord(words, points.at(-1)?.value),
      unit: points.length > 0 ? words.text('unitRate') : '',
      say: (value: number) => `${rateWord(words, value)}${words.text('unitRate')}`,
    }
  }
  const inMs = (of: (look: Look) => number | undefined) => ({
    points: seriesOf(history, of),
    value: msWord(words, look && of(look)),
    unit: '',
    say: (value: number) => msWord(words, value),
  })
  const settled = ({ committed, duplicate, quarantined }: Look) =>
    committed === undefined ? undefined : committed + (duplicate ?? 0) + (quarantined ?? 0)
  const viewers = ({ deskViewers, publicViewers }: Look) =>
    deskViewers === undefined && publicViewers === undefined ? undefined : (deskViewers ?? 0) + (publicViewers ?? 0)
  const written = rate((each) => each.committed)
  const up = sources.filter(({ state }) => state === 'up').length
  return [
    {
      id: 'sources',
      name: 'stageSources',
      what: words.text('received'),
      ...rate((each) => each.received),
      facts: [
        [words.text('factUp'), sources.length === 0 ? '–' : words.text('nOf', { n: up, all: sources.length })],
        [words.text('factRefused'), grown((each) => each.refused)],
      ],
    },
    {
      id: 'journal',
      name: 'stageJournal',
      what: words.text('accepted'),
      ...rate((each) => each.accepted),
      facts: [
        [words.text('factSync'), msWord(words, look?.syncMsP99)],
        [words.text('factSize'), bytesWord(words, look?.journalBytes)],
        [words.text('factFreeDisk'), bytesWord(words, look?.freeBytes)],
      ],
    },
    {
      id: 'decode',
      name: 'stageDecode',
      what: words.text('settled'),
      ...rate(settled),
      facts: [
        [words.text('factWaiting'), number(look?.pending)],
        [words.text('factDuplicate'), grown((each) => each.duplicate)],
        [words.text('factQuarantined'), grown((each) => each.quarantined)],
      ],
    },
    {
      id: 'commit',
      name: 'stageCommit',
      what: words.text('factP99'),
      ...inMs((each) => each.commitMsP99),
      facts: [
        [words.text('factP50'), msWord(words, look?.commitMsP50)],
        [words.text('lag'), msWord(words, look?.lagMs)],
        [words.text('factRate'), written.value + written.unit],
      ],
    },
    {
      id: 'live',
      name: 'stageLive',
      what: words.text('factStoreAge'),
      ...inMs((each) => each.storeAgeMs),
      facts: [
        [words.text('factDevices'), number(look?.devices)],
        [words.text('factReporting'), number(look?.reporting)],
      ],
    },
    {
      id: 'streams',
      name: 'stageStreams',
      what: words.text('viewers'),
      points: seriesOf(history, viewers),
      value: number(look && viewers(look)),
      unit: '',
      say: number,
      facts: [
        [words.text('factDesk'), number(look?.deskViewers)],
        [words.text('factPublic'), number(look?.publicViewers)],
        // Measured where bays are painted: not before the Live page was open.
        ...(delayMs === undefined ? [] : [[words.text('factHere'), msWord(words, Math.max(0, delayMs))] as const]),
        [words.text('factCoalesced'), grown((each) => each.coalesced)],
      ],
    },
  ]
}

const stateKeys = { up: 'stateUp', starting: 'stateStarting', waiting: 'stateWaiting', down: 'stateDown' } as const
export const stateWord = (words: PipelineWords, state: SourceStatus['state']): string => words.text(stateKeys[state])

function faultWord(words: PipelineWords, { fault }: Finding): string {
  switch (fault.of) {
    case 'source-down':
      return fault.names.length === 1
        ? words.text('wrongSource', { name: fault.names[0] ?? '', state: stateWord(words, fault.state) })
        : words.count('wrongSources', fault.names.length)
    case 'behind':
      return words.text('wrongBehind', { n: fault.pending })
    case 'refused':
      return words.text('wrongRefused')
    case 'intake-down':
      return words.text('wrongIntake')
    case 'disk':
      return words.text('wrongDisk')
    case 'sync':
      return words.text('wrongSync')
    case 'quarantined':
      return words.text('wrongQuarantined')
    case 'database-down':
      return words.text('wrongDatabase')
    case 'stands':
      return words.text('wrongStands')
    case 'weak':
      return words.count('wrongWeak', fault.count)
    case 'commit':
      return words.text('wrongCommit')
    case 'old':
      return words.text('wrongStoreAge')
  }
}
