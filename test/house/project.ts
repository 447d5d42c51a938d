/** The files the checks look at: what git tracks or would track. */
import { execFileSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type ScannedSource, scanSource } from './scan-source.ts'

export interface ProjectFile {
  /** From the project's root, with slashes. */
  path: string
  bytes: number
  text: string
}

export interface SourceFile extends ProjectFile, ScannedSource {}

export interface Project {
  files: readonly ProjectFile[]
  /** The TypeScript among them. */
  sources: readonly SourceFile[]
}

export interface Breach {
  /** `path` or `path:line`. */
  at: string
  message: string
}

export function readProject(root: string): Project {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root, encoding: 'utf8' })
  const paths = [...new Set(listed.split('\0'))].filter((path) => path !== '' && isFile(join(root, path))).toSorted()
  const files = paths.map((path) => ({ path, bytes: statSync(join(root, path)).size, text: readFileSync(join(root, path), 'utf8') }))
  const sources = files.filter(({ path }) => /\.tsx?$/.test(path)).map((file) => ({ ...file, ...scanSource(file.text) }))
  return { files, sources }
}

const isFile = (path: string) => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false
