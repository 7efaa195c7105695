/**
 * The public page, live: the server rendered it; this updates its numbers and adds the moving plan. No framework, and
 * the plan comes after the numbers.
 */
import { readPageConfig } from '../../page-config.ts'
import './public.css'
import { showLive } from './live-lots.ts'

const place = document.getElementById('live')
if (place) showLive(readPageConfig(document), place)
