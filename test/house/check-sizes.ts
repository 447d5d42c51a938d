/** Files small, functions short, nothing large tracked. */
import type { Breach, Project, ProjectFile, SourceFile } from './project.ts'
import { type Exemption, largeFiles, longFiles, sizes } from './rules.ts'

const isExempt = (list: readonly Exemption[], path: string) => list.some((exemption) => exemption.path === path)
const linesOf = (text: string) => text.trimEnd().split('\n').length
const isServiceCode = ({ path }: ProjectFile) => /^src\/.*\.(?:tsx?|js|css|html)$/.test(path)

export function checkFileLengths({ files }: Project): Breach[] {
  return files
    .filter((file) => isServiceCode(file) && linesOf(file.text) > sizes.fileLinesMax && !isExempt(longFiles, file.path))
    .map(({ path, text }) => ({
      at: path,
      message: `has ${linesOf(text)} lines, over ${sizes.fileLinesMax}: split it by what changes together (a data table may be named in longFiles)`,
    }))
}

export function checkMedianLength({ files }: Project): Breach[] {
  const lengths = files
    .filter(isServiceCode)
    .map(({ text }) => linesOf(text))
    .toSorted((a, b) => a - b)
  const median = lengths[Math.floor(lengths.length / 2)] ?? 0
  if (median <= sizes.medianFileLinesMax) return []
  return [{ at: 'src', message: `half of its files have over ${median} lines, allowed are ${sizes.medianFileLinesMax}: split the longest` }]
}

const functionHead =
  /^(\s*)(?:(?:export |default |async |static |override )*function\b|.*=> \{$|(?:async |static |get |set |override |\*)*[\w#[\].]+(?:<.*>)?\(.*\{$)/
const statementHead = /^\s*(?:if|for|while|switch|catch|do|return)\b/

/** Functions are told by their layout, which the formatter fixes: the end is the next brace at the depth of the head. */
export function checkFunctionLengths({ sources }: Project): Breach[] {
  return sources.filter(isServiceCode).flatMap((source) => longFunctions(source))
}

function longFunctions({ path, code }: SourceFile): Breach[] {
  const lines = code.split('\n')
  return lines.flatMap((line, at) => {
    const indent = statementHead.test(line) && !line.trimEnd().endsWith('=> {') ? undefined : functionHead.exec(line.trimEnd())?.[1]
    if (indent === undefined) return []
    const end = lines.findIndex((later, below) => below > at && later.startsWith(`${indent}}`) && !later.trimEnd().endsWith('{'))
    const length = end - at + 1
    if (length <= sizes.functionLinesMax) return []
    return [
      {
        at: `${path}:${at + 1}`,
        message: `a function of ${length} lines, over ${sizes.functionLinesMax}: name its steps and make them functions`,
      },
    ]
  })
}

export function checkTrackedBytes({ files }: Project): Breach[] {
  return files
    .filter(({ path, bytes }) => bytes > sizes.trackedFileBytesMax && !isExempt(largeFiles, path))
    .map(({ path, bytes }) => ({
      at: path,
      message: `is ${bytes} bytes, over ${sizes.trackedFileBytesMax}: draw the image or make the data in the test; recordings stay outside`,
    }))
}

const encodedRun = new RegExp(`[A-Za-z0-9+/_-]{${sizes.encodedRunMax},}`)

export function checkEncodedRuns({ files }: Project): Breach[] {
  return files
    .filter(({ path, text }) => encodedRun.test(text) && !isExempt(largeFiles, path))
    .map(({ path }) => ({ at: path, message: 'holds encoded bytes: draw the image or make the data in the test; recordings stay outside' }))
}
