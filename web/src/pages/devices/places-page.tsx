/** Devices and their inbox: one file to fetch, because they share most of what they are made of. */
import { type Desk, useDesk } from '../../shell/desk.ts'
import { BatteriesPage } from './batteries-page.tsx'
import { DeviceList } from './device-list.tsx'
import { withDevicesWords } from './devices-words.ts'
import './devices.css'
import { DeviceInbox } from './inbox.tsx'
import { DevicePage } from './one-device.tsx'
import { ScanPage } from './scan-page.tsx'

/** For the drawer of a bay. */
export { NoteForm, SwapForm } from './device-actions.tsx'
export { withDevicesWords }

export const load = (desk: Desk) => withDevicesWords(desk, PlacesPage)

function PlacesPage() {
  const { route, item } = useDesk().place.value
  if (route === 'batteries') return <BatteriesPage />
  if (route === 'scan') return <ScanPage />
  if (route === 'inbox') return <DeviceInbox />
  return item === undefined ? <DeviceList /> : <DevicePage />
}
