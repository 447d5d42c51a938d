import { describe, expect, it } from 'vitest'
import { scanSource } from './scan-source.ts'

const specifiersOf = (source: string) => scanSource(source).imports.map(({ specifier }) => specifier)

describe('scanSource', () => {
  it('finds every form of import, types and re-exports included, with its line', () => {
    const source = [
      `import a from './a.ts'`,
      `import type { B } from "./b.ts"`,
      `import {\n  c,\n} from './c.ts'`,
      `export * from './d.ts'`,
      `import './e.ts'`,
      `const f = await import('./f.ts')`,
      `type G = import('./g.ts').G`,
    ].join('\n')
    expect(specifiersOf(source)).toEqual(['./a.ts', './b.ts', './c.ts', './d.ts', './e.ts', './f.ts', './g.ts'])
    expect(scanSource(source).imports.map(({ line }) => line)).toEqual([1, 2, 5, 6, 7, 8, 9])
  })

  it('is not misled by comments, strings, templates and regular expressions', () => {
    const misleading = [
      `// import a from './no.ts'`,
      `/* import b from './no.ts' */`,
      `const text = "import c from './no.ts'"`,
      `const page = \`import d from './no.ts' \${call(\`from './no.ts' \${inner({ a: 1 })}\`)} from './no.ts'\``,
      `const pattern = /['"\`/]import/ // from './no.ts'`,
      `const bytes = Buffer.from('no')`,
      `import real from './yes.ts'`,
    ].join('\n')
    expect(specifiersOf(misleading)).toEqual(['./yes.ts'])
  })

  it('keeps code in its place and reads code inside a template', () => {
    const source = `const a = \`text \${Date.now() / 2} more\` // Date.now()`
    const { code, comments } = scanSource(source)
    expect(code).toHaveLength(source.length)
    expect(code).toMatch(/\{Date\.now\(\) \/ 2\}/)
    expect(code.match(/Date\.now/g)).toHaveLength(1)
    expect(comments.trim()).toBe('// Date.now()')
  })

  it('tells a division from a regular expression', () => {
    expect(scanSource(`const half = total / 2 // 'quoted'\nconst x = list[0] / count / 'a'.length`).code).toContain('list[0] / count /')
    expect(scanSource(`if (/\\/'/.test(text)) import('./yes.ts')`).imports).toHaveLength(1)
  })
})
