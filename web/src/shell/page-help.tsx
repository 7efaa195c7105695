/** What the page that is shown is for, and what its numbers mean. */
import type { ComponentType } from 'preact'
import { translated } from '../i18n/words.ts'
import { type Desk, useDesk } from './desk.ts'
import { helpEn } from './help-en.ts'
import type { Route } from './route.ts'

export async function load({ words }: Desk): Promise<ComponentType> {
  const texts = words.locale === 'de' ? translated<Route>(helpEn, (await import('./help-de.ts')).helpDe) : helpEn
  return function PageHelp() {
    const { place } = useDesk()
    const { route } = place.value
    return (
      <section aria-label={words.text(route)}>
        <h3>{words.text(route)}</h3>
        <p>{String(texts[route])}</p>
        <p>
          <a href="/docs">{words.text('apiReference')}</a>
        </p>
      </section>
    )
  }
}
