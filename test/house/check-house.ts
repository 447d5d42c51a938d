/** All checks of the house rules in one list. */
import { checkCircles, checkImports } from './check-imports.ts'
import { checkCommands, checkExemptions, checkLinks, checkNames, checkPromisedPlaces } from './check-layout.ts'
import { checkEncodedRuns, checkFileLengths, checkFunctionLengths, checkMedianLength, checkTrackedBytes } from './check-sizes.ts'
import { checkText } from './check-text.ts'
import { type Breach, type Project, readProject } from './project.ts'

const checks: readonly ((project: Project) => Breach[])[] = [
  ...[checkImports, checkCircles, checkText],
  ...[checkFileLengths, checkMedianLength, checkFunctionLengths, checkTrackedBytes, checkEncodedRuns],
  ...[checkNames, checkPromisedPlaces, checkExemptions, checkCommands, checkLinks],
]

/** All breaches of the house rules in the project at `root`. */
export function checkHouse(root: string): Breach[] {
  const project = readProject(root)
  return checks.flatMap((check) => check(project))
}
