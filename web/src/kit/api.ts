/** The API as the session of this page may call it. */
import { createClient } from '@baykeeper/contract/client.ts'

export const api = createClient()
