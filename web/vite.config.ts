/**
 * Builds the pages: two entries without HTML, because the server renders the shells and finds the files by the manifest.
 * Relative base: a lazy chunk is found beside the one that asks for it, wherever the server mounts them.
 */
import { defineConfig, type UserConfig } from 'vite'
import { publicBuild } from './public-build.ts'
import { translationLists } from './translations.ts'

const shared: UserConfig = {
  base: './',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: 'es2023',
    // An inline polyfill or data: asset would need a weaker content security policy.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
}

export default defineConfig({
  ...shared,
  build: {
    ...shared.build,
    manifest: true,
    rolldownOptions: {
      input: ['src/shell/main.tsx', 'src/pages/sign-in/main.ts', 'src/pages/reference/main.ts'],
      // What nearly every fetched page has: one file rather than one for each part.
      output: {
        codeSplitting: { groups: [{ name: 'kit', test: /src\/(?:kit\/(?:table|page-words)|pages\/live\/panel)/ }] },
      },
    },
  },
  plugins: [translationLists(), publicBuild('src/pages/public/main.tsx', shared)],
})
