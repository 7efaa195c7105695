/** Lots, with the words that they share with the pages about devices. */
import type { Desk } from '../../shell/desk.ts'
import '../devices/devices.css'
import { withDevicesWords } from '../devices/devices-words.ts'
import { LotsPage } from './lots.tsx'

export const load = (desk: Desk) => withDevicesWords(desk, LotsPage)
