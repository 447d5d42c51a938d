/** Who may import whom, and that no imports run in circles. */
import { posix } from 'node:path'
import type { Breach, Project, SourceFile } from './project.ts'
import { type Layer, layers } from './rules.ts'

export function checkImports({ sources }: Project): Breach[] {
  return sources.filter(({ path }) => path.startsWith('src/')).flatMap((source) => breachesOf(source))
}

function breachesOf(source: SourceFile): Breach[] {
  const layer = layerOf(source.path)
  if (layer === undefined) return [{ at: source.path, message: 'belongs to no layer: move it into a folder of src/ that house rules name' }]
  return source.imports
    .filter(({ specifier }) => !mayImport(layer, source.path, specifier))
    .map(({ specifier, line }) => ({ at: `${source.path}:${line}`, message: `imports ${specifier}: ${layer.remedy}` }))
}

function mayImport(layer: Layer, from: string, specifier: string): boolean {
  const target = targetOf(from, specifier)
  if (target === null) return layer.packages.some((name) => matches(name, specifier))
  // Beside `src/` lies what tools insist on; the manifest says which version this is.
  if (target === 'package.json') return layer.mayImport.includes(target)
  const inSource = target.startsWith('src/') ? target.slice('src/'.length) : null
  return inSource !== null && [layer.place, ...layer.mayImport].some((place) => inSource.startsWith(place))
}

/** A package's own name, or any below it for `name*`: `hono*` allows `hono/cors`, and `node:*` every module of Node's. */
function matches(name: string, specifier: string): boolean {
  return name.endsWith('*') ? specifier.startsWith(name.slice(0, -1)) : specifier === name
}

function targetOf(from: string, specifier: string): string | null {
  return specifier.startsWith('.') ? posix.join(posix.dirname(from), specifier) : null
}

function layerOf(path: string): Layer | undefined {
  return layers.find(({ place }) => path.startsWith(`src/${place}`))
}

/** Each circle once, named by the files it runs through. */
export function checkCircles({ sources }: Project): Breach[] {
  const imported = new Map(
    sources.map(({ path, imports }) => [
      path,
      imports.map(({ specifier }) => targetOf(path, specifier)).filter((target) => target !== null),
    ]),
  )
  const done = new Set<string>()
  const breaches: Breach[] = []
  const visit = (path: string, trail: readonly string[]) => {
    const start = trail.indexOf(path)
    if (start >= 0) {
      const circle = [...trail.slice(start), path].join(' → ')
      breaches.push({ at: path, message: `imports run in a circle: ${circle}. Move what both need into a file of its own` })
    }
    if (start >= 0 || done.has(path)) return
    for (const target of imported.get(path) ?? []) visit(target, [...trail, path])
    done.add(path)
  }
  for (const { path } of sources) visit(path, [])
  return breaches
}
