/** Starts the desk: language, theme, live client, and keys that work everywhere. */
import { chooseLocale } from '@baykeeper/contract/locale.ts'
import type { PageConfig } from '@baykeeper/contract/page-config.ts'
import type { Locale } from '@baykeeper/contract/vocabulary.ts'
import { render } from 'preact'
import { en, type TextKey } from '../i18n/en.ts'
import { createWords, type Texts, translated } from '../i18n/words.ts'
import { readPageConfig } from '../page-config.ts'
import { closeDrawer, createDesk, type Desk, DeskContext, setPaused } from './desk.ts'
import './desk.css'
import { DeskPage } from './desk-page.tsx'
import { Dialogs } from './dialogs.tsx'
import { Frame } from './frame.tsx'
import { carried } from './moment.ts'
import { followLinks } from './route.ts'
import { applyTheme, keptTheme } from './theme.ts'
import { isWall } from './wall.ts'

applyTheme(keptTheme())
document.documentElement.classList.toggle('wall', isWall())
await start(readPageConfig(document), chooseLocale(location.search, document.cookie, navigator.languages))

async function start(config: PageConfig, locale: Locale) {
  const dictionary: Texts<TextKey> = locale === 'de' ? translated<TextKey>(en, (await import('../i18n/de.ts')).de) : en
  document.documentElement.lang = locale
  if (new URLSearchParams(location.search).has('lang'))
    // biome-ignore lint/suspicious/noDocumentCookie: the cookie store is missing on plain HTTP off loopback
    document.cookie = `lang=${locale}; path=/; max-age=31536000; samesite=lax`
  const desk = createDesk(config, createWords(locale, dictionary))
  listenToKeys(desk)
  followLinks((place) => {
    desk.place.value = place
  }, carried)
  render(
    <DeskContext.Provider value={desk}>
      <Frame>
        <DeskPage />
      </Frame>
      <Dialogs />
    </DeskContext.Provider>,
    document.getElementById('app') as HTMLElement,
  )
}

function listenToKeys(desk: Desk) {
  document.addEventListener('keydown', (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
      event.preventDefault()
      desk.dialog.value = 'search'
      return
    }
    const typing = event.target instanceof HTMLElement && event.target.matches('input, select, textarea')
    if (typing || event.ctrlKey || event.metaKey || event.altKey || desk.dialog.value !== undefined) return
    if (event.key === 'Escape' && !event.defaultPrevented) closeDrawer(desk)
    if (!desk.letterKeys.value) return
    const { route } = desk.place.value
    const live = route === 'live'
    const pictured = live || route === 'forecast'
    if (event.key === '/') desk.dialog.value = 'search'
    else if (event.key === '?') desk.dialog.value = 'help'
    else if (event.key === 't' && pictured) desk.view.value = desk.view.value === 'plan' ? 'table' : 'plan'
    else if (event.key === 'p' && live) setPaused(desk, desk.paused.value === undefined)
    else return
    event.preventDefault()
  })
}
