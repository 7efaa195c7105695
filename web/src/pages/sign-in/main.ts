/** Signing in with a passkey, on the page that the server writes: everything else of it works without scripts. */
import { askPasskey, hasPasskeys } from '../../kit/passkey.ts'

const part = document.getElementById('passkey')
if (part && hasPasskeys()) {
  part.hidden = false
  part.querySelector('button')?.addEventListener('click', () => void signIn(part))
}

async function signIn(shown: HTMLElement) {
  const alert = shown.querySelector('[role=alert]') as HTMLElement
  alert.textContent = ''
  try {
    const options = await send('/sign-in/passkey/options', {})
    if (!options.ok) throw new Error(String(options.status))
    const response = await askPasskey(await options.json())
    const answer = await send('/sign-in/passkey', { response })
    if (answer.ok) location.assign('/desk')
    else alert.textContent = shown.dataset['unknown'] ?? ''
  } catch {
    // The person has cancelled, the browser refuses, or the server is away.
    alert.textContent = shown.dataset['failed'] ?? ''
  }
}

const send = (url: string, body: unknown) =>
  fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
