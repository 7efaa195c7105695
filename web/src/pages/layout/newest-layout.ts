/** The newest layout of the server, as a draft begins from it. */
import { ApiError } from '@baykeeper/contract/client.ts'
import { api } from '../../kit/api.ts'
import { emptyDraft } from './draft.ts'
import type { KeptDraft } from './editor.ts'

/** The newest layout; empty where there is none. */
export async function newestLayout(): Promise<KeptDraft> {
  try {
    const { version, layout } = await api.call('GET /api/v1/layout')
    return { version, layout }
  } catch (fault) {
    if (fault instanceof ApiError && fault.status === 404) return { version: 0, layout: emptyDraft }
    throw fault
  }
}
