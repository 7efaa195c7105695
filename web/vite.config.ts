/**
 * Builds the pages: two entries without HTML, because the server renders the shells and finds the files by the manifest.
 * Relative base: a lazy chunk is found beside the one that asks for it, wherever the server mounts them.
 */
import { defineConfig } from 'vite'

export default defineConfig({
  base: './',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    manifest: true,
    target: 'es2023',
    // An inline polyfill or data: asset would need a weaker content security policy.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    rolldownOptions: { input: ['src/shell/main.tsx', 'src/pages/public/main.tsx'] },
  },
})
