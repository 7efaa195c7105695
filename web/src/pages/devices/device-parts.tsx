/** What the list of devices and the page of one have in common. */
import type { Device } from '@baykeeper/contract/device.ts'
import { routes } from '../../shell/route.ts'
import { useDevicesWords } from './devices-words.ts'

export const BayLink = ({ bay }: { bay: string }) => (
  <a href={`${routes.live}?bay=${encodeURIComponent(bay)}`}>
    <bdi>{bay}</bdi>
  </a>
)

export function Troubles({ of }: { of: Device }) {
  const { words, choices } = useDevicesWords()
  const found = [
    ...(of.silent ? [choices.troubles.silent] : []),
    ...(of.battery_low ? [choices.troubles['low-battery']] : []),
    ...(of.bay === null ? [words.text('noBay')] : []),
    ...(of.disputed ? [choices.troubles.disputed] : []),
  ]
  return <span class={found.length > 0 ? 'troubles' : ''}>{found.join(', ')}</span>
}
