/**
 * Keeps a page of the server current: asks for it again and takes over the parts that changed. After a minute without an answer no number is
 * shown any more.
 */

/** Older numbers are not shown. */
const lostMs = 60_000
/** An answer that takes longer is no answer. */
const answerMs = 10_000

export function refreshParts(main: HTMLElement): void {
  const everyMs = Number(main.dataset['every']) * 1_000
  let heardAt = Date.now()
  const ask = async () => {
    // A hidden page asks when it is seen again.
    if (document.hidden) return
    try {
      await takeOver()
      heardAt = Date.now()
      showLost(undefined)
    } catch {
      if (Date.now() - heardAt > lostMs) showLost(heardAt)
    }
  }
  setInterval(() => void ask(), everyMs)
  document.addEventListener('visibilitychange', () => {
    if (Date.now() - heardAt > lostMs) showLost(heardAt)
    void ask()
  })
  const idleMs = Number(main.dataset['idle'] ?? 0) * 1_000
  if (idleMs > 0) startAgain(idleMs, main.dataset['home'] ?? location.pathname)
}

const asText = 'text/html'

async function takeOver(): Promise<void> {
  const response = await fetch(location.href, { headers: { accept: asText }, signal: AbortSignal.timeout(answerMs) })
  if (!response.ok) throw new Error(String(response.status))
  const next = new DOMParser().parseFromString(await response.text(), asText)
  // A new version of the product has a new script.
  if (scriptOf(next) !== scriptOf(document)) return location.reload()
  // Lots that were opened or closed, and numbers that are shown again.
  if (shownIn(next) !== shownIn(document)) return location.reload()
  const parts = new Map(
    [...next.querySelectorAll<HTMLElement>('[data-part]')].map((part) => [part.dataset['part'], part]),
  )
  for (const part of document.querySelectorAll<HTMLElement>('[data-part]')) {
    const newer = parts.get(part.dataset['part'])
    // Not below the hand of the reader.
    if (!newer || part.outerHTML === newer.outerHTML || part.contains(document.activeElement)) continue
    part.replaceWith(document.adoptNode(newer))
  }
}

const shownIn = (page: Document) =>
  [...page.querySelectorAll<HTMLElement>('[data-shown]')]
    .map(({ dataset: { site, shown } }) => `${site} ${shown}`)
    .toSorted()
    .join()
const scriptOf = (page: Document) => page.querySelector('script[src]')?.getAttribute('src')

/** Since when the server is not reached; undefined: it is. */
function showLost(since: number | undefined): void {
  const note = document.getElementById('lost')
  if (!note || (since === undefined && note.hidden)) return
  // What was blanked comes back with the page.
  if (since === undefined) location.reload()
  if (since === undefined || !note.hidden) return
  const time = new Intl.DateTimeFormat(document.documentElement.lang, { timeStyle: 'short', hourCycle: 'h23' })
  note.textContent = (note.dataset['text'] ?? '').replace('{time}', time.format(since))
  note.hidden = false
  fill('.number', '–')
  fill('.word', note.dataset['word'] ?? '')
  fill('.of-bays, .types, .levels, .all-lots', '')
}

export function fill(selector: string, text: string): void {
  for (const element of document.querySelectorAll(selector)) element.textContent = text
}

/** A touch screen that is left alone returns to its first page. */
function startAgain(idleMs: number, home: string): void {
  let timer: ReturnType<typeof setTimeout> | undefined
  const wait = () => {
    clearTimeout(timer)
    timer = setTimeout(() => location.replace(home), idleMs)
  }
  for (const event of ['pointerdown', 'keydown', 'scroll']) document.addEventListener(event, wait)
  wait()
}
