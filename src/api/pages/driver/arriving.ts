/**
 * The form that asks for a later time and a kind of bay. It works without a script: each step is a link.
 * The time is a text: a field for times has twelve hours in some browsers.
 */
import type { BayType } from '@baykeeper/contract/vocabulary.ts'
import { stepMs } from '../../driver/view.ts'
import { type Html, html } from '../html.ts'
import type { PageWords } from '../page-words.ts'
import { addressOf, type Wanted } from './parts.ts'

interface Arriving {
  readonly path: string
  readonly wanted: Wanted
  readonly at: number
  readonly zone: string
  readonly types: readonly BayType[]
  readonly words: PageWords
}

export function arrivingForm({ path, wanted, at, zone, words }: Arriving): Html {
  const { driver, lot } = words
  const timeAfter = (steps: number) => lot.minute(at + steps * stepMs, zone)
  const step = (steps: number, sign: string, label: string) =>
    html`<a class="step" href="${addressOf(path, { ...wanted, at: timeAfter(steps) })}" aria-label="${label}" rel="nofollow">${sign}</a>`
  return html`<form class="arriving" method="get" action="${path}">
<label for="at">${driver.arrivingAt}</label>
<span class="stepper">${step(-1, '−', driver.earlier)}<input id="at" name="at" inputmode="numeric" autocomplete="off" size="5" maxlength="5" pattern="([01][0-9]|2[0-3]):[0-5][0-9]" value="${lot.minute(at, zone)}" required>${step(1, '+', driver.later)}</span>
${wanted.type === undefined ? undefined : html`<input type="hidden" name="type" value="${wanted.type}">`}
<button type="submit">${driver.show}</button>
</form>`
}

/** Nothing where every bay is of one kind. */
export function typeChips({ path, wanted, types, words }: Omit<Arriving, 'at' | 'zone'>): Html | undefined {
  if (types.length === 0) return undefined
  const { driver } = words
  const chip = (type: BayType | undefined, text: string) =>
    html`<a href="${addressOf(path, { ...wanted, type })}"${wanted.type === type ? html` aria-current="true"` : undefined} rel="nofollow">${text}</a>`
  return html`<nav class="chips" aria-label="${driver.bayType}">${chip(undefined, driver.allBays)}${types.map((type) => chip(type, driver.types[type]))}</nav>`
}
