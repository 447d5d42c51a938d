/** The style of an exported page: quiet, light or dark as the reader has it, and printable. */
export const PAGE_STYLE = `
:root { color-scheme: light dark; --ink: #1c1b1a; --paper: #faf8f5; --card: #fff; --line: #e2ddd5; --soft: #6d675f; --accent: #a4471f; --asked: #f1ebe2; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #ece8e2; --paper: #171614; --card: #211f1c; --line: #3a3631; --soft: #a49c91; --accent: #ef9a6b; --asked: #2b2824; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 60rem; padding: 2.5rem 1.25rem 5rem; background: var(--paper); color: var(--ink); font: 1rem/1.55 ui-sans-serif, system-ui, sans-serif; }
h1 { margin: 0 0 .25rem; font-size: 2rem; line-height: 1.2; letter-spacing: -.01em; overflow-wrap: anywhere; }
h2 { margin: 0; font-size: 1rem; }
a { color: var(--accent); text-underline-offset: .15em; }
.facts { margin: 0; color: var(--soft); font-size: .875rem; }
article > .facts { margin-top: .9rem; }
.facts span + span::before { content: " · "; }
.instruction { margin: 1rem 0 0; padding: .75rem 1rem; border-left: 3px solid var(--line); white-space: pre-wrap; overflow-wrap: anywhere; }
nav { margin: 2rem 0; padding: 1rem 1.25rem; border: 1px solid var(--line); border-radius: .75rem; background: var(--card); }
nav ul { margin: .25rem 0; padding: 0; list-style: none; }
nav ul ul { padding-left: .9rem; border-left: 2px solid var(--line); }
nav li { margin: .1rem 0; overflow-wrap: anywhere; }
article { margin: 1.5rem 0; padding: 1.25rem; border: 1px solid var(--line); border-radius: .75rem; background: var(--card); scroll-margin-top: 1rem; }
article:target { border-color: var(--accent); }
article header { display: flex; flex-wrap: wrap; gap: .25rem .75rem; align-items: baseline; margin-bottom: .9rem; }
.status { padding: 0 .5rem; border: 1px solid var(--line); border-radius: 1rem; color: var(--soft); font-size: .75rem; line-height: 1.5; }
.status.failed, .status.outcome_unknown { border-color: var(--accent); color: var(--accent); }
.asked { margin: 0 0 1rem; padding: .75rem 1rem; border-radius: .6rem; background: var(--asked); }
.words { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; }
.words + .words, figure + .words { margin-top: .75rem; }
figure { margin: 0; }
figure + figure, .words + figure { margin-top: .75rem; }
img { display: block; max-width: 100%; max-height: 40rem; width: auto; height: auto; border-radius: .4rem; }
.asked img { max-height: 16rem; }
figcaption, .error { color: var(--soft); font-size: .875rem; }
.error { margin: 0; color: var(--accent); }
details { margin-top: .9rem; color: var(--soft); font-size: .875rem; }
summary { cursor: pointer; }
table { width: 100%; margin-top: .5rem; border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .25rem .5rem .25rem 0; border-top: 1px solid var(--line); text-align: left; vertical-align: top; overflow-wrap: anywhere; }
th { font-weight: 500; }
@media print { body { max-width: none; padding: 0; } article { break-inside: avoid-page; } }
`
