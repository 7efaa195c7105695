/** Settings of this browser: language, theme, keys; the addresses of the pages for drivers; the session. */
import { locales } from '@baykeeper/contract/vocabulary.ts'
import type { ComponentChildren } from 'preact'
import { Command } from '../../kit/command.tsx'
import { type Desk, useDesk } from '../../shell/desk.ts'
import { routes } from '../../shell/route.ts'
import { applyTheme, type Theme, themes } from '../../shell/theme.ts'
import { PublicAccessPart } from './public-access.tsx'
import { useSetupWords, withWords } from './setup-words.ts'
import '../../kit/parts.css'
import './setup.css'

export const load = (desk: Desk) => withWords(desk, SettingsPage)

const languageNames = { en: 'English', de: 'Deutsch' } as const
const themeNames = { system: 'themeSystem', light: 'themeLight', dark: 'themeDark' } as const
const publicPages = [
  ['publicAddress', '/'],
  ['boardAddress', '/board/all'],
  ['kioskAddress', '/kiosk/all'],
  ['wallAddress', '/desk?wall=1'],
] as const

function SettingsPage() {
  const words = useSetupWords()
  return (
    <>
      <header class="page-head">
        <div>
          <h1>{words.text('settings')}</h1>
          <p class="quiet">{words.text('settingsLead')}</p>
        </div>
      </header>
      <section class="panel part" aria-label={words.text('settings')}>
        <dl class="setup-list">
          <Looks />
          <Addresses />
          <Session />
          <Part title={words.text('help')}>
            <p>{words.text('helpText')}</p>
            <a href="/docs">{words.text('apiReference')}</a> · <a href={routes.welcome}>{words.text('welcome')}</a>
          </Part>
        </dl>
      </section>
      <PublicAccessPart />
    </>
  )
}

const Part = ({ title, children }: { title: string; children: ComponentChildren }) => (
  <>
    <dt>
      <b>{title}</b>
    </dt>
    <dd>{children}</dd>
  </>
)

function Looks() {
  const { theme, plan, letterKeys } = useDesk()
  const words = useSetupWords()
  return (
    <>
      <Part title={words.text('language')}>
        {locales.map((locale) => (
          <label key={locale} class="check">
            <input
              type="radio"
              name="language"
              checked={words.locale === locale}
              onChange={() => {
                location.search = `?lang=${locale}`
              }}
            />
            <span lang={locale}>{languageNames[locale]}</span>
          </label>
        ))}
      </Part>
      <Part title={words.text('theme')}>
        {themes.map((each: Theme) => (
          <label key={each} class="check">
            <input
              type="radio"
              name="theme"
              checked={theme.value === each}
              onChange={() => {
                theme.value = each
                applyTheme(each)
                plan?.recolour()
              }}
            />
            <span>{words.text(themeNames[each])}</span>
          </label>
        ))}
      </Part>
      <Part title={words.text('keysLabel')}>
        <label class="check">
          <input
            type="checkbox"
            checked={letterKeys.value}
            onChange={({ currentTarget }) => {
              letterKeys.value = currentTarget.checked
            }}
          />
          <span>{words.text('singleKeys')}</span>
        </label>
        <p class="quiet">{words.text('keysText')}</p>
      </Part>
    </>
  )
}

function Addresses() {
  const words = useSetupWords()
  return (
    <>
      {publicPages.map(([name, path]) => (
        <Part key={path} title={words.text(name)}>
          {name === 'publicAddress' && <p class="quiet">{words.text('publicText')}</p>}
          <Command text={`${location.origin}${path}`} />
          {/* The desk reads from its address at the start whether it is a wall. */}
          <a href={path} target="_self">
            {words.text('open')}
          </a>
        </Part>
      ))}
    </>
  )
}

function Session() {
  const { config } = useDesk()
  const words = useSetupWords()
  if (!config.reader?.signed_in) return <Part title={words.text('session')}>{words.text('notSignedIn')}</Part>
  return (
    <Part title={words.text('session')}>
      <p>
        <a href={routes.account}>{config.reader.name}</a>
      </p>
      <form method="post" action="/signout">
        <button type="submit">{words.text('signOut')}</button>
      </form>
    </Part>
  )
}
