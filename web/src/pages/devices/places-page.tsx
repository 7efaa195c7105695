/** Devices, their inbox and signs: one file to fetch, because they share most of what they are made of. */
import { type Desk, useDesk } from '../../shell/desk.ts'
import { DeviceList } from './device-list.tsx'
import { withDevicesWords } from './devices-words.ts'
import './devices.css'
import { DeviceInbox } from './inbox.tsx'
import { DevicePage } from './one-device.tsx'

/** For the drawer of a bay. */
export { NoteForm, SwapForm } from './device-actions.tsx'
export { withDevicesWords }

export const load = (desk: Desk) => withDevicesWords(desk, PlacesPage)
export { load as loadSigns } from '../signs/signs-page.tsx'

function PlacesPage() {
  const { route, item } = useDesk().place.value
  if (route === 'inbox') return <DeviceInbox />
  return item === undefined ? <DeviceList /> : <DevicePage />
}
