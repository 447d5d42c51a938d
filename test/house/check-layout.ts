/** Names, promised folders, and that documents tell the truth about commands and files. */
import { posix } from 'node:path'
import type { Breach, Project, ProjectFile } from './project.ts'
import { emptyNames, largeFiles, longFiles, promisedPlaces, textRules } from './rules.ts'

export function checkNames({ files }: Project): Breach[] {
  return files
    .filter(({ path }) => path.split('/').some((part) => emptyNames.includes(part.split('.')[0] ?? '')))
    .map(({ path }) => ({
      at: path,
      message: 'its name says nothing: name it after what is inside, or put each thing beside what uses it',
    }))
}

export function checkPromisedPlaces({ files }: Project): Breach[] {
  const present = new Set(files.filter(({ path }) => path.startsWith('src/')).map(({ path }) => path.split('/')[1]))
  return promisedPlaces
    .filter((place) => !present.has(place))
    .map((place) => ({ at: `src/${place}`, message: 'is missing, though the layout promises it' }))
}

/** An exemption whose file is gone would later excuse another of the same name. */
export function checkExemptions({ files }: Project): Breach[] {
  const exemptions = [...longFiles, ...largeFiles, ...textRules.flatMap(({ except }) => except)]
  return [...new Set(exemptions.map(({ path }) => path))]
    .filter((path) => !files.some((file) => file.path.startsWith(path)))
    .map((path) => ({ at: 'test/house/rules.ts', message: `exempts ${path}, which is not there: remove the exemption` }))
}

/** Every `npm run …` in a document is a script of package.json. */
export function checkCommands({ files }: Project): Breach[] {
  const manifest = files.find(({ path }) => path === 'package.json')
  const scripts = Object.keys((JSON.parse(manifest?.text ?? '{}') as { scripts?: object }).scripts ?? {})
  return documents(files).flatMap(({ path, text }) =>
    [...text.matchAll(/npm run ([\w:-]+)/g)]
      .filter(([, name = '']) => !scripts.includes(name))
      .map(([command]) => ({ at: path, message: `names \`${command}\`, which package.json does not have` })),
  )
}

/** Every relative link in a document leads to a tracked file or folder. */
export function checkLinks({ files }: Project): Breach[] {
  const known = files.map(({ path }) => path)
  const leadsSomewhere = (target: string) => known.some((path) => path === target || path.startsWith(`${target.replace(/\/$/, '')}/`))
  return documents(files).flatMap(({ path, text }) =>
    [...text.matchAll(/\]\((?![a-z]+:|#|\/)([^)#\s]+)/g)]
      .map(([, link = '']) => link)
      .filter((link) => !leadsSomewhere(posix.join(posix.dirname(path), link)))
      .map((link) => ({ at: path, message: `links to ${link}, which is not there` })),
  )
}

const documents = (files: readonly ProjectFile[]) => files.filter(({ path }) => path.endsWith('.md'))
