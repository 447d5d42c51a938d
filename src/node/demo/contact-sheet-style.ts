/** The contact sheet's style: light and dark by the reader's own setting, system fonts. */
export const contactSheetStyle = `
:root {
  --ink: light-dark(#22252b, #e6e4df);
  --quiet: light-dark(#666c76, #9aa0aa);
  --paper: light-dark(#f6f4ef, #17191d);
  --card: light-dark(#ffffff, #22252b);
  --rule: light-dark(#d9d5cb, #3a3f47);
  --good: light-dark(#2b7a4b, #7fd3a0);
  --bad: light-dark(#b3402e, #f09a88);
  --alert: light-dark(#fbe8cc, #4b3a1c);
  --accent: light-dark(#3d6fa5, #8ab8e8);
  color-scheme: light dark;
}
* { box-sizing: border-box; margin: 0; }
body { padding: 2rem clamp(1rem, 3vw, 3rem) 3rem; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
header, main, footer { max-width: 1560px; margin-inline: auto; }
h1 { font: 600 2rem/1.2 Georgia, 'Times New Roman', serif; }
h2 { margin: 2.5rem 0 .75rem; font-size: 1.1rem; }
h3 { font-size: .95rem; line-height: 2rem; }
header p, footer { color: var(--quiet); }
footer { margin-top: 2rem; font-size: .85rem; }
a { color: var(--accent); }
.totals { display: flex; flex-wrap: wrap; gap: .25rem 2rem; margin: 1rem 0 2rem; }
.totals div { display: flex; flex-direction: row-reverse; gap: .4rem; align-items: baseline; }
.totals dt { color: var(--quiet); }
.totals dd { font-size: 1.25rem; font-weight: 600; font-variant-numeric: tabular-nums; }
.tree { display: grid; overflow-x: auto; padding-bottom: 4px;
  grid-template-columns: minmax(185px, 1fr) repeat(calc(var(--columns) - 1), 32px minmax(185px, 1fr)); }
.card { display: flex; flex-direction: column; gap: .5rem; margin-bottom: 1.5rem; padding: .4rem .8rem .9rem;
  background: var(--card); border: 1px solid var(--rule); border-radius: 10px; }
.card img { display: block; width: 100%; height: auto; border-radius: 6px; }
.card.photo { align-self: start; border-style: dashed; }
.prompt { font-family: Georgia, 'Times New Roman', serif; font-size: 1.02rem; line-height: 1.35; }
.chips { display: flex; flex-wrap: wrap; gap: .3rem; padding: 0; list-style: none; }
.chips li { padding: .05rem .5rem; border: 1px solid var(--rule); border-radius: 99px; font-size: .78rem; font-variant-numeric: tabular-nums; }
.chips .alert { background: var(--alert); border-color: transparent; }
.notice { color: var(--quiet); font-size: .87rem; line-height: 1.4; }
.missing { padding: 1rem; border: 1px dashed var(--bad); border-radius: 6px; color: var(--bad); }
details { font-size: .85rem; color: var(--quiet); }
details img { margin-top: .4rem; }
.line, .drop, .elbow { border: 0 solid var(--rule); }
.line { height: 0; margin-top: 1.5rem; border-top-width: 2px; }
.drop { margin: 1.5rem 0 0 50%; border-left-width: 2px; }
.elbow { height: 1.5rem; margin-left: 50%; border-width: 0 0 2px 2px; border-bottom-left-radius: 8px; }
.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: .87rem; font-variant-numeric: tabular-nums; }
th, td { padding: .35rem .8rem .35rem 0; border-bottom: 1px solid var(--rule); text-align: left; vertical-align: top; white-space: nowrap; }
th { color: var(--quiet); font-weight: 500; }
td:last-child { min-width: 18rem; white-space: normal; }
.good { color: var(--good); }
.bad { color: var(--bad); }
@media (max-width: 800px) {
  .tree { display: block; }
  .line, .drop, .elbow { display: none; }
}
`
