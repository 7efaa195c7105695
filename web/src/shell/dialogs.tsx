/** Search and help: dialogs over the page. The browser's own dialog keeps the focus inside and closes on Escape. */
import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { type FoundPlace, findPlaces } from '../pages/live/find.ts'
import { LazyPart } from '../pages/live/lazy-part.tsx'
import { writePlace } from './address.ts'
import { go as goTo, openBay, useDesk } from './desk.ts'
import { Icon } from './icons.tsx'
import { routes } from './route.ts'

export function Dialogs() {
  const { dialog } = useDesk()
  if (dialog.value === 'search') return <Search />
  return dialog.value === 'help' ? <Help /> : null
}

function Modal({ label, class: name, children }: { label: string; class: string; children: ComponentChildren }) {
  const { dialog } = useDesk()
  const element = useRef<HTMLDialogElement>(null)
  useLayoutEffect(() => element.current?.showModal(), [])
  const close = () => {
    dialog.value = undefined
  }
  return (
    <dialog
      ref={element}
      class={name}
      aria-label={label}
      onClose={close}
      onClick={(event) => {
        if (event.target === element.current) close()
      }}
      onKeyDown={(event) => {
        if (event.key === 'Escape') close()
      }}
    >
      {children}
    </dialog>
  )
}

function Search() {
  const desk = useDesk()
  const { words, city } = desk
  const found = useSignal<readonly FoundPlace[]>([])
  const asked = useSignal('')
  const at = useSignal(0)
  const floor = city.value?.floor
  const addressOf = ({ of, index }: FoundPlace) => {
    const plate = floor?.plates[index]
    return routes.live + writePlace('', of === 'bay' ? { bay: floor?.ids[index] ?? '' } : { ...plate })
  }
  const go = (place: FoundPlace | undefined) => {
    if (!place) return
    desk.dialog.value = undefined
    desk.view.value = 'plan'
    if (desk.place.value.route !== 'live') return goTo(desk, addressOf(place))
    // The plan may only now be coming back in place of the table.
    requestAnimationFrame(() => {
      if (place.of === 'bay') openBay(desk, place.index, true)
      else desk.plan?.fitPlate(place.index)
    })
  }
  return (
    <Modal label={words.text('searchBay')} class="search">
      <input
        // biome-ignore lint/a11y/noAutofocus: the dialog was opened to type here
        autoFocus
        type="text"
        role="combobox"
        autocomplete="off"
        spellcheck={false}
        aria-label={words.text('searchBay')}
        aria-autocomplete="list"
        aria-expanded={found.value.length > 0}
        aria-controls="found"
        aria-activedescendant={found.value.length > 0 ? `found-${at.value}` : undefined}
        placeholder={words.text('searchBay')}
        onInput={(event) => {
          asked.value = event.currentTarget.value
          found.value = floor ? findPlaces(floor, asked.value) : []
          at.value = 0
        }}
        onKeyDown={(event) => {
          const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
          if (step !== 0) {
            event.preventDefault()
            at.value = Math.max(0, Math.min(found.value.length - 1, at.value + step))
          } else if (event.key === 'Enter') go(found.value[at.value])
        }}
      />
      <div id="found" role="listbox" aria-label={words.text('searchBay')} hidden={found.value.length === 0}>
        {found.value.map((place, k) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are with the input, as the combobox pattern has it
          <div
            key={`${place.of} ${place.index}`}
            id={`found-${k}`}
            role="option"
            tabIndex={-1}
            aria-selected={k === at.value}
            onClick={() => go(place)}
          >
            <b>{place.name}</b>
            <span>{place.of === 'bay' ? place.where : words.text('level')}</span>
          </div>
        ))}
      </div>
      <p class="quiet" role="status">
        {asked.value !== '' && found.value.length === 0 ? words.text('searchNone') : words.text('searchHint')}
      </p>
    </Modal>
  )
}

const fetchPageHelp = () => import('./page-help.tsx')

function Help() {
  const { words, dialog, letterKeys } = useDesk()
  const keys: readonly (readonly [keys: readonly string[], text: string])[] = [
    [['←', '↑', '↓', '→'], words.text('keyArrows')],
    [['PgUp', 'PgDn'], words.text('keyPages')],
    [['Enter'], words.text('keyEnter')],
    [['Esc'], words.text('keyEscape')],
    [['+', '-', '0'], words.text('keyZoom')],
    [['T'], words.text('keyTable')],
    [['P'], words.text('keyPause')],
    [['/', 'Ctrl K'], words.text('keySearch')],
    [['?'], words.text('keyHelp')],
  ]
  return (
    <Modal label={words.text('help')} class="help">
      <header>
        <h2>{words.text('help')}</h2>
        <button
          type="button"
          class="tool square"
          aria-label={words.text('close')}
          onClick={() => {
            dialog.value = undefined
          }}
        >
          <Icon name="close" />
        </button>
      </header>
      <LazyPart wanted fetch={fetchPageHelp} />
      <h3>{words.text('keys')}</h3>
      <dl>
        {keys.map(([names, text]) => (
          <div key={text}>
            <dt>
              {names.map((name) => (
                <kbd key={name}>{name}</kbd>
              ))}
            </dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      <label>
        <input
          type="checkbox"
          checked={letterKeys.value}
          onChange={(event) => {
            letterKeys.value = event.currentTarget.checked
          }}
        />
        {words.text('singleKeys')} (T, P, /, ?)
      </label>
      <h3>{words.text('helpWall')}</h3>
      <p>{words.text('helpWallText')}</p>
    </Modal>
  )
}
