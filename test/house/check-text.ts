/** Words that must not be in the code or in its comments. */
import type { Breach, Project } from './project.ts'
import { type TextRule, textRules } from './rules.ts'
import { lineAt } from './scan-source.ts'

export function checkText({ sources }: Project): Breach[] {
  return sources.flatMap((source) =>
    textRules
      .filter((rule) => applies(rule, source.path))
      .flatMap((rule) => {
        const searched = rule.in === 'code' ? source.code : source.comments
        return [...searched.matchAll(rule.pattern)].map((found) => ({
          at: `${source.path}:${lineAt(searched, found.index)}`,
          message: `${rule.name} (${found[0].trim()}): ${rule.remedy}`,
        }))
      }),
  )
}

function applies(rule: TextRule, path: string): boolean {
  return rule.where.some((place) => path.startsWith(place)) && !rule.except.some((exemption) => path.startsWith(exemption.path))
}
