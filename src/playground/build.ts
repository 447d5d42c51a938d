/**
 * `npm run build:playground`: bundles the page into `assets.ts`, which Node and Workers import alike. With `--check` it writes
 * nothing and fails when that file is not what the sources give.
 */
import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

interface BuiltFile {
  name: string
  type: string
  body: string
}

const HASH_CHARACTERS = 10
const from = (path: string) => fileURLToPath(new URL(path, import.meta.url))

const module = await bundle()
if (!process.argv.includes('--check')) await writeFile(from('assets.ts'), module)
else if (module !== (await readFile(from('assets.ts'), 'utf8').catch(() => ''))) {
  process.stderr.write('src/playground/assets.ts is not what the sources give: run `npm run build:playground`\n')
  process.exitCode = 1
}

/** The text of `assets.ts`. The same sources give the same text on every machine. */
async function bundle(): Promise<string> {
  const built = await build({
    entryPoints: { page: from('main.tsx') },
    absWorkingDir: from('../..'),
    outdir: from('.'),
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: ['chrome123', 'firefox120', 'safari17.5'],
    charset: 'utf8',
    legalComments: 'none',
    jsx: 'automatic',
    jsxImportSource: 'preact',
  })
  const output = (extension: string) => built.outputFiles.find(({ path }) => path.endsWith(extension))?.text ?? ''
  const files: BuiltFile[] = [
    { name: 'page.js', type: 'text/javascript; charset=utf-8', body: output('.js') },
    { name: 'page.css', type: 'text/css; charset=utf-8', body: output('.css') },
    { name: 'icon.svg', type: 'image/svg+xml', body: await readFile(from('icon.svg'), 'utf8') },
  ]
  const page = files.reduce((html, file) => html.replaceAll(`{${file.name}}`, addressOf(file)), await readFile(from('page.html'), 'utf8'))
  return moduleOf(page, files)
}

/** Named by what is in it, so that browsers may keep it for ever. */
function addressOf({ name, body }: BuiltFile): string {
  const hash = createHash('sha256').update(body).digest('hex').slice(0, HASH_CHARACTERS)
  return `/assets/${name.replace('.', `.${hash}.`)}`
}

function moduleOf(page: string, files: readonly BuiltFile[]): string {
  const lines = files.map((file) => `  ${JSON.stringify(addressOf(file))}: ${JSON.stringify({ type: file.type, body: file.body })},`)
  return `/** Made by \`npm run build:playground\`: change the sources instead. */

export const PAGE = ${JSON.stringify(page)}

/** What the page loads, by path. */
export const ASSETS: Readonly<Record<string, { type: string; body: string }>> = {
${lines.join('\n')}
}
`
}
