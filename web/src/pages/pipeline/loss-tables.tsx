/** Losses as tables: by source, by sensor, the days of one sensor, and one by one. */
import type { Loss, SensorDay } from '@baykeeper/contract/losses.ts'
import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { type Column, Table } from '../../kit/table.tsx'
import { useDesk } from '../../shell/desk.ts'
import { causeName, sumFigure } from './cause-words.ts'
import { groupsOf, type LossGroup, shareLost } from './losses.ts'
import { type PipelineWords, usePipelineWords } from './pipeline-words.ts'
import { unknownMark } from './quantities.ts'

const rowsMax = 10
const eventsMax = 20

interface GroupTableProps {
  readonly losses: readonly Loss[]
  choose(group: LossGroup): void
}

export function SourceTable({ losses, choose }: GroupTableProps) {
  const words = usePipelineWords()
  const groups = groupsOf(losses, ({ source }) => source)
  return (
    <Cut rows={groups} max={rowsMax}>
      {(shown) => (
        <Table
          label={words.text('bySource')}
          keyOf={({ name }) => name}
          rows={shown}
          columns={groupColumns(words, words.text('source'), choose)}
        />
      )}
    </Cut>
  )
}

export function SensorTable({ losses, choose }: GroupTableProps) {
  const words = usePipelineWords()
  const groups = groupsOf(losses, ({ device }) => device)
  if (groups.length === 0) return <p class="quiet">{words.text('noSensorLoss')}</p>
  return (
    <Cut rows={groups} max={rowsMax}>
      {(shown) => (
        <Table
          label={words.text('bySensor')}
          keyOf={({ name, source }) => `${source} ${name}`}
          rows={shown}
          columns={groupColumns(words, words.text('sensor'), choose)}
        />
      )}
    </Cut>
  )
}

const groupColumns = (
  words: PipelineWords,
  first: string,
  choose: GroupTableProps['choose'],
): readonly Column<LossGroup>[] => [
  {
    name: first,
    cell: (group) => (
      <>
        <button type="button" class="link" onClick={() => choose(group)}>
          <bdi>{group.name}</bdi>
        </button>{' '}
        {group.name !== group.source && <small>{group.source}</small>}
      </>
    ),
  },
  { name: words.text('lost'), figure: true, cell: (group) => sumFigure(words, group) },
  { name: words.text('lastDay'), figure: true, cell: ({ last }) => words.day(last) },
  { name: words.text('mainCause'), cell: ({ cause }) => causeName(words, cause) },
]

export function SensorDays({ days }: { days: readonly SensorDay[] }) {
  const words = usePipelineWords()
  const figure = (name: string, of: (day: SensorDay) => number): Column<SensorDay> => ({
    name,
    figure: true,
    cell: (day) => words.number(of(day)),
  })
  return (
    <Cut rows={days} max={rowsMax}>
      {(shown) => (
        <Table
          label={words.text('days')}
          keyOf={({ day, source, device }) => `${day} ${source} ${device}`}
          rows={shown}
          columns={[
            { name: words.text('day'), cell: ({ day }) => words.day(day) },
            { name: words.text('source'), cell: ({ source }) => source },
            figure(words.text('committedName'), ({ committed }) => committed),
            figure(words.text('duplicateName'), ({ duplicate }) => duplicate),
            figure(words.text('quarantinedName'), ({ quarantined }) => quarantined),
            figure(words.text('lost'), ({ lost }) => lost),
            {
              name: words.text('share'),
              figure: true,
              cell: (day) => {
                const share = shareLost(day)
                return share === undefined ? unknownMark : words.percent(share, share > 0 && share < 0.1 ? 1 : 0)
              },
            },
          ]}
        />
      )}
    </Cut>
  )
}

export function LossEvents({ losses }: { losses: readonly Loss[] }) {
  const words = usePipelineWords()
  const { zone } = useDesk()
  const moment = (time: string) => words.moment(Date.parse(time), zone.value)
  const when = ({ day, from, to }: Loss) => {
    if (from === null) return words.day(day)
    return to === null
      ? words.text('lasts', { from: moment(from) })
      : words.text('fromTo', { from: moment(from), to: words.clock(Date.parse(to), zone.value) })
  }
  const what = ({ cause, detail }: Loss) => (
    <>
      <b>{causeName(words, cause)}.</b> {detail}
    </>
  )
  return (
    <Cut rows={losses} max={eventsMax}>
      {(shown) => (
        <Table<Loss>
          label={words.text('events')}
          keyOf={(loss) => JSON.stringify(loss)}
          rows={shown}
          below={what}
          belowNarrow
          columns={[
            { name: words.text('when'), class: 'when', cell: when },
            { name: words.text('source'), cell: ({ source }) => source },
            { name: words.text('sensor'), cell: ({ device }) => (device === null ? unknownMark : <bdi>{device}</bdi>) },
            {
              name: words.text('frames'),
              figure: true,
              cell: ({ frames }) => (frames === null ? words.text('notCountable') : words.number(frames)),
            },
            { name: words.text('what'), class: 'long wide-only', cell: what },
          ]}
        />
      )}
    </Cut>
  )
}

/** The first rows, and the others on request. */
function Cut<T>({
  rows,
  max,
  children,
}: {
  rows: readonly T[]
  max: number
  children: (shown: readonly T[]) => ComponentChildren
}) {
  const words = usePipelineWords()
  const shown = useSignal(max)
  return (
    <>
      {children(rows.slice(0, shown.value))}
      {shown.value < rows.length && (
        <button
          type="button"
          onClick={() => {
            shown.value = shown.value * 5
          }}
        >
          {words.text('showMore')} ({words.text('nOf', { n: Math.min(shown.value, rows.length), all: rows.length })})
        </button>
      )}
    </>
  )
}
