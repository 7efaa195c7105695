/** State of the link to the server: short in the chip, as text in the banner. */
import { useDesk } from './desk.ts'
import { routes } from './route.ts'

/** A loss shorter than this is a reconnection, a longer one an outage with a beginning. */
const offlineFromMs = 15_000

export function LinkChip() {
  const { words, link, delayMs, now, kpi, paused, past, zone } = useDesk()
  const { phase, downSince, retryAt } = link.value
  const seconds = Math.max(0, Math.ceil(((retryAt ?? now.value) - now.value) / 1_000))
  const [tone, text, more] = (() => {
    if (paused.value !== undefined)
      return ['warn', words.text('linkPaused', { time: words.minute(paused.value, zone.value) })]
    if (past.value) return ['warn', words.text('asOf', { time: words.dayMinute(past.value.at, zone.value) })]
    if (phase === 'refused') return ['bad', words.text('linkRefused')]
    if (phase === 'asleep') return ['warn', words.text('linkAsleep')]
    if (downSince !== undefined && now.value - downSince > offlineFromMs)
      return ['bad', words.text('linkOffline', { time: words.minute(downSince, zone.value) })]
    if (phase === 'waiting') return ['warn', words.text('linkWaiting', { s: seconds })]
    if (phase === 'connecting') return ['warn', words.text('linkConnecting')]
    if (kpi.value?.pipeline === 'behind') return ['warn', words.text('linkBehind')]
    const ms = delayMs.value
    return [
      'ok',
      words.text('linkLive'),
      // Left out where the screen is narrow.
      ms === undefined ? undefined : words.text('linkDelay', { ms: Math.max(0, Math.round(ms)) }),
    ]
  })()
  return (
    <span class={`chip ${tone}`}>
      {text}
      {more && <span class="chip-more"> · {more}</span>}
    </span>
  )
}

export function LinkBanner() {
  const { words, link, kpi, now, zone, client, staleSince, loaded } = useDesk()
  const { phase, retryAt, downSince } = link.value
  const time = words.clock(staleSince.value ?? downSince ?? now.value, zone.value)
  const pipeline = kpi.value?.pipeline
  if (phase === 'refused')
    return (
      <p class="banner bad" role="alert">
        {words.text('refusedBanner', { time })}
      </p>
    )
  if (downSince !== undefined && phase !== 'asleep' && phase !== 'live')
    return (
      <div class="banner bad">
        <span role="alert">{loaded.value ? words.text('offlineBanner', { time }) : words.text('offlineNothing')}</span>
        <span>
          {retryAt !== undefined &&
            words.text('offlineRetry', { s: Math.max(0, Math.ceil((retryAt - now.value) / 1_000)) })}
        </span>
        <button type="button" onClick={() => client.retryNow()}>
          {words.text('retryNow')}
        </button>
      </div>
    )
  if (pipeline === 'database-down')
    return (
      <p class="banner bad" role="alert">
        {words.text('databaseBanner')}
      </p>
    )
  if (pipeline === 'not-advancing')
    return (
      <p class="banner bad" role="alert">
        {words.text('standsBanner', { pending: kpi.value?.ledger?.pending ?? '?' })}{' '}
        <a href={routes.pipeline}>{words.text('pipeline')}</a>
      </p>
    )
  if (pipeline === 'intake-down')
    return (
      <p class="banner bad" role="alert">
        {words.text('intakeBanner')}
      </p>
    )
  if (pipeline === 'behind')
    return <p class="banner warn">{words.text('behindBanner', { pending: kpi.value?.ledger?.pending ?? '?' })}</p>
  return null
}
