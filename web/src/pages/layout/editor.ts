/**
 * The editor: a draft with its history, what is chosen in it, and how it is looked at.
 *
 * - Every change is a new draft; undo goes back to the one before, up to 200 steps.
 * - The draft is kept in this browser a second after each change. Nothing is published before a person does.
 */
import type { LayoutDocument } from '@baykeeper/contract/layout.ts'
import { batch, computed, type ReadonlySignal, type Signal, signal } from '@preact/signals'
import { type BayChange, changesOf } from './compare.ts'
import { allBays, emptyDraft, levelIn, type PlaceName, placesIn } from './draft.ts'
import type { Level } from './geometry.ts'
import { keep } from './kept.ts'

export type Tool = 'select' | 'pan' | 'bay' | 'row'
export type EditorPanel = 'grid' | 'import' | 'picture' | 'place' | undefined

export interface Picture {
  readonly image: ImageBitmap
  readonly file: Blob
  readonly x: number
  readonly y: number
  /** Metres that it is wide. */
  readonly w: number
}

export interface Editor {
  /** Version that the draft was made from, and its layout. */
  readonly base: Signal<{ readonly version: number; readonly layout: LayoutDocument }>
  readonly draft: ReadonlySignal<LayoutDocument>
  readonly changes: ReadonlySignal<readonly BayChange[]>
  readonly isChanged: ReadonlySignal<boolean>
  readonly place: Signal<PlaceName | undefined>
  readonly level: ReadonlySignal<Level | undefined>
  readonly chosen: Signal<ReadonlySet<string>>
  readonly tool: Signal<Tool>
  readonly panel: Signal<EditorPanel>
  readonly view: Signal<'plan' | 'list' | 'publish'>
  readonly snap: Signal<number>
  readonly picture: Signal<Picture | undefined>
  readonly canUndo: ReadonlySignal<boolean>
  readonly canRedo: ReadonlySignal<boolean>
  /** Grows when the plan should show all of its level again. */
  readonly fits: Signal<number>
  /** Ids that were published: their history hangs on them. */
  readonly published: ReadonlySignal<ReadonlySet<string>>
  readonly keptAt: Signal<number | undefined>
  change(next: LayoutDocument): void
  undo(): void
  redo(): void
  /** Begins again from this layout; a draft may be given that was made from it. */
  begin(base: { version: number; layout: LayoutDocument }, draft?: LayoutDocument): void
}

const stepsMax = 200
const keepMs = 1_000
export const draftKey = 'layout'

export interface KeptDraft {
  readonly version: number
  readonly layout: LayoutDocument
}

interface History {
  readonly past: readonly LayoutDocument[]
  readonly now: LayoutDocument
  readonly future: readonly LayoutDocument[]
}

export function createEditor(): Editor {
  const base = signal({ version: 0, layout: emptyDraft })
  const history = signal<History>({ past: [], now: emptyDraft, future: [] })
  const draft = computed(() => history.value.now)
  const place = signal<PlaceName | undefined>(undefined)
  const chosen = signal<ReadonlySet<string>>(new Set())
  const keptAt = signal<number | undefined>(undefined)
  const isChanged = computed(() => draft.value !== base.value.layout)
  let timer: ReturnType<typeof setTimeout> | undefined

  const store = async () => {
    const kept = { version: base.value.version, layout: draft.value } satisfies KeptDraft
    if (await keep(draftKey, isChanged.value ? kept : undefined)) keptAt.value = Date.now()
  }
  const settle = () => {
    const places = placesIn(draft.value)
    const here = place.value
    if (!here || !places.some(({ site, level }) => site === here.site && level === here.level)) {
      const [first] = places
      place.value = first && { site: first.site, level: first.level }
    }
    const ids = new Set(allBays(draft.value).map(({ id }) => id))
    if ([...chosen.value].some((id) => !ids.has(id)))
      chosen.value = new Set([...chosen.value].filter((id) => ids.has(id)))
    clearTimeout(timer)
    timer = setTimeout(() => void store(), keepMs)
  }
  const set = (next: History) =>
    batch(() => {
      history.value = next
      settle()
    })
  return {
    ...{ base, draft, place, chosen, keptAt, isChanged },
    changes: computed(() => changesOf(base.value.layout, draft.value)),
    level: computed(() => (place.value ? levelIn(draft.value, place.value) : undefined)),
    tool: signal<Tool>('select'),
    panel: signal<EditorPanel>(undefined),
    view: signal('plan'),
    snap: signal(0.25),
    picture: signal<Picture | undefined>(undefined),
    canUndo: computed(() => history.value.past.length > 0),
    canRedo: computed(() => history.value.future.length > 0),
    fits: signal(0),
    published: computed(() => new Set(allBays(base.value.layout).map(({ id }) => id))),
    change(next) {
      const { past, now } = history.value
      if (next === now) return
      set({ past: [...past, now].slice(-stepsMax), now: next, future: [] })
    },
    undo() {
      const { past, now, future } = history.value
      const before = past.at(-1)
      if (before) set({ past: past.slice(0, -1), now: before, future: [now, ...future] })
    },
    redo() {
      const { past, now, future } = history.value
      const [next, ...rest] = future
      if (next) set({ past: [...past, now], now: next, future: rest })
    },
    begin(next, kept) {
      batch(() => {
        base.value = next
        set({ past: kept ? [next.layout] : [], now: kept ?? next.layout, future: [] })
      })
    },
  }
}
