/** The Dockerfile as instructions, for tests of what it says. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

export const PROJECT = join(import.meta.dirname, '../..')

export interface Instruction {
  name: string
  rest: string
}

/** In order; lines that go on are joined. */
export async function readDockerfile(): Promise<Instruction[]> {
  const text = await readFile(join(PROJECT, 'Dockerfile'), 'utf8')
  const lines = text
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
  return lines.flatMap((line) => {
    const [, name, rest] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? []
    return name === undefined || rest === undefined ? [] : [{ name, rest }]
  })
}

/** The files and folders of the project that end in the image. */
export function copiedFiles(instructions: readonly Instruction[]): string[] {
  const copies = instructions.filter(({ name, rest }) => name === 'COPY' && !rest.startsWith('--from'))
  return [...new Set(copies.flatMap(({ rest }) => rest.split(/\s+/).slice(0, -1)))]
}

/** The program and its arguments, of an instruction in its JSON form. */
export function commandOf(instructions: readonly Instruction[], name: 'CMD' | 'HEALTHCHECK'): string[] {
  const { rest = '' } = instructions.findLast((instruction) => instruction.name === name) ?? {}
  return JSON.parse(rest.slice(rest.indexOf('[')))
}
