import { readFileSync } from 'node:fs'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig, type Plugin } from 'vite'

const server = process.env['PORTICO_DEV_SERVER'] ?? 'http://127.0.0.1:8000'

// Papers (PDF) are made by the server: their font is the faces' own, whole, under a name that stays.
function papers(): Plugin {
  const fonts = { 'Inter-Regular.ttf': '400Regular/Inter_400Regular.ttf', 'Inter-Bold.ttf': '700Bold/Inter_700Bold.ttf' }
  return {
    name: 'papers',
    apply: 'build',
    generateBundle() {
      for (const [name, file] of Object.entries(fonts)) {
        const source = readFileSync(new URL(`./node_modules/@expo-google-fonts/inter/${file}`, import.meta.url))
        this.emitFile({ type: 'asset', fileName: `papers/${name}`, source })
      }
    },
  }
}

// The server renders every HTML page, so the inputs are scripts and the manifest tells the server which files to name.
export default defineConfig({
  plugins: [svelte(), papers()],
  base: '/static/',
  publicDir: false,
  build: {
    outDir: '../src/portico/static/dist',
    emptyOutDir: true,
    manifest: true,
    // The first to know light-dark() and relative colours: lowering those would freeze the brand's colours at build time.
    target: ['chrome123', 'firefox128', 'safari17.5'],
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: {
      input: {
        pos: 'src/pos/main.ts',
        desk: 'src/desk/main.ts',
        office: 'src/office/main.ts',
        shop: 'src/shop/main.ts',
      },
    },
  },
  server: {
    port: 5173,
    strictPort: true,
    origin: 'http://127.0.0.1:5173',
    // Pages and data come from the server; only modules come from here.
    proxy: Object.fromEntries(
      ['/v1', '/brand.css', '/media', '/pos', '/desk', '/office', '/openapi.json'].map((path) => [path, server]),
    ),
  },
})
