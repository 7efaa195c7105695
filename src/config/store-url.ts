/** Where the store lives: `sqlite` means a file in the data directory. The demo city always has its own file. */
import path from 'node:path'
import type { Config } from './config.ts'

export function storeUrl(config: Config, dir: string): string {
  const isDemo = dir !== config.data
  return config.store === 'sqlite' || isDemo ? `sqlite:${path.join(dir, 'baykeeper.db')}` : config.store
}
