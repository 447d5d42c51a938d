/**
 * `npm run build:playground`: bundles the pages into `assets.ts`, which Node and Workers import alike. With `--check` it writes
 * nothing and fails when that file is not what the sources give.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type Metafile } from 'esbuild'

/** Each has what it loads to itself, but for what several share. */
const PAGES = [
  { path: '/', entry: 'main.tsx', title: 'Pentimento', description: 'Edit pictures in conversation.' },
  { path: '/docs', entry: 'reference/main.tsx', title: 'Pentimento API', description: 'The API, to be read and tried.' },
  { path: '/dashboard', entry: 'dashboard/main.tsx', title: 'Pentimento dashboard', description: 'How the service and its models fare.' },
] as const
const ICON = 'icon.svg'
const TYPES: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
}

const FOLDER = 'src/playground'
const from = (path: string) => fileURLToPath(new URL(path, import.meta.url))

const module = await bundle()
if (!process.argv.includes('--check')) await writeFile(from('assets.ts'), module)
else if (module !== (await readFile(from('assets.ts'), 'utf8').catch(() => ''))) {
  process.stderr.write('src/playground/assets.ts is not what the sources give: run `npm run build:playground`\n')
  process.exitCode = 1
}

/** The text of `assets.ts`. The same sources give the same text on every machine. */
async function bundle(): Promise<string> {
  const { outputFiles, metafile } = await build({
    entryPoints: {
      playground: from('main.tsx'),
      dashboard: from('dashboard/main.tsx'),
      reference: from('reference/main.tsx'),
      icon: from(ICON),
    },
    absWorkingDir: from('../..'),
    outdir: from('.'),
    bundle: true,
    splitting: true,
    minify: true,
    write: false,
    metafile: true,
    format: 'esm',
    target: ['chrome123', 'firefox120', 'safari17.5'],
    charset: 'utf8',
    legalComments: 'none',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    loader: { '.svg': 'copy' },
    // Named by what is in them, so that browsers may keep them for ever.
    entryNames: '[name].[hash]',
    chunkNames: 'shared.[hash]',
  })
  const template = await readFile(from('page.html'), 'utf8')
  const pages = PAGES.map(({ path, entry, title, description }) => {
    const { script, style, shared } = filesOf(metafile, entry)
    const preloads = shared.map((file) => `<link rel="modulepreload" href="${addressOf(file)}">`).join('\n    ')
    const names = {
      title,
      description,
      script: addressOf(script),
      style: addressOf(style),
      icon: addressOf(outputOf(metafile, ICON)),
      preloads,
    }
    const html = Object.entries(names).reduce((text, [name, value]) => text.replaceAll(`{${name}}`, value), template)
    return [path, html] as const
  })
  const assets = outputFiles.map(
    ({ path, text }) => [addressOf(path), { type: TYPES[path.split('.').at(-1) ?? ''] ?? '', body: text }] as const,
  )
  return moduleOf(pages, assets)
}

/** Where esbuild put what `entry` became. */
function outputOf({ outputs }: Metafile, entry: string): string {
  const path = Object.keys(outputs).find((output) => outputs[output]?.entryPoint === `${FOLDER}/${entry}`)
  if (path === undefined) throw new Error(`nothing was made of ${entry}`)
  return path
}

function filesOf(metafile: Metafile, entry: string): { script: string; style: string; shared: string[] } {
  const script = outputOf(metafile, entry)
  const output = metafile.outputs[script]
  return { script, style: output?.cssBundle ?? '', shared: output?.imports.map(({ path }) => path) ?? [] }
}

function addressOf(path: string): string {
  return `/assets/${basename(path)}`
}

function moduleOf(pages: readonly (readonly [string, unknown])[], assets: readonly (readonly [string, unknown])[]): string {
  const tableOf = (entries: readonly (readonly [string, unknown])[]) =>
    entries.map(([name, value]) => `  ${JSON.stringify(name)}: ${JSON.stringify(value)},`).join('\n')
  return `/** Made by \`npm run build:playground\`: change the sources instead. */

/** The pages, by path. */
export const PAGES: Readonly<Record<string, string>> = {
${tableOf(pages)}
}

/** What the pages load, by path. */
export const ASSETS: Readonly<Record<string, { type: string; body: string }>> = {
${tableOf(assets)}
}
`
}
