/**
 * The pages for drivers, live: the server rendered them; this updates their numbers, and adds the moving plan to the list of lots. No
 * framework, and the plan comes after the numbers.
 */
import { lotWords } from '@baykeeper/contract/lot-words.ts'
import { locales } from '@baykeeper/contract/vocabulary.ts'
import { readPageConfig } from '../../page-config.ts'
import './public.css'
import { refreshParts } from './fresh-parts.ts'
import { showLive } from './live-lots.ts'

const place = document.getElementById('live')
// The language that the server chose for the page.
const locale = locales.find((each) => each === document.documentElement.lang) ?? locales[0]
if (place) showLive(readPageConfig(document), place, lotWords(locale))
const main = document.querySelector<HTMLElement>('main[data-every]')
if (main) refreshParts(main)
