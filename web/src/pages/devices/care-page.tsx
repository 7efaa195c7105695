/** Scanning of labels and batteries: fetched apart from the list, which most people open alone. */
import { type Desk, useDesk } from '../../shell/desk.ts'
import { BatteriesPage } from './batteries-page.tsx'
import { withDevicesWords } from './devices-words.ts'
import './devices.css'
import { ScanPage } from './scan-page.tsx'

export const load = (desk: Desk) => withDevicesWords(desk, CarePage)

function CarePage() {
  return useDesk().place.value.route === 'scan' ? <ScanPage /> : <BatteriesPage />
}
