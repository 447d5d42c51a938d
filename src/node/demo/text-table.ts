/** A plain table for a terminal: columns as wide as their widest cell, numbers to the right. */

export interface Column<Row> {
  head: string
  cell: (row: Row) => string
  align?: 'left' | 'right'
}

/** The table's lines: head, rule, one line a row. Cells hold no line breaks and no colours. */
export function textTable<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string[] {
  const cells = rows.map((row) => columns.map(({ cell }) => cell(row)))
  const heads = columns.map(({ head }) => head)
  const widths = heads.map((head, index) => Math.max(head.length, ...cells.map((row) => row[index]?.length ?? 0)))
  const lineOf = (row: readonly string[]) =>
    row
      .map((text, index) => (columns[index]?.align === 'right' ? text.padStart(widths[index] ?? 0) : text.padEnd(widths[index] ?? 0)))
      .join('  ')
      .trimEnd()
  return [lineOf(heads), widths.map((width) => '─'.repeat(width)).join('  '), ...cells.map(lineOf)]
}
