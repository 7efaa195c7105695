/** Settings that the server passes to the page, in a block of JSON. */
import type { PageConfig } from '@baykeeper/contract/page-config.ts'

export const readPageConfig = (document: Document): PageConfig =>
  JSON.parse(document.getElementById('config')?.textContent ?? '') as PageConfig
