/** What the public is shown of each site, for an administrator of all sites. */
import { requestOf } from '@baykeeper/contract/client.ts'
import type { PublicAccessSettings } from '@baykeeper/contract/public-access.ts'
import { type PublicLevel, publicLevels } from '@baykeeper/contract/vocabulary.ts'
import { useSignal } from '@preact/signals'
import { useFetched } from '../../kit/fetched.ts'
import { Table } from '../../kit/table.tsx'
import { act } from '../../shell/acting.ts'
import { mayEverywhere, useDesk } from '../../shell/desk.ts'
import { useSetupWords } from './setup-words.ts'

const pollMs = 30_000
const levelTexts = { off: 'publicOff', occupancy: 'publicOccupancy', forecast: 'publicForecast' } as const
type Change = { readonly others: PublicLevel } | { readonly sites: Readonly<Record<string, PublicLevel | null>> }

export function PublicAccessPart() {
  const desk = useDesk()
  const words = useSetupWords()
  if (!mayEverywhere(desk, 'admin')) return null
  return (
    <section class="panel part" aria-label={words.text('publicAccess')}>
      <h2>{words.text('publicAccess')}</h2>
      <p class="quiet">{words.text('publicAccessText')}</p>
      <Settings />
    </section>
  )
}

function Settings() {
  const words = useSetupWords()
  const again = useSignal(0)
  const why = useSignal('')
  const found = useFetched(requestOf('GET /api/v1/public-access'), pollMs, again.value).value
  const change = async (body: Change) => {
    const done = await act(words, requestOf('PATCH /api/v1/public-access', { body }))
    why.value = done.ok ? '' : done.why
    again.value++
  }
  if (!found.value) return <p class="quiet">{words.text(found.failed ? 'publicUnknown' : 'loading')}</p>
  return (
    <>
      {found.value.simulated && <p class="quiet">{words.text('publicSimulated')}</p>}
      <p class="alert" role="alert">
        {why.value}
      </p>
      <label class="public-others">
        <span>{words.text('publicOthers')}</span>
        <select
          value={found.value.others}
          onChange={({ currentTarget }) => void change({ others: levelOf(currentTarget.value) ?? 'off' })}
        >
          {publicLevels.map((one) => (
            <option key={one} value={one}>
              {words.text(levelTexts[one])}
            </option>
          ))}
        </select>
      </label>
      <Sites settings={found.value} change={change} />
    </>
  )
}

function Sites({ settings, change }: { settings: PublicAccessSettings; change(body: Change): Promise<void> }) {
  const words = useSetupWords()
  return (
    <Table
      label={words.text('publicAccess')}
      rows={settings.sites}
      keyOf={({ id }) => id}
      columns={[
        { name: words.text('publicSite'), cell: ({ id, name }) => (id === name ? name : `${name} (${id})`) },
        {
          name: words.text('publicShown'),
          cell: ({ id, name, level, own }) => (
            <select
              aria-label={words.text('publicOf', { name })}
              value={own ? level : ''}
              onChange={({ currentTarget }) => void change({ sites: { [id]: levelOf(currentTarget.value) } })}
            >
              <option value="">
                {words.text('publicAsOthers', { level: words.text(levelTexts[settings.others]) })}
              </option>
              {publicLevels.map((one) => (
                <option key={one} value={one}>
                  {words.text(levelTexts[one])}
                </option>
              ))}
            </select>
          ),
        },
      ]}
    />
  )
}

/** Null: as the others. */
const levelOf = (value: string) => publicLevels.find((one) => one === value) ?? null
