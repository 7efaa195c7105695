/** A panel whose numbers have an age: current numbers show their age, stale ones are grey with "as of". */
import type { ComponentChildren } from 'preact'
import type { Fetched } from '../../kit/fetched.ts'
import { useDesk } from '../../shell/desk.ts'
import '../../kit/parts.css'

interface PanelProps {
  readonly title: string
  readonly note?: ComponentChildren
  readonly of: Fetched<unknown>
  /** How old the numbers may become and still be called current. */
  readonly freshMs: number
  /** Marks the values as stale at any age, because the server reported them as stale. */
  readonly isOld?: boolean
  readonly actions?: ComponentChildren
  readonly class?: string
  readonly children: ComponentChildren
}

export function Panel({ title, note, of, freshMs, isOld = false, actions, class: name = '', children }: PanelProps) {
  const { now } = useDesk()
  const old = of.value !== undefined && (isOld || of.failed || (of.at !== undefined && now.value - of.at > freshMs))
  return (
    <section class={`panel part ${name} ${old ? 'stale' : ''}`} aria-label={title}>
      <div class="part-head">
        <h2>
          <bdi>{title}</bdi>
        </h2>
        <Age of={of} old={old} />
        {actions}
      </div>
      {note && <p class="quiet">{note}</p>}
      <Trouble of={of} />
      {children}
    </section>
  )
}

function Age({ of, old }: { of: Fetched<unknown>; old: boolean }) {
  const { words, now, zone } = useDesk()
  if (of.at === undefined) return null
  return (
    <small class="age">
      {old ? words.text('asOf', { time: words.clock(of.at, zone.value) }) : words.ago(now.value - of.at)}
    </small>
  )
}

/** Text for a failed request; empty otherwise. */
function Trouble({ of }: { of: Fetched<unknown> }) {
  const { words, zone, link } = useDesk()
  if (!of.failed) return of.value === undefined ? <p class="quiet">{words.text('loading')} …</p> : null
  if (of.status === 404) return <p class="quiet">{words.text('notYet')}</p>
  if (of.status === 401 || of.status === 403) return <p class="banner warn">{words.text('signedOut')}</p>
  // The desk already shows a banner that the server is unreachable.
  if (of.at !== undefined && link.value.downSince !== undefined) return null
  return (
    <p class="banner warn" role="status">
      {of.at === undefined
        ? words.text('failedNothing')
        : words.text('failedKeep', { time: words.clock(of.at, zone.value) })}
    </p>
  )
}
