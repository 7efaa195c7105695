/** The head of the pages about devices: the list, and the inbox with how many wait in it. */
import type { DeviceTotals } from '@baykeeper/contract/device.ts'
import { useDesk } from '../../shell/desk.ts'
import { routes } from '../../shell/route.ts'
import { useDevicesWords } from './devices-words.ts'

export function DevicesHead({ totals }: { totals: DeviceTotals | undefined }) {
  const { place } = useDesk()
  const { words } = useDevicesWords()
  const isInbox = place.value.route === 'inbox'
  const waiting = totals ? totals.unassigned + totals.undecoded : undefined
  return (
    <header class="page-head">
      <div>
        <h1>{words.text(isInbox ? 'inbox' : 'devices')}</h1>
        <p class="quiet">{words.text(isInbox ? 'inboxLead' : 'devicesLead')}</p>
      </div>
      <nav class="tabs" aria-label={words.text('devices')}>
        <a href={routes.devices} aria-current={place.value.route === 'devices' ? 'page' : undefined}>
          {words.text('tabAll')}
        </a>
        <a href={routes.inbox} aria-current={isInbox ? 'page' : undefined}>
          {words.text('tabInbox', { n: waiting ?? '' })}
        </a>
        <a href={routes.batteries} aria-current={place.value.route === 'batteries' ? 'page' : undefined}>
          {words.text('batteries')}
        </a>
        <a href={routes.scan}>{words.text('scan')}</a>
      </nav>
    </header>
  )
}
