/** Requests sent from the reference, with the session of the browser: a form in each card, made when the card is first opened. */
import { type Parameter, shownBody, targetOf } from './request.ts'

type Words = Readonly<
  Record<
    | 'title'
    | 'lead'
    | 'send'
    | 'confirm'
    | 'confirmFirst'
    | 'missing'
    | 'sending'
    | 'failed'
    | 'cut'
    | 'body'
    | 'required',
    string
  >
>

const charsMax = 20_000
/** A stream does not end without a request. */
const answerMsMax = 10_000

const block = document.getElementById('try-words')
const words = JSON.parse(block?.textContent ?? '{}') as Words
if (block)
  for (const card of document.querySelectorAll<HTMLDetailsElement>('details.endpoint'))
    card.addEventListener('toggle', () => card.append(formOf(card)), { once: true })

function element<K extends keyof HTMLElementTagNameMap>(tag: K, text = '', ...inner: Node[]): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag)
  made.append(text, ...inner)
  return made
}

/** A field with its name, in a label. */
function field<E extends HTMLElement>(text: string, input: E, into: HTMLElement): E {
  into.append(element('label', text, input))
  return input
}

function formOf(card: HTMLDetailsElement): HTMLFormElement {
  const { method = 'GET', path = '', body } = card.dataset
  const parameters = JSON.parse(card.dataset['parameters'] ?? '[]') as readonly Parameter[]
  const form = element('form', '', element('h3', words.title), element('p', words.lead))
  form.className = 'try'
  const inputs = parameters.map(({ name, required }) => {
    const input = field(required ? `${name} (${words.required})` : name, element('input'), form)
    return [name, input] as const
  })
  const text = body === undefined ? undefined : field(words.body, element('textarea', body), form)
  const sure = method === 'GET' ? undefined : field(words.confirm, element('input'), form)
  if (sure) sure.type = 'checkbox'
  const note = element('p')
  note.role = 'status'
  const answer = element('pre')
  answer.hidden = true
  answer.tabIndex = 0
  form.append(element('button', words.send), note, answer)
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    const typed = new Map(inputs.map(([name, input]) => [name, input.value.trim()]))
    const made = targetOf(path, parameters, typed)
    answer.hidden = true
    if ('missing' in made) note.textContent = words.missing + made.missing.join(', ')
    else if (sure && !sure.checked) note.textContent = words.confirmFirst
    else void send({ method, target: made.target, body: text?.value }, { note, answer })
    // One consent is for one request.
    if (sure) sure.checked = false
  })
  return form
}

interface Asked {
  readonly method: string
  readonly target: string
  readonly body: string | undefined
}

async function send(
  { method, target, body }: Asked,
  shown: { readonly note: HTMLElement; readonly answer: HTMLElement },
) {
  const { note, answer } = shown
  note.textContent = words.sending
  const begun = performance.now()
  const stop = new AbortController()
  const timer = setTimeout(() => stop.abort(), answerMsMax)
  try {
    const response = await fetch(target, {
      ...{ method, signal: stop.signal },
      ...(body === undefined ? {} : { body, headers: { 'content-type': 'application/json' } }),
    })
    note.textContent = `${method} ${target}: ${response.status} ${response.statusText}, ${Math.round(performance.now() - begun)} ms`
    const { text, isCut } = await firstOf(response)
    answer.textContent = isCut ? `${text}\n${words.cut}` : shownBody(text)
    answer.hidden = text === ''
  } catch (fault) {
    note.textContent = words.failed + (fault instanceof Error ? fault.message : String(fault))
  } finally {
    clearTimeout(timer)
  }
}

/** The begin of an answer; a stream that goes on is left after its first piece. */
async function firstOf(response: Response): Promise<{ readonly text: string; readonly isCut: boolean }> {
  const reader = response.body?.getReader()
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true
  const decoder = new TextDecoder()
  let text = ''
  for (let piece = await reader?.read(); piece && !piece.done; piece = await reader?.read()) {
    text += decoder.decode(piece.value, { stream: true })
    if (text.length <= charsMax && !isStream) continue
    await reader?.cancel()
    return { text: text.slice(0, charsMax), isCut: true }
  }
  return { text, isCut: false }
}
